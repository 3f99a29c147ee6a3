/**
 * Reads a response: its body up to a limit, and, outside 2xx, the reason that its status, headers and body stand for.
 *
 * Nothing here trusts the network: what is missing or of another type is left out of the reason, and the status line
 * decides what kind of error it is.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import type * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as CodatError from "../../CodatError.ts"
import * as Dates from "../model/Dates.ts"
import * as CutJson from "./CutJson.ts"
import { defined } from "./Defined.ts"
import * as Redact from "./Redact.ts"

/** A response read to its end, and when that was. */
export interface Response {
  readonly status: number
  readonly headers: Headers.Headers
  /** What a `ReadContent` gave: text, unless it is a 2xx response that is not JSON. */
  readonly content: unknown
  readonly receivedAt: number
}

// -----------------------------------------------------------------------------
// Reading the body
// -----------------------------------------------------------------------------

/** The longest error body that is read: Codat's descriptions of errors are short. */
const maxErrorBytes = 1024 * 1024

/** The most validation items of an error that are kept. */
const maxItems = 100

/** More bytes came than are allowed. */
export type TooLarge = "too large"

type Failure = HttpClientError.HttpClientError | TooLarge

/** Reads a response, at most so many bytes of it. */
export type ReadContent = (
  response: HttpClientResponse.HttpClientResponse,
  headers: Headers.Headers,
  maxBytes: number
) => Effect.Effect<unknown, Failure>

export const isSuccess = ({ status }: { readonly status: number }): boolean => status >= 200 && status <= 299

/**
 * The body as text. The bytes of a 2xx response are counted after decompression, and more than `maxBytes` are
 * `TooLarge`. Of an error's body the first MiB is read. The headers are passed because a response builds them again at
 * each access.
 */
export const readText = (
  response: HttpClientResponse.HttpClientResponse,
  headers: Headers.Headers,
  maxBytes: number
): Effect.Effect<string, Failure> =>
  lengthOf(headers) <= mostOf(response, maxBytes)
    ? response.text
    : Effect.map(readBytes(response, headers, maxBytes), (bytes) => new TextDecoder().decode(bytes))

/** The body as bytes, within the same limits. */
export const readBytes = (
  response: HttpClientResponse.HttpClientResponse,
  headers: Headers.Headers,
  maxBytes: number
): Effect.Effect<Uint8Array, Failure> =>
  Effect.suspend(() => {
    const isCut = !isSuccess(response)
    const most = mostOf(response, maxBytes)
    if (lengthOf(headers) > most && !isCut) return Effect.fail("too large")
    let size = 0
    return response.stream.pipe(
      Stream.takeWhileEffect((bytes) => {
        size += bytes.length
        return size <= most || isCut ? Effect.succeed(size <= most) : Effect.fail<TooLarge>("too large")
      }),
      Stream.mkUint8Array,
      // A client that has read the body before, such as to log it, has locked the stream of a `fetch`. The response
      // keeps what it read.
      Effect.catchDefect((defect) =>
        size > 0
          ? Effect.die(defect)
          : Effect.flatMap(response.arrayBuffer, (all) =>
              all.byteLength <= most || isCut
                ? Effect.succeed(new Uint8Array(all.slice(0, most)))
                : Effect.fail<TooLarge>("too large")
            )
      ),
      Effect.catch((error) =>
        // Clients differ in how they say that there is no body at all.
        error !== "too large" && error.reason._tag === "EmptyBodyError"
          ? Effect.succeed(new Uint8Array())
          : Effect.fail(error)
      )
    )
  })

/** A response that states its length and is not compressed cannot be longer than that. */
const lengthOf = ({ "content-encoding": encoding, "content-length": length }: Headers.Headers): number =>
  encoding === undefined || encoding === "identity" ? Number(length) : Number.NaN

const mostOf = (response: HttpClientResponse.HttpClientResponse, maxBytes: number): number =>
  isSuccess(response) ? maxBytes : Math.min(maxErrorBytes, maxBytes)

/** The reason for a response that is too large. */
export const tooLarge = (status: number, maxBytes: number): CodatError.InvalidResponse =>
  new CodatError.InvalidResponse({
    statusCode: status,
    path: "",
    expected: `expected at most ${maxBytes} bytes (CodatConfig.maxResponseBytes)`
  })

/** Parsed JSON, or undefined for what is not JSON. */
export const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// -----------------------------------------------------------------------------
// Headers
// -----------------------------------------------------------------------------

const count = (value: string | undefined): number | undefined =>
  value !== undefined && /^\s*\d{1,15}\s*$/.test(value) ? Number(value) : undefined

/** Codat says "a date" and not which form: ISO 8601, an HTTP date and epoch seconds are read. */
const moment = (value: string): DateTime.Utc | undefined => {
  const text = value.trim()
  if (/^\d{9,11}$/.test(text)) return DateTime.makeUnsafe(Number(text) * 1000)
  const millis = Dates.parse(text)
  if (!Number.isNaN(millis)) return Dates.fromMillis(millis)
  return Option.getOrUndefined(Result.getSuccess(Headers.parseHttpDate(text)))
}

