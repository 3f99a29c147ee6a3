/**
 * The state of a mirror.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Faults from "./Faults.ts"
import type { Store } from "./Store.ts"
import { timeOf, walkOf } from "./WalkRow.ts"

const utc = (value: unknown): DateTime.Utc | undefined =>
  value === null || value === undefined ? undefined : DateTime.makeUnsafe(timeOf(value))

export const status = Effect.fnUntraced(function* ({ account, sql }: Store) {
  const walk = walkOf((yield* sql`SELECT * FROM codat_walks WHERE account = ${account}`)[0])
  const [dirty] = yield* sql<{ readonly n: unknown; readonly oldest: unknown }>`
    SELECT count(DISTINCT company_id) AS n, min(received_at) AS oldest FROM codat_events
    WHERE account = ${account} AND done_at IS NULL`
  const invalid = yield* Faults.count({ account, sql })
  return {
    walk:
      walk.phase === "done"
        ? undefined
        : {
            startedAt: DateTime.makeUnsafe(walk.startedAt ?? 0),
            pagesDone: walk.nextPage - 1,
            totalPages: walk.totalPages
          },
    lastReconciledAt: utc(walk.finishedAt),
    dirtyCompanies: Number(dirty?.n),
    oldestDirtyAt: utc(dirty?.oldest),
    invalidCompanies: invalid.companies,
    invalidConnections: invalid.connections,
    cursor: walk.changeSeq
  }
})
