/**
 * The database of one account's mirror: the sequence that orders all reads, one write transaction at a time for each
 * account, and statements for many rows.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"
import { type Change, insertChanges } from "./ChangeRows.ts"
import * as Insert from "./Insert.ts"
import { readCommitted } from "./Transaction.ts"
import { type Walk, walkOf } from "./WalkRow.ts"

export interface Store {
  readonly sql: SqlClient
  readonly account: string
  /** The next number of the sequence. Each read takes one before it sends its request. */
  readonly next: Effect.Effect<number, SqlError>
  /**
   * Runs a transaction that holds the account's lock, so that only one runs at a time, in all processes together. This
   * makes changes visible in the order of their numbers, and excludes races between two writes and deadlocks.
   */
  readonly write: <A, E, R>(
    body: (transaction: Transaction) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | SqlError, R>
  readonly insert: Insert.Insert
  /** A condition: the column is one of these; `company_id` when none is named. */
  readonly isOneOf: (ids: ReadonlyArray<string>, column?: "company_id" | "connection_id") => Fragment
}

export interface Transaction {
  /** A number that was taken after the answers that this transaction writes had arrived. */
  readonly seq: number
  /** The time, as the tables hold it. */
  readonly at: string
  /** The account's walk, as it was when the transaction started. */
  readonly walk: Walk
  /** The changes, which are numbered and written at the end of the transaction. */
  readonly changes: Array<Change>
}

/** The time, as the tables hold it. */
export const now: Effect.Effect<string> = Effect.map(Clock.currentTimeMillis, (millis) =>
  new Date(millis).toISOString()
)

export const make = (client: SqlClient, account: string): Store => {
  // A client can be set to rename columns, and the mirror reads them by their names in the database.
  const sql = client.withoutTransforms()
  const next = Effect.map(
    sql.onDialectOrElse({
      pg: () => sql<{ readonly seq: unknown }>`SELECT nextval('codat_sequence') AS seq`,
      orElse: () =>
        sql<{ readonly seq: unknown }>`UPDATE codat_sequence SET value = value + 1 RETURNING value AS seq`
    }),
    ([row]) => Number(row?.seq)
  )
  // PostgreSQL would keep using the plan that it made when the tables were empty. It would let a process that is paused
  // inside a transaction keep the lock, so that no other process could take over. And with `array_nulls` off, which a
  // database can have by default, it would take a null in an array for the text "null".
  const lock = sql.onDialectOrElse({
    pg: () =>
      sql`SELECT set_config('plan_cache_mode', 'force_custom_plan', true),
          set_config('idle_in_transaction_session_timeout', '5s', true), set_config('array_nulls', 'on', true),
          codat_walks.*
        FROM codat_walks WHERE account = ${account} FOR UPDATE`,
    orElse: () => sql`SELECT * FROM codat_walks WHERE account = ${account}`
  })
  const insert = Insert.make(sql)
  return {
    sql,
    account,
    next,
    insert,
    write: (body) =>
      readCommitted(
        sql,
        Effect.gen(function* () {
          const walk = walkOf((yield* lock)[0])
          const transaction = { seq: yield* next, at: yield* now, walk, changes: [] }
          const result = yield* body(transaction)
          yield* insertChanges(sql, insert, account, transaction)
          return result
        })
      ),
    isOneOf: (ids, column = "company_id") => {
      const list = JSON.stringify(ids)
      const name = sql.literal(column)
      return sql.onDialectOrElse({
        // PostgreSQL plans an `IN (SELECT …)` as a join, and an array as an index lookup.
        pg: () => sql`${name} = ANY (ARRAY(SELECT json_array_elements_text(${list}::json)))`,
        orElse: () => sql`${name} IN (SELECT value FROM json_each(${list}))`
      })
    }
  }
}
