/**
 * Which requests can be sent again after what: the one place that knows.
 */

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"

/** What matters of a `CodatError.Reason` here. */
interface Reason {
  readonly _tag: string
  readonly statusCode?: number | undefined
  readonly canBeRetried?: string | undefined
  readonly inProgress?: boolean | undefined
  readonly code?: string | undefined
}

/** Codat takes an `Idempotency-Key` on these, keeps the first response and replays it. */
export const isKeyed = (method: string): boolean => method === "POST" || method === "PATCH"

const gatewayStatus: ReadonlySet<number | undefined> = new Set([502, 503, 504])

/**
 * Whether the same request can be sent again after this reason. A 500 under a key is final, because Codat would replay
 * it for 90 minutes.
 */
export const isRetryable = (method: string, reason: Reason): boolean => {
  if (reason.canBeRetried?.toLowerCase() === "false") return false
  switch (reason._tag) {
    case "Transport":
    case "Timeout":
    case "RateLimited":
      return true
    case "ServerError":
      return gatewayStatus.has(reason.statusCode) || (reason.statusCode === 500 && !isKeyed(method))
    case "UnexpectedStatus":
      return reason.statusCode === 408 && !isKeyed(method)
    case "Conflict":
      return isKeyed(method) && reason.inProgress === true
    default:
      return false
  }
}

/** Codes of connections that were never made, by Node, undici, Bun and Deno: no server has seen the request. */
const neverConnected: ReadonlySet<string | undefined> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "ConnectionRefused",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID"
])

/** Whether the request may have been carried out although it looks failed. */
export const mayHaveTakenPlace = (reason: Reason): boolean =>
  reason._tag === "Timeout" ||
  reason._tag === "ServerError" ||
  (reason._tag === "Transport" && !neverConnected.has(reason.code)) ||
  (reason._tag === "UnexpectedStatus" && reason.statusCode === 408)
