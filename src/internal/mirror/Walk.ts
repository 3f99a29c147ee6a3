/**
 * Reads all companies page by page. A crash loses only the pages that were being read.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { SqlError } from "effect/sql/SqlError"
import { type CodatError, isCodatError } from "../../CodatError.ts"
import { IncompleteListing, MirrorError, Superseded, TooManyMissing } from "../../MirrorError.ts"
import * as Apply from "./Apply.ts"
import * as Faults from "./Faults.ts"
import * as Fetch from "./Fetch.ts"
import * as Progress from "./Progress.ts"
import type * as Reader from "./Reader.ts"
import { type OnWritten, refetch } from "./Refetch.ts"
import type { Store, Transaction } from "./Store.ts"
import type { Walk } from "./WalkRow.ts"

export interface Options {
  readonly pageSize: number
  readonly concurrency: number
  readonly reserve: number
  /** Undefined for a tenth of the table's companies, and at least ten. */
  readonly maxMissing: number | undefined
  readonly onPage: (page: PageRead) => Effect.Effect<void>
}

/** A page whose rows have been written. */
export interface PageRead {
  readonly page: number
  readonly totalPages?: number | undefined
  readonly companies: number
  readonly changes: number
}

type Failure = CodatError | SqlError | MirrorError

/** How many times a listing is read that shows fewer rows than its total, before the walk fails. */
const maxRounds = 3

/** How many missing companies one query returns. */
const batch = 200

// -----------------------------------------------------------------------------
// Starting
// -----------------------------------------------------------------------------

/**
 * How long a walk may stay open after its newest page, in milliseconds, before the next call starts a new one. Otherwise
 * a single page or company that Codat fails for would keep the walk open, and no earlier page would be read again. A day
 * can pass between two pages because the quota is used up.
 */
const maxPause = { pages: 25 * 3_600_000, confirm: 3_600_000, done: 0 }

/** Resumes the open walk, or starts a new one. Returns the walk's first number, and whether it was resumed. */
export const open = (
  store: Store,
  { pageSize }: Options
): Effect.Effect<{ readonly firstSeq: number; readonly resumed: boolean }, SqlError> =>
  Effect.flatMap(store.next, (firstSeq) =>
    store.write(({ at, walk }) =>
      Effect.gen(function* () {
        // A time far ahead was written by a clock that was wrong.
        const pause = Math.abs((yield* Clock.currentTimeMillis) - Date.parse(walk.pageAt ?? at))
        const isOld = pause > maxPause[walk.phase]
        // A checkpoint cannot be used with another page size, because pages then start at other rows.
        if (walk.phase !== "done" && walk.pageSize === pageSize && !isOld) {
          return { firstSeq: walk.firstSeq, resumed: true }
        }
        yield* store.sql`UPDATE codat_walks SET
          phase = 'pages', first_seq = ${firstSeq}, page_size = ${pageSize}, next_page = 1, round = 1, total = NULL,
          total_pages = NULL, pages = 0, skipped = 0, candidates = 0, removed = 0, changes = 0,
          started_at = ${at}, page_at = ${at} WHERE account = ${store.account}`
        return { firstSeq, resumed: false }
      })
    )
  )

// -----------------------------------------------------------------------------
// Pages
// -----------------------------------------------------------------------------

/** Codat may return smaller pages than requested. */
const sizeOf = (page: Fetch.Fetched, walk: Walk): number =>
  page.pageSize > 0 ? Math.min(page.pageSize, walk.pageSize) : walk.pageSize

const isLast = (page: Fetch.Fetched, walk: Walk): boolean => {
  if (page._links?.next?.href !== undefined) return false
  if (page.length === 0) return true
  if (page.totalResults !== undefined) return page.number * sizeOf(page, walk) >= page.totalResults
  return page.length < sizeOf(page, walk)
}

/**
 * The page to read next. When the total became smaller, companies on earlier pages were deleted, and rows moved from this
 * page to the page before it. That page is then read again.
 */
const nextPage = (page: Fetch.Fetched, walk: Walk): number => {
  const deleted = (walk.total ?? 0) - (page.totalResults ?? walk.total ?? 0)
  if (deleted <= 0) return page.number + 1
  return Math.max(1, page.number - Math.ceil(deleted / sizeOf(page, walk)))
}

/**
 * Writes a page and moves the checkpoint in one transaction. Fails with `Superseded` when the checkpoint has moved since.
 * `goesOn` tells whether the pages that are being fetched ahead are still the next ones.
 */
