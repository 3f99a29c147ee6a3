/**
 * The rules for the options of calls, checked before anything is sent.
 */
import * as DateTime from "effect/DateTime"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as CodatError from "../../CodatError.ts"
import * as Rules from "../Rules.ts"
import { listOf, must, optional, recordOf, struct } from "../Rules.ts"
import * as QueryText from "./QueryText.ts"

export type { Rule, Rules } from "../Rules.ts"
export {
  anything,
  duration,
  listOf,
  must,
  nonNegativeDuration,
  nullable,
  optional,
  positiveWhole,
  recordOf,
  struct
} from "../Rules.ts"

const invalid = (broken: Rules.Broken | undefined): CodatError.InvalidRequest | undefined =>
  broken && new CodatError.InvalidRequest(broken)

/** The error for the first option that is unknown or breaks its rule. */
export const check = (
  rules: { readonly [name: string]: Rules.Rule },
  options: unknown
): CodatError.InvalidRequest | undefined => invalid(Rules.check(rules, options))

/** The error for an option that breaks a rule. */
export const refused = (field: string, rule: string | Rules.Fault): CodatError.InvalidRequest =>
  new CodatError.InvalidRequest(Rules.brokenBy(field, rule))

/** The error for the first option that is none of those known. */
export const unknownOption = (
  known: ReadonlyArray<string>,
  options: unknown
): CodatError.InvalidRequest | undefined => invalid(Rules.unknownOption(known, options))

const isText = (value: unknown): value is string => typeof value === "string" && value.isWellFormed()

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value)

/** `.` and `..` cannot be escaped: URL parsers resolve `%2e%2e` as well. */
const segment = must(
  "a string without white space or lone surrogates, and neither . nor ..",
  (value) => isText(value) && !/\s/.test(value) && value !== "." && value !== ".."
)

export const id: Rules.Rule = (value) =>
  typeof value === "string" && value.trim() !== "" ? segment(value) : "a non-empty string"

export const pageSize = must(
  "a whole number from 1 to 5000",
  (value) => isWhole(value) && value >= 1 && value <= 5000
)

/** Codat's filter language; what cannot be a filter is refused before it is sent. */
export const query: Rules.Rule = QueryText.check

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

export const oneOf = (...choices: ReadonlyArray<string>): Rules.Rule =>
  must(choices.map((choice) => `"${choice}"`).join(" or "), (value) =>
    choices.some((choice) => choice === value)
  )

/** Visible ASCII, spaces and tabs: what every client allows in a header. */
export const isTextForHeader = (value: unknown): value is string =>
  typeof value === "string" && /^[\x20-\x7e\t]+$/.test(value)
