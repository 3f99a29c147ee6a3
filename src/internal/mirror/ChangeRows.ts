/**
 * The records of what changed.
 */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Insert, Into } from "./Insert.ts"
import type { Walk } from "./WalkRow.ts"

export type ChangeKind =
  | "company.added"
  | "company.changed"
  | "company.removed"
  | "connection.added"
  | "connection.changed"
  | "connection.removed"

/** A change that has no number yet. */
export interface Change {
  readonly kind: ChangeKind
  readonly companyId: string
  readonly connectionId?: string | undefined
  /** The fields that changed, by Codat's names; empty for what was added or removed. */
  readonly fields: ReadonlyArray<string>
}

const into: Into = {
  table: "codat_changes",
  shared: [
    ["account", "text"],
    ["at", "time"]
  ],
  columns: [
    ["seq", "int"],
    ["kind", "text"],
    ["company_id", "text"],
    ["connection_id", "text"],
    ["fields", "json"]
  ]
}

/** Numbers the changes without a gap: the account's row is locked, so nobody else is numbering. */
export const insertChanges = Effect.fnUntraced(function* (
  sql: SqlClient,
  insert: Insert,
  account: string,
  transaction: { readonly walk: Walk; readonly at: string; readonly changes: ReadonlyArray<Change> }
): Effect.fn.Return<void, SqlError> {
  const { at, changes, walk } = transaction
  if (changes.length === 0) return
  yield* insert(
    into,
    [account, at],
    changes.map(({ companyId, connectionId, fields, kind }, index) => [
      walk.changeSeq + index + 1,
      kind,
      companyId,
      connectionId ?? null,
      fields.length === 0 ? "[]" : JSON.stringify(fields)
    ])
  )
  yield* sql`UPDATE codat_walks SET change_seq = ${walk.changeSeq + changes.length} WHERE account = ${account}`
})
