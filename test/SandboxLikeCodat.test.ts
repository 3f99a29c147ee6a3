import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import {
  ApiKeys,
  Auth,
  Companies,
  Connections,
  CustomData,
  Data,
  Pushes,
  Webhook,
  WebhookConsumers
} from "effect-codat"
import * as Sandbox from "effect-codat/Sandbox"
import { at, call, connections, find, inMemory, key, list } from "./SandboxMounts.ts"
import { text } from "./support/Fake.ts"

const { companyId } = Sandbox
const url = "http://127.0.0.1:9/webhooks"
const secret = Redacted.make("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

/** An endpoint that answers with one status after the other, the last for ever. */
const endpoint = (...statuses: ReadonlyArray<number>) => {
  const taken: Array<{ readonly at: number; readonly type: string; readonly body: string }> = []
  const client = HttpClient.make((request) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) => {
      const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
      const status = statuses[Math.min(taken.length, statuses.length - 1)] ?? 200
      taken.push({ at, type: JSON.parse(body).eventType, body })
      const asked = {
        method: request.method,
        url: new URL(url),
        headers: {},
        body,
        signal: new AbortController().signal,
        at
      }
      return text(status, "")(request, asked)
    })
  )
  return { taken, client }
}

/** Signing is a promise, so what is posted behind the clock takes a few turns of the event loop. */
const until = (condition: () => boolean) =>
  Effect.promise(async () => {
    const turn = () => new Promise((done) => setTimeout(done, 1))
    for (let turns = 0; turns < 5000 && !condition(); turns++) await turn()
    assert.isTrue(condition(), "it did not come about")
    await turn()
  })

const second = 1000
const minute = 60 * second
const hour = 60 * minute

describe("limits", () => {
  it.effect("a company's requests at once", () =>
    Effect.gen(function* () {
      const other = yield* Sandbox.makeCompany()
      yield* Sandbox.fail({ kind: "latency", at: "origin", duration: "1 second", times: 11 })
      const slow = yield* Effect.forEach(Array.from({ length: 10 }), () =>
        Effect.forkChild(call("GET", connections))
      )
      yield* Effect.yieldNow
      const eleventh = yield* Effect.forkChild(
        call(
          "GET",
          connections.toUpperCase().replace("COMPANIES", "companies").replace("CONNECTIONS", "connections")
        )
      )
      yield* Effect.yieldNow
      const elsewhere = yield* Effect.forkChild(call("GET", `/companies/${other.id}/connections`))
      yield* TestClock.adjust("1 second")
      const answers = yield* Effect.forEach(slow, Fiber.join)
      assert.deepStrictEqual([...new Set(answers.map(({ status }) => status))], [200])
      const refused = yield* Fiber.join(eleventh)
      assert.strictEqual(refused.status, 429)
      assert.strictEqual(refused.headers["retry-after"], "1")
      assert.strictEqual((yield* Fiber.join(elsewhere)).status, 200)
      assert.strictEqual((yield* call("GET", connections)).status, 200)
    }).pipe(Effect.provide(inMemory.layer({ connections: 1, concurrentRequests: 10 })))
  )

  it.effect("requests a minute", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(10 * second)
      for (let sent = 0; sent < 5; sent++) assert.strictEqual((yield* call("GET", connections)).status, 200)
      const refused = yield* call("GET", connections, { authorization: "" })
      assert.strictEqual(refused.status, 429)
      assert.strictEqual(refused.headers["retry-after"], "50")
      yield* Sandbox.advance("50 seconds")
      assert.strictEqual((yield* call("GET", connections)).status, 200)
    }).pipe(Effect.provide(inMemory.layer({ connections: 1, requestsPerMinute: 5 })))
  )

  it.effect("the day's requests, of which an endpoint is told once, and that they begin anew", () => {
    const { client, taken } = endpoint(200)
    return Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 4, 1, 22))
      for (const status of [200, 200, 429, 429]) {
        assert.strictEqual((yield* call("GET", connections)).status, status)
      }
      yield* until(() => taken.length === 1)
      const { body, type } = taken[0] ?? { body: "{}", type: "" }
      assert.strictEqual(type, "client.rateLimit.reached")
      assert.deepStrictEqual(at(JSON.parse(body), "payload"), {
        dailyQuota: 2,
        quotaRemaining: 0,
        expiryDate: "2026-05-02T00:00:00.000Z"
      })
      yield* Sandbox.advance("2 hours")
      yield* until(() => taken.length === 2)
      assert.strictEqual(taken[1]?.type, "client.rateLimit.reset")
      assert.strictEqual((yield* call("GET", connections)).status, 200)
      assert.strictEqual((yield* Sandbox.quota).remaining, 1)
      yield* Sandbox.setQuota({ limit: 1000, used: 999 })
      assert.strictEqual((yield* call("GET", connections)).headers["x-rate-limit-remaining"], "0")
    }).pipe(
      Effect.provide(inMemory.layer({ connections: 1, dailyQuota: 2, webhooks: { url, secret, client } }))
    )
  })

  it.effect("the day's requests begin anew once, and not for a sandbox that was reset", () => {
    const { client } = endpoint(200)
    const told = Effect.map(Sandbox.deliveries, (all) => all.map(({ eventType }) => eventType.slice(17)))
    return Effect.gen(function* () {
      for (let times = 0; times < 2; times++) {
        yield* Sandbox.setQuota({ used: 2 })
        assert.strictEqual((yield* call("GET", connections)).status, 429)
        yield* Sandbox.setQuota({ used: 0 })
      }
      yield* TestClock.adjust("25 hours")
      assert.deepStrictEqual(yield* told, ["reached", "reached", "reset"])
      yield* Sandbox.setQuota({ used: 2 })
      assert.strictEqual((yield* call("GET", connections)).status, 429)
      yield* Sandbox.reset
      yield* TestClock.adjust("25 hours")
      assert.deepStrictEqual(yield* told, [])
    }).pipe(
      Effect.provide(inMemory.layer({ connections: 1, dailyQuota: 2, webhooks: { url, secret, client } }))
    )
  })
})

