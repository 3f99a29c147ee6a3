/**
 * The record of what was asked.
 */
import * as Redacted from "effect/Redacted"
import type { FaultKind, Operation } from "./Model.ts"

/**
 * One request that reached the sandbox, and how it was answered.
 *
 * @since 0.1.0
 */
export interface RecordedRequest {
  readonly method: string
  /** Without the query string. */
  readonly path: string
  /** Left out when the method and path belong to no operation. */
  readonly operation?: Operation | undefined
  /** The query parameters; of one given twice, the last. */
  readonly query: { readonly [name: string]: string }
  /** The headers, names in lower case, without those that hold credentials. */
  readonly headers: { readonly [name: string]: string }
  /** The whole `Authorization` header; it prints as its scheme, if it has one. */
  readonly authorization?: Redacted.Redacted<string> | undefined
  readonly idempotencyKey?: string | undefined
  /**
   * The body: a value where it was JSON, else a string. A body of credentials
   * is `Redacted`. Left out when empty.
   */
  readonly body?: unknown
  /** Where the request was sent, `https://api.codat.io`. */
  readonly origin: string
  /** By the `Clock`, in milliseconds since 1970. */
  readonly receivedAt: number
  /** Left out while there is no answer, and for good when none was given. */
  readonly status?: number | undefined
  /** The kinds of fault it met. */
  readonly faults: ReadonlyArray<FaultKind>
  /** The first 4,000 characters of the answer's body; only a sandbox over HTTP keeps them. */
  readonly answer?: string | undefined
}

/** What happened to a recorded request since it came in. */
export interface Outcome {
  status: number | undefined
  answer: string | undefined
  faults: ReadonlyArray<FaultKind>
}

export interface Journal {
  /** Remembers a request, and its body as it came. */
  readonly add: (request: RecordedRequest, text: string) => Outcome
  readonly all: () => ReadonlyArray<RecordedRequest>
  readonly clear: () => void
}

const secretHeaders = new Set(["authorization", "cookie", "proxy-authorization", "x-api-key"])

/** A request as it is remembered: nothing in it prints a credential. */
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

// Whatever is not a scheme we know may be the secret itself.
const schemeOf = (authorization: string): string | undefined =>
  /^(Basic|Bearer|Digest) /i.exec(authorization)?.[1]

const bodyOf = (path: string, text: string): unknown => {
  const value = parsed(text)
  return /\/authorization\/?$/i.test(path) ? Redacted.make(value, { label: "credentials" }) : value
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/**
 * The beginning of a text without the passwords of links, as a text of its own: a slice would keep the whole in
 * memory.
 */
export const excerpt = (text: string): string =>
  new TextDecoder().decode(new TextEncoder().encode(text.slice(0, 4000))).replace(/\botp=[^"&\s]*/g, "otp=…")

interface Entry {
  /** Without the body, whose text takes less memory than what it says. */
  readonly request: Omit<RecordedRequest, "body">
  readonly text: string
  readonly outcome: Outcome
  readonly bytes: number
}

/** Roughly what a request takes in memory. */
const sizeOf = ({ headers, path, query }: RecordedRequest, text: string): number => {
  let bytes = path.length + text.length
  for (const [name, value] of Object.entries(headers)) bytes += name.length + value.length
  for (const [name, value] of Object.entries(query)) bytes += name.length + value.length
  return bytes
}

/** Remembers the last `limit` requests of at most `maxBytes`, so that a long-lived server does not grow without bound. */
export const make = (limit: number, maxBytes: number): Journal => {
  let entries: Array<Entry | undefined> = []
  let bytes = 0
  let kept = 0
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
    all: () =>
      entries.flatMap((entry) => {
        if (entry === undefined) return []
        const { outcome, request, text } = entry
        return {
          ...request,
          ...(text === "" ? undefined : { body: bodyOf(request.path, text) }),
          ...(outcome.status === undefined ? undefined : { status: outcome.status }),
          ...(outcome.answer === undefined ? undefined : { answer: outcome.answer }),
          faults: outcome.faults
        }
      }),
    clear: () => {
      entries = []
      bytes = 0
      kept = 0
    }
  }
}
