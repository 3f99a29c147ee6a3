/**
 * Who is asking: the service that yields the `Authorization` header.
 *
 * It is asked at each attempt, so a token that changes while a call is being
 * retried is picked up by the next attempt.
 *
 * @since 0.1.0
 */
import * as Cache from "effect/Cache"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { ParentSpan } from "effect/Tracer"
import * as CodatError from "./CodatError.ts"

/**
 * The service every operation requires beside `HttpClient`.
 *
 * **When to use**
 *
 * Use one of the layers below. Provide the service yourself when credentials
 * come from somewhere else, such as one account per tenant.
 *
 * **Example** (Credentials of the tenant at hand)
 *
 * ```ts
 * import { Effect, Layer, Redacted } from "effect"
 * import { Auth } from "effect-codat"
 *
 * declare const headerOfTenant: Effect.Effect<Redacted.Redacted<string>>
 *
 * const TenantAuth = Layer.succeed(Auth.Auth)({
 *   authorization: headerOfTenant,
 *   refused: () => Effect.succeed(false)
 * })
 * ```
 *
 * @since 0.1.0
 */
export class Auth extends Context.Service<
  Auth,
  {
    /**
     * The whole value of the `Authorization` header, such as `Basic …` or
     * `Bearer …`. Asked at each attempt.
     */
    readonly authorization: Effect.Effect<Redacted.Redacted<string>, CodatError.Auth>
    /**
     * Told that Codat answered 401 to this value. Answers whether a newer one
     * can be had, in which case the request is sent once more with it; a second
     * 401 is final.
     */
    readonly refused: (authorization: Redacted.Redacted<string>) => Effect.Effect<boolean, CodatError.Auth>
  }
>()("effect-codat/Auth") {}

// -----------------------------------------------------------------------------
// Layers
// -----------------------------------------------------------------------------

/**
 * Authenticates with an API key, which is sent as `Basic <base64(key)>`.
 *
 * **Details**
 *
 * Fails with `CodatError` of reason `Auth` when the key is empty, holds a
 * character that is not visible ASCII, or is a ready-made `Basic …` value, for
 * which there is {@link layerAuthHeader}. The key is never quoted.
 *
 * @see https://docs.codat.io/using-the-api/authentication
 * @since 0.1.0
 */
export const layerApiKey = (options: {
  readonly apiKey: Redacted.Redacted<string>
}): Layer.Layer<Auth, CodatError.CodatError> => layerOf("Auth.layerApiKey", fromApiKey(options.apiKey))

/**
 * Authenticates with the ready-made header value that Codat's portal shows,
 * `Basic …`.
 *
 * **Details**
 *
 * Fails with `CodatError` of reason `Auth` when the value is not a scheme and
 * credentials in visible ASCII. The value is never quoted.
 *
 * @since 0.1.0
 */
export const layerAuthHeader = (options: {
  readonly authHeader: Redacted.Redacted<string>
}): Layer.Layer<Auth, CodatError.CodatError> =>
  layerOf("Auth.layerAuthHeader", fromAuthHeader(options.authHeader))

/**
 * Authenticates with an access token that does not change, sent as
 * `Bearer <token>`.
 *
 * **Details**
 *
 * Fails with `CodatError` of reason `Auth` when the token is empty or not
 * visible ASCII. The token is never quoted. For a token that expires there is
 * {@link layerOAuth}.
 *
 * @since 0.1.0
 */
export const layerBearer = (options: {
  readonly token: Redacted.Redacted<string>
}): Layer.Layer<Auth, CodatError.CodatError> => layerOf("Auth.layerBearer", fromToken(options.token))

/**
 * An access token as a token source gives it.
 *
 * @since 0.1.0
 */
export interface Token {
  readonly accessToken: Redacted.Redacted<string>
  /**
   * How long it is good for, from now on. OAuth's `expires_in` counts seconds:
   * `Duration.seconds(answer.expires_in)`. Without it the token is used until
   * Codat refuses it.
   */
  readonly expiresIn?: Duration.Input | undefined
}