describe("webhooks", () => {
  it.effect("are sent again by Codat's schedule", () => {
    const { client, taken } = endpoint(500)
    return Effect.gen(function* () {
      yield* Sandbox.makeCompany()
      const waits = [0, 5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour]
      for (const [index, wait] of waits.entries()) {
        yield* TestClock.adjust(wait)
        yield* until(() => taken.length === index + 1)
      }
      yield* until(() => true)
      let sum = 0
      assert.deepStrictEqual(
        taken.map(({ at }) => at),
        waits.map((wait) => (sum += wait))
      )
      const [delivery] = yield* Sandbox.deliveries
      assert.strictEqual(delivery?.state, "failed")
      assert.lengthOf(delivery?.attempts ?? [], 8)
      yield* TestClock.adjust("5 days")
      assert.lengthOf(taken, 8)
    }).pipe(Effect.provide(inMemory.layer({ connections: 1, webhooks: { url, secret, client } })))
  })

  it.effect("are sent when the sandbox's clock is advanced, and again when asked", () => {
    const { client, taken } = endpoint(500, 500, 200)
    return Effect.gen(function* () {
      yield* Sandbox.makeCompany()
      yield* until(() => taken.length === 1)
      yield* Sandbox.advance("5 seconds")
      yield* until(() => taken.length === 2)
      yield* Sandbox.advance("5 minutes")
      yield* until(() => taken.length === 3)
      const [delivery] = yield* Sandbox.deliveries
      assert.isDefined(delivery)
      assert.deepStrictEqual(
        [delivery.state, ...delivery.attempts.map(({ at, error, status }) => [at, status, error])],
        [
          "delivered",
          [0, 500, "answered with 500"],
          [5 * second, 500, "answered with 500"],
          [5 * second + 5 * minute, 200, undefined]
        ]
      )
      yield* Sandbox.replay(delivery.id)
      yield* until(() => taken.length === 4)
      assert.strictEqual(taken[3]?.body, taken[0]?.body)
      assert.lengthOf(yield* Sandbox.deliveries, 1)
      const missing = yield* Effect.flip(Sandbox.replay("msg_0"))
      assert.strictEqual(missing.reason, "DeliveryNotFound")
    }).pipe(Effect.provide(inMemory.layer({ connections: 1, webhooks: { url, secret, client } })))
  })

  it.effect("end with their subscription, and those of the options come back", () => {
    const [first, later] = [endpoint(500), endpoint(200)]
    return Effect.gen(function* () {
      const { id } = yield* Sandbox.subscribe({ url, secret, client: later.client })
      assert.lengthOf(yield* Sandbox.subscriptions, 2)
      assert.notInclude(JSON.stringify(yield* Sandbox.subscriptions), "whsec")
      yield* Sandbox.makeCompany()
      yield* until(() => first.taken.length === 1 && later.taken.length === 1)
      yield* Sandbox.reset
      assert.deepStrictEqual(
        (yield* Sandbox.subscriptions).map((one) => one.id),
        ["sub_1"]
      )
      assert.lengthOf(yield* Sandbox.deliveries, 0)
      yield* TestClock.adjust("1 day")
      assert.lengthOf(first.taken, 1)
      yield* Sandbox.unsubscribe("sub_1")
      yield* Sandbox.makeCompany()
      assert.lengthOf(yield* Sandbox.deliveries, 0)
      assert.strictEqual((yield* Effect.flip(Sandbox.unsubscribe(id))).reason, "SubscriptionNotFound")
    }).pipe(
      Effect.provide(inMemory.layer({ connections: 1, webhooks: { url, secret, client: first.client } }))
    )
  })

  it.effect("tell of a link that failed, as the SDK reads it", () => {
    const { client, taken } = endpoint(200)
    return Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 1))
      const { id } = yield* find("PendingAuth")
      const failed = yield* Sandbox.failLink({ companyId, connectionId: id, statusCode: "402" })
      assert.strictEqual(failed.status, "PendingAuth")
      assert.deepInclude(failed.dataConnectionErrors?.at(-1), {
        statusCode: "402",
        errorMessage: "Unknown error occurred.",
        erroredOnUtc: "2026-01-01T00:00:00Z",
        status: "Active"
      })
      yield* until(() => taken.length === 1)
      const body = taken[0]?.body ?? ""
      const headers = yield* Webhook.sign({ secret, id: "msg_1", body })
      const event = yield* Webhook.verify({ secret, headers, body })
      assert.strictEqual(event.eventType, "connection.failed")
      const { id: linked } = yield* find("Linked")
      const refused = yield* Effect.flip(Sandbox.failLink({ companyId, connectionId: linked }))
      assert.strictEqual(refused.reason, "InvalidTransition")
    }).pipe(Effect.provide(inMemory.layer({ webhooks: { url, secret, client } })))
  })
})

