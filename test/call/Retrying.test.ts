import { assert, describe, it } from "@effect/vitest"
import { Clock, DateTime, Duration, Effect, Fiber, Layer, Random, Redacted, Result } from "effect"
import { TestClock } from "effect/testing"
import { Auth, CodatConfig, type CodatError, RetryPolicy } from "effect-codat"
import { inProgress, operations } from "../support/calls.ts"
import {
  against,
  errorOf,
  failed,
  fake,
  late,
  ok,
  type Reply,
  reasonIs,
  reset,
  row,
  script,
  stall,
  text,
  timed
} from "../support/Fake.ts"

const methods = ["GET", "PUT", "DELETE", "POST", "PATCH"] as const

/** What a request meets, and the methods that are sent again after it. */
const outcomes: ReadonlyArray<readonly [string, Reply, ReadonlyArray<string>]> = [
  ["a lost connection", reset(), methods],
  ["no answer in time", stall, methods],
  ["408", failed(408), ["GET", "PUT", "DELETE"]],
  ["429", failed(429), methods],
  ["500", failed(500), ["GET", "PUT", "DELETE"]],
  ["502", text(502, "<html>"), methods],
  ["503", failed(503), methods],
  ["504", text(504, ""), methods],
  ["409 in progress", inProgress, ["POST", "PATCH"]],
  ["409 not ready", failed(409, { error: "not ready" }), []],
  ["503 not to be retried", failed(503, { canBeRetried: "False" }), []],
  ["429 not to be retried", failed(429, { canBeRetried: "False" }), []],
  ["503 that may be retried", failed(503, { canBeRetried: "True" }), methods],
  ["503 that does not know", failed(503, { canBeRetried: "Unknown" }), methods],
  ["400 that says it may be retried", failed(400, { canBeRetried: "True" }), []],
  ...[302, 400, 401, 402, 403, 404, 418, 422, 451, 501, 505, 599].map(
    (status) => [String(status), failed(status), []] as const
  )
]

describe("what is repeated", () => {
  for (const method of methods) {
    it.effect(method, () =>
      Effect.gen(function* () {
        for (const [name, reply, repeated] of outcomes) {
          const about = `${method} after ${name}`
          const again = repeated.includes(method)
          const transport = script(reply, ok(row(1)))
          const { at, result } = yield* timed(transport, { jitter: "none" }, operations[method])
          const start = at[0] ?? Number.NaN
          const wait = reply === stall ? 30_500 : 500
          assert.deepStrictEqual(at, again ? [start, start + wait] : [start], about)
          assert.strictEqual(Result.isSuccess(result), again, about)
          // A call that gave up says what the table says.
          const { error } = yield* timed(script(reply), RetryPolicy.none, operations[method])
          assert.strictEqual(error?.isRetryable, again, `${about}: isRetryable`)
          assert.strictEqual(error?.attempts.length, 1, about)
          assert.strictEqual(error?.method, method)
        }
      })
    )
  }

  it.effect("not an answer that is not what Codat promises", () =>
    Effect.gen(function* () {
      const { at, error } = yield* timed(script(text(200, "<html>")), {}, operations.GET)
      assert.strictEqual(error?.reason._tag, "InvalidResponse")
      assert.deepStrictEqual(at, [0])
    })
  )
})

