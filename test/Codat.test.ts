/**
 * The front door: what belongs to the credentials goes with them.
 */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Context, Duration, Effect, Fiber, Layer, Option, Redacted, Stream } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import {
  Auth,
  Codat,
  CodatConfig,
  type CodatError,
  type Connection,
  Connections,
  RateLimit,
  RetryPolicy
} from "effect-codat"
import {
  companyId,
  connectionId,
  errorOf,
  type Fake,
  failed,
  fake,
  json,
  ok,
  pageOf,
  reasonIs,
  row
} from "./support/Fake.ts"

const one = { companyId, connectionId }
const get = Connections.get(one)
const apiKey = Redacted.make("some-api-key")
const over = ({ client }: Fake) => Layer.succeed(HttpClient.HttpClient)(client)
const origins = (transport: Fake) => transport.asked.map(({ url }) => url.origin)
const env = (variables: Record<string, string>) =>
  Layer.provide(Codat.layerConfig, ConfigProvider.layer(ConfigProvider.fromEnv({ env: variables })))

/** A service that captures what a call needs, as one that a program writes does. */
class Books extends Context.Service<
  Books,
  { readonly get: Effect.Effect<Connection.Connection, CodatError.CodatError> }
>()("Books") {
  static readonly layer = Layer.effect(
    Books,
    Effect.gen(function* () {
      const context = yield* Effect.context<Auth.Auth | HttpClient.HttpClient>()
      const captured = Context.pick(Auth.Auth, HttpClient.HttpClient)(context)
      return { get: Effect.provideContext(get, captured) }
    })
  )
}

describe("credentials", () => {
  it.effect("of each kind are sent as their header", () =>
    Effect.gen(function* () {
      const kinds = [
        [Codat.layer({ apiKey }), "Basic c29tZS1hcGkta2V5"],
        [Codat.layer({ authHeader: Redacted.make("Basic abc") }), "Basic abc"],
        [Codat.layer({ token: Redacted.make("x.y") }), "Bearer x.y"],
        [Codat.layer({ oauth: { token: Effect.succeed(Redacted.make("z")) } }), "Bearer z"]
      ] as const
      for (const [layer, header] of kinds) {
        const transport = fake(() => ok(row(1)))
        yield* get.pipe(Effect.provide([layer, over(transport)]))
        assert.strictEqual(transport.asked[0]?.headers["authorization"], header)
      }
    })
  )

  it.effect("none, two of them, a setting that makes no sense and an option that is none are refused", () =>
    Effect.gen(function* () {
      const refused = (layer: Layer.Layer<Auth.Auth, CodatError.CodatError>) =>
        Effect.scoped(Effect.flip(Layer.build(layer)))
      // What the compiler does not see.
      const two = { apiKey, ...JSON.parse('{ "token": "" }') }
      const none = JSON.parse("{}")
      for (const [layer, text] of [
        [Codat.layer(none), "no credentials: give one of apiKey, authHeader, token and oauth"],
        [Codat.layer(two), "apiKey and token are given: give only one of them"],
        [Codat.layer({ apiKey, baseUrl: "api.codat.io" }), "baseUrl must be"],
        [Codat.layer({ apiKey, attemptTimeout: 0 }), "attemptTimeout must be"],
        [Codat.layer({ apiKey, ...{ baseURL: "http://x" } }), "did you mean baseUrl?"],
        [
          Codat.layer({ apiKey, retry: RetryPolicy.make({ maxAttempts: 0 }) }),
          "retryPolicy.maxAttempts must be"
        ],
        [
          Codat.layer({ apiKey, ...JSON.parse('{ "retry": "often" }') }),
          "retryPolicy.options must be an object"
        ],
        [Codat.layer({ apiKey, rateLimit: RateLimit.layerQuota }), "rateLimit must be a layer of RateLimit"],
        [Codat.layer({ apiKey, ...JSON.parse('{ "rateLimit": {} }') }), "rateLimit must be"],
        [Codat.layer({ oauth: JSON.parse("{}") }), "token must be an Effect"],
        [Codat.layer({ oauth: JSON.parse("null") }), "options must be an object"],
        [Codat.layer({ oauth: { token: Effect.succeed(apiKey), leeway: -1 } }), "leeway must be"],
        [Codat.layer({ oauth: { token: Effect.succeed(apiKey), timeout: 0 } }), "timeout must be"],
        [Codat.layer({ oauth: { token: Effect.succeed(apiKey), timeout: -1 } }), "timeout must be"]
      ] as const) {
        const error = yield* refused(layer)
        assert.strictEqual(error.operation, "Codat.layer")
        assert.include(error.message, text)
      }
    })
  )
})

