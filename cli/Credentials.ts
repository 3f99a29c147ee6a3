/** Which credentials and host to use: those of a profile, or those in the environment. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Auth, Codat, CodatConfig, RetryPolicy } from "effect-codat"
import packageJson from "../package.json" with { type: "json" }
import { escapeControls } from "../src/internal/Text.ts"
import * as Failure from "./Failure.ts"
import * as Globals from "./Globals.ts"
import { Host } from "./Host.ts"
import * as Output from "./Output.ts"
import * as Profiles from "./Profiles.ts"

export const variables = ["CODAT_API_KEY", "CODAT_AUTH_HEADER", "CODAT_ACCESS_TOKEN"]

/** The credentials and the host from environment variables. */
const fromEnvironment = Layer.merge(Codat.layerConfig, CodatConfig.layerConfig)

/** Codat's own address. */
export const codat = "https://api.codat.io"

const withoutSlash = (url: string): string => url.replace(/\/+$/, "")

/** A profile's key is sent to the profile's host only: `CODAT_BASE_URL` does not change it. */
export const fromProfile = ({ apiKey, baseUrl }: Profiles.Profile) =>
  Layer.merge(Auth.layerApiKey({ apiKey }), CodatConfig.layer({ baseUrl: baseUrl ?? codat }))

const chosen = Effect.gen(function* () {
  const { env } = yield* Host
  const named = Option.getOrUndefined(yield* Globals.Profile) ?? (env["CODAT_PROFILE"] || undefined)
  if (named === undefined && variables.some((name) => (env[name] ?? "") !== "")) return fromEnvironment
  const profile = yield* Profiles.get(named ?? "default")
  if (profile !== undefined) {
    const host = withoutSlash(profile.baseUrl ?? codat)
    const ignored = env["CODAT_BASE_URL"] ?? ""
    // Somebody who set it expects that requests go there.
    if (ignored !== "" && withoutSlash(ignored) !== host) {
      yield* Output.note(
        escapeControls(`CODAT_BASE_URL is ignored: the key of profile ${named ?? "default"} is for ${host}.`)
      )
    }
    return fromProfile(profile)
  }
  // Its error lists the variables that can be set.
  if (named === undefined) return fromEnvironment
  const names = yield* Profiles.names
  return yield* new Failure.UsageError({
    message: `there is no profile ${named}${names.length === 0 ? "" : `; there are ${names.join(", ")}`}`
  })
})

/** Tells a person at a terminal why a request is being retried. */
const retries = Layer.unwrap(
  Effect.gen(function* () {
    const policy = yield* RetryPolicy.RetryPolicy
    const { stderr } = yield* Host
    return RetryPolicy.layer({
      ...policy,
      onRetry: ({ reason, wait }) =>
        stderr.isTTY === true
          ? Output.note(`${reason._tag}: trying again in ${Duration.format(wait)}`)
          : Effect.void
    })
  })
)

export const transport = Layer.mergeAll(
  FetchHttpClient.layer,
  CodatConfig.layer({ userAgent: `effect-codat-cli/${packageJson.version}` }),
  retries
)

/** Provides what every call to Codat needs. */
export const layer = Layer.unwrap(chosen).pipe(Layer.provideMerge(transport))
