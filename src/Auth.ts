/**
 * Credentials: the service that provides the `Authorization` header, with the host, policy and limits that belong to
 * it.
 *
 * The header is read at each attempt, so a token that changes while a call is being retried is used by the next
 * attempt.
 *
 * @module Auth
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
import type * as MutableRef from "effect/MutableRef"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { ParentSpan } from "effect/Tracer"
import type * as CodatConfig from "./CodatConfig.ts"
import * as CodatError from "./CodatError.ts"
import * as Input from "./internal/call/Input.ts"
import { refusedBy } from "./internal/call/Refused.ts"
import type * as RetryPolicy from "./RetryPolicy.ts"

// -----------------------------------------------------------------------------
// Service
// -----------------------------------------------------------------------------

/**
 * The settings that belong to credentials. Settings that are provided around a call win over them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Defaults {
  /** The host that the credentials are for, and other settings of requests. */
  readonly config?: CodatConfig.Settings | undefined
  /** When requests are sent again. */
  readonly retry?: RetryPolicy.Policy | undefined
  /** Delays each request until it is its turn. */
  readonly limiter?:
    | (<A, E, R>(request: Effect.Effect<A, E, R>) => Effect.Effect<A, E | CodatError.Transport, R>)
    | undefined
  /** Where the newest quota of the account is kept. */
  readonly quota?: MutableRef.MutableRef<CodatError.Quota | undefined> | undefined
}

/**
 * The service that every operation requires besides `HttpClient`.
 *
 * **When to use**
 *
 * Provide it with `Codat.layer` or `Codat.layerConfig`, or with one of the layers below when you need credentials
 * without other settings. Provide the service yourself when credentials come from somewhere else, such as one account
 * per tenant.
 *
 * **Example** (Credentials of a tenant)
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
 * @category services
 * @since 0.1.0
 */
export class Auth extends Context.Service<
  Auth,
  {
    /** The whole value of the `Authorization` header, such as `Basic …` or `Bearer …`. Read at each attempt. */
    readonly authorization: Effect.Effect<Redacted.Redacted<string>, CodatError.Authentication>
    /**
     * Called when Codat answered 401 to this value. Returns whether a newer value is available; if so, the request is
     * sent once more with it. A second 401 is final.
     */
    readonly refused: (
      authorization: Redacted.Redacted<string>
    ) => Effect.Effect<boolean, CodatError.Authentication>
    /** The kind of the credentials and where they come from, for the error of a 401; never their value. */
    readonly description?: string | undefined
    /** The settings that belong to the credentials. */
    readonly defaults?: Defaults | undefined
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
 * Fails with `CodatError` of reason `Authentication` when the key is empty, holds a character that is not visible
 * ASCII, or is a ready-made `Basic …` value (use {@link layerAuthHeader} for it). The key is never quoted.
 *
 * **Example** (A key from a vault)
 *
 * ```ts
 * import { Effect, Layer, type Redacted } from "effect"
 * import { Auth } from "effect-codat"
 *
 * declare const fromVault: Effect.Effect<Redacted.Redacted<string>>
 *
 * const VaultAuth = Layer.unwrap(Effect.map(fromVault, (apiKey) => Auth.layerApiKey({ apiKey })))
 * ```
 *
 * @see https://docs.codat.io/using-the-api/authentication
 * @category layers
 * @since 0.1.0
 */
export const layerApiKey = (options: {
  /** The key itself: not encoded, and without `Basic` before it. */
  readonly apiKey: Redacted.Redacted<string>
}): Layer.Layer<Auth, CodatError.CodatError> => layerOf("Auth.layerApiKey", ["apiKey"], options)

/**
 * Authenticates with the ready-made header value that Codat's portal shows, `Basic …`.
 *
 * **Details**
 *
 * Fails with `CodatError` of reason `Authentication` when the value is not a scheme and credentials in visible ASCII.
 * The value is never quoted.
 *
 * **Example** (A header from the configuration)
 *
 * ```ts
 * import { Config, Effect, Layer } from "effect"
 * import { Auth } from "effect-codat"
 *
 * const HeaderAuth = Layer.unwrap(
 *   Effect.map(Config.Redacted("CODAT_HEADER"), (authHeader) => Auth.layerAuthHeader({ authHeader }))
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerAuthHeader = (options: {
  /** The whole value of the `Authorization` header, with its scheme: `Basic …`. */
  readonly authHeader: Redacted.Redacted<string>
}): Layer.Layer<Auth, CodatError.CodatError> => layerOf("Auth.layerAuthHeader", ["authHeader"], options)

