import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as TestClock from "effect/testing/TestClock"
import * as Sandbox from "effect-codat/Sandbox"
import { at, Base, basic, call, connections, find, inMemory, key, list, mounts } from "./SandboxMounts.ts"

const gbol = { platformKey: "gbol" }
const created = Effect.map(Sandbox.connections(), (all) => all.length - 20)
const statuses = (n: number) =>
  Effect.map(Effect.all(Array.from({ length: n }, () => call("GET", connections))), (all) =>
    all.map((answer) => answer.status)
  )

/** The tag of the reason a request failed for. */
const reason = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), (error) =>
    HttpClientError.isHttpClientError(error) ? error.reason._tag : String(error)
  )

type Services = Effect.Services<ReturnType<typeof call>> | Sandbox.Sandbox

for (const mount of mounts) {
  const layer = mount.layer({ connections: 20 })
  const test = (name: string, program: () => Effect.Effect<unknown, unknown, Services>) =>
    it.effect(name, () => program().pipe(Effect.provide(layer)))

  describe(`Sandbox.fail ${mount.name}: answers`, () => {
    test("a status once, with Codat's body and the rate limit", () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ status: 500 })
        const failed = yield* call("GET", connections)
        assert.strictEqual(failed.status, 500)
        assert.strictEqual(at(failed.json, "statusCode"), 500)
        assert.match(String(at(failed.json, "error")), /problem with our server/)
        assert.isUndefined(failed.headers["retry-after"])
        assert.strictEqual(failed.headers["x-rate-limit-limit"], "1000000")
        assert.deepStrictEqual(yield* statuses(2), [200, 200])
      }))

    test("a status with all that can be said of it", () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({
          status: 429,
          retryAfter: 7,
          error: "slow down",
          canBeRetried: "False",
          detailedErrorCode: 12,
          headers: { "X-Other": "y" }
        })
        const limited = yield* call("GET", connections)
        assert.strictEqual(limited.status, 429)
        assert.strictEqual(limited.headers["retry-after"], "7")
        assert.strictEqual(limited.headers["x-rate-limit-remaining"], "0")
        assert.strictEqual(limited.headers["x-other"], "y")
        assert.strictEqual(at(limited.json, "error"), "slow down")
        assert.strictEqual(at(limited.json, "canBeRetried"), "False")
        assert.strictEqual(at(limited.json, "detailedErrorCode"), 12)
        const when = "Wed, 21 Oct 2026 07:28:00 GMT"
        yield* Sandbox.fail({ status: 503, retryAfter: when, body: "", contentType: "text/plain" })
        const empty = yield* call("GET", connections)
        assert.strictEqual(empty.headers["retry-after"], when)
        assert.strictEqual(empty.text, "")
        yield* Sandbox.fail({ status: 402, body: { statusCode: 429 } })
        assert.deepStrictEqual((yield* call("GET", connections)).json, { statusCode: 429 })
        yield* Sandbox.fail({ status: 418, kind: "status" })
        assert.strictEqual((yield* call("GET", connections)).status, 418)
      }))

    test("headers that win over the sandbox's own, and no body where HTTP has none", () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ status: 500, headers: { "Content-Type": "application/x" } })
        assert.strictEqual((yield* call("GET", connections)).headers["content-type"], "application/x")
        yield* Sandbox.fail({ status: 204 })
        const empty = yield* call("GET", connections)
        assert.strictEqual(empty.status, 204)
        assert.strictEqual(empty.text, "")
      }))

    test("a 429 that does not say the day is used up, unless it says when to come back", () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ status: 429 })
        const limited = yield* call("GET", connections)
        assert.isUndefined(limited.headers["retry-after"])
        assert.isAbove(Number(limited.headers["x-rate-limit-remaining"]), 0)
      }))

    test("a gateway's page, before and after the work", () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ kind: "html" })
        const page = yield* call("POST", connections, { json: gbol })
        assert.strictEqual(page.status, 502)
        assert.match(page.headers["content-type"] ?? "", /^text\/html/)
        assert.match(page.text, /^<html>.*502 Bad Gateway/s)
        assert.strictEqual(yield* created, 0)
        yield* Sandbox.fail({ kind: "html", status: 504, when: "after" })
        const late = yield* call("POST", connections, { json: gbol })
        assert.strictEqual(late.status, 504)
        assert.match(late.text, /504/)
        assert.strictEqual(yield* created, 1)
      }))

    test("a body that is not JSON, and one under another type", () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ kind: "malformed" })
        const broken = yield* call("GET", connections)
        assert.strictEqual(broken.status, 200)
        assert.isUndefined(broken.json)
        assert.isAbove(broken.text.length, 0)
        yield* Sandbox.fail({ kind: "contentType" })
        const html = yield* call("GET", connections)
        assert.match(html.headers["content-type"] ?? "", /^text\/html/)
        assert.strictEqual(list(html.json, "results").length, 20)
        yield* Sandbox.fail({ kind: "contentType", contentType: "text/plain" })
        assert.match((yield* call("GET", connections)).headers["content-type"] ?? "", /^text\/plain/)
        yield* Sandbox.fail({ kind: "malformed" })
        yield* call("POST", connections, { json: gbol })
        assert.strictEqual(yield* created, 1)
      }))

    test("an answer that breaks off", () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ kind: "truncated" })
        const response = yield* HttpClient.execute(
          HttpClientRequest.get(`${yield* Base}${connections}`).pipe(
            HttpClientRequest.setHeader("authorization", basic)
          )
        )
        assert.strictEqual(response.status, 200)
        assert.isAbove(Number(response.headers["content-length"]), 1000)
        assert.strictEqual(yield* reason(response.text), "DecodeError")
        assert.deepStrictEqual(yield* statuses(1), [200])
      }))

    test("no answer at all, before or after the write", () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ kind: "reset" })
        assert.strictEqual(yield* reason(call("POST", connections, { json: gbol })), "TransportError")
        assert.strictEqual(yield* created, 0)
        yield* Sandbox.fail({ kind: "reset", when: "after" })
        assert.strictEqual(yield* reason(call("POST", connections, { json: gbol })), "TransportError")
        assert.strictEqual(yield* created, 1)
        const [before, after] = yield* Sandbox.requests
        assert.deepStrictEqual(before?.faults, ["reset"])
        assert.isUndefined(before?.status)
        assert.deepStrictEqual(after?.faults, ["reset"])
        assert.deepStrictEqual(yield* statuses(1), [200])
      }))

    test("a delete that took place, answered 500 and then 404", () =>
      Effect.gen(function* () {
        const { path } = yield* find("Linked")
        yield* Sandbox.fail({ operation: "Connections.delete", status: 500, when: "after" })
        assert.strictEqual((yield* call("DELETE", path)).status, 500)
        assert.strictEqual((yield* call("DELETE", path)).status, 404)
      }))
  })

  describe(`Sandbox.fail ${mount.name}: which requests`, () => {
    test("by operation, method, page and predicate", () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ operation: "Connections.create", status: 500, times: "always" })
        yield* Sandbox.fail({ method: "PATCH", status: 501, times: "always" })
        yield* Sandbox.fail({ operation: "Connections.list", page: 2, status: 505, times: "always" })
        yield* Sandbox.fail({
          match: (request) => request.query["query"] === "id=x",
          status: 507,
          times: "always"
        })
        const { path } = yield* find("Linked")
        const seen = [
          yield* call("GET", connections),
          yield* call("GET", `${connections}?page=1`),
          yield* call("GET", `${connections}?page=2`),
          yield* call("GET", `${connections}?query=id%3Dx`),
          yield* call("GET", "/companies?page=2"),
          yield* call("GET", path),
          yield* call("PATCH", path, { json: { status: "Unlinked" } }),
          yield* call("PATCH", `/companies/${Sandbox.companyId}`, { json: {} }),
          yield* call("POST", connections, { json: gbol }),
          yield* call("POST", "/companies", { json: { name: "x" } })
        ]
        assert.deepStrictEqual(
          seen.map((answer) => answer.status),
          [200, 200, 505, 507, 200, 200, 501, 501, 500, 200]
        )
        yield* Sandbox.clearFaults
        assert.strictEqual((yield* call("POST", connections, { json: gbol })).status, 200)
      }))

    test("page 1 is the page of a request that names none", () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ page: 1, status: 500 })
        assert.deepStrictEqual(yield* statuses(2), [500, 200])
      }))

    test("after so many, and so many times, in the order they were armed", () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ status: 500, skip: 1, times: 2 })
        yield* Sandbox.fail({ status: 503 })
        yield* Sandbox.fail({ status: 502, skip: 2, times: 1 })
        assert.deepStrictEqual(yield* statuses(7), [503, 500, 500, 200, 200, 502, 200])
      }))

    test("by chance, from the seed", () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ status: 500, probability: 0.5 })
        const seen = yield* statuses(60)
        const again = yield* Effect.provide(
          Effect.andThen(Sandbox.fail({ status: 500, probability: 0.5 }), statuses(60)),
          mount.layer({ connections: 20 })
        )
        assert.deepStrictEqual(again, seen)
        const hits = seen.filter((status) => status === 500).length
        assert.isTrue(hits > 10 && hits < 50, String(hits))
        yield* Sandbox.clearFaults
        yield* Sandbox.fail({ status: 500, probability: 0, times: "always" })
        assert.deepStrictEqual(yield* statuses(3), [200, 200, 200])
        yield* Sandbox.fail({ status: 500, probability: 1, times: 1 })
        assert.deepStrictEqual(yield* statuses(2), [500, 200])
      }))

    test("is not spent on a request that is turned away first", () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ status: 500 })
        assert.strictEqual((yield* call("GET", connections, { authorization: "" })).status, 401)
        assert.deepStrictEqual(yield* statuses(2), [500, 200])
        assert.deepStrictEqual(
          (yield* Sandbox.requests).map(({ faults }) => faults),
          [[], ["status"], []]
        )
        yield* Sandbox.fail({ status: 504 })
        assert.strictEqual((yield* call("GET", connections, { authorization: "" })).status, 504)
        assert.deepStrictEqual(yield* statuses(1), [200])
      }))

    test("never when it makes no sense", () =>
      Effect.gen(function* () {
        const wrong: ReadonlyArray<Sandbox.Fault> = [
          { status: 99 },
          { status: 600 },
          { status: 200.5 },
          { kind: "html", status: 1 },
          { kind: "reset", times: 0 },
          { kind: "reset", times: 1.5 },
          { kind: "stall", skip: -1 },
          { kind: "stall", page: 0 },
          { kind: "malformed", probability: 2 },
          { kind: "malformed", probability: Number.NaN },
          { kind: "latency", duration: "Infinity" },
          ...[
            // What a program without types, or in another language, gets wrong: it must not be without effect.
            { status: undefined },
            { status: 503, operation: "Connections.lst" },
            { status: 503, operation: 5 },
            { status: 503, method: "get" },
            { status: 503, at: "Gateway" },
            { kind: "reset", when: "later" },
            { status: 503, canBeRetried: "maybe" },
            { status: 503, error: 5 },
            { status: 503, match: "all" },
            { kind: "contentType", contentType: "a\nb" },
            { status: 503, retryAfter: "a\nb" },
            { status: 503, headers: { x: "a\nb" } },
            { status: 503, headers: { x: "☃" } },
            { status: 503, headers: { "x y": "a" } },
            { status: 503, headers: { x: 1 } },
            { status: 503, headers: { x: "a", y: "a\nb" } },
            { status: 503, body: 1n },
            { kind: "latency" }
          ].map((fault) => fault as unknown as Sandbox.Fault)
        ]
        for (const fault of wrong) {
          const error = yield* Effect.flip(Sandbox.fail(fault))
          assert.strictEqual(error._tag, "SandboxError")
          assert.strictEqual(error.reason, "InvalidOption")
        }
        const typo = { status: 503, operation: "Connections.lst" } as unknown as Sandbox.Fault
        assert.include((yield* Effect.flip(Sandbox.fail(typo))).message, "did you mean Connections.list?")
        assert.deepStrictEqual(yield* statuses(1), [200])
      }))
  })

  describe(`Sandbox.fail ${mount.name}: under an idempotency key`, () => {
    const create = (n: number) => call("POST", connections, { json: gbol, key: key(n) })

    test("an answer of Codat's is kept, but for a 429", () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ status: 500 })
        const first = yield* create(1)
        assert.strictEqual(first.status, 500)
        const again = yield* create(1)
        assert.strictEqual(again.status, 500)
        assert.deepStrictEqual(again.json, first.json)
        assert.strictEqual(yield* created, 0)
        yield* TestClock.adjust("90 minutes")
        assert.strictEqual((yield* create(1)).status, 200)
        yield* Sandbox.fail({ status: 429, retryAfter: 1 })
        assert.strictEqual((yield* create(2)).status, 429)
        assert.strictEqual((yield* create(2)).status, 200)
      }))

    test("an answer of a gateway's is not", () =>
      Effect.gen(function* () {
        const before: ReadonlyArray<Sandbox.Fault> = [
          { status: 503 },
          { kind: "html" },
          { kind: "html", status: 504 },
          { status: 500, at: "gateway" },
          { status: 401 }
        ]
        let n = 10
        for (const fault of before) {
          yield* Sandbox.fail(fault)
          assert.isAtLeast((yield* create(++n)).status, 400)
          assert.strictEqual((yield* create(n)).status, 200)
        }
        assert.strictEqual(yield* created, before.length)
      }))

    test("503 can be Codat's, and is kept then", () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ status: 503, at: "origin" })
        assert.strictEqual((yield* create(1)).status, 503)
        assert.strictEqual((yield* create(1)).status, 503)
      }))

    test("a write that is heard of too late is replayed, not repeated", () =>
      Effect.gen(function* () {
        const after: ReadonlyArray<Sandbox.Fault> = [
          { status: 502, when: "after" },
          { kind: "html", when: "after" },
          { kind: "reset", when: "after" },
          { kind: "truncated" },
          { kind: "malformed" },
          { kind: "contentType" }
        ]
        let n = 20
        for (const fault of after) {
          yield* Sandbox.fail(fault)
          yield* Effect.ignore(create(++n))
          const again = yield* create(n)
          assert.strictEqual(again.status, 200)
          assert.strictEqual(at(again.json, "id"), (yield* Sandbox.connections()).at(-1)?.id)
        }
        assert.strictEqual(yield* created, after.length)
      }))

    test("a write that Codat says failed is kept as failed", () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ status: 500, when: "after" })
        assert.strictEqual((yield* create(1)).status, 500)
        assert.strictEqual((yield* create(1)).status, 500)
        assert.strictEqual(yield* created, 1)
      }))

    test("a connection that dies before the write leaves the key free", () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ kind: "reset" })
        yield* Effect.flip(create(1))
        assert.strictEqual((yield* create(1)).status, 200)
        assert.strictEqual(yield* created, 1)
      }))
  })
}