describe("connections", () => {
  it.effect("are synchronised when they are linked, and say what was wrong", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 1))
      const { id } = yield* Connections.create({ companyId, platformKey: "gbol" })
      const ref = { companyId, connectionId: id }
      yield* Sandbox.failLink(ref)
      yield* Sandbox.authorize(ref)
      // The read begins a moment later, on a fiber of its own.
      yield* TestClock.adjust(0)
      yield* TestClock.adjust("10 seconds")
      const linked = (yield* Sandbox.connections()).find((connection) => connection.id === id)
      assert.strictEqual(linked?.lastSync, "2026-01-01T00:00:02.500Z")
      assert.deepInclude(linked?.dataConnectionErrors?.[0], {
        status: "Resolved",
        resolvedOnUtc: "2026-01-01T00:00:00Z"
      })
      const company = yield* call("GET", `/companies/${companyId}`)
      assert.strictEqual(at(company.json, "lastSync"), "2026-01-01T00:00:02.500Z")
      yield* TestClock.setTime(Date.UTC(2026, 0, 1, 1))
      const lost = yield* Sandbox.deauthorize(ref)
      assert.deepInclude(lost.dataConnectionErrors?.at(-1), {
        statusCode: "401",
        erroredOnUtc: "2026-01-01T01:00:00Z"
      })
    }).pipe(Effect.provide(Sandbox.layer()), Effect.provide(inMemory.layer()))
  )

  it.effect("of accounting are one at a time, where that is asked for", () =>
    Effect.gen(function* () {
      const { id } = yield* Companies.create({ name: "Harbour Ltd" })
      const link = Effect.fnUntraced(function* (platformKey: string) {
        const made = yield* Connections.create({ companyId: id, platformKey })
        yield* Sandbox.authorize({ companyId: id, connectionId: made.id })
      })
      for (const platform of ["gbol", "dfxm", "suuo", "qhyg"]) yield* link(platform)
      assert.deepStrictEqual(
        (yield* Sandbox.connections(id)).map(({ platformName, status }) => [platformName, status]),
        [
          ["Xero", "Unlinked"],
          ["Basiq", "Linked"],
          ["Plaid", "Linked"],
          ["QuickBooks Online", "Linked"]
        ]
      )
    }).pipe(Effect.provide(Sandbox.layer({ oneAccountingConnection: true })))
  )

  it.effect("are not linked by credentials with nothing in them", () =>
    Effect.gen(function* () {
      const { path } = yield* find("PendingAuth")
      assert.strictEqual((yield* call("PUT", `${path}/authorization`, { json: {} })).status, 400)
      assert.strictEqual(at((yield* call("GET", path)).json, "status"), "PendingAuth")
      assert.strictEqual((yield* call("PUT", `${path}/authorization`, { json: { a: "b" } })).status, 200)
      assert.strictEqual(at((yield* call("GET", path)).json, "status"), "Linked")
    }).pipe(Effect.provide(inMemory.layer()))
  )

  it.effect("are made from a bare string, unless the sandbox is strict", () =>
    Effect.gen(function* () {
      const make = call("POST", connections, { json: "gbol" })
      assert.strictEqual((yield* Effect.provide(make, inMemory.layer(), { local: true })).status, 200)
      const strict = inMemory.layer({ strict: true })
      const refused = yield* Effect.provide(make, strict, { local: true })
      assert.strictEqual(refused.status, 400)
      const object = call("POST", connections, { json: { platformKey: "gbol" } })
      assert.strictEqual((yield* Effect.provide(object, strict, { local: true })).status, 200)
    })
  )

  it.effect("have null in everything else that Codat's specification allows, which the SDK reads", () => {
    const { client } = endpoint(200)
    return Effect.gen(function* () {
      yield* call("PUT", `/companies/${companyId}/products/bank-feeds`)
      yield* call("POST", "/webhooks", { json: { url, eventTypes: ["company.created"] } })
      yield* call("POST", "/apiKeys", { json: {} })
      const connectionId =
        (yield* Sandbox.connections()).find(
          ({ sourceType, status }) => status === "Linked" && sourceType === "Accounting"
        )?.id ?? ""
      yield* Data.refreshAll({ companyId })
      yield* TestClock.adjust("3 seconds")
      const custom = { platformKey: "gbol", customDataIdentifier: "orders" }
      yield* CustomData.configure({ ...custom, dataSource: "/orders", keyBy: ["id"] })
      const body = (path: string) => Effect.map(call("GET", path), ({ json }) => json)
      const status = yield* body(`/companies/${companyId}/dataStatus`)
      const pushes = list(yield* body(`/companies/${companyId}/push?pageSize=500`), "results")
      const events = new Map(
        (yield* Sandbox.deliveries).map((one) => [one.eventType, JSON.parse(one.body) as unknown])
      )
      for (const [value, ...path] of [
        [yield* body("/companies/nowhere"), "validation"],
        [yield* body(`/companies/${companyId}`), "referenceParentCompany"],
        [yield* body(`/companies/${companyId}/data/history?pageSize=1`), "results", 0, "statusDescription"],
        [status, "itemReceipts"],
        [pushes.find((push) => at(push, "status") === "Success"), "errorMessage"],
        [pushes.find((push) => at(push, "status") === "Success"), "changes", 0, "attachmentId"],
        [yield* body(`${connections}/${connectionId}/options/invoices`), "options"],
        [yield* body("/apiKeys"), "results", 1, "name"],
        [yield* body("/webhooks"), "results", 0, "companyTags"],
        [yield* body("/integrations/gbol/dataTypes/custom/orders"), "sourceModifiedDate"],
        [events.get("company.product.added"), "payload", "description"]
      ] as const) {
        assert.isNull(at(value, ...path), path.join("."))
      }
      yield* Data.status({ companyId })
      yield* Stream.runDrain(Data.history({ companyId }))
      yield* Stream.runDrain(Pushes.list({ companyId }))
      yield* Pushes.options({ companyId, connectionId, dataType: "invoices" })
      yield* ApiKeys.list()
      yield* WebhookConsumers.list()
      yield* CustomData.configuration(custom)
      assert.strictEqual(
        (yield* Effect.flip(Companies.get({ companyId: "nowhere" }))).reason._tag,
        "NotFound"
      )
    }).pipe(
      Effect.provide(
        inMemory
          .layer({ connections: 12, nulls: true, webhooks: { url, secret, client } })
          .pipe(Layer.merge(Layer.orDie(Auth.layerApiKey({ apiKey: Redacted.make(Sandbox.apiKey) }))))
      )
    )
  })

  it.effect("have null where Codat sends null, where that is asked for", () =>
    Effect.gen(function* () {
      const { path } = yield* find("PendingAuth")
      const { json, text: body } = yield* call("GET", path)
      assert.isNull(at(json, "lastSync"))
      assert.isNull(at(json, "dataConnectionErrors"))
      assert.isNull(at(json, "connectionInfo"))
      assert.include(body, '"linkUrl":"https://')
      const company = yield* call("GET", `/companies/${companyId}`)
      assert.isNull(at(company.json, "description"))
      const all = yield* call("GET", connections)
      for (const one of list(all.json, "results")) assert.property(one, "lastSync")
      // The SDK takes them for what is absent.
      const read = yield* Connections.get({ companyId, connectionId: String(at(json, "id")) })
      assert.isUndefined(read.lastSync)
    }).pipe(Effect.provide(Sandbox.layer({ nulls: true })), Effect.provide(inMemory.layer({ nulls: true })))
  )

  it.effect("have none in the text of a fault that is nested too deeply for it, which comes as it is", () =>
    Effect.gen(function* () {
      for (let levels = 500; levels < 10_000; levels += 500) {
        const body = `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`
        yield* Sandbox.fail({ status: 200, body })
        assert.strictEqual((yield* call("GET", connections)).text, body)
      }
    }).pipe(Effect.provide(inMemory.layer({ nulls: true })))
  )
})

