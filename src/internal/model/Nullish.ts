/**
 * Properties that Codat sends as null, leaves out, or either: to a program they are one thing.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"

/** Null and undefined to absent; `Decode` knows this transformation by its identity. */
export const decoding: SchemaGetter.Getter<unknown, unknown> = SchemaGetter.transformOptional(
  Option.filter((value) => value !== null && value !== undefined)
)

/** The schema that {@link optional} makes. */
export interface Optional<A, E>
  extends Schema.decodeTo<
    Schema.optional<Schema.toType<Schema.Codec<A, E>>>,
    Schema.optional<Schema.NullOr<Schema.Codec<A, E>>>
  > {}

/** A property that null and absent leave absent. */
export const optional = <A, E>(schema: Schema.Codec<A, E>): Optional<A, E> =>
  Schema.optional(Schema.NullOr(schema)).pipe(
    Schema.decodeTo(Schema.optional(Schema.toType(schema)), {
      // It keeps values as they are, so what was an `A` beside null and undefined is an `A`.
      decode: decoding as SchemaGetter.Getter<A | undefined, A | null | undefined>,
      encode: SchemaGetter.transformOptional(Option.filter((value) => value !== undefined))
    })
  )

/** The transformation of {@link withDefault}, which `Decode` knows by its `orElse`. */
export interface Defaulting<A> {
  readonly orElse: () => A
}

/** Whether a transformation is that of {@link withDefault}. */
export const isDefaulting = (getter: object): getter is Defaulting<unknown> => "orElse" in getter

/** A property that is always there once decoded: null and absent give the default. */
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
  // Encoding always writes an `E`; that decoding also takes null and absent is left out of the type, which would
  // otherwise make every property with a default an optional one of the encoded model.
  return made as unknown as Schema.Codec<A, E>
}

/** Leaves out of a record what is null; `Decode` knows this transformation by its identity. */
export const withoutNulls: SchemaGetter.Getter<
  { readonly [key: string]: unknown },
  { readonly [key: string]: unknown }
> = SchemaGetter.transform((record) =>
  // Unlike an assignment, this keeps a property that is named `__proto__`.
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null))
)

/** A record of which the values that are null are left out. */
export const record = <A, E>(
  schema: Schema.Codec<A, E>
): Schema.Codec<{ readonly [key: string]: A }, { readonly [key: string]: E | null }> =>
  Schema.Record(Schema.String, Schema.NullOr(schema)).pipe(
    Schema.decodeTo(Schema.Record(Schema.String, Schema.toType(schema)), {
      // What is left of values that are an `A` or null is an `A` each.
      decode: withoutNulls as SchemaGetter.Getter<
        { readonly [key: string]: A },
        { readonly [key: string]: A | null }
      >,
      encode: SchemaGetter.passthroughSubtype()
    })
  )
