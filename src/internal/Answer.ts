/**
 * What an answer says: from status, headers and an error body to a reason.
 *
 * Nothing here trusts the network: what is missing or of another type is left
 * out of the reason, and the status line decides what kind of error it is.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Headers from "effect/http/Headers"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as CodatError from "../CodatError.ts"
import { defined } from "./Defined.ts"
import * as Dates from "./model/Dates.ts"
import * as Scrub from "./Scrub.ts"

/** An answer read to its end, and when that was. */
export interface Answer {
  readonly status: number
  readonly headers: Headers.Headers
  readonly text: string
  readonly receivedAt: number
}

/** What the headers of an answer say about the quota. */
export interface Quota {
  readonly limit?: number | undefined
  readonly remaining?: number | undefined
  readonly resetAt?: DateTime.Utc | undefined
}

// -----------------------------------------------------------------------------
// Headers
// -----------------------------------------------------------------------------

const count = (value: string | undefined): number | undefined =>
  value !== undefined && /^\s*\d{1,15}\s*$/.test(value) ? Number(value) : undefined

/** The newest reset: every answer of a day says the same one. */
let reset: { readonly text: string; readonly at: DateTime.Utc | undefined } | undefined

const resetOf = (text: string | undefined): DateTime.Utc | undefined => {
  if (text === undefined) return undefined
  if (reset?.text !== text) reset = { text, at: moment(text) }
  return reset.at
}

/** Codat says "a date" and not which form: ISO 8601, an HTTP date and epoch seconds are read. */
const moment = (value: string): DateTime.Utc | undefined => {
  const text = value.trim()
  if (/^\d{9,11}$/.test(text)) return DateTime.makeUnsafe(Number(text) * 1000)
  const millis = Dates.parse(text)
  if (!Number.isNaN(millis)) return DateTime.makeUnsafe(millis)
  return Option.getOrUndefined(Result.getSuccess(Headers.parseHttpDate(text)))
}

/** The quota that an answer reports, or nothing when it reports none. */
export const quota = (headers: Headers.Headers): Quota | undefined => {
  const limit = count(headers["x-rate-limit-limit"])
  const remaining = count(headers["x-rate-limit-remaining"])
  const resetAt = resetOf(headers["x-rate-limit-reset"])
  return limit === undefined && remaining === undefined && resetAt === undefined
    ? undefined
    : defined({ limit, remaining, resetAt })
}

/** `Retry-After` in seconds or as a date; undefined when there is none or it is malformed. */
const retryAfter = (answer: Answer): Duration.Duration | undefined => {
  const header = answer.headers["retry-after"]
  if (header === undefined) return undefined
  const parsed = Headers.parseRetryAfter(header)
  if (Result.isFailure(parsed)) return undefined
  const delay = Headers.retryAfterDelay(parsed.success, answer.receivedAt)
  // So many digits that a number cannot hold them say nothing.
  return Number.isFinite(Duration.toMillis(delay)) ? delay : undefined
}

// -----------------------------------------------------------------------------
// Body
// -----------------------------------------------------------------------------

/** Parsed JSON, or undefined for what is not JSON. */
export const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const text = (value: unknown): string | undefined =>
  Predicate.isString(value) && value !== "" ? value : undefined

const validationItems = (value: unknown): ReadonlyArray<CodatError.ValidationItem> =>
  Array.isArray(value)
    ? value.filter(Predicate.isObject).map((item) =>
        defined({
          itemId: text(item["itemId"]),
          message: text(item["message"]),
          validatorName: text(item["validatorName"])
        })
      )
    : []

const validation = (value: unknown): CodatError.Validation | undefined =>
  Predicate.isObject(value)
    ? { errors: validationItems(value["errors"]), warnings: validationItems(value["warnings"]) }
    : undefined

// -----------------------------------------------------------------------------
// Classification
// -----------------------------------------------------------------------------

const unsaid = (status: number, isKeyed: boolean): string =>
  status === 422 && isKeyed
    ? "the idempotency key was used before, for a request with another body"
    : `Codat answered ${status} without saying why`

/** The reason that an answer outside 2xx stands for. */
export const failure = (answer: Answer, scrub: Scrub.Scrub, isKeyed: boolean): CodatError.Reason => {
  const parsed = parse(answer.text)
  const body = Predicate.isObject(parsed) ? parsed : {}
  const code = body["detailedErrorCode"]
  const retryable = body["canBeRetried"]
  const fields = Scrub.scrubbed(
    defined({
      message: text(body["error"]) ?? unsaid(answer.status, isKeyed),
      correlationId: text(body["correlationId"]),
      service: text(body["service"]),
      detailedErrorCode: Predicate.isNumber(code) && Number.isFinite(code) ? code : undefined,
      canBeRetried: Predicate.isBoolean(retryable) ? (retryable ? "True" : "False") : text(retryable),
      validation: validation(body["validation"])
    }),
    scrub
  )
  const statusCode = answer.status
  if (isPlain(statusCode)) return new plain[statusCode]({ statusCode, ...fields })
  if (statusCode === 409) {
    const inProgress = /in[ -]progress|idempoten/i.test(fields.message) || undefined
    return new CodatError.Conflict(defined({ statusCode, ...fields, inProgress }))
  }
  if (statusCode === 429) return rateLimited(answer, fields)
  const Reason = statusCode >= 500 && statusCode <= 599 ? CodatError.ServerError : CodatError.UnexpectedStatus
  return new Reason(defined({ statusCode, ...fields, retryAfter: retryAfter(answer) }))
}

/** The reasons that say no more than every answer outside 2xx does. */
const plain = {
  400: CodatError.BadRequest,
  401: CodatError.Unauthorized,
  402: CodatError.PaymentRequired,
  403: CodatError.Forbidden,
  404: CodatError.NotFound,
  422: CodatError.UnprocessableContent
}

const isPlain = (status: number): status is keyof typeof plain => status in plain

const rateLimited = (
  answer: Answer,
  fields: Omit<ConstructorParameters<typeof CodatError.RateLimited>[0], "statusCode">
): CodatError.RateLimited => {
  const { limit, remaining, resetAt } = quota(answer.headers) ?? {}
  // Without Retry-After, a quota that is used up says by itself when it starts anew.
  const untilReset =
    remaining === 0 && resetAt !== undefined
      ? Duration.millis(Math.max(0, DateTime.toEpochMillis(resetAt) - answer.receivedAt))
      : undefined
  return new CodatError.RateLimited(
    defined({
      statusCode: answer.status,
      ...fields,
      retryAfter: retryAfter(answer) ?? untilReset,
      limit,
      remaining,
      resetAt
    })
  )
}