/**
 * Authenticates with access tokens that expire, got from `token` when one is
 * needed.
 *
 * **Details**
 *
 * A token is kept until `leeway` before it expires (default one minute, and at
 * most half its life). However many fibers ask, one refresh runs at a time and
 * all of them get its outcome. A token that Codat answers with 401 is refreshed
 * once and the request sent again; a second 401 is final.
 *
 * `token` runs with the services that the layer is given, not with those of the
 * call that needs it. When it fails, operations fail with `CodatError` of reason `Auth`, which
 * names the failure's tag only: what a token source says may hold secrets. The
 * failure is not kept: the next call asks again.
 *
 * **Example** (Client credentials)
 *
 * ```ts
 * import { Duration, Effect, Redacted } from "effect"
 * import { Auth } from "effect-codat"
 *
 * declare const requestToken: Effect.Effect<{ access_token: string; expires_in?: number }, Error>
 *
 * const CodatAuth = Auth.layerOAuth({
 *   token: Effect.map(requestToken, (answer) => ({
 *     accessToken: Redacted.make(answer.access_token),
 *     expiresIn: answer.expires_in === undefined ? undefined : Duration.seconds(answer.expires_in)
 *   }))
 * })
 * ```
 *
 * @since 0.1.0
 */
export const layerOAuth = <E, R>(options: {
  readonly token: Effect.Effect<Token | Redacted.Redacted<string>, E, R>
  /**
   * How long before its end a token is replaced.
   *
   * @default "1 minute"
   */
  readonly leeway?: Duration.Input | undefined
}): Layer.Layer<Auth, never, R> =>
  Layer.effect(
    Auth,
    Effect.gen(function* () {
      // A lookup would run with the services of whichever call needs a token first: with that one's `HttpClient`, say.
      const context = Context.omit(ParentSpan)(yield* Effect.context<R>())
      const read = options.token.pipe(
        Effect.provideContext(context),
        Effect.mapError(
          (error) => new CodatError.Auth({ message: `the token source failed (${tagOf(error)})` })
        ),
        Effect.flatMap((token) => {
          const { accessToken, expiresIn } = partsOf(token)
          const keep = keepFor(expiresIn, options.leeway ?? Duration.minutes(1))
          return Effect.all({ header: fromToken(accessToken), keep: Effect.fromResult(keep) })
        })
      )
      // One entry: the cache is what shares a refresh among fibers and survives the interruption of one.
      const cache = yield* Cache.makeWith((_: "token") => read, {
        capacity: 1,
        timeToLive: Exit.match({ onFailure: () => Duration.zero, onSuccess: ({ keep }) => keep })
      })
      return {
        authorization: Effect.map(Cache.get(cache, "token"), ({ header }) => header),
        refused: (authorization) =>
          Effect.as(
            Cache.invalidateWhen(cache, "token", ({ header }) => Equal.equals(header, authorization)),
            true
          )
      }
    })
  )

/** What comes from a token endpoint need not be what its type says: what is not there is refused as an empty token is. */
const partsOf = (token: Token | Redacted.Redacted<string>): Token => {
  if (Redacted.isRedacted(token)) return { accessToken: token }
  const given: Token | null | undefined = token
  return given ?? { accessToken: Redacted.make("") }
}

const keepFor = (
  expiresIn: Duration.Input | null | undefined,
  leeway: Duration.Input
): Result.Result<Duration.Duration, CodatError.Auth> =>
  Result.gen(function* () {
    const margin = yield* durationOf("leeway", leeway)
    if (expiresIn === undefined || expiresIn === null) return Duration.infinity
    const life = yield* durationOf("a token's expiresIn", expiresIn)
    return Duration.max(Duration.subtract(life, margin), Duration.times(life, 0.5))
  })

const durationOf = (name: string, input: Duration.Input): Result.Result<Duration.Duration, CodatError.Auth> =>
  Result.fromOption(
    Duration.fromInput(input),
    () => new CodatError.Auth({ message: `${name} must be a duration` })
  )

const tagOf = (error: unknown): string =>
  Predicate.hasProperty(error, "_tag") && Predicate.isString(error._tag)
    ? error._tag
    : Predicate.isError(error)
      ? error.name
      : typeof error

/**
 * Authenticates with what the configuration holds: exactly one of
 * `CODAT_API_KEY`, `CODAT_AUTH_HEADER` (the ready-made `Basic …`) and
 * `CODAT_ACCESS_TOKEN`.
 *
 * **Details**
 *
 * Fails with `CodatError` of reason `Auth`, which names the variables it looked
 * for when none is set, those that are set when there are several, and the one
 * whose value cannot stand in a header. No value is quoted. A variable that is
 * set to nothing counts as not set.
 *
 * **Gotchas**
 *
 * It is one layer, so it is built once for all parts of a layer graph. Two
 * parts that read different configurations need `Layer.fresh(Auth.layerConfig)`.
 *
 * @since 0.1.0
 */
