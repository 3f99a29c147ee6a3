/**
 * Checks the options of a function before it uses them.
 */
import * as ByteSize from "effect/ByteSize"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { InvalidOption } from "../../WebhookError.ts"
import { escapeControls, nearest } from "../Text.ts"

/** Returns undefined for a valid value, and for any other what the value must be. */
export type Rule = (value: unknown) => string | undefined

/** One rule for each option: the type checks that none is forgotten. */
export type Rules<Options> = { readonly [Key in keyof Options]-?: Rule }

const must =
  (rule: string, test: (value: unknown) => boolean): Rule =>
  (value) =>
    test(value) ? undefined : rule

const optional =
  (rule: Rule): Rule =>
  (value) =>
    value === undefined ? undefined : rule(value)

/** The number of milliseconds of a duration, or NaN for anything else. */
const millis = (value: unknown): number =>
  // `fromInput` returns none for a value that is not a duration, so any value can be passed to it.
  Option.match(Duration.fromInput(value as Duration.Input), {
    onNone: () => Number.NaN,
    onSome: Duration.toMillis
  })

/** Accepts anything: a secret is checked where its key is read, because the error there says which of several it is. */
export const secret: Rule = () => undefined

export const id: Rule = must("a string", Predicate.isString)

export const timestamp: Rule = optional(must("a DateTime", DateTime.isDateTime))

export const headers: Rule = must("the headers of the request", Predicate.isObjectOrArray)

/** A `Uint8Array` can come from another realm, where it is not an instance of this realm's class. */
export const body: Rule = must(
  "the text or the bytes of the body as they arrived, before anything parses them",
  (value) => Predicate.isString(value) || Object.prototype.toString.call(value) === "[object Uint8Array]"
)

export const tolerance: Rule = optional(must("a duration", (value) => millis(value) >= 0))

export const maxBodySize: Rule = optional(
  must("a size, such as 1 MiB", (value) =>
    // As for durations, any value can be passed.
    Option.isSome(ByteSize.fromInput(value as ByteSize.Input))
  )
)

export const capacity: Rule = optional(
  must("a whole number from 1", (value) => Number.isSafeInteger(value) && Number(value) >= 1)
)

export const timeToLive: Rule = optional(must("a duration above zero", (value) => millis(value) > 0))

/**
 * The first option that is not known, or that breaks its rule, in the order of the rules. An option set to undefined is
 * not given.
 */
export const check = <Options extends object>(
  caller: string,
  rules: Rules<Options>,
  options: Options
): InvalidOption | undefined => {
  if (!Predicate.isObject(options)) return new InvalidOption({ field: "options", rule: "an object" })
  const known = Object.keys(rules)
  const unknown = Object.entries(options).find(
    ([name, value]) => value !== undefined && !known.includes(name)
  )?.[0]
  if (unknown !== undefined) {
    const suggestion = nearest(unknown, known)
    return new InvalidOption({
      field: escapeControls(unknown.slice(0, 64)),
      rule: `an option of ${caller}${
        suggestion === undefined ? `, which are ${known.join(", ")}` : `; did you mean ${suggestion}?`
      }`
    })
  }
  for (const field in rules) {
    const rule = rules[field](options[field])
    if (rule !== undefined) return new InvalidOption({ field, rule })
  }
  return undefined
}
