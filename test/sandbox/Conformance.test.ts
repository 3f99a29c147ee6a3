/** Every answer of the sandbox, to every operation, is one that Codat's specification describes. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as HttpMethod from "effect/http/HttpMethod"
import * as TestClock from "effect/testing/TestClock"
import * as Operations from "effect-codat/Operations"
import * as Sandbox from "effect-codat/Sandbox"
import * as Routes from "../../src/internal/sandbox/Routes.ts"
import { at, type Call, call, inMemory, list, mounts } from "../SandboxMounts.ts"
import { checked } from "../support/Answers.ts"
import { current, eventFaultsOf, faultsOf, operationOf } from "../support/Conformance.ts"

const table = Routes.tableOf(Operations.all)

const missing = "11111111-2222-4333-8444-555555555555"
const config = { dataSource: "/orders", requiredData: { number: "$.number" }, keyBy: ["$.id"] }

const pathOf = (path: string) => path.replace(/[?].*$/, "")

/** A request whose answer is checked. */
const ask = Effect.fnUntraced(function* (
  method: HttpMethod.HttpMethod,
  path: string,
  status: number,
  options: Call = {}
) {
  const answer = yield* call(method, path, options)
  assert.strictEqual(answer.status, status, `${method} ${path} ${answer.text.slice(0, 300)}`)
  assert.deepStrictEqual(faultsOf({ method, path: pathOf(path), ...answer }), [])
  return answer
})

/** Calls every operation, with success. */
const everything = Effect.gen(function* () {
  const seen = new Set<string>()
  const ok = Effect.fnUntraced(function* (
    method: HttpMethod.HttpMethod,
    path: string,
    status = 200,
    json?: unknown
  ) {
    seen.add(operationOf(method, pathOf(path))?.operationId ?? "")
    return yield* ask(method, path, status, json === undefined ? {} : { json })
  })

  yield* ok("GET", "/companies?pageSize=20")
  const made = yield* ok("POST", "/companies", 200, { name: "Bank of Dave", tags: { a: "b" } })
  const companyId = String(at(made.json, "id"))
  const company = `/companies/${companyId}`
  yield* ok("GET", company)
  yield* ok("PUT", company, 200, { name: "Bank of Dave", description: "d" })
  yield* ok("PATCH", company, 200, { tags: { c: "d" } })
  yield* ok("GET", `${company}/accessToken`)

  const linked = yield* ok("POST", `${company}/connections`, 200, { platformKey: "gbol" })
  const connectionId = String(at(linked.json, "id"))
  const connection = `${company}/connections/${connectionId}`
  yield* ok("PUT", `${connection}/authorization`, 200, { token: "t" })
  yield* ok("GET", connection)
  yield* ok("GET", `/companies/${Sandbox.companyId}/connections?pageSize=500`)

  yield* ok("POST", `${company}/data/all`, 204)
  const read = yield* ok("POST", `${company}/data/queue/bills?connectionId=${connectionId}`)
  for (const step of ["100 millis", "500 millis", "1 second", "1 second"] as const) {
    yield* ok("GET", `${company}/data/history/${at(read.json, "id")}`)
    yield* ok("GET", `${company}/dataStatus`)
    yield* TestClock.adjust(step)
  }
  yield* ok("GET", `${company}/data/history`)
  yield* ok("GET", `/companies/${Sandbox.companyId}/data/history?pageSize=500`)
  yield* ok("GET", `${company}/sync/${at(read.json, "id")}/validation`)

  yield* ok("PUT", `${company}/products/my-own`, 204)
  yield* ok("POST", `${company}/products/my-own/refresh`, 202, { dataTypes: ["bills"] })
  yield* ok("DELETE", `${company}/products/my-own`, 204)

  const settings = yield* ok("GET", `${company}/syncSettings`)
  yield* ok("POST", `${company}/syncSettings`, 204, settings.json)
  const defaults = yield* ok("GET", "/profile/syncSettings")
  yield* ok("POST", "/profile/syncSettings", 204, defaults.json)

  const profile = yield* ok("GET", "/profile")
  yield* ok("PUT", "/profile", 200, profile.json)
  yield* ok("POST", "/corsSettings", 200, { allowedOrigins: ["https://a.example"] })
  yield* ok("GET", "/corsSettings")

  const key = yield* ok("POST", "/apiKeys", 201, { name: "worker" })
  yield* ok("GET", "/apiKeys")
  yield* ok("DELETE", `/apiKeys/${at(key.json, "id")}`, 204)

  const consumer = yield* ok("POST", "/webhooks", 201, {
    url: "http://127.0.0.1:9/hook",
    eventTypes: ["client.rateLimit.reached"],
    companyTags: ["a:b"]
  })
  yield* ok("GET", "/webhooks")
  yield* ok("DELETE", `/webhooks/${at(consumer.json, "id")}`, 204)
  yield* ok("POST", "/webhooks/integrationKeys/zapier", 201)

  const pushes = yield* ok("GET", `/companies/${Sandbox.companyId}/push?pageSize=500`)
  assert.isAbove(list(pushes.json, "results").length, 10)
  yield* ok(
    "GET",
    `/companies/${Sandbox.companyId}/push/${at(pushes.json, "results", 0, "pushOperationKey")}`
  )
  yield* ok("GET", `${connection}/options/invoices`)

  yield* ok("GET", "/integrations")
  yield* ok("GET", "/integrations/gbol")
  yield* ok("GET", "/integrations/gbol/branding")
  const custom = "/integrations/gbol/dataTypes/custom/orders"
  yield* ok("PUT", custom, 200, config)
  yield* ok("GET", custom)
  yield* ok("POST", `${connection}/data/queue/custom/orders`)
  yield* TestClock.adjust("3 seconds")
  const records = yield* ok("GET", `${connection}/data/custom/orders`)
  assert.lengthOf(list(records.json, "results"), 100)
  const supplemental = "/integrations/gbol/dataTypes/bills/supplementalDataConfig"
  yield* ok("PUT", supplemental, 200, { supplementalDataConfig: { orders: { dataSource: "/orders" } } })
  yield* ok("GET", supplemental)

  yield* ok("PATCH", connection, 200, { status: "Unlinked" })
  yield* ok("DELETE", connection)
  yield* ok("DELETE", company, 204)
  return seen
})

