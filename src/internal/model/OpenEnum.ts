/**
 * Enumerations to which Codat adds values: a known value has a literal type, and any other string is accepted too.
 */
import * as Schema from "effect/Schema"
import type { Unrecognized } from "../../Model.ts"

/** Any string: one of `known`, or a value that this version does not know. */
export const make = <const L extends ReadonlyArray<string>>(
  known: L
): Schema.Codec<L[number] | Unrecognized, string> =>
  Schema.Union([Schema.Literals(known), Schema.String.pipe(Schema.brand("effect-codat/Unrecognized"))])

/** Makes the test for values that are known. */
export const isKnown =
  <const L extends ReadonlyArray<string>>(known: L) =>
  (value: string): value is L[number] =>
    (known as ReadonlyArray<string>).includes(value)
