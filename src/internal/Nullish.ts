/**
 * Properties that Codat sends as null, leaves out, or either: to a program they are one thing.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"

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
      decode: SchemaGetter.transformOptional(Option.filter((value) => value !== null && value !== undefined)),
      encode: SchemaGetter.transformOptional(Option.filter((value) => value !== undefined))
    })
  )

/** The schema that {@link withDefault} makes. */
export interface WithDefault<A, E>
  extends Schema.decodeTo<
    Schema.toType<Schema.Codec<A, E>>,
    Schema.optional<Schema.NullOr<Schema.Codec<A, E>>>
  > {}

/** A property that is always there once decoded: null and absent give the default. */
export const withDefault = <A, E>(schema: Schema.Codec<A, E>, orElse: () => A): WithDefault<A, E> =>
  Schema.optional(Schema.NullOr(schema)).pipe(
    Schema.decodeTo(Schema.toType(schema), {
      decode: SchemaGetter.transformOptional((value) =>
        Option.some(Option.isSome(value) ? (value.value ?? orElse()) : orElse())
      ),
      encode: SchemaGetter.passthroughSupertype()
    })
  )
