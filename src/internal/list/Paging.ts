/**
 * Reads all pages of a list: lazily, in order, and each row once, even while the list changes.
 *
 * Codat counts pages by position, so a row that leaves the list moves all rows behind it forward, some of them onto
 * pages that were read already. The totals show this: when the total shrinks, reading goes back by as many rows, and
 * skips, by id, the rows that were given already.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as CodatError from "../../CodatError.ts"
import type { Page } from "../../Page.ts"
import * as Call from "../call/Call.ts"
import { isSame } from "../Same.ts"
import type { Fetched } from "./Numbers.ts"
import * as Numbers from "./Numbers.ts"
import * as Seen from "./Seen.ts"

/** The most successive pages without a new row. With more, reading fails: the quota can be 2,000 requests a day. */
const maxPagesWithoutNew = 10

export interface Options {
  readonly operation: string
  readonly query: string | undefined
  readonly startPage: number
  readonly pageSize: number | undefined
  readonly concurrency: number
  /** The id of a row; undefined for a row without one. */
  readonly idOf: (row: unknown) => unknown
}

/**
 * Makes a fetched page. Its undecoded rows can hold secrets, so they are not enumerable: a page that is printed, such
 * as the result on a span, does not show them.
 */
export const fetched = <A>(page: Page<A>, rows: ReadonlyArray<unknown>): Fetched<A> =>
  // `defineProperty` adds the property that is missing here.
  Object.defineProperty({ page } as Fetched<A>, "rows", { value: rows })

/** The state of one run of a stream. */
interface Run extends Options, Numbers.Sizes {
  /** The total on the newest page. */
  total: number | undefined
  /** Rows read so far. Those that are read again count once. */
  received: number
  /** How many of the next rows may have been given already, because new rows were added before them. */
  ahead: number
  /** Successive pages without a new row. */
  pagesWithoutNew: number
  /** The number of pages that reading has gone back by since the last new row. */
  goneBack: number
  /** The rows of the page that was read last. */
  last: ReadonlyArray<unknown>
  readonly seen: Seen.Seen
}

/** The page to read next, or the error to fail with after the rows that were just given. */
type State = number | CodatError.Pagination

type Step<B> = readonly [ReadonlyArray<B>, Option.Option<State>]

/** There is no such page: the list ended with the page before it. */
type End = "end"

type Read<A, R> = (page: number) => Effect.Effect<Fetched<A> | End, CodatError.CodatError, R>

/** Gives pages, in the order in which they are asked for. */
interface Source<A, R> {
  readonly read: Read<A, R>
  /** Discards the pages that were fetched ahead, and gives the totals of those that have arrived. */
  readonly drop: Effect.Effect<ReadonlyArray<number>>
}

/**
 * Streams what `emit` takes from each page, from `startPage` on. The first page is fetched alone, because its total
 * says how many there are. With a concurrency above one, the pages after it are then fetched ahead.
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
        received: 0,
        ahead: 0,
        pagesWithoutNew: 0,
        goneBack: 0,
        last: [],
        seen: Seen.make()
      }
      const readPage = reader(fetch, run)
      const source: Source<A, R> =
        options.concurrency === 1
          ? { read: readPage, drop: Effect.succeed([]) }
          : prefetch(readPage, scope, run)
      // An error found after a page is the next state, so that the rows of the page are given before it.
      return Stream.paginate<State, B, CodatError.CodatError, R>(options.startPage, (state) =>
        typeof state === "number"
          ? Effect.flatMap(source.read(state), (fetched) =>
              follow(run, source, readPage, state, fetched, emit)
            )
          : paginationError(run, state.page, state.message)
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
      const other = Numbers.otherPage(page, number)
      if (other !== undefined) return paginationError(run, number, other)
      const numbered = pageNumber === number ? given : fetched({ ...page, pageNumber: number }, rows)
      if (number === run.startPage && run.clamped === undefined)
        run.clamped = Numbers.clampOf(numbered, number, run)
      return Effect.succeed<Fetched<A> | End>(numbered)
    })
    return probe ? Effect.catchReason(read, "CodatError", "NotFound", () => endOfList) : read
  }

const endOfList = Effect.succeed<End>("end")

/** Whether a page may not exist: it is past the last page if the page size that the first page states is right. */
const isProbe = (number: number, { clamped }: Run): boolean => clamped !== undefined && number > clamped.last

