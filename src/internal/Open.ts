/**
 * Enumerations that grow: what is known has a literal type, and anything else is a string all the same.
 */
import type * as Brand from "effect/Brand"
import * as Schema from "effect/Schema"

/**
 * The text of a value that Codat has and this version does not know.
 *
 * **When to use**
 *
 * Where a `switch` over a status or a source type has handled the known values: what reaches its `default` has this
 * type.
 *
 * **Details**
 *
 * Codat adds values to its enumerations. One that is not known here decodes all the same and keeps its text; only its
 * type tells it apart. It is a string in every other way, which is also why `status === "Linked"` leaves it in the type
 * of `status`, beside `"Linked"`; `isKnownStatus` and `isKnownSourceType` take it out.
 *
 * @since 0.1.0
 */
export type Unrecognized = string & Brand.Brand<"effect-codat/Unrecognized">

/** Any string: one of `known`, or a value that this version does not know. */
export const open = <const L extends ReadonlyArray<string>>(
  known: L
): Schema.Codec<L[number] | Unrecognized, string> =>
  Schema.Union([Schema.Literals(known), Schema.String.pipe(Schema.brand("effect-codat/Unrecognized"))])

/** Tells the values that are known from those that are not. */
export const isKnown =
  <const L extends ReadonlyArray<string>>(known: L) =>
  (value: string): value is L[number] =>
    (known as ReadonlyArray<string>).includes(value)
