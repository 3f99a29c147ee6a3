/**
 * A store for Effect's `RateLimiter` in a SQL database, so that processes with a PostgreSQL database can share a budget
 * without Redis.
 *
 * @module RateLimitSql
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { readCommitted } from "./internal/mirror/Transaction.ts"

/**
 * Keeps the counts of `RateLimiter.layer` in the table `codat_rate_limits`, which it creates if it does not exist.
 *
 * **When to use**
 *
 * Under `RateLimit.layerShared`, for example with the database of a mirror.
 *
 * **Details**
 *
 * Each request runs one short transaction before it is sent. On PostgreSQL it has a connection of its own also when the
 * request is sent inside a transaction of your program, so the pool needs more connections than your program has such
 * transactions at the same time. Without a free connection a request fails after the limiter's `storeTimeout`.
 *
 * It uses the clock of the process, so the clocks of all processes must agree. A stored time that is more than a whole
 * window ahead comes from a wrong clock and is ignored: otherwise all requests would wait until then.
 *
 * **Gotchas**
 *
 * It does not store the state of adaptive limiting, which `RateLimit` does not use: with this store, an adaptive
 * limiter never adapts.
 *
 * **Example** (One budget for all processes with the same database)
 *
 * ```ts
 * import { Layer } from "effect"
 * import { RateLimiter } from "effect/persistence"
 * import { RateLimit } from "effect-codat"
 * import * as RateLimitSql from "effect-codat/RateLimitSql"
 *
 * const fleetLimit = RateLimit.layerShared({ requestsPerMinute: 1000 }).pipe(
 *   Layer.provide(RateLimiter.layer),
 *   Layer.provide(RateLimitSql.layerStore)
 * )
 * ```
 *
 * @category limiting
 * @since 0.1.0
 */
export const layerStore: Layer.Layer<RateLimiter.RateLimiterStore, SqlError, SqlClient.SqlClient> =
  Layer.effect(
    RateLimiter.RateLimiterStore,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* createTable(sql)
      /** Changes the row of a key with `f`, in a transaction that holds the lock of the row. */
      const change = <A>(
        key: string,
        first: (now: number) => State,
        f: (state: State, now: number) => readonly [A, State]
      ): Effect.Effect<A, RateLimiter.RateLimiterError> =>
        Effect.gen(function* () {
          // When this process is paused inside the transaction, PostgreSQL ends it, so that others need not wait.
          yield* sql.onDialectOrElse({
            pg: () => sql`SELECT set_config('idle_in_transaction_session_timeout', '5s', true)`,
            orElse: () => Effect.void
          })
          const now = yield* Clock.currentTimeMillis
          const initial = first(now)
          yield* sql`INSERT INTO codat_rate_limits (name, amount, since) VALUES (${key}, ${initial.amount}, ${initial.since})
            ON CONFLICT (name) DO NOTHING`
          const lock = sql.literal(sql.onDialectOrElse({ pg: () => "FOR UPDATE", orElse: () => "" }))
          const [row] = yield* sql<Readonly<Record<string, unknown>>>`
            SELECT amount, since FROM codat_rate_limits WHERE name = ${key} ${lock}`
          const state = { amount: Number(row?.["amount"]), since: Number(row?.["since"]) }
          const [result, { amount, since }] = f(state, now)
          yield* sql`UPDATE codat_rate_limits SET amount = ${amount}, since = ${since} WHERE name = ${key}`
          return result
        }).pipe(
          (body) => readCommitted(sql, body),
          outside(sql),
          Effect.mapError(
            (error) =>
              new RateLimiter.RateLimiterError({
                reason: new RateLimiter.RateLimitStoreError({
                  message: `the database could not count a request: ${textOf(error)}`,
                  cause: error
                })
              })
          )
        )
      return {
        fixedWindow: ({ key, limit, refillRate, tokens }) =>
          change(
            `window ${key}`,
            (now) => ({ amount: 0, since: now }),
            (found, now) => {
              const longest =
                limit === undefined ? Number.POSITIVE_INFINITY : Duration.toMillis(refillRate) * limit
              const hasEnded = found.since <= now || found.since - now > longest
              const state = hasEnded ? { amount: 0, since: now } : found
              const amount = state.amount + tokens
              if (limit !== undefined && amount > limit) return [[amount, state.since - now] as const, state]
              const since = state.since + Duration.toMillis(refillRate) * tokens
              return [[amount, since - now] as const, { amount, since }]
            }
          ),
        tokenBucket: ({ allowOverflow, key, limit, refillRate, tokens }) =>
          change(
            `bucket ${key}`,
            (now) => ({ amount: limit, since: now }),
            (found, now) => {
              const each = Duration.toMillis(refillRate)
              const last = found.since - now > each * limit ? now : found.since
              const refills = Math.max(0, Math.floor((now - last) / each))
              const amount = refills > 0 ? Math.min(limit, found.amount + refills) : found.amount
              const since = amount >= limit ? now : last + refills * each
              const left = amount - tokens
              const kept = allowOverflow || left >= 0 ? left : amount
              return [[left, Math.max(0, now - since)] as const, { amount: kept, since }]
            }
          ),
        adaptiveConsume: () => Effect.succeed({ delay: Duration.zero, epoch: 0, phase: "inactive" }),
        adaptiveFeedback: () => Effect.void
      }
    })
  )

interface State {
  readonly amount: number
  /** Milliseconds: the end of a window, or the time up to which a bucket has been refilled. */
  readonly since: number
}

/**
 * Counts outside a transaction of the caller. Inside it, the row would stay locked until that transaction ends, so that
 * no other process could send, and a rollback would undo the count. SQLite has one connection only.
 */
const outside =
  (sql: SqlClient.SqlClient) =>
  <A, E>(self: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.updateContext(self, (context: Context.Context<never>) =>
      sql.onDialectOrElse({ pg: () => Context.omit(sql.transactionService)(context), orElse: () => context })
    )

/** The database's own text: drivers' messages only say that a statement failed. */
const textOf = ({ reason }: SqlError): string =>
  Predicate.isError(reason.cause) ? reason.cause.message : reason.message

/** Creates the table where there is none: PostgreSQL refuses `IF NOT EXISTS` to a role that may create nothing. */
const createTable = (sql: SqlClient.SqlClient): Effect.Effect<void, SqlError> => {
  const create = sql`CREATE TABLE IF NOT EXISTS codat_rate_limits (
    name TEXT PRIMARY KEY NOT NULL,
    amount DOUBLE PRECISION NOT NULL,
    since DOUBLE PRECISION NOT NULL
  )`
  // Tries twice: when two processes start at the same time, both can find no table, and one of them then fails.
  const createTwice = Effect.asVoid(Effect.catch(create, () => create))
  return sql.onDialectOrElse({
    pg: () =>
      Effect.flatMap(sql`SELECT 1 WHERE to_regclass('codat_rate_limits') IS NOT NULL`, (found) =>
        found.length > 0 ? Effect.void : createTwice
      ),
    orElse: () => createTwice
  })
}