describe("queries", () => {
  it.effect("of companies can be about their connections", () =>
    Effect.gen(function* () {
      const pending = yield* Companies.create({ name: "Pending Ltd" })
      yield* Connections.create({ companyId: pending.id, platformKey: "gbol" })
      yield* Companies.create({ name: "None Ltd" })
      const names = (query: string) =>
        Effect.map(call("GET", `/companies?query=${encodeURIComponent(query)}`), ({ json }) =>
          list(json, "results").map((company) => at(company, "name"))
        )
      assert.deepStrictEqual(yield* names("dataConnections.status=PendingAuth&&name~Ltd"), [
        "Sandbox Company Ltd",
        "Pending Ltd"
      ])
      assert.deepStrictEqual(yield* names("dataConnections.platformName=Basiq"), ["Sandbox Company Ltd"])
      assert.deepStrictEqual(yield* names("dataConnections.status!=PendingAuth"), ["None Ltd"])
    }).pipe(Effect.provide(Sandbox.layer()), Effect.provide(inMemory.layer()))
  )

  it.effect("are ignored without a word, where that is asked for", () =>
    Effect.gen(function* () {
      const { json, status } = yield* call("GET", `${connections}?query=${encodeURIComponent("nonsense==")}`)
      assert.strictEqual(status, 200)
      assert.strictEqual(at(json, "totalResults"), 250)
      assert.strictEqual((yield* Sandbox.requests)[0]?.query["query"], "nonsense==")
    }).pipe(Effect.provide(inMemory.layer({ filter: false })))
  )
})

