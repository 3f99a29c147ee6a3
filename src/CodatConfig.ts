/**
 * Where Codat is and how it is asked.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as CodatError from "./CodatError.ts"

/**
 * What {@link CodatConfig} holds.
 *
 * @since 0.1.0
 */
export interface Settings {
  /**
   * The origin that every request goes to, with a path prefix if need be.
   *
   * @default "https://api.codat.io"
   */
  readonly baseUrl: string
  /**
   * How long one attempt may take, from sending to the last byte of the answer.
   * A fresh limit for each attempt; the bound of a whole call is the retry
   * policy's `deadline`.
   *
   * @default "30 seconds"
   */
  readonly attemptTimeout: Duration.Input
  /**
   * The `User-Agent` header. Browsers send their own instead.
   *
   * @default "effect-codat"
   */
  readonly userAgent: string
}

const defaults: Settings = {
  baseUrl: "https://api.codat.io",
  attemptTimeout: Duration.seconds(30),
  userAgent: "effect-codat"
}

/**
 * The settings in force, read at each call. It has a default, so it is never a
 * requirement of an operation.
 *
 * **Gotchas**
 *
 * A base URL that is not an absolute `http` or `https` URL, or that holds a
 * query, a fragment or credentials, makes each operation fail with
 * `InvalidRequest` on `baseUrl`.
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
 * @since 0.1.0
 */
export const CodatConfig: Context.Reference<Settings> = Context.Reference<Settings>(
  "effect-codat/CodatConfig",
  { defaultValue: () => defaults }
)

/**
 * Sets some of the settings; those left out keep the value that is in force
 * where the layer is built.
 *
 * @since 0.1.0
 */
export const layer = (
  options: {
    readonly [Key in keyof Settings]?: Settings[Key] | undefined
  }
): Layer.Layer<never> =>
  Layer.effect(
    CodatConfig,
    Effect.map(CodatConfig, (current) => merge(current, options))
  )

/**
 * Reads settings from the configuration: `CODAT_BASE_URL`,
 * `CODAT_ATTEMPT_TIMEOUT` (such as `10 seconds`) and `CODAT_USER_AGENT`, each
 * optional. A variable that is set to nothing counts as not set.
 *
 * **Details**
 *
 * Fails with `CodatError` of reason `InvalidRequest`, which names the variable
 * that could not be read or is not a duration.
 *
 * @since 0.1.0
 */
export const layerConfig: Layer.Layer<never, CodatError.CodatError> = Layer.effect(
  CodatConfig,
  Effect.gen(function* () {
    const baseUrl = yield* text("CODAT_BASE_URL")
    const timeout = yield* text("CODAT_ATTEMPT_TIMEOUT")
    const userAgent = yield* text("CODAT_USER_AGENT")
    return merge(yield* CodatConfig, {
      baseUrl,
      attemptTimeout: timeout === undefined ? undefined : yield* duration("CODAT_ATTEMPT_TIMEOUT"),
      userAgent
    })
  })
)

const read = <A>(
  config: Config.Config<A>,
  field: string,
  rule: string
): Effect.Effect<A, CodatError.CodatError> =>
  Effect.mapError(
    config,
    () =>
      new CodatError.CodatError({
        operation: "CodatConfig.layerConfig",
        reason: new CodatError.InvalidRequest({ field, rule }),
        attempts: []
      })
  )

const text = (name: string): Effect.Effect<string | undefined, CodatError.CodatError> =>
  Effect.map(
    read(Config.option(Config.String(name)), name, "a text that the configuration can be asked for"),
    (value) => Option.getOrUndefined(value) || undefined
  )

const duration = (name: string): Effect.Effect<Duration.Duration, CodatError.CodatError> =>
  read(Config.Duration(name), name, "a duration with its unit, such as 10 seconds")

const merge = (
  current: Settings,
  options: { readonly [Key in keyof Settings]?: Settings[Key] | undefined }
): Settings => ({
  baseUrl: options.baseUrl ?? current.baseUrl,
  attemptTimeout: options.attemptTimeout ?? current.attemptTimeout,
  userAgent: options.userAgent ?? current.userAgent
})
