/**
 * A table of every connection, kept in a SQL database: who is linked, who lost access, what failed.
 *
 * It never deletes on absence alone, never goes backwards, costs no more than a listing, resumes to the page, and stores
 * no secret. The tables `codat_companies` and `codat_connections` are there to be joined.
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
import { CodatError, InvalidRequest, Pagination } from "./CodatError.ts"
import * as Companies from "./Companies.ts"
import * as Input from "./internal/call/Input.ts"
import * as Events from "./internal/mirror/Events.ts"
import * as Feed from "./internal/mirror/Feed.ts"
import * as MirrorOptions from "./internal/mirror/Options.ts"
import type { Reader } from "./internal/mirror/Reader.ts"
import type { Outcome } from "./internal/mirror/Refetch.ts"
import * as Store from "./internal/mirror/Store.ts"
import * as Tables from "./internal/mirror/Tables.ts"
import * as Walk from "./internal/mirror/Walk.ts"
import type { MirrorError } from "./MirrorError.ts"
import * as RateLimit from "./RateLimit.ts"
import * as Webhook from "./Webhook.ts"
import type { WebhookEvent } from "./WebhookEvent.ts"

// -----------------------------------------------------------------------------
// Models
// -----------------------------------------------------------------------------

/**
 * What could not be decoded when it was last read.
 *
 * **Details**
 *
 * It holds ids, and nothing else of the value. All faults are in the table `codat_faults`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Fault {
  readonly companyId: string
  /** Whether the whole company could not be decoded, or one of its connections. That part keeps its earlier row, if any. */
  readonly kind: "company" | "connection"
  /** The connection; absent where it has no id that is a string. */
  readonly connectionId?: string | undefined
  /** Where in the company the fault is, such as `dataConnections[2].created`. */
  readonly path: string
  /** What was expected there. */
  readonly message: string
}

/**
 * What a walk of all companies did, from its beginning, interruptions included.
 *
 * @category models
 * @since 0.1.0
 */
export interface Report {
  /**
   * Whether the walk had been begun before. Then its first pages were read at that time, and only a walk that begins
   * now shows how all companies are now.
   */
  readonly resumed: boolean
  /** Pages that were read. */
  readonly pages: number
  /** The listing's own total, where it says. */
  readonly totalCompanies?: number | undefined
  /** Companies that the table had and the listing did not show. Each was asked for. */
  readonly candidates: number
  /** Companies that were removed, because Codat said that there is no such company. */
  readonly removed: number
  /**
   * Companies that could not be decoded. What the table has of them was kept as it was; new ones are not in it. A row
   * without an id counts as a company of its own.
   */
  readonly invalid: number
  /** Connections that could not be decoded, of companies that could: kept as they were, or not in the table. */
  readonly invalidConnections: number
  /** The first 100 of what could not be decoded and has an id, by the company's id. */
  readonly faults: ReadonlyArray<Fault>
  /** Records that were added to the changes. */
  readonly changes: number
}

/**
 * What reading the marked companies did.
 *
 * @category models
 * @since 0.1.0
 */
export interface Healed {
  /** Companies that were read. */
  readonly read: number
  /** Companies that were removed, because Codat said that there is no such company. */
  readonly removed: number
  /** Companies that could not be decoded, and were kept as they were. */
  readonly invalid: number
  /** Records that were added to the changes. */
  readonly changes: number
}

/**
 * What happened to a company or a connection of the table.
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
 * A change of the table.
 *
 * @category models
 * @since 0.1.0
 */
export interface Change {
  /** Where to go on after this change: give it as `after`. Each account counts its own, from 1, without gaps. */
  readonly cursor: number
  readonly kind: ChangeKind
  readonly companyId: string
  /** Absent where the change is of the company itself. */
  readonly connectionId?: string | undefined
  /** The fields that changed, by Codat's names, such as `status`; empty for what was added or removed. */
  readonly fields: ReadonlyArray<string>
  /** When it was written. */
  readonly at: DateTime.Utc
}

