/**
 * What can be ordered to go wrong, when, and for which requests.
 */
import type * as Duration from "effect/Duration"
import type { RecordedRequest } from "./Journal.ts"
import type { Operation } from "./Model.ts"

/**
 * Which requests a fault is for, and how often. All that is given must hold;
 * with nothing given, the next request is hit, whatever it is.
 *
 * @category models
 * @since 0.1.0
 */
export interface FaultTarget {
  /** Only this operation, by method and route: `Connections.list` for `pages`, `page` and `count` too, `Companies.list` for `listAll`. */
  readonly operation?: Operation | undefined
  /** Only this HTTP method, in capitals. */
  readonly method?: string | undefined
  /** Only this page of a list; a request that names no page asks for page 1. */
  readonly page?: number | undefined
  /** Only requests that this accepts. */
  readonly match?: ((request: RecordedRequest) => boolean) | undefined
  /**
   * How many matching requests pass unharmed first.
   *
   * @default 0
   */
  readonly skip?: number | undefined
  /**
   * How many requests are hit before the fault is spent.
   *
   * @default 1, or "always" when there is a `probability`
   */
  readonly times?: number | "always" | undefined
  /**
   * The chance, from 0 to 1, that a matching request is hit, drawn from the sandbox's seed.
   *
   * @default 1
   */
  readonly probability?: number | undefined
}

/**
 * Where a fault happens. A **gateway** stands in front of Codat: what it answers
 * by itself is not authenticated, takes nothing from the quota, and is never
 * kept under an `Idempotency-Key`. The **origin** is Codat: what it answers is
 * kept and replayed for 90 minutes, except a 429.
 *
 * @category models
 * @since 0.1.0
 */
export type FaultPlace = "gateway" | "origin"

/**
 * When a fault happens: **before** the request is carried out, which then never
 * takes place, or **after**, when a write has taken place and only the answer
 * is lost.
 *
 * @category models
 * @since 0.1.0
 */
export type FaultMoment = "before" | "after"

/**
 * A status in place of the answer, with Codat's error body unless `body` says
 * otherwise.
 *
 * @category models
 * @since 0.1.0
 */
export interface StatusFault extends FaultTarget {
  readonly kind?: "status" | undefined
  /** From 200 to 599. */
  readonly status: number
  /** @default "gateway" for 401, 502, 503 and 504, "origin" for any other */
  readonly at?: FaultPlace | undefined
  /** @default "before" */
  readonly when?: FaultMoment | undefined
  /** The `Retry-After` header: seconds as a number, or the header as it is. Without it there is no such header. */
  readonly retryAfter?: number | string | undefined
  /** The `error` text of Codat's body. */
  readonly error?: string | undefined
  readonly detailedErrorCode?: number | undefined
  /** @default "Unknown" */
  readonly canBeRetried?: "True" | "False" | "Unknown" | undefined
  /** The whole body instead: a string as it is, anything else as JSON. */
  readonly body?: unknown
  /** @default "application/json; charset=utf-8" */
  readonly contentType?: string | undefined
  /** More headers, which win over the sandbox's own. */
  readonly headers?: { readonly [name: string]: string } | undefined
}

/**
 * The HTML page of a gateway in front of Codat.
 *
 * @category models
 * @since 0.1.0
 */
export interface HtmlFault extends FaultTarget {
  readonly kind: "html"
  /** @default 502 */
  readonly status?: number | undefined
  /** @default "before" */
  readonly when?: FaultMoment | undefined
}

/**
 * The connection dies without an answer. In memory that is an `HttpClientError`
 * whose reason is a `TransportError`; on a Node server the socket is destroyed,
 * and on a server whose sockets are out of reach the answer breaks off.
 *
 * @category models
 * @since 0.1.0
 */
export interface ResetFault extends FaultTarget {
  readonly kind: "reset"
  /** @default "before" */
  readonly when?: FaultMoment | undefined
}

/**
 * A delay by the `Clock`, and then the ordinary answer. It does not stand in
 * the way of another fault: the same request may meet both.
 *
 * At the `"gateway"`, a caller who gives up has asked for nothing. At the
 * `"origin"` the request has arrived: it is carried out even when the caller
 * gives up, and until then its `Idempotency-Key` is answered 409.
 *
 * @category models
 * @since 0.1.0
 */
export interface LatencyFault extends FaultTarget {
  readonly kind: "latency"
  readonly duration: Duration.Input
  /** @default "gateway" */
  readonly at?: FaultPlace | undefined
}

/**
 * No answer ever comes, and the connection stays open.
 *
 * @category models
 * @since 0.1.0
 */
export interface StallFault extends FaultTarget {
  readonly kind: "stall"
  /** @default "before" */
  readonly when?: FaultMoment | undefined
}

/**
 * The answer breaks off half-way: fewer bytes than its `Content-Length`, and then the connection
 * dies. The request has been carried out.
 *
 * @category models
 * @since 0.1.0
 */
export interface TruncatedFault extends FaultTarget {
  readonly kind: "truncated"
}

/**
 * The answer arrives whole, with its status, but its body is not JSON. The request has been carried out.
 *
 * @category models
 * @since 0.1.0
 */
export interface MalformedFault extends FaultTarget {
  readonly kind: "malformed"
}

/**
 * The answer arrives whole, under another `Content-Type`. The request has been carried out.
 *
 * @category models
 * @since 0.1.0
 */
export interface ContentTypeFault extends FaultTarget {
  readonly kind: "contentType"
  /** @default "text/html" */
  readonly contentType?: string | undefined
}

/**
 * Something that goes wrong, for `Sandbox.fail`. A fault without a `kind` is a
 * status: `{ status: 503 }`.
 *
 * @category models
 * @since 0.1.0
 */
export type Fault =
  | StatusFault
  | HtmlFault
  | ResetFault
  | LatencyFault
  | StallFault
  | TruncatedFault
  | MalformedFault
  | ContentTypeFault
