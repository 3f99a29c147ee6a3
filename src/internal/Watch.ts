/**
 * Waiting for a connection to change: `Connections.awaitStatus` and `Connections.watch`.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Pull from "effect/Pull"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Auth } from "../Auth.ts"
import * as CodatError from "../CodatError.ts"
import type { Connection, ConnectionStatus } from "../Connection.ts"
import type { ConnectionOptions } from "../Connections.ts"
import * as ConnectionGet from "./ConnectionGet.ts"
import * as Input from "./Input.ts"
import * as Pipeline from "./Pipeline.ts"
import * as Same from "./Same.ts"

/**
 * Which connection is waited for, until when and how patiently.
 *
 * @since 0.1.0
 */
export interface AwaitStatusOptions extends ConnectionOptions {
  /**
   * The status to wait for, or any of several.
   *
   * @default "Linked"
   */
  readonly until?: ConnectionStatus | ReadonlyArray<ConnectionStatus> | undefined
  /**
   * The waits between one reading and the next; its input is the connection as last read. When it ends, so does the
   * waiting.
   *
   * @default 1, 2, 4, 8, 16 and then 30 seconds, each a fifth more or less by chance
   */
  readonly schedule?: Schedule.Schedule<unknown, Connection> | undefined
  /**
   * The bound of the whole; `Duration.infinity` is none.
   *
   * @default "10 minutes"
   */
  readonly timeout?: Duration.Input | undefined
}

/**
 * Which connection is watched, and how closely.
 *
 * @since 0.1.0
 */
export interface WatchOptions extends ConnectionOptions {
  /**
   * The waits between one reading and the next, begun anew at each change; its input is the connection as last read.
   * When it ends, so does the stream.
   *
   * @default from 1 second, doubled up to 5 minutes, each a fifth more or less by chance
   */
  readonly schedule?: Schedule.Schedule<unknown, Connection> | undefined
}

const backoff = (longest: Duration.Input): Schedule.Schedule<Duration.Duration> =>
  Schedule.jittered(Schedule.min([Schedule.exponential("1 second"), Schedule.spaced(longest)]))

const read = Pipeline.operation(ConnectionGet.endpoint)

/** A function that waits as long as the schedule says, and answers whether to read again. */
const pace = (
  schedule: Schedule.Schedule<unknown, Connection>
): Effect.Effect<(connection: Connection) => Effect.Effect<boolean>> =>
  Effect.map(
    Schedule.toStepWithSleep(schedule),
    (step) => (connection) => Pull.catchDone(Effect.as(step(connection), true), () => Effect.succeed(false))
  )

// -----------------------------------------------------------------------------
// Until a status
// -----------------------------------------------------------------------------

const awaited: Input.Rules<AwaitStatusOptions> = {
  ...ConnectionGet.connectionOf,
  until: Input.optional(Input.statuses),
  schedule: Input.optional(Input.schedule),
  timeout: Input.optional(Input.duration)
}

/**
 * Waits until a connection has a status, and answers with the connection as it then is.
 *
 * **When to use**
 *
 * After `Connections.create`, while the company follows the `linkUrl`. Where webhooks can be received, they tell the
 * same without costing a request: see `Webhook`.
 *
 * **Details**
 *
 * Reads the connection at once, and then again after each wait, until it is as wanted. Each reading is one request,
 * made and retried as `Connections.get` does: by default one at once, five more within 38 seconds and then one about
 * every 30 seconds. That is 21 to 29 requests for a connection that is not linked within the ten minutes.
 *
 * Fails with `NotFound` when there is no such connection or it is deleted meanwhile, and with a `Timeout` whose
 * `bound` is `await` when the timeout passes or the schedule ends first. A reading that fails for good fails the
 * whole, as the `Connections.get` that it is. A status that is not waited for, such as `Unlinked`, is waited out: name it in `until` to hear of it.
 *
 * **Example** (The company has half an hour)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Connections } from "effect-codat"
 *
 * const linked = (companyId: string, connectionId: string) =>
 *   Connections.awaitStatus({ companyId, connectionId, timeout: "30 minutes" }).pipe(
 *     Effect.catchReason("CodatError", "Timeout", () => Effect.succeed(undefined))
 *   )
 * ```
 *
 * **Example** (Ten readings, a minute apart)
 *
 * ```ts
 * import { Duration, Schedule } from "effect"
 * import { Connections } from "effect-codat"
 *
 * const settled = (companyId: string, connectionId: string) =>
 *   Connections.awaitStatus({
 *     companyId,
 *     connectionId,
 *     until: ["Linked", "Deauthorized"],
 *     schedule: Schedule.spaced("1 minute").pipe(Schedule.upTo({ times: 9 })),
 *     timeout: Duration.infinity
 *   })
 * ```
 *
 * @since 0.1.0
 */
