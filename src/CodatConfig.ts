/**
 * Where Codat is and how requests are sent to it.
 *
 * @module CodatConfig
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as CodatError from "./CodatError.ts"
import { defined } from "./internal/call/Defined.ts"
import * as Input from "./internal/call/Input.ts"
import { refusedBy } from "./internal/call/Refused.ts"

// -----------------------------------------------------------------------------
// Settings
// -----------------------------------------------------------------------------

/**
 * Settings of requests. A setting that is left out has the value that came with the credentials, or else the default.
 *
 * @category models
 * @since 0.1.0
 */
export interface Settings {
  /**
   * The origin that every request goes to, with a path prefix if needed.
   *
   * @default "https://api.codat.io"
   */
  readonly baseUrl?: string | undefined
  /**
   * How long one attempt may take, from asking for credentials to the last byte of the response. Each attempt has a
   * fresh limit; the limit of a whole call is the retry policy's `deadline`.
   *
   * @default "30 seconds"
   */
  readonly attemptTimeout?: Duration.Input | undefined
  /**
   * The most bytes of a response's body, counted after decompression; a longer one is `InvalidResponse`. Of an error's
   * body the first MiB is read. A browser hides the `Content-Encoding` of another origin, so there the compressed bytes
   * are counted.
   *
   * @default 67108864 (64 MiB)
   */
  readonly maxResponseBytes?: number | undefined
  /**
   * The `User-Agent` header. Browsers send their own instead.
   *
   * @default "effect-codat"
   */
  readonly userAgent?: string | undefined
  /**
   * Whether a `traceparent` header tells Codat which trace a request belongs to.
   *
   * @default false
   */
  readonly propagateTrace?: boolean | undefined
}

/**
 * The current settings, read at each call. It has a default, so it is never a requirement of an operation.
 *
 * **Details**
 *
 * A setting that is provided around a call wins over the one that came with the credentials (`Codat.layer`), which wins
 * over the default.
 *
 * **Gotchas**
 *
 * A base URL that is not an absolute `http` or `https` URL, or that holds a query, a fragment or credentials, makes
 * each operation fail with `InvalidRequest` on `baseUrl`. So does `http` for a host of Codat's, which would send the
 * credentials unencrypted.
 *
 * **Example** (A proxy in front of Codat, for a part of a program)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { CodatConfig, Connections } from "effect-codat"
 *
 * const total = Connections.count({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002" }).pipe(
 *   Effect.provide(CodatConfig.layer({ baseUrl: "https://proxy.example.com/codat" }))
 * )
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export const CodatConfig: Context.Reference<Settings> = Context.Reference<Settings>(
  "effect-codat/CodatConfig",
  { defaultValue: () => ({}) }
)

// -----------------------------------------------------------------------------
// Layers
// -----------------------------------------------------------------------------

/**
 * Sets some of the settings; those left out stay as they are where the layer is built.
 *
 * **Details**
 *
 * Settings are checked at each call, which fails with `InvalidRequest` when one is not valid.
 *
 * **Gotchas**
 *
 * Two of these layers side by side, as in an array or `Layer.mergeAll`, do not see each other: only the settings of the
 * last one are in force. Give them in one layer, or provide one layer after the other.
 *
 * **Example** (An attempt may take five seconds)
 *
 * ```ts
 * import { CodatConfig } from "effect-codat"
 *
 * const Impatient = CodatConfig.layer({ attemptTimeout: "5 seconds" })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Settings): Layer.Layer<never> =>
  Layer.fresh(
    // A layer that is built once would bring the host of one part of a program to another.
    Layer.effect(
      CodatConfig,
      Effect.map(CodatConfig, (current) => over(current, options))
    )
  )

/**
 * Reads settings from the configuration: `CODAT_BASE_URL`, `CODAT_ATTEMPT_TIMEOUT` (such as `10 seconds`) and
 * `CODAT_USER_AGENT`, each optional. An empty variable counts as not set.
 *
 * **Details**
 *
 * Fails with `CodatError` of reason `InvalidRequest`, which names the variable that could not be read or is not a
 * duration. `Codat.layerConfig` reads these variables too.
 *
 * **Example** (Only the settings)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { CodatConfig, Connections } from "effect-codat"
 *
 * const total = Connections.count({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002" }).pipe(
 *   Effect.provide(CodatConfig.layerConfig)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig: Layer.Layer<never, CodatError.CodatError> = Layer.fresh(
  // A layer that is built once would give the settings of one configuration to calls of another.
  Layer.effect(
    CodatConfig,
    Effect.suspend(() =>
      Effect.flatMap(fromConfig("CodatConfig.layerConfig"), (settings) =>
        Effect.map(CodatConfig, (current) => ({ ...current, ...settings }))
      )
    )
  )
)

/**
 * The settings in the configuration.
 *
 * @internal
 */
export const fromConfig = Effect.fnUntraced(function* (
  operation: string
): Effect.fn.Return<Settings, CodatError.CodatError> {
  const read = <A>(config: Config.Config<A>, field: string, rule: string) =>
    Effect.mapError(config, () => refusedBy(operation)(Input.refused(field, rule)))
  const text = (name: string) =>
    Effect.map(
      read(Config.option(Config.String(name)), name, "text that can be read from the configuration"),
      (value) => Option.getOrUndefined(value) || undefined
    )
  const timeout = yield* text("CODAT_ATTEMPT_TIMEOUT")
  return defined({
    baseUrl: yield* text("CODAT_BASE_URL"),
    attemptTimeout:
      timeout === undefined
        ? undefined
        : yield* read(
            Config.Duration("CODAT_ATTEMPT_TIMEOUT"),
            "CODAT_ATTEMPT_TIMEOUT",
            "a duration with its unit, such as 10 seconds"
          ),
    userAgent: yield* text("CODAT_USER_AGENT")
  })
})

