/**
 * Custom retry policies: one for the whole program, and others for parts that need an answer sooner or can wait longer.
 *
 *   CODAT_API_KEY=… node --import tsx examples/own-retry-policy.ts COMPANY_ID
 */

import { fileURLToPath } from "node:url"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Duration, Effect, Layer, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { Codat, Connections, RetryPolicy } from "effect-codat"

/** For the whole program: seven attempts, and each retry is logged. Options that are left out keep their defaults. */
export const policy = RetryPolicy.make({
  maxAttempts: 7,
  maxRetryAfter: "5 minutes",
  onRetry: ({ attempt, operation, reason, wait }) =>
    Effect.logWarning(
      `${operation}: attempt ${attempt} met ${reason._tag}, the next is in ${Duration.format(wait)}`
    )
})

/** For a user who waits at a screen: an answer within two seconds, or none. */
export const hurried = RetryPolicy.make({ baseDelay: "50 millis", deadline: "2 seconds" })

/** The count for the screen, if it arrives in time. */
export const total = (companyId: string) =>
  Connections.count({ companyId }).pipe(
    RetryPolicy.withPolicy(hurried),
    Effect.catchReason("CodatError", "Timeout", () => Effect.succeed(undefined))
  )

/** A nightly job: waits for tomorrow's quota when today's is used up. Each page is retried separately. */
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
  const codat = Layer.merge(Codat.layerConfig, FetchHttpClient.layer)
  program(process.argv[2] ?? "").pipe(Effect.provide([codat, RetryPolicy.layer(policy)]), NodeRuntime.runMain)
}