describe("time", () => {
  it.effect("that is advanced lets idempotency keys expire, and delays end", () =>
    Effect.gen(function* () {
      const create = call("POST", connections, { key: key(1), json: { platformKey: "gbol" } })
      const first = at((yield* create).json, "id")
      assert.strictEqual(at((yield* create).json, "id"), first)
      const { clockOffset, now } = yield* Sandbox.advance("91 minutes")
      assert.strictEqual(clockOffset, 91 * minute)
      assert.strictEqual(now, 91 * minute)
      assert.notStrictEqual(at((yield* create).json, "id"), first)

      yield* Sandbox.fail({ kind: "latency", duration: "1 hour" })
      const slow = yield* Effect.forkChild(call("GET", connections))
      yield* Effect.yieldNow
      yield* Sandbox.advance("59 minutes")
      yield* Effect.yieldNow
      assert.isUndefined(slow.pollUnsafe())
      yield* Sandbox.advance("1 minute")
      assert.strictEqual((yield* Fiber.join(slow)).status, 200)
      for (const by of [-1, Number.POSITIVE_INFINITY]) {
        assert.strictEqual((yield* Effect.flip(Sandbox.advance(by))).reason, "InvalidOption")
      }
    }).pipe(Effect.provide(inMemory.layer()))
  )
})

