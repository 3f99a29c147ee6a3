import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Connections, RetryPolicy, Sandbox } from "effect-codat"
import { against, errorOf, fake, reasonIs, reset } from "../support/Fake.ts"

const companyId = Sandbox.companyId
const operation = "Connections.create"
// From a gateway, since Codat itself would replay what it keeps under the key.
const threeHours = { operation, status: 429, at: "gateway", retryAfter: 3 * 60 * 60 } as const

/** Creates under the most patient policy, and counts what came of it a day later. */
const create = (options?: { readonly idempotencyKey: string }) =>
  Effect.gen(function* () {
    const before = (yield* Sandbox.connections()).length
    const fiber = yield* Connections.create({ companyId, platformKey: "gbol", ...options }).pipe(
      RetryPolicy.withPolicy(RetryPolicy.patient),
      Effect.result,
      Effect.forkChild
    )
    yield* TestClock.adjust("1 day")
    const result = yield* Fiber.join(fiber)
    return { result, made: (yield* Sandbox.connections()).length - before }
  })

describe("a key that Codat forgets after 90 minutes", () => {
  it.effect("is not used again after that for a write that may have taken place", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail({ operation, kind: "reset", when: "after" })
      yield* Sandbox.fail(threeHours)
      const { made, result } = yield* create()
      assert.strictEqual(made, 1)
      assert.strictEqual(result._tag === "Failure" && result.failure.reason._tag, "RateLimited")
      assert.strictEqual((yield* Sandbox.requests).length, 2)
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  it.effect("is not used again after that when it is the caller's", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail(threeHours)
      const { made, result } = yield* create({ idempotencyKey: "3e1c5b1e-9f0a-4c53-9d4e-0f2b7a6c8d10" })
      assert.strictEqual(made, 0)
      assert.strictEqual(result._tag === "Failure" && result.failure.reason._tag, "RateLimited")
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  it.effect("may be used for the first time whenever the quota allows", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail(threeHours)
      const { made, result } = yield* create()
      assert.strictEqual(made, 1)
      assert.strictEqual(result._tag, "Success")
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  it.effect("cuts off an attempt that is still waiting for its answer by then", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail({ operation, kind: "reset", when: "after" })
      yield* Sandbox.fail({ operation, status: 503, retryAfter: 89 * 60 + 50 })
      yield* Sandbox.fail({ operation, kind: "stall" })
      const { made, result } = yield* create()
      assert.strictEqual(made, 1)
      assert.deepInclude(result._tag === "Failure" ? result.failure.reason : {}, {
        _tag: "Timeout",
        bound: "deadline"
      })
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  it.effect(
    "is not used again when the machine slept for so long, with or without a key of the caller's",
    () =>
      Effect.gen(function* () {
        for (const idempotencyKey of [undefined, "3e1c5b1e-9f0a-4c53-9d4e-0f2b7a6c8d10"]) {
          const transport = fake(() => reset())
          const clock = yield* Clock.Clock
          let slept = 0
          // Sleep stops the monotonic clock and all timers, but not the time of day.
          const moved: Clock.Clock = {
            ...clock,
            currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + slept
          }
          const fiber = yield* Connections.create({ companyId, platformKey: "gbol", idempotencyKey }).pipe(
            against(transport, { maxAttempts: 5, jitter: "none" }),
            Effect.provideService(Clock.Clock, moved),
            errorOf,
            Effect.forkChild
          )
          yield* TestClock.adjust("600 millis")
          assert.lengthOf(transport.asked, 2)
          // The third attempt, after waits of 0.5 and 1 second, would be at the very end of the key's 90 minutes.
          slept = 90 * 60_000 - 1500
          yield* TestClock.adjust("1 day")
          const error = yield* Fiber.join(fiber)
          assert.deepInclude(reasonIs(error, "Timeout"), { bound: "deadline" })
          assert.lengthOf(transport.asked, 2)
          assert.isString(error.idempotencyKey)
        }
      })
  )
})
