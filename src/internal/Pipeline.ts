/**
 * The one path from an endpoint's description to a typed result: check the
 * input, attempt, and repeat what may be repeated.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as HttpBody from "effect/http/HttpBody"
import type * as HttpClient from "effect/http/HttpClient"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import { nativeTracer, ParentSpan, type Span, Tracer } from "effect/Tracer"
import { Auth } from "../Auth.ts"
import { CodatConfig } from "../CodatConfig.ts"
import * as CodatError from "../CodatError.ts"
import { type Policy, RetryPolicy } from "../RetryPolicy.ts"
import { attempt, type Call, type Sent } from "./Attempt.ts"
import { defined } from "./Defined.ts"
import { type Endpoint, search } from "./Endpoint.ts"
import * as Input from "./Input.ts"
import { Limiter } from "./Limiter.ts"
import * as Metrics from "./Metrics.ts"
import { isKeyed, mayHaveTakenPlace, mayRepeat } from "./Repeat.ts"
import { baseUrl, checkPolicy } from "./Settings.ts"

/** The options that spans name and the pipeline itself looks at. */
interface Common {
  readonly companyId?: string | undefined
  readonly connectionId?: string | undefined
  readonly platformKey?: string | undefined
  readonly page?: number | undefined
  readonly idempotencyKey?: string | undefined
}

/** Makes the public function of an endpoint. */
export const operation = <Input extends Common, Output>(
  endpoint: Endpoint<Input, Output>
): ((input: Input) => Effect.Effect<Output, CodatError.CodatError, HttpClient.HttpClient | Auth>) =>
  Effect.fn(endpoint.operation)(function* (input: Input) {
    return yield* run(endpoint, input)
  })

/**
 * As {@link operation}, for requests that a stream makes and no line of the program's own: without that line in
 * traces, and without a span where nobody looks at spans.
 */
export const step =
  <Input extends Common, Output>(
    endpoint: Endpoint<Input, Output>
  ): ((input: Input) => Effect.Effect<Output, CodatError.CodatError, HttpClient.HttpClient | Auth>) =>
  (input) =>
    Effect.withFiber((fiber) =>
      fiber.getRef(Tracer) === nativeTracer && Context.getOrUndefined(fiber.context, ParentSpan) === undefined
        ? run(endpoint, input)
        : Effect.withSpan(run(endpoint, input), endpoint.operation, { captureStackTrace: false })
    )

const run = <Input extends Common, Output>(
  endpoint: Endpoint<Input, Output>,
  input: Input
): Effect.Effect<Output, CodatError.CodatError, HttpClient.HttpClient | Auth> =>
  Effect.contextWith((context: Context.Context<HttpClient.HttpClient | Auth>) => {
    const config = Context.get(context, CodatConfig)
    const policy = Context.get(context, RetryPolicy)
    const refused = Input.check(endpoint.input, input) ?? checkPolicy(policy)
    if (refused !== undefined) return fail(endpoint, { reason: refused, attempts: [] })
    const base = baseUrl(config)
    if (Result.isFailure(base)) return fail(endpoint, { reason: base.failure, attempts: [] })
    annotate(context, attributes(input))
    const path = endpoint.path(input)
    const query = endpoint.query === undefined ? "" : search(endpoint.query(input))
    const secrets = endpoint.secrets?.(input) ?? []
    const begin = (idempotencyKey: string | undefined) =>
      repeat(
        {
          context,
          operation: endpoint.operation,
          method: endpoint.method,
          path,
          url: base.success + path + query,
          idempotencyKey,
          ownKey: input.idempotencyKey !== undefined,
          body: endpoint.body === undefined ? HttpBody.empty : json(endpoint.body(input), secrets.length > 0),
          secrets,
          page: input.page,
          userAgent: config.userAgent,
          attemptTimeout: Duration.fromInputUnsafe(config.attemptTimeout),
          output: endpoint.output
        },
        policy
      )
    if (endpoint.newKey === undefined) return begin(undefined)
    return input.idempotencyKey === undefined
      ? Effect.flatMap(endpoint.newKey, begin)
      : begin(input.idempotencyKey)
  })

/**
 * A request that is printed shows the text of a body of JSON, but of other bytes only how many they are. What is sent
 * says in its header that it is JSON, either way.
 */
const json = (value: unknown, isSecret: boolean): HttpBody.HttpBody =>
  isSecret ? HttpBody.uint8Array(new TextEncoder().encode(JSON.stringify(value))) : HttpBody.jsonUnsafe(value)

/** Checks options that are not those of a request, such as a stream's. */
export const check = <Input>(
  operation: string,
  rules: Input.Rules<Input>,
  input: Input
): Effect.Effect<void, CodatError.CodatError> => {
  const refused = Input.check(rules, input)
  return refused === undefined
    ? Effect.void
    : fail({ operation, method: "GET" }, { reason: refused, attempts: [] })
}

