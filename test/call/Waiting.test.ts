/**
 * Every wait has an end: for a token, for the limiter's store, and on a clock that is set back.
 */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Layer, Redacted, Ref, Result } from "effect"
import { HttpClient } from "effect/http"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import { Auth, CodatConfig, type CodatError, Connections, RateLimit, RetryPolicy } from "effect-codat"
import {
  companyId,
  connectionId,
  failed,
  fake,
  ok,
  type Reply,
  reasonIs,
  row,
  stall,
  watched
} from "../support/Fake.ts"

const get = Connections.get({ companyId, connectionId })

const clientOf = (transport: ReturnType<typeof fake>) =>
  Layer.succeed(HttpClient.HttpClient)(transport.client)

describe("a token request that stalls", () => {
  it.effect("after a 401 holds no call longer than its attempt, and the next call asks anew", () =>
    Effect.gen(function* () {
      let asked = 0
      const token = Effect.suspend(() => {
        asked++
        return asked === 2 ? Effect.never : Effect.succeed(Redacted.make(`token-${asked}`))
      })
      const transport = fake((one) =>
        one.headers["authorization"] === "Bearer token-1" ? failed(401) : ok(row(0))
      )
      yield* Effect.gen(function* () {
        const both = yield* Effect.forkChild(
          Effect.all([Effect.exit(get), Effect.exit(get)], { concurrency: 2 })
        )
        yield* TestClock.adjust("1 minute")
        for (const exit of yield* Fiber.join(both)) assert.isTrue(Exit.isFailure(exit))
        assert.strictEqual((yield* get).id, "c0")
      }).pipe(
        Effect.provide(Auth.layerOAuth({ token })),
        Effect.provide(clientOf(transport)),
        RetryPolicy.withPolicy(RetryPolicy.none),
        Effect.provide(CodatConfig.layer({ attemptTimeout: "3 seconds" }))
      )
    })
  )

  it.effect("once, under a call every 100 ms, does not keep the calls after it from succeeding", () =>
    Effect.gen(function* () {
      let asked = 0
      const token = Effect.suspend(() =>
        ++asked === 1 ? Effect.never : Effect.succeed(Redacted.make(`token-${asked}`))
      )
      const transport = fake(() => ok(row(0)))
      const succeeded = yield* Ref.make(0)
      yield* Effect.gen(function* () {
        const calls = yield* Effect.forkChild(
          Effect.forEach(
            Array.from({ length: 100 }),
            (_, index) =>
              get.pipe(
                Effect.andThen(Ref.update(succeeded, (count) => count + 1)),
                Effect.ignore,
                Effect.delay(`${index * 100} millis`)
              ),
            { concurrency: "unbounded", discard: true }
          )
        )
        yield* TestClock.adjust("10 seconds")
        yield* Fiber.interrupt(calls)
      }).pipe(
        Effect.provide(Auth.layerOAuth({ token, timeout: "1 second" })),
        Effect.provide(clientOf(transport)),
        RetryPolicy.withPolicy(RetryPolicy.none),
        Effect.provide(CodatConfig.layer({ attemptTimeout: "300 millis" }))
      )
      assert.isAbove(yield* Ref.get(succeeded), 80)
      assert.strictEqual(asked, 2)
    })
  )

  it.effect("twice is an Authentication failure that says so, and is not kept", () =>
    Effect.gen(function* () {
      let asked = 0
      const token = Effect.suspend(() => (++asked < 3 ? Effect.never : Effect.succeed(Redacted.make("good"))))
      const transport = fake(() => ok(row(0)))
      yield* Effect.gen(function* () {
        const first = yield* Effect.forkChild(Effect.flip(get))
        yield* TestClock.adjust("10 seconds")
        const reason = reasonIs(yield* Fiber.join(first), "Authentication")
        assert.strictEqual(reason.message, "the token source gave no answer within 5s")
        yield* get
      }).pipe(Effect.provide(Auth.layerOAuth({ token })), Effect.provide(clientOf(transport)))
      assert.strictEqual(asked, 3)
    })
  )
})

