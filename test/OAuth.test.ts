import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { Auth, Connections, RetryPolicy } from "effect-codat"
import { watched } from "./support/Fake.ts"

const connection = { id: "c", integrationId: "i", sourceId: "s", platformName: "P", linkUrl: "https://l" }

/** A server that answers by the token, and what it was sent. */
const server = (statusOf: (token: string, request: number) => number, refusal = {}) => {
  const sent: Array<string> = []
  const client = HttpClient.make((request) =>
    Effect.sync(() => {
      const token = request.headers["authorization"] ?? ""
      sent.push(token)
      const status = statusOf(token, sent.length)
      return HttpClientResponse.fromWeb(
        request,
        Response.json(status === 200 ? connection : refusal, { status })
      )
    })
  )
  return { sent, layer: Layer.succeed(HttpClient.HttpClient)(client) }
}

/** A source of tokens `t1`, `t2`, …, each good for an hour, that takes a second. */
const source = () => {
  const state = { asked: 0, underway: 0, most: 0 }
  const token = Effect.gen(function* () {
    state.asked++
    const mine = state.asked
    state.most = Math.max(state.most, ++state.underway)
    yield* Effect.sleep("1 second").pipe(Effect.ensuring(Effect.sync(() => state.underway--)))
    return { accessToken: Redacted.make(`t${mine}`), expiresIn: Duration.hours(1) }
  })
  return { state, token }
}

const get = Connections.get({ companyId: "a", connectionId: "b" })

