/**
 * What to do after a failed attempt: a pure function of what has happened so far, so that every decision can be read
 * and tested without a clock and a network.
 */
import * as Duration from "effect/Duration"
import * as CodatError from "../../CodatError.ts"
import type { Policy } from "../../RetryPolicy.ts"
import { defined } from "./Defined.ts"
import { isKeyed, isRetryable, mayHaveTakenPlace } from "./Retryable.ts"

/** How long Codat keeps a key: after that, a request under it is a new one, and the write would take place again. */
const keyLifetime = 90 * 60_000

/** What does not change during a call. */
export interface Rules {
  readonly method: string
  readonly policy: Policy
  /** Whether the idempotency key is the caller's, so that an earlier call may still be running under it. */
  readonly ownKey: boolean
}

/** What has happened so far. Times are milliseconds of the monotonic clock. */
export interface State {
  readonly startedAt: number
  /** When the call has to be over. */
  readonly deadline: number
  readonly attempts: ReadonlyArray<CodatError.Attempt>
  /** Attempts that count against the policy: all but the one that a renewed credential brings. */
  readonly counted: number
  /** Whether an attempt may have been carried out although it looked failed. */
  readonly mayBeDone: boolean
  /** Whether newer credentials were asked for already. */
  readonly renewed: boolean
}

/** One failed attempt. */
export interface Failure {
  readonly reason: CodatError.Reason
  readonly begunAt: number
  readonly endedAt: number
  /** Whether anything was sent: not without credentials or a turn of the limiter. */
  readonly wasSent: boolean
  /** A random number from 0 to 1, for the jitter. */
  readonly random: number
}

export type Decision =
  /** The earlier attempt that looked failed is what did it. */
  | { readonly _tag: "Done" }
  /** Ask for newer credentials, and go on as {@link renewed} or {@link notRenewed} says. */
  | { readonly _tag: "Renew"; readonly reason: CodatError.Reason; readonly state: State }
  | {
      readonly _tag: "Wait"
      readonly reason: CodatError.Reason
      readonly wait: Duration.Duration
      readonly state: State
    }
  | GiveUp

export interface GiveUp {
  readonly _tag: "GiveUp"
  readonly reason: CodatError.Reason
  readonly attempts: State["attempts"]
}

/** Where a call begins. When the caller brings the key, an earlier call under it may be what takes place. */
export const start = ({ ownKey, policy }: Rules, now: number): State => ({
  startedAt: now,
  deadline: now + Math.min(millis(policy.deadline), ownKey ? keyLifetime : Number.POSITIVE_INFINITY),
  attempts: [],
  counted: 0,
  mayBeDone: false,
  renewed: false
})

/** What to do after a failure. */
export const decide = (rules: Rules, before: State, failure: Failure): Decision => {
  const reason = withProgress(rules, before, failure.reason)
  if (rules.method === "DELETE" && reason._tag === "NotFound" && before.mayBeDone) return { _tag: "Done" }
  const state = withDoubt(rules, before, failure, reason)
  return reason._tag === "Unauthorized" && !state.renewed && failure.wasSent
    ? { _tag: "Renew", reason, state: { ...state, renewed: true } }
    : waitOrGiveUp(rules, state, reason, failure)
}

/** There are newer credentials: the next attempt follows at once. */
export const renewed = (state: State, reason: CodatError.Reason): State => ({
  ...state,
  attempts: [...state.attempts, record(reason, Duration.zero)]
})

/** There are no newer credentials. */
export const notRenewed = (
  rules: Rules,
  state: State,
  failure: Failure
): Exclude<Decision, { _tag: "Renew" }> => waitOrGiveUp(rules, state, failure.reason, failure)

/** No more attempts. */
export const giveUp = (state: State, reason: CodatError.Reason): GiveUp => ({
  _tag: "GiveUp",
  reason,
  attempts: [...state.attempts, record(reason, Duration.zero)]
})

const waitOrGiveUp = (
  rules: Rules,
  before: State,
  reason: CodatError.Reason,
  { endedAt, random }: Failure
): Exclude<Decision, { _tag: "Renew" }> => {
  const state = { ...before, counted: before.counted + 1 }
  const wait = waitAfter(rules, reason, state.counted, random)
  return wait === undefined || endedAt + Duration.toMillis(wait) >= state.deadline
    ? giveUp(state, reason)
    : { _tag: "Wait", reason, wait, state: { ...state, attempts: [...state.attempts, record(reason, wait)] } }
}

/** How long to wait before the next attempt, or nothing when there is to be none. */
const waitAfter = (
  { method, policy }: Rules,
  reason: CodatError.Reason,
  attempt: number,
  random: number
): Duration.Duration | undefined => {
  // Timers may be a millisecond early: a deadline that was met is met, whatever the clock says.
  if (reason._tag === "Timeout" && reason.bound === "deadline") return undefined
  if (attempt >= policy.maxAttempts || !isRetryable(method, reason) || !policy.while(reason)) return undefined
  const least = "retryAfter" in reason && reason.retryAfter !== undefined ? reason.retryAfter : Duration.zero
  if (Duration.isGreaterThan(least, Duration.fromInputUnsafe(policy.maxRetryAfter))) return undefined
  const most = Math.min(millis(policy.maxDelay), millis(policy.baseDelay) * 2 ** (attempt - 1))
  const backoff = policy.jitter === "none" ? most : most * random
  return Duration.max(least, Duration.millis(Math.round(backoff)))
}

/** A 409 is about the key when an earlier request under it may still be running, whatever the text says. */
const withProgress = (
  { method, ownKey }: Rules,
  { mayBeDone }: State,
  reason: CodatError.Reason
): CodatError.Reason =>
  reason._tag === "Conflict" && isKeyed(method) && (mayBeDone || ownKey)
    ? // Spelled out, because an error's message is not enumerable.
      new CodatError.Conflict({ ...reason, message: reason.message, inProgress: true })
    : reason

/** From the first attempt that may have been carried out on, a key is good for as long as Codat keeps it. */
const withDoubt = (
  { method }: Rules,
  state: State,
  { begunAt, wasSent }: Failure,
  reason: CodatError.Reason
): State =>
  !state.mayBeDone && wasSent && mayHaveTakenPlace(reason)
    ? {
        ...state,
        mayBeDone: true,
        deadline: isKeyed(method) ? Math.min(state.deadline, begunAt + keyLifetime) : state.deadline
      }
    : state

const record = (reason: CodatError.Reason, wait: Duration.Duration): CodatError.Attempt =>
  defined({ reason: reason._tag, statusCode: "statusCode" in reason ? reason.statusCode : undefined, wait })

const millis = (duration: Duration.Input): number => Duration.toMillis(Duration.fromInputUnsafe(duration))
