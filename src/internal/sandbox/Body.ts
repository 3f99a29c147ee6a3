/**
 * Reads the bodies of requests.
 */
import * as Effect from "effect/Effect"
import type * as HttpServerError from "effect/http/HttpServerError"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Reply from "./Reply.ts"

/** The most bytes that the body of a request may have. */
export const maxBytes = 1024 * 1024

/** The result of {@link read} for a body that is too large. */
export const tooLarge = Symbol("tooLarge")

const decoder = new TextDecoder()

/**
 * Reads a body and keeps nothing of it. Many clients read the response only after they have sent the whole body: they
 * would not see the response of a server that closes the connection before.
 */
export const skip = (
  request: HttpServerRequest.HttpServerRequest
): Effect.Effect<void, HttpServerError.HttpServerError> => Stream.runDrain(request.stream)

/**
 * The body of a request. One that is too large is not kept in memory beyond `maxBytes`. Fails when the caller closes
 * the connection before the whole body has arrived.
 */
export const read = (
  request: HttpServerRequest.HttpServerRequest
): Effect.Effect<string | typeof tooLarge, HttpServerError.HttpServerError> => {
  const declared = request.headers["content-length"]
  // HTTP servers end a body at its `content-length`; a body without one is counted while it arrives.
  if (declared !== undefined && /^\d+$/.test(declared)) {
    if (Number(declared) > maxBytes) return Effect.as(skip(request), tooLarge)
    return request.text
  }
  return Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let bytes = 0
    return request.stream.pipe(
      Stream.runForEach((chunk) =>
        Effect.sync(() => {
          bytes += chunk.byteLength
          if (bytes <= maxBytes) chunks.push(chunk)
        })
      ),
      Effect.map(() => (bytes > maxBytes ? tooLarge : decoder.decode(concat(chunks))))
    )
  })
}

const concat = (chunks: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.byteLength, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}

/** The result of {@link parse} for a text that is not JSON. */
export const malformed = Symbol("malformed")

/** How deep a body may be nested: as deep as .NET reads by default. JSON that is much deeper cannot be written again. */
const maxDepth = 64

const isDeeper = (value: unknown, depth: number): boolean =>
  Predicate.isObjectKeyword(value) &&
  (depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1)))

export const parse = (body: string, depth = maxDepth): unknown => {
  try {
    const value: unknown = JSON.parse(body)
    return isDeeper(value, depth) ? malformed : value
  } catch {
    return malformed
  }
}

export const notJson: Reply.Problem = Reply.badRequest("the body is not JSON.")

/** The properties of a body that is an object. */
export const object = (body: string): Result.Result<{ readonly [key: string]: unknown }, Reply.Problem> => {
  const value = parse(body)
  if (value === malformed) return Result.fail(notJson)
  return isRecord(value)
    ? Result.succeed(value)
    : Result.fail(Reply.badRequest("the body must be an object."))
}

export const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  Predicate.isObject(value) && !Array.isArray(value)

export const isStrings = (value: unknown): value is { readonly [key: string]: string } =>
  isRecord(value) && Object.values(value).every(Predicate.isString)

export const isStringArray = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.every(Predicate.isString)