describe("waits", () => {
  it.effect("double from the base to the cap, without jitter", () =>
    Effect.gen(function* () {
      const policy = {
        jitter: "none",
        maxAttempts: 8,
        baseDelay: "1 second",
        maxDelay: "10 seconds"
      } as const
      const { at, error } = yield* timed(
        fake(() => failed(503)),
        policy,
        operations.GET
      )
      assert.deepStrictEqual(
        at,
        [0, 1, 3, 7, 15, 25, 35, 45].map((seconds) => seconds * 1000)
      )
      assert.deepStrictEqual(
        error?.attempts.map(({ wait }) => Duration.toSeconds(wait)),
        [1, 2, 4, 8, 10, 10, 10, 0]
      )
    })
  )

  it.effect("are five attempts from half a second by default", () =>
    Effect.gen(function* () {
      const { at } = yield* timed(
        fake(() => failed(503)),
        { jitter: "none" },
        operations.GET
      )
      assert.deepStrictEqual(at, [0, 500, 1500, 3500, 7500])
    })
  )

  it.effect("are drawn by Random, evenly between nothing and their most", () =>
    Effect.gen(function* () {
      const run = timed(
        fake(() => failed(503)),
        { maxAttempts: 4, baseDelay: 1000 },
        operations.GET
      )
      const { error } = yield* Random.withSeed(run, "a seed")
      const draws = yield* Random.withSeed(Effect.all([Random.next, Random.next, Random.next]), "a seed")
      assert.deepStrictEqual(
        error?.attempts.map(({ wait }) => Duration.toMillis(wait)),
        [...draws.map((draw, index) => Math.round(draw * 1000 * 2 ** index)), 0]
      )
    })
  )

  it.effect("are what Retry-After says at least", () =>
    Effect.gen(function* () {
      const now = Date.parse("2024-05-06T07:08:00Z")
      const table: ReadonlyArray<readonly [string | undefined, number]> = [
        [undefined, 500],
        ["7", 7000],
        ["  7  ", 7000],
        ["0", 500],
        ["60", 60_000],
        ["Mon, 06 May 2024 07:08:10 GMT", 10_000],
        ["Sun, 05 May 2024 07:08:10 GMT", 500],
        ["-5", 500],
        ["1.5", 500],
        ["1e3", 500],
        ["soon", 500],
        ["5, 7", 7000],
        ["7,5", 7000],
        // As many as a client may take, which are more than a function may be called with.
        [`9${",7".repeat(200_000)}`, 9000],
        ["5, soon", 500],
        ["", 500]
      ]
      for (const status of [429, 503, 408]) {
        for (const [header, wait] of table) {
          yield* TestClock.setTime(now)
          const reply = failed(status, {}, header === undefined ? {} : { "retry-after": header })
          const { at } = yield* timed(script(reply, ok(row(1))), { jitter: "none" }, operations.GET)
          assert.deepStrictEqual(at, [now, now + wait], `${status}, Retry-After: ${header}`)
        }
      }
    })
  )

  it.effect("longer than the policy allows fail at once, and say when", () =>
    Effect.gen(function* () {
      const now = Date.parse("2024-05-06T21:00:00Z")
      const midnight = "2024-05-07T00:00:00Z"
      const hours = (n: number) => Duration.toMillis(Duration.hours(n))
      const quota = { "x-rate-limit-remaining": "0", "x-rate-limit-reset": midnight }
      const table: ReadonlyArray<readonly [Record<string, string>, number]> = [
        [{ "retry-after": "61" }, 61_000],
        [{ "retry-after": "10800" }, hours(3)],
        [{ "retry-after": "Tue, 07 May 2024 00:00:00 GMT" }, hours(3)],
        [{ "retry-after": "99999999999999999999" }, 1e23],
        [{}, hours(3)]
      ]
      for (const [headers, retryAfter] of table) {
        yield* TestClock.setTime(now)
        const { at, error } = yield* timed(
          script(failed(429, {}, { ...quota, ...headers })),
          {},
          operations.POST
        )
        assert.deepStrictEqual(at, [now])
        const reason = reasonIs(error, "RateLimited")
        assert.strictEqual(error?.retryAfter && Duration.toMillis(error.retryAfter), retryAfter)
        assert.strictEqual(reason.resetAt && DateTime.formatIso(reason.resetAt), "2024-05-07T00:00:00.000Z")
        assert.strictEqual(reason.remaining, 0)
        assert.strictEqual(error?.isRetryable, true)
      }
    })
  )

  it.effect("longer than the policy allows fail at once after a 5xx as well", () =>
    Effect.gen(function* () {
      const { at, error } = yield* timed(
        script(failed(503, {}, { "retry-after": "3600" })),
        {},
        operations.GET
      )
      assert.deepStrictEqual(at.length, 1)
      assert.strictEqual(error?.reason._tag, "ServerError")
      assert.deepEqual(error?.retryAfter, Duration.hours(1))
    })
  )

  it.effect("for the quota are waited out by the patient", () =>
    Effect.gen(function* () {
      const reply = failed(429, {}, { "retry-after": "36000" })
      const { at, result } = yield* timed(script(reply, ok(row(1))), RetryPolicy.patient, operations.GET)
      assert.isTrue(Result.isSuccess(result))
      assert.deepStrictEqual(at, [0, 36_000_000])
    })
  )
})

