import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as TestConsole from "effect/testing/TestConsole"
import { RetryPolicy, Sandbox } from "effect-codat"
import * as FollowRefresh from "../examples/follow-a-refresh.ts"
import * as Application from "../examples/inside-an-application.ts"
import * as Life from "../examples/life-of-a-connection.ts"
import * as OwnRetryPolicy from "../examples/own-retry-policy.ts"
import * as StreamAll from "../examples/stream-all-connections.ts"

const linkedCount = Effect.map(
  Sandbox.connections(),
  (connections) => connections.filter((connection) => connection.status === "Linked").length
)

describe("examples/stream-all-connections.ts", () => {
  it.effect("prints every linked connection", () =>
    Effect.gen(function* () {
      const count = yield* StreamAll.program(Sandbox.companyId)
      assert.strictEqual(count, yield* linkedCount)
      assert.strictEqual((yield* TestConsole.logLines).length, count)
    }).pipe(Effect.provide([Sandbox.layer({ connections: 1200 }), TestConsole.layer]))
  )

  it.effect("says that there is no such company", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* StreamAll.program("nobody"), 0)
      assert.deepStrictEqual(yield* TestConsole.errorLines, ["There is no company nobody."])
    }).pipe(Effect.provide([Sandbox.layer(), TestConsole.layer]))
  )
})

describe("examples/life-of-a-connection.ts", () => {
  it.effect("goes from its making to its end, and shows no password", () =>
    Effect.gen(function* () {
      const before = (yield* Sandbox.connections()).length
      const living = yield* Effect.forkChild(Life.program(Sandbox.companyId))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* Fiber.join(living), ["Linked", "Unlinked", true])
      assert.strictEqual((yield* Sandbox.connections()).length, before)
      const requests = (yield* Sandbox.requests).map(({ method, status }) => `${method} ${status}`)
      assert.deepStrictEqual(
        requests.filter((request, index) => request !== requests[index - 1]),
        ["POST 200", "GET 200", "PATCH 200", "DELETE 200", "GET 404"]
      )
      const shown = (yield* TestConsole.logLines).join("\n")
      assert.include(shown, "link-api.codat.io")
      assert.notInclude(shown, "otp")
    }).pipe(Effect.provide([Sandbox.layer(), TestConsole.layer]))
  )
})

describe("examples/follow-a-refresh.ts", () => {
  it.effect("reads a company's data, and tells how that went", () =>
    Effect.gen(function* () {
      const following = yield* Effect.forkChild(FollowRefresh.program)
      yield* TestClock.adjust("1 minute")
      const { completed, failed, reads, status } = yield* Fiber.join(following)
      assert.deepStrictEqual({ completed, failed, status }, { completed: 2, failed: 0, status: "Complete" })
      assert.isAtLeast(reads, 1)
      assert.include(yield* TestConsole.logLines, "invoices: Complete")
    }).pipe(Effect.provide([Sandbox.layer(), TestConsole.layer]))
  )
})

describe("examples/inside-an-application.ts", () => {
  it.effect("speaks the application's language", () =>
    Effect.gen(function* () {
      const greeting = yield* Application.greeting(Sandbox.companyId)
      assert.strictEqual(greeting.split(" ")[0], String(yield* linkedCount))
    }).pipe(Effect.provide(Application.LinkedAccounts.layer.pipe(Layer.provideMerge(Sandbox.layer()))))
  )
})

describe("examples/own-retry-policy.ts", () => {
  const layer = Layer.mergeAll(Sandbox.layer(), TestConsole.layer, RetryPolicy.layer(OwnRetryPolicy.policy))

  it.effect("gives up on a number for the screen after two seconds", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail({ kind: "stall", times: "always" })
      const total = yield* Effect.forkChild(OwnRetryPolicy.total(Sandbox.companyId))
      yield* TestClock.adjust("1999 millis")
      assert.isUndefined(total.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.isUndefined(yield* Fiber.join(total))
    }).pipe(Effect.provide(layer))
  )

  it.effect("waits all night for the quota", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail({ page: 2, status: 429, retryAfter: 8 * 60 * 60 })
      const nightly = yield* Effect.forkChild(OwnRetryPolicy.nightly(Sandbox.companyId))
      yield* TestClock.adjust("7 hours")
      assert.isUndefined(nightly.pollUnsafe())
      yield* TestClock.adjust("2 hours")
      assert.strictEqual(yield* Fiber.join(nightly), 250)
    }).pipe(Effect.provide(layer))
  )

  it.effect("shows its numbers", () =>
    Effect.gen(function* () {
      yield* OwnRetryPolicy.program(Sandbox.companyId)
      const shown = (yield* TestConsole.logLines).map(String).join(" ")
      assert.strictEqual(shown, "in a hurry: 250 as usual: 100 on the first page all night: 250")
    }).pipe(Effect.provide(layer))
  )
})
