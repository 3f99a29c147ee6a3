/**
 * The way of a call: prepare it, and attempt until it succeeds or `Retry` gives up.
 *
 * Read on in `Prepare` (checks, settings and the request), `Retry` (what to do after a failed attempt), `Attempt` (one
 * request) and `Response` (what came back).
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import { WebCrypto } from "effect/crypto/WebCrypto"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { Auth } from "../../Auth.ts"
import * as CodatError from "../../CodatError.ts"
import * as Decode from "../model/Decode.ts"
import * as Attempt from "./Attempt.ts"
import * as Body from "./Body.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Input from "./Input.ts"
import * as Limits from "./Limits.ts"
import { type Call, type Callable, prepare } from "./Prepare.ts"
import * as ResponseNote from "./ResponseNote.ts"
import * as Retry from "./Retry.ts"
import { isKeyed } from "./Retryable.ts"
import * as Telemetry from "./Telemetry.ts"

type Requirements = HttpClient.HttpClient | Auth

/** The public function of an operation. It also carries the description of its endpoint (`Endpoint.describe`). */
type Operation<Input, Output> = (options: Input) => Effect.Effect<Output, CodatError.CodatError, Requirements>

/**
 * Makes the public function of an endpoint. Its types are inferred from the annotation of the export that it is
 * assigned to.
 */
export const make = <Input, Output, const Path extends string>(
  description: Endpoint.Description<NoInfer<Input>, NoInfer<Output>, Path>
): Operation<Input, Output> => {
  const callable = fromDescription<Input, Output, Path>(description)
  return Endpoint.describe((options: Input) => run(callable, options), callable)
}

/** As {@link make}, for an endpoint without required options: the function can be called without an argument. */
export const makeOptional = <Input, Output, const Path extends string>(
  description: Endpoint.Description<NoInfer<Input>, NoInfer<Output>, Path>
): ((options?: Input) => Effect.Effect<Output, CodatError.CodatError, Requirements>) => {
  const callable = fromDescription<Input, Output, Path>(description)
  // No option is required, so an empty object is an `Input`.
  return Endpoint.describe((options: Input = {} as Input) => run(callable, options), callable)
}

const fromDescription = <Input, Output, const Path extends string>({
  body,
  input,
  method,
  operation,
  output,
  path,
  query = []
}: Endpoint.Description<Input, Output, Path>): Callable<Input, Output> => ({
  operation,
  method,
  path,
  input: isKeyed(method) ? { ...input, idempotencyKey: Input.optional(Input.idempotencyKey) } : input,
  query,
  body: body === undefined ? undefined : (options) => Body.json(body(options)),
  output,
  decode: Decode.compile(output)
})

/** One call of an endpoint. */
export const run = <Input, Output>(
  endpoint: Callable<Input, Output>,
  input: Input
): Effect.Effect<Output, CodatError.CodatError, Requirements> =>
  Telemetry.operationSpan(
    endpoint.operation,
    Effect.contextWith((context: Context.Context<Requirements>) => {
      const prepared = prepare(endpoint, input, context)
      return Result.isFailure(prepared) ? fail(endpoint, prepared.failure) : begin(prepared.success)
    })
  )

// -----------------------------------------------------------------------------
// Before the first attempt
// -----------------------------------------------------------------------------

const begin = <Output>(call: Call<Output>) =>
  isKeyed(call.method) && call.idempotencyKey === undefined
    ? Effect.flatMap(newKey, (idempotencyKey) => untilDone({ ...call, idempotencyKey }))
    : untilDone(call)

/**
 * A new idempotency key. It comes from the `WebCrypto` reference and not from `Random`, because a program that seeds
 * `Random` would make the same keys in each run, and Codat would answer with the stored responses of an earlier run.
 */
const newKey: Effect.Effect<string> = WebCrypto.use((crypto) =>
  SecureRandom.make((size) => crypto.getRandomValues(new Uint8Array(size))).uuidV4()
)