describe("the limiter's store", () => {
  const frozen = Layer.succeed(RateLimiter.RateLimiter)({
    consume: () => Effect.never
  } as unknown as RateLimiter.RateLimiter) // Only `consume` is ever asked.

  // The second comes from a program without types.
  for (const storeTimeout of [0, "soon" as unknown as 0]) {
    it.effect(`has a bound, and ${JSON.stringify(storeTimeout)} is refused as one`, () =>
      Effect.gen(function* () {
        const error = yield* get.pipe(
          Effect.provide(RateLimit.layerShared({ storeTimeout }).pipe(Layer.provide(frozen))),
          Effect.provide(fake(() => ok(row(0))).layer),
          Effect.flip
        )
        const reason = reasonIs(error, "InvalidRequest")
        assert.strictEqual(reason.field, "storeTimeout")
        assert.strictEqual(reason.rule, "a duration above zero")
      })
    )
  }

  it.effect("that does not answer is a Transport failure after its bound, and nothing is sent", () =>
    Effect.gen(function* () {
      const transport = fake(() => ok(row(0)))
      const call = yield* get.pipe(
        Effect.flip,
        RetryPolicy.withPolicy(RetryPolicy.none),
        Effect.provide(RateLimit.layerShared({ storeTimeout: "2 seconds" }).pipe(Layer.provide(frozen))),
        Effect.provide(transport.layer),
        Effect.forkChild
      )
      yield* TestClock.adjust("2 seconds")
      const reason = reasonIs(yield* Fiber.join(call), "Transport")
      assert.strictEqual(reason.message, "the rate limiter's store: no answer within 2s")
      assert.lengthOf(transport.asked, 0)
    })
  )
})

describe("a clock that is set back", () => {
  /** The clock of the test, whose time of day can be moved without time passing. */
  const shifted = Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const shift = { millis: 0 }
    const moved: Clock.Clock = {
      ...clock,
      currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + shift.millis,
      currentTimeMillis: Effect.sync(() => clock.currentTimeMillisUnsafe() + shift.millis)
    }
    return { moved, shift }
  })

  it.effect("does not stop the limiter", () =>
    Effect.gen(function* () {
      const { moved, shift } = yield* shifted
      const transport = fake(() => ok(row(0)))
      const calls = yield* Effect.gen(function* () {
        yield* get
        shift.millis = -3_600_000
        yield* Effect.all(Array.from({ length: 20 }, () => get))
      }).pipe(
        Effect.provide(RateLimit.layer({ requestsPerMinute: 60 })),
        Effect.provide(transport.layer),
        Effect.provideService(Clock.Clock, moved),
        Effect.forkChild
      )
      yield* TestClock.adjust("2 minutes")
      yield* Fiber.join(calls)
      assert.lengthOf(transport.asked, 21)
    })
  )

  it.effect("does not extend a deadline", () =>
    Effect.gen(function* () {
      const { moved, shift } = yield* shifted
      const transport = fake(() => {
        shift.millis -= 3_600_000
        return failed(503)
      })
      const call = yield* get.pipe(
        Effect.result,
        RetryPolicy.withPolicy(
          RetryPolicy.make({
            maxAttempts: 50,
            baseDelay: "500 millis",
            jitter: "none",
            maxDelay: "500 millis",
            deadline: "2 seconds"
          })
        ),
        Effect.provide(transport.layer),
        Effect.provideService(Clock.Clock, moved),
        Effect.forkChild
      )
      yield* TestClock.adjust("1 hour")
      assert.isTrue(Result.isFailure(yield* Fiber.join(call)))
      assert.lengthOf(transport.asked, 4)
    })
  )
})

