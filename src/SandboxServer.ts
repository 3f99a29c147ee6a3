/**
 * The sandbox over real HTTP, for programs in other processes and in other
 * languages.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Redacted from "effect/Redacted"
import * as Auth from "./Auth.ts"
import * as CodatConfig from "./CodatConfig.ts"
import * as Controls from "./internal/sandbox/Control.ts"
import * as Engine from "./internal/sandbox/Engine.ts"
import * as Options from "./internal/sandbox/Options.ts"
import * as Socket from "./internal/sandbox/Socket.ts"
import * as Sandbox from "./Sandbox.ts"

/**
 * Serves a sandbox on the `HttpServer` that is provided, until the layer is
 * closed, and provides its controls.
 *
 * **Details**
 *
 * It is the sandbox of `Sandbox.layer`, rule for rule. Its time is the `Clock`
 * in force where the layer is built. Where the server is Node's, a connection
 * that is to die is destroyed; where sockets are out of reach, the answer breaks
 * off instead.
 *
 * **Example** (Serving on a port)
 *
 * ```ts
 * import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
 * import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
 * import { Layer } from "effect"
 * import { SandboxServer } from "effect-codat"
 * import { createServer } from "node:http"
 *
 * SandboxServer.layer({ connections: 2500 }).pipe(
 *   Layer.provide(NodeHttpServer.layer(createServer, { port: 4010 })),
 *   Layer.launch,
 *   NodeRuntime.runMain
 * )
 * ```
 *
 * @since 0.1.0
 */
export const layer = (
  options?: Sandbox.Options
): Layer.Layer<Sandbox.Sandbox, never, HttpServer.HttpServer> =>
  Layer.effect(
    Sandbox.Sandbox,
    Effect.gen(function* () {
      const engine = yield* Engine.make(Options.settings(options))
      yield* HttpServer.serveEffect(overSocket(engine))
      return Controls.make(engine)
    })
  )

const overSocket = (engine: Engine.Engine) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const response = yield* Effect.catchTag(engine.answer, "Hangup", () => Socket.hangUp(request))
    return Socket.breakOff(request, response)
  }).pipe(
    // A stalled or delayed request ends when its caller goes away.
    Effect.interruptible
  )

/**
 * Where the server listens, such as `http://127.0.0.1:4010`: what an SDK takes
 * for its base URL. A server that listens on every address is reached at the
 * loopback address.
 *
 * **Gotchas**
 *
 * A server on a Unix socket has no such URL, and asking for it is a defect.
 *
 * @since 0.1.0
 */
export const baseUrl: Effect.Effect<string, never, HttpServer.HttpServer> = Effect.gen(function* () {
  const { address } = yield* HttpServer.HttpServer
  if (NetAddress.isUnixPathAddress(address)) {
    return yield* Effect.die(new Error("A server on a Unix socket has no base URL"))
  }
  const url = yield* Effect.orDie(Effect.fromResult(NetAddress.toUrl(address)))
  if (NetAddress.isUnspecified(address.address)) {
    url.hostname = NetAddress.formatIp(NetAddress.ipv4Loopback)
  }
  return url.origin
})

/**
 * Points this SDK at the server: an `Auth` with the key `Sandbox.apiKey`, and
 * the base URL in `CodatConfig`.
 *
 * @since 0.1.0
 */
export const layerClient: Layer.Layer<Auth.Auth, never, HttpServer.HttpServer> = Layer.merge(
  Layer.orDie(Auth.layerApiKey({ apiKey: Redacted.make(Sandbox.apiKey) })),
  Layer.unwrap(Effect.map(baseUrl, (url) => CodatConfig.layer({ baseUrl: url })))
)
