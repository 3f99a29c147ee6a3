import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import { Sandbox } from "effect-codat"
import * as Mirror from "effect-codat/Mirror"
import * as MirrorSqlite from "effect-codat/MirrorSqlite"

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-codat-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
const hasNodeSqlite = major >= 22
const canReturnArrays = major >= 24 || (major === 22 && minor >= 16)

for (const engine of ["libsql", "node:sqlite"] as const) {
  describe(engine, () => {
    const memory = MirrorSqlite.layer({ filename: ":memory:", engine })
    const mirror = Mirror.layer().pipe(
      Layer.provideMerge(Mirror.layerMigrations),
      Layer.provideMerge(Layer.fresh(memory)),
      Layer.provideMerge(Sandbox.layer())
    )

    if (engine === "node:sqlite" && !hasNodeSqlite) {
      it.effect("fails with a clear message when the engine is missing", () =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(Effect.scoped(Layer.build(memory)))
          assert.strictEqual(error.reason._tag, "ConnectionError")
          assert.match(error.reason.message, /Node 22 or newer, or the package libsql/)
        })
      )
      return
    }

    it.effect("returns every column in `values`, also when two have the same name", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const both = sql`SELECT 1 AS id, 2 AS id, 3 AS x`
        // Node 22.15 and older cannot return rows as arrays.
        const expected = engine === "libsql" || canReturnArrays ? [1, 2, 3] : [2, 3]
        for (let time = 0; time < 2; time++) {
          assert.deepStrictEqual([...((yield* both.values)[0] ?? [])], expected)
          assert.deepStrictEqual({ ...(yield* both)[0] }, { id: 2, x: 3 })
        }
        assert.deepStrictEqual(yield* sql`CREATE TABLE t (x)`.values, [])
        assert.deepStrictEqual(yield* sql`INSERT INTO t VALUES (1)`.values, [])
      }).pipe(Effect.provide(memory))
    )

    it.effect("keeps a mirror in a file, also after it is opened again", () =>
      Effect.gen(function* () {
        const filename = join(yield* directory, "codat.db")
        const layer = () =>
          Layer.fresh(Mirror.layer()).pipe(
            Layer.provideMerge(Layer.fresh(Mirror.layerMigrations)),
            Layer.provideMerge(Layer.fresh(MirrorSqlite.layer({ filename, engine })))
          )
        const reconcile = Mirror.Mirror.use((mirror) => mirror.reconcile)
        const first = yield* Effect.provide(reconcile, layer())
        assert.isAbove(first.changes, 250)
        const second = yield* Effect.provide(reconcile, layer())
        assert.strictEqual(second.changes, 0)
      }).pipe(Effect.scoped, Effect.provide(Sandbox.layer()))
    )

    it.effect("fails with a clear message when the file is not a database", () =>
      Effect.gen(function* () {
        const filename = join(yield* directory, "codat.db")
        writeFileSync(filename, "not a database ".repeat(100))
        const { reason } = yield* Effect.flip(
          Effect.scoped(Layer.build(MirrorSqlite.layer({ filename, engine })))
        )
        assert.strictEqual(reason._tag, "ConnectionError")
        assert.match(reason.message, /file is not a database/)
      }).pipe(Effect.scoped)
    )

    it.effect("answers the questions of docs/mirror.md", () =>
      Effect.gen(function* () {
        yield* Mirror.Mirror.use((mirror) => mirror.reconcile)
        const guide = readFileSync(new URL("../../docs/mirror.md", import.meta.url), "utf8")
        const questions = [...guide.matchAll(/^```sql\n([\s\S]*?)^```/gm)].map(([, sql = ""]) => sql)
        const sql = yield* SqlClient.SqlClient
        const answers = yield* Effect.forEach(questions, (question) => sql.unsafe(question))
        const lost = (yield* Sandbox.connections()).filter(({ status }) => status === "Deauthorized")
        assert.isNotEmpty(lost)
        assert.deepStrictEqual(
          answers.map(({ length }) => length),
          [lost.length, 0]
        )
      }).pipe(Effect.provide(mirror))
    )

    it.effect("starts the transactions of a mirror as the program chose", () =>
      Effect.gen(function* () {
        const chosen = Effect.provideService(SqlClient.BeginTransaction, "BEGIN AS CHOSEN")
        const error = yield* Mirror.Mirror.use((mirror) => Effect.flip(chosen(mirror.reconcile)))
        assert.strictEqual(error._tag, "SqlError")
      }).pipe(Effect.provide(mirror))
    )

    it.effect("rolls back a failed transaction, and only that transaction", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql`CREATE TABLE t (n INTEGER UNIQUE)`
        const outer = Effect.gen(function* () {
          yield* sql`INSERT INTO t VALUES (1)`
          yield* Effect.ignore(
            sql.withTransaction(Effect.andThen(sql`INSERT INTO t VALUES (2)`, Effect.fail("no")))
          )
        })
        yield* sql.withTransaction(outer)
        yield* Effect.ignore(
          sql.withTransaction(Effect.andThen(sql`INSERT INTO t VALUES (3)`, Effect.fail("no")))
        )
        assert.deepStrictEqual(yield* sql`SELECT n FROM t`.values, [[1]])
        const twice = yield* Effect.flip(sql`INSERT INTO t VALUES (1)`)
        assert.strictEqual(twice.reason._tag, "UniqueViolation")
      }).pipe(Effect.provide(memory))
    )

    it.effect("fails with a SqlError when SQLite itself ended the transaction, and goes on", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql`CREATE TABLE t (x)`
        // As a disk that is full.
        yield* sql`PRAGMA max_page_count = 20`
        const insert = sql`INSERT INTO t VALUES (randomblob(1000))`
        const full = sql.withTransaction(Effect.forEach(Array.from({ length: 200 }), () => insert))
        assert.strictEqual((yield* Effect.flip(full))._tag, "SqlError")
        yield* sql.withTransaction(insert)
        assert.deepStrictEqual(yield* sql`SELECT count(*) FROM t`.values, [[1]])
      }).pipe(Effect.provide(memory))
    )

    it.effect("has one transaction at a time", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql`CREATE TABLE t (n INTEGER)`
        yield* sql`INSERT INTO t VALUES (0)`
        const add = sql.withTransaction(
          Effect.gen(function* () {
            const [row] = yield* sql<{ readonly n: number }>`SELECT n FROM t`
            yield* Effect.yieldNow
            yield* sql`UPDATE t SET n = ${(row?.n ?? 0) + 1}`
          })
        )
        const fibers = yield* Effect.forEach(Array.from({ length: 50 }), () => Effect.forkChild(add))
        yield* Effect.forEach(fibers, Fiber.join)
        assert.deepStrictEqual(yield* sql`SELECT n FROM t`.values, [[50]])
      }).pipe(Effect.provide(memory))
    )
  })
}