// -----------------------------------------------------------------------------
// Attempts
// -----------------------------------------------------------------------------

const untilDone = Effect.fnUntraced(function* <Output>(call: Call<Output>) {
  const { context, rules } = call
  const auth = Context.get(context, Auth)
  const clock = Context.get(context, Clock.Clock)
  const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  let state = Retry.start(rules, now())
  // The deadline in `state` covers the key's lifetime, but the monotonic clock stands still while a machine sleeps.
  let keyEndsAt = rules.isCallersKey
    ? clock.currentTimeMillisUnsafe() + Retry.keyLifetime
    : Number.POSITIVE_INFINITY

  while (true) {
    const begunAt = now()
    const keySentAt = clock.currentTimeMillisUnsafe()
    const progress = Attempt.begin(keyEndsAt)
    const outcome = yield* Effect.result(attempt(call, state, progress, begunAt))
    const wasSent = progress.sentAt !== undefined
    if (wasSent) {
      const tag = Result.isSuccess(outcome) ? "ok" : outcome.failure._tag
      Telemetry.count(context, "codat_requests", { operation: call.operation, outcome: tag })
    }
    if (Result.isSuccess(outcome)) {
      noteResponse(call, progress, state)
      return outcome.success
    }

    const failure: Retry.Failure = {
      reason: outcome.failure,
      begunAt,
      endedAt: now(),
      wasSent,
      random: Context.get(context, Random.Random).nextDoubleUnsafe()
    }
    let decision = Retry.decide(rules, state, failure)
    if (decision._tag === "Renew") {
      const { reason, state: renewing } = decision
      const refused = auth.refused(progress.authorization ?? Redacted.make(""))
      // Limited in time like an attempt.
      const newer = yield* Effect.result(withDeadline(withAttemptTimeout(call, refused), renewing, now()))
      if (Result.isSuccess(newer) && newer.success) {
        state = Retry.renewed(renewing, reason)
        Telemetry.count(context, "codat_retries", { operation: call.operation, outcome: reason._tag })
        continue
      }
      decision = Result.isSuccess(newer)
        ? Retry.notRenewed(rules, renewing, { ...failure, reason })
        : { ...Retry.giveUp(renewing, reason), reason: newer.failure }
    }
    switch (decision._tag) {
      case "Done": {
        const done = call.decode(undefined)
        if (Result.isSuccess(done)) {
          noteResponse(call, progress, state)
          return done.success
        }
        return yield* giveUp(call, failure.reason, Retry.giveUp(state, failure.reason).attempts)
      }
      case "GiveUp":
        return yield* giveUp(call, decision.reason, decision.attempts)
      case "Wait": {
        state = decision.state
        if (state.mayBeDone && isKeyed(call.method)) {
          keyEndsAt = Math.min(keyEndsAt, keySentAt + Retry.keyLifetime)
        }
        const { reason, wait } = decision
        const retry = { operation: call.operation, attempt: state.attempts.length, reason, wait }
        yield* Telemetry.retrying(context, retry)
        const told = yield* Effect.result(withDeadline(rules.policy.onRetry(retry), state, now()))
        if (Result.isFailure(told)) return yield* giveUp(call, told.failure, state.attempts)
        yield* Effect.sleep(wait)
      }
    }
  }
})

/**
 * Waits for the limiter and then makes the attempt. The attempt has its own timeout; the wait has none. Both together
 * end at the deadline of the call.
 */
const attempt = <Output>(
  call: Call<Output>,
  state: Retry.State,
  progress: Attempt.Progress,
  now: number
): Effect.Effect<Output, CodatError.Reason, never> => {
  const sent = Telemetry.attempt(call, state.attempts.length, progress, (span) =>
    withAttemptTimeout(call, Attempt.send(call, progress, span))
  )
  if (call.limit === Limits.unlimited) return withDeadline(sent, state, now)
  // Asks for credentials before it waits for the limiter, so that a slow request for a token does not use up a turn.
  // `Attempt.send` asks again, and by then a token source that caches its token answers at once.
  const authorized = withAttemptTimeout(call, Context.get(call.context, Auth).authorization)
  const limited = Effect.annotateLogs(call.limit(sent), {
    operation: call.operation,
    attempt: state.attempts.length + 1
  })
  return withDeadline(Effect.andThen(authorized, limited), state, now)
}