/** A path of an operation that leads to nothing, and one to the fixed company where it has one. */
const filled = (path: string, companyId: string): string =>
  path
    .replace("{companyId}", companyId)
    .replace("{dataType}", "bills")
    .replace("{platformKey}", "zzzz")
    .replace("{productIdentifier}", "no-such")
    .replace("{customDataIdentifier}", "no-such")
    .replace(/\{\w+\}/g, missing)

describe("the sandbox's operations", () => {
  it("are those of the specification that are not deprecated, at the same places", () => {
    const places = (rows: ReadonlyArray<{ readonly method: string; readonly path: string }>) =>
      rows.map(({ method, path }) => `${method} ${path}`).toSorted()
    assert.lengthOf(table, 49)
    assert.deepStrictEqual(places(table.map(([, method, path]) => ({ method, path }))), places(current))
    assert.strictEqual(new Set(table.map(([operation]) => operation)).size, 49)
  })
})

for (const mount of mounts) {
  describe(`Sandbox ${mount.name}: every answer is as described`, () => {
    it.effect("when all goes well", () =>
      Effect.gen(function* () {
        const seen = yield* everything
        assert.deepStrictEqual(
          current.map(({ operationId }) => operationId).filter((id) => !seen.has(String(id))),
          []
        )
      }).pipe(Effect.provide(mount.layer({ connections: 120, companies: 10 })))
    )

    it.effect("without credentials, of what is not there, and of what cannot be", () =>
      Effect.gen(function* () {
        for (const { method, path } of current) {
          const verb = method as HttpMethod.HttpMethod // the fixture's are GET, POST, PUT, PATCH and DELETE
          yield* ask(verb, filled(path, Sandbox.companyId), 401, { authorization: "" })
          if (path.includes("{companyId}")) yield* ask(verb, filled(path, missing), 404)
        }
        for (const [operation, method, path] of table) {
          const parameters = path.match(/\{\w+\}/g) ?? []
          // The fixed company, data types and products are there.
          if (parameters.some((name) => !/companyId|dataType|productIdentifier/.test(name))) {
            yield* ask(method, filled(path, Sandbox.companyId), 404)
          } else if (["POST", "PUT", "PATCH"].includes(method) && takesBody(operation)) {
            for (const text of ["{", "[1]", "1"]) {
              yield* ask(method, filled(path, Sandbox.companyId), 400, { text })
            }
          }
        }
      }).pipe(Effect.provide(mount.layer({ connections: 3 })))
    )
  })
}

