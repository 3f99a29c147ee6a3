/**
 * A table of every connection, kept in a SQL database: who is linked, who lost access, what failed.
 *
 * Nothing is deleted only because a listing did not show it, and older data never replaces newer. A walk costs little
 * more than a listing, goes on at the page where it was interrupted, and stores no secret. Your queries can join the
 * tables `codat_companies` and `codat_connections`.
 *
 * @module Mirror
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as Migrator from "effect/sql/Migrator"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Auth } from "./Auth.ts"
import { type CodatError, Pagination } from "./CodatError.ts"
import * as Companies from "./Companies.ts"
import { refusedBy } from "./internal/call/Refused.ts"
import * as Events from "./internal/mirror/Events.ts"
import * as Feed from "./internal/mirror/Feed.ts"
import * as MirrorOptions from "./internal/mirror/Options.ts"
import { prune } from "./internal/mirror/Prune.ts"
import type { Reader } from "./internal/mirror/Reader.ts"
import type { OnWritten, Outcome } from "./internal/mirror/Refetch.ts"
import { status } from "./internal/mirror/Status.ts"
import * as Store from "./internal/mirror/Store.ts"
import * as Tables from "./internal/mirror/Tables.ts"
import { readCommitted, withoutDefects } from "./internal/mirror/Transaction.ts"
import * as Walk from "./internal/mirror/Walk.ts"
import { isMirrorError, type MirrorError } from "./MirrorError.ts"
import * as RateLimit from "./RateLimit.ts"
import * as Webhook from "./Webhook.ts"
import type { WebhookEvent } from "./WebhookEvent.ts"

// -----------------------------------------------------------------------------
// Models
// -----------------------------------------------------------------------------

/**
 * A company or a connection that could not be decoded when it was last read.
 *
 * **Details**
 *
 * Of the value itself it holds only ids. All faults are in the table `codat_faults`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Fault {
  /** The id of the company, a UUID. */
  readonly companyId: string
  /** What could not be decoded: the whole company, or one of its connections. Its earlier row, if any, is kept. */
  readonly kind: "company" | "connection"
  /** The connection; absent where it has no id that is a string. */
  readonly connectionId?: string | undefined
  /** Where in the company the fault is, such as `dataConnections[2].created`. */
  readonly path: string
  /** What was expected there. */
  readonly message: string
}

/**
 * The result of a walk, which reads all companies. It counts from the start of the walk, also when the walk was
 * interrupted and resumed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Report {
  /**
   * Whether this walk was started by an earlier call and was interrupted. Its first pages are as old as that call: only
   * a new walk shows the present state of all companies.
   */
  readonly resumed: boolean
  /** Pages that were read. */
  readonly pages: number
  /** The listing's own total, where it has one. */
  readonly totalCompanies?: number | undefined
  /** Companies that the table had and the listing did not show. Each was then read by its id. */
  readonly candidates: number
  /** Companies that were removed, because Codat answered 404 for them. */
  readonly removed: number
  /**
   * Companies that could not be decoded. Their rows in the table are kept unchanged; new ones are not added. Each row
   * of the listing without an id counts as one company.
   */
  readonly invalid: number
  /**
   * Connections that could not be decoded although the rest of their company could. Their rows are kept unchanged; new
   * ones are not added.
   */
  readonly invalidConnections: number
  /** The first 100 faults that have an id, ordered by the company's id. */
  readonly faults: ReadonlyArray<Fault>
  /** Records that were added to `codat_changes`. */
  readonly changes: number
}

/**
 * The result of `heal`, which reads the companies that events have marked.
 *
 * @category models
 * @since 0.1.0
 */
export interface Healed {
  /** Companies that were read. */
  readonly read: number
  /** Companies that were removed, because Codat answered 404 for them. */
  readonly removed: number
  /** Companies that could not be decoded, and were kept unchanged. */
  readonly invalid: number
  /** Records that were added to `codat_changes`. */
  readonly changes: number
}

/**
 * What happened to a company or a connection in the tables.
 *
 * @category models
 * @since 0.1.0
 */
export type ChangeKind =
  | "company.added"
  | "company.changed"
  | "company.removed"
  | "connection.added"
  | "connection.changed"
  | "connection.removed"

