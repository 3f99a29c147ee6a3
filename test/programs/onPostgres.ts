import { afterAll, beforeAll, describe } from "@effect/vitest"
import type { Database } from "../mirror/databases.ts"
import * as Postgres from "../support/postgres.ts"

/** Tests on a real PostgreSQL, one for all of them. */
export const onPostgres = (cases: (database: Database) => void): void => {
  describe("on PostgreSQL", () => {
    let server: Postgres.Server | undefined
    beforeAll(async () => {
      server = await Postgres.start()
    }, 60_000)
    afterAll(() => server?.stop(), 60_000)
    cases({ name: "PostgreSQL", layer: (context) => Postgres.layer(server, context) })
  })
}
