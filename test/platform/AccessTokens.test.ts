import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Redacted } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { Auth, CodatConfig, Companies, RetryPolicy } from "effect-codat"
import {
  against,
  companyId,
  connectionId,
  errorOf,
  failed,
  fake,
  late,
  ok,
  reasonIs,
  script
} from "../support/Fake.ts"

/** A token that lasts an hour, another one each time. */
const codat = () =>
  fake((_, index) => late(10, ok({ accessToken: `token-${index}`, expiresIn: 3600, tokenType: "Bearer" })))

/** Runs what is done with the tokens, on the test's clock. */
const asking = Effect.fnUntraced(function* (
  tokenOf: Effect.Success<ReturnType<typeof Companies.accessTokens>>,
  id = companyId
) {
  const fiber = yield* Effect.forkChild(tokenOf({ companyId: id }))
  yield* TestClock.adjust(10)
  const { accessToken, expiresIn } = yield* Fiber.join(fiber)
  return [Redacted.value(accessToken), expiresIn]
})

describe("accessTokens", () => {
  it.effect("keeps a token until it is near its end", () =>
    Effect.gen(function* () {
      const transport = codat()
      yield* Effect.gen(function* () {
        const tokenOf = yield* Companies.accessTokens({ renewBefore: "10 minutes" })
        assert.deepStrictEqual(yield* asking(tokenOf), ["token-0", 3600])
        yield* TestClock.adjust("30 minutes")
        assert.deepStrictEqual(yield* asking(tokenOf), ["token-0", 1800])
        yield* TestClock.adjust("20 minutes")
        assert.deepStrictEqual(yield* asking(tokenOf), ["token-1", 3600])
      }).pipe(against(transport))
      assert.strictEqual(transport.asked.length, 2)
    })
  )

  it.effect("makes one request for those who ask at the same time, and one for each company", () =>
    Effect.gen(function* () {
      const transport = codat()
      yield* Effect.gen(function* () {
        const tokenOf = yield* Companies.accessTokens()
        const all = yield* Effect.forkChild(
          Effect.all([tokenOf({ companyId }), tokenOf({ companyId }), tokenOf({ companyId })], {
            concurrency: "unbounded"
          })
        )
        yield* TestClock.adjust(10)
        yield* Fiber.join(all)
        assert.strictEqual(transport.asked.length, 1)
        yield* asking(tokenOf, connectionId)
        assert.strictEqual(transport.asked.length, 2)
      }).pipe(against(transport))
    })
  )

  it.effect("gives an account no token that was made with the credentials of another", () =>
    Effect.gen(function* () {
      const transport = fake(({ headers }) =>
        headers["authorization"] === "Bearer owner"
          ? ok({ accessToken: "t", expiresIn: 3600, tokenType: "Bearer" })
          : failed(404)
      )
      const tokenOf = yield* Companies.accessTokens()
      const askedBy = (token: string) =>
        tokenOf({ companyId }).pipe(
          // The layer is built for each call, as a program does that provides it at its edge.
          Effect.provide(Auth.layerBearer({ token: Redacted.make(token) })),
          Effect.provide(Layer.succeed(HttpClient.HttpClient)(transport.client))
        )
      yield* askedBy("owner")
      reasonIs(yield* errorOf(askedBy("other")), "NotFound")
      yield* askedBy("owner")
      assert.strictEqual(transport.asked.length, 2)
    })
  )

  it.effect("requests a token with the settings of the call, not those of where the function was made", () =>
    Effect.gen(function* () {
      const transport = codat()
      yield* Effect.gen(function* () {
        const tokenOf = yield* Companies.accessTokens().pipe(
          Effect.provide(CodatConfig.layer({ baseUrl: "https://other.example.com" }))
        )
        yield* asking(tokenOf)
      }).pipe(against(transport))
      assert.deepStrictEqual(
        transport.asked.map(({ url }) => url.host),
        ["api.codat.io"]
      )
    })
  )

  it.effect("waits for credentials no longer than one attempt may take", () =>
    Effect.gen(function* () {
      const tokenOf = yield* Companies.accessTokens()
      const fiber = yield* tokenOf({ companyId }).pipe(
        Effect.provideService(Auth.Auth, {
          authorization: Effect.never,
          refused: () => Effect.succeed(false),
          defaults: { config: { attemptTimeout: "3 seconds" } }
        }),
        Effect.provideService(HttpClient.HttpClient, script().client),
        errorOf,
        Effect.forkChild
      )
      yield* TestClock.adjust("3 seconds")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(reasonIs(error, "Timeout").bound, "attempt")
      assert.strictEqual(error.operation, "Companies.accessTokens")
    })
  )

  it.effect("gives no token past its end when the time of day is set back", () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      let shift = 0
      const shifted: Clock.Clock = Object.create(clock, {
        currentTimeMillisUnsafe: { value: () => clock.currentTimeMillisUnsafe() + shift }
      })
      const transport = codat()
      yield* Effect.gen(function* () {
        const tokenOf = yield* Companies.accessTokens({ renewBefore: "10 minutes" })
        yield* TestClock.adjust("5 hours")
        assert.deepStrictEqual(yield* asking(tokenOf), ["token-0", 3600])
        shift = -2 * 3_600_000
        yield* TestClock.adjust("30 minutes")
        assert.deepStrictEqual(yield* asking(tokenOf), ["token-0", 1800])
        yield* TestClock.adjust("40 minutes")
        assert.deepStrictEqual(yield* asking(tokenOf), ["token-1", 3600])
      }).pipe(against(transport), Effect.provideService(Clock.Clock, shifted))
    })
  )

  it.effect("has 0 for what is left of a token's last second", () =>
    Effect.gen(function* () {
      const transport = script(ok({ accessToken: "t", expiresIn: 1, tokenType: "Bearer" }))
      yield* Effect.gen(function* () {
        const tokenOf = yield* Companies.accessTokens({ renewBefore: 0 })
        assert.strictEqual((yield* tokenOf({ companyId })).expiresIn, 1)
        yield* TestClock.adjust(600)
        assert.strictEqual((yield* tokenOf({ companyId })).expiresIn, 0)
      }).pipe(against(transport))
      assert.strictEqual(transport.asked.length, 1)
    })
  )

  it.effect("keeps no failure", () =>
    Effect.gen(function* () {
      const transport = script(failed(404), ok({ accessToken: "t", expiresIn: 3600, tokenType: "Bearer" }))
      yield* Effect.gen(function* () {
        const tokenOf = yield* Companies.accessTokens()
        reasonIs(yield* errorOf(tokenOf({ companyId })), "NotFound")
        assert.strictEqual((yield* tokenOf({ companyId })).expiresIn, 3600)
      }).pipe(RetryPolicy.withPolicy(RetryPolicy.none), Effect.provide(transport.layer))
    })
  )

  it.effect("asks each time for tokens that end before they could be kept", () =>
    Effect.gen(function* () {
      const transport = codat()
      yield* Effect.gen(function* () {
        const tokenOf = yield* Companies.accessTokens({ renewBefore: "2 hours" })
        yield* asking(tokenOf)
        yield* asking(tokenOf)
      }).pipe(against(transport))
      assert.strictEqual(transport.asked.length, 2)
    })
  )

  it.effect("refuses bad input", () =>
    Effect.gen(function* () {
      const table = [
        ["renewBefore", { renewBefore: -1 }],
        ["capacity", { capacity: 0 }],
        ["renewbefore", { renewbefore: 1 }]
      ] as const
      for (const [field, options] of table) {
        const error = yield* errorOf(Companies.accessTokens(options as Companies.AccessTokensOptions))
        assert.strictEqual(reasonIs(error, "InvalidRequest").field, field)
      }
      const tokenOf = yield* Companies.accessTokens()
      const error = yield* tokenOf({ companyId: "" }).pipe(against(script()), errorOf)
      assert.strictEqual(reasonIs(error, "InvalidRequest").field, "companyId")
      // Settings that came with the credentials.
      const misset = yield* tokenOf({ companyId }).pipe(
        Effect.provideService(Auth.Auth, {
          authorization: Effect.succeed(Redacted.make("Bearer token")),
          refused: () => Effect.succeed(false),
          defaults: { config: { baseUrl: "no url" } }
        }),
        Effect.provideService(HttpClient.HttpClient, script().client),
        errorOf
      )
      assert.strictEqual(reasonIs(misset, "InvalidRequest").field, "baseUrl")
    })
  )
})
