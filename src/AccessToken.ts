/**
 * The model: a token with which a browser can call Codat for one company.
 *
 * @module AccessToken
 * @since 0.1.0
 */
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Secret } from "./internal/model/Secret.ts"
import type { Encoded } from "./Model.ts"

/**
 * A company's access token, which Codat's Link SDK and Connections SDK need.
 *
 * @category models
 * @since 0.1.0
 */
export interface AccessToken {
  /** Not shown when it is printed. Get the text with `Redacted.value` to give it to the browser, and never log it. */
  readonly accessToken: Redacted.Redacted<string>
  /** How many seconds the token is valid, counted from the response. Codat's tokens are valid for a day. */
  readonly expiresIn: number
  /** How the token is sent, such as `Bearer`. */
  readonly tokenType: string
}

/**
 * The schema of {@link AccessToken}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const AccessToken: Schema.Codec<AccessToken, Encoded<AccessToken>> = Schema.Struct({
  accessToken: Secret,
  expiresIn: Schema.Finite,
  tokenType: Schema.String
})
