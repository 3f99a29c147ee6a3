/**
 * The model: a key that a program authenticates with.
 *
 * @module ApiKey
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { UtcFromString } from "./internal/model/Dates.ts"
import * as Nullish from "./internal/model/Nullish.ts"
import { Secret } from "./internal/model/Secret.ts"
import type { Encoded } from "./Model.ts"

/**
 * A key of your Codat client.
 *
 * **Details**
 *
 * Codat's OpenAPI specification requires none of the properties. One that is null or absent there is absent here.
 *
 * @category models
 * @since 0.1.0
 */
export interface ApiKey {
  /** The id, which `ApiKeys.delete` takes as `apiKeyId`. */
  readonly id?: string | undefined
  /** What the key is for, to show to people; absent when the key has no name. */
  readonly name?: string | undefined
  /** The key, which `Codat.layer` takes as it is. It is not shown when it is printed. */
  readonly apiKey?: Redacted.Redacted<string> | undefined
  /** When the key was created. */
  readonly createdDate?: DateTime.Utc | undefined
}

/**
 * The schema of {@link ApiKey}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const ApiKey: Schema.Codec<ApiKey, Encoded<ApiKey>> = Schema.Struct({
  id: Nullish.optional(Schema.String),
  name: Nullish.optional(Schema.String),
  apiKey: Nullish.optional(Secret),
  createdDate: Nullish.optional(UtcFromString)
})
