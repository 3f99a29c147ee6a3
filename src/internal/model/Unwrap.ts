/**
 * Answers that hold one thing in one property, such as `{ "results": [...] }`: to a program they are that thing.
 */
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"

/** The value of the only property that matters, which has to be there. */
export const property = <A, E>(name: string, schema: Schema.Codec<A, E>): Schema.Codec<A, unknown> =>
  Schema.Struct({ [name]: schema }).pipe(
    Schema.decodeTo(Schema.toType(schema), {
      // The struct has this property and no other.
      decode: SchemaGetter.transform((object: { readonly [name: string]: A }) => object[name] as A),
      encode: SchemaGetter.transform((value: A): { readonly [name: string]: A } => ({ [name]: value }))
    })
  )

/**
 * A list in a property, which has to be there: an answer without one is not an empty list, but some other answer, such as
 * that of a gateway.
 */
export const list = <A, E>(name: string, item: Schema.Codec<A, E>): Schema.Codec<ReadonlyArray<A>, unknown> =>
  property(name, Schema.Array(item))