/**
 * A change of the tables, as recorded in `codat_changes`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Change {
  /** The number of this change: pass it as `after` to read on from here. Each account counts from 1, without gaps. */
  readonly cursor: number
  /** What changed and how, such as `connection.added`. */
  readonly kind: ChangeKind
  /** The id of the company, a UUID; of a changed connection, the company that it belongs to. */
  readonly companyId: string
  /** Absent when the company itself changed. */
  readonly connectionId?: string | undefined
  /** The fields that changed, by Codat's names, such as `status`; empty for what was added or removed. */
  readonly fields: ReadonlyArray<string>
  /** When the change was written. */
  readonly at: DateTime.Utc
}

/**
 * Which changes to read, and whether to wait for new ones.
 *
 * @category models
 * @since 0.1.0
 */
export interface ChangesOptions {
  /**
   * The cursor of the last change that was handled; 0 is before the first change.
   *
   * @default before the oldest change that is kept
   */
  readonly after?: number | undefined
  /**
   * Whether the stream waits for new changes instead of ending.
   *
   * @default false
   */
  readonly live?: boolean | undefined
  /**
   * How often a live stream looks for new changes in the table.
   *
   * @default "1 second"
   */
  readonly pollInterval?: Duration.Input | undefined
}

/**
 * The state of the mirror.
 *
 * @category models
 * @since 0.1.0
 */
export interface Status {
  /** The walk that has started and not ended; absent when there is none. */
  readonly walk?:
    | {
        /** When the walk started; it stays the same when the walk is resumed. */
        readonly startedAt: DateTime.Utc
        /** The pages before the one that is read next; it decreases when pages are read again after a deletion. */
        readonly pagesDone: number
        /** Absent until a page with the listing's total was read. */
        readonly totalPages?: number | undefined
      }
    | undefined
  /** When a walk last succeeded; absent when none has. */
  readonly lastReconciledAt?: DateTime.Utc | undefined
  /** Companies that events have marked and that have not been read since. */
  readonly dirtyCompanies: number
  /**
   * When the oldest event arrived whose company has not been read since; absent when there is none. An event that names
   * no known company counts until a walk has read all companies, but is not in `dirtyCompanies`.
   */
  readonly oldestDirtyAt?: DateTime.Utc | undefined
  /** Companies that could not be decoded when they were last read: their rows are older than that, or do not exist. */
  readonly invalidCompanies: number
  /** Connections that could not be decoded when their company was last read, although the rest of it could. */
  readonly invalidConnections: number
  /** The cursor of the newest change. */
  readonly cursor: number
}

/**
 * What `reconcile` and `heal` can fail with.
 *
 * @category models
 * @since 0.1.0
 */
export type Failure = CodatError | MirrorError | SqlError

/**
 * The mirror of one account.
 *
 * **Example** (How many companies are waiting to be read)
 *
 * ```ts
 * import { Effect } from "effect"
 * import * as Mirror from "effect-codat/Mirror"
 *
 * const waiting = Mirror.Mirror.use((mirror) => Effect.map(mirror.status, ({ dirtyCompanies }) => dirtyCompanies))
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export class Mirror extends Context.Service<
  Mirror,
  {
    /** The option `account`, which the first column of each table holds. */
    readonly account: string
    /**
     * Walks: reads all companies page by page, from where the last walk was interrupted or else from the first page;
     * then reads by its id each company that no page showed, and the companies that events have marked. In a process,
     * one walk runs at a time.
     *
     * Fails with `MirrorError` of reason `TooManyMissing`, `IncompleteListing` or `Superseded`, with `CodatError` or
     * with `SqlError`. After a `CodatError` or `SqlError` the walk stays open, and the next call goes on with it. Only
     * a `CodatError` of reason `Pagination` closes it, because the listing's pages do not advance. A walk that has
     * written no page for 25 hours, or that is still open an hour after its last page, is started again: so that a page
     * or a company for which Codat always fails does not keep the others out of date.
     */
    readonly reconcile: Effect.Effect<Report, Failure, HttpClient.HttpClient | Auth>
    /** Reads the companies that events have marked. Those that it could not read stay marked. */
    readonly heal: Effect.Effect<Healed, Failure, HttpClient.HttpClient | Auth>
    /**
     * Marks the company that an event is about. Inside a transaction of the same `SqlClient` the mark is part of that
     * transaction. Events about neither a company nor a connection do nothing. Only the ids of a payload are needed, so
     * an `Unrecognized` event whose type begins with `company.` or `connection.` marks its company as well; one without
     * ids counts in {@link Status.oldestDirtyAt} until the next walk.
     */
    readonly apply: (event: WebhookEvent) => Effect.Effect<void, SqlError>
    /**
     * The changes in the order in which they became visible. Fails with `MirrorError` of reason `CursorExpired` when
     * changes after the cursor have been deleted because of their age, or when no change has had the cursor yet.
     * Invalid options are a defect.
     */
    readonly changes: (options?: ChangesOptions) => Stream.Stream<Change, MirrorError | SqlError>
    /** The state of the mirror. */
    readonly status: Effect.Effect<Status, SqlError>
  }
