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

/** Milliseconds of the monotonic clock. */
const now = ({ context }: Call<unknown>): number =>
  Number(Context.get(context, Clock.Clock).monotonicTimeNanosUnsafe()) / 1e6

/** Makes attempts until one succeeds, or until `Retry` decides against another one. */
const untilDone = Effect.fnUntraced(function* <Output>(call: Call<Output>) {
  const { context, rules } = call
  const clock = Context.get(context, Clock.Clock)
  let state = Retry.start(rules, now(call))
  // The deadline in `state` covers the key's lifetime, but the monotonic clock stands still while a machine sleeps.
  let keyEndsAt = rules.isCallersKey
    ? clock.currentTimeMillisUnsafe() + Retry.keyLifetime
    : Number.POSITIVE_INFINITY

  while (true) {
    const begunAt = now(call)
    const keySentAt = clock.currentTimeMillisUnsafe()
    const progress = Attempt.begin(keyEndsAt)
    const outcome = yield* Effect.result(attempt(call, state, progress))
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
      endedAt: now(call),
      wasSent,
      random: Context.get(context, Random.Random).nextDoubleUnsafe()
    }
    const decided = Retry.decide(rules, state, failure)
    const decision = decided._tag === "Renew" ? yield* renew(call, decided, failure, progress) : decided
    if (decision._tag === "GiveUp") return yield* giveUp(call, decision)
    if (decision._tag === "Done") {
      const done = call.decode(undefined)
      if (Result.isFailure(done)) return yield* giveUp(call, Retry.giveUp(state, failure.reason))
      noteResponse(call, progress, state)
      return done.success
    }
    state = decision.state
    if (decision._tag === "Wait") {
      if (state.mayBeDone && isKeyed(call.method)) {
        keyEndsAt = Math.min(keyEndsAt, keySentAt + Retry.keyLifetime)
      }
      yield* wait(call, decision)
    }
  }
})

/** Asks for newer credentials, within the time of one attempt, and decides by the outcome. */
const renew = Effect.fnUntraced(function* <Output>(
  call: Call<Output>,
  { reason, state }: Retry.Renew,
  failure: Retry.Failure,
  progress: Attempt.Progress
): Effect.fn.Return<Retry.AfterRenewal> {
  const refused = Context.get(call.context, Auth).refused(progress.authorization ?? Redacted.make(""))
  const newer = yield* Effect.result(withDeadline(call, state, withAttemptTimeout(call, refused)))
  if (Result.isFailure(newer)) return { ...Retry.giveUp(state, reason), reason: newer.failure }
  if (!newer.success) return Retry.notRenewed(call.rules, state, { ...failure, reason })
  Telemetry.count(call.context, "codat_retries", { operation: call.operation, outcome: reason._tag })
  return Retry.renewed(state, reason)
})

/** Tells the policy and the log that there will be another attempt, and waits for it. */
const wait = Effect.fnUntraced(function* <Output>(call: Call<Output>, { reason, state, wait }: Retry.Wait) {
  const retry = { operation: call.operation, attempt: state.attempts.length, reason, wait }
  yield* Telemetry.retrying(call.context, retry)
  const told = yield* Effect.result(withDeadline(call, state, call.rules.policy.onRetry(retry)))
  if (Result.isFailure(told)) {
    return yield* giveUp(call, { reason: told.failure, attempts: state.attempts })
  }
  yield* Effect.sleep(wait)
})

/**
 * Waits for the limiter and then makes the attempt. The attempt has its own timeout; the wait has none. Both together
 * end at the deadline of the call.
 */
const attempt = <Output>(
  call: Call<Output>,
  state: Retry.State,
  progress: Attempt.Progress
): Effect.Effect<Output, CodatError.Reason, never> => {
  const sent = Telemetry.attempt(call, state.attempts.length, progress, (span) =>
    withAttemptTimeout(call, Attempt.send(call, progress, span))
  )
  if (call.limit === Limits.unlimited) return withDeadline(call, state, sent)
  // Asks for credentials before it waits for the limiter, so that a slow request for a token does not use up a turn.
  // `Attempt.send` asks again, and by then a token source that caches its token answers at once.
  const authorized = withAttemptTimeout(call, Context.get(call.context, Auth).authorization)
  const limited = Effect.annotateLogs(call.limit(sent), {
    operation: call.operation,
    attempt: state.attempts.length + 1
  })
  return withDeadline(call, state, Effect.andThen(authorized, limited))
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
  call: Call<unknown>,
  { deadline, startedAt }: Retry.State,
  effect: Effect.Effect<A, CodatError.Reason>
): Effect.Effect<A, CodatError.Reason> => {
  if (deadline === Number.POSITIVE_INFINITY) return effect
  const orElse = () =>
    Effect.fail(
      new CodatError.Timeout({
        bound: "deadline",
        duration: Duration.millis(Math.round(deadline - startedAt))
      })
    )
  const left = deadline - now(call)
  return left > 0 ? Effect.timeoutOrElse(effect, { duration: Duration.millis(left), orElse }) : orElse()
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

/** Fails an operation, and counts it. Without `attempts` there was no request of its own. */
export const fail = Effect.fnUntraced(function* (
  { method, operation }: { readonly operation: string; readonly method: string },
  reason: CodatError.Reason,
  more: Partial<Pick<CodatError.CodatError, "path" | "page" | "query" | "idempotencyKey" | "attempts">> = {}
) {
  const context = yield* Effect.context<never>()
  Telemetry.count(context, "codat_failures", { operation, outcome: reason._tag })
  return yield* new CodatError.CodatError({ operation, method, reason, attempts: [], ...more })
})

/** Fails a call after its last attempt. */
const giveUp = <Output>(
  call: Call<Output>,
  { attempts, reason }: Pick<Retry.GiveUp, "attempts" | "reason">
): Effect.Effect<never, CodatError.CodatError> => {
  const { idempotencyKey, page, path, query } = call
  Telemetry.annotateAttempts(call.context, attempts.length)
  return fail(call, reason, { path, page, query, idempotencyKey, attempts })
}

/** Checks options that are not those of a request, such as a stream's. */
export const check = (
  operation: string,
  rules: { readonly [name: string]: Input.Rule },
  options: unknown
): Effect.Effect<void, CodatError.CodatError> => {
  const refused = Input.check(rules, options)
  return refused === undefined ? Effect.void : fail({ operation, method: "GET" }, refused)
}
