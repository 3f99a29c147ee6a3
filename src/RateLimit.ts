/**
 * Codat's limits: what is left of the quota, and a limiter that keeps a program within the limits.
 *
 * @module RateLimit
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MutableRef from "effect/MutableRef"
import * as Option from "effect/Option"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import { Auth } from "./Auth.ts"
import * as CodatError from "./CodatError.ts"
import * as Input from "./internal/call/Input.ts"
import * as Limits from "./internal/call/Limits.ts"
import { refusedBy } from "./internal/call/Refused.ts"

/**
 * The quota as the newest response that has one reported it, of any operation in any fiber. `None` before that.
 *
 * **Details**
 *
 * The metric `codat_quota_remaining` shows what is left, too. The credentials of each `Codat.layer` have a quota of
 * their own, and so has each part of a program that `Codat.layerConfig` is provided to. All other credentials of the
 * process share one, unless a part of a program has its own with {@link layerQuota}.
 *
 * **Example** (Stopping a batch before it uses up the day)
 *
 * ```ts
 * import { Effect, Option } from "effect"
 * import { RateLimit } from "effect-codat"
 *
 * const mayGoOn = Effect.map(RateLimit.quota, (quota) =>
 *   Option.isNone(quota) || (quota.value.remaining ?? Infinity) > 100
 * )
 * ```
 *
 * @see https://docs.codat.io/using-the-api/rate-limits
 * @category quota
 * @since 0.1.0
 */
export const quota: Effect.Effect<Option.Option<CodatError.Quota>> = Effect.contextWith((context) =>
  Effect.sync(() =>
    Option.fromUndefinedOr(MutableRef.get(Limits.quotaOf(context, Context.getOrUndefined(context, Auth))))
  )
)

/**
 * Gives a part of a program a {@link quota} of its own, for example one of several accounts.
 *
 * **Example** (Two accounts, each with its own quota)
 *
 * ```ts
 * import { Effect, type Layer } from "effect"
 * import { type Auth, Connections, RateLimit } from "effect-codat"
 *
 * const remaining = (account: Layer.Layer<Auth.Auth>, companyId: string) =>
 *   Connections.count({ companyId }).pipe(
 *     Effect.andThen(RateLimit.quota),
 *     Effect.provide([account, RateLimit.layerQuota])
 *   )
 * ```
 *
 * @category quota
 * @since 0.1.0
 */
export const layerQuota: Layer.Layer<never> = Layer.fresh(
  // A layer that is built once would be shared by all parts of the program.
  Layer.sync(Limits.Quota, Limits.makeQuota)
)

// -----------------------------------------------------------------------------
// Limiter
// -----------------------------------------------------------------------------

/**
 * The limits of a limiter.
 *
 * @category limiting
 * @since 0.1.0
 */
export interface Options {
  /**
   * The most requests in any 60 seconds, where each attempt counts; a whole number from 1. Codat may block an IP
   * address that sends more than 1,000.
   *
   * @default 1000
   */
  readonly requestsPerMinute?: number | undefined
  /**
   * The most requests at the same time in this process; a whole number from 1. Codat allows 10 for each active
   * connected company.
   *
   * @default 10
   */
  readonly concurrency?: number | undefined
  /**
   * The budget's name in the store: programs with the same name share one.
   *
   * @default "effect-codat"
   */
  readonly key?: string | undefined
  /**
   * How long the store may take to answer. After that the attempt fails as `Transport`.
   *
   * @default "5 seconds"
   */
  readonly storeTimeout?: Duration.Input | undefined
}