describe("a long wait", () => {
  /** The warnings of a limiter under calls, five minutes on. */
  const warningsOf = (
    limits: RateLimit.Options,
    reply: Reply,
    calls: Effect.Effect<unknown, CodatError.CodatError, HttpClient.HttpClient | Auth.Auth>
  ) =>
    watched((watch) =>
      Effect.gen(function* () {
        const running = yield* calls.pipe(
          Effect.provide(RateLimit.layer(limits)),
          RetryPolicy.withPolicy(RetryPolicy.none),
          Effect.provide(fake(() => reply).layer),
          Effect.forkChild
        )
        yield* TestClock.adjust("5 minutes")
        yield* Fiber.join(running)
        return watch.lines.filter((line) => line.includes('"WARN"'))
      })
    )

  it.effect("of the limiter is a warning with its length and reason", () =>
    Effect.gen(function* () {
      const warnings = yield* warningsOf({ requestsPerMinute: 2 }, ok(row(0)), Effect.all([get, get, get]))
      assert.lengthOf(warnings, 2)
      for (const line of warnings) assert.match(line, /RateLimit: a request waits \d+s.* for its turn/)
    })
  )

  it.effect("in a line, of which each one waits for a moment, is a warning every ten seconds", () =>
    Effect.gen(function* () {
      const calls = Effect.all(
        Array.from({ length: 700 }, () => get),
        { concurrency: "unbounded" }
      )
      const warnings = yield* warningsOf({ requestsPerMinute: 1000 }, ok(row(0)), calls)
      // 600 of them follow one every 67 ms: 40 s, of which the first ten are no long wait.
      assert.lengthOf(warnings, 4)
      const [, second = ""] = warnings
      assert.match(second, /a request waits 20s.* for its turn \(requestsPerMinute 1000, concurrency 10\)/)
    })
  )

  it.effect("in a line that moves every five seconds is a warning after 10, 20 and 30 seconds", () =>
    Effect.gen(function* () {
      const calls = Effect.all(
        Array.from({ length: 8 }, () => get),
        { concurrency: "unbounded" }
      )
      const warnings = yield* warningsOf({ requestsPerMinute: 12 }, ok(row(0)), calls)
      assert.deepStrictEqual(
        warnings.map((line) => JSON.parse(line).timestamp),
        [10, 20, 30].map((second) => `1970-01-01T00:00:${second}.000Z`)
      )
    })
  )

  it.effect("behind requests that have no answer is a warning", () =>
    Effect.gen(function* () {
      const calls = Effect.all([Effect.exit(get), Effect.exit(get)], { concurrency: 2 })
      const [warning = "", ...others] = yield* warningsOf({ concurrency: 1 }, stall, calls)
      assert.match(warning, /a request waits 30s for its turn \(requestsPerMinute 1000, concurrency 1\)/)
      assert.isEmpty(others)
    })
  )

  it.effect("of a Retry-After is a warning too, and a short one is not", () =>
    watched((watch) =>
      Effect.gen(function* () {
        const answers = [
          failed(429, {}, { "retry-after": "30" }),
          failed(503, {}, { "retry-after": "2" }),
          ok(row(0))
        ]
        const transport = fake((_, index) => answers[index] ?? ok(row(0)))
        const call = yield* get.pipe(Effect.provide(transport.layer), Effect.forkChild)
        yield* TestClock.adjust("5 minutes")
        yield* Fiber.join(call)
        const warnings = watch.lines.filter((line) => line.includes('"WARN"'))
        assert.lengthOf(warnings, 1)
        assert.include(
          warnings[0],
          "Connections.get: attempt 1 failed with RateLimited; the next one is in 30s"
        )
      })
    )
  )
})

describe("the limiter's own clock", () => {
  /** A store that makes a span, as those on a database do. */
  const spanning = Layer.succeed(RateLimiter.RateLimiter)({
    consume: () =>
      Effect.gen(function* () {
        const nanos = yield* Clock.currentTimeNanos
        const millis = yield* Clock.currentTimeMillis
        // Both are the time of day, to the second.
        if (Math.abs(Number(nanos / 1_000_000n) - millis) > 1000) return yield* Effect.die("two times of day")
        return { delay: 0, limit: 1, remaining: 1, resetAfter: 0 }
      }).pipe(Effect.withSpan("store"))
  } as unknown as RateLimiter.RateLimiter) // Only `consume` is ever asked, and its answer passed over.

  it.live("has all that a clock has, as the live one", () =>
    Effect.gen(function* () {
      const transport = fake(() => ok(row(0)))
      yield* get.pipe(
        Effect.provide(RateLimit.layerShared().pipe(Layer.provide(spanning))),
        Effect.provide(transport.layer)
      )
      assert.lengthOf(transport.asked, 1)
    })
  )
})
