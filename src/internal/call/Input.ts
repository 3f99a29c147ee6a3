/**
 * The rules for options, checked before anything is sent. A rule returns undefined for a valid value. For any other it
 * returns what the value must be, as text that follows "must be", or a {@link Fault} for a part of the value.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as CodatError from "../../CodatError.ts"
import { escapeControls, nearest } from "../Text.ts"
import * as QueryText from "./QueryText.ts"

export type Rule = (value: unknown) => string | Fault | undefined

/** What a part of a value must be. */
export interface Fault {
  /** Where the part is in the value, such as `[2].syncOrder`. */
  readonly at: string
  readonly rule: string
}

/** A rule for each option, so that none can be forgotten. */
export type Rules<Input> = { readonly [Key in keyof Input]-?: Rule }

// -----------------------------------------------------------------------------
// Checking
// -----------------------------------------------------------------------------

/** The first rule that an input breaks, in the order of the rules; then the first option that there is no rule for. */
export const check = (
  rules: { readonly [name: string]: Rule },
  input: unknown
): CodatError.InvalidRequest | undefined => {
  if (!Predicate.isObject(input)) return notOptions()
  for (const field in rules) {
    const broken = rules[field]?.(input[field])
    if (broken !== undefined) return refused(field, broken)
  }
  return unknownOption(Object.keys(rules), input)
}

const notOptions = () => new CodatError.InvalidRequest({ field: "options", rule: "an object" })

/** The error for an option that breaks a rule. */
export const refused = (field: string, broken: string | Fault): CodatError.InvalidRequest =>
  new CodatError.InvalidRequest(
    typeof broken === "string"
      ? { field, rule: broken }
      : { field: escapeControls(`${field}${broken.at}`.slice(0, 128)), rule: broken.rule }
  )

/** The first option that is none of those known, with the nearest known one. An option set to undefined is not given. */
export const unknownOption = (
  known: ReadonlyArray<string>,
  options: object
): CodatError.InvalidRequest | undefined => {
  if (!Predicate.isObject(options)) return notOptions()
  for (const [field, value] of Object.entries(options)) {
    if (value === undefined || known.includes(field)) continue
    const near = nearest(field, known)
    return new CodatError.InvalidRequest({
      field: escapeControls(field.slice(0, 64)),
      rule:
        near === undefined
          ? `left out: there is no such option, only ${known.join(", ")}`
          : `left out: there is no such option; did you mean ${near}?`
    })
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
      const broken = isText(name) ? entry(one) : "left out: its name has a lone surrogate"
      if (broken !== undefined) return within(`.${name}`, broken)
    }
    return undefined
  }

const within = (at: string, broken: string | Fault): Fault =>
  typeof broken === "string" ? { at, rule: broken } : { at: at + broken.at, rule: broken.rule }

const isText = (value: unknown): value is string => typeof value === "string" && value.isWellFormed()

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value)

/** `.` and `..` cannot be escaped: URL parsers resolve `%2e%2e` as well. */
const segment = must(
  "a string without white space or lone surrogates, and neither . nor ..",
  (value) => isText(value) && !/\s/.test(value) && value !== "." && value !== ".."
)

export const id: Rule = (value) =>
  typeof value === "string" && value.trim() !== "" ? segment(value) : "a non-empty string"

export const positiveWhole = must("a whole number from 1", (value) => isWhole(value) && value >= 1)

export const pageSize = must(
  "a whole number from 1 to 5000",
  (value) => isWhole(value) && value >= 1 && value <= 5000
)

/** Codat's filter language; what cannot be a filter is refused before it is sent. */
export const query: Rule = (value) =>
  typeof value === "string"
    ? QueryText.check(value)
    : "a string of fewer than 2048 characters, without lone surrogates"

export const orderBy = must(
  "a field name, with - before it for descending order",
  (value) => isText(value) && /^-?[^\s-]\S*$/.test(value) && value.length < 2048
)

export const platformKey = must(
  "four lower-case letters, such as gbol",
  (value) => typeof value === "string" && /^[a-z]{4}$/.test(value)
)

export const idempotencyKey = must(
  "a GUID, such as 3e1c5b1e-9f0a-4c53-9d4e-0f2b7a6c8d10",
  (value) => typeof value === "string" && /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value)
)

/** One that was wiped has no value left, and `Redacted.value` throws. */
const isSecret = (value: unknown): boolean =>
  Redacted.isRedacted(value) &&
  Result.match(
    Result.try(() => Redacted.value(value)),
    { onFailure: () => false, onSuccess: Predicate.isString }
  )

export const credentials = must(
  "a non-empty object of strings, plain or redacted",
  (value) =>
    Predicate.isObject(value) &&
    Object.keys(value).length > 0 &&
    Object.values(value).every((entry) => isSecret(entry) || Predicate.isString(entry))
)

export const text = must("a string without lone surrogates", isText)

export const nonEmptyText = must(
  "a non-empty string without lone surrogates",
  (value) => isText(value) && value.trim() !== ""
)

