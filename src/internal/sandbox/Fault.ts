/**
 * The faults that a test can ask for, when they happen, and for which requests.
 */
import type * as Duration from "effect/Duration"
import type { RecordedRequest } from "./Journal.ts"
import type { Operation } from "./Model.ts"

/**
 * Which requests get a fault, and how often. A request must meet all the conditions that are given; without conditions,
 * the next request gets the fault.
 *
 * @category models
 * @since 0.1.0
 */
export interface FaultTarget {
  /**
   * Only this operation, by method and route: `Connections.list` is also that of `pages`, `page` and `count`, and
   * `Companies.list` also that of `listAcrossCompanies`.
   */
  readonly operation?: Operation | undefined
  /** Only this HTTP method, in capitals. */
  readonly method?: string | undefined
  /** Only this page of a list; a request without `page` is for page 1. */
  readonly page?: number | undefined
  /** Only requests for which this returns true. */
  readonly match?: ((request: RecordedRequest) => boolean) | undefined
  /**
   * How many matching requests to leave alone first.
   *
   * @default 0
   */
  readonly skip?: number | undefined
  /**
   * How many requests get the fault; then it is removed.
   *
   * @default 1, or "always" when there is a `probability`
   */
  readonly times?: number | "always" | undefined
  /**
   * The probability, from 0 to 1, that a matching request gets the fault. It is drawn from the sandbox's seed.
   *
   * @default 1
   */
  readonly probability?: number | undefined
}

/**
 * Where a fault happens. A **gateway** is in front of Codat: its own responses need no credentials, use nothing of the
 * quota, and are never stored under an `Idempotency-Key`. The **origin** is Codat: its responses, except a 429, are stored
 * and replayed for 90 minutes.
 *
 * @category models
 * @since 0.1.0
 */
export type FaultPlace = "gateway" | "origin"

/**
 * When a fault happens: **before** the request is carried out, so that nothing is changed, or **after**, so that a write
 * has taken place and only its response is lost.
 *
 * @category models
 * @since 0.1.0
 */
export type FaultMoment = "before" | "after"

/**
 * A status instead of the usual response, with Codat's error body unless `body` is given.
 *
 * @category models
 * @since 0.1.0
 */
export interface StatusFault extends FaultTarget {
  /** May be left out: a fault without it is a status. */
  readonly kind?: "status" | undefined
  /** From 200 to 599. */
  readonly status: number
  /**
   * Where the fault happens: in front of Codat or in it.
   *
   * @default "gateway" for 401, 502, 503 and 504, "origin" for any other
   */
  readonly at?: FaultPlace | undefined
  /**
   * Whether the fault happens before the request is carried out, or after it.
   *
   * @default "before"
   */
  readonly when?: FaultMoment | undefined
  /** The `Retry-After` header: seconds as a number, or the header as it is. Without it there is no such header. */
  readonly retryAfter?: number | string | undefined
  /** The `error` text of Codat's body. */
  readonly error?: string | undefined
  /** The `detailedErrorCode` of Codat's body. */
  readonly detailedErrorCode?: number | undefined
  /**
   * The `canBeRetried` of Codat's body, which is text.
   *
   * @default "Unknown"
   */
  readonly canBeRetried?: "True" | "False" | "Unknown" | undefined
  /** The body instead of Codat's error body: a string is sent unchanged, any other value as JSON. */
  readonly body?: unknown
  /**
   * The `Content-Type` header that is sent.
   *
   * @default "application/json; charset=utf-8"
   */
  readonly contentType?: string | undefined
  /** More headers; they replace the sandbox's own headers of the same name. */
  readonly headers?: { readonly [name: string]: string } | undefined
}

/**
 * The HTML page of a gateway in front of Codat.
 *
 * @category models
 * @since 0.1.0
 */
export interface HtmlFault extends FaultTarget {
  /** Which fault it is: a check of it narrows a `Fault`. */
  readonly kind: "html"
  /**
   * The HTTP status, from 200 to 599.
   *
   * @default 502
   */
  readonly status?: number | undefined
  /**
   * Whether the fault happens before the request is carried out, or after it.
   *
   * @default "before"
   */
  readonly when?: FaultMoment | undefined
}

/**
 * The connection is reset without a response. In memory this is an `HttpClientError` with a `TransportError` as its
 * reason. A Node server destroys the socket; other servers end the response early.
 *
 * @category models
 * @since 0.1.0
 */
export interface ResetFault extends FaultTarget {
  /** Which fault it is: a check of it narrows a `Fault`. */
  readonly kind: "reset"
  /**
   * Whether the fault happens before the request is carried out, or after it.
   *
   * @default "before"
   */
  readonly when?: FaultMoment | undefined
}

/**
 * A delay by the `Clock`, and then the usual response. The same request can get another fault as well.
 *
 * At the `"gateway"`, a request whose client gives up during the delay is not carried out. At the `"origin"` it is carried
 * out, even when the client gives up, and until then its `Idempotency-Key` is answered with 409. When the sandbox is reset
 * or its state replaced before that, the request is not carried out, and its connection is reset.
 *
 * @category models
 * @since 0.1.0
 */
export interface LatencyFault extends FaultTarget {
  /** Which fault it is: a check of it narrows a `Fault`. */
  readonly kind: "latency"
  /** How long the request is delayed. */
  readonly duration: Duration.Input
  /**
   * Where the fault happens: in front of Codat or in it.
   *
   * @default "gateway"
   */
  readonly at?: FaultPlace | undefined
}

/**
 * There is no response, and the connection stays open.
 *
 * @category models
 * @since 0.1.0
 */
export interface StallFault extends FaultTarget {
  /** Which fault it is: a check of it narrows a `Fault`. */
  readonly kind: "stall"
  /**
   * Whether the fault happens before the request is carried out, or after it.
   *
   * @default "before"
   */
  readonly when?: FaultMoment | undefined
}

/**
 * The response ends half-way: it has fewer bytes than its `Content-Length`, and then the connection is reset. The request
 * has been carried out.
 *
 * @category models
 * @since 0.1.0
 */
export interface TruncatedFault extends FaultTarget {
  /** Which fault it is: a check of it narrows a `Fault`. */
  readonly kind: "truncated"
}

/**
 * The response is complete and has its usual status, but its body is not JSON. The request has been carried out.
 *
 * @category models
 * @since 0.1.0
 */
export interface MalformedFault extends FaultTarget {
  /** Which fault it is: a check of it narrows a `Fault`. */
  readonly kind: "malformed"
}

/**
 * The response is complete, but has another `Content-Type`. The request has been carried out.
 *
 * @category models
 * @since 0.1.0
 */
export interface ContentTypeFault extends FaultTarget {
  /** Which fault it is: a check of it narrows a `Fault`. */
  readonly kind: "contentType"
  /**
   * The `Content-Type` header that is sent.
   *
   * @default "text/html"
   */
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
