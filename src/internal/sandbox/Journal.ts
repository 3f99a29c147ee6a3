/**
 * The record of the requests that reached the sandbox.
 */
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Body from "./Body.ts"
import type { FaultKind, Operation } from "./Model.ts"

/**
 * One request that reached the sandbox, and how it was answered.
 *
 * @category models
 * @since 0.1.0
 */
export interface RecordedRequest {
  /** The HTTP method, in capitals. */
  readonly method: string
  /** Without the query string. */
  readonly path: string
  /** Left out when the method and path belong to no operation. */
  readonly operation?: Operation | undefined
  /** The query parameters; the last value of one that is given twice. */
  readonly query: { readonly [name: string]: string }
  /** The headers with lower-case names, without those that hold credentials. */
  readonly headers: { readonly [name: string]: string }
  /** The whole `Authorization` header; when printed it shows only its scheme, if it has a known one. */
  readonly authorization?: Redacted.Redacted<string> | undefined
  /** The `Idempotency-Key` header; left out when there is none. */
  readonly idempotencyKey?: string | undefined
  /**
   * The body: the value of a JSON body, or else the text. A body of credentials is `Redacted`, and so is an `apiKey` in a
   * body. Left out when empty.
   */
  readonly body?: unknown
  /** Where the request was sent, such as `https://api.codat.io`. */
  readonly origin: string
  /** By the sandbox's clock, in milliseconds since 1970. */
  readonly receivedAt: number
  /** The status of the response. Left out until there is one, and when none was sent. */
  readonly status?: number | undefined
  /** The kinds of the faults that it got. */
  readonly faults: ReadonlyArray<FaultKind>
  /** The first 4,000 characters of the response's body, without keys; only a sandbox over HTTP keeps them. */
  readonly answer?: string | undefined
}

/** What happened to a recorded request after it arrived. */
export interface Outcome {
  status: number | undefined
  answer: string | undefined
  faults: ReadonlyArray<FaultKind>
}

export interface Journal {
  /** Records a request and the text of its body. */
  readonly add: (request: RecordedRequest, text: string) => Outcome
  readonly all: () => ReadonlyArray<RecordedRequest>
  /** The last so many requests. */
  readonly latest: (count: number) => ReadonlyArray<RecordedRequest>
  /** How many requests are kept. */
  readonly size: () => number
  readonly clear: () => void
}

const secretHeaders = new Set(["authorization", "cookie", "proxy-authorization", "x-api-key"])

/** A request as it is recorded. Printing it shows no credentials. */
export const describe = (options: {
  readonly method: string
  readonly path: string
  readonly operation: Operation | undefined
  readonly search: URLSearchParams
  readonly headers: { readonly [name: string]: string | undefined }
  readonly body: string
  readonly origin: string
  readonly receivedAt: number
}): RecordedRequest => {
  const { authorization, "idempotency-key": idempotencyKey } = options.headers
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(options.headers)) {
    if (value !== undefined && !secretHeaders.has(name)) headers[name] = value
  }
  return {
    method: options.method,
    path: options.path,
    ...(options.operation === undefined ? undefined : { operation: options.operation }),
    query: Object.fromEntries(options.search),
    headers,
    ...(authorization === undefined
      ? undefined
      : { authorization: Redacted.make(authorization, { label: schemeOf(authorization) }) }),
    ...(idempotencyKey === undefined ? undefined : { idempotencyKey }),
    ...(options.body === "" ? undefined : { body: bodyOf(options.path, options.body) }),
    origin: options.origin,
    receivedAt: options.receivedAt,
    faults: []
  }
}

// A text before the first space that is not a known scheme may be the secret itself.
const schemeOf = (authorization: string): string | undefined =>
  /^(Basic|Bearer|Digest) /i.exec(authorization)?.[1]

const bodyOf = (path: string, text: string): unknown => {
  const json = Body.parse(text)
  const value = json === Body.malformed ? text : json
  if (/\/authorization\/?$/i.test(path)) return Redacted.make(value, { label: "credentials" })
  // The profile of a client holds its first API key.
  return Predicate.isObject(value) && Predicate.isString(value["apiKey"])
    ? { ...value, apiKey: Redacted.make(value["apiKey"], { label: "apiKey" }) }
    : value
}

/**
 * The beginning of a text without keys, tokens and the passwords of links. It is encoded and decoded because a slice of
 * a string can keep the whole string in memory.
 */
export const excerpt = (text: string): string =>
  new TextDecoder()
    .decode(new TextEncoder().encode(text.slice(0, 4000)))
    .replace(/\botp=[^"&\s]*/g, "otp=…")
    .replace(/"(apiKey|accessToken)":"[^"]*/g, '"$1":"…')
    // Zapier's key is the only property of its response; an integration has a `key` and more.
    .replace(/^\{"key":"[^"]*"\}$/, '{"key":"…"}')

interface Entry {
  /** Without the parsed body, because its text takes less memory. */
  readonly request: Omit<RecordedRequest, "body">
  readonly text: string
  readonly outcome: Outcome
  readonly bytes: number
}

/** Roughly how much memory a request takes. */
const sizeOf = ({ headers, path, query }: RecordedRequest, text: string): number => {
  let bytes = path.length + text.length
  for (const [name, value] of Object.entries(headers)) bytes += name.length + value.length
  for (const [name, value] of Object.entries(query)) bytes += name.length + value.length
  return bytes
}

/** Keeps the last `limit` requests, at most `maxBytes` of them, so that the memory of a long-running server is bounded. */
export const make = (limit: number, maxBytes: number): Journal => {
  let entries: Array<Entry | undefined> = []
  let bytes = 0
  let kept = 0
  const latest = (count: number): ReadonlyArray<RecordedRequest> =>
    entries.slice(-count).flatMap((entry) => {
      if (entry === undefined) return []
      const { outcome, request, text } = entry
      return {
        ...request,
        ...(text === "" ? undefined : { body: bodyOf(request.path, text) }),
        ...(outcome.status === undefined ? undefined : { status: outcome.status }),
        ...(outcome.answer === undefined ? undefined : { answer: outcome.answer }),
        faults: outcome.faults
      }
    })
  return {
    add: ({ body: _, ...request }, text) => {
      const outcome: Outcome = { status: undefined, answer: undefined, faults: [] }
      const entry = { request, text, outcome, bytes: sizeOf(request, text) }
      entries.push(entry)
      bytes += entry.bytes
      kept++
      while (kept > 0 && (kept > limit || bytes > maxBytes)) {
        const first = entries.length - kept
        bytes -= entries[first]?.bytes ?? 0
        entries[first] = undefined
        kept--
      }
      if (entries.length > 2 * limit) entries = entries.slice(entries.length - kept)
      return outcome
    },
    all: () => latest(kept),
    latest,
    size: () => kept,
    clear: () => {
      entries = []
      bytes = 0
      kept = 0
    }
  }
}
