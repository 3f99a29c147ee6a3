/**
 * From one page to all of them: lazily, in order, each row once, also while the list changes.
 *
 * Codat counts pages by position, so a row that leaves the list moves all rows behind it forward, some of them onto
 * pages that were read already. The totals show it: when they shrink, reading goes back as far, and rows that were given
 * already are left out by their ids.
 */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Fiber from "effect/Fiber"
import { constFalse } from "effect/Function"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as CodatError from "../../CodatError.ts"
import type { Page } from "../../Page.ts"
import * as Call from "../call/Call.ts"
import * as Seen from "./Seen.ts"

/** Codat's page size where none is asked for. */
export const defaultPageSize = 100

/** Pages in a row without a new row, after which there will be no more: the day's quota can be 2,000 requests. */
const maxBarrenPages = 10

export interface Options {
  readonly operation: string
  readonly query: string | undefined
  readonly startPage: number
  readonly pageSize: number | undefined
  readonly concurrency: number
  /** What tells rows apart; undefined for a row that nothing tells apart. */
  readonly idOf: (row: unknown) => unknown
}

/** A page, and its rows as they came, with those that cannot be decoded: pages are counted by these. */
export interface Fetched<A> {
  readonly page: Page<A>
  readonly rows: ReadonlyArray<unknown>
}

/** Makes a fetched page whose raw rows are not shown when it is printed, as the result on a span is: they hold secrets. */
export const fetched = <A>(page: Page<A>, rows: ReadonlyArray<unknown>): Fetched<A> =>
  // The property that is missing here is defined at once.
  Object.defineProperty({ page } as Fetched<A>, "rows", { value: rows })

/** What one run of a stream learns of the list as it goes. */
interface Run extends Options {
  /** Rows on a page, where the first page held fewer than it says; and the last page, if it were right. */
  clamped: { readonly size: number; readonly last: number } | undefined
  /** The total that the newest page told. */
  total: number | undefined
  /** Whether it was ever another. */
  hasChanged: boolean
  /** Rows read so far. */
  received: number
  /** How many rows ahead one that was given already can be, since others came before it. */
  ahead: number
  /** Pages without a new row, one after another, and how many of them reading went back for. */
  barren: number
  goneBack: number
  /** The rows of the page that was read last. */
  last: ReadonlyArray<unknown>
  readonly seen: Seen.Seen
}

/** The page to read next, or what is wrong behind the page that was given last. */
type State = number | CodatError.Pagination

type Step<B> = readonly [ReadonlyArray<B>, Option.Option<State>]

/** There was no such page: the list had ended with the one before. */
type End = "end"

type Read<A, R> = (page: number) => Effect.Effect<Fetched<A> | End, CodatError.CodatError, R>

/** Where pages come from, in the order in which they are asked for. */
interface Source<A, R> {
  readonly read: Read<A, R>
  /** Gives up the pages that were asked for ahead, and answers with the totals of those that are here. */
  readonly drop: Effect.Effect<ReadonlyArray<number>>
}

/**
 * What `emit` takes out of each page from `startPage` on. The first is fetched alone, because only it tells whether
 * there are more; with a concurrency above one, the pages that the totals promise are then fetched ahead.
 */
export const pages = <A, B, R>(
  fetch: (page: number) => Effect.Effect<Fetched<A>, CodatError.CodatError, R>,
  emit: (page: Page<A>) => ReadonlyArray<B>,
  options: Options
): Stream.Stream<B, CodatError.CodatError, R> =>
  Stream.unwrap(
    Effect.map(Effect.scope, (scope) => {
      const run: Run = {
        ...options,
        clamped: undefined,
        total: undefined,
        hasChanged: false,
        received: 0,
        ahead: 0,
        barren: 0,
        goneBack: 0,
        last: [],
        seen: Seen.make()
      }
      const one = reader(fetch, run)
      const source: Source<A, R> =
        options.concurrency === 1 ? { read: one, drop: Effect.succeed([]) } : prefetch(one, scope, run)
      // What is wrong behind a page is the state after it, so that the page is not lost with it.
      return Stream.paginate<State, B, CodatError.CodatError, R>(options.startPage, (state) =>
        typeof state === "number"
          ? Effect.flatMap(source.read(state), (fetched) => follow(run, source, one, state, fetched, emit))
          : paginationError(run, state)
      )
    })
  )