/**
 * Delays requests so that all fibers that run with this layer together stay within Codat's limits.
 *
 * **When to use**
 *
 * Once, around everything that sends requests to Codat, or as `rateLimit` of `Codat.layer`. Several processes with one
 * IP address need {@link layerShared}.
 *
 * **Details**
 *
 * A token bucket. After a pause, a tenth of the budget of a minute can be sent at once. All further requests are spread
 * evenly, so that no period of 60 seconds has more requests than the budget. A long run therefore uses about 90 % of
 * the budget. The time that a request waits is not part of `CodatConfig.attemptTimeout`, but it is part of the retry
 * policy's `deadline`. A request counts as running until its response has been read to the end. Fails with `CodatError`
 * of reason `InvalidRequest`, naming the option, when one is not valid.
 *
 * **Example** (Half of the budget)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { Connections, RateLimit } from "effect-codat"
 *
 * const all = Connections.list({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002", concurrency: 4 }).pipe(
 *   Stream.runCount,
 *   Effect.provide(RateLimit.layer({ requestsPerMinute: 500 }))
 * )
 * ```
 *
 * @category limiting
 * @since 0.1.0
 */
export const layer = (options: Options = {}): Layer.Layer<never, CodatError.CodatError> =>
  make("RateLimit.layer", options, 0).pipe(Layer.provide(Layer.fresh(inMemory)))

/** Fresh, because a layer that is built once for a whole program would give two limiters the same budget. */
const inMemory = RateLimiter.layer.pipe(Layer.provide(Layer.fresh(RateLimiter.layerStoreMemory)))

/**
 * The limiter of {@link layer} on a `RateLimiter` that you provide. Processes whose `RateLimiter` has the same store
 * share the budget of `requestsPerMinute`.
 *
 * **When to use**
 *
 * Use with Effect's Redis store to give several processes one budget. `concurrency` is still counted in each process.
 *
 * **Gotchas**
 *
 * When the store cannot be reached, or does not answer within `storeTimeout`, nothing is sent: the attempt fails with
 * `Transport` and is retried like any other such failure. The clocks of the processes must agree when they start, and
 * processes with the same `key` must have the same `requestsPerMinute`.
 *
 * **Example** (One budget for all processes with the same Redis)
 *
 * ```ts
 * import { Layer } from "effect"
 * import { RateLimiter } from "effect/persistence"
 * import { RateLimit } from "effect-codat"
 *
 * declare const redisStore: Layer.Layer<RateLimiter.RateLimiterStore>
 *
 * const fleetLimit = RateLimit.layerShared({ requestsPerMinute: 1000 }).pipe(
 *   Layer.provide(RateLimiter.layer),
 *   Layer.provide(redisStore)
 * )
 * ```
 *
 * @category limiting
 * @since 0.1.0
 */
export const layerShared = (
  options: Options = {}
): Layer.Layer<never, CodatError.CodatError, RateLimiter.RateLimiter> =>
  make("RateLimit.layerShared", options, 250)

/** Adds up to `jitter` milliseconds to each wait: otherwise the process nearest to the store would always be first. */
const make = (
  operation: string,
  options: Options,
  jitter: number
): Layer.Layer<never, CodatError.CodatError, RateLimiter.RateLimiter> =>
  Layer.effect(
    Limits.Limiter,
    Effect.gen(function* () {
      const broken = Input.check(rules, options)
      if (broken !== undefined) return yield* refusedBy(operation)(broken)
      const limit = options.requestsPerMinute ?? 1000
      const concurrency = options.concurrency ?? 10
      const timeout = Duration.fromInputUnsafe(options.storeTimeout ?? "5 seconds")
      const limiter = yield* RateLimiter.RateLimiter
      const { burst, millisForOne } = bucket(limit)
      const one = limiter
        .consume({
          algorithm: "token-bucket",
          limit: burst,
          window: Duration.millis(millisForOne * burst),
          key: options.key ?? "effect-codat",
          onExceeded: "fail"
        })
        .pipe(
          Effect.provideService(Clock.Clock, steady(yield* Clock.Clock)),
          Effect.timeoutOrElse({
            duration: timeout,
            orElse: () =>
              Effect.fail(
                new CodatError.Transport({
                  message: `the rate limiter's store: no answer within ${Duration.format(timeout)}`
                })
              )
          })
        )
      const slots = Semaphore.makeUnsafe(concurrency)
      const queue = Semaphore.makeUnsafe(1)
      const warn = warning(`requestsPerMinute ${limit}, concurrency ${concurrency}`)
      const limited: Limits.Limit = (request) =>
        Effect.flatMap(Clock.monotonicTimeNanos, (since) => {
          const turn = Semaphore.withPermit(queue, takeOne(one, Math.min(jitter, millisForOne), warn(since)))
          return Semaphore.withPermit(slots, Effect.andThen(turn, request))
        })
      return limited
    })
  )

