import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Mirror from "effect-codat/Mirror"
import { mirror } from "./cases/Mirror.ts"
import { rateLimitSql } from "./cases/RateLimitSql.ts"
import { traps } from "./cases/Traps.ts"
import { onSqlite, sqlite } from "./databases.ts"
import { mirrorOn, reasonOf } from "./fixture.ts"

onSqlite(mirror)
onSqlite(traps)
onSqlite(rateLimitSql)

it.effect("refuses options that make no sense", () =>
  Effect.gen(function* () {
    const failure = reasonOf(
      yield* Effect.exit(
        Effect.void.pipe(
          Effect.provide(Mirror.layer({ pageSize: 5001 })),
          Effect.provide(mirrorOn(sqlite, undefined as never))
        )
      )
    )
    assert.include(failure, "pageSize")
  })
)
