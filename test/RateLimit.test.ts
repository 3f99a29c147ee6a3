import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { Auth, CodatConfig, Connections, RateLimit, RetryPolicy, Sandbox } from "effect-codat"
import * as Breaker from "../examples/circuit-breaker.ts"
import { companyId, connectionId, json, row, script } from "./support/Fake.ts"

const count = Connections.count({ companyId: Sandbox.companyId })

describe("RateLimit.quota", () => {
  it.effect("is the newest figures seen, as an Effect and as a metric", () =>
    Effect.gen(function* () {
      assert.isTrue(Option.isNone(yield* RateLimit.quota))
      yield* count
      const first = Option.getOrThrow(yield* RateLimit.quota)
      assert.deepStrictEqual([first.limit, first.remaining], [3, 2])
      assert.strictEqual(first.resetAt && DateTime.formatIso(first.resetAt), "1970-01-02T00:00:00.000Z")
      yield* count
      yield* count
      const error = yield* Effect.flip(count)
      assert.strictEqual(error.reason._tag, "RateLimited")
      const last = Option.getOrThrow(yield* RateLimit.quota)
      assert.strictEqual(last.remaining, 0)
      const gauge = (yield* Metric.snapshot).find(({ id }) => id === "codat_quota_remaining")
      assert.deepInclude(gauge?.state, { value: 0 })
    }).pipe(Effect.provide([Sandbox.layer({ dailyQuota: 3 }), RateLimit.layerQuota]))
  )

  it.effect("leaves out what the answer left out", () =>
    Effect.gen(function* () {
      const transport = script(json(200, row(1), { "x-rate-limit-remaining": "5" }))
      yield* Connections.get({ companyId, connectionId }).pipe(Effect.provide(transport.layer))
      assert.deepStrictEqual(Option.getOrThrow(yield* RateLimit.quota), { remaining: 5 })
    }).pipe(Effect.provide(RateLimit.layerQuota))
  )

  it.effect("is of its own for each part that asks for it", () =>
    Effect.gen(function* () {
      yield* count
      const inside = yield* RateLimit.quota.pipe(Effect.provide(RateLimit.layerQuota))
      assert.isTrue(Option.isNone(inside))
      assert.isTrue(Option.isSome(yield* RateLimit.quota))
    }).pipe(Effect.provide([Sandbox.layer(), RateLimit.layerQuota]))
  )
})

/** Answers after `latency`, and knows how many requests there were in each minute and at once. */
const slow = (latency: number) => {
  const seen = { requests: 0, underway: 0, most: 0, at: [] as Array<number> }
  const client = HttpClient.make((request) =>
    Effect.gen(function* () {
      seen.requests++
      seen.at.push(yield* Effect.clockWith((clock) => clock.currentTimeMillis))
      seen.most = Math.max(seen.most, ++seen.underway)
      yield* Effect.sleep(latency).pipe(Effect.ensuring(Effect.sync(() => seen.underway--)))
      return HttpClientResponse.fromWeb(request, Response.json({ totalResults: 1, results: [{}] }))
    })
  )
  return {
    seen,
    layer: Layer.merge(
      Layer.succeed(HttpClient.HttpClient)(client),
      Auth.layerApiKey({ apiKey: Redacted.make("key") })
    )
  }
}

const many = (n: number) =>
  Effect.all(
    Array.from({ length: n }, () => count),
    { concurrency: n }
  )

