/**
 * Serves the sandbox until it is stopped.
 */

import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Sandbox, SandboxServer } from "effect-codat"
import packageJson from "../package.json" with { type: "json" }
import { between, cannotListen, main, whole } from "./main.ts"

const flags = {
  port: Flag.Int("port").pipe(
    Flag.withDescription("The port to listen on (4010); 0 takes a free one"),
    Flag.withSchema(between(0, 65_535)),
    Flag.withDefault(4010)
  ),
  host: Flag.String("host").pipe(
    Flag.withDescription("The address to listen on (127.0.0.1); 0.0.0.0 in a container"),
    Flag.withDefault("127.0.0.1")
  ),
  connections: Flag.Int("connections").pipe(
    Flag.withDescription("How many connections the company has (250)"),
    Flag.withSchema(between(0, 100_000)),
    Flag.withDefault(250)
  ),
  seed: Flag.String("seed").pipe(
    Flag.withDescription("What all ids and all chance come from: the same seed, the same sandbox (1)"),
    Flag.optional
  )
}

const sandbox = Command.make(
  "npm run sandbox --",
  flags,
  Effect.fnUntraced(function* ({ connections, host, port, seed }) {
    const server = NodeHttpServer.layerServer(createServer, {
      host,
      port,
      gracefulShutdownTimeout: "1 second"
    })
    yield* Layer.effectDiscard(greet(connections)).pipe(
      Layer.provideMerge(SandboxServer.layer({ connections, seed: Option.getOrUndefined(seed) })),
      Layer.provide(server),
      Layer.launch,
      Effect.catchTag("ServeError", cannotListen(`${host}:${port}`))
    )
  })
).pipe(Command.withDescription("Serves a Codat that lives in memory, until Ctrl-C."))

const greet = Effect.fnUntraced(function* (connections: number) {
  const baseUrl = yield* SandboxServer.baseUrl
  yield* Console.log(`The Codat sandbox is listening.

  base URL   ${baseUrl}
  API key    ${Sandbox.apiKey}
  token      ${Sandbox.accessToken}
  company    ${Sandbox.companyId}, with ${whole(connections)} connections

Ask it for the first two:

  curl -s -H "Authorization: Basic ${btoa(Sandbox.apiKey)}" \\
    "${baseUrl}/companies/${Sandbox.companyId}/connections?pageSize=2"

Or read them all with this library:

  CODAT_BASE_URL=${baseUrl} CODAT_API_KEY=${Sandbox.apiKey} \\
    npm start -- --company ${Sandbox.companyId}

Ctrl-C stops it; what it holds goes with it.`)
})

main(Command.run(sandbox, { version: packageJson.version }))
