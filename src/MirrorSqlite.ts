/**
 * A `SqlClient` on a SQLite file, for a mirror in a single process.
 *
 * It runs on `node:sqlite` (Node 22 and newer) or on the package `libsql` (Node 20 and newer), whichever is available.
 * It exists because Effect's own SQLite driver does not run with this version of Effect yet.
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
 * Where the database is, and which engine opens it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The file; it is created when it does not exist. `:memory:` is a database that exists as long as the layer. */
  readonly filename: string
  /**
   * The SQLite engine.
   *
   * @default "node:sqlite" where the runtime has it, otherwise "libsql"
   */
  readonly engine?: "node:sqlite" | "libsql" | undefined
}

/**
 * Opens a SQLite file for as long as the layer lasts.
 *
 * **Details**
 *
 * There is one connection, and one transaction at a time. The file is in WAL mode, so other processes can read it at the
 * same time. A committed transaction survives a crash of the process. A power failure may lose the last ones; a walk then
 * reads their pages again. Fails with `SqlError` of reason `ConnectionError` when the engine is not available, or the
 * file cannot be opened.
 *
 * **Gotchas**
 *
 * Statements run on the thread of the event loop and block it, also while they wait up to 5 seconds for another process
 * that writes. Open a file once in a process: two layers of one process would wait for each other. Do not replace the
 * file while it is open, because the process would go on with the old one.
 *
 * **Example** (Querying the tables of a mirror)
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

const messageOf = (cause: unknown): string =>
  cause instanceof Error ? cause.message : "the file could not be opened"

const make = Effect.fnUntraced(function* (options: Options) {
  const unknown = Input.unknownOption(["filename", "engine"], options)
  if (unknown !== undefined) return yield* failed(unknown.message)
  const { engine, filename } = options
  const database = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () => Sqlite.open(filename, engine),
      catch: (cause) => failed(messageOf(cause), cause)
    }),
    (database) => Effect.sync(() => database.close())
  )
  const connection = connect(database)
  // Only these first statements read the file, so they fail when it is not a database.
  yield* Effect.forEach(Sqlite.settings, (pragma) => connection.executeUnprepared(pragma, [], undefined), {
    discard: true
  }).pipe(Effect.mapError(({ reason: { cause } }) => failed(messageOf(cause), cause)))
  return yield* SqlClient.make({
    ...SqlClient.makeSqliteAcquirers({
      connection: Effect.succeed(connection),
      semaphore: Semaphore.makeUnsafe(1),
      // SQLite itself ends a transaction when the disk is full, and a rollback would then fail.
      isTransaction:
        database.isInTransaction() === undefined ? undefined : () => database.isInTransaction() === true
    }),
    compiler: Statement.makeCompilerSqlite(),
    driver: "effect-codat-sqlite",
    // Takes the write lock at the start: a transaction that reads first and then writes can fail to get the lock.
    beginTransaction: "BEGIN IMMEDIATE",
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
    spanAttributes: [
      ["db.system.name", "sqlite"],
      ["db.namespace", filename]
    ]
  })
})

/** `node:sqlite` has SQLite's error number in `errcode`; Effect reads it from `errno`. */
const withErrno = (cause: unknown): unknown =>
  Predicate.isError(cause) && "errcode" in cause ? Object.assign(cause, { errno: cause.errcode }) : cause

const connect = (database: Sqlite.Database): Connection => {
  const run = <A>(read: () => A, operation: string) =>
    Effect.try({
      try: read,
      catch: (cause) =>
        new SqlError({
          reason: classifySqliteError(withErrno(cause), { message: "the statement failed", operation })
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
