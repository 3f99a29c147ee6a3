import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { Auth, Connections, RetryPolicy, Sandbox } from "effect-codat"
import * as Fleet from "../../examples/one-budget-for-a-fleet.ts"
import { reasonIs } from "../support/Fake.ts"
import { redis } from "../support/redis.ts"

const count = Connections.count({ companyId: Sandbox.companyId })

/** A Codat that answers at once, and how many requests have reached it. */
const codat = () => {
  const seen = { requests: 0 }
  const client = HttpClient.make((request) =>
    Effect.sync(() => {
      seen.requests++
      return HttpClientResponse.fromWeb(request, Response.json({ totalResults: 1, results: [{}] }))
    })
  )
  const layer = Layer.merge(
    Layer.succeed(HttpClient.HttpClient)(client),
    Auth.layerApiKey({ apiKey: Redacted.make("key") })
  )
  return { seen, layer }
}

const six = Effect.all(
  Array.from({ length: 6 }, () => count),
  { concurrency: 6 }
)

describe("one budget for a fleet, in a real Redis", () => {
  it.live("two processes' limiters take their turns from one budget", (context) =>
    Effect.gen(function* () {
      const { url } = yield* redis(context)
      const { layer, seen } = codat()
      // Two layers, each with a connection and a limiter of its own, as two processes would have.
      const program = six.pipe(Effect.provide(Fleet.fleetLimit({ redisUrl: url, requestsPerMinute: 20 })))
      const both = yield* Effect.forkChild(
        Effect.all([program, program], { concurrency: 2 }).pipe(Effect.provide(layer))
      )
      // The budget is what stops them: nothing else would keep twelve instant requests apart.
      yield* Effect.sync(() => seen.requests).pipe(
        Effect.repeat({ until: (requests) => requests >= 2, schedule: Schedule.spaced("20 millis") })
      )
      yield* Effect.sleep("1 second")
      // A tenth of it at once, and the next after three seconds.
      assert.strictEqual(seen.requests, 2)
      yield* Fiber.interrupt(both)
    }).pipe(Effect.scoped)
  )

  it.live("a store that cannot be reached is a Transport failure, and nothing is sent", (context) =>
    Effect.gen(function* () {
      const { stop, url } = yield* redis(context)
      const { layer, seen } = codat()
      const error = yield* Effect.gen(function* () {
        yield* count
        yield* stop
        return yield* Effect.flip(count)
      }).pipe(
        RetryPolicy.withPolicy(RetryPolicy.none),
        Effect.provide(Fleet.fleetLimit({ redisUrl: url })),
        // The Redis client logs that it lost its server, which is the point here.
        Effect.provide(Logger.layer([])),
        Effect.provide(layer)
      )
      assert.strictEqual(error.reason._tag, "Transport")
      assert.strictEqual(seen.requests, 1)
    }).pipe(Effect.scoped)
  )
})

describe("the limiter's store", () => {
  it.live("in a Redis that is killed fails calls, and its layer still closes", (context) =>
    Effect.gen(function* () {
      const { stop, url } = yield* redis(context)
      const closed = yield* Deferred.make<void>()
      yield* Effect.gen(function* () {
        yield* count
        yield* stop
        reasonIs(yield* Effect.flip(count), "Transport")
      }).pipe(
        RetryPolicy.withPolicy(RetryPolicy.none),
        // A second at most, so that the test does not wait for the default of five.
        Effect.provide(Fleet.fleetLimit({ redisUrl: url, storeTimeout: "500 millis" })),
        Effect.ensuring(Deferred.succeed(closed, undefined)),
        Effect.provide(Logger.layer([])),
        Effect.provide(Sandbox.layer())
      )
      yield* Deferred.await(closed)
    }).pipe(Effect.scoped, Effect.timeout("10 seconds"))
  )
})
