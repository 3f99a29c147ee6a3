import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import * as Mirror from "effect-codat/Mirror"
import * as MirrorSqlite from "effect-codat/MirrorSqlite"
import { script } from "../support/Fake.ts"
import { columnsOf } from "./cases/Columns.ts"
import { extremes } from "./cases/Extremes.ts"
import { mirror } from "./cases/Mirror.ts"
import { rateLimitSql } from "./cases/RateLimitSql.ts"
import { traps } from "./cases/Traps.ts"
import { walks } from "./cases/Walks.ts"
import { onSqlite, sqlite } from "./databases.ts"
import { mirrorOn, reasonOf, withSandbox } from "./fixture.ts"

onSqlite(mirror)
onSqlite(traps)
onSqlite(extremes)
onSqlite(rateLimitSql)
onSqlite(columnsOf)
onSqlite(walks)

const renamed = <A extends object>(row: A): A =>
  // What the columns are called is what the types of a query do not check.
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name.replaceAll("_", ""), value])) as A

/** A database whose client gives columns other names, as `transformResultNames` of a driver does. */
const renaming: Layer.Layer<SqlClient.SqlClient, SqlError> = Layer.effect(
  SqlClient.SqlClient,
  Effect.gen(function* () {
    const connection = yield* (yield* SqlClient.SqlClient).reserve
    return yield* SqlClient.make({
      ...SqlClient.makeSqliteAcquirers({
        connection: Effect.succeed(connection),
        semaphore: Semaphore.makeUnsafe(1)
      }),
      compiler: Statement.makeCompilerSqlite(),
      driver: "test",
      spanAttributes: [],
      transformRows: (rows) => rows.map(renamed)
    })
  })
).pipe(
  Layer.provide(Layer.merge(MirrorSqlite.layer({ filename: ":memory:", engine: "libsql" }), Reactivity.layer))
)

it.effect("reads its columns also with a client that renames them", (context) =>
  Effect.gen(function* () {
    const mirror = yield* Mirror.Mirror
    const { changes } = yield* mirror.reconcile
    assert.isAbove(changes, 0)
    assert.strictEqual((yield* mirror.status).cursor, changes)
    assert.notInclude(JSON.stringify(yield* Stream.runCollect(mirror.changes())), "undefined")
  }).pipe(Effect.provide(withSandbox({ ...sqlite, layer: () => renaming }, context)))
)

it.effect("refuses invalid options", () =>
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

describe("an unknown option", () => {
  const layerOf = (options: Mirror.Options) =>
    Effect.map(
      Effect.exit(
        Effect.void.pipe(
          Effect.provide(Layer.fresh(Mirror.layer(options))),
          Effect.provide(mirrorOn(sqlite, undefined as never))
        )
      ),
      reasonOf
    )

  it.effect("is refused by the layer, because a misspelt account would mix two accounts", () =>
    Effect.gen(function* () {
      assert.include(yield* layerOf({ pageSize: 10, ...{ acount: "second" } }), "did you mean account?")
      assert.include(yield* layerOf({ pageSize: 10, ...{ maxMising: 0 } }), "did you mean maxMissing?")
      assert.include(yield* layerOf({ account: " " }), "a non-empty string")
      assert.include(yield* layerOf({ keep: "-1 days" }), "a duration of zero or more")
      // As from plain JavaScript.
      assert.include(yield* layerOf({ onPage: "log" as never }), '"field":"onPage","rule":"a function"')
    })
  )

  it.effect("is a defect of changes and of run", () =>
    Effect.gen(function* () {
      const mirror = yield* Mirror.Mirror
      const textOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
        Effect.map(Effect.exit(effect), (exit) => (Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "none"))
      assert.include(
        yield* textOf(Stream.runDrain(mirror.changes({ live: false, ...{ from: 5 } }))),
        "no such option"
      )
      assert.include(yield* textOf(Stream.runDrain(mirror.changes({ after: Number.NaN }))), "a whole number")
      assert.include(
        yield* textOf(Mirror.run({ healEvery: "1 second", ...{ reconcileEach: "1 hour" } })),
        "no such option"
      )
    }).pipe(Effect.provide(Layer.merge(mirrorOn(sqlite, undefined as never), script().layer)))
  )

  it.effect("is refused by MirrorSqlite", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(
        Effect.void.pipe(Effect.provide(MirrorSqlite.layer({ filename: ":memory:", ...{ engin: "libsql" } })))
      )
      assert.include(reasonOf(exit), "did you mean engine?")
    })
  )
})
