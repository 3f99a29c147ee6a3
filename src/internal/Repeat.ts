/**
 * Which requests may be sent again after what: the one place that knows.
 */
import type * as CodatError from "../CodatError.ts"

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"

/** Codat takes an `Idempotency-Key` on these, keeps the first response and replays it. */
export const isKeyed = (method: string): boolean => method === "POST" || method === "PATCH"

const gatewayStatus: ReadonlySet<number> = new Set([502, 503, 504])

/**
 * Whether the same request may be sent again after this reason. A 500 under a
 * key is final, because Codat would replay it for 90 minutes.
 */
export const mayRepeat = (method: string, reason: CodatError.Reason): boolean => {
  if ("canBeRetried" in reason && reason.canBeRetried?.toLowerCase() === "false") return false
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

/** Whether the request may have been carried out although it looks failed. */
export const mayHaveTakenPlace = (reason: CodatError.Reason): boolean =>
  reason._tag === "Transport" ||
  reason._tag === "Timeout" ||
  reason._tag === "ServerError" ||
  (reason._tag === "UnexpectedStatus" && reason.statusCode === 408)
