/**
 * The sandbox over real HTTP, for programs in other processes and in other
 * languages.
 *
 * @module SandboxServer
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import type { PlatformError } from "effect/PlatformError"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Auth from "./Auth.ts"
import * as CodatConfig from "./CodatConfig.ts"
import * as Controls from "./internal/sandbox/Control.ts"
import * as Engine from "./internal/sandbox/Engine.ts"
import * as Fixed from "./internal/sandbox/Options.ts"
import * as App from "./internal/sandbox/server/App.ts"
import type { StateStore } from "./internal/sandbox/server/Store.ts"
import * as Store from "./internal/sandbox/server/Store.ts"
import * as Operations from "./Operations.ts"
import * as Sandbox from "./Sandbox.ts"

export type { StateStore } from "./internal/sandbox/server/Store.ts"

/**
 * The options of a sandbox over HTTP: those of any sandbox, and more.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Sandbox.Options {
  /**
   * The token that a request to the controls must send, as `Authorization: Bearer <token>`.
   *
   * @default no token is needed
   */
  readonly controlToken?: Redacted.Redacted<string> | undefined
  /**
   * Whether the controls accept requests from other machines, which is needed in a container. It requires a
   * `controlToken`; without one it is a defect.
   *
   * @default false, so that only the loopback address is accepted
   */
  readonly remoteControl?: boolean | undefined
  /**
   * The origins whose web pages may call the API from a browser (CORS), or `"*"`. It does not open the controls.
   *
   * @default none
   */
  readonly cors?: string | ReadonlyArray<string> | undefined
  /**
   * Where an end user is sent after the Link page: Codat's portal calls it the redirect URL. Parameters are in braces, as
   * in `http://localhost:3000/linked?status={statusCode}&connection={connectionId}`.
   *
   * @default none: a page of the sandbox shows the result
   */
  readonly redirectUrl?: string | undefined
  /**
   * The origin of links, such as `linkUrl`, when it differs from the address where the server listens.
   *
   * @default {@link baseUrl}
   */
  readonly publicUrl?: string | undefined
  /**
   * Where the state is read from at the start and saved: see {@link stateFile}.
   *
   * @default none: the state is not saved
   */
  readonly state?: StateStore | undefined
}

const serverOptionNames: ReadonlyArray<string> = Object.keys({
  controlToken: true,
  remoteControl: true,
  cors: true,
  redirectUrl: true,
  publicUrl: true,
  state: true
} satisfies { readonly [K in Exclude<keyof Required<Options>, keyof Sandbox.Options>]: true })

const originOf = (url: string): string => {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new TypeError("Sandbox: publicUrl must be an absolute http or https URL")
  }
  return new URL(url).origin
}

