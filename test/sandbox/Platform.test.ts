/** What the sandbox does beyond connections, companies and integrations: one rule, one test, both ways in. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Sandbox from "effect-codat/Sandbox"
import * as Webhook from "effect-codat/Webhook"
import { at, Base, basic, call, list, mounts } from "../SandboxMounts.ts"
import { eventFaultsOf } from "../support/Conformance.ts"
import { type Received, serve } from "../support/Http.ts"

type Services = HttpClient.HttpClient | Sandbox.Sandbox | Base | Scope.Scope

const bearer = `Bearer ${Sandbox.accessToken}`
const company = `/companies/${Sandbox.companyId}`
const missing = "11111111-2222-4333-8444-555555555555"

/** A company with one connection that is linked, and whose first read is over. */
const linked = Effect.fnUntraced(function* (platformKey = "gbol") {
  const made = yield* Sandbox.makeCompany({ name: "Bank of Dave", tags: { region: "uk" } })
  const path = `/companies/${made.id}`
  const { json } = yield* call("POST", `${path}/connections`, { json: { platformKey } })
  const ref = { companyId: made.id, connectionId: String(at(json, "id")) }
  yield* Sandbox.authorize(ref)
  yield* TestClock.adjust("3 seconds")
  return { ...ref, path, connection: `${path}/connections/${ref.connectionId}` }
})

/** Where messages are posted, over a socket. */
const endpoint = Effect.map(
  serve((_, response) => response.writeHead(200).end()),
  ({ origin, received }) => ({ received, path: (path: string) => `${origin}${path}` })
)

/** A message whose signature is right. */
const verified = ({ body, headers }: Received) =>
  Webhook.verify({
    secret: Sandbox.webhookSecret,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    body
  }).pipe(Effect.map((): unknown => JSON.parse(body)))

/** Waits, without the clock, for what other fibers and sockets do. */
const until = (done: () => boolean) =>
  Effect.gen(function* () {
    while (!done()) yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 2)))
  })

