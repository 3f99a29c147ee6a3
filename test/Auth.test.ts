import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Duration, Effect, Layer, Option, Redacted } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { Auth, type CodatError, Connections, RetryPolicy } from "effect-codat"
import {
  companyId,
  connectionId,
  errorOf,
  type Fake,
  failed,
  fake,
  ok,
  reasonIs,
  row,
  script,
  watched
} from "./support/Fake.ts"

const get = Connections.get({ companyId, connectionId })
const secret = Redacted.make

/** Only the transport of a fake, with a policy that does not wait. */
const over = (transport: Fake, policy: RetryPolicy.Policy = RetryPolicy.make({ baseDelay: 0 })) =>
  Layer.merge(Layer.succeed(HttpClient.HttpClient)(transport.client), RetryPolicy.layer(policy))

const sent = (transport: Fake) => transport.asked.map(({ headers }) => headers["authorization"])

const env = (variables: Record<string, string>) =>
  Layer.provide(Auth.layerConfig, ConfigProvider.layer(ConfigProvider.fromEnv({ env: variables })))

describe("on the wire", () => {
  const table: ReadonlyArray<readonly [string, Layer.Layer<Auth.Auth, unknown>, string]> = [
    ["an API key", Auth.layerApiKey({ apiKey: secret("key") }), "Basic a2V5"],
    ["a ready-made header", Auth.layerAuthHeader({ authHeader: secret("Basic a2V5") }), "Basic a2V5"],
    ["a header of another scheme", Auth.layerAuthHeader({ authHeader: secret("Bearer x.y") }), "Bearer x.y"],
    ["a token", Auth.layerBearer({ token: secret("x.y") }), "Bearer x.y"],
    ["OAuth", Auth.layerOAuth({ token: Effect.succeed(secret("x.y")) }), "Bearer x.y"],
    ["CODAT_API_KEY", env({ CODAT_API_KEY: "key" }), "Basic a2V5"],
    ["CODAT_AUTH_HEADER", env({ CODAT_AUTH_HEADER: "Basic a2V5" }), "Basic a2V5"],
    ["CODAT_ACCESS_TOKEN", env({ CODAT_ACCESS_TOKEN: "x.y" }), "Bearer x.y"],
    [
      "a variable beside others that are set to nothing",
      env({ CODAT_API_KEY: "", CODAT_AUTH_HEADER: "", CODAT_ACCESS_TOKEN: "x.y" }),
      "Bearer x.y"
    ]
  ]
  for (const [name, layer, header] of table) {
    it.effect(name, () =>
      Effect.gen(function* () {
        const transport = script(failed(503), ok(row(1)))
        yield* get.pipe(Effect.provide([layer, over(transport)]), Effect.orDie)
        assert.deepStrictEqual(sent(transport), [header, header])
      })
    )
  }
})

describe("what cannot stand in a header", () => {
  const bad = [
    "",
    "xyzzy\r\nb: c",
    "xyzzy\nb",
    "xyzzy b",
    " xyzzy",
    "xyzzy ",
    "xyzzy\u0000",
    "xyzzy\u007f",
    "xyzzyé",
    "💥"
  ]
  const layers = {
    layerApiKey: (value: string) => Auth.layerApiKey({ apiKey: secret(value) }),
    layerBearer: (value: string) => Auth.layerBearer({ token: secret(value) }),
    layerAuthHeader: (value: string) =>
      Auth.layerAuthHeader({ authHeader: secret(value === "xyzzy b" ? "xyzzy b c" : value) })
  }
  for (const [name, layer] of Object.entries(layers)) {
    it.effect(`is refused by ${name} when the layer is built, without being quoted`, () =>
      Effect.gen(function* () {
        for (const value of bad) {
          const error = yield* Layer.build(layer(value)).pipe(Effect.scoped, errorOf)
          assert.strictEqual(error.operation, `Auth.${name}`)
          const { message } = reasonIs(error, "Authentication")
          assert.notInclude(message, "xyzzy")
          assert.isFalse(error.isRetryable)
        }
      })
    )
  }

  it.effect("a ready-made header is no API key, and the error says where it belongs", () =>
    Effect.gen(function* () {
      for (const value of ["Basic a2V5", "basic a2V5"]) {
        const error = yield* Layer.build(layers.layerApiKey(value)).pipe(Effect.scoped, errorOf)
        assert.match(error.message, /CODAT_AUTH_HEADER/)
        assert.notInclude(error.message, "a2V5")
      }
    })
  )

  it.effect("an environment variable that is not set is no key and no token", () =>
    Effect.gen(function* () {
      // What `process.env.CODAT_API_KEY!` is.
      const unset = secret(undefined as unknown as string)
      const layers = [
        Auth.layerApiKey({ apiKey: unset }),
        Auth.layerAuthHeader({ authHeader: unset }),
        Auth.layerBearer({ token: unset })
      ]
      for (const layer of layers) {
        assert.strictEqual(
          (yield* Layer.build(layer).pipe(Effect.scoped, errorOf)).reason._tag,
          "Authentication"
        )
      }
    })
  )

  it.effect("is refused at the attempt when it comes from a service of one's own", () =>
    Effect.gen(function* () {
      for (const value of ["", "Basic a\r\nb: c", "Basic é"]) {
        const auth = Layer.succeed(Auth.Auth)({
          authorization: Effect.succeed(secret(value)),
          refused: () => Effect.succeed(true)
        })
        const transport = script()
        const error = yield* get.pipe(Effect.provide([auth, over(transport)]), errorOf)
        assert.strictEqual(error.reason._tag, "Authentication")
        assert.strictEqual(error.operation, "Connections.get")
        assert.strictEqual(transport.asked.length, 0)
      }
    })
  )
})