/** Throws when an option is not valid. */
const check = ({ controlToken, redirectUrl, remoteControl }: Options): void => {
  if (remoteControl === true && controlToken === undefined) {
    throw new TypeError("Sandbox: remoteControl requires a controlToken")
  }
  if (controlToken !== undefined && Redacted.value(controlToken).trim() === "") {
    throw new TypeError("Sandbox: controlToken must not be empty")
  }
  const filled = redirectUrl?.replaceAll(/\{[^{}]*\}/g, "1")
  if (filled !== undefined && !(/^https?:\/\//i.test(filled) && URL.canParse(filled))) {
    throw new TypeError("Sandbox: redirectUrl must be an absolute http or https URL")
  }
}

/**
 * Serves a sandbox on the `HttpServer` that is provided, until the scope is
 * closed, and returns its controls.
 *
 * **Details**
 *
 * The sandbox follows the same rules as that of `Sandbox.layer`. In addition:
 *
 * - `/__sandbox/` is a page that shows the data of the sandbox and the requests that it received.
 * - `/__sandbox/openapi.json` describes the controls over HTTP: all those of `Sandbox`.
 * - A connection's `linkUrl` and a company's `redirect` lead to pages of the sandbox on which an end user links. The
 *   password in a `linkUrl` works once.
 *
 * The controls accept requests from the loopback address only, and none from web pages of another origin. An unknown or
 * invalid option is a defect. The sandbox uses the `Clock` of the place where it is made.
 *
 * **Example** (A server that a program controls)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { SandboxServer } from "effect-codat"
 *
 * export const busy = Effect.gen(function* () {
 *   const sandbox = yield* SandboxServer.make({ connections: 2500 })
 *   yield* sandbox.fail({ status: 503, times: 3 })
 *   return yield* SandboxServer.baseUrl
 * })
 * ```
 *
 * @function
 * @category serving
 * @since 0.1.0
 */
export const make: (
  options?: Options
) => Effect.Effect<Sandbox.Control, never, HttpServer.HttpServer | Scope.Scope> = Effect.fnUntraced(
  function* (options = {}) {
    const settings = Fixed.settings(options, serverOptionNames)
    check(options)
    const origin = options.publicUrl === undefined ? yield* linkOrigin : originOf(options.publicUrl)
    const engine = yield* Engine.make(settings, Operations.all, {
      links: { company: origin, connection: origin },
      keepsAnswers: true
    })
    const { state } = options
    const control = yield* Controls.make(engine, state?.initial)
    if (state !== undefined) yield* Store.keep(state, control.state, engine.changes)
    const app = yield* App.make(engine, control, {
      access: { token: options.controlToken, isRemoteAllowed: options.remoteControl ?? false },
      redirect: options.redirectUrl,
      cors: options.cors === undefined ? undefined : [options.cors].flat()
    })
    yield* HttpServer.serveEffect(app)
    return control
  }
)

/**
 * Serves a sandbox on the `HttpServer` that is provided, until the layer is
 * closed, and provides its controls: {@link make} as a layer.
 *
 * **Details**
 *
 * A `reset` fault destroys the socket on a Node server; on servers that give no access to sockets, the response ends
 * early instead.
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
 * @category serving
 * @since 0.1.0
 */
export const layer = (options?: Options): Layer.Layer<Sandbox.Sandbox, never, HttpServer.HttpServer> =>
  Layer.effect(Sandbox.Sandbox, make(options))

/**
 * A file that holds the state of a sandbox: it is read at the start, if it exists, and written after changes. It is JSON
 * with a version, written in full under another name and then renamed.
 *
 * **Details**
 *
 * It is saved within 200 ms after a change. When the sandbox is closed, it is saved if anything has happened since,
 * also a request that only reads, because it uses the quota. A failure to save is logged as an error. When another
 * program, such as a second sandbox, has changed the file meanwhile, it is overwritten and a warning is logged.
 * Fails with a `SandboxError` when the file does not hold a valid state, and with a `PlatformError` when it cannot be
 * read.
 *
 * **Example** (A sandbox that keeps its state across restarts)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { SandboxServer } from "effect-codat"
 *
 * export const sandbox = Layer.unwrap(
 *   Effect.map(SandboxServer.stateFile("sandbox.json"), (state) => SandboxServer.layer({ state }))
 * )
 * ```
 *
 * @function
 * @category serving
 * @since 0.1.0
 */
export const stateFile: (
  path: string
) => Effect.Effect<StateStore, Sandbox.SandboxError | PlatformError, FileSystem.FileSystem> = Store.file

/**
 * The URL of the server, such as `http://127.0.0.1:4010`, to be used as the base URL of an SDK. For a server that listens
 * on all addresses it has the loopback address.
 *
 * **Gotchas**
 *
 * A server on a Unix socket has no such URL: this effect is then a defect.
 *
 * **Example** (For a client in another language)
 *
 * ```ts
 * import { Console, Effect } from "effect"
 * import { SandboxServer } from "effect-codat"
 *
 * export const announce = Effect.flatMap(SandboxServer.baseUrl, (url) => Console.log(`CODAT_BASE_URL=${url}`))
 * ```
 *
 * @category clients
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
 * **Example** (A test over real HTTP)
 *
 * ```ts
 * import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
 * import { Layer } from "effect"
 * import { FetchHttpClient } from "effect/http"
 * import { SandboxServer } from "effect-codat"
 *
 * export const overHttp = Layer.merge(SandboxServer.layer(), SandboxServer.layerClient).pipe(
 *   Layer.provide(NodeHttpServer.layerTest),
 *   Layer.provideMerge(FetchHttpClient.layer)
 * )
 * ```
 *
 * @category clients
 * @since 0.1.0
 */
export const layerClient: Layer.Layer<Auth.Auth, never, HttpServer.HttpServer> = Layer.merge(
  Layer.orDie(Auth.layerApiKey({ apiKey: Redacted.make(Sandbox.apiKey) })),
  Layer.unwrap(Effect.map(baseUrl, (url) => CodatConfig.layer({ baseUrl: url })))
)

/** The origin of links. A server on a Unix socket has no URL, so its links lead nowhere. */
const linkOrigin: Effect.Effect<string, never, HttpServer.HttpServer> = Effect.flatMap(
  HttpServer.HttpServer,
  ({ address }) => (NetAddress.isUnixPathAddress(address) ? Effect.succeed("http://localhost") : baseUrl)
)