export const layerConfig: Layer.Layer<Auth, CodatError.CodatError> = Layer.suspend(() =>
  layerOf("Auth.layerConfig", fromConfig)
)

// -----------------------------------------------------------------------------
// Header values
// -----------------------------------------------------------------------------

type CodatHeader = Effect.Effect<Redacted.Redacted<string>, CodatError.Auth>

const visibleAscii = /^[\x21-\x7e]+$/
const schemeAndCredentials = /^[A-Za-z][A-Za-z0-9-]* [\x21-\x7e]+$/

const refuse = (message: string): CodatHeader => Effect.fail(new CodatError.Auth({ message }))

/** An environment variable that is not set can get past the types, and a secret can have been wiped: either is empty. */
const textOf = (secret: Redacted.Redacted<string>): string => {
  const text: unknown = Result.getOrUndefined(Result.try(() => Redacted.value(secret)))
  return Predicate.isString(text) ? text : ""
}

const fromApiKey = (apiKey: Redacted.Redacted<string>): CodatHeader => {
  const key = textOf(apiKey)
  if (key === "") return refuse("the API key is empty, or not Redacted")
  if (/^basic /i.test(key)) {
    return refuse(
      "the API key is a ready-made header value (Basic …): use layerAuthHeader or CODAT_AUTH_HEADER"
    )
  }
  if (!visibleAscii.test(key)) {
    return refuse("the API key holds a space, a line break or another character that is not visible ASCII")
  }
  return Effect.succeed(Redacted.make(`Basic ${btoa(key)}`, { label: "authorization" }))
}

const fromAuthHeader = (authHeader: Redacted.Redacted<string>): CodatHeader =>
  schemeAndCredentials.test(textOf(authHeader))
    ? Effect.succeed(Redacted.make(textOf(authHeader), { label: "authorization" }))
    : refuse("the header value is not a scheme and credentials in visible ASCII, such as `Basic …`")

/** `Bearer …` from a token, refused when it could not stand in a header. */
const fromToken = (token: Redacted.Redacted<string>): CodatHeader => {
  const text = textOf(token)
  if (/^bearer /i.test(text)) return refuse("the access token begins with Bearer: give what comes after it")
  if (!visibleAscii.test(text)) {
    return refuse("the access token is empty, not Redacted, or holds a character that is not visible ASCII")
  }
  return Effect.succeed(Redacted.make(`Bearer ${text}`, { label: "authorization" }))
}

const variables = [
  ["CODAT_API_KEY", fromApiKey],
  ["CODAT_AUTH_HEADER", fromAuthHeader],
  ["CODAT_ACCESS_TOKEN", fromToken]
] as const

const fromConfig: CodatHeader = Effect.gen(function* () {
  const set: Array<readonly [name: string, header: CodatHeader]> = []
  for (const [name, make] of variables) {
    const value = yield* Effect.mapError(
      Config.option(Config.Redacted(name)),
      // What a provider says of its trouble could quote what it read.
      () => new CodatError.Auth({ message: `${name} could not be read from the configuration` })
    )
    if (Option.isSome(value) && textOf(value.value) !== "") set.push([name, make(value.value)])
  }
  const [first, ...others] = set
  if (first === undefined) {
    return yield* refuse(`no credentials: set one of ${variables.map(([name]) => name).join(", ")}`)
  }
  if (others.length > 0) {
    return yield* refuse(`${set.map(([name]) => name).join(" and ")} are set: set only one of them`)
  }
  const [name, header] = first
  return yield* Effect.mapError(
    header,
    ({ message }) => new CodatError.Auth({ message: `${name}: ${message}` })
  )
})

const fixed = (authorization: Redacted.Redacted<string>): Auth["Service"] => ({
  authorization: Effect.succeed(authorization),
  refused: () => Effect.succeed(false)
})

const layerOf = (operation: string, header: CodatHeader): Layer.Layer<Auth, CodatError.CodatError> =>
  Layer.effect(
    Auth,
    Effect.mapBoth(header, {
      onFailure: (reason) => new CodatError.CodatError({ operation, reason, attempts: [] }),
      onSuccess: fixed
    })
  )
