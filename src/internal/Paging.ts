/**
 * From one page to all of them: lazily, in order, each exactly once.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as CodatError from "../CodatError.ts"
import type { Page } from "../Page.ts"
import * as Pipeline from "./Pipeline.ts"
import * as Same from "./Same.ts"

/** Codat's page size where none is asked for. */
const defaultPageSize = 100

export interface Options {
  readonly operation: string
  readonly startPage: number
  readonly pageSize: number | undefined
  readonly concurrency: number
}

/** What one run of a stream learns of the server as it goes. */
interface Run extends Options {
  /** Rows on a page, where the first page held fewer than it says; and the last page, were it to be believed. */
  clamped: { readonly size: number; readonly last: number } | undefined
  /** The newest page without links, by its number and what tells its rows apart. */
  before: { readonly number: number; readonly ids: ReadonlyArray<unknown> } | undefined
}

/** A page, and its rows as they came, those that the page leaves out included: pages are counted by these. */
export interface Fetched<P> {
  readonly page: P
  readonly rows: ReadonlyArray<unknown>
}

/** A page, and whether another follows it or what is wrong with how the pages go on. */
interface Step<P> extends Fetched<P> {
  readonly next: boolean | CodatError.Pagination
}

/** There was no such page: the list had ended with the one before. */
type End = "end"

/**
 * All pages from `startPage` on, or what `emit` takes out of each. The first is
 * fetched alone, because only it tells whether there are more; with a
 * concurrency above one, the pages that the totals promise are then fetched
 * ahead.
 */
export const pages = <A, P extends Page<A>, B, R>(
  fetch: (page: number) => Effect.Effect<Fetched<P>, CodatError.CodatError, R>,
  emit: (page: P) => ReadonlyArray<B>,
  settings: Options
): Stream.Stream<B, CodatError.CodatError, R> =>
  Stream.unwrap(
    Effect.map(Effect.scope, (scope) => {
      const options: Run = { ...settings, clamped: undefined, before: undefined }
      const one = reader<A, P, R>(fetch, options)
      const read = options.concurrency === 1 ? one : ahead<A, P, R>(one, scope, options)
      // A fault is the state after its page, so that the page is not lost with it.
      return Stream.paginate<number | CodatError.Pagination, B, CodatError.CodatError, R>(
        options.startPage,
        (state) =>
          typeof state === "number"
            ? Effect.flatMap(read(state), (step) => {
                if (step === "end") return Effect.succeed([[], Option.none()])
                if (!comesAgain(step, options)) return Effect.succeed([emit(step.page), after(step)])
                return isProbe(state, options)
                  ? Effect.succeed([[], Option.none()])
                  : failure(options, wrong(state, `page ${state} holds what the page before it held`))
              })
            : failure(options, state)
      )
    })
  )

type Reader<P, R> = (page: number) => Effect.Effect<Step<P> | End, CodatError.CodatError, R>

const reader =
  <A, P extends Page<A>, R>(
    fetch: (page: number) => Effect.Effect<Fetched<P>, CodatError.CodatError, R>,
    options: Run
  ): Reader<P, R> =>
  (number) => {
    const probe = isProbe(number, options)
    const read = Effect.flatMap(
      fetch(number),
      ({ page, rows }): Effect.Effect<Step<P> | End, CodatError.CodatError> => {
        const { pageNumber } = page
        if (probe && (rows.length === 0 || pageNumber !== number)) return end
        if (pageNumber !== number) {
          if (isCount(pageNumber)) {
            return failure(options, wrong(number, `asked for page ${number}, given page ${pageNumber}`))
          }
          page = { ...page, pageNumber: number }
        }
        const fetched = { page, rows }
        if (number === options.startPage) options.clamped = clampOf(fetched, number, options)
        return Effect.succeed({ ...fetched, next: next(fetched, number, options) })
      }
    )
    return probe ? Effect.catchReason(read, "CodatError", "NotFound", () => end) : read
  }

const end = Effect.succeed<End>("end")

/** Whether a page is asked for although what the first said of its size makes it one behind the last. */
const isProbe = (number: number, { clamped }: Run): boolean => clamped !== undefined && number > clamped.last

/**
 * Has as many pages on their way as the concurrency says, once the first has
 * told how many there are. They are waited for in order, so that one fetched in
 * vain behind the real end cannot fail the stream.
 */
