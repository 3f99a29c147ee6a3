/**
 * Faults that act on the socket of a server: connections that are reset, and bodies that break off.
 */
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"

// Node's `IncomingMessage` is recognised by its shape, so that no part of the library imports Node.
const socketOf = (request: HttpServerRequest.HttpServerRequest): object | undefined => {
  const source: object = request.source
  if (!Predicate.hasProperty(source, "socket")) return undefined
  return Predicate.isObject(source.socket) ? source.socket : undefined
}

const call = (socket: object, ...names: ReadonlyArray<string>): boolean => {
  for (const name of names) {
    if (!Predicate.hasProperty(socket, name)) continue
    const method = socket[name]
    if (typeof method !== "function") continue
    method.call(socket)
    return true
  }
  return false
}

/** The end of a response that must break off. */
const brokenOff = Stream.die(new Error("The sandbox broke the connection off"))

/**
 * Ends the connection without a response. When there is no access to the socket, returns a response that breaks off
 * before its first byte.
 */
export const hangUp = (
  request: HttpServerRequest.HttpServerRequest
): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.suspend(() => {
    const socket = socketOf(request)
    return socket !== undefined && call(socket, "resetAndDestroy", "destroy")
      ? Effect.never
      : Effect.succeed(HttpServerResponse.stream(brokenOff))
  })

/** When the body of a response fails, closes the socket after the bytes before the failure have been sent. */
export const breakOff = (
  request: HttpServerRequest.HttpServerRequest,
  response: HttpServerResponse.HttpServerResponse
): HttpServerResponse.HttpServerResponse => {
  const { body } = response
  if (body._tag !== "Stream") return response
  const socket = socketOf(request)
  const ending =
    socket === undefined
      ? brokenOff
      : Stream.fromEffectDrain(
          Effect.suspend(() => (call(socket, "destroySoon", "destroy") ? Effect.never : Effect.void))
        )
  const stream = Stream.catch(body.stream, () => ending)
  return HttpServerResponse.setBody(response, HttpBody.stream(stream, body.contentType, body.contentLength))
}
