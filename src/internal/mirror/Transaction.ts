/**
 * Transactions that wait for a row's lock.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import { isSqlError, type SqlError } from "effect/sql/SqlError"

/**
 * A transaction that sees what others committed while it waited for a lock. With a stricter isolation level, which can be
 * a PostgreSQL database's default, it would fail after each such wait.
 */
export const readCommitted = <A, E, R>(
  sql: SqlClient.SqlClient,
  body: Effect.Effect<A, E, R>
): Effect.Effect<A, E | SqlError, R> => {
  // When the connection is lost, the rollback fails as well, and Effect makes a defect of that.
  const transaction = Effect.catchDefect(sql.withTransaction(body), (defect) =>
    isSqlError(defect) ? Effect.fail(defect) : Effect.die(defect)
  )
  return sql.onDialectOrElse({
    pg: () =>
      Effect.provideService(transaction, SqlClient.BeginTransaction, "BEGIN ISOLATION LEVEL READ COMMITTED"),
    // A program can have chosen `BEGIN IMMEDIATE` for its SQLite.
    orElse: () => transaction
  })
}
