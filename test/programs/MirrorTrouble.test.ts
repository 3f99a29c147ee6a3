/**
 * A mirror and a limiter when their PostgreSQL loses connections, is set up otherwise than by default, or is shared with
 * transactions of the program.
 */

import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { Companies, Sandbox } from "effect-codat"
import * as Mirror from "effect-codat/Mirror"
import * as RateLimitSql from "effect-codat/RateLimitSql"
import type { TestContext } from "vitest"
import { assertEqual, assertReplays, companyEvent } from "../mirror/fixture.ts"
import * as Postgres from "../support/postgres.ts"

let server: Postgres.Server | undefined
beforeAll(async () => {
  server = await Postgres.start()
}, 60_000)
afterAll(() => server?.stop(), 60_000)

/** An empty database, and clients for it, each of which stands for a process. */
const database = (context: TestContext) =>
  Effect.gen(function* () {
    const running = yield* Postgres.required(server, context)
    const name = yield* Postgres.createDatabase(running)
    return {
      name,
      client: (username?: string) => Layer.fresh(Postgres.client(running.port, name, 10, username))
    }
  })

const limiterOn = (client: Layer.Layer<SqlClient.SqlClient, SqlError>) =>
  Layer.fresh(RateLimiter.layer).pipe(
    Layer.provide(Layer.fresh(RateLimitSql.layerStore)),
    Layer.provideMerge(client)
  )

const mirrorOn = (client: Layer.Layer<SqlClient.SqlClient, SqlError>) =>
  Layer.fresh(Mirror.layer({ pageSize: 10 })).pipe(
    Layer.provideMerge(Layer.fresh(Mirror.layerMigrations)),
    Layer.provideMerge(client)
  )

/** Runs an effect that has to wait for the lock of a table's rows, and ends the sessions that wait. */
const losingItsConnection = <A, E, R>(table: string, effect: Effect.Effect<A, E, R>, sessions = 1) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const locked = yield* Deferred.make<void>()
    const ended = Effect.gen(function* () {
      yield* sql`SELECT * FROM ${sql(table)} FOR UPDATE`
      yield* Deferred.succeed(locked, undefined)
      for (let turn = 0; turn < 200; turn++) {
        const waiting = yield* sql`SELECT pid FROM pg_locks WHERE NOT granted`
        if (waiting.length >= sessions) {
          return yield* sql`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted`
        }
        yield* Effect.sleep("5 millis")
      }
      assert.fail("no session waited")
    }).pipe(sql.withTransaction)
    const [result] = yield* Effect.all([Effect.andThen(Deferred.await(locked), effect), ended], {
      concurrency: 2
    })
    return result
  })

const consume = RateLimiter.RateLimiter.use((limiter) =>
  limiter.consume({ key: "key", limit: 5, window: "1 hour" })
)

it.live(
  "a connection that is lost inside a transaction is a SqlError of the mirror, and no defect",
  (context) =>
    Effect.gen(function* () {
      const { client } = yield* database(context)
      yield* Effect.gen(function* () {
        const mirror = yield* Mirror.Mirror
        const error = yield* losingItsConnection("codat_walks", Effect.flip(mirror.reconcile))
        assert.strictEqual(error._tag, "SqlError")
        assert.isAbove((yield* mirror.reconcile).changes, 0)
      }).pipe(Effect.provide([mirrorOn(client()), Sandbox.layer({ connections: 3 })]))
    })
)

it.live(
  "connections that are lost inside several transactions at once are a SqlError of the mirror",
  (context) =>
    Effect.gen(function* () {
      const { client } = yield* database(context)
      yield* Effect.gen(function* () {
        const mirror = yield* Mirror.Mirror
        for (const [index, { id }] of (yield* Sandbox.companies).entries()) {
          yield* mirror.apply(companyEvent(`msg_${index}`, id))
        }
        for (let turn = 0; turn < 5; turn++) {
          const error = yield* losingItsConnection("codat_walks", Effect.flip(mirror.heal), 4)
          assert.strictEqual(error._tag, "SqlError")
        }
        assert.deepInclude(yield* mirror.heal, { read: 9 })
      }).pipe(Effect.provide([mirrorOn(client()), Sandbox.layer({ connections: 3, companies: 8 })]))
    })
)

it.live(
  "a connection that is lost inside a transaction is an error of the limiter, and no defect",
  (context) =>
    Effect.gen(function* () {
      const { client } = yield* database(context)
      yield* Effect.gen(function* () {
        yield* consume
        const { reason } = yield* losingItsConnection("codat_rate_limits", Effect.flip(consume))
        assert.strictEqual(reason._tag, "RateLimitStoreError")
        yield* consume
      }).pipe(Effect.provide(limiterOn(client())))
    })
)

