import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpMethod from "effect/http/HttpMethod"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Sandbox from "effect-codat/Sandbox"
import * as SandboxServer from "effect-codat/SandboxServer"

/** Where the requests of a test go. */
export class Base extends Context.Service<Base, string>()("test/Base") {}

export interface Mount {
  readonly name: string
  readonly layer: (
    options?: SandboxServer.Options
  ) => Layer.Layer<HttpClient.HttpClient | Sandbox.Sandbox | Base, unknown>
}

export const inMemory: Mount = {
  name: "in memory",
  layer: (options) => Layer.merge(Sandbox.layer(options), Layer.succeed(Base, "https://api.codat.io"))
}

/** A server of its own each time: layers that are one value are built once. */
export const node = () =>
  NodeHttpServer.layer(createServer, {
    port: 0,
    host: "127.0.0.1",
    disablePreemptiveShutdown: true
  })

export const overHttp: Mount = {
  name: "over HTTP",
  layer: (options) =>
    Layer.merge(SandboxServer.layer(options), Layer.effect(Base, SandboxServer.baseUrl)).pipe(
      Layer.provide(node()),
      Layer.merge(FetchHttpClient.layer)
    )
}

export const mounts: ReadonlyArray<Mount> = [inMemory, overHttp]

export const basic = `Basic ${btoa(Sandbox.apiKey)}`

export interface Call {
  readonly authorization?: string | undefined
  readonly key?: string | undefined
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly text?: string | undefined
}

/** One request by hand; `authorization: ""` sends none. */
export const call = Effect.fnUntraced(function* (
  method: HttpMethod.HttpMethod,
  path: string,
  options: Call = {}
) {
  const authorization = options.authorization ?? basic
  const text = options.text ?? (options.json === undefined ? undefined : JSON.stringify(options.json))
  let request = HttpClientRequest.make(method)(`${yield* Base}${path}`)
  if (authorization !== "") request = HttpClientRequest.setHeader(request, "authorization", authorization)
  if (options.key !== undefined)
    request = HttpClientRequest.setHeader(request, "idempotency-key", options.key)
  if (text !== undefined) request = HttpClientRequest.bodyText(request, text, "application/json")
  const response = yield* HttpClient.execute(request)
  const body = yield* response.text
  return { status: response.status, headers: response.headers, text: body, json: parsed(body) }
})

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A property of an unknown value, by a path. */
export const at = (value: unknown, ...path: ReadonlyArray<string | number>): unknown =>
  path.reduce<unknown>((inner, key) => (Predicate.hasProperty(inner, key) ? inner[key] : undefined), value)

export const list = (value: unknown, ...path: ReadonlyArray<string | number>): ReadonlyArray<unknown> => {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

export const connections = `/companies/${Sandbox.companyId}/connections`

/** A connection as it is on the wire, from what a control shows. */
export const plain = (connection: Sandbox.ConnectionState) => ({
  ...connection,
  linkUrl: Redacted.value(connection.linkUrl)
})

/** A connection in the given state, and its path. */
export const find = Effect.fnUntraced(function* (status: Sandbox.ConnectionStatus) {
  const found = (yield* Sandbox.connections()).find((connection) => connection.status === status)
  if (found === undefined) return yield* Effect.die(new Error(`no connection is ${status}`))
  return { ...found, path: `${connections}/${found.id}` }
})

export const key = (n: number): string => `abcdef00-0000-4000-8000-${String(n).padStart(12, "0")}`