/**
 * Fetches up to `concurrency` pages at the same time once the total is known. Their results are read in order, so that
 * the failure of a page past the end of the list cannot fail the stream.
 */
const prefetch = <A, R>(read: Read<A, R>, scope: Scope.Scope, run: Run): Source<A, R> => {
  const awaited: Array<Fiber.Fiber<Fetched<A> | End, CodatError.CodatError>> = []
  return {
    read: Effect.fnUntraced(function* (number) {
      const last =
        run.total === undefined
          ? 0
          : Math.ceil(run.total / (run.clamped?.size ?? Numbers.requestedSizeOf(run)))
      while (awaited.length < run.concurrency && number + awaited.length <= last) {
        awaited.push(yield* Effect.forkIn(read(number + awaited.length), scope, { startImmediately: true }))
      }
      const first = awaited[0]
      const fetched = yield* first === undefined ? read(number) : Fiber.join(first)
      // Removed only after it has arrived: a reader that is interrupted and reads again must get the same page.
      awaited.shift()
      return fetched
    }),
    drop: Effect.suspend(() => {
      const dropped = awaited.splice(0)
      const totals = dropped.flatMap((fiber) => {
        const exit = fiber.pollUnsafe()
        const total =
          exit?._tag === "Success" && exit.value !== "end" ? Numbers.totalOf(exit.value.page) : undefined
        return total === undefined ? [] : [total]
      })
      return Effect.as(Effect.forEach(dropped, Fiber.interrupt, { discard: true }), totals)
    })
  }
}

// -----------------------------------------------------------------------------
// Following the list
// -----------------------------------------------------------------------------

const continueWith = <B>(rows: ReadonlyArray<B>, next: State): Effect.Effect<Step<B>> =>
  Effect.succeed([rows, Option.some(next)])

const stop = <B>(rows: ReadonlyArray<B>): Effect.Effect<Step<B>> => Effect.succeed([rows, Option.none()])

/** Compares the totals, and decides what to do after a page: accept it, go back, or fail. */
const follow = <A, B, R>(
  run: Run,
  source: Source<A, R>,
  readAgain: Read<A, R>,
  number: number,
  fetched: Fetched<A> | End,
  emit: (page: Page<A>) => ReadonlyArray<B>
): Effect.Effect<Step<B>, CodatError.CodatError, R> => {
  if (fetched === "end") return end(run, number, [])
  const before = run.total
  const total = Numbers.totalOf(fetched.page)
  if (total !== undefined) run.total = total
  const grown = total === undefined || before === undefined ? 0 : total - before
  // Before page 1 nothing was given, so nothing can be lost.
  if (grown === 0 || (grown < 0 && number === 1)) return accept(run, number, fetched, emit, false)
  if (grown < 0) return goBack(run, source, number, -grown, fetched)
  run.ahead += grown
  // Rows that come again are recognized while their ids are remembered, and as many new rows may come before them.
  if (run.seen.covers(2 * run.ahead)) return accept(run, number, fetched, emit, true)
  // The list grew by more rows than are remembered. That is harmless when they were added after this position. If they
  // were added before it, the page before this one now has other rows.
  return Effect.flatMap(readAgain(number - 1), (previous) => {
    if (previous === "end" || !repeatsLast(run, previous)) {
      return changedTooMuch(run, number, `grew from ${before} to ${total}`)
    }
    run.ahead -= grown
    return accept(run, number, fetched, emit, false)
  })
}

/**
 * Goes back to the page with the first row that may not have been given. The pages that were fetched ahead are out of
 * date, but their totals still show how many more rows were added and removed.
 */
const goBack = <A, B, R>(
  run: Run,
  source: Source<A, R>,
  number: number,
  lost: number,
  { page }: Fetched<A>
): Effect.Effect<Step<B>, CodatError.CodatError> =>
  Effect.flatMap(source.drop, (totals) => {
    let removed = lost
    for (const total of totals) {
      const before = run.total ?? total
      if (total < before) removed += before - total
      else run.ahead += total - before
      run.total = total
    }
    const size = Numbers.sizeOf(page, run)
    const back = Math.floor(Math.max(0, (number - 1) * size - removed) / size) + 1
    if (!run.seen.covers((number - back) * size + 2 * run.ahead)) {
      return changedTooMuch(run, number, `lost ${removed} rows`)
    }
    // The rows from there on are read again.
    run.received = (back - 1) * size - Numbers.rowsBefore(run)
    run.goneBack += number - back
    return isEndless(run) ? endless(run, number) : continueWith([], back)
  })

