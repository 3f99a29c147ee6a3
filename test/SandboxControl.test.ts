import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import * as Auth from "effect-codat/Auth"
import * as Sandbox from "effect-codat/Sandbox"
import { at, Base, call, connections, find, inMemory, plain } from "./SandboxMounts.ts"

const { companyId } = Sandbox
const missing = "11111111-2222-4333-8444-555555555555"
const status = (path: string) => Effect.map(call("GET", path), ({ json }) => at(json, "status"))

describe("Sandbox.authorize and Sandbox.deauthorize", () => {
  it.effect("move a connection as its end user would, and requests see it", () =>
    Effect.gen(function* () {
      for (const from of ["PendingAuth", "Unlinked", "Deauthorized"] as const) {
        const { id, path } = yield* find(from)
        const linked = yield* Sandbox.authorize({ companyId, connectionId: id })
        assert.strictEqual(linked.status, "Linked")
        assert.strictEqual(yield* status(path), "Linked")
        const lost = yield* Sandbox.deauthorize({ companyId, connectionId: id })
        assert.strictEqual(lost.status, "Deauthorized")
        assert.strictEqual(yield* status(path), "Deauthorized")
      }
    }).pipe(Effect.provide(inMemory.layer()))
  )

  it.effect("say so when there is nothing to move, or no way to", () =>
    Effect.gen(function* () {
      const linked = yield* find("Linked")
      const again = yield* Effect.flip(Sandbox.authorize({ companyId, connectionId: linked.id }))
      assert.strictEqual(again.reason, "InvalidTransition")
      assert.strictEqual(again.control, "authorize")
      assert.match(again.message, /Linked/)
      for (const from of ["PendingAuth", "Unlinked", "Deauthorized"] as const) {
        const { id } = yield* find(from)
        const error = yield* Effect.flip(Sandbox.deauthorize({ companyId, connectionId: id }))
        assert.strictEqual(error.reason, "InvalidTransition")
        assert.strictEqual((yield* find(from)).id, id)
      }
      const nowhere = yield* Effect.flip(Sandbox.authorize({ companyId: missing, connectionId: linked.id }))
      assert.strictEqual(nowhere.reason, "CompanyNotFound")
      const nothing = yield* Effect.flip(Sandbox.authorize({ companyId, connectionId: missing }))
      assert.strictEqual(nothing.reason, "ConnectionNotFound")
      assert.strictEqual((yield* Effect.flip(Sandbox.connections(missing))).reason, "CompanyNotFound")
    }).pipe(Effect.provide(inMemory.layer()))
  )
})

describe("Sandbox.makeCompany", () => {
  it.effect("makes a company that requests can use", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 1))
      const made = yield* Sandbox.makeCompany({
        name: "Willow Dental",
        description: "d",
        tags: { a: "b" },
        connections: 12
      })
      assert.strictEqual(made.name, "Willow Dental")
      assert.strictEqual(made.created, "2026-01-01T00:00:00Z")
      const page = yield* call("GET", `/companies/${made.id}/connections`)
      assert.strictEqual(at(page.json, "totalResults"), 12)
      assert.deepStrictEqual(at(page.json, "results"), (yield* Sandbox.connections(made.id)).map(plain))
      const bare = yield* Sandbox.makeCompany()
      assert.isAbove(bare.name.length, 0)
      assert.deepStrictEqual(yield* Sandbox.connections(bare.id), [])
      assert.deepStrictEqual(
        (yield* Sandbox.companies).map((company) => company.id),
        [companyId, made.id, bare.id]
      )
    }).pipe(Effect.provide(inMemory.layer({ connections: 1 })))
  )

  it.effect("makes nothing of what a program without types gets wrong", () =>
    Effect.gen(function* () {
      const [one] = yield* Sandbox.connections()
      const ref = { companyId, connectionId: one?.id ?? "" }
      // Casts, because types refuse these.
      for (const [wrong, message] of [
        [Sandbox.makeCompany({ name: 5 as unknown as string }), "name must be a text"],
        [
          Sandbox.makeCompany({ tags: 5 as unknown as Record<string, string> }),
          "tags must be an object of texts"
        ],
        [Sandbox.failLink({ ...ref, statusCode: 500 as unknown as string }), "statusCode must be a text"],
        [Sandbox.authorize({ companyId } as Sandbox.ConnectionRef), "connectionId must be a text"],
        [Sandbox.setQuota({ used: 0.5 }), "used must be a whole number, 0 or more"]
      ] as const) {
        const error = yield* Effect.flip<unknown, Sandbox.SandboxError, Sandbox.Sandbox>(wrong)
        assert.deepStrictEqual([error.reason, error.message], ["InvalidOption", message])
      }
      assert.strictEqual((yield* Sandbox.companies).length, 1)
    }).pipe(Effect.provide(inMemory.layer({ connections: 1 })))
  )

  it.effect("makes none with a number of connections that is not one", () =>
    Effect.gen(function* () {
      for (const count of [-1, 1.5, Number.NaN, 100_001]) {
        const error = yield* Effect.flip(Sandbox.makeCompany({ connections: count }))
        assert.strictEqual(error.reason, "InvalidOption")
      }
      assert.strictEqual((yield* Sandbox.companies).length, 1)
    }).pipe(Effect.provide(inMemory.layer()))
  )
})

