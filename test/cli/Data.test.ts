import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Sandbox } from "effect-codat"
import { serve } from "../support/Http.ts"
import { ask, call, callSandbox, rowsOf, run, served, setup } from "./support.ts"

setup()

/** A Codat that answers what it is told to, by method and path. */
const answering = Effect.fnUntraced(function* (
  answers: Readonly<Record<string, unknown>>,
  by: typeof call = call
) {
  const codat = yield* serve(({ method, url }, response) => {
    const answer = answers[`${method} ${url}`]
    response.writeHead(answer === undefined ? 404 : answer === "" ? 204 : 200, {
      "content-type": "application/json"
    })
    response.end(answer === undefined || answer === "" ? "" : JSON.stringify(answer))
  })
  const ask = (...args: ReadonlyArray<string>) =>
    by(args, { env: { CODAT_BASE_URL: codat.origin, CODAT_API_KEY: "key" } })
  return { ask, received: codat.received }
})

const read = {
  id: "o1",
  companyId: "c/1",
  connectionId: "k",
  dataType: "invoices",
  status: "Initial",
  requested: "2026-01-01T00:00:00.000Z",
  progress: 0,
  isCompleted: false,
  isErrored: false
}

describe("effect-codat data", () => {
  it.live("has data read anew, of some types or of all", () =>
    Effect.gen(function* () {
      const { ask, received } = yield* answering({
        "POST /companies/c%2F1/data/all": "",
        "POST /companies/c%2F1/data/queue/invoices?connectionId=k": read,
        "POST /companies/c%2F1/data/queue/bills?connectionId=k": { ...read, dataType: "bills" }
      })
      const all = yield* ask("data", "refresh", "--company", "c/1")
      assert.deepStrictEqual([all.code, all.stdout], [0, ""])
      assert.match(all.stderr, /^Codat has started to read\./)
      const some = yield* ask(
        ...["data", "refresh", "--company", "c/1", "--connection", "k"],
        ...["--type", "invoices", "--type", "bills"]
      )
      assert.deepStrictEqual(rowsOf(some.stdout), [read, { ...read, dataType: "bills" }])
      assert.isTrue(received.every(({ headers }) => headers["idempotency-key"] !== undefined))
    }).pipe(Effect.scoped)
  )

  it.live("waits for the reads, and says which of them failed", () =>
    Effect.gen(function* () {
      const { companyId } = Sandbox
      const [linked] = (yield* Sandbox.connections()).filter(
        ({ sourceType, status }) => status === "Linked" && sourceType === "Accounting"
      )
      const refresh = ["data", "refresh", "--company", companyId, "--connection", linked?.id ?? "", "--wait"]
      const good = yield* ask([...refresh, "--type", "invoices", "--type", "bills"])
      assert.deepStrictEqual([good.code, good.stderr], [0, ""])
      assert.deepStrictEqual(
        rowsOf(good.stdout).map(({ dataType, status }) => [dataType, status]),
        [
          ["invoices", "Complete"],
          ["bills", "Complete"]
        ]
      )
      const history = yield* callSandbox([
        "data",
        "history",
        "--company",
        companyId,
        "--query",
        "dataType=bills"
      ])
      assert.isAtLeast(rowsOf(history.stdout).length, 1)
      const status = yield* callSandbox([
        "data",
        "status",
        "--company",
        companyId,
        "--fields",
        "dataType,currentStatus"
      ])
      assert.deepInclude(rowsOf(status.stdout), { dataType: "bills", currentStatus: "Complete" })
    }).pipe(Effect.provide(served({ connections: 12 })))
  )

  it.live("ends with 1 when a read fails", () =>
    Effect.gen(function* () {
      const failed = { ...read, status: "FetchError", isErrored: true, errorMessage: "The platform is down" }
      const { ask } = yield* answering(
        {
          "POST /companies/c%2F1/data/queue/invoices": read,
          "GET /companies/c%2F1/data/history/o1": failed,
          "GET /companies/c%2F1/data/history?page=1&pageSize=100": { results: [read, failed] }
        },
        run
      )
      const args = ["data", "refresh", "--company", "c/1", "--type", "invoices", "--wait"]
      const { code, stderr, stdout } = yield* ask(...args)
      assert.deepStrictEqual(rowsOf(stdout), [failed])
      assert.deepStrictEqual([code, stderr], [1, "error: invoices: The platform is down\n"])
      const listed = yield* ask("data", "history", "--company", "c/1", "--failed")
      assert.deepStrictEqual(rowsOf(listed.stdout), [failed])
    }).pipe(Effect.scoped)
  )

  for (const [flags, said] of [
    [["--wait"], "--wait needs --type: Codat does not say which reads it begins for all"],
    [["--connection", "k"], "--connection needs --type"],
    [["--type", "bills", "--timeout", "5 minutes"], "--timeout needs --wait"],
    [
      ["--type", "bills", "--wait", "--idempotency-key", "e9a9b8b4-3f06-4b1f-9a39-0d9a5c2d3d0e"],
      "--idempotency-key is for one data type, without --wait"
    ],
    [["--type", "Bills!"], '--type must be a data type, such as invoices or banking-accounts, not "Bills!"'],
    [["--wait", "--timeout", "soon"], "--timeout must be a duration, such as '30 minutes', not \"soon\""]
  ] as const) {
    it.live(`refuses to refresh with ${flags.join(" ")}`, () =>
      Effect.gen(function* () {
        const { code, stderr } = yield* call(["data", "refresh", "--company", "c", ...flags], {
          env: { CODAT_API_KEY: "key" }
        })
        assert.deepStrictEqual([code, stderr.split("\n")[0]], [2, `error: ${said}`])
      })
    )
  }

  it.live("shows how fresh data is", () =>
    Effect.gen(function* () {
      const invoices = { dataType: "invoices", currentStatus: "Complete" }
      const { ask } = yield* answering({ "GET /companies/c/dataStatus": { invoices } })
      const { stdout } = yield* ask("data", "status", "--company", "c")
      assert.deepStrictEqual(rowsOf(stdout), [invoices])
    }).pipe(Effect.scoped)
  )

  it.live("lists the reads, page after page", () =>
    Effect.gen(function* () {
      const path = "/companies/c/data/history?query=status!%3DComplete"
      const next = { next: { href: "/companies/c/data/history?page=2" } }
      const { ask, received } = yield* answering({
        [`GET ${path}&page=1&pageSize=2`]: { results: [read, { ...read, id: "2" }], _links: next },
        [`GET ${path}&page=2&pageSize=2`]: { results: [{ ...read, id: "3" }], _links: {} },
        [`GET ${path}&page=1&pageSize=1`]: { results: [read], _links: next }
      })
      const args = ["data", "history", "--company", "c", "--query", "status!=Complete", "--page-size", "2"]
      assert.deepStrictEqual(
        rowsOf((yield* ask(...args)).stdout).map(({ id }) => id),
        ["o1", "2", "3"]
      )
      assert.strictEqual(rowsOf((yield* ask(...args, "--limit", "1")).stdout).length, 1)
      assert.strictEqual(received.length, 3)
    }).pipe(Effect.scoped)
  )
})

