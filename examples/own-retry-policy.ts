/**
 * Retry policies of one's own: one for the whole program, others where a part
 * of it is in more of a hurry, or in less.
 *
 *   CODAT_API_KEY=… node --import tsx examples/own-retry-policy.ts COMPANY_ID
 */

import { fileURLToPath } from "node:url"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Duration, Effect, Layer, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { Auth, CodatConfig, Connections, RetryPolicy } from "effect-codat"

/** The program's own: seven attempts, each retry in the log. What is left out is as by default. */
export const policy = RetryPolicy.make({
  maxAttempts: 7,
  maxRetryAfter: "5 minutes",
  onRetry: ({ attempt, operation, reason, wait }) =>
    Effect.logWarning(
      `${operation}: attempt ${attempt} met ${reason._tag}, the next is in ${Duration.format(wait)}`
    )
})

/** Someone is looking at a screen: an answer within two seconds, or none. */
export const hurried = RetryPolicy.make({ baseDelay: "50 millis", deadline: "2 seconds" })

/** The number for the screen, if it can be had at once. */
export const total = (companyId: string) =>
  Connections.count({ companyId }).pipe(
    RetryPolicy.withPolicy(hurried),
    Effect.catchReason("CodatError", "Timeout", () => Effect.succeed(undefined))
  )

/** A job for the night: waits for tomorrow's quota if today's is used up. Each page has its own retries. */
export const nightly = (companyId: string) =>
  Connections.list({ companyId }).pipe(RetryPolicy.withPolicy(RetryPolicy.patient), Stream.runCount)

export const program = Effect.fn("program")(function* (companyId: string) {
  yield* Console.log("in a hurry:", (yield* total(companyId)) ?? "not now")
  yield* Console.log(
    "as usual:",
    (yield* Connections.page({ companyId })).results.length,
    "on the first page"
  )
  yield* Console.log("all night:", yield* nightly(companyId))
})

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const codat = Layer.mergeAll(Auth.layerConfig, CodatConfig.layerConfig, FetchHttpClient.layer)
  program(process.argv[2] ?? "").pipe(Effect.provide([codat, RetryPolicy.layer(policy)]), NodeRuntime.runMain)
}