/**
 * Gives the new rows of a page, and goes on to the next one. `mayRepeat` says that rows were added, so that those of
 * the page before may come again.
 */
const accept = <A, B>(
  run: Run,
  number: number,
  fetched: Fetched<A>,
  emit: (page: Page<A>) => ReadonlyArray<B>,
  mayRepeat: boolean
): Effect.Effect<Step<B>, CodatError.CodatError> => {
  const { page, rows } = fetched
  const isExpected = !isProbe(number, run)
  if (
    rows.length === 0 &&
    run.total !== undefined &&
    (number - 1) * Numbers.sizeOf(page, run) < run.total &&
    isExpected
  ) {
    return paginationError(run, number, Numbers.emptyPage(number, run.total))
  }
  if (!mayRepeat && Numbers.isWithoutLinks(page) && run.goneBack === 0 && repeatsLast(run, fetched)) {
    return isExpected
      ? paginationError(run, number, `page ${number} has the same rows as the page before it`)
      : stop([])
  }
  const wasRead = isBeyond(run, fetched)
  const fresh = remember(run, fetched)
  const hasNew = fresh.results.length > 0 && !wasRead
  if (hasNew) {
    run.pagesWithoutNew = 0
    run.goneBack = 0
  }
  // A page whose rows were all given already is not given again, unless it reports rows that were skipped.
  const isRepeated = fresh !== page && fresh.results.length === 0 && fresh.skipped === undefined
  const given = isRepeated ? [] : emit(fresh)
  const next = Numbers.nextAfter(fetched, number, run)
  if (next === false) return end(run, number, given)
  if (!hasNew && isEndless(run)) return endless(run, number)
  return continueWith(given, next === true ? number + 1 : next)
}

/** Adds a page to what was read, and returns it without the rows that were given already. */
const remember = <A>(run: Run, { page, rows }: Fetched<A>): Page<A> => {
  const isNew = run.seen.add(page.results.map(run.idOf))
  run.received += rows.length
  run.ahead = Math.max(0, run.ahead - rows.length)
  run.last = rows
  return isNew === undefined ? page : { ...page, results: page.results.filter((_, index) => isNew[index]) }
}

/**
 * Whether rows without an id cannot be new: as many as the total were read before, or, without a total, they are those
 * of the page before.
 */
const isBeyond = <A>(run: Run, fetched: Fetched<A>): boolean =>
  run.idOf(fetched.rows[0]) === undefined &&
  (run.total === undefined ? repeatsLast(run, fetched) : run.received >= run.total)

/** Counts a page without a new row, and tells whether there were too many. Pages read again do not count. */
const isEndless = (run: Run): boolean => ++run.pagesWithoutNew > maxPagesWithoutNew + run.goneBack

/** Ends the stream, with an error when fewer rows were read than there are by the newest total. */
const end = <B>(
  run: Run,
  number: number,
  rows: ReadonlyArray<B>
): Effect.Effect<Step<B>, CodatError.CodatError> => {
  const { total } = run
  const read = Numbers.rowsBefore(run) + run.received
  return total === undefined || read >= total
    ? stop(rows)
    : continueWith(rows, Numbers.fault(number, `the list ended after ${read} of ${total} rows`))
}

/**
 * Whether a page has the same rows as the page that was read last. Rows are compared by their ids, because other parts,
 * such as the one-time password of a link, may change between readings. Rows without an id are compared as a whole.
 */
const repeatsLast = <A>({ idOf, last }: Run, { rows }: Fetched<A>): boolean =>
  rows.length > 0 &&
  rows.length === last.length &&
  rows.every((row, index) => isSame(idOf(row) ?? row, idOf(last[index]) ?? last[index]))

// -----------------------------------------------------------------------------
// Errors
// -----------------------------------------------------------------------------

const changedTooMuch = (run: Run, page: number, what: string) =>
  paginationError(
    run,
    page,
    `the list ${what} while it was read, which is more than can be corrected: list it again`
  )

const endless = (run: Run, page: number) =>
  paginationError(
    run,
    page,
    `the last ${maxPagesWithoutNew} pages had no new row, but there is still a next one`
  )

const paginationError = ({ operation, query }: Run, page: number, message: string) =>
  Call.fail({ operation, method: "GET" }, Numbers.fault(page, message), { page, query })