describe("a header that was wiped", () => {
  it.effect("is that of the caller alone: the layer has its own", () =>
    Effect.gen(function* () {
      const transport = fake(() => ok(row(1)))
      const authHeader = secret("Basic a2V5")
      yield* Effect.gen(function* () {
        yield* get
        Redacted.wipeUnsafe(authHeader)
        yield* get
      }).pipe(Effect.provide([over(transport), Auth.layerAuthHeader({ authHeader })]))
      assert.deepStrictEqual(sent(transport), ["Basic a2V5", "Basic a2V5"])
    })
  )

  it.effect("of a service of one's own is refused at the attempt", () =>
    Effect.gen(function* () {
      const wiped = secret("Basic a2V5")
      Redacted.wipeUnsafe(wiped)
      const own = Layer.succeed(Auth.Auth)({
        authorization: Effect.succeed(wiped),
        refused: () => Effect.succeed(false)
      })
      const transport = script()
      const error = yield* get.pipe(Effect.provide([over(transport), own]), errorOf)
      assert.strictEqual(
        reasonIs(error, "Authentication").message,
        "the Authorization header has no value any more"
      )
    })
  )
})

it.effect("options that are none are refused when a layer is built, and are no defect", () =>
  Effect.gen(function* () {
    const none = JSON.parse("null")
    const layers: ReadonlyArray<Layer.Layer<Auth.Auth, CodatError.CodatError>> = [
      Auth.layerApiKey(none),
      Auth.layerAuthHeader(none),
      Auth.layerBearer(none),
      Auth.layerOAuth(none),
      Auth.layerOAuth<never, never>(JSON.parse("{}"))
    ]
    for (const layer of layers) {
      const error = yield* errorOf(Effect.scoped(Layer.build(layer)))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
    }
  })
)

describe("the environment", () => {
  const failure = (variables: Record<string, string>) =>
    Layer.build(env(variables)).pipe(Effect.scoped, Effect.flip, Effect.map(String))

  it.effect("with none set names all three", () =>
    Effect.gen(function* () {
      for (const variables of [{}, { CODAT_API_KEY: "" }, { CODAT_APIKEY: "x" }]) {
        const message = yield* failure(variables)
        for (const name of ["CODAT_API_KEY", "CODAT_AUTH_HEADER", "CODAT_ACCESS_TOKEN"]) {
          assert.include(message, name)
        }
      }
    })
  )

  it.effect("with several set names those, and no value", () =>
    Effect.gen(function* () {
      const message = yield* failure({ CODAT_API_KEY: "xyzzy", CODAT_ACCESS_TOKEN: "plugh" })
      assert.match(message, /CODAT_API_KEY and CODAT_ACCESS_TOKEN are set/)
      assert.notMatch(message, /CODAT_AUTH_HEADER|xyzzy|plugh/)
      const three = yield* failure({ CODAT_API_KEY: "x", CODAT_ACCESS_TOKEN: "y", CODAT_AUTH_HEADER: "z" })
      assert.include(three, "CODAT_AUTH_HEADER")
    })
  )

  it.effect("with a bad value names its variable, and not the value", () =>
    Effect.gen(function* () {
      const table = {
        CODAT_API_KEY: "Basic xyzzy",
        CODAT_AUTH_HEADER: "xyzzy",
        CODAT_ACCESS_TOKEN: "xyzzy\n"
      }
      for (const [name, value] of Object.entries(table)) {
        const message = yield* failure({ [name]: value })
        assert.include(message, name)
        assert.notInclude(message, "xyzzy")
      }
    })
  )
})