const takesBody = (operation: Sandbox.Operation) =>
  !["Data.refreshAll", "Data.refresh", "Products.add", "WebhookConsumers.rotateZapierKey"].includes(
    operation
  ) && operation !== "Products.refresh"

describe("with null for what has no value", () => {
  it.effect("every answer is as described", () =>
    everything.pipe(Effect.provide(inMemory.layer({ connections: 120, companies: 10, nulls: true })))
  )
})

describe("faults", () => {
  it.effect("can be ordered for each operation, and answer with each documented error", () =>
    Effect.gen(function* () {
      for (const [operation, method, path] of table) {
        const statuses = Object.keys(operationOf(method, path.replace(/\{\w+\}/g, "x"))?.responses ?? {})
        for (const status of statuses.map(Number).filter((status) => status >= 400)) {
          yield* Sandbox.fail({ operation, status })
          yield* ask(method, filled(path, Sandbox.companyId), status)
          const [request] = yield* Sandbox.requests
          assert.strictEqual(request?.operation, operation)
          assert.deepStrictEqual(request?.faults, ["status"])
          yield* Sandbox.clearRequests
        }
      }
    }).pipe(Effect.provide(inMemory.layer({ connections: 1 })))
  )
})

for (const mount of mounts) {
  describe(`Sandbox ${mount.name}: the check of every answer in every test`, () => {
    it.effect("sees each answer, and not what a test has ordered in its place", () =>
      Effect.gen(function* () {
        const before = checked()
        const get = call("GET", "/companies")
        yield* get
        assert.strictEqual(checked(), before + 1)
        yield* Sandbox.fail({ status: 500 })
        assert.strictEqual((yield* get).status, 500)
        assert.strictEqual(checked(), before + 2)
        const orders: ReadonlyArray<Sandbox.Fault> = [
          { status: 500, body: { mine: true } },
          { status: 418, contentType: "text/plain" },
          { status: 204 },
          { kind: "html" },
          { kind: "malformed" }
        ]
        for (const fault of orders) {
          yield* Sandbox.fail(fault)
          yield* get
        }
        assert.strictEqual(checked(), before + 2)
        yield* get
        assert.strictEqual(checked(), before + 3)
      }).pipe(Effect.provide(mount.layer()))
    )
  })
}

describe("the check itself", () => {
  const get = { method: "GET", path: `/companies/${missing}/data/history/${missing}`, status: 200 }
  const read = {
    id: missing,
    companyId: missing,
    connectionId: missing,
    dataType: "bills",
    status: "Complete",
    requested: "2026-01-01T00:00:00Z",
    progress: 100,
    isCompleted: true,
    isErrored: false
  }

  it("finds a wrong name, type, value, status and body", () => {
    const wrong = (changes: object, answer: object = {}) =>
      faultsOf({ ...get, text: JSON.stringify({ ...read, ...changes }), ...answer }).join()
    assert.strictEqual(wrong({}), "")
    assert.strictEqual(wrong({ errorMessage: null }), "")
    assert.match(wrong({ progres: 1 }), /additional properties/)
    assert.match(wrong({ progress: "100" }), /must be integer/)
    assert.match(wrong({ progress: null }), /must be integer/)
    assert.match(wrong({ id: undefined }), /required property/)
    assert.match(wrong({ id: "x" }), /format "uuid"/)
    assert.match(wrong({ status: "Done" }), /allowed values/)
    assert.match(wrong({}, { status: 202 }), /202 is not documented/)
    assert.match(wrong({}, { path: "/nowhere" }), /no operation/)
    assert.match(wrong({}, { status: 404 }), /additional properties/)
    assert.match(wrong({}, { method: "DELETE", path: `/companies/${missing}`, status: 204 }), /has a body/)
    assert.match(eventFaultsOf("read.completed", { payload: { dataTypes: [{ x: 1 }] } }).join(), /additional/)
    assert.match(eventFaultsOf("nothing", {}).join(), /not documented/)
  })
})