describe("effect-codat webhooks consumers", () => {
  it.live("lists, makes and deletes them", () =>
    Effect.gen(function* () {
      const url = "https://example.com/"
      const flags = ["--event", "connection.connected", "--company-tag", "region:uk", "--disabled"]
      const made = yield* ask(["webhooks", "consumers", "create", url, ...flags])
      const [consumer] = rowsOf(made.stdout)
      const id = String(consumer?.["id"])
      assert.deepStrictEqual(consumer, {
        id,
        url,
        disabled: true,
        eventTypes: ["connection.connected"],
        companyTags: ["region:uk"]
      })
      const listed = rowsOf((yield* callSandbox(["webhooks", "consumers", "list"])).stdout)
      assert.deepStrictEqual(listed, [{ ...consumer }])
      const remove = ["webhooks", "consumers", "delete", id]
      assert.strictEqual((yield* callSandbox(remove)).code, 2)
      assert.deepStrictEqual(rowsOf((yield* callSandbox([...remove, "--yes"])).stdout), [
        { id, result: "deleted" }
      ])
      assert.strictEqual((yield* callSandbox([...remove, "--yes"])).code, 1)
      assert.strictEqual((yield* callSandbox(["webhooks", "consumers", "create", "example.com"])).code, 2)
    }).pipe(Effect.provide(served()))
  )

  it.live("makes a key for Zapier only where it is shown", () =>
    Effect.gen(function* () {
      const rotate = ["webhooks", "consumers", "rotate-zapier-key", "--yes"]
      const hidden = yield* callSandbox(rotate)
      assert.deepStrictEqual([hidden.code, (yield* Sandbox.requests).length], [2, 0])
      const [row] = rowsOf((yield* callSandbox([...rotate, "--show-secrets"])).stdout)
      assert.isString(row?.["key"])
      const other = yield* callSandbox(["request", "POST", "/webhooks/integrationKeys/zapier"])
      assert.deepStrictEqual(rowsOf(other.stdout), [{ key: "<redacted>" }])
    }).pipe(Effect.provide(served()))
  )
})
