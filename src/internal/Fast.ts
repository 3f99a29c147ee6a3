/**
 * Decoders written out by hand, beside the schemas that define what they must answer.
 *
 * A schema with transformations costs some ten times more to interpret than these cost to run, and compiling it
 * with `new Function` brings less than half of that back, for 7 kB more, in the runtimes that allow it. So a model
 * that is decoded by the hundred has both: the schema says what is right and explains what is wrong; the decoder
 * here is a shortcut for what is right, and declines anything else.
 */
import type * as DateTime from "effect/DateTime"
import type * as Schema from "effect/Schema"
import * as Dates from "./Dates.ts"

/** The answer of a decoder that declines: the schema is to be asked instead. */
export const declined: unique symbol = Symbol("effect-codat/Fast/declined")

export type Declined = typeof declined

/**
 * Answers exactly what its schema would, or declines; never throws, and never touches its input.
 *
 * Declining is always safe. Accepting what the schema refuses, or with another value, is the one fault to test for.
 */
export type Decoder<A> = (input: unknown) => A | Declined

const decoders = new WeakMap<object, Decoder<unknown>>()

/**
 * Gives a schema its decoder, and returns the schema.
 *
 * The decoder is that of this very schema: one derived from it by a check, an annotation or `toType` has none.
 */
export const attach = <A, S extends Schema.ConstraintDecoder<A>>(schema: S, decoder: Decoder<A>): S => {
  decoders.set(schema.ast, decoder)
  return schema
}

/** The decoder of a schema, where it has one. */
export const of = <A>(schema: Schema.ConstraintDecoder<A>): Decoder<A> | undefined =>
  // `attach` has seen the schema and the decoder agree on the type.
  decoders.get(schema.ast) as Decoder<A> | undefined

export type Mutable<A> = { -readonly [K in keyof A]: A[K] }

/** What is known of an object that may turn out to be an `A`: the names to look for, and nothing of what they hold. */
export type Unchecked<A> = { readonly [K in keyof A]?: unknown }

export const isObject = <A = { readonly [key: string]: unknown }>(input: unknown): input is Unchecked<A> =>
  typeof input === "object" && input !== null && !Array.isArray(input)

// What follows reads one property: null and absent are `undefined`.

export const optionalString = (input: unknown): string | undefined | Declined =>
  typeof input === "string" ? input : input === undefined || input === null ? undefined : declined

/** An enumeration that any string belongs to, by name or as an unrecognised value. */
export const optionalOpen = <A extends string>(input: unknown): A | undefined | Declined =>
  // The brand of an unrecognised value is only in its type, so every string is an `A` as it stands.
  optionalString(input) as A | undefined | Declined

export const optionalFinite = (input: unknown): number | undefined | Declined =>
  typeof input === "number" && Number.isFinite(input)
    ? input
    : input === undefined || input === null
      ? undefined
      : declined

export const optionalUtc = (input: unknown): DateTime.Utc | undefined | Declined => {
  if (typeof input !== "string") return input === undefined || input === null ? undefined : declined
  const millis = Dates.parse(input)
  return Number.isNaN(millis) ? declined : Dates.fromMillis(millis)
}

export const optionalObject = (input: unknown): { readonly [key: string]: unknown } | undefined | Declined =>
  input === undefined || input === null ? undefined : isObject(input) ? input : declined

const array = <A>(input: unknown, item: Decoder<A>): Array<A> | Declined => {
  if (!Array.isArray(input)) return declined
  const out = new Array<A>(input.length)
  for (let i = 0; i < input.length; i++) {
    const value = item(input[i])
    if (value === declined) return declined
    out[i] = value
  }
  return out
}

export const optionalArray = <A>(input: unknown, item: Decoder<A>): Array<A> | undefined | Declined =>
  input === undefined || input === null ? undefined : array(input, item)