const ahead = <A, P extends Page<A>, R>(
  read: Reader<P, R>,
  scope: Scope.Scope,
  options: Run
): Reader<P, R> => {
  const awaited: Array<Fiber.Fiber<Step<P> | End, CodatError.CodatError>> = []
  let newest = options.startPage
  let last = newest
  return Effect.fnUntraced(function* (number) {
    while (awaited.length < options.concurrency && newest < last) {
      newest++
      awaited.push(yield* Effect.forkIn(read(newest), scope, { startImmediately: true }))
    }
    const first = awaited[0]
    const step = yield* first === undefined ? read(number) : Fiber.join(first)
    // Not before it is here: a reader that gives up waiting and asks again is owed the same page.
    awaited.shift()
    if (number === options.startPage && step !== "end") last = promised(step.page, options)
    return step
  })
}

/**
 * Whether a page holds what the one before it held, which without links is all that tells them apart. Asked in the
 * order of the pages, since it remembers the page for the next.
 */
const comesAgain = <A>({ page, rows }: Fetched<Page<A>>, options: Run): boolean => {
  if (!isWithoutLinks(page)) return false
  const { before } = options
  const ids = rows.map(idOf)
  options.before = { number: page.pageNumber, ids }
  return rows.length > 0 && before?.number === page.pageNumber - 1 && Same.isSame(before.ids, ids)
}

/** What else is in a row may change from one reading to the next, such as the one-time password of a link. */
const idOf = (row: unknown): unknown => (Predicate.isObject(row) ? (row["id"] ?? row["key"] ?? row) : row)

/** The page to fetch after this one, or what is wrong with how the pages go on; none after the last. */
const after = <P extends Page<unknown>>({
  next,
  page
}: Step<P>): Option.Option<number | CodatError.Pagination> =>
  next === false ? Option.none() : Option.some(next === true ? page.pageNumber + 1 : next)

// -----------------------------------------------------------------------------
// Is there another page?
// -----------------------------------------------------------------------------

const isWithoutLinks = ({ _links }: Page<unknown>): boolean =>
  (_links?.next ?? _links?.self ?? _links?.current ?? _links?.previous) === undefined

const isCount = (value: number | undefined): value is number =>
  value !== undefined && Number.isSafeInteger(value) && value >= 1

/**
 * A link decides; where there is none that names a page, the totals do. Only
 * the page number is read from a link.
 */
const next = <A>(
  { page, rows }: Fetched<Page<A>>,
  number: number,
  options: Run
): boolean | CodatError.Pagination => {
  const links = page._links
  if (links?.next?.href !== undefined) {
    const linked = pageOf(links.next.href)
    if (linked === number + 1) return true
    if (linked !== undefined) return wrong(number, `page ${number} gives page ${linked} as the next one`)
  } else if (!isWithoutLinks(page)) {
    return false
  }
  if (page.totalResults !== undefined) return number * sizeOf(page, options) < page.totalResults
  return links?.next === undefined
    ? rows.length >= sizeOf(page, options)
    : wrong(number, `page ${number} has a next link without a page number, and no total`)
}

/** The last page that the totals promise. */
const promised = <A>(page: Page<A>, options: Run): number =>
  isCount(page.totalResults) ? Math.ceil(page.totalResults / sizeOf(page, options)) : 0

/** What the answer says its pages hold, since Codat may give less than was asked for. */
const sizeOf = <A>(page: Page<A>, options: Run): number => options.clamped?.size ?? saidSize(page, options)

const saidSize = <A>(page: Page<A>, options: Run): number =>
  isCount(page.pageSize) ? page.pageSize : (options.pageSize ?? defaultPageSize)

/**
 * Without links, a server that echoes a page size it does not keep to would end the list early, were it believed. Of a
 * page further on, nothing tells whether it is short for that reason or because it is the last: so the next is asked for.
 */
const clampOf = <A>({ page, rows }: Fetched<Page<A>>, number: number, options: Run): Run["clamped"] =>
  isWithoutLinks(page) &&
  isCount(page.totalResults) &&
  rows.length > 0 &&
  rows.length < saidSize(page, options) &&
  (number > 1 || rows.length < page.totalResults)
    ? { size: rows.length, last: Math.ceil(page.totalResults / saidSize(page, options)) }
    : undefined

const wrong = (page: number, message: string) => new CodatError.Pagination({ page, message })

const failure = ({ operation }: Options, reason: CodatError.Pagination) =>
  Pipeline.fail({ operation, method: "GET" }, { reason, attempts: [] })

/** The page number in a link's query. Digits are never escaped there, nor is the name before them. */
const pageOf = (href: string): number | undefined => {
  const number = /^[^?#]*\?(?:[^#]*?&)?page=(\d{1,15})(?:[&#]|$)/.exec(href)?.[1]
  return number === undefined ? undefined : Number(number)
}
