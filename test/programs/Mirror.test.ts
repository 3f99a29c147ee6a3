import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { columnsOf } from "../mirror/cases/Columns.ts"
import { extremes } from "../mirror/cases/Extremes.ts"
import { mirror } from "../mirror/cases/Mirror.ts"
import { rateLimitSql } from "../mirror/cases/RateLimitSql.ts"
import { traps } from "../mirror/cases/Traps.ts"
import { walks } from "../mirror/cases/Walks.ts"
import * as Postgres from "../support/postgres.ts"
import { onPostgres } from "./onPostgres.ts"

onPostgres((database) => {
  mirror(database)
  traps(database)
  extremes(database)
  rateLimitSql(database)
  columnsOf(database)
  walks(database)
})

it.live("ports of runners are not those that the system gives to outgoing connections", () =>
  Effect.gen(function* () {
    for (let turn = 0; turn < 20; turn++) {
      assert.isBelow(yield* Effect.promise(Postgres.freePort), 32_768)
    }
  })
)
