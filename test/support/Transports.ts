/** The clients that can carry requests on Node, by name. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import { Agent } from "undici"

export type Transport = Layer.Layer<HttpClient.HttpClient>

/**
 * Effect's client over undici's own interface, past `fetch`. `NodeHttpClient.layerUndici` brings an undici that needs
 * Node 22; this is undici 7, which Node 20 runs.
 */
export const undici: Transport = NodeHttpClient.layerUndiciNoDispatcher.pipe(
  Layer.provide(
    Layer.effect(
      NodeHttpClient.Dispatcher,
      Effect.acquireRelease(
        // The types of the two undicis differ in the handlers of an upload, which this client does not set.
        Effect.sync(() => new Agent() as unknown as NodeHttpClient.Dispatcher["Service"]),
        (agent) => Effect.promise(() => agent.destroy())
      )
    )
  )
)

export const transports: Readonly<Record<string, Transport>> = {
  fetch: FetchHttpClient.layer,
  undici,
  "node:http": NodeHttpClient.layerNodeHttp
}
