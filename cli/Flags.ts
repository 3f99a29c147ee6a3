/** Flags and arguments that several commands take. */
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as QueryText from "../src/internal/call/QueryText.ts"

/** Limits a flag to whole numbers in a range. */
export const between = (minimum: number, maximum: number) =>
  Flag.filter<number>(
    (value) => value >= minimum && value <= maximum,
    () => `a whole number from ${minimum} to ${maximum}`
  )

export const companyId = Flag.String("company").pipe(
  Flag.withMetavar("id"),
  Flag.withDescription("The company's id")
)

export const someCompanyId = Flag.String("company").pipe(
  Flag.withMetavar("id"),
  Flag.withDescription("Only this company; without it, every company"),
  Flag.optional
)

export const connectionId = Argument.String("connection").pipe(
  Argument.withDescription("The connection's id")
)

export const idempotencyKey = Flag.String("idempotency-key").pipe(
  Flag.withMetavar("guid"),
  Flag.withDescription("Continues an interrupted write, within 90 minutes after it"),
  Flag.optional
)

/** A flag that is on when it is given. */
export const on = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false), Flag.withoutNegation)

export const yes = on("yes", "Do not ask first").pipe(Flag.withAlias("y"))

export const query = (name: string, example: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("filter"),
    Flag.withDescription(`Codat's filter, such as '${example}'`),
    Flag.filterMap(
      (text) => (QueryText.check(text) === undefined ? Option.some(text) : Option.none()),
      (text) => QueryText.check(text) ?? ""
    ),
    Flag.optional
  )

export const orderBy = Flag.String("order-by").pipe(
  Flag.withMetavar("field"),
  Flag.withDescription("A field; with - before it, descending: --order-by=-created"),
  Flag.optional
)

export const pageSize = Flag.Int("page-size").pipe(
  Flag.withMetavar("number"),
  Flag.withDescription("Rows per request, from 1 to 5000 (100)"),
  between(1, 5000),
  Flag.withDefault(100)
)

export const concurrency = Flag.Int("concurrency").pipe(
  Flag.withMetavar("number"),
  Flag.withDescription("Requests at a time, from 1 to 10 (1)"),
  between(1, 10),
  Flag.withDefault(1)
)

export const limit = Flag.Int("limit").pipe(
  Flag.withMetavar("number"),
  Flag.withDescription("The maximum number of rows"),
  between(0, Number.MAX_SAFE_INTEGER),
  Flag.optional
)

export const isUrl = (text: string): boolean => URL.canParse(text) && /^https?:\/\//i.test(text)

export const anUrl = () => "an address that begins with http:// or https://"

/** A flag that takes an absolute `http` or `https` URL. */
export const url = (name: string) =>
  Flag.String(name).pipe(Flag.withMetavar("url"), Flag.filter(isUrl, anUrl))

export const duration = (name: string, example: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("duration"),
    Flag.filterMap(
      // `fromInput` checks the text at run time and returns none for anything else.
      (text) => Duration.fromInput(text as Duration.Input),
      () => `a duration, such as '${example}'`
    )
  )

export const skipInvalid = on("skip-invalid", "Leave out rows that cannot be decoded, instead of failing")

/** The flags that say how the pages of a list are read. */
export const paging = { pageSize, concurrency, limit, skipInvalid }

export interface Paging {
  readonly pageSize: number
  readonly concurrency: number
  readonly limit: Option.Option<number>
  readonly skipInvalid: boolean
}

/** The number of rows to take. */
export const mostOf = (limit: Option.Option<number>): number =>
  Option.getOrElse(limit, () => Number.POSITIVE_INFINITY)

/** The same as options of the library; the page size is never larger than the limit. */
export const pagingOf = ({ concurrency, limit, pageSize, skipInvalid }: Paging) => ({
  pageSize: Math.max(
    1,
    Math.min(
      pageSize,
      Option.getOrElse(limit, () => pageSize)
    )
  ),
  concurrency,
  invalid: skipInvalid ? ("skip" as const) : ("fail" as const)
})