const rules: Input.Rules<Options> = {
  requestsPerMinute: Input.optional(Input.positiveWhole),
  concurrency: Input.optional(Input.positiveWhole),
  key: Input.optional(Input.nonEmptyText),
  storeTimeout: Input.optional(Input.duration)
}

/**
 * A clock that starts at the time of day when the limiter is made and then follows the monotonic clock. Otherwise the
 * bucket would not be refilled for an hour when the clock is set back by an hour.
 */
const steady = (clock: Clock.Clock): Clock.Clock => {
  const offset = clock.currentTimeMillisUnsafe() - Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  const now = () => Math.round(offset + Number(clock.monotonicTimeNanosUnsafe()) / 1e6)
  const nanos = () => BigInt(now()) * 1_000_000n
  return {
    currentTimeMillisUnsafe: now,
    currentTimeMillis: Effect.sync(now),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: clock.monotonicTimeNanos,
    sleep: (duration) => clock.sleep(duration)
  }
}

/**
 * A token bucket that allows at most `limit` requests in any 60 seconds: those of the full bucket, and those that are
 * refilled meanwhile. A fixed window of a minute would allow twice as many, at the end of one and the start of the
 * next.
 */
const bucket = (limit: number) => {
  const burst = Math.max(1, Math.floor(limit / 10))
  // Whole milliseconds, as clocks count them. `+ 1`, because a refill exactly at the end belongs to the next 60
  // seconds.
  const millisForOne = Math.ceil(60_000 / (limit - burst + 1))
  return { burst, millisForOne }
}

/** A longer wait, in milliseconds, is logged as a warning, so that a program does not stop without a sign of why. */
const longWait = 10_000

/** Is called with the time that the request still has to wait, in milliseconds. */
type Warn = (wait: number) => Effect.Effect<void>

/**
 * Logs a warning when a request waits longer than {@link longWait}, for the budget or in the queue. There is at
 * most one warning for each request, and one in ten seconds for all of them.
 */
const warning = (budget: string): ((since: bigint) => Warn) => {
  let warnedAt = Number.NEGATIVE_INFINITY
  return (since) => {
    let hasWarned = false
    return (wait) =>
      Effect.flatMap(Clock.monotonicTimeNanos, (now) => {
        const millis = Number(now) / 1e6
        const waits = Number(now - since) / 1e6 + wait
        if (hasWarned || waits <= longWait || millis - warnedAt < longWait) return Effect.void
        hasWarned = true
        warnedAt = millis
        return Effect.logWarning(
          `RateLimit: a request waits ${Duration.format(Duration.millis(Math.round(waits)))} for its turn (${budget})`
        )
      })
  }
}

/**
 * Takes one request from the budget, or waits and tries again. Nothing is reserved while it waits, so a call that is
 * interrupted meanwhile uses nothing of the budget. Later requests wait in the queue: only the first asks the store.
 */
const takeOne = Effect.fnUntraced(function* (
  one: Effect.Effect<RateLimiter.ConsumeResult, RateLimiter.RateLimiterError | CodatError.Transport>,
  jitter: number,
  warn: Warn
) {
  while (true) {
    const taken = yield* Effect.result(one)
    if (Result.isSuccess(taken)) return yield* warn(0)
    if (taken.failure._tag === "Transport") return yield* taken.failure
    const { reason } = taken.failure
    if (reason._tag !== "RateLimitExceeded") {
      return yield* new CodatError.Transport({ message: `the rate limiter's store: ${reason.message}` })
    }
    const wait = Math.max(1, Duration.toMillis(reason.retryAfter) + (yield* Random.next) * jitter)
    yield* warn(wait)
    yield* Effect.sleep(Duration.millis(wait))
  }
})
