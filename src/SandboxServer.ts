/**
 * The sandbox over real HTTP, for programs in other processes and in other
 * languages.
 *
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
 * What a sandbox over HTTP may be told at its start, beside what any sandbox may be told.
 *
 * @since 0.1.0
 */
export interface Options extends Sandbox.Options {
  /**
   * What a control wants as `Authorization: Bearer <token>`.
   *
   * @default no token is wanted
   */
  readonly controlToken?: Redacted.Redacted<string> | undefined
  /**
   * Whether the controls answer other machines too, as they must where the sandbox runs in a container. It takes a
   * `controlToken`; without one it is a defect.
   *
   * @default false, so that only the loopback address has an answer
   */
  readonly remoteControl?: boolean | undefined
  /**
   * The origins, or `"*"`, whose pages may read what the API answers in a browser. The controls answer none of them.
   *
   * @default none
   */
  readonly cors?: string | ReadonlyArray<string> | undefined
  /**
   * Where an end user goes after the Link page: what Codat's portal calls the redirect URL, with parameters in braces,
   * such as `http://localhost:3000/linked?status={statusCode}&connection={connectionId}`.
   *
   * @default nowhere: a page says how it ended
   */
  readonly redirectUrl?: string | undefined
  /**
   * The origin that links begin with, where that is not where the server listens.
   *
   * @default {@link baseUrl}
   */
  readonly publicUrl?: string | undefined
  /**
   * Where the state comes from at the start and is kept: see {@link stateFile}.
   *
   * @default nowhere
   */
  readonly state?: StateStore | undefined
}

const own: ReadonlyArray<string> = Object.keys({
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

/** Throws where an option makes no sense. */
const check = ({ controlToken, redirectUrl, remoteControl }: Options): void => {
  if (remoteControl === true && controlToken === undefined) {
    throw new TypeError("Sandbox: remoteControl takes a controlToken")
  }
  if (controlToken !== undefined && Redacted.value(controlToken).trim() === "") {
    throw new TypeError("Sandbox: controlToken must not be empty")
  }
  if (redirectUrl !== undefined && !/^https?:\/\//i.test(redirectUrl)) {
    throw new TypeError("Sandbox: redirectUrl must be an absolute http or https URL")
  }
}

/**
 * Serves a sandbox on the `HttpServer` that is provided, until the scope is
 * closed, and gives its controls.
 *
 * **Details**
 *
 * The sandbox of `Sandbox.layer`, rule for rule, and more:
 *
 * - `/__sandbox/` is a page that shows what the sandbox holds and what reached it.
 * - `/__sandbox/openapi.json` describes the controls over HTTP: all those of `Sandbox`.
 * - A connection's `linkUrl` and a company's `redirect` lead to pages of the sandbox on which an end user links. The
 *   password in a `linkUrl` is good once.
 *
 * Controls answer on the loopback address only, and no page of another origin.
 * An option that is unknown or makes no sense is a defect. Its time is the
 * `Clock` in force where it is made.
 *
 * @since 0.1.0
 */
export const make: (
  options?: Options
) => Effect.Effect<Sandbox.Control, never, HttpServer.HttpServer | Scope.Scope> = Effect.fnUntraced(
  function* (options = {}) {
    const settings = Fixed.settings(options, own)
    check(options)
    const origin = options.publicUrl === undefined ? yield* linkOrigin : originOf(options.publicUrl)
    const engine = yield* Engine.make(settings, Operations.all, {
      links: { company: origin, connection: origin },
      keepsAnswers: true
    })
    const { state } = options
    const control = yield* Controls.make(engine, state?.initial)
    const onChange = state === undefined ? () => {} : yield* Store.keep(state, control.state)
    const app = yield* App.make(engine, control, {
      access: { token: options.controlToken, isRemoteAllowed: options.remoteControl ?? false },
      redirect: options.redirectUrl,
      cors: options.cors === undefined ? undefined : [options.cors].flat(),
      onChange
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
 * Where the server is Node's, a connection that is to die is destroyed; where
 * sockets are out of reach, the answer breaks off instead.
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
export const layer = (options?: Options): Layer.Layer<Sandbox.Sandbox, never, HttpServer.HttpServer> =>
  Layer.effect(Sandbox.Sandbox, make(options))

/**
 * A file that a sandbox begins from, where it is there, and is kept in: JSON
 * with a version, written whole under another name and then renamed.
 *
 * **Details**
 *
 * It is saved within a fifth of a second of a change, and when the sandbox is
 * closed. What cannot be saved is logged as an error. Fails with a
 * `SandboxError` when the file holds something else, and with a `PlatformError`
 * when it cannot be read.
 *
 * **Example** (A sandbox that goes on where it was)
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
 * @since 0.1.0
 */
export const stateFile: (
  path: string
) => Effect.Effect<StateStore, Sandbox.SandboxError | PlatformError, FileSystem.FileSystem> = Store.file

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

/** Where links lead; a server that has no address has no pages either. */
const linkOrigin: Effect.Effect<string, never, HttpServer.HttpServer> = Effect.flatMap(
  HttpServer.HttpServer,
  ({ address }) => (NetAddress.isUnixPathAddress(address) ? Effect.succeed("http://localhost") : baseUrl)
)
