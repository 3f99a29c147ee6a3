/**
 * What is the same around every paged list: its pages, its rows, its count,
 * and rows that cannot be decoded.
 */
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Metric from "effect/Metric"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type * as Auth from "../Auth.ts"
import type * as CodatError from "../CodatError.ts"
import * as Page from "../Page.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Input from "./Input.ts"
import * as Metrics from "./Metrics.ts"
import * as Decode from "./model/Decode.ts"
import * as Paging from "./Paging.ts"
import * as Pipeline from "./Pipeline.ts"

/** How the pages of a list are read. */
export interface Options {
  /**
   * Rows on a page, from 1 to 5000. The larger, the fewer requests of the quota.
   *
   * @default 100
   */
  readonly pageSize?: number | undefined
  /**
   * The page to begin with, from 1.
   *
   * @default 1
   */
  readonly startPage?: number | undefined
  /**
   * Pages fetched at a time, in order. One fetches a page when it is pulled.
   *
   * @default 1
   */
  readonly concurrency?: number | undefined
  /**
   * What to do with a row that cannot be decoded: `"fail"` ends the stream with
   * `InvalidResponse`; `"skip"` leaves it out, logs a warning that names page,
   * row and path, and counts it in the metric `codat_skipped_rows`.
   *
   * @default "fail"
   */
  readonly invalid?: "fail" | "skip" | undefined
}

/** The options of one page that paging itself sets. */
interface Numbered {
  readonly page?: number | undefined
  readonly pageSize?: number | undefined
}

/** The rules of the options that every page has. */
export const paged = { page: Input.optional(Input.page), pageSize: Input.optional(Input.pageSize) }

const streamed: Input.Rules<Options> = {
  pageSize: Input.optional(Input.pageSize),
  startPage: Input.optional(Input.page),
  concurrency: Input.optional(Input.concurrency),
  invalid: Input.optional(Input.oneOf("fail", "skip"))
}

/** A list endpoint: where it is, and what its pages hold. */
export interface Description<One extends Numbered, All extends Options, A> {
  readonly input: Input.Rules<One>
  readonly path: (options: One) => string
  readonly query: (options: One) => Endpoint.Query
  /** The request for one page of the whole. */
  readonly one: (options: All, page: number) => One
  readonly page: Schema.ConstraintDecoder<Page.Page<A>>
  readonly item: Schema.ConstraintDecoder<A>
  /** Takes out of a row what cannot be decoded in it, where a row without it is one as well. */
  readonly mend?: ((row: unknown) => Mended) | undefined
}

export interface Mended {
  readonly row: unknown
  /** What was taken out, each by its path in the row. */
  readonly faults: ReadonlyArray<Decode.DecodeIssue>
}

type Requirements = HttpClient.HttpClient | Auth.Auth

// -----------------------------------------------------------------------------
// One page
// -----------------------------------------------------------------------------

const endpoint = <One extends Numbered, All extends Options, A, P>(
  operation: string,
  { input, path, query }: Description<One, All, A>,
  output: Endpoint.Output<P>
): Endpoint.Endpoint<One, P> => ({
  operation,
  method: "GET",
  input,
  path,
  query: (options) => [...query(options), ["page", options.page], ["pageSize", options.pageSize]],
  output
})

export const page = <One extends Numbered, All extends Options, A>(
  operation: string,
  list: Description<One, All, A>
): ((options: One) => Effect.Effect<Page.Page<A>, CodatError.CodatError, Requirements>) => {
  const fetch = Pipeline.operation(endpoint(operation, list, Endpoint.json(list.page)))
  return (options) => Effect.map(fetch(options), numbered(options?.page ?? 1))
}

/** Mocks answer page 0; the page that was asked for is what a reader can go on from. */
const numbered =
  (number: number) =>
  <P extends Page.Page<unknown>>(page: P): P =>
    page.pageNumber >= 1 ? page : { ...page, pageNumber: number }

export const count = <One extends Numbered, All extends Options, A>(
  operation: string,
  list: Description<One, All, A>
): ((options: One) => Effect.Effect<number, CodatError.CodatError, Requirements>) => {
  const total = Decode.compile(Schema.Struct({ totalResults: Schema.Natural }))
  return Pipeline.operation({
    operation,
    method: "GET",
    input: list.input,
    path: list.path,
    query: (options) => [...list.query(options), ["page", 1], ["pageSize", 1]],
    output: (body) => Result.map(total(body), ({ totalResults }) => totalResults)
  })
}