describe("a service that captures Auth and HttpClient", () => {
  it.effect("keeps the host, the settings and the policy that came with the credentials", () =>
    Effect.gen(function* () {
      const transport = fake((_, index) => (index === 0 ? failed(503) : ok(row(1))))
      const account = Codat.layer({
        apiKey,
        baseUrl: "http://codat.example/v1/",
        userAgent: "books/1",
        retry: RetryPolicy.make({ maxAttempts: 2, baseDelay: 0 })
      })
      yield* Books.use((books) => books.get).pipe(
        Effect.provide(Books.layer.pipe(Layer.provide([account, over(transport)])))
      )
      assert.lengthOf(transport.asked, 2)
      for (const { headers, url } of transport.asked) {
        assert.isTrue(url.href.startsWith("http://codat.example/v1/companies/"))
        assert.strictEqual(headers["user-agent"], "books/1")
      }
    })
  )

  it.effect("keeps the limiter", () =>
    Effect.gen(function* () {
      const transport = fake(() => ok(row(1)))
      const account = Codat.layer({ apiKey, rateLimit: RateLimit.layer({ requestsPerMinute: 20 }) })
      const fiber = yield* Effect.replicateEffect(
        Books.use((books) => books.get),
        6
      ).pipe(Effect.provide(Books.layer.pipe(Layer.provide([account, over(transport)]))), Effect.forkChild)
      yield* TestClock.adjust("1 second")
      // A tenth of the budget goes at once.
      assert.lengthOf(transport.asked, 2)
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.lengthOf(transport.asked, 6)
    })
  )

  it.effect("is overridden by what is provided around its call", () =>
    Effect.gen(function* () {
      const transport = fake(() => failed(503))
      const account = Codat.layer({
        apiKey,
        baseUrl: "http://codat.example",
        userAgent: "books/1",
        retry: RetryPolicy.make({ maxAttempts: 3, baseDelay: 0 }),
        rateLimit: RateLimit.layer({ requestsPerMinute: 1 })
      })
      const error = yield* Books.use((books) => books.get).pipe(
        RetryPolicy.withPolicy(RetryPolicy.make({ maxAttempts: 2, baseDelay: 0 })),
        Effect.provide(CodatConfig.layer({ baseUrl: "http://proxy.example" })),
        Effect.provide(RateLimit.layer({ requestsPerMinute: 100 })),
        Effect.provide(Books.layer.pipe(Layer.provide([account, over(transport)]))),
        errorOf
      )
      assert.lengthOf(error.attempts, 2)
      assert.deepStrictEqual(origins(transport), ["http://proxy.example", "http://proxy.example"])
      // What is not overridden stays.
      assert.strictEqual(transport.asked[0]?.headers["user-agent"], "books/1")
    })
  )

  it.effect("of each of two accounts keeps to its own", () =>
    Effect.gen(function* () {
      const transport = fake(() => ok(row(1)))
      const account = (name: string) =>
        Codat.layer({ token: Redacted.make(name), baseUrl: `http://${name}.example` })
      for (const name of ["one", "two"]) {
        yield* get.pipe(Effect.provide([account(name), over(transport)]))
      }
      assert.deepStrictEqual(
        transport.asked.map(({ headers, url }) => [headers["authorization"], url.origin]),
        [
          ["Bearer one", "http://one.example"],
          ["Bearer two", "http://two.example"]
        ]
      )
    })
  )

  it.effect("keeps a quota of its own", () =>
    Effect.gen(function* () {
      const account = Codat.layer({ apiKey })
      const transport = fake(() => ok(row(1)))
      const answering = fake(() => json(200, row(1), { "x-rate-limit-remaining": "7" }))
      const left = yield* Effect.gen(function* () {
        yield* get
        return yield* RateLimit.quota
      }).pipe(Effect.provide([account, over(answering)]))
      assert.strictEqual(Option.getOrUndefined(left)?.remaining, 7)
      const other = yield* Effect.gen(function* () {
        yield* get
        return yield* RateLimit.quota
      }).pipe(Effect.provide([Layer.fresh(account), over(transport)]))
      assert.isTrue(Option.isNone(other))
    })
  )
})