describe("bounds", () => {
  it.effect("maxAttempts counts the first", () =>
    Effect.gen(function* () {
      for (const maxAttempts of [1, 2, 3]) {
        const { at, error } = yield* timed(
          fake(() => reset()),
          { maxAttempts },
          operations.GET
        )
        assert.strictEqual(at.length, maxAttempts)
        assert.strictEqual(error?.attempts.length, maxAttempts)
      }
    })
  )

  it.effect("the limit of an attempt is a fresh one each time", () =>
    Effect.gen(function* () {
      const slow = late(29_000, failed(503))
      const { at, result } = yield* timed(
        script(slow, stall, late(29_000, ok(row(1)))),
        { jitter: "none", baseDelay: 1000 },
        operations.GET
      )
      assert.deepStrictEqual(at, [0, 30_000, 62_000])
      assert.isTrue(Result.isSuccess(result))
    })
  )

  it.effect("the deadline keeps a wait that would outlast it from starting", () =>
    Effect.gen(function* () {
      const policy = { jitter: "none", deadline: 1500 } as const
      const { at, error } = yield* timed(
        fake(() => failed(503)),
        policy,
        operations.GET
      )
      assert.deepStrictEqual(at, [0, 500])
      assert.strictEqual(error?.reason._tag, "ServerError")
    })
  )

  it.effect("the deadline cuts an attempt short and covers the waits before it", () =>
    Effect.gen(function* () {
      const transport = script(failed(503), stall)
      const fiber = yield* operations.GET.pipe(
        against(transport, { jitter: "none", deadline: 2000 }),
        Effect.flip,
        Effect.forkChild
      )
      yield* TestClock.adjust(1999)
      assert.strictEqual(fiber.pollUnsafe(), undefined)
      assert.strictEqual(transport.asked[1]?.signal.aborted, false)
      yield* TestClock.adjust(1)
      const reason = reasonIs(yield* Fiber.join(fiber), "Timeout")
      assert.strictEqual(reason.bound, "deadline")
      assert.strictEqual(Duration.toMillis(reason.duration), 2000)
      assert.strictEqual(transport.asked[1]?.signal.aborted, true)
    })
  )

  it.effect("the deadline ends the call even when a timer is early", () =>
    Effect.gen(function* () {
      // A clock that says what it said before, whenever its timers end.
      const still: Clock.Clock = {
        currentTimeMillisUnsafe: () => 0,
        currentTimeNanosUnsafe: () => 0n,
        currentTimeMillis: Effect.succeed(0),
        currentTimeNanos: Effect.succeed(0n),
        monotonicTimeNanosUnsafe: () => 0n,
        monotonicTimeNanos: Effect.succeed(0n),
        sleep: (duration) => (Duration.isFinite(duration) ? Effect.yieldNow : Effect.never)
      }
      const transport = fake(() => stall)
      const error = yield* operations.GET.pipe(
        Effect.provideService(Clock.Clock, still),
        Effect.provideService(CodatConfig.CodatConfig, {
          baseUrl: "https://api.codat.io",
          attemptTimeout: Duration.infinity,
          userAgent: "test"
        }),
        against(transport, { baseDelay: 0, jitter: "none", deadline: 10 }),
        errorOf
      )
      assert.strictEqual(reasonIs(error, "Timeout").bound, "deadline")
      assert.lengthOf(transport.asked, 1)
    })
  )

  it.effect("the deadline covers a slow onRetry and credentials that do not come", () =>
    Effect.gen(function* () {
      const slow = { jitter: "none", deadline: 1000, onRetry: () => Effect.sleep(5000) } as const
      const { at, error } = yield* timed(script(failed(503)), slow, operations.GET)
      assert.deepStrictEqual(at, [0])
      assert.deepInclude(reasonIs(error, "Timeout"), { bound: "deadline" })
      const endless = { ...slow, onRetry: () => Effect.never }
      const stopped = yield* timed(script(failed(503)), endless, operations.GET)
      assert.deepInclude(reasonIs(stopped.error, "Timeout"), { bound: "deadline" })
      assert.lengthOf(stopped.error?.attempts ?? [], 1)
      const auth = (authorization: Effect.Effect<Redacted.Redacted>) =>
        Layer.succeed(Auth.Auth)({ authorization, refused: () => Effect.never })
      const stuck = [Effect.never, Effect.succeed(Redacted.make("Bearer x"))]
      for (const authorization of stuck) {
        const call = Effect.provide(operations.GET, auth(authorization))
        const late = yield* timed(
          fake(() => failed(401)),
          { deadline: 1000 },
          call
        )
        assert.deepInclude(reasonIs(late.error, "Timeout"), { bound: "deadline" })
      }
    })
  )

  it.effect("a timeout names the limit of an attempt and aborts the request", () =>
    Effect.gen(function* () {
      const transport = script(stall)
      const { error } = yield* timed(transport, RetryPolicy.none, operations.GET)
      assert.deepInclude(reasonIs(error, "Timeout"), { bound: "attempt" })
      assert.strictEqual(transport.asked[0]?.signal.aborted, true)
    })
  )

  it.effect("`while` ends the retrying and cannot extend it", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const policy = {
        while: (reason: CodatError.Reason) => {
          seen.push(reason._tag)
          return reason._tag !== "RateLimited"
        }
      }
      const { at } = yield* timed(script(failed(503), failed(429)), policy, operations.GET)
      assert.strictEqual(at.length, 2)
      assert.deepStrictEqual(seen, ["ServerError", "RateLimited"])
      const { at: once } = yield* timed(script(failed(500)), { while: () => true }, operations.POST)
      assert.strictEqual(once.length, 1)
    })
  )

  it.effect("settings that make no sense are named before anything is sent", () =>
    Effect.gen(function* () {
      const table: ReadonlyArray<readonly [string, Partial<RetryPolicy.Policy>]> = [
        ["maxAttempts", { maxAttempts: 0 }],
        ["maxAttempts", { maxAttempts: 1.5 }],
        ["maxAttempts", { maxAttempts: Number.NaN }],
        ["baseDelay", { baseDelay: -1 }],
        ["maxDelay", { maxDelay: -1 }],
        ["maxRetryAfter", { maxRetryAfter: "-1 seconds" }],
        ["deadline", { deadline: 0 }]
      ]
      for (const [field, policy] of table) {
        const transport = script()
        const error = yield* operations.GET.pipe(against(transport, policy), errorOf)
        const reason = reasonIs(error, "InvalidRequest")
        assert.strictEqual(reason.field, `retryPolicy.${field}`)
      }
    })
  )
})