>()("effect-codat/Mirror") {}

// -----------------------------------------------------------------------------
// Layers
// -----------------------------------------------------------------------------

/**
 * A page whose rows have been written.
 *
 * @category models
 * @since 0.1.0
 */
export interface PageRead {
  /** The page of the list of companies, from 1. */
  readonly page: number
  /** How many pages the list has; absent until a page with its total was read. */
  readonly totalPages?: number | undefined
  /** Companies on the page. */
  readonly companies: number
  /** Records that the page added to `codat_changes`. */
  readonly changes: number
}

/**
 * The settings of a mirror.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * A name for the Codat account, held by the first column of each table. Each Codat account needs its own name and its
   * own `Auth`.
   *
   * @default "default"
   */
  readonly account?: string | undefined
  /**
   * Companies on a page, from 1 to 5000.
   *
   * @default 500
   */
  readonly pageSize?: number | undefined
  /**
   * How many pages, or single companies, are read at the same time; a whole number from 1.
   *
   * @default 4
   */
  readonly concurrency?: number | undefined
  /**
   * How many companies of the table may be missing from a listing. With more, the walk fails with `TooManyMissing`, and
   * none of them is read or removed.
   *
   * @default a tenth of the companies, and at least 10
   */
  readonly maxMissing?: number | undefined
  /**
   * How many requests of the daily quota are reserved for other programs: when no more than that are left, the mirror
   * waits until the quota resets. Each `Codat.layer` has a quota of its own; with several accounts in one process whose
   * credentials are of `Auth.layerApiKey` or the like, give each a `RateLimit.layerQuota`.
   *
   * @default 0
   */
  readonly reserve?: number | undefined
  /**
   * How long changes, handled events and the empty rows of removed companies are kept, these rows at least a day;
   * `Duration.infinity` for ever.
   *
   * @default "30 days"
   */
  readonly keep?: Duration.Input | undefined
  /** Is called for each page after its rows have been written. */
  readonly onPage?: ((page: PageRead) => Effect.Effect<void>) | undefined
}

/**
 * Keeps a mirror in the database that is provided.
 *
 * **Details**
 *
 * The tables must exist: provide {@link layerMigrations} as well. Fails with `CodatError` of reason `InvalidRequest`
 * when an option is not valid.
 *
 * **Example** (In a file)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import * as Mirror from "effect-codat/Mirror"
 * import * as MirrorSqlite from "effect-codat/MirrorSqlite"
 *
 * const MirrorLive = Mirror.layer().pipe(
 *   Layer.provideMerge(Mirror.layerMigrations),
 *   Layer.provideMerge(MirrorSqlite.layer({ filename: "codat.db" }))
 * )
 *
 * const report = Mirror.Mirror.use((mirror) => mirror.reconcile).pipe(Effect.provide(MirrorLive))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: Options = {}
): Layer.Layer<Mirror, CodatError | SqlError, SqlClient.SqlClient> =>
  Layer.effect(
    Mirror,
    Effect.gen(function* () {
      const wrong = MirrorOptions.mistake("Mirror.layer", MirrorOptions.layer, options)
      if (wrong !== undefined) return yield* wrong
      const { account = "default", concurrency = 4, maxMissing, pageSize = 500, reserve = 0 } = options
      const onPage = options.onPage ?? (() => Effect.void)
      const walk: Walk.Options = { pageSize, concurrency, reserve, maxMissing, onPage }
      const keep = Duration.fromInputUnsafe(options.keep ?? "30 days")
      const store = Store.make(yield* SqlClient.SqlClient, account)
      yield* readCommitted(
        store.sql,
        store.sql`INSERT INTO codat_walks (account, phase, first_seq, page_size, next_page, round, pages, skipped,
        candidates, removed, changes, change_seq, pruned_seq)
        VALUES (${store.account}, 'done', 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT (account) DO NOTHING`
      )
      const reader = readerOf(pageSize)
      const walkLock = Semaphore.makeUnsafe(1)
      const healLock = Semaphore.makeUnsafe(1)
      const heal = (onWritten?: OnWritten) => healLock.withPermit(Events.heal(store, reader, walk, onWritten))
      const reconcile = Effect.gen(function* () {
        const { firstSeq, resumed } = yield* Walk.open(store, walk)
        // Before the walk and not after it, so that old rows are deleted also when the walk fails each time.
        yield* prune(store, keep)
        do {
          yield* Walk.pages(store, reader, firstSeq, walk)
        } while ((yield* Walk.confirm(store, reader, firstSeq, walk)) === "again")
        yield* heal(Walk.tally(store, firstSeq))
        const done = yield* Walk.finish(store, firstSeq)
        return {
          resumed,
          pages: done.pages,
          totalCompanies: done.total,
          candidates: done.candidates,
          removed: done.removed,
          invalid: done.invalid.companies,
          invalidConnections: done.invalid.connections,
          faults: done.faults,
          changes: done.changes
        }
      })
      return {
        account: store.account,
        reconcile: walkLock.withPermit(reconcile).pipe(withoutDefects, Effect.withSpan("Mirror.reconcile")),
        heal: Effect.map(heal(), (outcome: Outcome): Healed => outcome).pipe(
          withoutDefects,
          Effect.withSpan("Mirror.heal")
        ),
        apply: (event) => Events.apply(store, event),
        changes: (options = {}) => {
          const wrong = MirrorOptions.mistake("Mirror.changes", MirrorOptions.changes, options)
          return wrong === undefined
            ? Feed.changes(store, {
                after: options.after,
                live: options.live ?? false,
                pollInterval: Duration.fromInputUnsafe(options.pollInterval ?? "1 second")
              })
            : Stream.die(wrong)
        },
        status: status(store)
      }
    })
  )

/** In this order, companies that are created during a walk are on the last page, which it has not read yet. */
const orderBy = "created"