/**
 * Which changes are read, and whether those to come are too.
 *
 * @category models
 * @since 0.1.0
 */
export interface ChangesOptions {
  /**
   * The cursor of the last change that was handled. 0 is before the first one.
   *
   * @default the beginning of what is kept
   */
  readonly after?: number | undefined
  /**
   * Whether the stream goes on with the changes to come.
   *
   * @default false
   */
  readonly live?: boolean | undefined
  /**
   * How often the table is looked at for new changes.
   *
   * @default "1 second"
   */
  readonly pollInterval?: Duration.Input | undefined
}

/**
 * How the mirror stands.
 *
 * @category models
 * @since 0.1.0
 */
export interface Status {
  /** The walk that is open; absent when none is. */
  readonly walk?:
    | {
        readonly startedAt: DateTime.Utc
        readonly pagesDone: number
        /** Absent until the first page has said. */
        readonly totalPages?: number | undefined
      }
    | undefined
  /** When a walk last came to its end; absent when none has. */
  readonly lastReconciledAt?: DateTime.Utc | undefined
  /** Companies that events have marked and that have not been read since. */
  readonly dirtyCompanies: number
  /** When the oldest event that is not done came; absent when all are. */
  readonly oldestDirtyAt?: DateTime.Utc | undefined
  /** Companies that could not be decoded when they were last read: they are as they were before, or not in the table. */
  readonly invalidCompanies: number
  /** Connections that could not be decoded when their company was last read, though the company could. */
  readonly invalidConnections: number
  /** The cursor of the newest change. */
  readonly cursor: number
}

/**
 * What reading from Codat can fail with.
 *
 * @category models
 * @since 0.1.0
 */
export type Failure = CodatError | MirrorError | SqlError

type Requirements = HttpClient.HttpClient | Auth

/**
 * The mirror of one account.
 *
 * @category models
 * @since 0.1.0
 */
export class Mirror extends Context.Service<
  Mirror,
  {
    /** Whose mirror it is: what the first column of each table holds. */
    readonly account: string
    /**
     * Reads all companies, page by page, from where the last walk was interrupted or from the beginning; asks for each
     * company that no page showed; then reads what events have marked. One runs at a time in a process.
     *
     * Fails with `MirrorError` of reason `TooManyMissing`, `IncompleteListing` or `Superseded`, with `CodatError` and
     * with `SqlError`. After the last two the walk stays open, and the next one goes on with it; but for a `CodatError`
     * of reason `Pagination`, which closes it: the listing's pages lead nowhere. A walk that has read all pages and is
     * still open an hour after it began, because of a company that Codat does not give, is begun anew.
     */
    readonly reconcile: Effect.Effect<Report, Failure, Requirements>
    /** Reads the companies that events have marked. A failure leaves them marked. */
    readonly heal: Effect.Effect<Healed, Failure, Requirements>
    /**
     * Marks the company that an event is of. Inside of a transaction of the same `SqlClient` it is part of that. Events
     * of other kinds do nothing.
     */
    readonly apply: (event: WebhookEvent) => Effect.Effect<void, SqlError>
    /**
     * The changes in the order in which they became visible. Fails with `MirrorError` of reason `CursorExpired` when
     * changes after the cursor have been pruned, or when no change has had it yet; options that are not valid are a
     * defect.
     */
    readonly changes: (options?: ChangesOptions) => Stream.Stream<Change, MirrorError | SqlError>
    /** How the mirror stands. */
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
  readonly page: number
  readonly totalPages?: number | undefined
  /** Companies on the page. */
  readonly companies: number
  /** Records that the page added to the changes. */
  readonly changes: number
}