describe("OAuth, at its edges", () => {
  it.effect("asks for tokens with the client that the layer was given, not with that of the call", () =>
    Effect.gen(function* () {
      const identity = fake(() => ok({ access_token: "x.y" }))
      const codat = fake(() => ok(row(1)))
      const token = Effect.gen(function* () {
        const response = yield* HttpClient.get("https://identity.example/token?secret=hush")
        assert.strictEqual(response.status, 200)
        return secret("x.y")
      })
      const auth = Auth.layerOAuth({ token }).pipe(
        Layer.provide(Layer.succeed(HttpClient.HttpClient)(identity.client))
      )
      yield* get.pipe(Effect.provide([over(codat), auth]))
      assert.deepStrictEqual(
        identity.asked.map(({ url }) => url.host),
        ["identity.example"]
      )
      assert.deepStrictEqual(sent(codat), ["Bearer x.y"])
    })
  )

  it.effect(
    "makes the source's spans part of the call that needs the token, not of what built the layer",
    () =>
      watched((watch) =>
        Effect.gen(function* () {
          const token = Effect.withSpan(Effect.succeed(secret("x.y")), "token")
          const built = yield* Layer.build(Auth.layerOAuth({ token })).pipe(Effect.withSpan("startup"))
          const transport = fake(() => ok(row(1)))
          yield* get.pipe(Effect.provide(built), Effect.provide(over(transport)))
          const asked = watch.spans.find(({ name }) => name === "token")
          assert.strictEqual(Option.getOrUndefined(asked?.parent ?? Option.none())?._tag, "Span")
          const attempt = Option.getOrUndefined(asked?.parent ?? Option.none())
          const operation = attempt?._tag === "Span" ? Option.getOrUndefined(attempt.parent) : undefined
          assert.strictEqual(operation?._tag === "Span" ? operation.name : undefined, "Connections.get")
        })
      )
  )

  it.effect("refuses what is no token, and an end that is none, without a defect", () =>
    Effect.gen(function* () {
      const accessToken = secret("x.y")
      for (const answer of [null, undefined, {}, "x.y", { accessToken, expiresIn: "soon" }]) {
        // What a token endpoint answers need not be what its type says.
        const token = Effect.succeed(answer as Auth.Token)
        const error = yield* get.pipe(Effect.provide([over(script()), Auth.layerOAuth({ token })]), errorOf)
        assert.strictEqual(error.reason._tag, "Authentication")
        assert.notInclude(error.message, "x.y")
      }
      const endless = Effect.succeed({ accessToken, expiresIn: null as unknown as undefined })
      const transport = fake(() => ok(row(1)))
      yield* get.pipe(Effect.provide([over(transport), Auth.layerOAuth({ token: endless })]))
      assert.deepStrictEqual(sent(transport), ["Bearer x.y"])
    })
  )

  /** Tokens 1, 2, 3… that each live so long. */
  const source = (expiresIn?: Duration.Input) => {
    const state = { made: 0 }
    const token = Effect.sync(() => ({ accessToken: secret(`token-${++state.made}`), expiresIn }))
    return { state, token }
  }
  const bearer = (...numbers: ReadonlyArray<number>) => numbers.map((number) => `Bearer token-${number}`)

  it.effect("keeps a short-lived token for half its life, and one without an end for good", () =>
    Effect.gen(function* () {
      for (const [life, expected] of [
        [Duration.seconds(30), bearer(1, 1, 2)],
        [undefined, bearer(1, 1, 1)]
      ] as const) {
        const { token } = source(life)
        const transport = fake(() => ok(row(1)))
        yield* Effect.gen(function* () {
          yield* get
          yield* TestClock.adjust("14 seconds")
          yield* get
          yield* TestClock.adjust("2 seconds")
          yield* get
        }).pipe(Effect.provide([Auth.layerOAuth({ token }), over(transport)]))
        assert.deepStrictEqual(sent(transport), expected)
      }
    })
  )

  it.effect("refreshes once after a 401 and sends again, even under a policy of one attempt", () =>
    Effect.gen(function* () {
      for (const call of [get, Connections.create({ companyId, platformKey: "gbol" })]) {
        const { state, token } = source()
        const transport = script(failed(401), ok(row(1)))
        yield* call.pipe(Effect.provide([Auth.layerOAuth({ token }), over(transport, RetryPolicy.none)]))
        assert.deepStrictEqual(sent(transport), bearer(1, 2))
        assert.strictEqual(state.made, 2)
        const keys = transport.asked.map(({ headers }) => headers["idempotency-key"])
        assert.strictEqual(keys[0], keys[1])
      }
    })
  )

  it.effect("takes a second 401 for final", () =>
    Effect.gen(function* () {
      const { token } = source()
      const transport = script(failed(401), failed(401))
      const error = yield* get.pipe(Effect.provide([Auth.layerOAuth({ token }), over(transport)]), errorOf)
      assert.strictEqual(error.reason._tag, "Unauthorized")
      assert.deepStrictEqual(
        error.attempts.map(({ reason }) => reason),
        ["Unauthorized", "Unauthorized"]
      )
      assert.deepStrictEqual(sent(transport), bearer(1, 2))
      const later = script(failed(401), failed(503), failed(401))
      const again = yield* get.pipe(Effect.provide([Auth.layerOAuth({ token }), over(later)]), errorOf)
      assert.strictEqual(again.reason._tag, "Unauthorized")
      assert.strictEqual(later.asked.length, 3)
    })
  )

  it.effect("refreshes once for many fibers that were refused the same token", () =>
    Effect.gen(function* () {
      const { state, token } = source()
      const transport = fake((asked) =>
        asked.headers["authorization"] === "Bearer token-1" ? failed(401) : ok(row(1))
      )
      yield* Effect.all(
        Array.from({ length: 10 }, () => get),
        { concurrency: "unbounded" }
      ).pipe(Effect.provide([Auth.layerOAuth({ token }), over(transport)]))
      assert.strictEqual(state.made, 2)
    })
  )
})