const readerOf = (pageSize: number): Reader<HttpClient.HttpClient | Auth> => ({
  page: (page) => Companies.page({ page, pageSize, orderBy }),
  lenientPage: (page) =>
    Companies.pages({ startPage: page, pageSize, orderBy, invalid: "skip" }).pipe(
      Stream.take(1),
      Stream.runCollect,
      Effect.flatMap(([first]) =>
        first === undefined
          ? Effect.fail(
              refusedBy("Companies.pages")(new Pagination({ page, message: `there is no page ${page}` }))
            )
          : Effect.succeed(first)
      )
    ),
  company: (companyId) => Companies.get({ companyId }),
  quota: RateLimit.quota
})

/**
 * Creates the tables, or updates them to this version, with Effect's `Migrator`.
 *
 * **Details**
 *
 * The migrations that have run are recorded in a separate table, `codat_migrations`, so they do not mix with your own.
 *
 * **Example** (The tables, and the mirror in them)
 *
 * ```ts
 * import { Layer } from "effect"
 * import * as Mirror from "effect-codat/Mirror"
 *
 * const MirrorLive = Layer.provideMerge(Mirror.layer(), Mirror.layerMigrations)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMigrations: Layer.Layer<never, Migrator.MigrationError | SqlError, SqlClient.SqlClient> =
  Layer.effectDiscard(
    Migrator.make({})({ loader: Migrator.fromRecord(Tables.migrations), table: "codat_migrations" })
  )

// -----------------------------------------------------------------------------
// Running
// -----------------------------------------------------------------------------

/**
 * A route that verifies a delivery, marks its company, and answers 200 after the mark is committed.
 *
 * **Details**
 *
 * Answers as `Webhook.handler` does. A message that is delivered again marks nothing, so no `Webhook.dedupe` is needed.
 *
 * **Example** (Mounting it)
 *
 * ```ts
 * import { Config, Effect, Layer } from "effect"
 * import { HttpRouter } from "effect/http"
 * import * as Mirror from "effect-codat/Mirror"
 *
 * const Webhooks = Layer.unwrap(
 *   Effect.map(Config.Redacted("CODAT_WEBHOOK_SECRET"), (secret) =>
 *     HttpRouter.add("POST", "/webhooks/codat", Mirror.handler({ secret }))
 *   )
 * )
 * ```
 *
 * **Example** (Two accounts on one server, each with its own mirror)
 *
 * ```ts
 * import { Layer, type Redacted } from "effect"
 * import { HttpRouter } from "effect/http"
 * import * as Mirror from "effect-codat/Mirror"
 *
 * const routeOf = (account: string, secret: Redacted.Redacted) =>
 *   HttpRouter.add("POST", `/webhooks/codat/${account}`, Mirror.handler({ secret })).pipe(
 *     HttpRouter.provideRequest(Mirror.layer({ account }))
 *   )
 *
 * const Webhooks = (harbour: Redacted.Redacted, mill: Redacted.Redacted) =>
 *   Layer.merge(routeOf("harbour", harbour), routeOf("mill", mill))
 * ```
 *
 * @category mirroring
 * @since 0.1.0
 */
