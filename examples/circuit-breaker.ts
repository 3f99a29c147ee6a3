/**
 * A circuit breaker in front of Codat, and where it stands among the rest.
 *
 * From the outside in: the retry policy, the limiter, the breaker, the
 * transport. A retry takes a turn of the limiter like any other request, and
 * what an open breaker turns away is never sent.
 *
 *   node --import tsx examples/circuit-breaker.ts
 */

import { fileURLToPath } from "node:url"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect, Layer } from "effect"
import { HttpClient, HttpClientError } from "effect/http"
import { CircuitBreaker } from "effect/persistence"
import { Connections, RateLimit, RetryPolicy, Sandbox } from "effect-codat"

/** Opens after five requests in a row have failed, and lets one through again after half a minute. */
export const breaker = Layer.effect(
  HttpClient.HttpClient,
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const breaker = yield* CircuitBreaker.make({
      tripPolicy: CircuitBreaker.consecutive(5),
      openDuration: "30 seconds"
    })
    const guarded = HttpClient.withCircuitBreaker(client, { breaker })
    // What the SDK requires fails as an `HttpClient` does, so the breaker's error becomes a lost request.
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

/** An open circuit is not worth a wait: the next call will find out. */
export const policy = RetryPolicy.make({
  while: (reason) => !(reason._tag === "Transport" && reason.code === "CIRCUIT_OPEN")
})

/** Everything together, around a transport: here the sandbox, in production `FetchHttpClient.layer` and an `Auth`. */
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