/**
 * How a mirror reads.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * What the tables' first column holds. Give each Codat account its own, with its own `Auth`.
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
   * Pages, or single companies, that are read at a time; a whole number from 1.
   *
   * @default 4
   */
  readonly concurrency?: number | undefined
  /**
   * How many companies of the table a listing may not show. Above it a walk fails, and asks for none of them.
   *
   * @default a tenth of the companies, and at least 10
   */
  readonly maxMissing?: number | undefined
  /**
   * How many requests of the day's quota are left to others: when no more are left, the mirror waits until the quota
   * starts anew. With several accounts in one process, give each a `RateLimit.layerQuota` of its own.
   *
   * @default 0
   */
  readonly reserve?: number | undefined
  /**
   * How long changes and events are kept.
   *
   * @default "30 days"
   */
  readonly keep?: Duration.Input | undefined
  /** Told of each page when its rows have been written. */
  readonly onPage?: ((page: PageRead) => Effect.Effect<void>) | undefined
}

/**
 * Keeps a mirror in the database that is provided.
 *
 * **Details**
 *
 * The tables must be there: provide {@link layerMigrations} with it. Fails with `CodatError` of reason `InvalidRequest`
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
      const unknown = Input.unknownOption(MirrorOptions.layer, options)
      if (unknown !== undefined) return yield* refused(unknown)
      const account: unknown = options.account ?? "default"
      if (typeof account !== "string" || account.trim() === "") {
        return yield* refuse("account", "a non-empty string")
      }
      const walk: Walk.Options = {
        pageSize: yield* whole("pageSize", options.pageSize ?? 500, 1, 5000),
        concurrency: yield* whole("concurrency", options.concurrency ?? 4, 1),
        reserve: yield* whole("reserve", options.reserve ?? 0, 0),
        maxMissing:
          options.maxMissing === undefined ? undefined : yield* whole("maxMissing", options.maxMissing, 0),
        onPage: options.onPage ?? (() => Effect.void)
      }
      const keep = yield* duration("keep", options.keep ?? "30 days")
      const store = Store.make(yield* SqlClient.SqlClient, account)
      yield* store.sql`INSERT INTO codat_walks (account, phase, first_seq, page_size, next_page, round, pages, skipped,
        candidates, removed, changes, change_seq, pruned_seq)
        VALUES (${store.account}, 'done', 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT (account) DO NOTHING`
      const reader = readerOf(walk.pageSize)
      const walking = Semaphore.makeUnsafe(1)
      const healing = Semaphore.makeUnsafe(1)
      const heal = healing.withPermit(Events.heal(store, reader, walk))
      const reconcile = Effect.gen(function* () {
        const { firstSeq, resumed } = yield* Walk.open(store, walk)
        do {
          yield* Walk.pages(store, reader, firstSeq, walk)
        } while ((yield* Walk.confirm(store, reader, firstSeq, walk)) === "again")
        yield* Walk.tally(store, firstSeq, yield* heal)
        const done = yield* Walk.finish(store, firstSeq)
        yield* Feed.prune(store, keep)
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
        reconcile: walking.withPermit(reconcile).pipe(Effect.withSpan("Mirror.reconcile")),
        heal: Effect.map(heal, (outcome: Outcome): Healed => outcome).pipe(Effect.withSpan("Mirror.heal")),
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
        status: Events.status(store)
      }
    })
  )

const refused = (reason: InvalidRequest): CodatError =>
  new CodatError({ operation: "Mirror.layer", reason, attempts: [] })

const refuse = (field: string, rule: string) => refused(new InvalidRequest({ field, rule }))

const whole = (
  field: string,
  value: number,
  least: number,
  most = Number.MAX_SAFE_INTEGER
): Effect.Effect<number, CodatError> =>
  Number.isSafeInteger(value) && value >= least && value <= most
    ? Effect.succeed(value)
    : Effect.fail(
        refuse(field, `a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? "" : ` to ${most}`}`)
      )

const duration = (field: string, value: Duration.Input): Effect.Effect<Duration.Duration, CodatError> =>
  Effect.mapError(Effect.fromOption(Duration.fromInput(value)), () =>
    refuse(field, "a duration, such as 30 days")
  )

/** Companies that are made while a walk is on its way come behind those that it has read. */
const orderBy = "created"

