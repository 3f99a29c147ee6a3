/**
 * Which failures can be retried, and after which failures Codat may have carried out the request. No other file decides
 * either.
 */

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"

/**
 * The part of a `CodatError.Reason` that is needed here. `CodatError` imports this file, so its type cannot be
 * imported.
 */
interface Reason {
  readonly _tag: string
  readonly statusCode?: number | undefined
  readonly canBeRetried?: string | undefined
  readonly inProgress?: boolean | undefined
  readonly code?: string | undefined
}

/** Whether Codat takes an `Idempotency-Key` with this method, stores the first response, and replays it. */
export const isKeyed = (method: string): boolean => method === "POST" || method === "PATCH"

const gatewayStatus: ReadonlySet<number | undefined> = new Set([502, 503, 504])

/**
 * Whether the same request can be sent again after this reason. A 500 for a request with a key is final, because Codat
 * would replay it for 90 minutes.
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

/** Whether Codat may have carried out the request although it failed for the caller. */
export const mayHaveTakenPlace = (reason: Reason): boolean =>
  reason._tag === "Timeout" ||
  reason._tag === "ServerError" ||
  (reason._tag === "Transport" && !neverConnected.has(reason.code)) ||
  (reason._tag === "UnexpectedStatus" && reason.statusCode === 408)
