import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, Random, Redacted, Result, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Auth, Connections, RetryPolicy } from "effect-codat"
import * as fc from "fast-check"
import { inProgress, operations } from "../support/calls.ts"
import {
  against,
  companyId,
  connectionId,
  counted,
  failed,
  fake,
  guid,
  json,
  ok,
  pageAsked,
  pageOf,
  type Reply,
  reasonIs,
  reset,
  row,
  script,
  stall,
  text,
  timed,
  watched
} from "../support/Fake.ts"

describe("writes", () => {
  it.effect("keep one key through their attempts, a fresh one each call", () =>
    Effect.gen(function* () {
      const seen = new Set<string>()
      for (const method of ["POST", "PATCH", "POST"] as const) {
        const transport = script(reset(), failed(503), inProgress, ok(row(1)))
        yield* timed(transport, {}, operations[method])
        const keys = transport.asked.map(({ headers }) => headers["idempotency-key"])
        assert.strictEqual(keys.length, 4)
        assert.strictEqual(new Set(keys).size, 1)
        assert.match(String(keys[0]), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        seen.add(String(keys[0]))
      }
      assert.strictEqual(seen.size, 3)
    })
  )

  it.effect("do not take their key from a seeded Random, which would make it again", () =>
    Effect.gen(function* () {
      const transport = fake(() => ok(row(1)))
      yield* operations.POST.pipe(against(transport), Random.withSeed(1))
      yield* operations.POST.pipe(against(transport), Random.withSeed(1))
      const [first, second] = transport.asked.map(({ headers }) => headers["idempotency-key"])
      assert.notStrictEqual(first, second)
    })
  )

  it.effect("keep the caller's key, and the error carries it", () =>
    Effect.gen(function* () {
      const calls = [
        Connections.create({ companyId, platformKey: "gbol", idempotencyKey: guid }),
        Connections.unlink({ companyId, connectionId, idempotencyKey: guid })
      ]
      for (const call of calls) {
        const transport = script(failed(503), failed(422))
        const { error } = yield* timed(transport, {}, call)
        assert.deepStrictEqual(
          transport.asked.map(({ headers }) => headers["idempotency-key"]),
          [guid, guid]
        )
        assert.strictEqual(error?.reason._tag, "UnprocessableContent")
        assert.strictEqual(error?.idempotencyKey, guid)
      }
    })
  )

  it.effect("carry no key on GET, PUT and DELETE", () =>
    Effect.gen(function* () {
      for (const method of ["GET", "PUT", "DELETE"] as const) {
        const transport = script(ok(row(1)))
        yield* operations[method].pipe(against(transport))
        assert.notProperty(transport.asked[0]?.headers, "idempotency-key")
      }
    })
  )

  it.effect("take a 409 for their key's when an earlier request may be running, whatever its text", () =>
    Effect.gen(function* () {
      const unsaid = failed(409, { error: "not now" })
      const own = Connections.create({ companyId, platformKey: "gbol", idempotencyKey: guid })
      const mine = yield* timed(script(unsaid, ok(row(1))), {}, own)
      assert.isTrue(Result.isSuccess(mine.result))
      const lost = yield* timed(script(reset(), unsaid, ok(row(1))), {}, operations.POST)
      assert.isTrue(Result.isSuccess(lost.result))
      const { error } = yield* timed(script(unsaid), RetryPolicy.none, own)
      const reason = reasonIs(error, "Conflict")
      assert.deepInclude(reason, { inProgress: true, message: "not now", statusCode: 409 })
    })
  )

  it.effect("a delete that may have got through takes 404 for done", () =>
    Effect.gen(function* () {
      const maybe = [reset(), stall, failed(500), failed(502), failed(503), failed(504), failed(408)]
      for (const reply of maybe) {
        const { result } = yield* timed(script(reply, failed(404)), {}, operations.DELETE)
        assert.deepStrictEqual(result, Result.succeed(undefined))
      }
      const still = yield* timed(script(reset(), failed(429), failed(404)), {}, operations.DELETE)
      assert.isTrue(Result.isSuccess(still.result))
      const never = yield* timed(script(failed(429), failed(404)), {}, operations.DELETE)
      assert.strictEqual(never.error?.reason._tag, "NotFound")
      const other = yield* timed(script(reset(), failed(404)), {}, operations.GET)
      assert.strictEqual(other.error?.reason._tag, "NotFound")
    })
  )
})

describe("what was never sent", () => {
  /** No credentials at first: none within the time of an attempt, then those that do. */
  const slowAtFirst = () => {
    let asked = 0
    return Effect.provideService(Auth.Auth, {
      authorization: Effect.suspend(() =>
        asked++ === 0 ? Effect.never : Effect.succeed(Redacted.make("Basic c29tZS1hcGkta2V5"))
      ),
      refused: () => Effect.succeed(false)
    })
  }

  it.effect("cannot have deleted anything", () =>
    Effect.gen(function* () {
      const transport = script(failed(404))
      const { error } = yield* timed(transport, {}, operations.DELETE.pipe(slowAtFirst()))
      assert.strictEqual(error?.reason._tag, "NotFound")
      assert.deepStrictEqual(
        error?.attempts.map(({ reason }) => reason),
        ["Timeout", "NotFound"]
      )
      assert.lengthOf(transport.asked, 1)
    })
  )

  it.effect("is not counted as a request", () =>
    watched(() =>
      Effect.gen(function* () {
        yield* timed(script(ok(row(1))), {}, operations.GET.pipe(slowAtFirst()))
        const count = (id: string, outcome: string) => counted(id, { operation: "Connections.get", outcome })
        assert.strictEqual(yield* count("codat_requests", "Timeout"), 0)
        assert.strictEqual(yield* count("codat_requests", "ok"), 1)
        assert.strictEqual(yield* count("codat_retries", "Timeout"), 1)
      })
    )
  )
})

describe("what is told of it", () => {
  it.effect("each attempt with its reason, status and wait", () =>
    Effect.gen(function* () {
      const replies = [reset(), stall, json(429, {}), failed(404, { correlationId: "abc" })]
      const { error } = yield* timed(script(...replies), { jitter: "none" }, operations.GET)
      assert.deepStrictEqual(
        error?.attempts.map(({ reason, statusCode, wait }) => [reason, statusCode, Duration.toMillis(wait)]),
        [
          ["Transport", undefined, 500],
          ["Timeout", undefined, 1000],
          ["RateLimited", 429, 2000],
          ["NotFound", 404, 0]
        ]
      )
      assert.strictEqual(
        error?.message,
        "Connections.get: NotFound 404: error 404 (correlationId abc), after 4 attempts"
      )
    })
  )

  const client = ["client", "GET /companies/{companyId}/connections/{connectionId}"]

  it.effect(
    "onRetry before each wait, and an event on the operation's span, beside the spans of its attempts",
    () =>
      watched(({ spans }) =>
        Effect.gen(function* () {
          const told: Array<unknown> = []
          const onRetry = ({ attempt, operation, reason, wait }: RetryPolicy.Retry) =>
            Effect.sync(() => told.push([operation, attempt, reason._tag, Duration.toMillis(wait)]))
          const policy = {
            jitter: "none",
            onRetry: (retry: RetryPolicy.Retry) => Effect.asVoid(onRetry(retry))
          } as const
          const { at } = yield* timed(script(failed(503), reset(), ok(row(1))), policy, operations.GET)
          assert.deepStrictEqual(at, [0, 500, 1500])
          assert.deepStrictEqual(told, [
            ["Connections.get", 1, "ServerError", 500],
            ["Connections.get", 2, "Transport", 1000]
          ])
          assert.deepStrictEqual(
            spans.map(({ kind, name }) => [kind, name]),
            [["internal", "Connections.get"], client, client, client]
          )
          assert.deepStrictEqual(Object.fromEntries(spans[0]?.attributes ?? []), {
            "codat.company_id": companyId,
            "codat.connection_id": connectionId,
            "codat.attempts": 3
          })
          assert.deepStrictEqual(
            spans[0]?.events.map(([name, at, attributes]) => [name, Number(at) / 1e6, attributes]),
            [
              ["codat.retry", 0, { "codat.attempt": 1, "codat.reason": "ServerError", "codat.wait_ms": 500 }],
              ["codat.retry", 500, { "codat.attempt": 2, "codat.reason": "Transport", "codat.wait_ms": 1000 }]
            ]
          )
        })
      )
  )

  it.effect("attempts on the span of a call that failed, and of a delete that was done before", () =>
    watched(({ spans }) =>
      Effect.gen(function* () {
        yield* timed(script(failed(503), failed(404)), {}, operations.GET)
        yield* timed(script(failed(503), failed(404)), {}, operations.DELETE)
        assert.deepStrictEqual(
          spans.flatMap(({ attributes, kind, name }) =>
            kind === "client" ? [] : [[name, attributes.get("codat.attempts")]]
          ),
          [
            ["Connections.get", 2],
            ["Connections.delete", 2]
          ]
        )
      })
    )
  )
})

describe("the policy in force", () => {
  const attemptsOf = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
    const transport = fake(() => failed(503))
    const fiber = yield* effect.pipe(Effect.provide(transport.layer), Effect.exit, Effect.forkChild)
    yield* TestClock.adjust("30 days")
    yield* Fiber.join(fiber)
    return transport.asked.length
  })
  const twice = RetryPolicy.make({ maxAttempts: 2 })
  const list = Connections.list({ companyId })

  it.effect("is read when the call runs, the innermost first", () =>
    Effect.gen(function* () {
      const get = operations.GET
      const layer = RetryPolicy.layer(twice)
      assert.strictEqual(yield* attemptsOf(get), 5)
      assert.strictEqual(yield* attemptsOf(get.pipe(RetryPolicy.withPolicy(twice))), 2)
      assert.strictEqual(yield* attemptsOf(get.pipe(Effect.provide(layer))), 2)
      assert.strictEqual(
        yield* attemptsOf(get.pipe(RetryPolicy.withPolicy(RetryPolicy.none), Effect.provide(layer))),
        1
      )
      assert.strictEqual(yield* attemptsOf(Stream.runDrain(list.pipe(RetryPolicy.withPolicy(twice)))), 2)
      assert.strictEqual(yield* attemptsOf(Stream.runDrain(RetryPolicy.withPolicy(list, twice))), 2)
      assert.strictEqual(yield* attemptsOf(Stream.runDrain(list).pipe(Effect.provide(layer))), 2)
      assert.strictEqual(yield* attemptsOf(Stream.runDrain(Stream.provide(list, layer))), 2)
      assert.strictEqual(
        yield* attemptsOf(get.pipe(Effect.provide(Layer.merge(layer, RetryPolicy.layer(RetryPolicy.none))))),
        1
      )
    })
  )

  it.effect("of a stream repeats the page that failed, and no other", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 3]) {
        const tries = new Map<number, number>()
        const transport = fake((asked) => {
          const number = pageAsked(asked)
          tries.set(number, (tries.get(number) ?? 0) + 1)
          return number % 2 === 0 && tries.get(number) === 1
            ? failed(503)
            : ok(pageOf(number, { total: 50, size: 10 }))
        })
        const { result } = yield* timed(
          transport,
          {},
          Stream.runCollect(Connections.list({ companyId, pageSize: 10, concurrency }))
        )
        const ids = Result.getOrThrow(result).map(({ id }) => id)
        assert.deepStrictEqual(
          ids,
          Array.from({ length: 50 }, (_, index) => `c${index}`)
        )
        assert.deepStrictEqual(
          [...tries].sort(([a], [b]) => a - b),
          [1, 2, 3, 4, 5].map((number) => [number, number % 2 === 0 ? 2 : 1])
        )
      }
    })
  )

  it.effect("is interrupted while it waits", () =>
    Effect.gen(function* () {
      const transport = script(failed(503))
      const fiber = yield* operations.GET.pipe(against(transport, { jitter: "none" }), Effect.forkChild)
      yield* Effect.yieldNow
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(transport.asked.length, 1)
    })
  )
})

