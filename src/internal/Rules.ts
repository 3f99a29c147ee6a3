/**
 * The rules for options, checked before a function uses them. A rule returns undefined for a valid value. For any other
 * it returns what the value must be, as text that follows "must be", or a {@link Fault} for a part of the value.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { escapeControls, nearest } from "./Text.ts"

export type Rule = (value: unknown) => string | Fault | undefined

/** What a part of a value must be. */
export interface Fault {
  /** Where the part is in the value, such as `[2].syncOrder`. */
  readonly at: string
  readonly rule: string
}

/** A rule for each option, so that none can be forgotten. */
export type Rules<Options> = { readonly [Key in keyof Options]-?: Rule }

/** An option that breaks a rule, and what it must be. */
export interface Broken {
  readonly field: string
  readonly rule: string
}

// -----------------------------------------------------------------------------
// Checking
// -----------------------------------------------------------------------------

/** The first option that there is no rule for; then the first one that breaks its rule, in the order of the rules. */
export const check = (rules: { readonly [name: string]: Rule }, options: unknown): Broken | undefined => {
  // A misspelled name comes first: that the right one is missing would say less.
  const unknown = unknownOption(Object.keys(rules), options)
  if (unknown !== undefined) return unknown
  for (const field in rules) {
    // `unknownOption` has refused everything but an object.
    const rule = rules[field]?.((options as { readonly [name: string]: unknown })[field])
    if (rule !== undefined) return brokenBy(field, rule)
  }
  return undefined
}

/** An option with what its rule says of it. */
export const brokenBy = (field: string, rule: string | Fault): Broken =>
  typeof rule === "string"
    ? { field, rule }
    : { field: escapeControls(`${field}${rule.at}`.slice(0, 128)), rule: rule.rule }

/** The first option that is none of those known, with the nearest known one. An option set to undefined is not given. */
export const unknownOption = (known: ReadonlyArray<string>, options: unknown): Broken | undefined => {
  if (!Predicate.isObject(options)) return { field: "options", rule: "an object" }
  for (const [field, value] of Object.entries(options)) {
    if (value === undefined || known.includes(field)) continue
    const near = nearest(field, known)
    return {
      field: escapeControls(field.slice(0, 64)),
      rule: `left out: there is no such option${
        near ? `; did you mean ${near}?` : `, only ${known.join(", ")}`
      }`
    }
  }
  return undefined
}

// -----------------------------------------------------------------------------
// Rules
// -----------------------------------------------------------------------------

export const must =
  (rule: string, test: (value: unknown) => boolean): Rule =>
  (value) =>
    test(value) ? undefined : rule

export const optional =
  (rule: Rule): Rule =>
  (value) =>
    value === undefined ? undefined : rule(value)

export const nullable =
  (rule: Rule): Rule =>
  (value) =>
    value === null ? undefined : rule(value)

/** A non-empty list, each entry of which keeps to a rule. */
export const listOf =
  (what: string, entry: Rule, { most = Number.POSITIVE_INFINITY, least = 1 } = {}): Rule =>
  (value) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) return what
    for (const [index, one] of value.entries()) {
      const broken = entry(one)
      if (broken !== undefined) return within(`[${index}]`, broken)
    }
    return undefined
  }

/** An object of which each property keeps to its own rule, and which has no others. */
export const struct =
  (what: string, rules: { readonly [name: string]: Rule }): Rule =>
  (value) => {
    if (!Predicate.isObject(value)) return what
    const found = check(rules, value)
    return found === undefined ? undefined : { at: `.${found.field}`, rule: found.rule }
  }

/** An object of which each property keeps to one rule, whatever its name. */
export const recordOf =
  (what: string, entry: Rule): Rule =>
  (value) => {
    if (!Predicate.isObject(value)) return what
    for (const [name, one] of Object.entries(value)) {
      const broken = name.isWellFormed() ? entry(one) : "left out: its name has a lone surrogate"
      if (broken !== undefined) return within(`.${name}`, broken)
    }
    return undefined
  }

const within = (at: string, broken: string | Fault): Fault =>
  typeof broken === "string" ? { at, rule: broken } : { at: at + broken.at, rule: broken.rule }

export const anything: Rule = () => undefined

export const positiveWhole = must(
  "a whole number from 1",
  (value) => Number.isSafeInteger(value) && Number(value) >= 1
)

// `fromInput` returns none for a value that is not a duration, so any value can be passed to it.

export const duration = must("a duration above zero", (value) =>
  Option.exists(Duration.fromInput(value as Duration.Input), Duration.isPositive)
)

export const nonNegativeDuration = must("a duration of zero or more", (value) =>
  Option.exists(Duration.fromInput(value as Duration.Input), (duration) => !Duration.isNegative(duration))
)
