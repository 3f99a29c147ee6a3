/**
 * Reads the changes in order.
 */
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
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