/** Codat's limits for the tags of a company. */
export const tags = must(
  "an object of at most 10 strings of at most 100 characters, under names of 1 to 27",
  (value) =>
    Predicate.isObject(value) &&
    Object.keys(value).length <= 10 &&
    Object.entries(value).every(
      ([name, text]) =>
        isText(name) && name.length >= 1 && name.length <= 27 && isText(text) && text.length <= 100
    )
)

/** A source type is written into a query without escaping, so only letters and digits are allowed. */
export const sourceType = must(
  "a source type, such as Banking",
  (value) => typeof value === "string" && /^[A-Za-z0-9]{1,64}$/.test(value)
)

export const boolean = must("true or false", Predicate.isBoolean)

export const statuses = must("a status, such as Linked, or a list of statuses", (value) => {
  const all = Array.isArray(value) ? value : [value]
  return all.length > 0 && all.every((status) => isText(status) && status.trim() !== "")
})

export const schedule = must("a Schedule", Schedule.isSchedule)

export const callback = must("a function", Predicate.isFunction)

export const duration = must("a duration above zero", (value) => {
  // `fromInput` returns none for a value that is not a duration, so any value can be passed to it.
  const duration = Duration.fromInput(value as Duration.Input)
  return Option.isSome(duration) && Duration.toMillis(duration.value) > 0
})

export const nonNegativeDuration = must("a duration of zero or more", (value) => {
  // As above.
  const duration = Duration.fromInput(value as Duration.Input)
  return Option.isSome(duration) && Duration.toMillis(duration.value) >= 0
})

export const whole = must("a whole number from 0", (value) => isWhole(value) && value >= 0)

export const utc = must("a DateTime.Utc", (value) => DateTime.isDateTime(value) && DateTime.isUtc(value))

export const secret = must("a redacted string", isSecret)

/** Codat adds data types, so any text that could be the name of one is allowed. */
export const dataType = must(
  "a data type, such as invoices or banking-accounts",
  (value) => typeof value === "string" && /^(?:[a-z]+-)?[a-z][A-Za-z]{0,63}$/.test(value)
)

export const dataTypes = listOf("a non-empty list of data types", dataType)

export const productIdentifier = must(
  "a product's identifier in lower case, such as lending or bank-feeds",
  (value) => typeof value === "string" && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(value) && value.length <= 64
)

export const customDataIdentifier = must(
  "the identifier of a custom data type, such as DynamicsPurchaseOrders: letters, digits, - and _",
  (value) => typeof value === "string" && /^[\w-]{1,128}$/.test(value)
)

export const apiKeyName = must(
  "a string of 1 to 50 characters",
  (value) => isText(value) && value.trim() !== "" && value.length <= 50
)

const urlOf = (value: unknown): URL | undefined =>
  isText(value) && !/\s/.test(value) && /^https?:\/\//i.test(value) && URL.canParse(value)
    ? new URL(value)
    : undefined

export const url = must(
  "an address, such as https://example.com/codat",
  (value) => urlOf(value) !== undefined
)

export const origin = must("an origin without a path, such as https://example.com", (value) => {
  const url = urlOf(value)
  return url !== undefined && url.pathname === "/" && url.href === `${url.origin}/`
})

export const urls = listOf("a list of addresses", url, { least: 0 })

export const origins = listOf("a list of origins", origin, { least: 0 })

const strings = (least: number) =>
  listOf(least === 0 ? "a list of strings" : "a non-empty list of strings", nonEmptyText, { least })

export const eventTypes = listOf(
  "a non-empty list of event types",
  must(
    "an event type, such as connection.connected",
    (value) => typeof value === "string" && /^[\w*{}.-]{1,128}$/.test(value)
  )
)

export const companyTags = listOf(
  "a list of at most 10 tags",
  must(
    "a tag written as name:value, of at most 128 characters",
    (value) => isText(value) && /^[^:]+:./.test(value) && value.length <= 128
  ),
  { least: 0, most: 10 }
)

const mapping = recordOf("an object of strings", nonEmptyText)

export const customDataConfiguration = {
  dataSource: optional(nonEmptyText),
  requiredData: optional(mapping),
  keyBy: optional(strings(1)),
  sourceModifiedDate: optional(strings(0))
}

export const supplementalDataConfig = recordOf(
  "an object of sources by name",
  struct("a source", {
    dataSource: optional(nonEmptyText),
    pullData: optional(mapping),
    pushData: optional(mapping)
  })
)

export const syncSettings = listOf(
  "a non-empty list of sync settings",
  struct("a sync setting", {
    dataType,
    fetchOnFirstLink: boolean,
    syncSchedule: whole,
    syncOrder: whole,
    syncFromUtc: optional(utc),
    syncFromWindow: optional(whole),
    monthsToSync: optional(whole),
    isLocked: optional(boolean)
  })
)

export const oneOf = (...choices: ReadonlyArray<string>): Rule =>
  must(choices.map((choice) => `"${choice}"`).join(" or "), (value) =>
    choices.some((choice) => choice === value)
  )

/** Visible ASCII, spaces and tabs: what every client allows in a header. */
export const isTextForHeader = (value: unknown): value is string =>
  typeof value === "string" && /^[\x20-\x7e\t]+$/.test(value)