export const awaitStatus: (
  options: AwaitStatusOptions
) => Effect.Effect<Connection, CodatError.CodatError, HttpClient.HttpClient | Auth> = Effect.fn(
  "Connections.awaitStatus"
)(function* (options: AwaitStatusOptions) {
  yield* Pipeline.check("Connections.awaitStatus", awaited, options)
  yield* Effect.annotateCurrentSpan({
    "codat.company_id": options.companyId,
    "codat.connection_id": options.connectionId
  })
  const until: ReadonlyArray<string> = [options.until ?? "Linked"].flat()
  const timeout = Duration.fromInputUnsafe(options.timeout ?? "10 minutes")
  const pastBound = (duration: Duration.Duration) =>
    Pipeline.fail(
      { operation: "Connections.awaitStatus", method: "GET" },
      {
        reason: new CodatError.Timeout({ bound: "await", duration }),
        path: ConnectionGet.connectionPath(options),
        attempts: []
      }
    )

  const waiting = Effect.gen(function* () {
    const startedAt = yield* Clock.currentTimeMillis
    const next = yield* pace(options.schedule ?? backoff("30 seconds"))
    while (true) {
      const connection = yield* read(options)
      if (connection.status !== undefined && until.includes(connection.status)) return connection
      if (!(yield* next(connection))) {
        return yield* pastBound(Duration.millis((yield* Clock.currentTimeMillis) - startedAt))
      }
    }
  })
  return yield* Duration.isFinite(timeout)
    ? Effect.timeoutOrElse(waiting, { duration: timeout, orElse: () => pastBound(timeout) })
    : waiting
})

// -----------------------------------------------------------------------------
// Every change
// -----------------------------------------------------------------------------

const watched: Input.Rules<WatchOptions> = {
  ...ConnectionGet.connectionOf,
  schedule: Input.optional(Input.schedule)
}

/** The link is left out, since the one-time password in it may be another at each reading. */
const isSame = (left: Connection, right: Connection): boolean =>
  Same.isSame({ ...left, linkUrl: "" }, { ...right, linkUrl: "" })

interface Seen {
  readonly connection: Connection
  readonly next: (connection: Connection) => Effect.Effect<boolean>
}

/**
 * Streams a connection as it is now, and then each time that it has changed.
 *
 * **When to use**
 *
 * To follow one connection where webhooks cannot be received: they tell of every connection without costing a request.
 *
 * **Details**
 *
 * Each reading is one request, made and retried as `Connections.get` does: one when the stream is first pulled, and one
 * after each wait of the schedule. By default that is nine within ten minutes of a change and then one every five
 * minutes: a connection that does not change costs some 300 requests a day. Nothing is sent while the stream is not
 * pulled, and what changed and changed back between two readings goes unseen.
 *
 * A `linkUrl` that differs is no change, since the one-time password in it may always be another. The stream ends when
 * the connection is deleted. It fails with `NotFound` when there was no such connection to begin with, and with any
 * other reason when a reading fails for good.
 *
 * **Example** (Telling of every status)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { Connections } from "effect-codat"
 *
 * const follow = (companyId: string, connectionId: string) =>
 *   Connections.watch({ companyId, connectionId }).pipe(
 *     Stream.map((connection) => connection.status),
 *     Stream.changes,
 *     Stream.runForEach((status) => Effect.log("now", status))
 *   )
 * ```
 *
 * @since 0.1.0
 */
export const watch = (
  options: WatchOptions
): Stream.Stream<Connection, CodatError.CodatError, HttpClient.HttpClient | Auth> =>
  Stream.unwrap(
    Effect.map(Pipeline.check("Connections.watch", watched, options), () => {
      const seen = (connection: Connection) =>
        Effect.map(pace(options.schedule ?? backoff("5 minutes")), (next): readonly [Connection, Seen] => [
          connection,
          { connection, next }
        ])
      const change = Effect.fnUntraced(function* ({ connection, next }: Seen) {
        let current = connection
        while (yield* next(current)) {
          const found = yield* read(options).pipe(
            Effect.catchReason("CodatError", "NotFound", () => Effect.succeed(undefined))
          )
          if (found === undefined) return undefined
          if (!isSame(connection, found)) return yield* seen(found)
          current = found
        }
        return undefined
      })
      return Stream.unfold<Seen | undefined, Connection, CodatError.CodatError, HttpClient.HttpClient | Auth>(
        undefined,
        (last) => (last === undefined ? Effect.flatMap(read(options), seen) : change(last))
      )
    })
  )
