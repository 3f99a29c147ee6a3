/**
 * Reading something again and again, as a schedule says, until it is as wanted.
 */
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Schedule from "effect/Schedule"
import * as CodatError from "../../CodatError.ts"
import { escapeControls } from "../Text.ts"
import * as Call from "./Call.ts"
import { defined } from "./Defined.ts"
import type * as Endpoint from "./Endpoint.ts"
import type * as Input from "./Input.ts"
import * as Telemetry from "./Telemetry.ts"

/** The most characters of a status that an error keeps: it is text from the network, of any length. */
const maxStatus = 200

/** From 1 second, doubled up to `longest`, ±20 % jitter. */
export const backoff = (longest: Duration.Input): Schedule.Schedule<Duration.Duration> =>
  Schedule.jittered(Schedule.min([Schedule.exponential("1 second"), Schedule.spaced(longest)]))

/** Waits as long as the schedule says, and returns whether to read again. */
export type Pace<A> = (value: A) => Effect.Effect<boolean>

export const pace = <A>(schedule: Schedule.Schedule<unknown, A>): Effect.Effect<Pace<A>> =>
  Effect.map(
    Schedule.toStepWithSleep(schedule),
    (step) => (value) => Pull.catchDone(Effect.as(step(value), true), () => Effect.succeed(false))
  )

/** Makes an operation of several requests: it checks its options, and has one span around those of its requests. */
export const operation =
  <O extends object, A, R>(
    name: string,
    rules: Input.Rules<O>,
    run: (options: O) => Effect.Effect<A, CodatError.CodatError, R>
  ): ((options: O) => Effect.Effect<A, CodatError.CodatError, R>) =>
  (options) =>
    Telemetry.operationSpan(
      name,
      Effect.andThen(
        // As those of other operations, at each run: until then the options can change.
        Effect.suspend(() => Call.check(name, rules, options)),
        Effect.contextWith((context: Context.Context<R>) => {
          // `Call.check` has refused everything but an object with the options that the rules name.
          Telemetry.annotateOptions(context, options as Endpoint.Options)
          return run(options)
        })
      )
    )

/** Reads until `isDone`, or fails with a `Timeout` whose bound is `await` when the timeout passes or the schedule ends. */
export const until = <A, R>(options: {
  readonly operation: string
  readonly path: string
  readonly read: Effect.Effect<A, CodatError.CodatError, R>
  readonly isDone: (value: A) => boolean
  /** The status of what was read, for the failure. */
  readonly statusOf: (value: A) => string
  readonly schedule: Schedule.Schedule<unknown, A>
  readonly timeout: Duration.Duration
}): Effect.Effect<A, CodatError.CodatError, R> =>
  Effect.suspend(() => {
    const { isDone, operation, path, read, schedule, statusOf, timeout } = options
    let last: string | undefined
    const late = (duration: Duration.Duration) =>
      Call.fail(
        { operation, method: "GET" },
        new CodatError.Timeout(defined({ bound: "await" as const, duration, last })),
        { path }
      )
    const waiting = Effect.gen(function* () {
      const startedAt = yield* Clock.monotonicTimeNanos
      const next = yield* pace(schedule)
      while (true) {
        const value = yield* read
        if (isDone(value)) return value
        last = escapeControls(statusOf(value)).slice(0, maxStatus)
        if (!(yield* next(value))) {
          return yield* late(Duration.nanos((yield* Clock.monotonicTimeNanos) - startedAt))
        }
      }
    })
    return Duration.isFinite(timeout)
      ? Effect.timeoutOrElse(waiting, { duration: timeout, orElse: () => late(timeout) })
      : waiting
  })

/**
 * Fails because a response is about another item than the one that was requested. A cache or proxy that mixes up
 * responses could otherwise make the state of one item appear as that of another.
 */
export const otherItem = (
  operation: string,
  path: string,
  what: string
): Effect.Effect<never, CodatError.CodatError> =>
  Call.fail(
    { operation, method: "GET" },
    new CodatError.InvalidResponse({ statusCode: 200, path: "id", expected: `expected the ${what}` }),
    { path }
  )

/** Whether two ids are the same. Upper and lower case letters of a GUID are equal. */
export const isSameId = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()
