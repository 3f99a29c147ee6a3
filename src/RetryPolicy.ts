/**
 * When a request is sent again, how often, and after what wait.
 *
 * A policy does not decide which failures can be retried. That depends on the method and on what happened, so that no
 * policy can make a write happen twice.
 *
 * @module RetryPolicy
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as CodatError from "./CodatError.ts"
import * as Input from "./internal/call/Input.ts"

/**
 * A retry, as it is passed to {@link Policy.onRetry} before the wait.
 *
 * @category models
 * @since 0.1.0
 */
export interface Retry {
  /** The operation that is being retried, such as `Connections.page`. */
  readonly operation: string
  /** The attempt that failed, from 1. */
  readonly attempt: number
  /** How it failed. */
  readonly reason: CodatError.Reason
  /** How long the call now waits. */
  readonly wait: Duration.Duration
}

/**
 * A retry policy. Made by {@link make}, which fills in what is left out.
 *
 * @category models
 * @since 0.1.0
 */
export interface Policy {
  /**
   * The most attempts of one request, including the first; a whole number from 1. The attempt with newer credentials
   * after a 401 does not count.
   *
   * @default 5
   */
  readonly maxAttempts: number
  /**
   * The upper bound of the first wait; it doubles with each attempt.
   *
   * @default "500 millis"
   */
  readonly baseDelay: Duration.Input
  /**
   * The largest upper bound of a wait, where the doubling stops.
   *
   * @default "20 seconds"
   */
  readonly maxDelay: Duration.Input
  /**
   * `"full"`: each wait is random, uniform between zero and its upper bound, so that many clients do not retry at the
   * same moment. `"none"`: each wait is the upper bound.
   *
   * @default "full"
   */
  readonly jitter: "full" | "none"
  /**
   * The longest `Retry-After` that is waited for. With a longer one, the call fails at once: Codat's quota is daily, so
   * the wait could be hours.
   *
   * @default "1 minute"
   */
  readonly maxRetryAfter: Duration.Input
  /**
   * The time limit of a whole call, waits and `onRetry` included. An attempt that is running then is interrupted, and a
   * wait that would end later is not started.
   *
   * @default Duration.infinity
   */
  readonly deadline: Duration.Input
  /**
   * A test of your own: when it returns `false`, the call is not retried. It cannot make a failure retryable that is
   * not.
   *
   * @default () => true
   */
  readonly while: (reason: CodatError.Reason) => boolean
  /**
   * Runs before each wait, such as to log it.
   *
   * @default () => Effect.void
   */
  readonly onRetry: (retry: Retry) => Effect.Effect<void>
}

// -----------------------------------------------------------------------------
// Constructors
// -----------------------------------------------------------------------------

/**
 * Makes a policy; settings that are left out have their defaults.
 *
 * **Gotchas**
 *
 * A setting that is not valid, such as `maxAttempts: 0`, makes each call under the policy fail with `InvalidRequest`
 * before anything is sent. `Codat.layer` fails with it when the layer is built.
 *
 * **Example** (Three attempts within ten seconds, each retry logged)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { RetryPolicy } from "effect-codat"
 *
 * const hasty = RetryPolicy.make({
 *   maxAttempts: 3,
 *   deadline: "10 seconds",
 *   onRetry: ({ attempt, operation, reason, wait }) =>
 *     Effect.logWarning(`${operation}: attempt ${attempt} failed with ${reason._tag}`, wait)
 * })
 * ```
 *
 * @category policies
 * @since 0.1.0
 */
export const make = (
  options: {
    readonly [Key in keyof Policy]?: Policy[Key] | undefined
  }
): Policy => ({
  ...options,
  maxAttempts: options.maxAttempts ?? 5,
  baseDelay: options.baseDelay ?? Duration.millis(500),
  maxDelay: options.maxDelay ?? Duration.seconds(20),
  jitter: options.jitter ?? "full",
  maxRetryAfter: options.maxRetryAfter ?? Duration.minutes(1),
  deadline: options.deadline ?? Duration.infinity,
  while: options.while ?? always,
  onRetry: options.onRetry ?? quietly
})

const always = () => true
const quietly = () => Effect.void

/** Five attempts, and no wait for a quota longer than a minute. */
const default_: Policy = make({})

/**
 * No retries: a request is sent once. An OAuth token that Codat refuses is still replaced once.
 *
 * **Example** (A health check that must answer at once)
 *
 * ```ts
 * import { Companies, RetryPolicy } from "effect-codat"
 *
 * const check = Companies.count().pipe(RetryPolicy.withPolicy(RetryPolicy.none))
 * ```
 *
 * @category policies
 * @since 0.1.0
 */
export const none: Policy = make({ maxAttempts: 1 })