const readerOf = (pageSize: number): Reader<Requirements> => ({
  page: (page) => Companies.page({ page, pageSize, orderBy }),
  lenientPage: (page) =>
    Companies.pages({ startPage: page, pageSize, orderBy, invalid: "skip" }).pipe(
      Stream.take(1),
      Stream.runCollect,
      Effect.flatMap(([first]) =>
        first === undefined
          ? Effect.fail(
              new CodatError({
                operation: "Companies.pages",
                reason: new Pagination({ page, message: `there is no page ${page}` }),
                attempts: []
              })
            )
          : Effect.succeed(first)
      )
    ),
  company: (companyId) => Companies.get({ companyId }),
  quota: RateLimit.quota
})

/**
 * Makes the tables, or brings them up to date, with Effect's `Migrator`.
 *
 * **Details**
 *
 * What has been done is kept in a table of its own, `codat_migrations`, so it does not meet migrations of yours.
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
 * A route that verifies a delivery, marks its company, and answers 200 once that is committed.
 *
 * **Details**
 *
 * Answers as `Webhook.handler` does. A message that is delivered again marks nothing, so there is nothing else to
 * deduplicate.
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
 * How often a running mirror reads.
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
   * How often marked companies are looked for.
   *
   * @default "2 seconds"
   */
  readonly healEvery?: Duration.Input | undefined
}

/**
 * Keeps the mirror true until it is interrupted: goes on with a walk that is open, begins one when the last is old
 * enough, and reads what events mark.
 *
 * **When to use**
 *
 * In one process. Several that share a database run `MirrorCluster.layer`, which has one of them at a time do this.
 *
 * **Details**
 *
 * A failure is logged as an error, and the same is tried again: after a minute at most for a walk, and after 15 seconds
 * for marked companies. Options that are not valid are a defect.
 *
 * @category mirroring
 * @since 0.1.0
 */
export const run = (options: RunOptions = {}): Effect.Effect<never, never, Mirror | Requirements> =>
  Effect.gen(function* () {
    const wrong = MirrorOptions.mistake("Mirror.run", MirrorOptions.run, options)
    if (wrong !== undefined) return yield* Effect.die(wrong)
    const mirror = yield* Mirror
    const reconcileEvery = Duration.fromInputUnsafe(options.reconcileEvery ?? "1 hour")
    const healEvery = Duration.fromInputUnsafe(options.healEvery ?? "2 seconds")
    const retryAfter = Duration.min(reconcileEvery, Duration.minutes(1))
    const walk = Effect.gen(function* () {
      const { lastReconciledAt, walk } = yield* mirror.status
      if (walk === undefined && lastReconciledAt !== undefined) {
        const age = (yield* Clock.currentTimeMillis) - DateTime.toEpochMillis(lastReconciledAt)
        const wait = Duration.toMillis(reconcileEvery) - age
        if (wait > 0) return yield* Effect.sleep(Duration.millis(wait))
      }
      const { faults: _, ...report } = yield* mirror.reconcile
      yield* Effect.logInfo("the mirror has read all companies").pipe(Effect.annotateLogs(report))
    }).pipe(goOn("the mirror could not read all companies", retryAfter))
    const heal = Effect.andThen(mirror.heal, Effect.sleep(healEvery)).pipe(
      goOn("the mirror could not read what events have marked", Duration.max(healEvery, Duration.seconds(15)))
    )
    return yield* Effect.all([Effect.forever(walk), Effect.forever(heal)], { concurrency: 2 }).pipe(
      Effect.andThen(Effect.never),
      Effect.annotateLogs("account", mirror.account)
    )
  })

/** A database that goes away during a commit leaves a defect, and is back in a while all the same. */
const goOn =
  (message: string, after: Duration.Duration) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<void, never, R> =>
    Effect.catchCause(self, (cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.interrupt
        : Effect.andThen(Effect.logError(message, cause), Effect.sleep(after))
    )