describe("Auth.layerOAuth", () => {
  it.effect("keeps a token until shortly before it expires", () => {
    const { sent, layer } = server(() => 200)
    const { state, token } = source()
    return Effect.gen(function* () {
      const program = Effect.gen(function* () {
        yield* get
        yield* get
        yield* Effect.sleep("58 minutes")
        yield* get
        yield* Effect.sleep("2 minutes")
        yield* get
      })
      const fiber = yield* Effect.forkChild(program)
      yield* TestClock.adjust("2 hours")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(sent, ["Bearer t1", "Bearer t1", "Bearer t1", "Bearer t2"])
      assert.strictEqual(state.asked, 2)
    }).pipe(Effect.provide(Layer.merge(layer, Auth.layerOAuth({ token }))))
  })

  it.effect("runs one refresh at a time however many fibers ask", () => {
    const { sent, layer } = server(() => 200)
    const { state, token } = source()
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(
        Effect.all(
          Array.from({ length: 50 }, () => get),
          { concurrency: 50 }
        )
      )
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(state, { asked: 1, underway: 0, most: 1 })
      assert.deepStrictEqual(new Set(sent), new Set(["Bearer t1"]))
    }).pipe(Effect.provide(Layer.merge(layer, Auth.layerOAuth({ token }))))
  })

  it.effect("the interruption of one who waits does not take the refresh from the others", () => {
    const { layer } = server(() => 200)
    const { state, token } = source()
    return Effect.gen(function* () {
      const first = yield* Effect.forkChild(get)
      yield* TestClock.adjust("500 millis")
      const second = yield* Effect.forkChild(get)
      yield* TestClock.adjust("100 millis")
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("1 minute")
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(second)))
      assert.strictEqual(state.asked, 1)
    }).pipe(Effect.provide(Layer.merge(layer, Auth.layerOAuth({ token }))))
  })

  it.effect("refreshes once after a 401 and sends again, whatever the retry policy", () => {
    const { sent, layer } = server((token) => (token === "Bearer t1" ? 401 : 200))
    const { token } = source()
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Effect.all([get, get], { concurrency: 2 }))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      // Both met the 401 with the first token, and one refresh served both.
      assert.deepStrictEqual(sent, ["Bearer t1", "Bearer t1", "Bearer t2", "Bearer t2"])
    }).pipe(
      RetryPolicy.withPolicy(RetryPolicy.none),
      Effect.provide(Layer.merge(layer, Auth.layerOAuth({ token })))
    )
  })

  it.effect("sends again after a 401 that says it cannot be retried: with another token it can", () => {
    const { sent, layer } = server((token) => (token === "Bearer t1" ? 401 : 200), { canBeRetried: "False" })
    const { token } = source()
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(get)
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(sent, ["Bearer t1", "Bearer t2"])
    }).pipe(Effect.provide(Layer.merge(layer, Auth.layerOAuth({ token }))))
  })

  it.effect("a second 401 is final", () => {
    const { sent, layer } = server(() => 401)
    const { token } = source()
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Effect.flip(get))
      yield* TestClock.adjust("1 minute")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error.reason._tag, "Unauthorized")
      assert.deepStrictEqual(sent, ["Bearer t1", "Bearer t2"])
      assert.deepStrictEqual(
        error.attempts.map(({ reason }) => reason),
        ["Unauthorized", "Unauthorized"]
      )
    }).pipe(Effect.provide(Layer.merge(layer, Auth.layerOAuth({ token }))))
  })

  it.effect("a retry picks up a token that changed meanwhile", () => {
    const { sent, layer } = server((_, request) => (request < 3 ? 503 : 200))
    const { token } = source()
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(get)
      yield* TestClock.adjust("4 hours")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(sent, ["Bearer t1", "Bearer t2", "Bearer t3"])
    }).pipe(
      RetryPolicy.withPolicy(RetryPolicy.make({ baseDelay: "1 hour", maxDelay: "1 hour", jitter: "none" })),
      Effect.provide(Layer.merge(layer, Auth.layerOAuth({ token })))
    )
  })

  it.effect("a source that fails is reason Auth, says no more than its tag, and is asked again", () => {
    const { layer } = server(() => 200)
    let asked = 0
    const token = Effect.suspend(() =>
      asked++ === 0
        ? Effect.fail({ _tag: "TokenRefused" as const, secret: "MARKED" })
        : Effect.succeed(Redacted.make("t"))
    )
    return Effect.gen(function* () {
      const error = yield* Effect.flip(get)
      assert.strictEqual(error.reason._tag, "Authentication")
      assert.include(error.message, "TokenRefused")
      assert.notInclude(JSON.stringify(error), "MARKED")
      yield* get
      assert.strictEqual(asked, 2)
    }).pipe(Effect.provide(Layer.merge(layer, Auth.layerOAuth({ token }))))
  })

  /** A source whose first token is good for an hour, and which fails while `isDown`. */
  const failing = () => {
    const state = { asked: 0, isDown: false }
    const token = Effect.suspend(() =>
      state.isDown
        ? Effect.fail({ _tag: "Unreachable" as const, secret: "MARKED", asked: state.asked++ })
        : Effect.succeed({ accessToken: Redacted.make(`t${++state.asked}`), expiresIn: Duration.hours(1) })
    )
    return { state, token }
  }

  it.effect("a token that cannot be renewed is used until it expires, and the log says so", () => {
    const { sent, layer } = server(() => 200)
    const { state, token } = failing()
    return watched(({ lines }) =>
      Effect.gen(function* () {
        yield* get
        state.isDown = true
        yield* TestClock.adjust("59 minutes")
        yield* get
        yield* get
        // One request for the calls of half of the time that is left.
        assert.strictEqual(state.asked, 2)
        yield* TestClock.adjust("30 seconds")
        yield* get
        assert.strictEqual(state.asked, 3)
        assert.deepStrictEqual(new Set(sent), new Set(["Bearer t1"]))
        assert.lengthOf(lines, 2)
        assert.include(lines[0], "WARN")
        assert.include(lines[0], "Unreachable")
        assert.notInclude(lines.join(), "MARKED")
        yield* TestClock.adjust("30 seconds")
        const error = yield* Effect.flip(get)
        assert.strictEqual(error.reason._tag, "Authentication")
        assert.lengthOf(sent, 4)
        state.isDown = false
        yield* get
        assert.strictEqual(sent.at(-1), `Bearer t${state.asked}`)
      }).pipe(Effect.provide(Layer.merge(layer, Auth.layerOAuth({ token }))))
    )
  })

  it.effect("a token that does not expire is kept, also when half of its lifetime is the leeway", () => {
    const { layer } = server(() => 200)
    let asked = 0
    const token = Effect.sync(() => Redacted.make(`t${++asked}`))
    return Effect.gen(function* () {
      yield* get
      yield* TestClock.adjust("365 days")
      yield* get
      assert.strictEqual(asked, 1)
    }).pipe(Effect.provide(Layer.merge(layer, Auth.layerOAuth({ token, leeway: Duration.infinity }))))
  })

  it.effect("a token that Codat refused is not used again when no other can be had", () => {
    const refused = new Set<string>()
    const { sent, layer } = server((token) => (refused.has(token) ? 401 : 200))
    const { state, token } = failing()
    return Effect.gen(function* () {
      yield* get
      state.isDown = true
      refused.add("Bearer t1")
      for (let call = 0; call < 2; call++) {
        const error = yield* Effect.flip(get)
        assert.strictEqual(error.reason._tag, "Authentication")
        assert.lengthOf(sent, 2)
      }
    }).pipe(Effect.provide(Layer.merge(layer, Auth.layerOAuth({ token }))))
  })

  it.effect("a source that fails with something else is named by what it is", () =>
    Effect.gen(function* () {
      for (const [failure, name] of [
        [{ _tag: 7, secret: "MARKED" }, "object"],
        ["MARKED", "string"],
        [new TypeError("MARKED"), "TypeError"]
      ] as const) {
        const error = yield* Effect.flip(get).pipe(
          Effect.provide(
            Layer.merge(server(() => 200).layer, Auth.layerOAuth({ token: Effect.fail(failure) }))
          )
        )
        assert.strictEqual(error.reason.message, `the token source failed (${name})`)
      }
    })
  )

  it.effect("a token that cannot stand in a header is refused and not quoted", () => {
    const { sent, layer } = server(() => 200)
    const token = Effect.succeed(Redacted.make("MARKED\r\nx-evil: 1"))
    return Effect.gen(function* () {
      const error = yield* Effect.flip(get)
      assert.strictEqual(error.reason._tag, "Authentication")
      assert.notInclude(JSON.stringify(error), "MARKED")
      assert.deepStrictEqual(sent, [])
    }).pipe(Effect.provide(Layer.merge(layer, Auth.layerOAuth({ token }))))
  })
})
