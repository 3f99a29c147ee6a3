/**
 * The model: how your Codat client presents itself.
 *
 * @module Profile
 * @since 0.1.0
 */
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Nullish from "./internal/model/Nullish.ts"
import { Secret } from "./internal/model/Secret.ts"
import type { Encoded } from "./Model.ts"

/**
 * How your Codat client presents itself to companies.
 *
 * @category models
 * @since 0.1.0
 */
export interface Profile {
  /** The name of your Codat client, not of a company that shares its data. */
  readonly name: string
  /**
   * The page that a company is sent to after it has linked its accounts; names in braces, such as `{companyId}`, are
   * filled in.
   */
  readonly redirectUrl: string
  /** The URL of your organisation's logo. */
  readonly logoUrl?: string | undefined
  /** The URL of your organisation's icon. */
  readonly iconUrl?: string | undefined
  /** The sites that may communicate with Codat; every site may when the list is empty. */
  readonly whiteListUrls?: ReadonlyArray<string> | undefined
  /**
   * The client's first API key. It is not shown when it is printed.
   *
   * @deprecated Use `ApiKeys.list`.
   */
  readonly apiKey?: Redacted.Redacted<string> | undefined
  /**
   * Whether the name of a company has been confirmed.
   *
   * @deprecated in Codat's specification.
   */
  readonly confirmCompanyName?: boolean | undefined
}

/**
 * The schema of {@link Profile}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const Profile: Schema.Codec<Profile, Encoded<Profile>> = Schema.Struct({
  name: Schema.String,
  redirectUrl: Schema.String,
  logoUrl: Nullish.optional(Schema.String),
  iconUrl: Nullish.optional(Schema.String),
  whiteListUrls: Nullish.optional(Schema.Array(Schema.String)),
  apiKey: Nullish.optional(Secret),
  confirmCompanyName: Nullish.optional(Schema.Boolean)
})