// -----------------------------------------------------------------------------
// Rules
// -----------------------------------------------------------------------------

/**
 * Settings with all defaults filled in, as a call needs them.
 *
 * @internal
 */
export interface Resolved {
  /** Without a slash at its end. */
  readonly baseUrl: string
  /** The host of the base URL, and its port where it is not the default of the scheme. */
  readonly host: string
  /** The same in two parts, as spans and metrics have it. */
  readonly server: { readonly address: string; readonly port: number }
  readonly attemptTimeout: Duration.Duration
  readonly maxResponseBytes: number
  readonly userAgent: string
  readonly propagateTrace: boolean
}

const rules: Input.Rules<Settings> = {
  // `resolve` parses it.
  baseUrl: Input.anything,
  attemptTimeout: Input.optional(Input.duration),
  maxResponseBytes: Input.optional(Input.positiveWhole),
  userAgent: Input.optional(Input.must("text that is valid in a header", Input.isTextForHeader)),
  propagateTrace: Input.optional(Input.boolean)
}

const baseUrlRule =
  "an absolute URL, https for Codat's hosts, without query, fragment or credentials, such as https://api.codat.io"

const defaults: Resolved = {
  baseUrl: "https://api.codat.io",
  host: "api.codat.io",
  server: { address: "api.codat.io", port: 443 },
  attemptTimeout: Duration.seconds(30),
  maxResponseBytes: 64 * 1024 * 1024,
  userAgent: "effect-codat",
  propagateTrace: false
}

/**
 * The settings that are given, without those that are undefined. They are read by name, since a spread leaves out the
 * getters of a class.
 *
 * @internal
 */
export const given = (settings: Settings): Settings =>
  defined({
    baseUrl: settings.baseUrl,
    attemptTimeout: settings.attemptTimeout,
    maxResponseBytes: settings.maxResponseBytes,
    userAgent: settings.userAgent,
    propagateTrace: settings.propagateTrace
  })

/**
 * Merges two settings: the second wins, except where it is undefined. An undefined `baseUrl` must not replace the one
 * of the credentials, which would then be sent to another host. Unknown options are kept, so that {@link resolve}
 * refuses them.
 */
const over = (first: Settings, second: Settings): Settings => ({
  ...first,
  ...second,
  ...given(first),
  ...given(second)
})

type Resolution = Result.Result<Resolved, CodatError.InvalidRequest>

/** No settings at all. */
const none: Settings = {}

/** The results for pairs of settings, kept because parsing a base URL takes longer than the rest of resolving them. */
const Known: Context.Reference<WeakMap<Settings, WeakMap<Settings, Resolution>>> = Context.Reference(
  "effect-codat/CodatConfig/Known",
  { defaultValue: () => new WeakMap() }
)

/**
 * The settings for a call, or what is wrong with them. Settings that are provided around the call win over those of its
 * credentials.
 *
 * @internal
 */
export const current = (context: Context.Context<never>, ofCredentials: Settings | undefined): Resolution => {
  const provided = Context.getOrUndefined(context, CodatConfig) ?? none
  const known = Context.get(context, Known)
  let pairs = known.get(provided)
  if (pairs === undefined) {
    pairs = new WeakMap()
    known.set(provided, pairs)
  }
  const other = ofCredentials ?? none
  const before = pairs.get(other)
  if (before !== undefined) return before
  const resolved = resolve(over(other, provided))
  if (Result.isSuccess(resolved)) pairs.set(other, resolved)
  return resolved
}

/**
 * Checks settings and fills in the defaults, or says what is wrong.
 *
 * @internal
 */
export const resolve = (settings: Settings): Resolution => {
  const broken = Input.check(rules, settings)
  if (broken !== undefined) return Result.fail(broken)
  const { attemptTimeout, baseUrl } = settings
  const url = baseUrl === undefined ? defaults : parseBaseUrl(baseUrl)
  if (url === undefined) {
    return Result.fail(Input.refused("baseUrl", baseUrlRule))
  }
  return Result.succeed({
    baseUrl: url.baseUrl,
    host: url.host,
    server: url.server,
    attemptTimeout:
      attemptTimeout === undefined ? defaults.attemptTimeout : Duration.fromInputUnsafe(attemptTimeout),
    maxResponseBytes: settings.maxResponseBytes ?? defaults.maxResponseBytes,
    userAgent: settings.userAgent ?? defaults.userAgent,
    propagateTrace: settings.propagateTrace ?? defaults.propagateTrace
  })
}

const parseBaseUrl = (text: string): Pick<Resolved, "baseUrl" | "host" | "server"> | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    // The credentials would be sent unencrypted.
    (url.protocol === "http:" && /(?:^|\.)codat\.io\.?$/.test(url.hostname)) ||
    url.search + url.hash + url.username + url.password !== ""
  ) {
    return undefined
  }
  return {
    baseUrl: url.origin + url.pathname.replace(/\/+$/, ""),
    host: url.host,
    server: {
      address: url.hostname.replace(/^\[|\]$/g, ""),
      port: Number(url.port) || (url.protocol === "https:" ? 443 : 80)
    }
  }
}
