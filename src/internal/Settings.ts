/**
 * The rules of settings, checked at each call and remembered, so that a good
 * setting costs nothing the second time.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { Settings } from "../CodatConfig.ts"
import * as CodatError from "../CodatError.ts"
import type { Policy } from "../RetryPolicy.ts"

const invalid = (field: string, rule: string) => new CodatError.InvalidRequest({ field, rule })

const refuse = (field: string, rule: string) => Result.fail(invalid(field, rule))

/** Visible ASCII, spaces and tabs: what every client lets stand in a header. */
export const isTextForHeader = (value: string): boolean => /^[\x20-\x7e\t]+$/.test(value)

const bases = new WeakMap<Settings, Result.Result<string, CodatError.InvalidRequest>>()

/** The base URL without a slash at its end, or what is wrong with the settings. */
export const baseUrl = (settings: Settings): Result.Result<string, CodatError.InvalidRequest> => {
  const known = bases.get(settings)
  if (known !== undefined) return known
  const base = readBaseUrl(settings)
  bases.set(settings, base)
  return base
}

const readBaseUrl = (settings: Settings): Result.Result<string, CodatError.InvalidRequest> => {
  const url = URL.canParse(settings.baseUrl) ? new URL(settings.baseUrl) : undefined
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.search + url.hash + url.username + url.password !== ""
  ) {
    return refuse(
      "baseUrl",
      "an absolute http or https URL without query, fragment or credentials, such as https://api.codat.io"
    )
  }
  if (!isPositive(settings.attemptTimeout)) return refuse("attemptTimeout", "a duration above zero")
  if (!isTextForHeader(settings.userAgent)) return refuse("userAgent", "text that can stand in a header")
  return Result.succeed(url.origin + url.pathname.replace(/\/+$/, ""))
}

const goodPolicies = new WeakSet<Policy>()

/** What is wrong with a retry policy, if anything. */
export const checkPolicy = (policy: Policy): CodatError.InvalidRequest | undefined => {
  if (goodPolicies.has(policy)) return undefined
  if (!(Number.isSafeInteger(policy.maxAttempts) && policy.maxAttempts >= 1)) {
    return invalid("retryPolicy.maxAttempts", "a whole number from 1")
  }
  for (const field of ["baseDelay", "maxDelay", "maxRetryAfter"] as const) {
    if (millis(policy[field]) === undefined)
      return invalid(`retryPolicy.${field}`, "a duration of zero or more")
  }
  if (policy.jitter !== "full" && policy.jitter !== "none") {
    return invalid("retryPolicy.jitter", '"full" or "none"')
  }
  if (!isPositive(policy.deadline)) return invalid("retryPolicy.deadline", "a duration above zero")
  goodPolicies.add(policy)
  return undefined
}

const millis = (input: Duration.Input): number | undefined => {
  const duration = Option.map(Duration.fromInput(input), Duration.toMillis)
  return Option.isSome(duration) && duration.value >= 0 ? duration.value : undefined
}

const isPositive = (input: Duration.Input): boolean => {
  const duration = millis(input)
  return duration !== undefined && duration > 0
}
