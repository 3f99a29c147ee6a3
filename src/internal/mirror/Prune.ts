/**
 * Deletes old rows.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Store } from "./Store.ts"

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
