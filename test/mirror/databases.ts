/** The databases that a mirror is tested on. */
import { afterAll, beforeAll, describe } from "@effect/vitest"
import type * as Layer from "effect/Layer"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as MirrorSqlite from "effect-codat/MirrorSqlite"
import type { TestContext } from "vitest"
import * as Postgres from "../support/postgres.ts"

export interface Database {
  readonly name: "SQLite" | "PostgreSQL"
  /** An empty database of the test's own. */
  readonly layer: (context: TestContext) => Layer.Layer<SqlClient, SqlError | Error>
}

export const onEachDatabase = (tests: (database: Database) => void): void => {
  describe("on SQLite", () => {
    tests({ name: "SQLite", layer: () => MirrorSqlite.layer({ filename: ":memory:", engine: "libsql" }) })
  })
  describe("on PostgreSQL", () => {
    let server: Postgres.Server | undefined
    beforeAll(async () => {
      server = await Postgres.start()
    }, 60_000)
    afterAll(() => server?.stop(), 60_000)
    tests({ name: "PostgreSQL", layer: (context) => Postgres.layer(server, context) })
  })
}
