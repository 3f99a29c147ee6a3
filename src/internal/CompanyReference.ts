/**
 * What companies and the webhooks that tell of them have in common.
 */
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as Nullish from "./Nullish.ts"

/**
 * What you say of a company in your own words: texts by name, such as `{ region: "uk" }`.
 *
 * **Details**
 *
 * Codat keeps at most 10, whose names have 1 to 27 characters and whose values at most 100.
 *
 * @since 0.1.0
 */
export interface Tags {
  readonly [name: string]: string
}

/**
 * The schema of {@link Tags}; a tag whose value is null is left out.
 *
 * @since 0.1.0
 */
export const Tags: Schema.Codec<Tags, { readonly [name: string]: string | null }> = Schema.Record(
  Schema.String,
  Schema.NullOr(Schema.String)
).pipe(
  Schema.decodeTo(Schema.Record(Schema.String, Schema.String), {
    decode: SchemaGetter.transform(Record.filter(Predicate.isNotNull)),
    encode: SchemaGetter.passthroughSubtype()
  })
)

/**
 * Enough of a company to know it by.
 *
 * **Details**
 *
 * Codat's OpenAPI specification requires none of the properties.
 *
 * @since 0.1.0
 */
export interface CompanyReference {
  /** A UUID. */
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly description?: string | undefined
  /** Where the company is in Codat's portal. */
  readonly links?: { readonly portal?: string | undefined } | undefined
  readonly tags?: Tags | undefined
}

/**
 * The schema of {@link CompanyReference}.
 *
 * @since 0.1.0
 */
export const CompanyReference = Schema.Struct({
  id: Nullish.optional(Schema.String),
  name: Nullish.optional(Schema.String),
  description: Nullish.optional(Schema.String),
  links: Nullish.optional(Schema.Struct({ portal: Nullish.optional(Schema.String) })),
  tags: Nullish.optional(Tags)
})