// -----------------------------------------------------------------------------
// Reading a page
// -----------------------------------------------------------------------------

const reader =
  <A, R>(
    fetch: (page: number) => Effect.Effect<Fetched<A>, CodatError.CodatError, R>,
    run: Run
  ): Read<A, R> =>
  (number) => {
    const probe = isProbe(number, run)
    const read = Effect.flatMap(fetch(number), (given) => {
      const { page, rows } = given
      const { pageNumber } = page
      if (probe && (rows.length === 0 || pageNumber !== number)) return endOfList
      if (isCount(pageNumber) && pageNumber !== number) {
        return paginationError(run, wrong(number, `asked for page ${number}, given page ${pageNumber}`))
      }
      const numbered = pageNumber === number ? given : fetched({ ...page, pageNumber: number }, rows)
      if (number === run.startPage && run.clamped === undefined) run.clamped = clampOf(numbered, number, run)
      return Effect.succeed<Fetched<A> | End>(numbered)
    })
    return probe ? Effect.catchReason(read, "CodatError", "NotFound", () => endOfList) : read
  }

const endOfList = Effect.succeed<End>("end")

/** Whether a page is asked for although what the first said of its size makes it one behind the last. */
const isProbe = (number: number, { clamped }: Run): boolean => clamped !== undefined && number > clamped.last

/**
 * Has as many pages on their way as the concurrency says, once the first has told how many there are. They are waited
 * for in order, so that one fetched in vain behind the end cannot fail the stream.
 */
const prefetch = <A, R>(read: Read<A, R>, scope: Scope.Scope, run: Run): Source<A, R> => {
  const awaited: Array<Fiber.Fiber<Fetched<A> | End, CodatError.CodatError>> = []
  return {
    read: Effect.fnUntraced(function* (number) {
      const last = run.total === undefined ? 0 : Math.ceil(run.total / (run.clamped?.size ?? saidSizeOf(run)))
      while (awaited.length < run.concurrency && number + awaited.length <= last) {
        awaited.push(yield* Effect.forkIn(read(number + awaited.length), scope, { startImmediately: true }))
      }
      const first = awaited[0]
      const fetched = yield* first === undefined ? read(number) : Fiber.join(first)
      // Not before it is here: a reader that gives up waiting and asks again is owed the same page.
      awaited.shift()
      return fetched
    }),
    drop: Effect.suspend(() => {
      const dropped = awaited.splice(0)
      const totals = dropped.flatMap((fiber) => {
        const exit = fiber.pollUnsafe()
        const page = exit?._tag === "Success" && exit.value !== "end" ? totalOf(exit.value.page) : undefined
        return page === undefined ? [] : [page]
      })
      return Effect.as(Effect.forEach(dropped, Fiber.interrupt, { discard: true }), totals)
    })
  }
}

// -----------------------------------------------------------------------------
// Following the list
// -----------------------------------------------------------------------------

const go = <B>(rows: ReadonlyArray<B>, next: State): Effect.Effect<Step<B>> =>
  Effect.succeed([rows, Option.some(next)])

const stop = <B>(rows: ReadonlyArray<B>): Effect.Effect<Step<B>> => Effect.succeed([rows, Option.none()])

