import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Duration, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { bounded } from "../src/internal/Bounded.ts"

/** An effect that takes so many seconds, and writes down what becomes of it. */
const taking = (seconds: number, log: Array<string>) =>
  Effect.sleep(Duration.seconds(seconds)).pipe(
    Effect.as("done"),
    Effect.onInterrupt(() => Effect.map(Effect.sleep("1 second"), () => log.push("let go")))
  )

const late = () => Effect.fail("late")

describe("a time limit", () => {
  it.effect("leaves alone what is in time, whatever its end", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const inTime = bounded(Effect.orDie(taking(4, log)), Duration.seconds(5), () => Effect.die("late"))
      const fiber = yield* Effect.forkChild(inTime)
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual(yield* Fiber.join(fiber), "done")
      assert.strictEqual(
        yield* Effect.flip(bounded(Effect.fail("early"), Duration.seconds(5), () => Effect.fail("late"))),
        "early"
      )
      assert.deepStrictEqual(log, [])
    })
  )

  it.effect("waits for the end of what it interrupts", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const fiber = yield* bounded<string, string, never>(taking(9, log), Duration.seconds(5), late).pipe(
        Effect.flip,
        Effect.tap(() => Effect.sync(() => log.push("told"))),
        Effect.forkChild
      )
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(log, [])
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(fiber), "late")
      assert.deepStrictEqual(log, ["let go", "told"])
    })
  )

  it.effect("lets go of what it limits when it is interrupted itself", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const fiber = yield* Effect.forkChild(
        bounded<string, string, never>(taking(9, log), Duration.seconds(5), late)
      )
      yield* TestClock.adjust("1 second")
      const interruption = yield* Effect.forkChild(Fiber.interrupt(fiber))
      yield* TestClock.adjust("1 second")
      yield* Fiber.await(interruption)
      assert.deepStrictEqual(log, ["let go"])
    })
  )

  it.effect("is none when it is infinite, and needs no clock", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<string>()
      const fiber = yield* Effect.forkChild(
        bounded<string, string, never>(Deferred.await(gate), Duration.infinity, late)
      )
      yield* TestClock.adjust("400 days")
      yield* Deferred.succeed(gate, "done")
      assert.strictEqual(yield* Fiber.join(fiber), "done")
    })
  )

  it.effect("leaves no sleeper behind", () =>
    Effect.gen(function* () {
      let [begun, asleep] = [0, 0]
      const clock = yield* Clock.Clock
      const counting: Clock.Clock = Object.assign(Object.create(clock), {
        sleep: () =>
          Effect.suspend(() => {
            begun++
            asleep++
            return Effect.never
          }).pipe(Effect.onExit(() => Effect.sync(() => asleep--)))
      })
      yield* bounded(Effect.yieldNow, Duration.seconds(5), () => Effect.void).pipe(
        Effect.provideService(Clock.Clock, counting)
      )
      assert.strictEqual(begun, 1)
      assert.strictEqual(asleep, 0)
    })
  )
})