/** The quota that a response reports, or nothing when it reports none. */
export const quota = (headers: Headers.Headers): CodatError.Quota | undefined => {
  const limit = count(headers["x-rate-limit-limit"])
  const remaining = count(headers["x-rate-limit-remaining"])
  const reset = headers["x-rate-limit-reset"]
  const resetAt = reset === undefined ? undefined : moment(reset)
  return limit === undefined && remaining === undefined && resetAt === undefined
    ? undefined
    : defined({ limit, remaining, resetAt })
}

/** `Retry-After` in seconds or as a date; undefined when there is none or it is malformed. */
const retryAfter = (response: Response): Duration.Duration | undefined => {
  const header = response.headers["retry-after"]
  if (header === undefined) return undefined
  // A proxy can add one of its own, and clients join the two with a comma: the longer one counts.
  const longer = (a: string, b: string) => (Number(b) > Number(a) ? b : a)
  const parsed = Headers.parseRetryAfter(
    /^[\d\s,]+$/.test(header) ? header.split(",").reduce(longer) : header
  )
  if (Result.isFailure(parsed)) return undefined
  const delay = Headers.retryAfterDelay(parsed.success, response.receivedAt)
  // A number with so many digits that it is read as infinite is ignored.
  return Number.isFinite(Duration.toMillis(delay)) ? delay : undefined
}

// -----------------------------------------------------------------------------
// Error bodies
// -----------------------------------------------------------------------------

const text = (value: unknown): string | undefined =>
  Predicate.isString(value) && value !== "" ? value : undefined

const validationItems = (value: unknown): ReadonlyArray<CodatError.ValidationItem> =>
  Array.isArray(value)
    ? value
        .filter(Predicate.isObject)
        .slice(0, maxItems)
        .map((item) =>
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

const defaultMessage = (status: number, isKeyed: boolean): string =>
  status === 422 && isKeyed
    ? "the idempotency key was used before, for a request with another body"
    : `Codat answered ${status} without saying why`

/** What the reason for a failed response needs beside the response. */
export interface FailureContext {
  readonly redact: Redact.Redact
  readonly isKeyed: boolean
  readonly quota: CodatError.Quota | undefined
  /** The kind and origin of the credentials, and the host they were sent to, for a 401. */
  readonly credentials: string | undefined
  readonly host: string
}

/** The reason that a response outside 2xx stands for. */
export const failure = (response: Response, context: FailureContext): CodatError.Reason => {
  const json = String(response.content)
  const parsed = parse(json) ?? parse(CutJson.mend(json) ?? "")
  const body = Predicate.isObject(parsed) ? parsed : {}
  const code = body["detailedErrorCode"]
  const retryable = body["canBeRetried"]
  const fields = Redact.deep(
    defined({
      message: text(body["error"]) ?? defaultMessage(response.status, context.isKeyed),
      correlationId: text(body["correlationId"]),
      service: text(body["service"]),
      detailedErrorCode: Predicate.isNumber(code) && Number.isFinite(code) ? code : undefined,
      canBeRetried: Predicate.isBoolean(retryable) ? (retryable ? "True" : "False") : text(retryable),
      validation: validation(body["validation"])
    }),
    context.redact
  )
  const statusCode = response.status
  if (isPlain(statusCode)) return new plain[statusCode]({ statusCode, ...fields })
  switch (statusCode) {
    case 401:
      return new CodatError.Unauthorized(
        defined({ statusCode, ...fields, credentials: context.credentials, host: context.host })
      )
    case 409: {
      const inProgress = /in[ -]progress|idempoten/i.test(fields.message) || undefined
      return new CodatError.Conflict(defined({ statusCode, ...fields, inProgress }))
    }
    case 429:
      return new CodatError.RateLimited(
        defined({
          statusCode,
          ...fields,
          ...context.quota,
          retryAfter: retryAfter(response) ?? untilReset(response, context)
        })
      )
    default: {
      const Reason =
        statusCode >= 500 && statusCode <= 599 ? CodatError.ServerError : CodatError.UnexpectedStatus
      return new Reason(defined({ statusCode, ...fields, retryAfter: retryAfter(response) }))
    }
  }
}

/** The reasons without fields of their own. */
const plain = {
  400: CodatError.BadRequest,
  402: CodatError.PaymentRequired,
  403: CodatError.Forbidden,
  404: CodatError.NotFound,
  422: CodatError.UnprocessableContent
}

const isPlain = (status: number): status is keyof typeof plain => status in plain

/** The wait after a 429 without `Retry-After`: until the quota resets, when it is used up. */
const untilReset = ({ receivedAt }: Response, { quota }: FailureContext): Duration.Duration | undefined =>
  quota?.remaining === 0 && quota.resetAt !== undefined
    ? Duration.millis(Math.max(0, DateTime.toEpochMillis(quota.resetAt) - receivedAt))
    : undefined
