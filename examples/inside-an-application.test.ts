/**
 * How an application tests its code that uses the SDK: the same program, with the sandbox instead of Codat.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { RetryPolicy, Sandbox } from "effect-codat"
import { AccountsUnavailable, greeting, LinkedAccounts, UnknownCustomer } from "./inside-an-application.ts"

/** Built for each test. The test clock does not advance by itself, so retries must not wait. */
const app = LinkedAccounts.layer.pipe(
  Layer.provideMerge(Sandbox.layer({ connections: 20 })),
  Layer.provideMerge(RetryPolicy.layer(RetryPolicy.make({ maxAttempts: 2, baseDelay: 0 })))
)

describe("LinkedAccounts", () => {
  it.effect("are the linked ones", () =>
    Effect.gen(function* () {
      const connections = yield* Sandbox.connections()
      const linked = connections.filter((connection) => connection.status === "Linked")
      const accounts = yield* LinkedAccounts.use((service) => service.of(Sandbox.companyId))
      assert.deepStrictEqual(
        accounts.map((account) => account.id),
        linked.map((connection) => connection.id)
      )
    }).pipe(Effect.provide(app))
  )

  it.effect("greet the customer", () =>
    Effect.gen(function* () {
      const { id: customerId } = yield* Sandbox.makeCompany({ connections: 0 })
      assert.strictEqual(yield* greeting(customerId), "0 accounts are linked, 0 of them at banks.")
    }).pipe(Effect.provide(app))
  )

  it.effect("of a customer nobody knows", () =>
    Effect.gen(function* () {
      assert.instanceOf(yield* Effect.flip(greeting("nobody")), UnknownCustomer)
    }).pipe(Effect.provide(app))
  )

  it.effect("survive a failed request", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail({ status: 503 })
      yield* greeting(Sandbox.companyId)
      const requests = yield* Sandbox.requests
      assert.deepStrictEqual(
        requests.map((request) => request.status),
        [503, 200]
      )
    }).pipe(Effect.provide(app))
  )

  it.effect("say when it is worth trying later", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail({ kind: "html", times: "always" })
      const error = yield* Effect.flip(greeting(Sandbox.companyId))
      assert.instanceOf(error, AccountsUnavailable)
      assert.isTrue(error.tryLater)
      assert.strictEqual(
        error.message,
        `the accounts of ${Sandbox.companyId} are not available now (reference: none)`
      )
    }).pipe(Effect.provide(app))
  )
})