describe("Sandbox.layer", () => {
  const story = (options?: Sandbox.Options) =>
    Effect.gen(function* () {
      const made = yield* call("POST", connections, { json: { platformKey: "gbol" } })
      const lost = yield* call("GET", "/nowhere")
      return { made: made.json, lost: lost.json, all: yield* Sandbox.connections() }
    }).pipe(Effect.provide(inMemory.layer({ connections: 30, ...options })))

  it.effect("tells the same story for the same seed, and another for another", () =>
    Effect.gen(function* () {
      const first = yield* story()
      assert.deepStrictEqual(yield* story(), first)
      assert.deepStrictEqual(yield* story({ seed: 1 }), first)
      const ids = new Set(first.all.map((connection) => connection.id))
      for (const seed of [2, "1", "x"]) {
        const other = yield* story({ seed })
        assert.isFalse(other.all.some((connection) => ids.has(connection.id)))
        assert.notStrictEqual(at(other.lost, "correlationId"), at(first.lost, "correlationId"))
      }
    })
  )

  it.effect("a fault that is met does not shift the identifiers", () =>
    Effect.gen(function* () {
      const plain = yield* story()
      const hit = yield* Effect.gen(function* () {
        yield* Sandbox.fail({ status: 500, probability: 0.5, times: 1 })
        for (let i = 0; i < 10; i++) yield* call("GET", connections)
        return at((yield* call("POST", connections, { json: { platformKey: "gbol" } })).json, "id")
      }).pipe(Effect.provide(inMemory.layer({ connections: 30 })))
      assert.strictEqual(hit, at(plain.made, "id"))
    })
  )

  it.effect("is a sandbox of its own each time, and one for all that share it", () =>
    Effect.gen(function* () {
      const layer = inMemory.layer({ connections: 3 })
      const add = call("POST", connections, { json: { platformKey: "gbol" } })
      const count = Effect.map(Sandbox.connections(), (all) => all.length)
      const shared = yield* Effect.provide(Effect.andThen(add, Effect.andThen(add, count)), layer)
      assert.strictEqual(shared, 5)
      assert.strictEqual(yield* Effect.provide(count, layer), 3)
    })
  )

  it.effect("provides credentials that it accepts", () =>
    Effect.gen(function* () {
      const { authorization } = yield* Auth.Auth
      assert.strictEqual(Redacted.value(yield* authorization), `Basic ${btoa("mine")}`)
    }).pipe(Effect.provide(Sandbox.layer({ apiKey: "mine" })))
  )

  it.effect("answers whatever host is asked, and says which that was", () =>
    Effect.gen(function* () {
      yield* call("GET", connections)
      const elsewhere = Context.make(Base, "http://localhost:1234")
      yield* Effect.provideContext(call("GET", connections), elsewhere)
      assert.deepStrictEqual(
        (yield* Sandbox.requests).map((request) => [request.origin, request.status]),
        [
          ["https://api.codat.io", 200],
          ["http://localhost:1234", 200]
        ]
      )
    }).pipe(Effect.provide(inMemory.layer()))
  )

  it.effect("shows what was due by now, and a link that ends after a read does not break it", () =>
    Effect.gen(function* () {
      const pending = (yield* Sandbox.connections()).find(({ status }) => status === "PendingAuth")
      const ref = { companyId: Sandbox.companyId, connectionId: pending?.id ?? "" }
      const lastSync = Effect.map(
        Sandbox.connections(),
        (all) => all.find(({ id }) => id === ref.connectionId)?.lastSync
      )
      yield* Sandbox.authorize(ref)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* lastSync, "1970-01-01T00:00:02.500Z")
      yield* Sandbox.deauthorize(ref)
      yield* Sandbox.authorize(ref)
      yield* Sandbox.advance("10 seconds")
      yield* Sandbox.deauthorize(ref)
      assert.strictEqual(yield* lastSync, "1970-01-01T00:00:12.500Z")
      const [company] = (yield* Sandbox.state).companies
      assert.deepStrictEqual(company?.running, [])
      const ends = company?.reads?.filter(({ connectionId }) => connectionId === ref.connectionId)
      assert.deepStrictEqual([...new Set(ends?.map(({ end }) => end?.status))], ["Complete"])
    }).pipe(Effect.provide(Sandbox.layer({ connections: 50 })))
  )

  it.effect("remembers the latest requests only", () =>
    Effect.gen(function* () {
      for (let page = 1; page <= 11; page++) yield* call("GET", `${connections}?page=${page}`)
      assert.deepStrictEqual(
        (yield* Sandbox.requests).map((request) => request.query["page"]),
        ["9", "10", "11"]
      )
    }).pipe(Effect.provide(inMemory.layer({ recordedRequests: 3 })))
  )

  it.effect("prints no credential that came without a scheme", () =>
    Effect.gen(function* () {
      for (const authorization of ["bare-secret", "bare-secret and more"]) {
        yield* call("GET", connections, { authorization })
      }
      const [first] = yield* Sandbox.requests
      assert.strictEqual(String(first?.authorization), "<redacted>")
      assert.notInclude(JSON.stringify(yield* Sandbox.requests), "bare-secret")
    }).pipe(Effect.provide(inMemory.layer()))
  )
})

describe("Sandbox.reset", () => {
  const layer = Sandbox.layer({ connections: 40, companies: 3 })

  it.effect("goes back to what the sandbox began with, each company's history included", () =>
    Effect.gen(function* () {
      // Of another one, so that this one has been asked for no history before.
      const began = yield* Effect.provide(Sandbox.state, Layer.fresh(layer))
      yield* find("Linked").pipe(
        Effect.flatMap(({ id }) => Sandbox.deauthorize({ companyId, connectionId: id }))
      )
      yield* Sandbox.makeCompany({ connections: 2 })
      yield* Sandbox.setQuota({ used: 3 })
      assert.notDeepEqual(yield* Sandbox.state, began)
      yield* Sandbox.reset
      assert.deepStrictEqual(yield* Sandbox.state, began)
    }).pipe(Effect.provide(inMemory.layer({ connections: 40, companies: 3 })))
  )
})