export const handler = (
  options: Webhook.ReceiveOptions
): Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  never,
  HttpServerRequest.HttpServerRequest | Mirror
> => Webhook.handler((event) => Mirror.use((mirror) => mirror.apply(event)), options)

/**
 * How often {@link run} reads.
 *
 * @category models
 * @since 0.1.0
 */
export interface RunOptions {
  /**
   * How long after the end of a walk the next one begins.
   *
   * @default "1 hour"
   */
  readonly reconcileEvery?: Duration.Input | undefined
  /**
   * How often to look for marked companies.
   *
   * @default "2 seconds"
   */
  readonly healEvery?: Duration.Input | undefined
}

/**
 * Keeps the mirror up to date until it is interrupted: goes on with a walk that is open, starts a new one when the last
 * is old enough, and reads the companies that events mark.
 *
 * **When to use**
 *
 * In one process. Processes that share a database use `MirrorCluster.layer`, which runs this in one of them at a time.
 *
 * **Details**
 *
 * A failure is logged as an error, and the step is tried again: a walk after a minute or `reconcileEvery`, whichever is
 * shorter, and at least a second; the marked companies after 15 seconds or `healEvery`, whichever is longer. After
 * `TooManyMissing` or `IncompleteListing`, for which all pages were read, it waits for `reconcileEvery`, so that it
 * costs no more than the listings that were asked for. Invalid options are a defect.
 *
 * **Example** (As long as the program runs)
 *
 * ```ts
 * import { Layer } from "effect"
 * import * as Mirror from "effect-codat/Mirror"
 *
 * const Running = Layer.effectDiscard(Mirror.run({ reconcileEvery: "6 hours" }))
 * ```
 *
 * @category mirroring
 * @since 0.1.0
 */
export const run = (
  options: RunOptions = {}
): Effect.Effect<never, never, Mirror | HttpClient.HttpClient | Auth> =>
  Effect.gen(function* () {
    const wrong = MirrorOptions.mistake("Mirror.run", MirrorOptions.run, options)
    if (wrong !== undefined) return yield* Effect.die(wrong)
    const mirror = yield* Mirror
    const reconcileEvery = Duration.fromInputUnsafe(options.reconcileEvery ?? "1 hour")
    const healEvery = Duration.fromInputUnsafe(options.healEvery ?? "2 seconds")
    const retryAfter = Duration.clamp(reconcileEvery, {
      minimum: Duration.seconds(1),
      maximum: Duration.minutes(1)
    })
    const walk = Effect.gen(function* () {
      const { lastReconciledAt, walk } = yield* mirror.status
      if (walk === undefined && lastReconciledAt !== undefined) {
        // A time far ahead was written by a clock that was wrong.
        const age = Math.abs((yield* Clock.currentTimeMillis) - DateTime.toEpochMillis(lastReconciledAt))
        const wait = Duration.toMillis(reconcileEvery) - age
        if (wait > 0) return yield* Effect.sleep(Duration.millis(wait))
      }
      const { faults: _, ...report } = yield* mirror.reconcile
      yield* Effect.logInfo("the mirror has read all companies").pipe(Effect.annotateLogs(report))
    }).pipe(
      logAndWait("the mirror could not read all companies", (error) =>
        // The whole listing was read, and would most likely show the same a minute later.
        isMirrorError(error) && error.reason._tag !== "Superseded"
          ? Duration.max(reconcileEvery, retryAfter)
          : retryAfter
      )
    )
    const heal = Effect.andThen(mirror.heal, Effect.sleep(healEvery)).pipe(
      logAndWait("the mirror could not read the companies that events have marked", () =>
        Duration.max(healEvery, Duration.seconds(15))
      )
    )
    return yield* Effect.all([Effect.forever(walk), Effect.forever(heal)], { concurrency: 2 }).pipe(
      Effect.andThen(Effect.never),
      Effect.annotateLogs("account", mirror.account)
    )
  })

/**
 * Defects are retried as well, such as one of `onPage`. So is an interruption that comes from inside the step; an
 * interruption of `run` itself does not arrive here.
 */
const logAndWait =
  (message: string, after: (error: unknown) => Duration.Duration) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<void, never, R> =>
    Effect.catchCause(self, (cause) =>
      Effect.andThen(Effect.logError(message, cause), Effect.sleep(after(Cause.squash(cause))))
    )