it.live("the limiter counts outside a transaction of the program", (context) =>
  Effect.gen(function* () {
    const { client } = yield* database(context)
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const idle = Effect.map(
        sql`SELECT current_setting('idle_in_transaction_session_timeout') AS value`,
        ([row]) => row?.["value"]
      )
      const other = consume.pipe(Effect.provide(limiterOn(client())), Effect.timeout("10 seconds"))
      const rolledBack = sql.withTransaction(
        Effect.gen(function* () {
          yield* consume
          assert.strictEqual(yield* idle, "0")
          yield* other
          return yield* Effect.fail("rolled back" as const)
        })
      )
      assert.strictEqual(yield* Effect.flip(rolledBack), "rolled back")
      assert.strictEqual((yield* consume).remaining, 2)
    }).pipe(Effect.provide(limiterOn(client())))
  })
)

it.live("two processes start at the same time on a database whose transactions are serializable", (context) =>
  Effect.gen(function* () {
    const { client, name } = yield* database(context)
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql.unsafe(`ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`)
      const start = Mirror.Mirror.use((mirror) => mirror.status).pipe(
        Effect.provide(Layer.fresh(Mirror.layer({ account: "second" })).pipe(Layer.provide(client())))
      )
      const first = sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`INSERT INTO codat_walks SELECT 'second', phase, first_seq, page_size, next_page, round, total,
            total_pages, pages, skipped, candidates, removed, changes, started_at, page_at, finished_at, change_seq, pruned_seq
            FROM codat_walks`
          const second = yield* Effect.forkDetach(start)
          while ((yield* sql`SELECT pid FROM pg_locks WHERE NOT granted`).length === 0) {
            yield* Effect.sleep("5 millis")
          }
          return second
        })
      )
      assert.deepInclude(yield* Fiber.join(yield* first), { cursor: 0 })
    }).pipe(Effect.provide(mirrorOn(client())))
  })
)

it.live("a role that may create no tables walks and is limited, once there are tables", (context) =>
  Effect.gen(function* () {
    const { client, name } = yield* database(context)
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const role = `role_${name}`
      yield* sql.unsafe(`CREATE ROLE ${role} LOGIN`)
      yield* sql.unsafe(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`)
      yield* sql.unsafe(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role}`)
      yield* Effect.gen(function* () {
        assert.isAbove((yield* Mirror.Mirror.use((mirror) => mirror.reconcile)).changes, 0)
        yield* consume
      }).pipe(
        Effect.provide([mirrorOn(client(role)), limiterOn(client(role)), Sandbox.layer({ connections: 3 })])
      )
    }).pipe(Effect.provide(Layer.merge(mirrorOn(client()), limiterOn(client()))))
  })
)

/** What an operator can have set for a database, each otherwise than by default. */
const unusual = [
  "timezone = 'Asia/Kathmandu'",
  "datestyle = 'SQL, DMY'",
  "standard_conforming_strings = off",
  "default_transaction_isolation = 'repeatable read'",
  "array_nulls = off",
  "plan_cache_mode = force_generic_plan",
  "search_path = mine"
]

it.live("a mirror is equal to Codat whatever a database has been set to", (context) =>
  Effect.gen(function* () {
    const { client, name } = yield* database(context)
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`CREATE SCHEMA mine`
      for (const setting of unusual) yield* sql.unsafe(`ALTER DATABASE ${name} SET ${setting}`)
    }).pipe(Effect.provide(client()))
    yield* Effect.gen(function* () {
      const mirror = yield* Mirror.Mirror
      yield* mirror.reconcile
      const [, first] = yield* Sandbox.companies
      yield* Companies.update({ companyId: first?.id ?? "", name: 'it\'s \\ "NULL" {a,b}' })
      yield* mirror.apply(companyEvent("msg_1", first?.id ?? ""))
      assert.deepInclude(yield* mirror.heal, { read: 1, changes: 1 })
      assert.deepInclude(yield* mirror.reconcile, { changes: 0 })
      yield* assertEqual
      yield* assertReplays
      const sql = yield* SqlClient.SqlClient
      assert.deepStrictEqual(
        yield* sql`SELECT 1 FROM mine.codat_companies WHERE description = 'null' OR removed_at IS NOT NULL`,
        []
      )
    }).pipe(Effect.provide([mirrorOn(client()), Sandbox.layer({ connections: 3, companies: 14 })]))
  })
)
