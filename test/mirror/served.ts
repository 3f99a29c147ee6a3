/** A sandbox behind a real port, its controls and credentials, and the client to reach it with. */
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import { SandboxServer } from "effect-codat"

export const served = (options: SandboxServer.Options) =>
  Layer.mergeAll(SandboxServer.layer(options), SandboxServer.layerClient, FetchHttpClient.layer).pipe(
    Layer.provideMerge(
      NodeHttpServer.layerServer(createServer, {
        host: "127.0.0.1",
        port: 0,
        gracefulShutdownTimeout: "1 millis"
      })
    )
  )
