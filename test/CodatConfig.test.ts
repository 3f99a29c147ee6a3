import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Duration, Effect, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { Codat, CodatConfig, Connections, RetryPolicy } from "effect-codat"
import { against, companyId, errorOf, failed, fake, ok, reasonIs, stall, timed } from "./support/Fake.ts"

const count = Connections.count({ companyId })
const settings = Effect.gen(function* () {
  const { attemptTimeout, ...others } = yield* CodatConfig.CodatConfig
  return attemptTimeout === undefined
    ? others
    : { ...others, millis: Duration.toMillis(Duration.fromInputUnsafe(attemptTimeout)) }
})
const env = (variables: Record<string, string>) =>
  Layer.provide(CodatConfig.layerConfig, ConfigProvider.layer(ConfigProvider.fromEnv({ env: variables })))

describe("settings", () => {
  it.effect("are all left open unless they are set", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* settings, {})
      assert.deepStrictEqual(yield* settings.pipe(Effect.provide(CodatConfig.layer({}))), {})
      assert.deepStrictEqual(yield* settings.pipe(Effect.provide(env({}))), {})
    })
  )

  it.effect("that are left open have defaults", () =>
    Effect.gen(function* () {
      const transport = fake(() => ok({ totalResults: 0, results: [] }))
      yield* count.pipe(against(transport))
      assert.strictEqual(transport.asked[0]?.url.origin, "https://api.codat.io")
      assert.strictEqual(transport.asked[0]?.headers["user-agent"], "effect-codat")
      const { at } = yield* timed(
        fake(() => stall),
        { maxAttempts: 2, baseDelay: 0 },
        count
      )
      assert.deepStrictEqual(at, [0, 30_000])
    })
  )

  it.effect("are those of their own call, whatever calls came before it with which credentials", () =>
    Effect.gen(function* () {
      const transport = fake(() => ok({ totalResults: 0, results: [] }))
      const credentials = [undefined, "http://a", "http://b"].map((baseUrl) =>
        Codat.layer({ apiKey: Redacted.make("key"), baseUrl, userAgent: "of credentials" })
      )
      const around = [{}, { baseUrl: "http://c" }, { baseUrl: "http://d", userAgent: "around" }]
      const calls = Effect.forEach(credentials, (auth) =>
        Effect.forEach(around, (settings) => Effect.provide(count, CodatConfig.layer(settings))).pipe(
          Effect.provide(auth)
        )
      )
      yield* Effect.repeat(calls, { times: 1 }).pipe(Effect.provide(transport.layer))
      const sent = transport.asked.map(({ headers, url }) => [url.host, headers["user-agent"]])
      const once = ["api.codat.io", "a", "b"].flatMap((host) => [
        [host, "of credentials"],
        ["c", "of credentials"],
        ["d", "around"]
      ])
      assert.deepStrictEqual(sent, [...once, ...once])
    })
  )

  it.effect("that are undefined leave the credentials with their host", () =>
    Effect.gen(function* () {
      const transport = fake(() => ok({ totalResults: 0, results: [] }))
      yield* count.pipe(
        Effect.provideService(CodatConfig.CodatConfig, { baseUrl: undefined, userAgent: "around" }),
        Effect.provide(Codat.layer({ apiKey: Redacted.make("key"), baseUrl: "https://proxy" })),
        against(transport)
      )
      assert.deepStrictEqual(
        transport.asked.map(({ headers, url }) => [url.host, headers["user-agent"]]),
        [["proxy", "around"]]
      )
    })
  )

  it.effect("are read from the getters of a class too", () =>
    Effect.gen(function* () {
      class Environment {
        readonly apiKey = Redacted.make("key")
        get baseUrl() {
          return "https://proxy"
        }
      }
      class Around {
        get baseUrl() {
          return "https://other"
        }
      }
      const transport = fake(() => ok({ totalResults: 0, results: [] }))
      const calls = Effect.gen(function* () {
        yield* count
        yield* Effect.provideService(count, CodatConfig.CodatConfig, new Around())
        yield* Effect.provide(count, CodatConfig.layer(new Around()))
      })
      yield* calls.pipe(Effect.provide(Codat.layer(new Environment())), against(transport))
      assert.deepStrictEqual(
        transport.asked.map(({ url }) => url.host),
        ["proxy", "other", "other"]
      )
    })
  )

  it.effect("and a policy that are not valid are refused at each call", () =>
    Effect.gen(function* () {
      const settings = { baseUrl: "codat" }
      const policy = { ...RetryPolicy.default, maxAttempts: 0 }
      for (let times = 0; times < 2; times++) {
        const first = yield* Effect.flip(Effect.provideService(count, CodatConfig.CodatConfig, settings))
        assert.strictEqual(reasonIs(first, "InvalidRequest").field, "baseUrl")
        const second = yield* Effect.flip(RetryPolicy.withPolicy(count, policy))
        assert.strictEqual(reasonIs(second, "InvalidRequest").field, "retryPolicy.maxAttempts")
      }
      yield* count
    }).pipe(against(fake(() => ok({ totalResults: 0, results: [] }))))
  )

  it.effect("that there are none of by that name fail each call, with the nearest one", () =>
    Effect.gen(function* () {
      // The compiler does not look into a spread.
      const misspelt = { baseURL: "http://localhost:4010" }
      const error = yield* count.pipe(
        Effect.provide(CodatConfig.layer({ userAgent: "me/2", ...misspelt })),
        against(fake(() => failed(500))),
        errorOf
      )
      assert.deepStrictEqual(reasonIs(error, "InvalidRequest").field, "baseURL")
      assert.include(error.message, "did you mean baseUrl?")
    })
  )

  it.effect("keep what a layer leaves out as it is where the layer is built", () =>
    Effect.gen(function* () {
      const outer = CodatConfig.layer({ baseUrl: "http://outer", userAgent: "outer" })
      const inner = CodatConfig.layer({ userAgent: "inner", attemptTimeout: "5 seconds", baseUrl: undefined })
      assert.deepStrictEqual(yield* settings.pipe(Effect.provide(inner), Effect.provide(outer)), {
        baseUrl: "http://outer",
        userAgent: "inner",
        millis: 5000
      })
    })
  )

  it.effect("of a layer that is provided in several places keep the host of each", () =>
    Effect.gen(function* () {
      const transport = fake(() => ok({ totalResults: 0, results: [] }))
      const hasty = CodatConfig.layer({ attemptTimeout: "1 second" })
      const part = count.pipe(
        Effect.provide(hasty),
        Effect.provide(CodatConfig.layer({ baseUrl: "https://proxy.example.com" }))
      )
      yield* Effect.andThen(count, part).pipe(Effect.provide(hasty), against(transport))
      assert.deepStrictEqual(
        transport.asked.map(({ url }) => url.host),
        ["api.codat.io", "proxy.example.com"]
      )
    })
  )

  it.effect("come from the environment", () =>
    Effect.gen(function* () {
      const layer = env({
        CODAT_BASE_URL: "http://localhost:4010",
        CODAT_ATTEMPT_TIMEOUT: "10 seconds",
        CODAT_USER_AGENT: "me/2"
      })
      assert.deepStrictEqual(yield* settings.pipe(Effect.provide(layer)), {
        baseUrl: "http://localhost:4010",
        userAgent: "me/2",
        millis: 10_000
      })
      const some = yield* settings.pipe(Effect.provide(env({ CODAT_USER_AGENT: "me/2" })))
      assert.deepStrictEqual(some, { userAgent: "me/2" })
    })
  )

  it.effect("that the environment has wrong are told of by name", () =>
    Effect.gen(function* () {
      for (const wrong of ["soon", "10"]) {
        const error = yield* Layer.build(env({ CODAT_ATTEMPT_TIMEOUT: wrong })).pipe(
          Effect.scoped,
          Effect.flip
        )
        assert.strictEqual(
          error.message,
          "CodatConfig.layerConfig: InvalidRequest: CODAT_ATTEMPT_TIMEOUT must be a duration with its unit, such as 10 seconds"
        )
      }
    })
  )

  it.effect("that cannot be read at all are told of by name", () =>
    Effect.gen(function* () {
      const broken = ConfigProvider.make(() =>
        Effect.fail(new ConfigProvider.SourceError({ message: "the vault is sealed" }))
      )
      const error = yield* Layer.build(
        Layer.provide(CodatConfig.layerConfig, ConfigProvider.layer(broken))
      ).pipe(Effect.scoped, Effect.flip)
      assert.strictEqual(reasonIs(error, "InvalidRequest").field, "CODAT_ATTEMPT_TIMEOUT")
    })
  )

  it.effect("are read at each call, an effect's as a stream's", () =>
    Effect.gen(function* () {
      const transport = fake(() => ok({ totalResults: 0, results: [] }))
      const at = (baseUrl: string) => Effect.provide(CodatConfig.layer({ baseUrl }))
      yield* count.pipe(at("http://one:1"), against(transport))
      yield* count.pipe(at("https://two/with/path/"), against(transport))
      yield* count.pipe(against(transport))
      assert.deepStrictEqual(
        transport.asked.map(({ url }) => url.href.slice(0, url.href.indexOf("/companies"))),
        ["http://one:1", "https://two/with/path", "https://api.codat.io"]
      )
    })
  )

  it.effect("that make no sense fail each call before anything is sent", () =>
    Effect.gen(function* () {
      for (const baseUrl of ["api.codat.io", "git+https://api.codat.io", "https://api.codat.io?page=1"]) {
        const error = yield* count.pipe(
          Effect.provide(Layer.orDie(env({ CODAT_BASE_URL: baseUrl }))),
          against(fake(() => failed(500))),
          errorOf
        )
        assert.strictEqual(reasonIs(error, "InvalidRequest").field, "baseUrl", baseUrl)
      }
    })
  )

  it.effect("take a limit of a fraction of a millisecond, and none of zero", () =>
    Effect.gen(function* () {
      const limit = (attemptTimeout: Duration.Input) =>
        count.pipe(
          Effect.provide(CodatConfig.layer({ attemptTimeout })),
          against(fake(() => stall)),
          errorOf,
          Effect.forkChild,
          Effect.tap(() => TestClock.adjust("1 second")),
          Effect.flatMap(Fiber.join),
          Effect.map(({ reason }) => reason._tag)
        )
      assert.strictEqual(yield* limit("500 micros"), "Timeout")
      assert.strictEqual(yield* limit(0), "InvalidRequest")
    })
  )

  it.effect("bound an attempt", () =>
    Effect.gen(function* () {
      const bounded = count.pipe(Effect.provide(CodatConfig.layer({ attemptTimeout: "2 seconds" })))
      const { at, error } = yield* timed(
        fake(() => stall),
        { maxAttempts: 3, baseDelay: 0 },
        bounded
      )
      assert.deepStrictEqual(at, [0, 2000, 4000])
      assert.match(String(error?.message), /no answer within 2s/)
    })
  )

  it.live("may leave an attempt without a bound", () =>
    Effect.gen(function* () {
      const forever = CodatConfig.layer({ attemptTimeout: Duration.infinity })
      const transport = fake(
        () => (request, asked) => Effect.delay(ok({ totalResults: 3, results: [{}] })(request, asked), 20)
      )
      assert.strictEqual(yield* count.pipe(Effect.provide(forever), against(transport)), 3)
    })
  )
})
