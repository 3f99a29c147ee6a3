/**
 * What all paged lists have in common: their options, one page, all pages, all rows, the count, and rows that cannot be
 * decoded.
 */
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Auth } from "../../Auth.ts"
import * as CodatError from "../../CodatError.ts"
import * as Page from "../../Page.ts"
import * as Call from "../call/Call.ts"
import { defined } from "../call/Defined.ts"
import * as Endpoint from "../call/Endpoint.ts"
import * as Input from "../call/Input.ts"
import type { Callable } from "../call/Prepare.ts"
import * as Redact from "../call/Redact.ts"
import * as ResponseNote from "../call/ResponseNote.ts"
import * as Telemetry from "../call/Telemetry.ts"
import * as Decode from "../model/Decode.ts"
import { escapeControls } from "../Text.ts"
import * as Numbers from "./Numbers.ts"
import * as Paging from "./Paging.ts"

type Requirements = HttpClient.HttpClient | Auth

/** A list, described by its filter and its item. */
export interface Description<Filter, Item, Path extends string> {
  /** The path as Codat writes it. Each name in braces is an option. */
  readonly path: Endpoint.Parameters<Path> extends keyof Filter ? Path : never
  /** A rule for each option of the filter. */
  readonly filter: Input.Rules<Filter>
  /** The options that are sent in the URL's query; unless given, all that are not in the path. */
  readonly query?: ReadonlyArray<keyof Filter & string> | undefined
  readonly item: Schema.Codec<Item, unknown>
  /** The property that identifies a row, where it is not `id`; null where rows have none. */
  readonly id?: (keyof Item & string) | null | undefined
  /** Removes from a row the parts that cannot be decoded, where the rest can still be a row. */
  readonly repair?: ((row: unknown) => PartialRow) | undefined
}

/** A row without the parts that cannot be decoded. */
export interface PartialRow {
  readonly row: unknown
  /** The parts that were removed: for each its path in the row, and its id where it has one. */
  readonly issues: ReadonlyArray<PartialIssue>
}

export interface PartialIssue extends Decode.DecodeIssue {
  readonly partId?: string | undefined
}

/** A list, as the functions below read it. */
export interface List<in Filter, out Item> {
  readonly path: string
  readonly filter: { readonly [name: string]: Input.Rule }
  readonly query: ReadonlyArray<string>
  readonly item: Schema.Codec<Item, unknown>
  readonly page: Schema.Codec<Page.Page<Item>, unknown>
  readonly decode: Decode.Decode<Page.Page<Item>>
  readonly id: string | null
  readonly repair: ((row: unknown) => PartialRow) | undefined
  /** What spans and metrics show as the path, where `path` has ids in it. */
  readonly template?: string | undefined
  /** Only in types: which options the list takes. */
  readonly "~filter"?: ((filter: Filter) => void) | undefined
}

/** Makes a list from its description. Its types are inferred from the annotation of the constant that gets it. */
export const make = <Filter, Item, const Path extends string>(
  description: Description<NoInfer<Filter>, NoInfer<Item>, Path>
): List<Filter, Item> => {
  const inPath = Endpoint.parametersOf(description.path)
  return of({
    path: description.path,
    filter: description.filter,
    query: description.query ?? Object.keys(description.filter).filter((name) => !inPath.includes(name)),
    item: description.item,
    id: description.id === undefined ? "id" : description.id,
    repair: description.repair
  })
}

/** Adds the schema of a page and its decoder, which follow from the item. */
export const of = <Filter, Item>(parts: Omit<List<Filter, Item>, "page" | "decode">): List<Filter, Item> => {
  const page = Page.make(parts.item)
  return { ...parts, page, decode: Decode.compile(page) }
}

// -----------------------------------------------------------------------------
// Options
// -----------------------------------------------------------------------------

const pageRules = { page: Input.optional(Input.positiveWhole), pageSize: Input.optional(Input.pageSize) }

/** The rules of the options of every stream. */
export const streamRules = {
  pageSize: pageRules.pageSize,
  startPage: Input.optional(Input.positiveWhole),
  concurrency: Input.optional(Input.positiveWhole),
  invalid: Input.optional(Input.oneOf("fail", "skip"))
}

/** The options that {@link streamRules} has checked. */
interface StreamOptions extends Page.PagingOptions {
  readonly query?: string
}