for (const mount of mounts) {
  const world = mount.layer({ connections: 60 })
  const test = (name: string, program: () => Effect.Effect<void, unknown, Services>) =>
    it.effect(name, () => program().pipe(Effect.scoped, Effect.provide(world)))

  describe(`Sandbox ${mount.name}: reads`, () => {
    test("go through their statuses as time passes, and end in lastSync and the history", () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2026, 2, 1, 12))
        const { connection, connectionId, path } = yield* linked()
        const started = yield* call("POST", `${path}/data/queue/invoices`)
        assert.strictEqual(started.status, 200)
        assert.strictEqual(at(started.json, "status"), "Initial")
        assert.strictEqual(at(started.json, "connectionId"), connectionId)
        assert.strictEqual(at(started.json, "requested"), "2026-03-01T12:00:03.000Z")
        const id = String(at(started.json, "id"))
        const seen: Array<unknown> = []
        for (const step of [0, 100, 400, 700, 100, 300, 100, 300, 100, 399, 1]) {
          yield* TestClock.adjust(step)
          const { json } = yield* call("GET", `${path}/data/history/${id.toUpperCase()}`)
          seen.push(at(json, "status"))
          const status = yield* call("GET", `${path}/dataStatus`)
          assert.strictEqual(at(status.json, "invoices", "currentStatus"), at(json, "status"))
          assert.strictEqual(at(status.json, "invoices", "latestSyncId"), id)
        }
        assert.deepStrictEqual(seen, [
          "Initial",
          "Queued",
          "Fetching",
          "MapQueued",
          "Mapping",
          "ProcessingQueued",
          "Processing",
          "ValidationQueued",
          "Validating",
          "Validating",
          "Complete"
        ])
        const ended = "2026-03-01T12:00:05.500Z"
        const { json } = yield* call("GET", `${path}/data/history/${id}`)
        assert.deepInclude(json, { completed: ended, progress: 100, isCompleted: true, isErrored: false })
        assert.strictEqual(at((yield* call("GET", connection)).json, "lastSync"), ended)
        assert.strictEqual(at((yield* call("GET", path)).json, "lastSync"), ended)
        const status = yield* call("GET", `${path}/dataStatus`)
        assert.deepStrictEqual(at(status.json, "invoices"), {
          dataType: "invoices",
          lastSuccessfulSync: ended,
          currentStatus: "Complete",
          latestSyncId: id,
          latestSuccessfulSyncId: id
        })
        const query = encodeURIComponent("dataType=invoices&&status=Complete")
        const found = yield* call("GET", `${path}/data/history?query=${query}&orderBy=-requested`)
        assert.strictEqual(at(found.json, "totalResults"), 2)
        assert.strictEqual(at(found.json, "results", 0, "id"), id)
        const unknown = yield* call(
          "GET",
          `${path}/data/history?query=${encodeURIComponent("isCompleted=true")}`
        )
        assert.strictEqual(unknown.status, 400)
      }))

    test("begin by themselves when a company links, with what its settings say", () =>
      Effect.gen(function* () {
        const { connection, path } = yield* linked("suuo")
        const history = yield* call("GET", `${path}/data/history`)
        assert.deepStrictEqual(
          list(history.json, "results").map((read) => [at(read, "dataType"), at(read, "status")]),
          [
            ["banking-accounts", "Complete"],
            ["banking-transactions", "Complete"]
          ]
        )
        assert.isString(at((yield* call("GET", connection)).json, "lastSync"))
      }))

    test("tell a company the latest lastSync of its connections, whichever that is", () =>
      Effect.gen(function* () {
        const all = (yield* Sandbox.connections()).flatMap(({ lastSync }) => lastSync ?? [])
        const latest = all.toSorted((a, b) => Date.parse(b) - Date.parse(a))[0]
        assert.isAbove(all.length, 10)
        assert.notStrictEqual(latest, all[0])
        assert.notStrictEqual(latest, all.at(-1))
        assert.strictEqual(at((yield* call("GET", company)).json, "lastSync"), latest)
      }))

    test("of all a company's data read what is read on the first link, of each source", () =>
      Effect.gen(function* () {
        const { path } = yield* linked()
        const { json } = yield* call("POST", `${path}/connections`, { json: { platformKey: "fztf" } })
        yield* Sandbox.authorize({
          companyId: path.split("/")[2] ?? "",
          connectionId: String(at(json, "id"))
        })
        yield* TestClock.adjust("1 hour")
        const before = at((yield* call("GET", `${path}/data/history`)).json, "totalResults")
        assert.strictEqual((yield* call("POST", `${path}/data/all`)).status, 204)
        const running = yield* call(
          "GET",
          `${path}/data/history?query=${encodeURIComponent("status=Initial")}`
        )
        assert.strictEqual(at(running.json, "totalResults"), before)
        assert.strictEqual(at(running.json, "totalResults"), 12)
        yield* TestClock.adjust("3 seconds")
        const query = encodeURIComponent("status!=Complete")
        const rest = yield* call("GET", `${path}/data/history?query=${query}`)
        assert.strictEqual(at(rest.json, "totalResults"), 0)
      }))

    test("of what the source does not have end at once", () =>
      Effect.gen(function* () {
        const { path } = yield* linked("suuo")
        const { json } = yield* call("POST", `${path}/data/queue/invoices`)
        assert.deepInclude(json, { status: "NotSupported", isCompleted: true, isErrored: false })
      }))

    test("are refused where nothing is linked, and of what is not there", () =>
      Effect.gen(function* () {
        const { id } = yield* Sandbox.makeCompany()
        const { path: other } = yield* linked()
        const path = `/companies/${id}`
        const made = yield* call("POST", `${path}/connections`, { json: { platformKey: "gbol" } })
        const pending = String(at(made.json, "id"))
        const refused = [
          [400, `${path}/data/all`],
          [400, `${path}/data/queue/invoices`],
          [400, `${path}/data/queue/invoices?connectionId=${pending}`],
          [400, `${other}/data/queue/nonsense`],
          [404, `${other}/data/queue/invoices?connectionId=${pending}`],
          [404, `/companies/${missing}/data/all`]
        ] as const
        for (const [status, where] of refused) {
          assert.strictEqual((yield* call("POST", where)).status, status, where)
        }
        assert.match(
          String(at((yield* call("POST", `${path}/data/all`)).json, "error")),
          /is not linked, so there is no data/
        )
        for (const where of ["data/history", "sync"].map((part) => `${other}/${part}/${missing}`)) {
          const answer = yield* call("GET", where.includes("/sync/") ? `${where}/validation` : where)
          assert.strictEqual(answer.status, 404, where)
        }
      }))

    test("fail when their connection is linked no more", () =>
      Effect.gen(function* () {
        const one = yield* linked()
        const two = yield* linked()
        const first = yield* call("POST", `${one.path}/data/queue/bills`)
        const second = yield* call("POST", `${two.path}/data/queue/bills`)
        const before = at((yield* call("GET", one.connection)).json, "lastSync")
        yield* TestClock.adjust("1 second")
        yield* Sandbox.deauthorize({ companyId: one.companyId, connectionId: one.connectionId })
        yield* call("PATCH", two.connection, { json: { status: "Unlinked" } })
        const states = [
          [one.path, first.json, "AuthError"],
          [two.path, second.json, "Cancelled"]
        ] as const
        for (const wait of ["0 seconds", "1 minute"] as const) {
          yield* TestClock.adjust(wait)
          for (const [path, read, status] of states) {
            const { json } = yield* call("GET", `${path}/data/history/${at(read, "id")}`)
            assert.deepInclude(json, { status, isCompleted: false, isErrored: true })
            assert.strictEqual(at(json, "completed"), "1970-01-01T00:00:07.000Z")
            assert.isString(at(json, "errorMessage"))
          }
        }
        const data = yield* call("GET", `${one.path}/dataStatus`)
        assert.strictEqual(at(data.json, "bills", "currentStatus"), "AuthError")
        assert.notStrictEqual(at(data.json, "bills", "latestSuccessfulSyncId"), at(first.json, "id"))
        assert.strictEqual(at((yield* call("GET", one.connection)).json, "lastSync"), before)
      }))

    test("end in their order, though the clock is set back", () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2026, 2, 1, 12))
        const { path } = yield* linked()
        const later = yield* call("POST", `${path}/data/queue/bills`)
        yield* TestClock.setTime(Date.UTC(2026, 2, 1, 11))
        const earlier = yield* call("POST", `${path}/data/queue/items`)
        yield* TestClock.setTime(Date.UTC(2026, 2, 1, 11, 1))
        for (const [read, status] of [
          [earlier, "Complete"],
          [later, "Initial"]
        ] as const) {
          const { json } = yield* call("GET", `${path}/data/history/${at(read.json, "id")}`)
          assert.strictEqual(at(json, "status"), status)
        }
      }))

    test("come with what validation found, once they are complete", () =>
      Effect.gen(function* () {
        const { path } = yield* linked()
        for (const [dataType, warnings] of [
          ["bills", 1],
          ["customers", 0]
        ] as const) {
          const { json } = yield* call("POST", `${path}/data/queue/${dataType}`)
          const where = `${path}/sync/${at(json, "id")}/validation`
          assert.deepStrictEqual((yield* call("GET", where)).json, { errors: [], warnings: [] })
          yield* TestClock.adjust("3 seconds")
          assert.lengthOf(list((yield* call("GET", where)).json, "warnings"), warnings)
        }
      }))

    test("have a history from the start, of what was read before", () =>
      Effect.gen(function* () {
        const { json } = yield* call("GET", `${company}/data/history?pageSize=1000`)
        const synced = (yield* Sandbox.connections()).filter(({ lastSync }) => lastSync !== undefined)
        const reads = list(json, "results")
        const complete = reads.filter((read) => at(read, "status") === "Complete")
        for (const { id, lastSync } of synced) {
          assert.isTrue(
            complete.some((read) => at(read, "connectionId") === id && at(read, "completed") === lastSync)
          )
        }
        assert.isAbove(reads.length, complete.length)
        const requested = reads.map((read) => String(at(read, "requested")))
        assert.deepStrictEqual(requested, requested.toSorted())
      }))
  })

  describe(`Sandbox ${mount.name}: webhook consumers`, () => {
    test("are told, signed, of what they asked for", () =>
      Effect.gen(function* () {
        const { path, received } = yield* endpoint
        const eventTypes = ["read.completed.initial", "read.completed", "company.product.added"]
        const created = yield* call("POST", "/webhooks", { json: { url: path("/hook"), eventTypes } })
        assert.strictEqual(created.status, 201)
        const id = String(at(created.json, "id"))
        assert.deepStrictEqual(created.json, { id, url: path("/hook"), disabled: false, eventTypes })
        assert.deepStrictEqual((yield* call("GET", "/webhooks")).json, { results: [created.json] })
        const one = yield* linked("suuo")
        yield* until(() => received.length === 1)
        yield* call("POST", `${one.path}/data/queue/banking-accounts`)
        yield* TestClock.adjust("3 seconds")
        yield* until(() => received.length === 2)
        yield* call("PUT", `${one.path}/products/lending`)
        yield* until(() => received.length === 3)
        const events = yield* Effect.forEach(received, verified)
        assert.deepStrictEqual(
          events.map((event) => at(event, "eventType")),
          eventTypes
        )
        for (const [index, event] of events.entries()) {
          assert.deepStrictEqual(eventFaultsOf(eventTypes[index] ?? "", event), [])
        }
        assert.deepStrictEqual(at(events[1], "payload", "dataTypes"), [
          {
            connectionId: one.connectionId,
            dataType: "banking-accounts",
            recordsModified: true,
            status: "Complete",
            issues: []
          }
        ])
        assert.strictEqual(at(events[1], "payload", "modifiedFromDate"), "1970-01-01T00:00:02.500Z")
        assert.deepInclude(at(events[2], "payload"), { productId: "lending", productName: "Lending" })
        assert.strictEqual((yield* call("DELETE", `/webhooks/${id}`)).status, 204)
        assert.strictEqual((yield* call("DELETE", `/webhooks/${id}`)).status, 404)
        yield* call("DELETE", `${one.path}/products/lending`)
        yield* call("PUT", `${one.path}/products/lending`)
        yield* call("POST", "/webhooks", { json: { url: path("/last"), eventTypes: ["company.created"] } })
        yield* Sandbox.makeCompany()
        yield* until(() => received.length === 4)
        assert.strictEqual(received[3]?.url, "/last")
      }))

    test("are not told when disabled, nor of companies without their tags", () =>
      Effect.gen(function* () {
        const { path, received } = yield* endpoint
        const eventTypes = ["company.created"]
        for (const more of [
          { url: path("/off"), disabled: true },
          { url: path("/fr"), companyTags: ["region:fr"] },
          { url: path("/uk"), companyTags: ["region:fr", "region:uk"] }
        ]) {
          assert.strictEqual(
            (yield* call("POST", "/webhooks", { json: { eventTypes, ...more } })).status,
            201
          )
        }
        yield* Sandbox.makeCompany({ tags: { region: "us" } })
        yield* Sandbox.makeCompany({ tags: { region: "uk" } })
        yield* Sandbox.makeCompany({ tags: { region: "fr" } })
        yield* until(() => received.length === 3)
        const heard = received.map(
          ({ body, url }) => `${url} ${at(JSON.parse(body), "payload", "tags", "region")}`
        )
        assert.deepStrictEqual(heard.toSorted(), ["/fr fr", "/uk fr", "/uk uk"])
      }))

    test("are refused when they cannot be, and beyond fifty", () =>
      Effect.gen(function* () {
        const good = { url: "https://example.com/hook", eventTypes: ["company.created"] }
        for (const wrong of [
          { url: "/hook" },
          { url: "ftp://example.com" },
          { eventTypes: [] },
          { eventTypes: "company.created" },
          { disabled: "no" },
          { companyTags: ["region"] },
          { companyTags: ["region:uk", "region"] },
          { companyTags: Array.from({ length: 11 }, (_, n) => `a:${n}`) },
          { companyTags: [`a:${"x".repeat(127)}`] }
        ]) {
          const { json, status } = yield* call("POST", "/webhooks", { json: { ...good, ...wrong } })
          assert.strictEqual(status, 400, JSON.stringify(wrong))
          assert.strictEqual(at(json, "validation", "errors", 0, "itemId"), Object.keys(wrong)[0])
        }
        for (let n = 0; n < 50; n++) {
          assert.strictEqual((yield* call("POST", "/webhooks", { json: good })).status, 201)
        }
        const over = yield* call("POST", "/webhooks", { json: good })
        assert.strictEqual(over.status, 400)
        assert.match(String(at(over.json, "error")), /50 webhook consumers/)
      }))

    test("have a key for Zapier that is another each time", () =>
      Effect.gen(function* () {
        const keys = yield* Effect.forEach([1, 2], () => call("POST", "/webhooks/integrationKeys/zapier"))
        assert.deepStrictEqual(
          keys.map(({ status }) => status),
          [201, 201]
        )
        assert.match(String(at(keys[0]?.json, "key")), /^sk_integ_/)
        assert.notStrictEqual(at(keys[0]?.json, "key"), at(keys[1]?.json, "key"))
      }))
  })

  describe(`Sandbox ${mount.name}: credentials`, () => {
    test("a company's access token is good for its company, for a day", () =>
      Effect.gen(function* () {
        const { json, status } = yield* call("GET", `${company}/accessToken`)
        assert.strictEqual(status, 200)
        assert.deepInclude(json, { expiresIn: 86_400, tokenType: "Bearer" })
        const authorization = `Bearer ${at(json, "accessToken")}`
        const { id } = yield* Sandbox.makeCompany()
        const seen = Effect.forEach(
          [`${company}/connections`, company, `/companies/${id}`, `${company}0`, "/companies", "/apiKeys"],
          (path) => Effect.map(call("GET", path, { authorization }), (answer) => answer.status)
        )
        assert.deepStrictEqual(yield* seen, [200, 200, 401, 401, 401, 401])
        yield* TestClock.adjust("86399 seconds")
        assert.deepStrictEqual(yield* seen, [200, 200, 401, 401, 401, 401])
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* seen, [401, 401, 401, 401, 401, 401])
        const again = yield* call("GET", `${company}/accessToken`)
        assert.notStrictEqual(at(again.json, "accessToken"), at(json, "accessToken"))
      }))

    test("API keys are ten at most, are good until they are deleted, and may delete themselves", () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2026, 2, 1, 12, 0, 0, 500))
        const named = yield* call("POST", "/apiKeys", { json: { name: "worker" } })
        assert.strictEqual(named.status, 201)
        assert.deepInclude(named.json, { name: "worker", createdDate: "2026-03-01T12:00:00Z" })
        const bare = yield* call("POST", "/apiKeys", { json: {} })
        assert.notProperty(bare.json, "name")
        for (let n = 3; n < 10; n++) {
          assert.strictEqual((yield* call("POST", "/apiKeys", { json: {} })).status, 201)
        }
        assert.lengthOf(list((yield* call("GET", "/apiKeys")).json, "results"), 10)
        const over = yield* call("POST", "/apiKeys", { json: {} })
        assert.strictEqual(over.status, 409)
        assert.match(String(at(over.json, "error")), /10 API keys/)
        for (const name of [1, "x".repeat(51)]) {
          assert.strictEqual((yield* call("POST", "/apiKeys", { json: { name } })).status, 400)
        }
        const own = { authorization: `Basic ${btoa(String(at(named.json, "apiKey")))}` }
        assert.strictEqual((yield* call("GET", company, own)).status, 200)
        const id = String(at(named.json, "id"))
        assert.strictEqual((yield* call("DELETE", `/apiKeys/${id}`, own)).status, 204)
        assert.strictEqual((yield* call("GET", company, own)).status, 401)
        assert.strictEqual((yield* call("DELETE", `/apiKeys/${id}`)).status, 404)
        assert.strictEqual((yield* call("POST", "/apiKeys", { json: {} })).status, 201)
        const keys = list((yield* call("GET", "/apiKeys")).json, "results")
        for (const key of keys) yield* call("DELETE", `/apiKeys/${at(key, "id")}`, { authorization: bearer })
        assert.strictEqual((yield* call("GET", company, { authorization: basic })).status, 401)
        assert.strictEqual((yield* call("GET", company, { authorization: bearer })).status, 200)
      }))
  })

  describe(`Sandbox ${mount.name}: settings`, () => {
    test("the profile is kept, and what is left out is emptied", () =>
      Effect.gen(function* () {
        const before = yield* call("GET", "/profile")
        assert.strictEqual(before.status, 200)
        const profile = { name: "Bob", redirectUrl: "https://bob.example/{companyId}", logoUrl: "https://l" }
        const after = yield* call("PUT", "/profile", {
          json: { ...profile, apiKey: "mine", whiteListUrls: ["https://bob.example"] }
        })
        assert.deepStrictEqual(after.json, {
          ...profile,
          whiteListUrls: ["https://bob.example"],
          apiKey: Sandbox.apiKey,
          confirmCompanyName: false
        })
        assert.deepStrictEqual((yield* call("GET", "/profile")).json, after.json)
        for (const wrong of [{ name: "" }, { redirectUrl: null }, { logoUrl: 1 }, { whiteListUrls: ["x"] }]) {
          const { status } = yield* call("PUT", "/profile", { json: { ...profile, ...wrong } })
          assert.strictEqual(status, 400, JSON.stringify(wrong))
        }
        assert.deepStrictEqual((yield* call("GET", "/profile")).json, after.json)
      }))

    test("allowed origins are kept, and replace those before", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual((yield* call("GET", "/corsSettings")).json, { allowedOrigins: [] })
        for (const allowedOrigins of [
          ["https://a.example", "http://localhost:3000"],
          ["https://b.example"]
        ]) {
          const set = yield* call("POST", "/corsSettings", { json: { allowedOrigins } })
          assert.deepStrictEqual(set.json, { allowedOrigins })
          assert.deepStrictEqual((yield* call("GET", "/corsSettings")).json, { allowedOrigins })
        }
        for (const allowedOrigins of [
          undefined,
          "https://a.example",
          ["a.example"],
          ["https://a.example/x"]
        ]) {
          assert.strictEqual((yield* call("POST", "/corsSettings", { json: { allowedOrigins } })).status, 400)
        }
      }))

    test("sync settings of a company stand over those of all, once they override", () =>
      Effect.gen(function* () {
        const path = `${company}/syncSettings`
        const find = (json: unknown, dataType: string) =>
          list(json, "settings").find((setting) => at(setting, "dataType") === dataType)
        const defaults = yield* call("GET", "/profile/syncSettings")
        const clientId = at(defaults.json, "clientId")
        assert.lengthOf(list(defaults.json, "settings"), 43)
        const setting = { dataType: "bills", fetchOnFirstLink: false, syncSchedule: 1, syncOrder: 3 }
        const settings = [setting]
        const all = { clientId, settings, overridesDefaults: true }
        assert.strictEqual((yield* call("POST", "/profile/syncSettings", { json: all })).status, 204)
        const kept = { ...setting, isLocked: false }
        assert.deepStrictEqual(find((yield* call("GET", "/profile/syncSettings")).json, "bills"), kept)
        const inherited = yield* call("GET", path)
        assert.strictEqual(at(inherited.json, "overridesDefaults"), false)
        assert.deepStrictEqual(find(inherited.json, "bills"), kept)

        const own = { ...setting, dataType: "items", fetchOnFirstLink: true, syncFromUtc: "2020-01-01" }
        const ours = { companyId: Sandbox.companyId, settings: [own], overridesDefaults: true }
        assert.strictEqual((yield* call("POST", path, { json: ours })).status, 204)
        const after = yield* call("GET", path)
        assert.strictEqual(at(after.json, "companyId"), Sandbox.companyId)
        assert.strictEqual(at(after.json, "overridesDefaults"), true)
        assert.deepStrictEqual(find(after.json, "items"), { ...own, isLocked: false })
        assert.deepStrictEqual(find(after.json, "bills"), kept)
        assert.notDeepEqual(find((yield* call("GET", "/profile/syncSettings")).json, "items"), own)

        yield* call("POST", path, { json: { ...ours, overridesDefaults: false } })
        assert.strictEqual(at((yield* call("GET", path)).json, "overridesDefaults"), false)
        for (const wrong of [
          { companyId: missing },
          { overridesDefaults: "yes" },
          { settings: {} },
          { settings: [{ ...setting, dataType: "nonsense" }] },
          { settings: [{ ...setting, fetchOnFirstLink: "no" }] },
          { settings: [{ ...setting, syncSchedule: 1.5 }] },
          { settings: [{ ...setting, syncOrder: -1 }] },
          { settings: [{ ...setting, syncFromUtc: "then" }] },
          { settings: [{ ...setting, syncFromUtc: "2020-01-01", syncFromWindow: 24 }] },
          { settings: [{ ...setting, isLocked: 1 }] },
          { settings: [1] }
        ]) {
          const answer = yield* call("POST", path, { json: { ...ours, ...wrong } })
          assert.strictEqual(answer.status, 400, JSON.stringify(wrong))
        }
        assert.strictEqual((yield* call("POST", "/profile/syncSettings", { json: ours })).status, 400)
      }))

    test("sync settings say what is read on the first link", () =>
      Effect.gen(function* () {
        const { id } = yield* Sandbox.makeCompany()
        const path = `/companies/${id}`
        const all = list((yield* call("GET", `${path}/syncSettings`)).json, "settings")
        const settings = all.map((setting) =>
          Object.assign({}, setting, { fetchOnFirstLink: at(setting, "dataType") === "transfers" })
        )
        yield* call("POST", `${path}/syncSettings`, {
          json: { companyId: id, settings, overridesDefaults: true }
        })
        const made = yield* call("POST", `${path}/connections`, { json: { platformKey: "gbol" } })
        yield* Sandbox.authorize({ companyId: id, connectionId: String(at(made.json, "id")) })
        const { json } = yield* call("GET", `${path}/data/history`)
        assert.deepStrictEqual(
          list(json, "results").map((read) => at(read, "dataType")),
          ["transfers"]
        )
      }))

    test("products are enabled and disabled, and custom ones refreshed", () =>
      Effect.gen(function* () {
        const { path } = yield* linked()
        const products = Effect.map(call("GET", path), ({ json }) => at(json, "products"))
        const status = (method: "PUT" | "DELETE" | "POST", rest: string, json?: unknown) =>
          Effect.map(call(method, `${path}/products/${rest}`, { json }), (answer) => answer.status)
        assert.strictEqual(yield* status("PUT", "lending"), 204)
        assert.strictEqual(yield* status("PUT", "lending"), 204)
        assert.strictEqual(yield* status("PUT", "my-own"), 204)
        assert.deepStrictEqual(yield* products, ["lending", "my-own"])
        assert.strictEqual(yield* status("POST", "lending/refresh"), 400)
        assert.strictEqual(yield* status("POST", "other/refresh"), 404)
        for (const json of [{ dataTypes: ["nonsense"] }, { dataTypes: "bills" }, { types: [] }, []]) {
          assert.strictEqual(yield* status("POST", "my-own/refresh", json), 400)
        }
        assert.strictEqual(yield* status("POST", "my-own/refresh", { dataTypes: ["transfers"] }), 202)
        assert.strictEqual(yield* status("POST", "my-own/refresh"), 400)
        yield* TestClock.adjust("3 seconds")
        const done = yield* call("GET", `${path}/dataStatus`)
        assert.strictEqual(at(done.json, "transfers", "currentStatus"), "Complete")
        assert.strictEqual(yield* status("POST", "my-own/refresh"), 202)
        assert.strictEqual(yield* status("DELETE", "lending"), 204)
        assert.strictEqual(yield* status("DELETE", "lending"), 404)
        assert.deepStrictEqual(yield* products, ["my-own"])
        const { id } = yield* Sandbox.makeCompany()
        yield* call("PUT", `/companies/${id}/products/my-own`)
        assert.strictEqual((yield* call("POST", `/companies/${id}/products/my-own/refresh`)).status, 400)
        assert.strictEqual((yield* call("PUT", `${path}/products/a%20b`)).status, 404)
      }))

    test("supplemental data is kept for each platform and data type", () =>
      Effect.gen(function* () {
        const path = (key: string, type: string) =>
          `/integrations/${key}/dataTypes/${type}/supplementalDataConfig`
        const config = {
          supplementalDataConfig: {
            orders: { dataSource: "/orders", pullData: { number: "$.number" }, pushData: {} }
          }
        }
        assert.strictEqual((yield* call("GET", path("gbol", "bills"))).status, 404)
        const set = yield* call("PUT", path("gbol", "bills"), { json: config })
        assert.deepStrictEqual([set.status, set.text], [200, ""])
        assert.deepStrictEqual((yield* call("GET", path("gbol", "bills"))).json, config)
        assert.strictEqual((yield* call("GET", path("qhyg", "bills"))).status, 404)
        assert.strictEqual((yield* call("GET", path("gbol", "items"))).status, 404)
        for (const where of [path("zzzz", "bills"), path("gbol", "transfers")]) {
          assert.strictEqual((yield* call("PUT", where, { json: config })).status, 404)
        }
        for (const supplementalDataConfig of [1, { orders: 1 }, { orders: { pullData: { a: 1 } } }]) {
          const { status } = yield* call("PUT", path("gbol", "bills"), { json: { supplementalDataConfig } })
          assert.strictEqual(status, 400)
        }
      }))
  })

  describe(`Sandbox ${mount.name}: pushes and custom data`, () => {
    test("pushes have a history to read", () =>
      Effect.gen(function* () {
        const first = yield* call("GET", `${company}/push?pageSize=5`)
        assert.lengthOf(list(first.json, "results"), 5)
        assert.strictEqual(at(first.json, "_links", "next", "href"), `${company}/push?page=2&pageSize=5`)
        const all = list((yield* call("GET", `${company}/push`)).json, "results")
        assert.deepStrictEqual(
          new Set(all.map((push) => at(push, "status"))),
          new Set(["Success", "Failed", "Pending", "TimedOut"])
        )
        const accounting = (yield* Sandbox.connections()).filter((one) => one.sourceType === "Accounting")
        const ids = new Set<unknown>(accounting.map(({ id }) => id))
        assert.isTrue(all.every((push) => ids.has(at(push, "dataConnectionKey"))))
        const key = String(at(all[0], "pushOperationKey"))
        assert.deepStrictEqual((yield* call("GET", `${company}/push/${key}`)).json, all[0])
        const failed = yield* call("GET", `${company}/push?query=${encodeURIComponent("status=Failed")}`)
        assert.isString(at(failed.json, "results", 0, "validation", "errors", 0, "message"))
        assert.strictEqual((yield* call("GET", `${company}/push/${missing}`)).status, 404)
        const { id } = yield* Sandbox.makeCompany()
        assert.strictEqual(at((yield* call("GET", `/companies/${id}/push`)).json, "totalResults"), 0)
      }))

    test("options say what a record takes, where records can be written", () =>
      Effect.gen(function* () {
        const { connection } = yield* linked()
        const bank = yield* linked("suuo")
        const { json } = yield* call("GET", `${connection}/options/bills`)
        assert.deepInclude(json, { type: "Object", displayName: "bills", required: true })
        assert.strictEqual(
          at(json, "properties", "lineItems", "properties", "accountRef", "properties", "id", "type"),
          "String"
        )
        for (const path of [
          `${connection}/options/balanceSheet`,
          `${connection}/options/nonsense`,
          `${bank.connection}/options/bills`
        ]) {
          assert.strictEqual((yield* call("GET", path)).status, 404, path)
        }
      }))

    test("custom data is configured, refreshed, and paged without links", () =>
      Effect.gen(function* () {
        const { connection, path } = yield* linked()
        const where = "/integrations/gbol/dataTypes/custom/orders"
        const config = { dataSource: "/orders", requiredData: { number: "$.number" }, keyBy: ["$.id"] }
        const records = `${connection}/data/custom/orders`
        const queue = `${connection}/data/queue/custom/orders`
        for (const [method, path] of [
          ["GET", where],
          ["GET", records],
          ["POST", queue]
        ] as const) {
          assert.strictEqual((yield* call(method, path)).status, 404, path)
        }
        for (const wrong of [{ keyBy: [] }, { keyBy: "x" }, { requiredData: { a: 1 } }, { dataSource: 1 }]) {
          assert.strictEqual((yield* call("PUT", where, { json: { ...config, ...wrong } })).status, 400)
        }
        const set = yield* call("PUT", where, { json: config })
        assert.deepStrictEqual([set.status, set.json], [200, config])
        assert.deepStrictEqual((yield* call("GET", where)).json, config)
        assert.strictEqual((yield* call("GET", where.replace("gbol", "qhyg"))).status, 404)
        assert.strictEqual(at((yield* call("GET", records)).json, "totalResults"), 0)
        const read = yield* call("POST", queue)
        assert.deepInclude(read.json, { status: "Initial", dataType: "orders" })
        assert.strictEqual(at((yield* call("GET", records)).json, "totalResults"), 0)
        yield* TestClock.adjust("3 seconds")
        const { json } = yield* call("GET", `${path}/data/history/${at(read.json, "id")}`)
        assert.strictEqual(at(json, "status"), "Complete")
        const first = yield* call("GET", records)
        const second = yield* call("GET", `${records}?page=2`)
        const total = Number(at(first.json, "totalResults"))
        assert.notProperty(first.json, "_links")
        const results = [first, second].flatMap((page) => list(page.json, "results"))
        assert.isAbove(results.length, 100)
        assert.strictEqual(new Set(results.map((record) => at(record, "id"))).size, Math.min(total, 200))
        assert.deepStrictEqual(at(results[0], "content"), { number: { value: "number 1" } })
        yield* call("PATCH", connection, { json: { status: "Unlinked" } })
        assert.strictEqual((yield* call("POST", queue)).status, 400)
      }))
  })

  describe(`Sandbox ${mount.name}: what it holds in memory`, () => {
    const mebibyte = 1024 * 1024

    test("is no body of more than a mebibyte", () =>
      Effect.gen(function* () {
        const text = JSON.stringify({ name: "x".repeat(mebibyte) })
        const answer = yield* call("POST", "/companies", { text })
        assert.strictEqual(answer.status, 413)
        assert.strictEqual(at(answer.json, "statusCode"), 413)
        const fits = JSON.stringify({ name: "Fits", description: "" })
        const description = "y".repeat(mebibyte - fits.length)
        const taken = yield* call("POST", "/companies", {
          text: JSON.stringify({ name: "Fits", description })
        })
        assert.strictEqual(taken.status, 200)
        const [refused, kept] = yield* Sandbox.requests
        assert.strictEqual(refused?.status, 413)
        assert.isUndefined(refused?.body)
        assert.deepStrictEqual(kept?.body, { name: "Fits", description })
      }))

    test("is no body that says nothing of its size and turns out too large", () =>
      Effect.gen(function* () {
        const chunk = new Uint8Array(64 * 1024).fill(97)
        const status = (chunks: number) =>
          HttpClientRequest.post(`https://api.codat.io`).pipe(
            HttpClientRequest.setHeader("authorization", basic),
            HttpClientRequest.bodyStream(Stream.fromIterable(Array.from({ length: chunks }, () => chunk)), {
              contentType: "application/json"
            }),
            (request) =>
              Effect.flatMap(Base, (base) =>
                HttpClient.execute(HttpClientRequest.setUrl(request, `${base}/companies`))
              ),
            Effect.map((response) => response.status)
          )
        assert.strictEqual(yield* status(16), 400)
        assert.strictEqual(yield* status(17), 413)
        const [kept, refused] = yield* Sandbox.requests
        assert.strictEqual(kept?.body, "a".repeat(mebibyte))
        assert.isUndefined(refused?.body)
      }))

    test("is no request whose body breaks off", () =>
      Effect.gen(function* () {
        const broken = Stream.concat(
          Stream.make(new TextEncoder().encode('{"name":')),
          Stream.fail(new Error("the caller is gone"))
        )
        const request = HttpClientRequest.post(`${yield* Base}/companies`).pipe(
          HttpClientRequest.setHeader("authorization", basic),
          HttpClientRequest.bodyStream(broken, { contentType: "application/json" })
        )
        const error = yield* Effect.flip(HttpClient.execute(request))
        assert.strictEqual(error.reason._tag, "TransportError")
        assert.deepStrictEqual(yield* Sandbox.requests, [])
      }))

    test("is no body that came without credentials", () =>
      Effect.gen(function* () {
        const answer = yield* call("POST", "/companies", { json: { name: "x" }, authorization: "Basic eA==" })
        assert.strictEqual(answer.status, 401)
        const [request] = yield* Sandbox.requests
        assert.strictEqual(request?.operation, "Companies.create")
        assert.isUndefined(request?.body)
      }))

    it.effect("is no more of the record than was asked for", () =>
      Effect.gen(function* () {
        for (let n = 0; n < 12; n++) {
          const json = { name: `Company ${n}`, description: "z".repeat(10_000) }
          yield* call("POST", "/companies", { json })
        }
        const kept = yield* Sandbox.requests
        assert.strictEqual(kept.length, 4)
        assert.strictEqual(at(kept[3]?.body, "name"), "Company 11")
        yield* call("POST", "/companies", { json: { name: "Large", description: "z".repeat(60_000) } })
        assert.deepStrictEqual(yield* Sandbox.requests, [])
        yield* call("GET", "/companies")
        assert.lengthOf(yield* Sandbox.requests, 1)
      }).pipe(Effect.provide(mount.layer({ connections: 0, recordedBytes: 50_000 })))
    )
  })

  describe(`Sandbox ${mount.name}: statuses without a body`, () => {
    for (const status of [204, 205, 304]) {
      test(`${status}`, () =>
        Effect.gen(function* () {
          yield* Sandbox.fail({ operation: "Data.status", status, body: "text" })
          const answer = yield* call("GET", `${company}/dataStatus`)
          assert.deepStrictEqual([answer.status, answer.text], [status, ""])
          assert.isUndefined(answer.headers["content-type"])
        }))
    }
  })
}