describe("layerConfig", () => {
  it.effect("sends the key of CODAT_API_KEY to CODAT_BASE_URL, and to nobody else", () =>
    Effect.gen(function* () {
      const transport = fake(() => ok(row(1)))
      const account = env({
        CODAT_API_KEY: "some-api-key",
        CODAT_BASE_URL: "http://127.0.0.1:4010",
        CODAT_USER_AGENT: "me/2"
      })
      yield* get.pipe(Effect.provide([account, over(transport)]))
      yield* Books.use((books) => books.get).pipe(
        Effect.provide(Books.layer.pipe(Layer.provide([account, over(transport)])))
      )
      for (const { headers, url } of transport.asked) {
        assert.strictEqual(url.origin, "http://127.0.0.1:4010")
        assert.strictEqual(headers["authorization"], "Basic c29tZS1hcGkta2V5")
        assert.strictEqual(headers["user-agent"], "me/2")
      }
    })
  )

  it.effect("has the credentials of its own configuration, beside another in the same program", () =>
    Effect.gen(function* () {
      for (const layer of [Codat.layerConfig, Auth.layerConfig]) {
        const transport = fake(() => ok(row(1)))
        const of = (key: string) => {
          const variables = ConfigProvider.fromEnv({ env: { CODAT_API_KEY: key } })
          return Layer.effectDiscard(get).pipe(
            Layer.provide([Layer.provide(layer, ConfigProvider.layer(variables)), over(transport)])
          )
        }
        yield* Effect.scoped(Layer.build(Layer.merge(of("one"), of("two"))))
        assert.sameMembers(
          transport.asked.map(({ headers }) => headers["authorization"] ?? ""),
          [`Basic ${btoa("one")}`, `Basic ${btoa("two")}`]
        )
      }
    })
  )

  it.effect("bounds an attempt by CODAT_ATTEMPT_TIMEOUT", () =>
    Effect.gen(function* () {
      const transport = fake(() => () => Effect.never)
      const fiber = yield* get.pipe(
        RetryPolicy.withPolicy(RetryPolicy.none),
        Effect.provide([env({ CODAT_API_KEY: "k", CODAT_ATTEMPT_TIMEOUT: "2 seconds" }), over(transport)]),
        errorOf,
        Effect.forkChild
      )
      yield* TestClock.adjust("2 seconds")
      const reason = reasonIs(yield* Fiber.join(fiber), "Timeout")
      assert.strictEqual(Duration.toSeconds(reason.duration), 2)
    })
  )

  it.effect("names the variable that is missing or wrong", () =>
    Effect.gen(function* () {
      for (const [variables, text] of [
        [{}, "no credentials: set one of CODAT_API_KEY, CODAT_AUTH_HEADER, CODAT_ACCESS_TOKEN"],
        [{ CODAT_API_KEY: "a", CODAT_ACCESS_TOKEN: "b" }, "CODAT_API_KEY and CODAT_ACCESS_TOKEN are set"],
        [{ CODAT_API_KEY: "a b" }, "CODAT_API_KEY: the API key holds a space"],
        [{ CODAT_API_KEY: "a", CODAT_ATTEMPT_TIMEOUT: "soon" }, "CODAT_ATTEMPT_TIMEOUT must be a duration"],
        [{ CODAT_API_KEY: "a", CODAT_BASE_URL: "api.codat.io" }, "baseUrl must be"]
      ] as const) {
        const error = yield* Layer.build(env(variables)).pipe(Effect.scoped, Effect.flip)
        assert.include(error.message, text)
        assert.isTrue(error.operation.endsWith(".layerConfig"))
      }
    })
  )
})

describe("a 401", () => {
  const told = Effect.fnUntraced(function* <E>(layer: Layer.Layer<Auth.Auth, E>) {
    const error = yield* get.pipe(
      Effect.provide(over(fake(() => failed(401)))),
      Effect.provide(Layer.orDie(layer)),
      errorOf
    )
    const { credentials, host } = reasonIs(error, "Unauthorized")
    assert.include(error.message, `${credentials} sent to ${host}`)
    assert.notInclude(JSON.stringify(error) + error.message, "secret-value")
    return [credentials, host]
  })
  const secret = Redacted.make("secret-value")

  it.effect("says which credentials were sent to which host, and where they came from", () =>
    Effect.gen(function* () {
      const baseUrl = "http://127.0.0.1:4010/x"
      assert.deepStrictEqual(yield* told(Codat.layer({ apiKey: secret, baseUrl })), [
        "the API key of Codat.layer",
        "127.0.0.1:4010"
      ])
      assert.deepStrictEqual(yield* told(Codat.layer({ authHeader: Redacted.make("Basic secret-value") })), [
        "the header of Codat.layer",
        "api.codat.io"
      ])
      assert.deepStrictEqual(yield* told(Codat.layer({ oauth: { token: Effect.succeed(secret) } })), [
        "the access token of Codat.layer",
        "api.codat.io"
      ])
      assert.deepStrictEqual(yield* told(Auth.layerBearer({ token: secret })), [
        "the access token of Auth.layerBearer",
        "api.codat.io"
      ])
      assert.deepStrictEqual(yield* told(env({ CODAT_ACCESS_TOKEN: "secret-value" })), [
        "the access token in CODAT_ACCESS_TOKEN",
        "api.codat.io"
      ])
      assert.deepStrictEqual(yield* told(env({ CODAT_API_KEY: "secret-value", CODAT_BASE_URL: baseUrl })), [
        "the API key in CODAT_API_KEY",
        "127.0.0.1:4010"
      ])
    })
  )
})

describe("a failure in a list", () => {
  it.effect("says its page and query, whatever it is", () =>
    Effect.gen(function* () {
      const query = 'platformName="Xero"'
      const broken = { ...pageOf(2, { total: 300 }), results: [row(1, { id: null })] }
      const wrong = { ...pageOf(2, { total: 300 }), pageNumber: 1 }
      for (const reply of [failed(403), failed(503), ok(broken), ok(wrong), ok({})]) {
        const transport = fake((_, index) => (index === 0 ? ok(pageOf(1, { total: 300 })) : reply))
        const error = yield* Connections.list({ companyId, query }).pipe(
          Stream.runDrain,
          RetryPolicy.withPolicy(RetryPolicy.none),
          Effect.provide([Codat.layer({ apiKey }), over(transport)]),
          errorOf
        )
        assert.deepInclude(error, { page: 2, query })
        assert.include(error.message, 'Connections.list (page 2 of query "platformName=\\"Xero\\""): ')
      }
    })
  )
})
