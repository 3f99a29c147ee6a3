import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as Webhook from "effect-codat/Webhook"
import { body, secret } from "../support/Webhooks.ts"

describe("dedupe", () => {
  const content = body("company.deleted", { id: "8a210b68" })
  const event = Effect.fnUntraced(function* (id: string) {
    const headers = yield* Webhook.sign({ secret, id, body: content })
    return yield* Webhook.verify({ secret, headers, body: content })
  })

  it.effect("handles a message once, though each delivery has its own time", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const once = yield* Webhook.dedupe((event) => Effect.sync(() => seen.push(event.id)))
      for (const id of ["a", "b", "a", "a", "b"]) {
        yield* once(yield* event(id))
        yield* TestClock.adjust("1 minute")
      }
      assert.deepStrictEqual(seen, ["a", "b"])
    })
  )

  it.effect("tries again after a failure, a defect and an interruption", () =>
    Effect.gen(function* () {
      const outcomes = [Effect.fail("no"), Effect.die("no"), Effect.interrupt, Effect.void]
      let calls = 0
      const once = yield* Webhook.dedupe(() => outcomes[calls++] ?? Effect.die("called too often"))
      const a = yield* event("a")
      for (let i = 0; i < 3; i++) assert.isTrue(Exit.isFailure(yield* Effect.exit(once(a))))
      yield* once(a)
      yield* once(a)
      assert.strictEqual(calls, 4)
    })
  )

  it.effect("handles to the end what it has begun, also when the sender closes the connection", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const started = yield* Deferred.make<void>()
      let begun = 0
      const once = yield* Webhook.dedupe(() =>
        Effect.suspend(() => {
          begun++
          return Effect.andThen(Deferred.succeed(started, undefined), Deferred.await(gate))
        })
      )
      const a = yield* event("a")
      const first = yield* Effect.forkChild(once(a))
      yield* Deferred.await(started)
      const closed = yield* Effect.forkChild(Fiber.interrupt(first))
      // A delivery that waits for the first one ends with its own connection.
      const waiting = yield* Effect.forkChild(once(a))
      yield* Effect.yieldNow
      yield* Fiber.interrupt(waiting)
      const second = yield* Effect.forkChild(once(a))
      yield* Effect.yieldNow
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(closed)
      yield* Fiber.join(second)
      yield* once(a)
      assert.strictEqual(begun, 1)
    })
  )

  it.effect("fails as soon as one of several effects fails that are run at the same time", () =>
    Effect.gen(function* () {
      const once = yield* Webhook.dedupe(() =>
        Effect.all([Effect.never, Effect.fail("no")], { concurrency: 2 })
      )
      const a = yield* event("a")
      const handling = yield* Effect.forkChild(Effect.flip(once(a)), { startImmediately: true })
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(handling.pollUnsafe(), Exit.succeed("no"))
    })
  )

  it.effect("does not forget what is being handled, however much comes meanwhile", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const gate = yield* Deferred.make<void>()
      const once = yield* Webhook.dedupe(
        ({ id }) =>
          Effect.andThen(
            Effect.sync(() => seen.push(id)),
            Deferred.await(gate)
          ),
        { capacity: 2 }
      )
      const fibers = []
      for (const id of ["a", "b", "c", "a"]) {
        fibers.push(yield* Effect.forkChild(once(yield* event(id)), { startImmediately: true }))
      }
      assert.deepStrictEqual(seen, ["a", "b", "c"])
      yield* Deferred.succeed(gate, undefined)
      yield* Effect.forEach(fibers, Fiber.join)
      assert.deepStrictEqual(seen, ["a", "b", "c"])
    })
  )

  it.effect("remembers what was handled, however much fails meanwhile", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const once = yield* Webhook.dedupe(
        ({ id }) =>
          Effect.andThen(
            Effect.sync(() => seen.push(id)),
            id === "a" ? Effect.void : Effect.fail("no")
          ),
        { capacity: 3 }
      )
      for (const id of ["a", "x1", "x2", "x3", "a"]) yield* Effect.exit(once(yield* event(id)))
      assert.deepStrictEqual(seen, ["a", "x1", "x2", "x3"])
    })
  )

  it.effect("lets a repetition wait for the first, and take its place when that fails", () =>
    Effect.gen(function* () {
      let calls = 0
      const gate = yield* Deferred.make<void, string>()
      const once = yield* Webhook.dedupe(() => (calls++ === 0 ? Deferred.await(gate) : Effect.void))
      const a = yield* event("a")
      const first = yield* Effect.forkChild(once(a))
      yield* Effect.yieldNow
      const second = yield* Effect.forkChild(once(a))
      yield* Effect.yieldNow
      assert.strictEqual(calls, 1)
      // Another message does not wait.
      yield* once(yield* event("b"))
      yield* Deferred.fail(gate, "no")
      assert.isTrue(Exit.isFailure(yield* Fiber.await(first)))
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(second)))
      assert.strictEqual(calls, 3)
    })
  )

  it.effect("forgets after the time to live, and beyond the capacity", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const once = yield* Webhook.dedupe((event) => Effect.sync(() => seen.push(event.id)), {
        capacity: 2,
        timeToLive: "1 hour"
      })
      const [a, b, c] = [yield* event("a"), yield* event("b"), yield* event("c")]
      yield* once(a)
      yield* TestClock.adjust("59 minutes")
      yield* once(a)
      assert.deepStrictEqual(seen, ["a"])
      yield* TestClock.adjust("1 minute")
      yield* once(a)
      assert.deepStrictEqual(seen, ["a", "a"])
      yield* once(b)
      // Seen again, so `b` is now the one that was not seen for longest.
      yield* once(a)
      yield* once(c)
      yield* once(a)
      assert.deepStrictEqual(seen, ["a", "a", "b", "c"])
      yield* once(b)
      assert.deepStrictEqual(seen, ["a", "a", "b", "c", "b"])
    })
  )

  it.effect("remembers for two days unless told otherwise, longer than Codat repeats a message", () =>
    Effect.gen(function* () {
      let calls = 0
      const once = yield* Webhook.dedupe(() => Effect.sync(() => calls++))
      const a = yield* event("a")
      yield* once(a)
      yield* TestClock.adjust("47 hours")
      yield* once(a)
      assert.strictEqual(calls, 1)
      yield* TestClock.adjust("1 hour")
      yield* once(a)
      assert.strictEqual(calls, 2)
    })
  )

  it.effect("remembers the newest message at the capacity, while older ones are still handled", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const gate = yield* Deferred.make<void>()
      const once = yield* Webhook.dedupe(
        ({ id }) =>
          Effect.andThen(
            Effect.sync(() => seen.push(id)),
            id === "slow" ? Deferred.await(gate) : Effect.void
          ),
        { capacity: 1 }
      )
      const slow = yield* Effect.forkChild(once(yield* event("slow")), { startImmediately: true })
      for (const id of ["new", "new", "new"]) yield* once(yield* event(id))
      assert.deepStrictEqual(seen, ["slow", "new"])
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(slow)
      yield* once(yield* event("new"))
      assert.deepStrictEqual(seen, ["slow", "new"])
    })
  )

  it.effect("remembers as many messages as the capacity, and the newest of them", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const once = yield* Webhook.dedupe((event) => Effect.sync(() => seen.push(event.id)), { capacity: 2 })
      for (const id of ["a", "b", "c", "c", "b"]) yield* once(yield* event(id))
      assert.deepStrictEqual(seen, ["a", "b", "c"])
      yield* once(yield* event("a"))
      assert.deepStrictEqual(seen, ["a", "b", "c", "a"])
    })
  )

  it.effect("neither forgets nor keeps a message when the time of day is set", () =>
    Effect.gen(function* () {
      let calls = 0
      const once = yield* Webhook.dedupe(() => Effect.sync(() => calls++), { timeToLive: "1 hour" })
      const a = yield* event("a")
      const clock = yield* Clock.Clock
      const at = (offset: number) =>
        Effect.provideService(once(a), Clock.Clock, {
          ...clock,
          currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + offset,
          currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + offset)
        })
      yield* at(0)
      yield* at(86_400_000)
      assert.strictEqual(calls, 1)
      yield* TestClock.adjust("1 hour")
      yield* at(-86_400_000)
      assert.strictEqual(calls, 2)
    })
  )
})
