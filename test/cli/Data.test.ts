import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { serve } from "../support/Http.ts"
import { rowsOf, run, setup } from "./support.ts"

setup()

/** A Codat that answers what it is told to, by method and path. */
const answering = Effect.fnUntraced(function* (answers: Readonly<Record<string, unknown>>) {
  const codat = yield* serve(({ method, url }, response) => {
    const answer = answers[`${method} ${url}`]
    response.writeHead(answer === undefined ? 404 : answer === "" ? 204 : 200, {
      "content-type": "application/json"
    })
    response.end(answer === undefined || answer === "" ? "" : JSON.stringify(answer))
  })
  const ask = (...args: ReadonlyArray<string>) =>
    run(args, { env: { CODAT_BASE_URL: codat.origin, CODAT_API_KEY: "key" } })
  return { ask, received: codat.received }
})

describe("effect-codat data", () => {
  it.live("asks for data anew, of one type or of all", () =>
    Effect.gen(function* () {
      const operation = { id: "o1", dataType: "invoices", status: "Initial", progress: 0 }
      const { ask, received } = yield* answering({
        "POST /companies/c%2F1/data/all": "",
        "POST /companies/c%2F1/data/queue/invoices?connectionId=k": operation
      })
      const all = yield* ask("data", "refresh", "--company", "c/1")
      assert.deepStrictEqual(all, { code: 0, stdout: "", stderr: "Codat has begun.\n" })
      const one = yield* ask("data", "refresh", "--company", "c/1", "--type", "invoices", "--connection", "k")
      assert.deepStrictEqual(rowsOf(one.stdout), [operation])
      assert.isTrue(received.every(({ headers }) => headers["idempotency-key"] !== undefined))
    }).pipe(Effect.scoped)
  )

  it.live("shows how fresh data is", () =>
    Effect.gen(function* () {
      const invoices = { dataType: "invoices", currentStatus: "Complete" }
      const { ask } = yield* answering({ "GET /companies/c/dataStatus": { invoices } })
      const { stdout } = yield* ask("data", "status", "--company", "c")
      assert.deepStrictEqual(rowsOf(stdout), [invoices])
    }).pipe(Effect.scoped)
  )

  it.live("lists what was fetched, page after page", () =>
    Effect.gen(function* () {
      const path = "/companies/c/data/history?query=status!%3DComplete"
      const next = { next: { href: "/next" } }
      const { ask, received } = yield* answering({
        [`GET ${path}&page=1&pageSize=2`]: { results: [{ id: "1" }, { id: "2" }], _links: next },
        [`GET ${path}&page=2&pageSize=2`]: { results: [{ id: "3" }], _links: {} }
      })
      const args = ["data", "history", "--company", "c", "--query", "status!=Complete", "--page-size", "2"]
      assert.deepStrictEqual(
        rowsOf((yield* ask(...args)).stdout).map(({ id }) => id),
        ["1", "2", "3"]
      )
      assert.strictEqual(rowsOf((yield* ask(...args, "--limit", "1")).stdout).length, 1)
      assert.strictEqual(received.length, 3)
    }).pipe(Effect.scoped)
  )
})

describe("effect-codat webhooks consumers", () => {
  it.live("lists, makes and deletes who is told, without showing secrets", () =>
    Effect.gen(function* () {
      const consumer = { id: "w1", url: "https://example.com/", secret: "whsec_secret" }
      const { ask, received } = yield* answering({
        "GET /webhooks": [consumer],
        "POST /webhooks": consumer,
        "DELETE /webhooks/w1": ""
      })
      const hidden = { ...consumer, secret: "<redacted>" }
      assert.deepStrictEqual(rowsOf((yield* ask("webhooks", "consumers", "list")).stdout), [hidden])
      const create = ["webhooks", "consumers", "create", consumer.url, "--event", "connection.connected"]
      assert.deepStrictEqual(rowsOf((yield* ask(...create)).stdout), [hidden])
      assert.deepStrictEqual(JSON.parse(received[1]?.body ?? ""), {
        url: consumer.url,
        eventTypes: ["connection.connected"]
      })
      const gone = yield* ask("webhooks", "consumers", "delete", "w1", "--yes")
      assert.deepStrictEqual(rowsOf(gone.stdout), [{ id: "w1", result: "deleted" }])
    }).pipe(Effect.scoped)
  )
})