// -----------------------------------------------------------------------------
// All attempts of a call
// -----------------------------------------------------------------------------

const repeat = Effect.fnUntraced(function* <Output>(call: Call<Output>, policy: Policy) {
  const { context } = call
  const auth = Context.get(context, Auth)
  const clock = Context.get(context, Clock.Clock)
  const startedAt = clock.currentTimeMillisUnsafe()
  // When the caller brings the key, an earlier call under it may be what takes place.
  let deadline =
    startedAt + Math.min(millis(policy.deadline), call.ownKey ? keyLife : Number.POSITIVE_INFINITY)
  const attempts: Array<CodatError.Attempt> = []
  let counted = 0
  let mayBeDone = false
  let renewed = false

  while (true) {
    const begunAt = clock.currentTimeMillisUnsafe()
    const bound = { left: deadline - begunAt, whole: deadline - startedAt }
    const sent: Sent = { authorization: undefined }
    const outcome = yield* Effect.result(within(attempt(call, sent), call, bound))
    // Without credentials, or a turn of the limiter's, nothing was sent.
    const wasSent = sent.authorization !== undefined
    if (wasSent) count(Metrics.requests, call, Result.isSuccess(outcome) ? "ok" : outcome.failure._tag)
    if (Result.isSuccess(outcome)) {
      annotate(context, { "codat.attempts": attempts.length + 1 })
      return outcome.success
    }
    const reason = inProgress(outcome.failure, call, mayBeDone)

    // The earlier attempt that looked failed is what deleted it.
    if (call.method === "DELETE" && reason._tag === "NotFound" && mayBeDone) {
      const done = call.output(undefined)
      if (Result.isSuccess(done)) {
        annotate(context, { "codat.attempts": attempts.length + 1 })
        return done.success
      }
    }
    if (!mayBeDone && wasSent && mayHaveTakenPlace(reason)) {
      mayBeDone = true
      if (call.idempotencyKey !== undefined) deadline = Math.min(deadline, begunAt + keyLife)
    }

    if (reason._tag === "Unauthorized" && !renewed && sent.authorization !== undefined) {
      renewed = true
      const left = deadline - clock.currentTimeMillisUnsafe()
      const again = yield* Effect.result(byDeadline(auth.refused(sent.authorization), { ...bound, left }))
      if (Result.isFailure(again)) {
        return yield* giveUp(call, again.failure, [...attempts, record(reason, Duration.zero)])
      }
      if (again.success) {
        attempts.push(record(reason, Duration.zero))
        count(Metrics.retries, call, reason._tag)
        continue
      }
    }

    counted++
    const wait = yield* waitAfter(reason, call, policy, counted)
    if (wait === undefined || clock.currentTimeMillisUnsafe() + Duration.toMillis(wait) >= deadline) {
      return yield* giveUp(call, reason, [...attempts, record(reason, Duration.zero)])
    }
    attempts.push(record(reason, wait))
    count(Metrics.retries, call, reason._tag)
    yield* retrying(call, { operation: call.operation, attempt: attempts.length, reason, wait }, policy)
    yield* Effect.sleep(wait)
  }
})

/** How long Codat keeps a key: after that, a request under it is a new one, and a write that took place would again. */
const keyLife = 90 * 60_000

const record = (reason: CodatError.Reason, wait: Duration.Duration): CodatError.Attempt =>
  defined({ reason: reason._tag, statusCode: "statusCode" in reason ? reason.statusCode : undefined, wait })

/** A 409 is about the key when an earlier request under it may still be running, whatever the text says. */
const inProgress = <Output>(
  reason: CodatError.Reason,
  call: Call<Output>,
  mayBeDone: boolean
): CodatError.Reason =>
  reason._tag === "Conflict" && isKeyed(call.method) && (mayBeDone || call.ownKey)
    ? // Spelled out, because an error's message is not enumerable.
      new CodatError.Conflict({ ...reason, message: reason.message, inProgress: true })
    : reason

/** How long to wait before the next attempt, or nothing when there is to be none. */
const waitAfter = Effect.fnUntraced(function* <Output>(
  reason: CodatError.Reason,
  call: Call<Output>,
  policy: Policy,
  attempt: number
) {
  // Timers may be a millisecond early: whoever met the deadline has met it, whatever the clock says.
  if (reason._tag === "Timeout" && reason.bound === "deadline") return undefined
  if (attempt >= policy.maxAttempts || !mayRepeat(call.method, reason) || !policy.while(reason))
    return undefined
  const least = "retryAfter" in reason && reason.retryAfter !== undefined ? reason.retryAfter : Duration.zero
  if (Duration.isGreaterThan(least, Duration.fromInputUnsafe(policy.maxRetryAfter))) return undefined
  const most = Math.min(millis(policy.maxDelay), millis(policy.baseDelay) * 2 ** (attempt - 1))
  const backoff = policy.jitter === "none" ? most : most * (yield* Random.next)
  return Duration.max(least, Duration.millis(Math.round(backoff)))
})

