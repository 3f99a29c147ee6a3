/**
 * A circuit breaker in front of Codat.
 *
 * The layers from the outside to the inside are the retry policy, the limiter, the breaker and the transport. So a retry
 * counts against the limiter's budget like any other request, and a request that the open breaker refuses is never sent.
 *
 *   node --import tsx examples/circuit-breaker.ts
 */

import { fileURLToPath } from "node:url"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect, Layer } from "effect"
import { HttpClient, HttpClientError } from "effect/http"
import { CircuitBreaker } from "effect/persistence"
import { Connections, RateLimit, RetryPolicy, Sandbox } from "effect-codat"

/** Opens after five failed requests in a row, and lets one request through after 30 seconds. */
export const breaker = Layer.effect(
  HttpClient.HttpClient,
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const breaker = yield* CircuitBreaker.make({
      tripPolicy: CircuitBreaker.consecutive(5),
      openDuration: "30 seconds"
    })
    const guarded = HttpClient.withCircuitBreaker(client, { breaker })
    // The SDK requires an `HttpClient`, so the breaker's error becomes an error of the transport.
    return HttpClient.make((request) =>
      Effect.catchTag(guarded.execute(request), "CircuitBreakerError", () =>
        Effect.fail(
          new HttpClientError.HttpClientError({
            reason: new HttpClientError.TransportError({
              request,
              description: "the circuit is open",
              cause: { code: "CIRCUIT_OPEN" }
            })
          })
        )
      )
    )
  })
).pipe(Layer.provide(CircuitBreaker.layerStoreMemory()))

/** Does not retry while the circuit is open: the next call tries again. */
export const policy = RetryPolicy.make({
  while: (reason) => !(reason._tag === "Transport" && reason.code === "CIRCUIT_OPEN")
})

/** All layers together, around a transport and an `Auth`: here the sandbox's. */
export const codat = Layer.mergeAll(RetryPolicy.layer(policy), RateLimit.layer(), breaker).pipe(
  Layer.provideMerge(Sandbox.layer())
)

export const program = Effect.gen(function* () {
  yield* Sandbox.fail({ status: 503, times: "always" })
  const count = Connections.count({ companyId: Sandbox.companyId })
  const during = yield* Effect.flip(count)
  yield* Effect.log(`while Codat is down: ${during.message}`)
  const after = yield* Effect.flip(count)
  yield* Effect.log(`and then, without asking it: ${after.message}`)
  return { during, after, requests: (yield* Sandbox.requests).length }
})

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  NodeRuntime.runMain(Effect.provide(program, codat))
}
