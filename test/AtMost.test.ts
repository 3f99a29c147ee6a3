import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { atMost } from "../src/internal/AtMost.ts"

const soon = Duration.millis(5)
const late = () => "late" as const

/** Never ends, and says that it began and that it was interrupted. */
const stuck = Effect.gen(function* () {
  const begun = yield* Deferred.make<void>()
  const interrupted = yield* Deferred.make<void>()
  const run = Effect.andThen(Deferred.succeed(begun, undefined), Effect.never).pipe(
    Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
  )
  return { begun, interrupted, run }
})

describe("on the system's clock", () => {
  it.live("gives what the effect gives when it is in time", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* atMost(Effect.succeed(1), Duration.hours(1), late), 1)
      assert.strictEqual(yield* atMost(Effect.as(Effect.yieldNow, 2), Duration.hours(1), late), 2)
      assert.strictEqual(yield* Effect.flip(atMost(Effect.fail("no"), Duration.hours(1), late)), "no")
      const died = yield* Effect.exit(atMost(Effect.die("bug"), Duration.hours(1), late))
      assert.isTrue(Exit.hasDies(died))
    })
  )

  it.live("fails when it is late, and has interrupted the effect by then", () =>
    Effect.gen(function* () {
      const { interrupted, run } = yield* stuck
      assert.strictEqual(yield* Effect.flip(atMost(run, soon, late)), "late")
      assert.isTrue(yield* Deferred.isDone(interrupted))
    })
  )

  it.live("interrupts the effect with the fiber that waits for it", () =>
    Effect.gen(function* () {
      const { begun, interrupted, run } = yield* stuck
      const fiber = yield* Effect.forkChild(atMost(run, Duration.hours(1), late))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      assert.isTrue(yield* Deferred.isDone(interrupted))
    })
  )

  it.live("can be longer than a timer", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* atMost(Effect.as(Effect.sleep(soon), 1), Duration.days(365), late), 1)
      assert.strictEqual(yield* atMost(Effect.as(Effect.sleep(soon), 2), Duration.infinity, late), 2)
    })
  )
})

it.effect("on another clock, it is late by that one", () =>
  Effect.gen(function* () {
    const { begun, interrupted, run } = yield* stuck
    const fiber = yield* Effect.forkChild(Effect.flip(atMost(run, Duration.hours(1), late)))
    yield* Deferred.await(begun)
    yield* TestClock.adjust("59 minutes")
    assert.isFalse(yield* Deferred.isDone(interrupted))
    yield* TestClock.adjust("1 minute")
    assert.strictEqual(yield* Fiber.join(fiber), "late")
    assert.isTrue(yield* Deferred.isDone(interrupted))
  })
)
