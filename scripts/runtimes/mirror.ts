/** What a runtime that has `node:sqlite` runs beside the program: a mirror in it. */
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { Sandbox } from "effect-codat"
import * as Mirror from "effect-codat/Mirror"
import * as MirrorSqlite from "effect-codat/MirrorSqlite"
import { type Check, check, expect } from "./program.ts"

const mirrored = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const mirror = yield* Mirror.Mirror
  const first = yield* mirror.reconcile
  const companies = yield* Sandbox.companies
  yield* expect((yield* sql`SELECT company_id FROM codat_companies`).length, companies.length)
  yield* expect((yield* sql`SELECT connection_id FROM codat_connections`).length > 20, true)
  yield* expect(first.changes > companies.length, true)
  yield* expect((yield* mirror.reconcile).changes, 0)
  // Its errors have a form of their own.
  const twice = yield* Effect.flip(sql`INSERT INTO codat_changes SELECT * FROM codat_changes LIMIT 1`)
  yield* expect(twice.reason._tag, "ConstraintError")
})

const live = Mirror.layer().pipe(
  Layer.provide(Mirror.layerMigrations),
  Layer.provideMerge(MirrorSqlite.layer({ filename: ":memory:", engine: "node:sqlite" })),
  Layer.provideMerge(Sandbox.layer({ connections: 20, companies: 20 }))
)

export const run = (): Promise<Check> =>
  Effect.runPromise(check("a mirror in node:sqlite", Effect.provide(mirrored, live)))
