/**
 * Known traps: slow query plans that a database can choose, changes that a reader can miss, and isolation levels.
 */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as SqlClient from "effect/sql/SqlClient"
import { Companies, Sandbox } from "effect-codat"
import * as Mirror from "effect-codat/Mirror"
import * as Store from "../../../src/internal/mirror/Store.ts"
import type { Database } from "../databases.ts"
import { companyEvent, withSandbox } from "../fixture.ts"

const ids = Array.from({ length: 500 }, (_, index) => `company ${index}`)

export const traps = (database: Database): void => {
  it.effect("the companies of a page are looked up, and never joined with the table", (context) =>
    Effect.gen(function* () {
      const mirror = yield* Mirror.Mirror
      yield* mirror.reconcile
      const sql = yield* SqlClient.SqlClient
      const store = Store.make(sql, "default")
      const explain = sql.literal(
        sql.onDialectOrElse({ pg: () => "EXPLAIN", orElse: () => "EXPLAIN QUERY PLAN" })
      )
      if (database.name === "PostgreSQL") {
        // As many rows as it takes for the plan to matter.
        yield* sql`INSERT INTO codat_companies (account, company_id, name, read_at, read_seq, applied_seq, digest)
          SELECT 'default', 'company ' || n, '', now(), 1, 2, '' FROM generate_series(1, 20000) n`
        yield* sql`ANALYZE codat_companies`
      }
      const plans = [
        yield* sql`${explain} UPDATE codat_companies SET read_seq = 1 WHERE account = 'default' AND ${store.isOneOf(ids)}`,
        yield* sql`${explain} SELECT digest FROM codat_companies WHERE account = 'default' AND ${store.isOneOf(ids)}`,
        yield* sql`${explain} SELECT status FROM codat_connections WHERE account = 'default' AND ${store.isOneOf(ids)}`
      ].map((plan) => plan.map((row) => String(row["QUERY PLAN"] ?? row["detail"])).join("\n"))
      for (const plan of plans.slice(0, database.name === "SQLite" ? 3 : 2)) {
        assert.match(plan, /Index (Only )?(Scan|Cond)|SEARCH codat_/)
        assert.notMatch(plan, /Seq Scan|SCAN codat_|Join|Nested Loop/)
      }
    }).pipe(Effect.provide(withSandbox(database, context)))
  )

  it.effect("a reader of changes misses none with many concurrent writers", (context) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const mirror = yield* Mirror.Mirror
      yield* mirror.reconcile
      const { cursor } = yield* mirror.status
      const companies = yield* Sandbox.companies
      const writers = Effect.forEach(
        companies,
        ({ id }, index) =>
          Effect.gen(function* () {
            yield* Companies.update({ companyId: id, name: `Name ${index}` })
            yield* mirror.apply(companyEvent(`msg_${index}`, id))
            // Each stands for another process with the same tables.
            yield* Mirror.Mirror.use((mirror) => mirror.heal).pipe(
              Effect.provide(Mirror.layer()),
              Effect.provideService(SqlClient.SqlClient, sql)
            )
          }),
        { concurrency: 8 }
      )
      const seen: Array<number> = []
      const reader = mirror.changes({ after: cursor, live: true, pollInterval: 0 }).pipe(
        Stream.tap((change) => Effect.sync(() => seen.push(change.cursor))),
        Stream.take(companies.length),
        Stream.runDrain
      )
      yield* Effect.all([reader, writers], { concurrency: 2 })
      assert.deepStrictEqual(
        seen,
        companies.map((_, index) => cursor + index + 1)
      )
    }).pipe(Effect.provide(withSandbox(database, context)))
  )

  if (database.name !== "PostgreSQL") return

  it.live("plans each statement of a transaction for the present size of the tables", (context) =>
    Effect.gen(function* () {
      yield* Mirror.Mirror
      const sql = yield* SqlClient.SqlClient
      const mode = Effect.map(
        sql`SELECT current_setting('plan_cache_mode') AS mode`,
        ([row]) => row?.["mode"]
      )
      assert.strictEqual(yield* Store.make(sql, "default").write(() => mode), "force_custom_plan")
      assert.strictEqual(yield* mode, "auto")
    }).pipe(Effect.provide(withSandbox(database, context)))
  )

  it.effect(
    "walks and heals at the same time, whatever isolation level transactions have by default",
    (context) =>
      Effect.gen(function* () {
        const mirror = yield* Mirror.Mirror
        for (const [index, { id }] of (yield* Sandbox.companies).entries()) {
          yield* mirror.apply(companyEvent(`msg_${index}`, id))
        }
        yield* Effect.all([mirror.reconcile, mirror.heal], { concurrency: 2 })
        assert.deepInclude(yield* mirror.status, { dirtyCompanies: 0 })
      }).pipe(
        Effect.provideService(SqlClient.BeginTransaction, "BEGIN ISOLATION LEVEL REPEATABLE READ"),
        Effect.provide(withSandbox(database, context))
      )
  )
}