/** What a page means for the run: its new rows are given, or reading goes back, or the list can no longer be followed. */
const follow = <A, B, R>(
  run: Run,
  source: Source<A, R>,
  read: Read<A, R>,
  number: number,
  fetched: Fetched<A> | End,
  emit: (page: Page<A>) => ReadonlyArray<B>
): Effect.Effect<Step<B>, CodatError.CodatError, R> => {
  if (fetched === "end") return end(run, number, [])
  const before = run.total
  const total = totalOf(fetched.page)
  if (total !== undefined) run.total = total
  if (before === undefined || total === undefined || total === before)
    return accept(run, number, fetched, emit, false)
  run.hasChanged = true
  if (total < before) {
    return number === 1
      ? accept(run, number, fetched, emit, false)
      : goBack(run, source, number, before - total, fetched)
  }
  run.ahead += total - before
  // Given rows that are ahead, and new ones before them.
  if (run.seen.covers(2 * run.ahead)) return accept(run, number, fetched, emit, true)
  // More came than is remembered. At the end of the list that is no matter; anywhere else the page before has changed.
  return Effect.flatMap(read(number - 1), (previous) => {
    if (previous === "end" || !isLast(run, previous)) {
      return paginationError(run, tooMuch(number, `grew from ${before} to ${total}`))
    }
    run.ahead -= total - before
    return accept(run, number, fetched, emit, false)
  })
}

/**
 * Goes back to the page that has the first row which is not known to be given. What was fetched ahead is out of date,
 * but its totals still tell what else has come and gone.
 */
const goBack = <A, B, R>(
  run: Run,
  source: Source<A, R>,
  number: number,
  lost: number,
  { page }: Fetched<A>
): Effect.Effect<Step<B>, CodatError.CodatError> =>
  Effect.flatMap(source.drop, (totals) => {
    let left = lost
    for (const total of totals) {
      const before = run.total ?? total
      if (total < before) left += before - total
      else run.ahead += total - before
      run.total = total
    }
    const size = sizeOf(page, run)
    const back = Math.floor(Math.max(0, (number - 1) * size - left) / size) + 1
    if (!run.seen.covers((number - back) * size + 2 * run.ahead)) {
      return paginationError(run, tooMuch(number, `lost ${left} rows`))
    }
    run.goneBack += number - back
    return isBarren(run) ? paginationError(run, endless(number)) : go([], back)
  })

const accept = <A, B>(
  run: Run,
  number: number,
  fetched: Fetched<A>,
  emit: (page: Page<A>) => ReadonlyArray<B>,
  hasGrown: boolean
): Effect.Effect<Step<B>, CodatError.CodatError> => {
  const { page, rows } = fetched
  if (
    rows.length === 0 &&
    run.total !== undefined &&
    (number - 1) * sizeOf(page, run) < run.total &&
    !isProbe(number, run)
  ) {
    return paginationError(run, wrong(number, `page ${number} is empty, although the total is ${run.total}`))
  }
  if (!hasGrown && isWithoutLinks(page) && run.goneBack === 0 && isLast(run, fetched)) {
    return isProbe(number, run)
      ? stop([])
      : paginationError(run, wrong(number, `page ${number} holds what the page before it held`))
  }
  const isNew = run.seen.add(page.results.map(run.idOf), run.hasChanged)
  const fresh =
    isNew === undefined ? page : { ...page, results: page.results.filter((_, index) => isNew[index]) }
  run.received += rows.length
  run.ahead = Math.max(0, run.ahead - rows.length)
  run.last = rows
  if (fresh.results.length > 0) {
    run.barren = 0
    run.goneBack = 0
  }
  // A page of rows that were all given already is nothing new, unless it tells of what was left out.
  const isEmpty = fresh.results.length === 0 && isNew !== undefined && fresh.skipped === undefined
  const given = isEmpty ? [] : emit(fresh)
  const next = nextAfter(fetched, number, run)
  if (next === false) return end(run, number, given)
  if (fresh.results.length === 0 && isBarren(run)) return paginationError(run, endless(number))
  return go(given, next === true ? number + 1 : next)
}

/** Counts a page without a new row. Pages that reading went back for have none of necessity. */
const isBarren = (run: Run): boolean => ++run.barren > maxBarrenPages + run.goneBack

/** The list is over. When its total never changed, all of it has to be there. */
const end = <B>(
  run: Run,
  number: number,
  rows: ReadonlyArray<B>
): Effect.Effect<Step<B>, CodatError.CodatError> => {
  const { hasChanged, received, startPage, total } = run
  const before = (startPage - 1) * saidSizeOf(run)
  return total === undefined || hasChanged || before + received >= total
    ? stop(rows)
    : go(rows, wrong(number, `the list ended after ${before + received} of ${total} rows`))
}