// -----------------------------------------------------------------------------
// All pages
// -----------------------------------------------------------------------------

type Streamed<All, A> = (options: All) => Stream.Stream<A, CodatError.CodatError, Requirements>

export const pages = <One extends Numbered, All extends Options, A>(
  operation: string,
  list: Description<One, All, A>
): Streamed<All, Page.Page<A>> => streaming(operation, list, (page) => [page])

export const rows = <One extends Numbered, All extends Options, A>(
  operation: string,
  list: Description<One, All, A>
): Streamed<All, A> => streaming(operation, list, (page) => page.results)

const streaming = <One extends Numbered, All extends Options, A, B>(
  operation: string,
  list: Description<One, All, A>,
  emit: (page: Page.Page<A>) => ReadonlyArray<B>
): Streamed<All, B> => {
  const strict = Pipeline.step(endpoint(operation, list, strictPage(list)))
  const lenient = Pipeline.step(endpoint(operation, list, lenientPage(list)))
  const fetch = (options: All) => (number: number) =>
    options.invalid === "skip"
      ? Effect.flatMap(lenient(list.one(options, number)), (page) => warn(operation, page, number))
      : strict(list.one(options, number))
  return (options) =>
    Stream.unwrap(
      Effect.map(Pipeline.check(operation, streamed, options), () =>
        Paging.pages<A, Page.Page<A>, B, Requirements>(fetch(options), emit, {
          operation,
          startPage: options.startPage ?? 1,
          pageSize: options.pageSize,
          concurrency: options.concurrency ?? 1
        })
      )
    )
}

const strictPage = <One extends Numbered, All extends Options, A>({
  page
}: Description<One, All, A>): Endpoint.Output<Paging.Fetched<Page.Page<A>>> => {
  const whole = Decode.compile(page)
  return (body) => Result.map(whole(body), (page) => ({ page, rows: page.results }))
}

// -----------------------------------------------------------------------------
// Rows that cannot be decoded
// -----------------------------------------------------------------------------

interface Lenient<A> extends Paging.Fetched<Page.Page<A>> {
  readonly skipped: ReadonlyArray<{
    readonly index: number
    readonly fault: Decode.DecodeIssue
    /** Whether it is only a part of the row that was left out. */
    readonly isPart: boolean
  }>
}

/** As the strict page, and row by row only when that fails. */
const lenientPage = <One extends Numbered, All extends Options, A>(
  list: Description<One, All, A>
): Endpoint.Output<Lenient<A>> => {
  const { item, mend } = list
  const strict = strictPage(list)
  const frame = Decode.compile(AnyPage)
  const row = Decode.compile(item)
  return (body) => {
    const good = strict(body)
    if (Result.isSuccess(good)) return Result.succeed({ ...good.success, skipped: [] })
    return Result.map(frame(body), (page) => {
      const results: Array<A> = []
      const skipped: Array<Lenient<A>["skipped"][number]> = []
      for (const [index, value] of page.results.entries()) {
        const decoded = row(value)
        const mended = Result.isSuccess(decoded) ? undefined : mend?.(value)
        const again = mended === undefined ? decoded : row(mended.row)
        if (Result.isSuccess(again)) {
          results.push(again.success)
          for (const fault of mended?.faults ?? []) skipped.push({ index, fault, isPart: true })
        } else {
          skipped.push({ index, fault: again.failure, isPart: false })
        }
      }
      return { page: { ...page, results }, rows: page.results, skipped }
    })
  }
}

const AnyPage = Page.make(Schema.Unknown)

const warn = <A>(
  operation: string,
  lenient: Lenient<A>,
  number: number
): Effect.Effect<Paging.Fetched<Page.Page<A>>> => {
  const { skipped } = lenient
  return skipped.length === 0
    ? Effect.succeed(lenient)
    : Effect.as(
        Effect.andThen(
          Effect.forEach(
            skipped,
            ({ fault, index, isPart }) =>
              Effect.logWarning(
                `${operation}: left out ${isPart ? "a part of " : ""}row ${index} of page ${number}: ${
                  Decode.formatPath(fault.path) || "the row itself"
                }: ${fault.message}`
              ),
            { discard: true }
          ),
          Metric.update(Metric.withAttributes(Metrics.skippedRows, { operation }), skipped.length)
        ),
        lenient
      )
}
