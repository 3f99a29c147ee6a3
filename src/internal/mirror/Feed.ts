/**
 * Reads the changes in order, and deletes old rows.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { SqlError } from "effect/sql/SqlError"
import { CursorExpired, MirrorError } from "../../MirrorError.ts"
import type { ChangeKind } from "./ChangeRows.ts"
import type { Store } from "./Store.ts"
import { timeOf } from "./WalkRow.ts"

export interface Recorded {
  readonly cursor: number
  readonly kind: ChangeKind
  readonly companyId: string
  readonly connectionId?: string | undefined
  readonly fields: ReadonlyArray<string>
  readonly at: DateTime.Utc
}

export interface Options {
  readonly after: number | undefined
  readonly live: boolean
  readonly pollInterval: Duration.Duration
}

const batch = 1000

const fieldsOf = (value: unknown): ReadonlyArray<string> => {
  const parsed: unknown = typeof value === "string" ? JSON.parse(value) : value
  return Array.isArray(parsed) ? parsed.map(String) : []
}

const recordedOf = (row: Readonly<Record<string, unknown>>): Recorded => ({
  cursor: Number(row["seq"]),
  // Only the mirror writes this column, and only these values.
  kind: row["kind"] as ChangeKind,
  companyId: String(row["company_id"]),
  ...(row["connection_id"] === null ? {} : { connectionId: String(row["connection_id"]) }),
  fields: fieldsOf(row["fields"]),
  at: DateTime.makeUnsafe(timeOf(row["at"]))
})

export const changes = (
  { account, sql }: Store,
  { after, live, pollInterval }: Options
): Stream.Stream<Recorded, SqlError | MirrorError> =>
  Stream.paginate(after, (cursor) =>
    Effect.gen(function* () {
      const rows = yield* sql<Readonly<Record<string, unknown>>>`
        SELECT seq, kind, company_id, connection_id, fields, at FROM codat_changes
        WHERE account = ${account} AND seq > ${cursor ?? 0} ORDER BY seq LIMIT ${batch}`
      const found = rows.map(recordedOf)
      // The numbers have no gaps, so only pruned changes can be missing; a reader without a cursor loses nothing by that.
      // A cursor that no change has had is from another database, or from before a backup was restored.
      if (cursor !== undefined && found[0]?.cursor !== cursor + 1) {
        const [walk] = yield* sql<{ readonly pruned_seq: unknown; readonly change_seq: unknown }>`
          SELECT pruned_seq, change_seq FROM codat_walks WHERE account = ${account}`
        const oldest = Number(walk?.pruned_seq)
        if (cursor < oldest || cursor > Number(walk?.change_seq)) {
          return yield* new MirrorError({ account, reason: new CursorExpired({ after: cursor, oldest }) })
        }
      }
      // A reader without a cursor that has seen no change yet stays without one, so that pruning does not make it fail.
      const next = found.at(-1)?.cursor ?? cursor
      if (found.length === batch) return [found, Option.some<number | undefined>(next)] as const
      if (!live) return [found, Option.none<number | undefined>()] as const
      // Changes that were found are emitted before the stream waits.
      if (found.length === 0) yield* Effect.sleep(pollInterval)
      return [found, Option.some<number | undefined>(next)] as const
    })
  )

/**
 * How many changes or events are deleted at once. After a month there can be millions of them, which take longer than a
 * `statement_timeout`, and than a process with SQLite can be busy.
 */
const maxPruned = 10_000

/** How long the row of a removed company stays at least, in milliseconds: an older read can still be on its way. */
const minRemoved = 86_400_000

/** Deletes changes, done events and the empty rows of removed companies that are older than `keep`. */
export const prune = Effect.fnUntraced(function* (
  store: Store,
  keep: Duration.Duration
): Effect.fn.Return<void, SqlError> {
  const { account, sql, write } = store
  const now = yield* Clock.currentTimeMillis
  // Not before 1970: `keep` can be infinite, or longer than there are dates.
  const ago = (millis: number) => new Date(Math.max(0, now - millis)).toISOString()
  const before = ago(Duration.toMillis(keep))
  const removedBefore = ago(Math.max(minRemoved, Duration.toMillis(keep)))
  yield* pruneEvents(store, before)
  const { from, last } = yield* write(({ walk }) =>
    Effect.gen(function* () {
      yield* sql`DELETE FROM codat_companies WHERE account = ${account} AND removed_at < ${removedBefore}`
      // Finds the first change to keep in the order of the numbers, which scans only the changes to delete.
      const [first] = yield* sql<{ readonly seq: unknown }>`
        SELECT seq FROM codat_changes WHERE account = ${account} AND at >= ${before} ORDER BY seq LIMIT 1`
      return { from: walk.prunedSeq, last: first === undefined ? walk.changeSeq : Number(first.seq) - 1 }
    })
  )
  for (let seq = from; seq < last; seq += maxPruned) {
    const end = Math.min(last, seq + maxPruned)
    yield* write(() =>
      Effect.andThen(
        // Without a lower bound PostgreSQL would scan, for each part, all that was deleted before it.
        sql`DELETE FROM codat_changes WHERE account = ${account} AND seq > ${seq} AND seq <= ${end}`,
        sql`UPDATE codat_walks SET pruned_seq = ${end} WHERE account = ${account} AND pruned_seq < ${end}`
      )
    )
  }
})

const pruneEvents = Effect.fnUntraced(function* (
  { account, sql, write }: Store,
  before: string
): Effect.fn.Return<void, SqlError> {
  const old = (row: "ctid" | "rowid") =>
    sql`SELECT ${sql.literal(row)} FROM codat_events WHERE account = ${account} AND done_at < ${before} LIMIT ${maxPruned}`
  // By the places of the rows: by their keys, PostgreSQL would join the table with itself for each part.
  const isOld = sql.onDialectOrElse({
    pg: () => sql`ctid = ANY (ARRAY(${old("ctid")}))`,
    orElse: () => sql`rowid IN (${old("rowid")})`
  })
  let deleted: number
  do {
    deleted = (yield* write(() => sql`DELETE FROM codat_events WHERE ${isOld} RETURNING 1`)).length
  } while (deleted === maxPruned)
})