describe("RateLimit.layer", () => {
  it.effect("lets at most `concurrency` requests be under way, 10 by default", () => {
    const { layer, seen } = slow(100)
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(many(50).pipe(Effect.provide(RateLimit.layer())))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(fiber)
      assert.strictEqual(seen.requests, 50)
      assert.strictEqual(seen.most, 10)
    }).pipe(Effect.provide(layer))
  })

  /** How many requests fell into the fullest 60 seconds, wherever those begin. */
  const fullest = (at: ReadonlyArray<number>) =>
    Math.max(...at.map((start) => at.filter((time) => time >= start && time < start + 60_000).length))

  for (const requestsPerMinute of [1, 2, 10, 45, 300]) {
    it.effect(`sends ${requestsPerMinute} within any 60 seconds, and no more, after pauses too`, () => {
      const { layer, seen } = slow(0)
      const n = requestsPerMinute
      const program = Effect.gen(function* () {
        for (const [requests, pause] of [
          [n - 1, 54],
          [2 * n, 40],
          [Math.ceil(n / 2), 59],
          [n, 61],
          [1, 0.2],
          [2 * n, 0]
        ] as const) {
          yield* many(requests)
          yield* Effect.sleep(pause * 1000)
        }
      }).pipe(Effect.provide(RateLimit.layer({ requestsPerMinute, concurrency: 1000 })))
      return Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(program)
        yield* TestClock.adjust("20 minutes")
        yield* Fiber.join(fiber)
        assert.isAtMost(fullest(seen.at), n)
        assert.isAtLeast(fullest(seen.at), Math.floor(0.99 * n))
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("lets a tenth of the budget go at once, and the rest within a minute or so", () => {
    const { layer, seen } = slow(0)
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(
        many(1000).pipe(Effect.provide(RateLimit.layer({ concurrency: 1000 })))
      )
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(seen.requests, 100)
      yield* TestClock.adjust("61 seconds")
      yield* Fiber.join(fiber)
      assert.strictEqual(seen.requests, 1000)
    }).pipe(Effect.provide(layer))
  })

  it.effect("waiting for a turn does not count against an attempt, but does against the deadline", () => {
    const { layer, seen } = slow(1)
    const limited = many(2).pipe(
      Effect.provide([
        RateLimit.layer({ requestsPerMinute: 1 }),
        CodatConfig.layer({ attemptTimeout: "1 second" })
      ])
    )
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(limited)
      yield* TestClock.adjust("2 minutes")
      yield* Fiber.join(fiber)
      assert.strictEqual(seen.requests, 2)
      const bounded = yield* Effect.forkChild(
        Effect.flip(limited.pipe(RetryPolicy.withPolicy(RetryPolicy.make({ deadline: "30 seconds" }))))
      )
      yield* TestClock.adjust("2 minutes")
      const error = yield* Fiber.join(bounded)
      assert.strictEqual(error.reason._tag, "Timeout")
      assert.strictEqual(error.reason._tag === "Timeout" && error.reason.bound, "deadline")
    }).pipe(Effect.provide(layer))
  })

  it.effect("keeps to the budget when credentials take their time", () => {
    const { layer, seen } = slow(0)
    let asked = 0
    const slowAuth = Layer.succeed(Auth.Auth)({
      authorization: Effect.suspend(() =>
        Effect.as(Effect.sleep(asked++ < 10 ? "29 seconds" : 0), Redacted.make("Basic a2V5"))
      ),
      refused: () => Effect.succeed(false)
    })
    return Effect.gen(function* () {
      const limited = Layer.merge(slowAuth, RateLimit.layer({ requestsPerMinute: 20 }))
      const fiber = yield* Effect.forkChild(many(50).pipe(Effect.provide(limited)))
      yield* TestClock.adjust("10 minutes")
      yield* Fiber.join(fiber)
      assert.isAtMost(fullest(seen.at), 20)
    }).pipe(Effect.provide(layer))
  })

  it.effect("lets each of two limiters of one program have its own budget", () => {
    const [large, small] = [slow(0), slow(0)]
    const service = ({ layer }: typeof large, requestsPerMinute: number) =>
      Layer.effectDiscard(Effect.forkScoped(Effect.orDie(many(200)))).pipe(
        Layer.provide(Layer.merge(layer, RateLimit.layer({ requestsPerMinute })))
      )
    const graph = Layer.merge(service(large, 1000), service(small, 10))
    return Effect.gen(function* () {
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(large.seen.requests, 200)
      assert.isAtMost(small.seen.requests, 10)
    }).pipe(Effect.provide(graph))
  })

  it.effect("lets who came first go first, and only that one ask the store", () => {
    const order: Array<number> = []
    let asked = 0
    const counting = Layer.effect(
      RateLimiter.RateLimiter,
      Effect.map(RateLimiter.RateLimiter, (limiter) => ({
        ...limiter,
        consume: (options: Parameters<typeof limiter.consume>[0]) =>
          Effect.andThen(
            Effect.sync(() => asked++),
            limiter.consume(options)
          )
      }))
    ).pipe(Layer.provide(RateLimiter.layer), Layer.provide(RateLimiter.layerStoreMemory))
    const client = HttpClient.make((request, url) =>
      Effect.sync(() => {
        order.push(Number(url.pathname.split("/")[2]))
        return HttpClientResponse.fromWeb(request, Response.json({ totalResults: 1, results: [{}] }))
      })
    )
    const numbered = Array.from({ length: 12 }, (_, n) => Connections.count({ companyId: String(n) }))
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(
        Effect.all(numbered, { concurrency: 12 }).pipe(
          Effect.provide(RateLimit.layerShared({ requestsPerMinute: 20, concurrency: 12 })),
          Effect.provide(counting)
        )
      )
      yield* TestClock.adjust("2 minutes")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        order,
        Array.from({ length: 12 }, (_, n) => n)
      )
    }).pipe(
      Effect.provide([
        Layer.succeed(HttpClient.HttpClient)(client),
        Auth.layerApiKey({ apiKey: Redacted.make("key") })
      ])
    )
  })

  it.effect("who gives up waiting costs nobody a turn", () => {
    const { layer, seen } = slow(0)
    const hurried = count.pipe(
      RetryPolicy.withPolicy(RetryPolicy.make({ deadline: "15 seconds" })),
      Effect.exit
    )
    const program = Effect.gen(function* () {
      const made: Array<number> = []
      for (let minute = 0; minute < 10; minute++) {
        const before = seen.requests
        yield* Effect.all(
          Array.from({ length: 20 }, () => hurried),
          { concurrency: 20 }
        )
        yield* Effect.sleep("45 seconds")
        made.push(seen.requests - before)
      }
      return made
    }).pipe(Effect.provide(RateLimit.layer({ requestsPerMinute: 10, concurrency: 20 })))
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(program)
      yield* TestClock.adjust("15 minutes")
      // One at once, and what flows in within fifteen seconds, minute after minute.
      assert.deepStrictEqual(
        yield* Fiber.join(fiber),
        Array.from({ length: 10 }, () => 3)
      )
    }).pipe(Effect.provide(layer))
  })

  it.effect("a retry takes a turn of its own", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail({ status: 503, times: 1 })
      const fiber = yield* Effect.forkChild(
        count.pipe(Effect.provide(RateLimit.layer({ requestsPerMinute: 1 })))
      )
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual((yield* Sandbox.requests).length, 1)
      yield* TestClock.adjust("30 seconds")
      yield* Fiber.join(fiber)
      assert.strictEqual((yield* Sandbox.requests).length, 2)
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  for (const options of [
    { requestsPerMinute: 0 },
    { concurrency: 1.5 },
    { requestsPerMinute: Number.NaN },
    { storeTimeout: 0 },
    { storeTimeout: -1 },
    { key: "" }
  ]) {
    it.effect(`refuses ${JSON.stringify(options)}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Effect.provide(count, RateLimit.layer(options)))
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        assert.strictEqual(
          error.reason._tag === "InvalidRequest" && error.reason.field,
          Object.keys(options)[0]
        )
      }).pipe(Effect.provide(Sandbox.layer()))
    )
  }
})

it.effect("RateLimit.layerShared does not spin when the store says to ask again after nothing", () => {
  let asked = 0
  const hasty = Layer.effect(
    RateLimiter.RateLimiter,
    Effect.map(RateLimiter.RateLimiter, (limiter) => ({
      ...limiter,
      consume: (options: Parameters<typeof limiter.consume>[0]) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          if (++asked > 100) return Effect.die("it spins")
          if (now >= 5) return limiter.consume(options)
          const reason = new RateLimiter.RateLimitExceeded({
            retryAfter: Duration.zero,
            key: options.key,
            limit: options.limit,
            remaining: 0
          })
          return Effect.fail(new RateLimiter.RateLimiterError({ reason }))
        })
    }))
  ).pipe(Layer.provide(RateLimiter.layer), Layer.provide(RateLimiter.layerStoreMemory))
  const { layer, seen } = slow(0)
  return Effect.gen(function* () {
    const fiber = yield* count.pipe(
      Effect.provide(RateLimit.layerShared().pipe(Layer.provide(hasty))),
      Effect.provideService(Random.Random, { nextDoubleUnsafe: () => 0, nextIntUnsafe: () => 0 }),
      Effect.provide(layer),
      Effect.forkChild
    )
    yield* TestClock.adjust("10 millis")
    yield* Fiber.join(fiber)
    assert.strictEqual(seen.requests, 1)
    assert.isAtMost(asked, 6)
  })
})

it.effect("RateLimit.layerShared lets no process take every turn, however near it is to the store", () => {
  const [near, far] = [slow(0), slow(0)]
  // One store for both, with a way to it that takes so long.
  const away = (millis: number) =>
    Layer.effect(
      RateLimiter.RateLimiter,
      Effect.map(RateLimiter.RateLimiter, (limiter) => ({
        ...limiter,
        consume: (options: Parameters<typeof limiter.consume>[0]) =>
          Effect.andThen(Effect.sleep(millis), limiter.consume(options))
      }))
    )
  const process = (service: typeof near, millis: number) =>
    many(400).pipe(
      Effect.provide(RateLimit.layerShared({ requestsPerMinute: 300 }).pipe(Layer.provide(away(millis)))),
      Effect.provide(service.layer)
    )
  return Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Effect.all([process(near, 1), process(far, 8)], { concurrency: 2 }))
    yield* TestClock.adjust("50 seconds")
    const counts = [near.seen.requests, far.seen.requests] as const
    yield* Fiber.interrupt(fiber)
    assert.isAtLeast(Math.min(...counts), 50)
    assert.isAtMost(counts[0] + counts[1], 300)
  }).pipe(Effect.provide(RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))))
})

describe("the circuit breaker example", () => {
  it.effect("stops sending when Codat is down, without waiting for an open circuit", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Effect.provide(Breaker.program, Breaker.codat))
      yield* TestClock.adjust("5 minutes")
      const { after, during, requests } = yield* Fiber.join(fiber)
      assert.strictEqual(during.reason._tag, "ServerError")
      assert.strictEqual(after.reason._tag === "Transport" && after.reason.code, "CIRCUIT_OPEN")
      assert.strictEqual(after.attempts.length, 1)
      assert.strictEqual(requests, 5)
    })
  )
})
