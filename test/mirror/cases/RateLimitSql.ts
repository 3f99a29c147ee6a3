import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as SqlClient from "effect/sql/SqlClient"
import * as TestClock from "effect/testing/TestClock"
import * as RateLimitSql from "effect-codat/RateLimitSql"
import type { Database } from "../databases.ts"

/** The results of a limiter for requests at several times. */
const answers = Effect.gen(function* () {
  const limiter = yield* RateLimiter.RateLimiter
  const all: Array<unknown> = []
  for (const algorithm of ["token-bucket", "fixed-window"] as const) {
    for (const wait of [0, 0, 0, 0, 700, 0, 350, 3000, 0, 0, 0, 0, 50]) {
      yield* TestClock.adjust(wait)
      const options = { algorithm, key: "key", limit: 3, window: "3 seconds" } as const
      const answer = yield* Effect.result(limiter.consume({ ...options, onExceeded: "fail" }))
      all.push(JSON.stringify(answer))
    }
    const late = limiter.consume({
      algorithm,
      key: `late ${algorithm}`,
      limit: 1,
      window: "1 second",
      onExceeded: "delay"
    })
    // Several at once, as for a request that counts for more than one.
    for (const wait of [0, 0, 0, 800, 2200, 0]) {
      yield* TestClock.adjust(wait)
      const options = { algorithm, key: "several", limit: 5, window: "5 seconds", tokens: 2 } as const
      all.push(JSON.stringify(yield* Effect.result(limiter.consume({ ...options, onExceeded: "fail" }))))
    }
    const [overflowing, delayed] = [yield* late, yield* late]
    all.push(JSON.stringify([overflowing, delayed]))
  }
  return all
})

export const rateLimitSql = (database: Database): void => {
  it.effect("answers as Effect's store in memory does", (context) =>
    Effect.gen(function* () {
      const memory = yield* Effect.provide(
        answers,
        Layer.fresh(RateLimiter.layer).pipe(Layer.provide(Layer.fresh(RateLimiter.layerStoreMemory)))
      )
      const sql = yield* Effect.provide(
        answers,
        Layer.fresh(RateLimiter.layer).pipe(
          Layer.provide(Layer.fresh(RateLimitSql.layerStore)),
          Layer.provide(database.layer(context))
        )
      )
      assert.deepStrictEqual(sql, memory)
    })
  )

  it.effect("says why the database could not count", (context) =>
    Effect.gen(function* () {
      const limiter = yield* RateLimiter.RateLimiter
      const sql = yield* SqlClient.SqlClient
      yield* sql`DROP TABLE codat_rate_limits`
      const error = yield* Effect.flip(limiter.consume({ key: "key", limit: 3, window: "3 seconds" }))
      assert.match(error.reason.message, /codat_rate_limits/)
    }).pipe(
      Effect.provide(
        RateLimiter.layer.pipe(
          Layer.provide(RateLimitSql.layerStore),
          Layer.provideMerge(database.layer(context))
        )
      )
    )
  )

  it.effect("does not wait for a time that was written by a clock a day ahead", (context) =>
    Effect.gen(function* () {
      const limiter = yield* RateLimiter.RateLimiter
      for (const algorithm of ["token-bucket", "fixed-window"] as const) {
        const options = { algorithm, key: "key", limit: 3, window: "3 seconds", onExceeded: "fail" } as const
        yield* TestClock.setTime(86_400_000)
        for (let turn = 0; turn < 3; turn++) yield* limiter.consume(options)
        yield* TestClock.setTime(0)
        yield* Effect.result(limiter.consume(options))
        yield* TestClock.setTime(3000)
        assert.isTrue(yield* Effect.isSuccess(limiter.consume(options)), algorithm)
        // The limit still holds.
        const more = yield* Effect.forEach([1, 2, 3], () => Effect.isSuccess(limiter.consume(options)))
        assert.isFalse(more[2], algorithm)
      }
    }).pipe(
      Effect.provide(
        Layer.fresh(RateLimiter.layer).pipe(
          Layer.provide(Layer.fresh(RateLimitSql.layerStore)),
          Layer.provide(database.layer(context))
        )
      )
    )
  )

  it.effect("gives no request early for a time that was written by a clock a little ahead", (context) =>
    Effect.gen(function* () {
      const limiter = yield* RateLimiter.RateLimiter
      const isAllowed = Effect.isSuccess(
        limiter.consume({
          algorithm: "token-bucket",
          key: "key",
          limit: 3,
          window: "3 seconds",
          onExceeded: "fail"
        })
      )
      yield* TestClock.setTime(500)
      assert.deepStrictEqual(yield* Effect.all([isAllowed, isAllowed, isAllowed]), [true, true, true])
      for (const time of [0, 1499]) {
        yield* TestClock.setTime(time)
        assert.isFalse(yield* isAllowed, String(time))
      }
      yield* TestClock.setTime(1500)
      assert.isTrue(yield* isAllowed)
    }).pipe(
      Effect.provide(
        Layer.fresh(RateLimiter.layer).pipe(
          Layer.provide(Layer.fresh(RateLimitSql.layerStore)),
          Layer.provide(database.layer(context))
        )
      )
    )
  )

  it.effect("gives the last request of the budget to one of many concurrent callers", (context) =>
    Effect.gen(function* () {
      const limiter = yield* RateLimiter.RateLimiter
      const results = yield* Effect.forEach(
        Array.from({ length: 30 }),
        () =>
          Effect.isSuccess(
            limiter.consume({
              algorithm: "token-bucket",
              key: "k",
              limit: 10,
              window: "1 minute",
              onExceeded: "fail"
            })
          ),
        { concurrency: 10 }
      )
      assert.lengthOf(results.filter(Boolean), 10)
    }).pipe(
      Effect.provide(
        Layer.fresh(RateLimiter.layer).pipe(
          Layer.provide(Layer.fresh(RateLimitSql.layerStore)),
          Layer.provide(database.layer(context))
        )
      )
    )
  )
}