/**
 * Authenticates with an access token that does not change, sent as `Bearer <token>`.
 *
 * **Details**
 *
 * Fails with `CodatError` of reason `Authentication` when the token is empty or not visible ASCII. The token is never
 * quoted. Use {@link layerOAuth} for tokens that expire.
 *
 * **Example** (The sandbox's token)
 *
 * ```ts
 * import { Redacted } from "effect"
 * import { Auth, Sandbox } from "effect-codat"
 *
 * const SandboxAuth = Auth.layerBearer({ token: Redacted.make(Sandbox.accessToken) })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerBearer = (options: {
  /** The token alone: `Bearer` is added. */
  readonly token: Redacted.Redacted<string>
}): Layer.Layer<Auth, CodatError.CodatError> => layerOf("Auth.layerBearer", ["token"], options)

/**
 * An access token as a token source gives it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Token {
  /** The token alone: `Bearer` is added. */
  readonly accessToken: Redacted.Redacted<string>
  /**
   * How long the token is valid, from now on. OAuth's `expires_in` counts seconds:
   * `Duration.seconds(answer.expires_in)`. Without it the token is used until Codat refuses it.
   */
  readonly expiresIn?: Duration.Input | undefined
}

/**
 * Where access tokens that expire come from.
 *
 * @category models
 * @since 0.1.0
 */
export interface OAuthOptions<E = unknown, R = never> {
  /** Requests a token. */
  readonly token: Effect.Effect<Token | Redacted.Redacted<string>, E, R>
  /**
   * How long before it expires a token is replaced; at most half of its lifetime.
   *
   * @default "1 minute"
   */
  readonly leeway?: Duration.Input | undefined
  /**
   * How long one request for a token may take. After that it is interrupted and sent once more.
   *
   * @default "5 seconds"
   */
  readonly timeout?: Duration.Input | undefined
}

/**
 * Authenticates with access tokens that expire, requested from `token` when one is needed.
 *
 * **Details**
 *
 * A token is kept until `leeway` before it expires. One request for a token runs at a time, and all fibers that need a
 * token get its outcome; none waits longer than its own attempt may take. A token that Codat answers with 401 is
 * replaced once and the request sent again; a second 401 is final.
 *
 * Fails with `InvalidRequest` when `token` is not an effect, `leeway` is negative or `timeout` is not above zero.
 *
 * `token` runs with the services that the layer is given, not with those of the call that needs it. When it fails, or
 * twice gives no response within `timeout`, operations fail with `CodatError` of reason `Authentication`. It names only
 * the tag of the failure, which may hold secrets. The failure is not kept: the next call requests a token again. A
 * failure of `token` is not retried within a call, so use `Effect.retry` in it. As long as the present token has not
 * expired and Codat has not refused it, operations go on with it instead, with a warning in the log, and half of the time
 * that is left passes before `token` is run again. This needs an `attemptTimeout` that is longer than twice `timeout`.
 *
 * **Gotchas**
 *
 * Effect builds a layer that is used in several places once. Where `token` requires a service of which each tenant has
 * its own, call this function for each tenant, or use `Layer.fresh`: otherwise all tenants get the tokens of the first.
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
 * @category layers
 * @since 0.1.0
 */