describe("Sandbox.fail in memory: time", () => {
  const layer = inMemory.layer({ connections: 20 })
  const test = (name: string, program: () => Effect.Effect<unknown, unknown, Services>) =>
    it.effect(name, () => program().pipe(Effect.provide(layer)))
  const create = call("POST", connections, { json: gbol, key: key(1) })

  test("a delay is a delay by the clock, and the answer is the ordinary one", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail({ kind: "latency", duration: "5 seconds" })
      const fiber = yield* Effect.forkChild(call("GET", connections), { startImmediately: true })
      yield* TestClock.adjust("4 seconds")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(fiber)).status, 200)
    }))

  test("a delay leads to the next fault", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail({ kind: "latency", duration: "1 second" })
      yield* Sandbox.fail({ kind: "latency", duration: "1 second" })
      yield* Sandbox.fail({ status: 500 })
      const fiber = yield* Effect.forkChild(call("GET", connections), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(fiber)).status, 500)
      assert.deepStrictEqual((yield* Sandbox.requests)[0]?.faults, ["latency", "latency", "status"])
    }))

  test("a caller who gives up at the gateway has asked for nothing", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail({ kind: "latency", duration: "5 seconds" })
      const fiber = yield* Effect.forkChild(create, { startImmediately: true })
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* created, 0)
      assert.strictEqual((yield* create).status, 200)
    }))

  test("a caller who gives up at the origin has his request carried out, and gets 409 until then", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail({ kind: "latency", at: "origin", duration: "5 seconds" })
      const fiber = yield* Effect.forkChild(create, { startImmediately: true })
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      const running = yield* create
      assert.strictEqual(running.status, 409)
      assert.match(String(at(running.json, "error")), /idempotency key is still in progress/)
      assert.strictEqual(at(running.json, "canBeRetried"), "True")
      assert.strictEqual(yield* created, 0)
      yield* TestClock.adjust("4 seconds")
      const replayed = yield* create
      assert.strictEqual(replayed.status, 200)
      assert.strictEqual(yield* created, 1)
    }))

  for (const [name, renew] of [
    ["a reset", Sandbox.reset],
    ["another state", Effect.flatMap(Sandbox.state, (state) => Effect.orDie(Sandbox.replaceState(state)))]
  ] as const) {
    test(`a slow write of before ${name} changes nothing after it`, () =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ kind: "latency", at: "origin", duration: "5 seconds", times: 2 })
        const gone = yield* Effect.forkChild(create, { startImmediately: true })
        const waits = yield* Effect.forkChild(
          call("POST", connections, { json: gbol, key: key(2) }).pipe(Effect.exit),
          { startImmediately: true }
        )
        yield* TestClock.adjust("1 second")
        yield* Fiber.interrupt(gone)
        const before = yield* created
        yield* renew
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* Fiber.join(waits))._tag, "Failure")
        assert.strictEqual(yield* created, before)
        // The key is free.
        const other = yield* call("POST", connections, { json: { platformKey: "dfxm" }, key: key(1) })
        assert.strictEqual(other.status, 200)
      }))
  }

  test("a stall never ends by itself", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail({ kind: "stall" })
      yield* Sandbox.fail({ kind: "stall", when: "after" })
      for (const made of [0, 1]) {
        const fiber = yield* Effect.forkChild(call("POST", connections, { json: gbol }), {
          startImmediately: true
        })
        yield* TestClock.adjust("10 days")
        assert.isUndefined(fiber.pollUnsafe())
        yield* Fiber.interrupt(fiber)
        assert.strictEqual(yield* created, made)
      }
      assert.deepStrictEqual(yield* statuses(1), [200])
    }))
})