const retrying = <Output>(
  call: Call<Output>,
  retry: Parameters<Policy["onRetry"]>[0],
  policy: Policy
): Effect.Effect<void> =>
  Effect.suspend(() => {
    spanOf(call.context)?.event(
      "codat.retry",
      Context.get(call.context, Clock.Clock).currentTimeNanosUnsafe(),
      {
        "codat.attempt": retry.attempt,
        "codat.reason": retry.reason._tag,
        "codat.wait_ms": Duration.toMillis(retry.wait)
      }
    )
    return Effect.andThen(
      Effect.logDebug(
        `${call.operation}: attempt ${retry.attempt} met ${retry.reason._tag}, next in ${Duration.format(retry.wait)}`
      ),
      policy.onRetry(retry)
    )
  })

// -----------------------------------------------------------------------------
// Around
// -----------------------------------------------------------------------------

const millis = (duration: Duration.Input): number => Duration.toMillis(Duration.fromInputUnsafe(duration))

/** The bound of a whole call, in milliseconds, and what is left of it. */
interface Bound {
  readonly left: number
  readonly whole: number
}

/** Waits for a turn, then bounds the attempt by its own limit, and both by what is left until the deadline. */
const within = <A>(
  effect: Effect.Effect<A, CodatError.Reason>,
  call: Call<A>,
  bound: Bound
): Effect.Effect<A, CodatError.Reason> => {
  const limit = Context.get(call.context, Limiter)
  const timely = Effect.timeoutOrElse({
    duration: call.attemptTimeout,
    orElse: late("attempt", call.attemptTimeout)
  })
  const attempt = timely(effect)
  if (limit === identity) return byDeadline(attempt, bound)
  // A turn is used at once: credentials that take their time are waited for before it, and are at hand then.
  const authorized = timely(Context.get(call.context, Auth).authorization)
  return byDeadline(Effect.andThen(authorized, limit(attempt)), bound)
}

/** Does not even begin when the deadline has passed, as it can have during an `onRetry`. */
const byDeadline = <A>(
  effect: Effect.Effect<A, CodatError.Reason>,
  { left, whole }: Bound
): Effect.Effect<A, CodatError.Reason> => {
  if (left === Number.POSITIVE_INFINITY) return effect
  const orElse = late("deadline", Duration.millis(whole))
  return left > 0 ? Effect.timeoutOrElse(effect, { duration: Duration.millis(left), orElse }) : orElse()
}

const late = (bound: CodatError.Timeout["bound"], duration: Duration.Duration) => () =>
  Effect.fail(new CodatError.Timeout({ bound, duration }))

const attributes = (input: Common): Record<string, unknown> => {
  const named: Record<string, unknown> = {}
  if (input.companyId !== undefined) named["codat.company_id"] = input.companyId
  if (input.connectionId !== undefined) named["codat.connection_id"] = input.connectionId
  if (input.platformKey !== undefined) named["codat.platform_key"] = input.platformKey
  if (input.page !== undefined) named["codat.page"] = input.page
  return named
}

const spanOf = (context: Context.Context<never>): Span | undefined => {
  const span = Context.getOrUndefined(context, ParentSpan)
  return span?._tag === "Span" ? span : undefined
}

const annotate = (context: Context.Context<never>, attributes: Readonly<Record<string, unknown>>): void => {
  const span = spanOf(context)
  if (span !== undefined) for (const name in attributes) span.attribute(name, attributes[name])
}

const count = (
  series: Metrics.Series,
  call: { readonly operation: string; readonly context: Context.Context<never> },
  outcome: string
): void => series(call.operation, outcome).updateUnsafe(1, call.context)

type Failed = Omit<ConstructorParameters<typeof CodatError.CodatError>[0], "operation" | "method">

/** Fails an operation, and counts it. */
export const fail = Effect.fnUntraced(function* (
  endpoint: { readonly operation: string; readonly method: string },
  failed: Failed
) {
  const context = yield* Effect.context<never>()
  count(Metrics.failures, { operation: endpoint.operation, context }, failed.reason._tag)
  return yield* new CodatError.CodatError({
    operation: endpoint.operation,
    method: endpoint.method,
    ...failed
  })
})

const giveUp = Effect.fnUntraced(function* <Output>(
  call: Call<Output>,
  reason: CodatError.Reason,
  attempts: ReadonlyArray<CodatError.Attempt>
) {
  annotate(call.context, { "codat.attempts": attempts.length })
  return yield* fail(call, { reason, path: call.path, idempotencyKey: call.idempotencyKey, attempts })
})