export const layerOAuth = <E = never, R = never>(
  options: OAuthOptions<E, R>
  // `NoInfer`: see `Codat.layer`.
): Layer.Layer<Auth, CodatError.CodatError, NoInfer<R>> =>
  Layer.effect(Auth, Effect.mapError(oauth(options), refusedBy("Auth.layerOAuth")))

/**
 * Authenticates with the credentials in the configuration: exactly one of `CODAT_API_KEY`, `CODAT_AUTH_HEADER` (the
 * ready-made `Basic …`) and `CODAT_ACCESS_TOKEN`.
 *
 * **When to use**
 *
 * `Codat.layerConfig` reads the host and other settings as well.
 *
 * **Details**
 *
 * Fails with `CodatError` of reason `Authentication`, which names the variables it looked for when none is set, those
 * that are set when there are several, and the one whose value is not valid in a header. No value is quoted. An empty
 * variable counts as not set.
 *
 * The configuration is read for each part of a program that the layer is provided to, so two parts with different
 * configurations have different credentials.
 *
 * **Gotchas**
 *
 * A layer that contains this one, such as `Layer.merge(Auth.layerConfig, FetchHttpClient.layer)`, is built once for all
 * parts, with one configuration. Parts with different configurations need `Layer.fresh` around it.
 *
 * **Example** (Credentials from the environment)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Auth, Connections } from "effect-codat"
 *
 * const total = Connections.count({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002" }).pipe(
 *   Effect.provide(Auth.layerConfig)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig: Layer.Layer<Auth, CodatError.CodatError> = Layer.fresh(
  // A layer that is built once would give the credentials of one configuration to calls of another.
  Layer.effect(
    Auth,
    Effect.suspend(() => Effect.mapError(fromConfig, refusedBy("Auth.layerConfig")))
  )
)

// -----------------------------------------------------------------------------
// Credentials of all kinds
// -----------------------------------------------------------------------------

/**
 * Credentials, of which exactly one is given.
 *
 * @internal
 */
export interface Credentials<E = unknown, R = never> {
  readonly apiKey?: Redacted.Redacted<string> | undefined
  readonly authHeader?: Redacted.Redacted<string> | undefined
  readonly token?: Redacted.Redacted<string> | undefined
  readonly oauth?: OAuthOptions<E, R> | undefined
}

type Service = Auth["Service"]

/**
 * Makes the service for credentials. The error of a 401 names `layer`.
 *
 * @internal
 */
export const make = <E, R>(
  layer: string,
  { apiKey, authHeader, oauth: source, token }: Credentials<E, R>
): Effect.Effect<Service, CodatError.Authentication | CodatError.InvalidRequest, R> => {
  const given = Object.entries({ apiKey, authHeader, oauth: source, token }).filter(
    ([, value]) => value !== undefined
  )
  if (given.length !== 1) {
    return refuse(
      given.length === 0
        ? "no credentials: give one of apiKey, authHeader, token and oauth"
        : `${given.map(([name]) => name).join(" and ")} are given: give only one of them`
    )
  }
  if (source !== undefined) return Effect.map(oauth(source), describedAs(`the access token of ${layer}`))
  if (apiKey !== undefined) return fixed(fromApiKey(apiKey), `the API key of ${layer}`)
  if (authHeader !== undefined) return fixed(fromAuthHeader(authHeader), `the header of ${layer}`)
  return fixed(fromToken(token), `the access token of ${layer}`)
}

const layerOf = (
  operation: string,
  known: ReadonlyArray<string>,
  options: Credentials
): Layer.Layer<Auth, CodatError.CodatError> =>
  Layer.effect(
    Auth,
    Effect.suspend(() => {
      const unknown = Input.unknownOption(known, options)
      return Effect.mapError(
        unknown === undefined ? make(operation, options) : Effect.fail(unknown),
        refusedBy(operation)
      )
    })
  )

const describedAs =
  (description: string) =>
  (service: Service): Service => ({ ...service, description })