/** Fails when the effect takes longer than one attempt may. */
export const withAttemptTimeout = <A>(
  { settings: { attemptTimeout } }: Pick<Call<unknown>, "settings">,
  effect: Effect.Effect<A, CodatError.Reason>
): Effect.Effect<A, CodatError.Reason> =>
  Effect.timeoutOrElse(effect, {
    duration: attemptTimeout,
    orElse: () => Effect.fail(new CodatError.Timeout({ bound: "attempt", duration: attemptTimeout }))
  })

/** Fails without starting the effect when the deadline has already passed, as can happen during `onRetry`. */
const withDeadline = <A>(
  effect: Effect.Effect<A, CodatError.Reason>,
  { deadline, startedAt }: Retry.State,
  now: number
): Effect.Effect<A, CodatError.Reason> => {
  if (deadline === Number.POSITIVE_INFINITY) return effect
  const orElse = () =>
    Effect.fail(
      new CodatError.Timeout({
        bound: "deadline",
        duration: Duration.millis(Math.round(deadline - startedAt))
      })
    )
  return deadline > now
    ? Effect.timeoutOrElse(effect, { duration: Duration.millis(deadline - now), orElse })
    : orElse()
}

// -----------------------------------------------------------------------------
// Outcomes
// -----------------------------------------------------------------------------

/** Tells the span, and the listener of `ResponseNote` where there is one, how a call succeeded. */
const noteResponse = <Output>(call: Call<Output>, progress: Attempt.Progress, state: Retry.State): void => {
  Telemetry.annotateAttempts(call.context, state.attempts.length + 1)
  Context.get(
    call.context,
    ResponseNote.Listener
  )?.({
    status: progress.status ?? 0,
    correlationId: progress.correlationId,
    quota: progress.quota,
    attempts: state.attempts
  })
}

/** Fails an operation before, or without, a request of its own, and counts it. */
export const fail = Effect.fnUntraced(function* (
  endpoint: { readonly operation: string; readonly method: string },
  reason: CodatError.Reason,
  more: {
    readonly path?: string
    readonly page?: number | undefined
    readonly query?: string | undefined
  } = {}
) {
  const context = yield* Effect.context<never>()
  Telemetry.count(context, "codat_failures", { operation: endpoint.operation, outcome: reason._tag })
  return yield* new CodatError.CodatError({
    operation: endpoint.operation,
    method: endpoint.method,
    reason,
    attempts: [],
    ...more
  })
})

/** Fails an operation after its last attempt, and counts it. */
const giveUp = Effect.fnUntraced(function* <Output>(
  call: Call<Output>,
  reason: CodatError.Reason,
  attempts: ReadonlyArray<CodatError.Attempt>
) {
  Telemetry.annotateAttempts(call.context, attempts.length)
  Telemetry.count(call.context, "codat_failures", { operation: call.operation, outcome: reason._tag })
  return yield* new CodatError.CodatError({
    operation: call.operation,
    method: call.method,
    path: call.path,
    page: call.page,
    query: call.query,
    idempotencyKey: call.idempotencyKey,
    reason,
    attempts
  })
})

/** Checks options that are not those of a request, such as a stream's. */
export const check = (
  operation: string,
  rules: { readonly [name: string]: Input.Rule },
  options: unknown
): Effect.Effect<void, CodatError.CodatError> => {
  const refused = Input.check(rules, options)
  return refused === undefined ? Effect.void : fail({ operation, method: "GET" }, refused)
}