it.effect("whatever fails in between, every connection comes exactly once and in order", () =>
  Effect.promise(() =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat({ max: 3 }), { maxLength: 3 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 4 }),
        async (faults, concurrency) => {
          const replies: ReadonlyArray<Reply> = [reset(), failed(503), failed(429), text(502, "<html>")]
          const total = faults.length * 10
          const tries = new Map<number, number>()
          const transport = fake((asked) => {
            const number = pageAsked(asked)
            const tried = tries.get(number) ?? 0
            tries.set(number, tried + 1)
            const fault = faults[number - 1]?.[tried]
            return (
              (fault === undefined ? undefined : replies[fault]) ?? ok(pageOf(number, { total, size: 10 }))
            )
          })
          const all = await Effect.runPromise(
            Stream.runCollect(Connections.list({ companyId, pageSize: 10, concurrency })).pipe(
              against(transport, { maxAttempts: 4, baseDelay: 0 })
            )
          )
          assert.deepStrictEqual(
            all.map(({ id }) => id),
            Array.from({ length: total }, (_, index) => `c${index}`)
          )
          assert.deepStrictEqual(
            faults.map((some) => some.length + 1),
            faults.map((_, index) => tries.get(index + 1))
          )
        }
      ),
      { numRuns: 100 }
    )
  )
)