/**
 * Whether a page has the rows of the one that was read last, by their ids, or by all that they hold where they have
 * none: what else is in a row, such as the one-time password of a link, may change from one reading to the next.
 */
const isLast = <A>({ idOf, last }: Run, { rows }: Fetched<A>): boolean =>
  rows.length > 0 &&
  rows.length === last.length &&
  rows.every((row, index) => isSame(idOf(row) ?? row, idOf(last[index]) ?? last[index]))

/** What is nested too deep to be compared differs: nobody promises how deep JSON is. */
const isSame = (left: unknown, right: unknown): boolean =>
  Result.getOrElse(
    Result.try(() => Equal.equals(left, right)),
    constFalse
  )

// -----------------------------------------------------------------------------
// Is there another page?
// -----------------------------------------------------------------------------

const isWithoutLinks = ({ _links }: Page<unknown>): boolean =>
  (_links?.next ?? _links?.self ?? _links?.current ?? _links?.previous) === undefined

const isCount = (value: number | undefined): value is number =>
  value !== undefined && Number.isSafeInteger(value) && value >= 1

const totalOf = ({ totalResults }: Page<unknown>): number | undefined =>
  totalResults !== undefined && Number.isSafeInteger(totalResults) && totalResults >= 0
    ? totalResults
    : undefined

/** A link decides; where there is none that names a page, the totals do. Only the page number is read from a link. */
const nextAfter = <A>(
  { page, rows }: Fetched<A>,
  number: number,
  run: Run
): boolean | CodatError.Pagination => {
  const links = page._links
  const total = totalOf(page)
  if (links?.next?.href !== undefined) {
    const linked = pageNumberOf(links.next.href)
    if (linked === number + 1) return true
    if (linked !== undefined) return wrong(number, `page ${number} gives page ${linked} as the next one`)
  } else if (!isWithoutLinks(page)) {
    return false
  }
  if (total !== undefined) return number * sizeOf(page, run) < total
  return links?.next === undefined
    ? rows.length >= sizeOf(page, run)
    : wrong(number, `page ${number} has a next link without a page number, and no total`)
}

/** What the answer says its pages hold, since Codat may give less than was asked for. */
const sizeOf = <A>(page: Page<A>, run: Run): number =>
  run.clamped?.size ?? (isCount(page.pageSize) ? page.pageSize : saidSizeOf(run))

const saidSizeOf = ({ pageSize }: Run): number => pageSize ?? defaultPageSize

/**
 * Without links, a server that echoes a page size it does not keep to would end the list early, were it believed. Of a
 * page further on, nothing tells whether it is short for that reason or because it is the last: so the next is asked for.
 */
const clampOf = <A>({ page, rows }: Fetched<A>, number: number, run: Run): Run["clamped"] => {
  const said = isCount(page.pageSize) ? page.pageSize : saidSizeOf(run)
  return isWithoutLinks(page) &&
    isCount(page.totalResults) &&
    rows.length > 0 &&
    rows.length < said &&
    (number > 1 || rows.length < page.totalResults)
    ? { size: rows.length, last: Math.ceil(page.totalResults / said) }
    : undefined
}

/** The page number in a link's query. Digits are never escaped there, nor is the name before them. */
const pageNumberOf = (href: string): number | undefined => {
  const number = /^[^?#]*\?(?:[^#]*?&)?page=(\d{1,15})(?:[&#]|$)/.exec(href)?.[1]
  return number === undefined ? undefined : Number(number)
}

// -----------------------------------------------------------------------------
// What is wrong
// -----------------------------------------------------------------------------

const wrong = (page: number, message: string) => new CodatError.Pagination({ page, message })

const tooMuch = (page: number, what: string) =>
  wrong(page, `the list ${what} while it was read, more than can be made up for: list it again`)

const endless = (page: number) =>
  wrong(page, `the last ${maxBarrenPages} pages had no new row, and still there is a next one`)

const paginationError = ({ operation, query }: Run, reason: CodatError.Pagination) =>
  Call.fail({ operation, method: "GET" }, reason, { page: reason.page, query })
