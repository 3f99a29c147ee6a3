/**
 * The databases that a mirror is tested on. The tests in `cases/` run on both: on SQLite here, on PostgreSQL in
 * `test/programs/`.
 */
import { describe } from "@effect/vitest"
import type * as Layer from "effect/Layer"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as MirrorSqlite from "effect-codat/MirrorSqlite"
import type { TestContext } from "vitest"

export interface Database {
  readonly name: "SQLite" | "PostgreSQL"
  /** An empty database of the test's own. */
  readonly layer: (context: TestContext) => Layer.Layer<SqlClient, SqlError | Error>
}

export const sqlite: Database = {
  name: "SQLite",
  layer: () => MirrorSqlite.layer({ filename: ":memory:", engine: "libsql" })
}

export const onSqlite = (cases: (database: Database) => void): void => {
  describe("on SQLite", () => cases(sqlite))
}
