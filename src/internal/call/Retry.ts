/**
 * What to do after a failed attempt: a pure function of what has happened so far, so that every decision can be read
 * and tested without a clock and a network.
 */
import * as Duration from "effect/Duration"
import * as CodatError from "../../CodatError.ts"
import type { Policy } from "../../RetryPolicy.ts"
import { defined } from "./Defined.ts"
import { isKeyed, isRetryable, mayHaveTakenPlace } from "./Retryable.ts"

/**
 * How long Codat keeps a key. After that, a request with the same key is a new one: the write would take place again.
 */
export const keyLifetime = 90 * 60_000

/** What decisions depend on and does not change during a call. (The rules of the input are `Input.Rules`.) */
export interface Rules {
  readonly method: string
  readonly policy: Policy
  /** Whether the caller gave the idempotency key, so that an earlier call with it may still be running. */
  readonly isCallersKey: boolean
}

/** What has happened so far. Times are milliseconds of the monotonic clock. */
export interface State {
  readonly startedAt: number
  /** When the call must have ended. */
  readonly deadline: number
  readonly attempts: ReadonlyArray<CodatError.Attempt>
  /** Attempts that count against the policy: all but one that was answered with 401 and led to newer credentials. */
  readonly counted: number
  /** Whether Codat may have carried out one of the failed attempts. */
  readonly mayBeDone: boolean
  /** Whether newer credentials were asked for already, with or without success. */
  readonly renewalTried: boolean
}

/** One failed attempt. */
export interface Failure {
  readonly reason: CodatError.Reason
  readonly begunAt: number
  readonly endedAt: number
  /**
   * Whether a request was sent. It was not when there were no credentials, or when the limiter did not let it through.
   */
  readonly wasSent: boolean
  /** A random number from 0 to 1, for the jitter. */
  readonly random: number
}

export type Decision = Done | Renew | Wait | GiveUp

/** What to do once newer credentials were asked for. */
export type AfterRenewal = Renewed | Exclude<Decision, Renew>

/** A DELETE was answered with 404 after an attempt that may have been carried out: it is taken as successful. */
interface Done {
  readonly _tag: "Done"
}

/** Ask for newer credentials, and go on as {@link renewed} or {@link notRenewed} says. */
export interface Renew {
  readonly _tag: "Renew"
  readonly reason: CodatError.Reason
  readonly state: State
}

/** Make the next attempt at once, with newer credentials. */
interface Renewed {
  readonly _tag: "Renewed"
  readonly state: State
}

export interface Wait {
  readonly _tag: "Wait"
  readonly reason: CodatError.Reason
  readonly wait: Duration.Duration
  readonly state: State
}

export interface GiveUp {
  readonly _tag: "GiveUp"
  readonly reason: CodatError.Reason
  readonly attempts: State["attempts"]
}

/**
 * The state before the first attempt. A key of the caller's may have been used by an earlier call, so its lifetime
 * counts from here.
 */
export const start = ({ isCallersKey, policy }: Rules, now: number): State => ({
  startedAt: now,
  deadline: now + Math.min(millis(policy.deadline), isCallersKey ? keyLifetime : Number.POSITIVE_INFINITY),
  attempts: [],
  counted: 0,
  mayBeDone: false,
  renewalTried: false
})

/** What to do after a failure. */
export const decide = (rules: Rules, before: State, failure: Failure): Decision => {
  const reason = withInProgress(rules, before, failure.reason)
  if (rules.method === "DELETE" && reason._tag === "NotFound" && before.mayBeDone) return { _tag: "Done" }
  const state = withMayBeDone(rules, before, failure, reason)
  return reason._tag === "Unauthorized" && !state.renewalTried && failure.wasSent
    ? { _tag: "Renew", reason, state: { ...state, renewalTried: true } }
    : waitOrGiveUp(rules, state, reason, failure)
}

/** There are newer credentials. */
export const renewed = (state: State, reason: CodatError.Reason): Renewed => ({
  _tag: "Renewed",
  state: { ...state, attempts: [...state.attempts, record(reason, Duration.zero)] }
})

/** There are no newer credentials. */
export const notRenewed = (rules: Rules, state: State, failure: Failure): Wait | GiveUp =>
  waitOrGiveUp(rules, state, failure.reason, failure)

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
): Wait | GiveUp => {
  const state = { ...before, counted: before.counted + 1 }
  const wait = waitAfter(rules, reason, state.counted, random)
  return wait === undefined || endedAt + Duration.toMillis(wait) >= state.deadline
    ? giveUp(state, reason)
    : { _tag: "Wait", reason, wait, state: { ...state, attempts: [...state.attempts, record(reason, wait)] } }
}

/** How long to wait before the next attempt, or undefined when there must be none. */
const waitAfter = (
  { method, policy }: Rules,
  reason: CodatError.Reason,
  attempt: number,
  random: number
): Duration.Duration | undefined => {
  // A timer may fire a millisecond early, so that the clock still shows time left: the deadline has ended the call all
  // the same.
  if (reason._tag === "Timeout" && reason.bound === "deadline") return undefined
  if (attempt >= policy.maxAttempts || !isRetryable(method, reason) || !policy.while(reason)) return undefined
  const least = "retryAfter" in reason && reason.retryAfter !== undefined ? reason.retryAfter : Duration.zero
  if (Duration.isGreaterThan(least, Duration.fromInputUnsafe(policy.maxRetryAfter))) return undefined
  const most = Math.min(millis(policy.maxDelay), millis(policy.baseDelay) * 2 ** (attempt - 1))
  const backoff = policy.jitter === "none" ? most : most * random
  return Duration.max(least, Duration.millis(Math.round(backoff)))
}

/** A 409 means "still in progress" when an earlier request with the same key may be running, whatever its text says. */
const withInProgress = (
  { method, isCallersKey }: Rules,
  { mayBeDone }: State,
  reason: CodatError.Reason
): CodatError.Reason =>
  reason._tag === "Conflict" && isKeyed(method) && (mayBeDone || isCallersKey)
    ? // Spelled out, because an error's message is not enumerable.
      new CodatError.Conflict({ ...reason, message: reason.message, inProgress: true })
    : reason

/**
 * Marks that an attempt may have been carried out. Retrying must then end before Codat forgets the key, counted from
 * that attempt.
 */
const withMayBeDone = (
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
