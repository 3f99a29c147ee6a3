/**
 * The HTTP application of a sandbox: Codat's API, the controls, the page that shows its state, and the pages on which end
 * users link.
 */
import * as Effect from "effect/Effect"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Scope from "effect/Scope"
import type { Control } from "../Control.ts"
import type { Engine } from "../Engine.ts"
import * as Socket from "../Socket.ts"
import * as Access from "./Access.ts"
import * as Api from "./Api.ts"
import * as Link from "./Link.ts"
import * as Page from "./Page.ts"

export interface Options {
  readonly access: Access.Access
  readonly redirect: string | undefined
  readonly cors: ReadonlyArray<string> | undefined
}

type App = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  HttpServerError.HttpServerError,
  HttpServerRequest.HttpServerRequest
>

const exposed = ["retry-after", "x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"]

/** Allows web pages of the given origins to read the responses (CORS). */
const withCors = (origins: ReadonlyArray<string> | undefined) =>
  origins === undefined || origins.length === 0
    ? <A extends App>(app: A): App => app
    : HttpMiddleware.cors({
        allowedOrigins: origins.includes("*") ? [] : origins,
        // Empty means any header: the sandbox holds no data that needs protection.
        allowedHeaders: [],
        exposedHeaders: exposed,
        maxAge: 600
      })

/** The methods of requests that change nothing. */
const reads: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"])

const pathOf = (url: string): string => {
  const mark = url.search(/[?#]/)
  return mark === -1 ? url : url.slice(0, mark)
}

export const make = Effect.fnUntraced(function* (
  engine: Engine,
  control: Control,
  options: Options
): Effect.fn.Return<App, never, Scope.Scope> {
  const controls = yield* Api.make(control)
  const link = Link.make(engine, { redirect: options.redirect })
  const { changes } = engine

  const ofControl = Effect.fnUntraced(function* (
    request: HttpServerRequest.HttpServerRequest,
    path: string
  ): Effect.fn.Return<
    HttpServerResponse.HttpServerResponse,
    HttpServerError.HttpServerError,
    HttpServerRequest.HttpServerRequest
  > {
    const asset = request.method === "GET" ? Page.asset(path) : undefined
    const refused = Access.refusal(request, options.access, asset !== undefined)
    if (refused !== undefined) return refused
    if (asset !== undefined) return asset
    if (path === Page.dataPath) {
      return yield* Page.data(request, engine, control, changes.count())
    }
    const response = yield* Effect.scoped(controls)
    if (request.method !== "GET") changes.seen()
    return response
  })

  const api = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const response = yield* Effect.catchTag(engine.answer, "Hangup", () => Socket.hangUp(request)).pipe(
      Effect.ensuring(Effect.sync(reads.has(request.method) ? changes.seen : changes.made))
    )
    return Socket.breakOff(request, response)
  })
  const apiWithCors = withCors(options.cors)(api)

  return Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const path = pathOf(request.url)
    if (path === Api.prefix || path.startsWith(`${Api.prefix}/`)) return yield* ofControl(request, path)
    if (!Link.isLink(path)) return yield* apiWithCors
    const response = yield* link
    changes.seen()
    return response
  }).pipe(
    // A stalled or delayed request ends when its caller disconnects.
    Effect.interruptible
  )
})
