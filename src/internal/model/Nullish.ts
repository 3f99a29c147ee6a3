/**
 * Properties that Codat sends as null or leaves out: both decode to the same.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"

/** Turns null and undefined into absent. `Decode` recognizes this transformation by identity. */
export const decoding: SchemaGetter.Getter<unknown, unknown> = SchemaGetter.transformOptional(
  Option.filter((value) => value !== null && value !== undefined)
)

/** The schema that {@link optional} makes. */
export interface Optional<A, E>
  extends Schema.decodeTo<
    Schema.optional<Schema.toType<Schema.Codec<A, E>>>,
    Schema.optional<Schema.NullOr<Schema.Codec<A, E>>>
  > {}

/** An optional property: null and absent both decode to absent. */
export const optional = <A, E>(schema: Schema.Codec<A, E>): Optional<A, E> =>
  Schema.optional(Schema.NullOr(schema)).pipe(
    Schema.decodeTo(Schema.optional(Schema.toType(schema)), {
      // It removes null and undefined and does not change other values, so these are still an `A`.
      decode: decoding as SchemaGetter.Getter<A | undefined, A | null | undefined>,
      encode: SchemaGetter.transformOptional(Option.filter((value) => value !== undefined))
    })
  )

/** The transformation of {@link withDefault}, which `Decode` recognizes by its `orElse`. */
export interface Defaulting<A> {
  readonly orElse: () => A
}

/** Whether {@link withDefault} made a transformation. */
export const isDefaulting = (getter: object): getter is Defaulting<unknown> => "orElse" in getter

/** A property that is always present after decoding: null and absent decode to the default. */
export const withDefault = <A, E>(schema: Schema.Codec<A, E>, orElse: () => A): Schema.Codec<A, E> => {
  const decode: Defaulting<A> & SchemaGetter.Getter<A, A | null | undefined> = Object.assign(
    SchemaGetter.transformOptional((value: Option.Option<A | null | undefined>) =>
      Option.some(Option.isSome(value) ? (value.value ?? orElse()) : orElse())
    ),
    { orElse }
  )
  const made = Schema.optional(Schema.NullOr(schema)).pipe(
    Schema.decodeTo(Schema.toType(schema), { decode, encode: SchemaGetter.passthroughSupertype() })
  )
  // Encoding always writes an `E`. The type does not say that decoding also accepts null and absent: every property
  // with a default would then be optional in the encoded model.
  return made as unknown as Schema.Codec<A, E>
}

/** Removes the null values of a record. `Decode` recognizes this transformation by identity. */
export const withoutNulls: SchemaGetter.Getter<
  { readonly [key: string]: unknown },
  { readonly [key: string]: unknown }
> = SchemaGetter.transform((record) =>
  // Unlike an assignment, this keeps a property that is named `__proto__`.
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null))
)

/** A record whose null values are removed by decoding. */
export const record = <A, E>(
  schema: Schema.Codec<A, E>
): Schema.Codec<{ readonly [key: string]: A }, { readonly [key: string]: E | null }> =>
  Schema.Record(Schema.String, Schema.NullOr(schema)).pipe(
    Schema.decodeTo(Schema.Record(Schema.String, Schema.toType(schema)), {
      // Each value is an `A` or null, and the nulls are removed.
      decode: withoutNulls as SchemaGetter.Getter<
        { readonly [key: string]: A },
        { readonly [key: string]: A | null }
      >,
      encode: SchemaGetter.passthroughSubtype()
    })
  )