const fixed = (header: Header, description: string): Effect.Effect<Service, CodatError.Authentication> =>
  Effect.map(header, (authorization) => ({
    authorization: Effect.succeed(authorization),
    refused: () => Effect.succeed(false),
    description
  }))

// -----------------------------------------------------------------------------
// Tokens that expire
// -----------------------------------------------------------------------------

const oauthRules: Input.Rules<OAuthOptions> = {
  token: Input.must("an Effect that gives a token", Effect.isEffect),
  leeway: Input.optional(Input.nonNegativeDuration),
  timeout: Input.optional(Input.duration)
}

const oauth = Effect.fnUntraced(function* <E, R>(
  options: OAuthOptions<E, R>
): Effect.fn.Return<Service, CodatError.Authentication | CodatError.InvalidRequest, R> {
  const broken = Input.check(oauthRules, options)
  if (broken !== undefined) return yield* broken
  const margin = Duration.toMillis(options.leeway ?? "1 minute")
  const timeout = Duration.fromInputUnsafe(options.timeout ?? "5 seconds")
  // Otherwise `token` would run with the services, such as the `HttpClient`, of whichever call needs a token first.
  const context = Context.omit(ParentSpan)(yield* Effect.context<R>())
  const stalled = Effect.fail(
    new CodatError.Authentication({
      message: `the token source gave no answer within ${Duration.format(timeout)}`
    })
  )
  const answer = options.token.pipe(
    Effect.provideContext(context),
    Effect.mapError(
      (error) => new CodatError.Authentication({ message: `the token source failed (${tagOf(error)})` })
    )
  )
  const inTime = (orElse: () => typeof answer) => Effect.timeoutOrElse(answer, { duration: timeout, orElse })
  // The first response may have been lost, so a second request is better than a longer wait.
  const renewed = inTime(() => inTime(() => stalled)).pipe(
    Effect.flatMap((token) => {
      const { accessToken, expiresIn } = partsOf(token)
      return Effect.all({ header: fromToken(accessToken), life: lifeOf(expiresIn) })
    })
  )
  /** The newest token, which is used until it expires when a newer one cannot be had. */
  const held = { header: Redacted.make(""), expiresAt: 0 }
  const read = Effect.gen(function* () {
    const result = yield* Effect.result(renewed)
    const now = yield* Effect.clockWith(({ currentTimeMillis }) => currentTimeMillis)
    if (Result.isSuccess(result)) {
      held.header = result.success.header
      held.expiresAt = now + result.success.life
    } else if (held.expiresAt > now) {
      yield* Effect.logWarning(`the access token is used until it expires: ${result.failure.message}`)
    } else {
      return yield* result.failure
    }
    const life = held.expiresAt - now
    return { header: held.header, keep: Duration.millis(life / 2 > margin ? life - margin : life / 2) }
  })
  // A cache of one entry: it shares one request among fibers, and the request survives the interruption of one of them.
  const cache = yield* Cache.makeWith((_: "token") => read, {
    capacity: 1,
    timeToLive: Exit.match({ onFailure: () => Duration.zero, onSuccess: ({ keep }) => keep })
  })
  return {
    authorization: Effect.map(Cache.get(cache, "token"), ({ header }) => header),
    refused: (authorization) =>
      Effect.suspend(() => {
        const isRefused = ({ header }: { readonly header: Redacted.Redacted<string> }) =>
          Equal.equals(header, authorization)
        if (isRefused(held)) held.expiresAt = 0
        return Effect.as(Cache.invalidateWhen(cache, "token", isRefused), true)
      }),
    description: "the access token of Auth.layerOAuth"
  }
})

/** A token source can return a value that differs from its type. A missing token is refused like an empty one. */
const partsOf = (token: Token | Redacted.Redacted<string>): Partial<Token> =>
  Redacted.isRedacted(token) ? { accessToken: token } : { ...token }

