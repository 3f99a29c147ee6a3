/**
 * Your own Codat client: how it presents itself, and which sites may call Codat from a browser.
 *
 * Every operation requires `HttpClient` and `Auth` and fails with `CodatError`. `CodatConfig` and `RetryPolicy` have
 * defaults and are read at each call.
 *
 * @module Client
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Schema from "effect/Schema"
import type { Auth } from "./Auth.ts"
import type { CodatError } from "./CodatError.ts"
import * as Call from "./internal/call/Call.ts"
import * as Input from "./internal/call/Input.ts"
import * as Nullish from "./internal/model/Nullish.ts"
import * as Unwrap from "./internal/model/Unwrap.ts"
import { Profile } from "./Profile.ts"

/**
 * The sites that may call Codat from a browser.
 *
 * @category models
 * @since 0.1.0
 */
export interface CorsOptions {
  /** Origins, such as `https://example.com`. An empty list allows no site. */
  readonly allowedOrigins: ReadonlyArray<string>
  /** The GUID under which Codat keeps the first response for 90 minutes. Made for each call when left out. */
  readonly idempotencyKey?: string | undefined
}

/**
 * Reads how your client presents itself.
 *
 * **Example** (Where companies go after they have linked)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Client } from "effect-codat"
 *
 * const redirectUrl = Client.profile().pipe(Effect.map((profile) => profile.redirectUrl))
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const profile: () => Effect.Effect<Profile, CodatError, HttpClient.HttpClient | Auth> =
  Call.makeOptional({
    operation: "Client.profile",
    method: "GET",
    path: "/profile",
    input: {},
    output: Profile
  })

/**
 * Replaces the whole profile of your client.
 *
 * **When to use**
 *
 * Give it the result of {@link profile}, with your changes.
 *
 * **Example** (Another redirect URL)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Client } from "effect-codat"
 *
 * const updated = Client.profile().pipe(
 *   Effect.flatMap((profile) =>
 *     Client.updateProfile({ ...profile, redirectUrl: "https://example.com/linked/{companyId}" })
 *   )
 * )
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
export const updateProfile: (
  options: Profile
) => Effect.Effect<Profile, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Client.updateProfile",
  method: "PUT",
  path: "/profile",
  input: {
    name: Input.nonEmptyText,
    redirectUrl: Input.nonEmptyText,
    logoUrl: Input.optional(Input.url),
    iconUrl: Input.optional(Input.url),
    whiteListUrls: Input.optional(Input.urls),
    apiKey: Input.optional(Input.secret),
    confirmCompanyName: Input.optional(Input.boolean)
  },
  body: (profile) => profile,
  output: Profile
})

const Origins = Unwrap.list("allowedOrigins", Schema.String)

/** After a successful write, a response without the origins must not look like a failure. */
const OriginsSet = Unwrap.property(
  "allowedOrigins",
  Nullish.withDefault(Schema.Array(Schema.String), (): ReadonlyArray<string> => [])
)

/**
 * Reads which sites may call Codat from a browser, as the Link SDK and the Connections SDK do.
 *
 * **Example** (Is our site among them?)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Client } from "effect-codat"
 *
 * const isAllowed = Client.corsOrigins().pipe(
 *   Effect.map((origins) => origins.includes("https://example.com"))
 * )
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const corsOrigins: () => Effect.Effect<
  ReadonlyArray<string>,
  CodatError,
  HttpClient.HttpClient | Auth
> = Call.makeOptional({
  operation: "Client.corsOrigins",
  method: "GET",
  path: "/corsSettings",
  input: {},
  output: Origins
})

/**
 * Sets which sites may call Codat from a browser. The new list replaces the previous one, and is returned.
 *
 * **Example** (Two sites)
 *
 * ```ts
 * import { Client } from "effect-codat"
 *
 * const allowed = Client.setCorsOrigins({
 *   allowedOrigins: ["https://example.com", "https://staging.example.com"]
 * })
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
export const setCorsOrigins: (
  options: CorsOptions
) => Effect.Effect<ReadonlyArray<string>, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Client.setCorsOrigins",
  method: "POST",
  path: "/corsSettings",
  input: { allowedOrigins: Input.origins },
  body: ({ allowedOrigins }) => ({ allowedOrigins }),
  output: OriginsSet
})
