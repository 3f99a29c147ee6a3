/**
 * Answers with a value in a single property, such as `{ "results": [...] }`: they decode to that value.
 */
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"

/** The value of a property that must be present. All other properties are ignored. */
export const property = <A, E>(name: string, schema: Schema.Codec<A, E>): Schema.Codec<A, unknown> =>
  Schema.Struct({ [name]: schema }).pipe(
    Schema.decodeTo(Schema.toType(schema), {
      // The struct has this property and no other.
      decode: SchemaGetter.transform((object: { readonly [name: string]: A }) => object[name] as A),
      encode: SchemaGetter.transform((value: A): { readonly [name: string]: A } => ({ [name]: value }))
    })
  )

/**
 * A list in a property, which must be present: a response without it is not an empty list but another response, such as
 * one from a gateway.
 */
export const list = <A, E>(name: string, item: Schema.Codec<A, E>): Schema.Codec<ReadonlyArray<A>, unknown> =>
  property(name, Schema.Array(item))
