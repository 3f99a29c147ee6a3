/**
 * A `SqlClient` on a SQLite file, for a mirror that one process keeps.
 *
 * It runs on `node:sqlite` (Node 22 and newer) or on the package `libsql` (Node 20 and newer), whichever is there. It is
 * a small one, until Effect's own driver for SQLite runs with this version of Effect.
 *
 * @module MirrorSqlite
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as SqlClient from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import { ConnectionError, classifySqliteError, SqlError } from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import * as Input from "./internal/call/Input.ts"
import * as Sqlite from "./internal/mirror/Sqlite.ts"

/**
 * Where the database is, and what reads it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The file, which is made where there is none. `:memory:` is a database that ends with the layer. */
  readonly filename: string
  /**
   * What the database runs on.
   *
   * @default "node:sqlite" where the runtime has it, and else "libsql"
   */
  readonly engine?: "node:sqlite" | "libsql" | undefined
}

/**
 * Opens a SQLite file for as long as the layer lasts.
 *
 * **Details**
 *
 * There is one connection, and one transaction at a time. The file is in WAL mode, so other processes may read it
 * meanwhile; each commit is safe from a crash of the process, and the last ones may be lost in a power failure, after
 * which a walk goes on from the page before them. Fails with `SqlError` of reason `ConnectionError` when neither
 * engine is there, or the file cannot be opened.
 *
 * **Gotchas**
 *
 * A statement runs on the thread of the event loop.
 *
 * **Example** (A table of one's own beside the mirror's)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { SqlClient } from "effect/sql"
 * import * as MirrorSqlite from "effect-codat/MirrorSqlite"
 *
 * const linked = Effect.gen(function* () {
 *   const sql = yield* SqlClient.SqlClient
 *   return yield* sql`SELECT company_id, platform_name FROM codat_connections WHERE status = 'Linked'`
 * }).pipe(Effect.provide(MirrorSqlite.layer({ filename: "codat.db" })))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<SqlClient.SqlClient, SqlError> =>
  Layer.effect(SqlClient.SqlClient, make(options)).pipe(Layer.provide(Reactivity.layer))

const failed = (message: string, cause: unknown = message) =>
  new SqlError({ reason: new ConnectionError({ cause, message, operation: "open" }) })

const make = Effect.fnUntraced(function* (options: Options) {
  const unknown = Input.unknownOption(["filename", "engine"], options)
  if (unknown !== undefined) return yield* failed(unknown.message)
  const { engine, filename } = options
  const database = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () => Sqlite.open(filename, engine),
      catch: (cause) => failed(cause instanceof Error ? cause.message : "the file could not be opened", cause)
    }),
    (database) => Effect.sync(() => database.close())
  )
  const connection = connect(database)
  yield* Effect.forEach(Sqlite.settings, (pragma) => connection.executeUnprepared(pragma, [], undefined), {
    discard: true
  })
  return yield* SqlClient.make({
    ...SqlClient.makeSqliteAcquirers({
      connection: Effect.succeed(connection),
      semaphore: Semaphore.makeUnsafe(1)
    }),
    compiler: Statement.makeCompilerSqlite(),
    driver: "effect-codat-sqlite",
    // The lock is taken at once: one that is asked for later, with the table read already, would fail.
    beginTransaction: "BEGIN IMMEDIATE",
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
    spanAttributes: [
      ["db.system.name", "sqlite"],
      ["db.namespace", filename]
    ]
  })
})

/** `node:sqlite` has SQLite's number of an error as `errcode`; Effect looks for `errno`. */
const numbered = (cause: unknown): unknown =>
  Predicate.isError(cause) && "errcode" in cause ? Object.assign(cause, { errno: cause.errcode }) : cause

const connect = (database: Sqlite.Database): Connection => {
  const run = <A>(read: () => A, operation: string) =>
    Effect.try({
      try: read,
      catch: (cause) =>
        new SqlError({
          reason: classifySqliteError(numbered(cause), { message: "the statement failed", operation })
        })
    })
  const values = (sql: string, params: ReadonlyArray<unknown>) =>
    run(() => database.values(sql, params), "executeValues")
  const execute: Connection["execute"] = (sql, params, transformRows) =>
    Effect.map(
      run(() => database.all(sql, params), "execute"),
      (rows) => (transformRows === undefined ? rows : transformRows(rows))
    )
  return {
    execute,
    executeRaw: (sql, params) => run(() => database.all(sql, params), "executeRaw"),
    executeStream: (sql, params, transformRows) =>
      Stream.fromIterableEffect(execute(sql, params, transformRows)),
    executeValues: values,
    executeValuesUnprepared: values,
    executeUnprepared: execute
  }
}