/**
 * For batch jobs that can wait: ten attempts with at most two minutes between them, and up to 25 hours until the daily
 * quota is reset.
 *
 * **Gotchas**
 *
 * Codat deletes an idempotency key after 90 minutes. After that, a write is not sent again when it may have taken place
 * or when the caller gave its key, whatever the policy says.
 *
 * **Example** (A nightly job)
 *
 * ```ts
 * import { Companies, RetryPolicy } from "effect-codat"
 *
 * const all = Companies.list().pipe(RetryPolicy.withPolicy(RetryPolicy.patient))
 * ```
 *
 * @category policies
 * @since 0.1.0
 */
export const patient: Policy = make({
  maxAttempts: 10,
  baseDelay: Duration.seconds(1),
  maxDelay: Duration.minutes(2),
  maxRetryAfter: Duration.hours(25)
})

export {
  /**
   * The policy that is used unless another is provided: five attempts, and no wait for a quota longer than a minute.
   *
   * @category policies
   * @since 0.1.0
   */
  default_ as default
}

// -----------------------------------------------------------------------------
// The policy in force
// -----------------------------------------------------------------------------

/**
 * The current policy, read at each call; in a stream, each page is a call of its own. It has a default, so it is never a
 * requirement of an operation.
 *
 * **Example** (The current policy with one setting changed)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Companies, RetryPolicy } from "effect-codat"
 *
 * const total = Effect.flatMap(RetryPolicy.RetryPolicy, (policy) =>
 *   Companies.count().pipe(RetryPolicy.withPolicy({ ...policy, maxAttempts: 2 }))
 * )
 * ```
 *
 * @category the policy in force
 * @since 0.1.0
 */
export const RetryPolicy: Context.Reference<Policy> = Context.Reference<Policy>("effect-codat/RetryPolicy", {
  defaultValue: () => default_
})

/**
 * Sets the policy of a whole program.
 *
 * **Example** (Every call within ten seconds)
 *
 * ```ts
 * import { RetryPolicy } from "effect-codat"
 *
 * const Hasty = RetryPolicy.layer(RetryPolicy.make({ deadline: "10 seconds" }))
 * ```
 *
 * @category the policy in force
 * @since 0.1.0
 */
export const layer = (policy: Policy): Layer.Layer<never> => Layer.succeed(RetryPolicy)(policy)

/**
 * Sets the policy of one effect or one stream.
 *
 * **Details**
 *
 * On a stream, the policy applies to each page separately. The stream is never started again.
 *
 * **Example** (A job that waits for the quota)
 *
 * ```ts
 * import { Connections, RetryPolicy } from "effect-codat"
 *
 * const all = Connections.list({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002" }).pipe(
 *   RetryPolicy.withPolicy(RetryPolicy.patient)
 * )
 * ```
 *
 * @function
 * @category the policy in force
 * @since 0.1.0
 */
export const withPolicy: {
  // One signature, since `pipe` looks only at the last of an overloaded function.
  (
    policy: Policy
  ): <Self extends Effect.Effect<unknown, unknown, unknown> | Stream.Stream<unknown, unknown, unknown>>(
    self: Self
  ) => Self extends Stream.Stream<infer A, infer E, infer R>
    ? Stream.Stream<A, E, R>
    : Self extends Effect.Effect<infer A, infer E, infer R>
      ? Effect.Effect<A, E, R>
      : never
  <A, E, R>(self: Stream.Stream<A, E, R>, policy: Policy): Stream.Stream<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, policy: Policy): Effect.Effect<A, E, R>
} = dual(
  2,
  (
    self: Effect.Effect<unknown, unknown, unknown> | Stream.Stream<unknown, unknown, unknown>,
    policy: Policy
  ) =>
    Stream.isStream(self)
      ? Stream.provideService(self, RetryPolicy, policy)
      : Effect.provideService(self, RetryPolicy, policy)
)

// -----------------------------------------------------------------------------
// Rules
// -----------------------------------------------------------------------------

const rules: Input.Rules<Policy> = {
  maxAttempts: Input.positiveWhole,
  baseDelay: Input.nonNegativeDuration,
  maxDelay: Input.nonNegativeDuration,
  maxRetryAfter: Input.nonNegativeDuration,
  jitter: Input.oneOf("full", "none"),
  deadline: Input.duration,
  while: Input.callback,
  onRetry: Input.callback
}

/** The policies that are known to be valid, so that one is not checked again at each call. */
const Valid: Context.Reference<WeakSet<Policy>> = Context.Reference("effect-codat/RetryPolicy/Valid", {
  defaultValue: () => new WeakSet()
})

/**
 * What is wrong with a policy, if anything.
 *
 * @internal
 */
export const check = (
  context: Context.Context<never>,
  policy: Policy
): CodatError.InvalidRequest | undefined => {
  const valid = Context.get(context, Valid)
  if (valid.has(policy)) return undefined
  const broken = Input.check(rules, policy)
  if (broken !== undefined) {
    return new CodatError.InvalidRequest({ field: `retryPolicy.${broken.field}`, rule: broken.rule })
  }
  valid.add(policy)
  return undefined
}