describe("what is not known", () => {
  it.effect("is refused by name, in options, controls and faults", () =>
    Effect.gen(function* () {
      const ref = { companyId, connectionId: "x" }
      for (const [control, message] of [
        [
          Sandbox.makeCompany({ nmae: "x" } as Sandbox.NewCompany),
          "nmae is not an option: did you mean name?"
        ],
        [
          Sandbox.authorize({ ...ref, conectionId: "y" } as Sandbox.ConnectionRef),
          "conectionId is not an option: did you mean connectionId?"
        ],
        [
          Sandbox.subscribe({ url, secret, eventType: [] } as unknown as Sandbox.Subscription),
          "eventType is not an option: did you mean eventTypes?"
        ],
        [
          Sandbox.fail({ status: 500, retryafter: 1 } as unknown as Sandbox.Fault),
          "retryafter is not an option: did you mean retryAfter?"
        ],
        [
          Sandbox.fail({ kind: "reset", duration: 1 } as unknown as Sandbox.Fault),
          /^duration is not an option; there are operation, method/
        ],
        [Sandbox.setQuota({ limt: 3 } as object), "limt is not an option: did you mean limit?"],
        // The name that was meant is missing then, which is not what is said.
        [
          Sandbox.fail({ staus: 500 } as unknown as Sandbox.Fault),
          "staus is not an option: did you mean status?"
        ],
        [
          Sandbox.authorize({ companyID: companyId, connectionId: "x" } as unknown as Sandbox.ConnectionRef),
          "companyID is not an option: did you mean companyId?"
        ],
        [
          Sandbox.replaceState({ version: 1, companis: [] } as unknown as Sandbox.SandboxState),
          "companis is not an option: did you mean companies?"
        ],
        [
          Sandbox.replaceState({ version: 2, people: [] } as unknown as Sandbox.SandboxState),
          "the version is 2; this sandbox reads version 1"
        ],
        [
          Sandbox.fail({ kind: null, status: 500 } as unknown as Sandbox.Fault),
          /^kind must be one of status, html/
        ]
      ] as const) {
        const error = yield* Effect.flip(
          control as Effect.Effect<unknown, Sandbox.SandboxError, Sandbox.Sandbox>
        )
        assert.strictEqual(error.reason, "InvalidOption")
        if (typeof message === "string") assert.strictEqual(error.message, message)
        else assert.match(error.message, message)
      }
      for (const options of [{ dailyquota: 3 }, { requestsPerMinute: 0 }, { webhookSchedule: ["soon"] }]) {
        const exit = yield* Effect.exit(
          Effect.provide(Sandbox.companies, Sandbox.layer(options as Sandbox.Options), { local: true })
        )
        assert.isTrue(Exit.hasDies(exit))
        assert.include(String(exit), Object.keys(options).join().replace("dailyquota", "dailyQuota"))
      }
    }).pipe(Effect.provide(inMemory.layer()))
  )
})

describe("a state", () => {
  it.effect("is what it was after reset, and what another was after replaceState", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 1))
      const before = yield* Sandbox.state
      yield* call("POST", connections, { json: { platformKey: "gbol" } })
      yield* Sandbox.fail({ status: 500, times: "always", operation: "Companies.list" })
      yield* Sandbox.advance("3 days")
      const after = yield* Sandbox.state
      assert.notDeepEqual(after, before)
      yield* Sandbox.reset
      assert.deepStrictEqual(yield* Sandbox.state, before)
      assert.deepStrictEqual(yield* Sandbox.requests, [])
      assert.deepStrictEqual(yield* Sandbox.faults, [])
      // The same story, from the same place.
      const id = at((yield* call("POST", connections, { json: { platformKey: "gbol" } })).json, "id")
      assert.strictEqual(after.companies[0]?.connections.at(-1)?.id, id)
      yield* Sandbox.replaceState(after)
      assert.deepStrictEqual(yield* Sandbox.state, after)
      const twice = { ...after, companies: [...after.companies, ...after.companies] }
      assert.match((yield* Effect.flip(Sandbox.replaceState(twice))).message, /occurs twice/)
    }).pipe(Effect.provide(inMemory.layer({ connections: 5 })))
  )
})