const callable = <Filter, Item, Output>(
  operation: string,
  list: List<Filter, Item>,
  decode: Decode.Decode<Output>
): Callable<Endpoint.Options, Output> => ({
  operation,
  method: "GET",
  path: list.path,
  input: { ...list.filter, ...pageRules },
  query: [...list.query, "page", "pageSize"],
  body: undefined,
  output: list.page,
  decode,
  template: list.template
})

// -----------------------------------------------------------------------------
// One page, and the count
// -----------------------------------------------------------------------------

/**
 * Reads one page. Fails with `Pagination` when the response is another page, or is empty although there are rows for
 * the page by its total.
 */
export const page = <Options, Filter, Item>(
  operation: string,
  list: List<Filter, Item>
): ((options: Options) => Effect.Effect<Page.Page<Item>, CodatError.CodatError, Requirements>) => {
  const endpoint = callable(operation, list, list.decode)
  return Endpoint.describe((given: Options) => {
    const options = optionsOf(given)
    return Effect.flatMap(Call.run(endpoint, options), (page) => {
      const number = Predicate.isNumber(options["page"]) ? options["page"] : 1
      const message = Numbers.otherPage(page, number)
      if (message !== undefined) return wrongPage(endpoint, options, number, message)
      const asked = Predicate.isNumber(options["pageSize"]) ? options["pageSize"] : Numbers.defaultPageSize
      const size = page.pageSize >= 1 ? page.pageSize : asked
      const total = Numbers.totalOf(page) ?? 0
      return page.results.length === 0 && total > (number - 1) * size
        ? wrongPage(endpoint, options, number, Numbers.emptyPage(number, total))
        : // Mocks answer with page 0, but a reader needs the page's real number to ask for the next one.
          Effect.succeed(page.pageNumber === number ? page : { ...page, pageNumber: number })
    })
  }, endpoint)
}

const Total = Schema.Struct({ totalResults: Schema.Natural, results: Schema.Array(Schema.Unknown) })

/** Counts the rows with one request, for a page of one row. */
export const count = <Options, Filter, Item>(
  operation: string,
  list: List<Filter, Item>
): ((options: Options) => Effect.Effect<number, CodatError.CodatError, Requirements>) => {
  const decode = Decode.compile(Total)
  const endpoint: Callable<Endpoint.Options, { readonly rows: number; readonly total: number }> = {
    // Keeps the number of rows, not the rows: undecoded, they would show their secrets on a span.
    ...callable(operation, list, (body) =>
      Result.map(decode(body), ({ results, totalResults }) => ({ rows: results.length, total: totalResults }))
    ),
    input: list.filter,
    query: list.query,
    fixedQuery: "page=1&pageSize=1"
  }
  return Endpoint.describe((given: Options) => {
    const options = optionsOf(given)
    return Effect.flatMap(Call.run(endpoint, options), ({ rows, total }) =>
      rows === 0 && total > 0
        ? wrongPage(endpoint, options, 1, Numbers.emptyPage(1, total))
        : rows > total
          ? wrongPage(endpoint, options, 1, `page 1 has ${rows} rows, although the total is ${total}`)
          : Effect.succeed(total)
    )
  }, endpoint)
}

const wrongPage = (
  endpoint: Endpoint.Endpoint,
  { query }: Endpoint.Options,
  page: number,
  message: string
): Effect.Effect<never, CodatError.CodatError> =>
  Call.fail(endpoint, new CodatError.Pagination({ page, message }), {
    page,
    query: Predicate.isString(query) ? query : undefined
  })

/** The argument can be left out where no option is required. A value that is not an object is refused by the check. */
const optionsOf = (options: unknown): Endpoint.Options =>
  options === undefined ? {} : (options as Endpoint.Options)

// -----------------------------------------------------------------------------
// All pages
// -----------------------------------------------------------------------------

/** Streams the pages. */
export const pages = <Options, Filter, Item>(
  operation: string,
  list: List<Filter, Item>
): ((options: Options) => Stream.Stream<Page.Page<Item>, CodatError.CodatError, Requirements>) =>
  streaming(operation, list, (page) => [page])

/** Streams the rows of all pages. */
export const rows = <Options, Filter, Item>(
  operation: string,
  list: List<Filter, Item>
): ((options: Options) => Stream.Stream<Item, CodatError.CodatError, Requirements>) =>
  streaming(operation, list, (page) => page.results)