/** How long a token is valid, in milliseconds. */
const lifeOf = (
  expiresIn: Duration.Input | null | undefined
): Effect.Effect<number, CodatError.Authentication> =>
  Option.match(Duration.fromInput(expiresIn ?? Duration.infinity), {
    onNone: () => refuse("a token's expiresIn must be a duration"),
    onSome: (life) => Effect.succeed(Duration.toMillis(life))
  })

const tagOf = (error: unknown): string =>
  Predicate.hasProperty(error, "_tag") && Predicate.isString(error._tag)
    ? error._tag
    : Predicate.isError(error)
      ? error.name
      : typeof error

// -----------------------------------------------------------------------------
// Header values
// -----------------------------------------------------------------------------

type Header = Effect.Effect<Redacted.Redacted<string>, CodatError.Authentication>

const visibleAscii = /^[\x21-\x7e]+$/
const schemeAndCredentials = /^[A-Za-z][A-Za-z0-9-]* [\x21-\x7e]+$/

const refuse = (message: string) => Effect.fail(new CodatError.Authentication({ message }))

/** The text of a secret; empty for an unset environment variable, which can get past the types, and a wiped secret. */
const textOf = (secret: Redacted.Redacted<string> | undefined): string => {
  const text: unknown = Redacted.isRedacted(secret)
    ? Result.getOrUndefined(Result.try(() => Redacted.value(secret)))
    : undefined
  return Predicate.isString(text) ? text : ""
}

const fromApiKey = (apiKey: Redacted.Redacted<string>): Header => {
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

const fromAuthHeader = (authHeader: Redacted.Redacted<string>): Header =>
  schemeAndCredentials.test(textOf(authHeader))
    ? Effect.succeed(Redacted.make(textOf(authHeader), { label: "authorization" }))
    : refuse("the header value is not a scheme and credentials in visible ASCII, such as `Basic …`")

/** `Bearer …` from a token, refused when it is not valid in a header. */
const fromToken = (token: Redacted.Redacted<string> | undefined): Header => {
  const text = textOf(token)
  if (/^bearer /i.test(text))
    return refuse("the access token begins with Bearer: give only the part after it")
  if (!visibleAscii.test(text)) {
    return refuse("the access token is empty, not Redacted, or holds a character that is not visible ASCII")
  }
  return Effect.succeed(Redacted.make(`Bearer ${text}`, { label: "authorization" }))
}

// -----------------------------------------------------------------------------
// Configuration
// -----------------------------------------------------------------------------

const variables = [
  ["CODAT_API_KEY", "the API key", fromApiKey],
  ["CODAT_AUTH_HEADER", "the header", fromAuthHeader],
  ["CODAT_ACCESS_TOKEN", "the access token", fromToken]
] as const

/**
 * The service for the credentials in the configuration.
 *
 * @internal
 */
export const fromConfig: Effect.Effect<Service, CodatError.Authentication> = Effect.gen(function* () {
  const set: Array<readonly [name: string, kind: string, header: Header]> = []
  for (const [name, kind, make] of variables) {
    const value = yield* Effect.mapError(
      Config.option(Config.Redacted(name)),
      // The provider's own error could quote the value that it read.
      () => new CodatError.Authentication({ message: `${name} could not be read from the configuration` })
    )
    if (Option.isSome(value) && textOf(value.value) !== "") set.push([name, kind, make(value.value)])
  }
  const [first, ...others] = set
  if (first === undefined) {
    return yield* refuse(`no credentials: set one of ${variables.map(([name]) => name).join(", ")}`)
  }
  if (others.length > 0) {
    return yield* refuse(`${set.map(([name]) => name).join(" and ")} are set: set only one of them`)
  }
  const [name, kind, header] = first
  return yield* Effect.mapError(
    fixed(header, `${kind} in ${name}`),
    ({ message }) => new CodatError.Authentication({ message: `${name}: ${message}` })
  )
})
