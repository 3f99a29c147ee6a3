/**
 * Transactions that wait for a row's lock.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import { isSqlError, type SqlError } from "effect/sql/SqlError"

/**
 * When the connection is lost inside a transaction, the rollback fails as well, and Effect makes a defect of that. An
 * interrupted fiber skips this, so what runs several transactions at once needs it as well.
 */
export const withoutDefects = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError, R> =>
  Effect.catchDefect(self, (defect) => (isSqlError(defect) ? Effect.fail(defect) : Effect.die(defect)))

/**
 * A transaction that sees what others committed while it waited for a lock. With a stricter isolation level, which can be
 * a PostgreSQL database's default, it would fail after each such wait.
 */
export const readCommitted = <A, E, R>(
  sql: SqlClient.SqlClient,
  body: Effect.Effect<A, E, R>
): Effect.Effect<A, E | SqlError, R> => {
  const transaction = withoutDefects(sql.withTransaction(body))
  return sql.onDialectOrElse({
    pg: () =>
      Effect.provideService(transaction, SqlClient.BeginTransaction, "BEGIN ISOLATION LEVEL READ COMMITTED"),
    // A program can have chosen `BEGIN IMMEDIATE` for its SQLite.
    orElse: () => transaction
  })
}