const streaming = <Options, Filter, Item, B>(
  operation: string,
  list: List<Filter, Item>,
  emit: (page: Page.Page<Item>) => ReadonlyArray<B>
): ((options: Options) => Stream.Stream<B, CodatError.CodatError, Requirements>) => {
  const strict = callable(operation, list, strictPage(list))
  const lenient = callable(operation, list, lenientPage(list))
  const rules = { ...list.filter, ...streamRules }
  const idOf = identifier(list)
  return Endpoint.describe(
    (given: Options) => {
      const options = optionsOf(given)
      return Stream.unwrap(
        Effect.map(Call.check(operation, rules, options), () => {
          // `Call.check` has checked them.
          const { concurrency = 1, invalid, pageSize, query, startPage = 1 } = options as StreamOptions
          const filter: Record<string, unknown> = { pageSize }
          for (const name in list.filter) filter[name] = options[name]
          const fetch = (page: number) =>
            invalid === "skip"
              ? Effect.flatMap(
                  ResponseNote.withNote(Call.run(lenient, { ...filter, page })),
                  ({ note, value }) =>
                    Effect.as(
                      warn(operation, value.page, defined({ page, correlationId: note?.correlationId })),
                      value
                    )
                )
              : Call.run(strict, { ...filter, page })
          return Paging.pages<Item, B, Requirements>(fetch, emit, {
            operation,
            query,
            startPage,
            pageSize,
            concurrency,
            idOf
          })
        })
      )
    },
    { ...strict, input: rules }
  )
}

/** Makes the function that gives a row's id, or undefined. */
const identifier =
  ({ id }: { readonly id: string | null }) =>
  (row: unknown): unknown =>
    id !== null && typeof row === "object" && row !== null
      ? // A row can be any object; a property that it does not have is undefined.
        (row as { readonly [name: string]: unknown })[id]
      : undefined

const strictPage =
  <Filter, Item>({ decode }: List<Filter, Item>): Decode.Decode<Numbers.Fetched<Item>> =>
  (body) =>
    Result.map(decode(body), (page) => Paging.fetched(page, page.results))

// -----------------------------------------------------------------------------
// Rows that cannot be decoded
// -----------------------------------------------------------------------------

const decodeEnvelope = Decode.compile(Page.make(Schema.Unknown))

/** Decodes the whole page at once, and row by row only when that fails. */
const lenientPage = <Filter, Item>(list: List<Filter, Item>): Decode.Decode<Numbers.Fetched<Item>> => {
  const strict = strictPage(list)
  const row = Decode.compile(list.item)
  const idOf = identifier(list)
  return (body) => {
    const good = strict(body)
    if (Result.isSuccess(good)) return good
    return Result.map(decodeEnvelope(body), (page) => {
      const results: Array<Item> = []
      const skipped: Array<Page.Skipped> = []
      for (const [index, value] of page.results.entries()) {
        const decoded = row(value)
        const partial = Result.isSuccess(decoded) ? undefined : list.repair?.(value)
        const again = partial === undefined ? decoded : row(partial.row)
        const isPart = Result.isSuccess(again)
        if (isPart) results.push(again.success)
        for (const issue of isPart ? (partial?.issues ?? []) : [again.failure]) {
          skipped.push(skippedOf(index, idOf(value), isPart, issue))
        }
      }
      const all = { ...page, results }
      return Paging.fetched(skipped.length === 0 ? all : { ...all, skipped }, page.results)
    })
  }
}

const skippedOf = (
  index: number,
  id: unknown,
  isPart: boolean,
  { message, partId, path }: PartialIssue
): Page.Skipped =>
  defined({
    index,
    id: Predicate.isString(id) ? id : undefined,
    isPart,
    partId,
    path: Redact.deep(Decode.formatPath(path), escapeControls),
    message
  })

const warn = (
  operation: string,
  { skipped = [] }: Page.Page<unknown>,
  where: { readonly page: number; readonly correlationId?: string | undefined }
): Effect.Effect<void> => {
  if (skipped.length === 0) return Effect.void
  return Effect.contextWith((context) => {
    Telemetry.count(context, "codat_skipped_rows", { operation }, skipped.length)
    return Effect.forEach(
      skipped,
      ({ index, isPart, message, path }) =>
        Effect.logWarning(
          `${operation}: left out ${isPart ? "a part of " : ""}row ${index} of page ${where.page}: ${
            path || "the row itself"
          }: ${message}`
        ).pipe(Effect.annotateLogs({ operation, ...where })),
      { discard: true }
    )
  })
}