const write = (store: Store, firstSeq: number, page: Fetch.Fetched) =>
  store.write((transaction) =>
    Effect.gen(function* () {
      const { walk } = transaction
      if (walk.firstSeq !== firstSeq || walk.phase !== "pages" || walk.nextPage !== page.number) {
        return yield* superseded(store, page.number)
      }
      // Without a total, nothing would later show that rows are missing, so the failure is not ignored.
      if (page.failure !== undefined && walk.total === undefined) return yield* page.failure
      yield* Apply.found(store, transaction, page)
      const next = nextPage(page, walk)
      const goesOn = next === page.number + 1
      const phase = goesOn && isLast(page, walk) ? "confirm" : "pages"
      const total = page.totalResults ?? walk.total ?? null
      const totalPages = total === null ? null : Math.max(1, Math.ceil(total / sizeOf(page, walk)))
      yield* store.sql`UPDATE codat_walks SET
        next_page = ${next}, phase = ${phase}, total = ${total}, total_pages = ${totalPages}, pages = pages + 1,
        skipped = skipped + ${page.anonymous}, changes = changes + ${transaction.changes.length},
        page_at = ${transaction.at}
        WHERE account = ${store.account} AND next_page = ${page.number}`
      return {
        goesOn: goesOn && phase === "pages",
        next: phase === "pages" ? next : undefined,
        read: {
          page: page.number,
          totalPages: totalPages ?? undefined,
          companies: page.companies.length,
          changes: transaction.changes.length
        }
      }
    })
  )

const superseded = (store: Store, page?: number) =>
  new MirrorError({ account: store.account, reason: new Superseded(page === undefined ? {} : { page }) })

const checkpoint = (store: Store): Effect.Effect<Walk, SqlError> =>
  store.write(({ walk }) => Effect.succeed(walk))

/** Closes a walk whose pages do not advance. */
const abandon = ({ account, sql }: Store, firstSeq: number): Effect.Effect<void, SqlError> =>
  Effect.asVoid(sql`UPDATE codat_walks SET phase = 'done'
    WHERE account = ${account} AND first_seq = ${firstSeq} AND phase = 'pages'`)

/** Reads the remaining pages. As many pages as the total promises are fetched ahead, up to `concurrency`. */
export const pages = Effect.fnUntraced(function* <R>(
  store: Store,
  reader: Reader.Reader<R>,
  firstSeq: number,
  options: Options
): Effect.fn.Return<void, Failure, R> {
  const makesProgress = Progress.make()
  const fetch = Fetch.make(store, reader, options.reserve)
  while (true) {
    const walk = yield* checkpoint(store)
    if (walk.firstSeq !== firstSeq) return yield* superseded(store)
    if (walk.phase !== "pages") return
    yield* Stream.range(walk.nextPage, Math.max(walk.nextPage, walk.totalPages ?? 1)).pipe(
      // A page that fails must not keep the ones before it from being written.
      Stream.mapEffect((number) => Effect.result(fetch(number)), { concurrency: options.concurrency }),
      Stream.mapEffect((fetched) => Effect.fromResult(fetched)),
      Stream.mapEffect((page) =>
        write(store, firstSeq, page).pipe(
          Effect.tap(({ read }) => options.onPage(read)),
          Effect.filterOrFail(
            ({ next }) =>
              next === undefined ||
              makesProgress({ ...page, ids: Fetch.idsOf(page), next, total: page.totalResults }),
            () =>
              Fetch.paginationError(page.number, "the pages show nothing new, and still link to a next one")
          )
        )
      ),
      Stream.takeWhile(({ goesOn }) => goesOn),
      Stream.runDrain,
      // There is no page to resume from: the next walk starts at the first page.
      Effect.tapError((error: Failure) =>
        isCodatError(error) && error.reason._tag === "Pagination" ? abandon(store, firstSeq) : Effect.void
      )
    )
  }
})

// -----------------------------------------------------------------------------
// Companies that no page showed
// -----------------------------------------------------------------------------

const close = ({ account, sql }: Store) =>
  sql`UPDATE codat_walks SET phase = 'done' WHERE account = ${account}`

const count = (store: Store, seen: boolean, firstSeq: number) =>
  Effect.map(
    store.sql<{ readonly n: unknown }>`SELECT count(*) AS n FROM codat_companies
      WHERE account = ${store.account} AND removed_at IS NULL
      AND ${store.sql.literal(seen ? "read_seq >=" : "read_seq <")} ${firstSeq}`,
    ([row]) => Number(row?.n)
  )

/**
 * Decides what follows when all pages have been read: "again" when fewer rows were seen than the total says, "confirm"
 * when the missing companies can be read by their ids, or a failure.
 */
const checkListing = (store: Store, transaction: Transaction, firstSeq: number, options: Options) =>
  Effect.gen(function* () {
    const { walk } = transaction
    const undecodable = (yield* Faults.countNew(store, firstSeq)) + walk.skipped
    const seen = (yield* count(store, true, firstSeq)) + undecodable
    const candidates = yield* count(store, false, firstSeq)
    if (walk.total !== undefined && seen < walk.total) {
      if (walk.round >= maxRounds) {
        yield* close(store)
        return new IncompleteListing({ seen, total: walk.total })
      }
      yield* store.sql`UPDATE codat_walks SET
        phase = 'pages', next_page = 1, round = round + 1, skipped = 0, total = NULL WHERE account = ${store.account}`
      return "again"
    }
    const maxMissing = options.maxMissing ?? Math.max(10, Math.ceil((seen + candidates) / 10))
    if (candidates > maxMissing) {
      yield* close(store)
      return new TooManyMissing({ candidates, maxMissing })
    }
    // A walk that is resumed here has read some of them already.
    yield* store.sql`UPDATE codat_walks SET candidates = ${Math.max(walk.candidates, candidates)}
      WHERE account = ${store.account}`
    return "confirm"
  })

/** Reads each company that no page showed by its id. Only a 404 from Codat removes it. */
export const confirm = Effect.fnUntraced(function* <R>(
  store: Store,
  reader: Reader.Reader<R>,
  firstSeq: number,
  options: Options
): Effect.fn.Return<"again" | "confirmed", Failure, R> {
  const decision = yield* store.write((transaction) =>
    Effect.gen(function* () {
      const { walk } = transaction
      if (walk.firstSeq !== firstSeq || walk.phase !== "confirm") return yield* superseded(store)
      return yield* checkListing(store, transaction, firstSeq, options)
    })
  )
  if (decision === "again") return decision
  if (decision !== "confirm") return yield* new MirrorError({ account: store.account, reason: decision })
  while (true) {
    const missing = yield* store.sql<{ readonly company_id: string }>`
      SELECT company_id FROM codat_companies
      WHERE account = ${store.account} AND removed_at IS NULL AND read_seq < ${firstSeq}
      ORDER BY applied_seq, company_id LIMIT ${batch}`
    if (missing.length === 0) return "confirmed"
    const ids = missing.map(({ company_id }) => company_id)
    yield* refetch(store, reader, ids, options, tally(store, firstSeq)).pipe(
      Effect.tapError((error) => (isCodatError(error) ? postpone(store, firstSeq, ids) : Effect.void))
    )
  }
})

/** Moves companies that could not be read behind the other ones, with which the next call then starts. */
const postpone = ({ account, isOneOf, sql, write }: Store, firstSeq: number, ids: ReadonlyArray<string>) =>
  write(
    ({ seq }) =>
      sql`UPDATE codat_companies SET applied_seq = ${seq}
        WHERE account = ${account} AND read_seq < ${firstSeq} AND ${isOneOf(ids)}`
  )

/** Adds to the counts of the walk. */
export const tally =
  ({ account, sql }: Store, firstSeq: number): OnWritten =>
  ({ changes, removed }) =>
    sql`UPDATE codat_walks SET
      changes = changes + ${changes}, removed = removed + ${removed}
      WHERE account = ${account} AND first_seq = ${firstSeq}`

/** A walk that has ended, and what could not be decoded. */
export interface Finished extends Walk {
  readonly invalid: Faults.Counts
  readonly faults: ReadonlyArray<Faults.Fault>
}

/** How many faults a report contains. */
const maxFaults = 100

/** Closes the walk. Events that name no company are done, because every company has been read since. */
export const finish = (store: Store, firstSeq: number): Effect.Effect<Finished, SqlError | MirrorError> =>
  store.write((transaction) =>
    Effect.gen(function* () {
      const { at, walk } = transaction
      if (walk.firstSeq !== firstSeq || walk.phase !== "confirm") return yield* superseded(store)
      yield* store.sql`UPDATE codat_walks SET phase = 'done', finished_at = ${at} WHERE account = ${store.account}`
      yield* store.sql`UPDATE codat_events SET done_at = ${at}
        WHERE account = ${store.account} AND done_at IS NULL AND company_id IS NULL AND seq < ${firstSeq}`
      yield* Faults.removeBefore(store, firstSeq)
      const { companies, connections } = yield* Faults.count(store)
      return {
        ...walk,
        phase: "done",
        finishedAt: at,
        invalid: { companies: companies + walk.skipped, connections },
        faults: yield* Faults.list(store, maxFaults)
      }
    })
  )
