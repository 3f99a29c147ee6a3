/**
 * The one error of this library: `CodatError`, with the operation that failed
 * and a tagged `reason` that says how.
 *
 * No error holds a request, a response, a header or the cause that a transport
 * threw, because any of those could quote a credential.
 *
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import { hasProperty } from "effect/Predicate"
import * as Schema from "effect/Schema"
import { defined } from "./internal/call/Defined.ts"
import { isRetryable } from "./internal/call/Retryable.ts"

const TypeId = "~effect-codat/CodatError"

const ValidationItem = Schema.Struct({
  itemId: Schema.optional(Schema.String),
  message: Schema.optional(Schema.String),
  validatorName: Schema.optional(Schema.String)
})

/**
 * One finding of Codat's validation.
 *
 * @since 0.1.0
 */
export interface ValidationItem extends Schema.Schema.Type<typeof ValidationItem> {}

const Validation = Schema.Struct({
  errors: Schema.Array(ValidationItem),
  warnings: Schema.Array(ValidationItem)
})

/**
 * What Codat's validation found wrong with a request; the lists are empty
 * where Codat left them out.
 *
 * @since 0.1.0
 */
export interface Validation extends Schema.Schema.Type<typeof Validation> {}

const answered = {
  /** The status line's code. The one in the body is not trusted: Codat's own 402 example says 429 there. */
  statusCode: Schema.Number,
  /** Codat's description of the error, or a sentence made from the status when there is none. */
  message: Schema.String,
  /** What Codat's support asks for. */
  correlationId: Schema.optional(Schema.String),
  /** The service of Codat's that answered. */
  service: Schema.optional(Schema.String),
  /** Codat's machine-readable error code. */
  detailedErrorCode: Schema.optional(Schema.Number),
  /** `"True"`, `"False"` or `"Unknown"`, as Codat says it. `"False"` ends retrying, but for a 401 with newer credentials. */
  canBeRetried: Schema.optional(Schema.String),
  /** What Codat's validation found. */
  validation: Schema.optional(Validation)
}

/**
 * 400: a malformed query, or a connection that is not in a state for what is asked.
 *
 * @since 0.1.0
 */
export class BadRequest extends Schema.TaggedError<BadRequest>("CodatError/BadRequest")(
  "BadRequest",
  answered
) {}

/**
 * 401: the credentials are wrong, or a refreshed token was refused again.
 *
 * @since 0.1.0
 */
export class Unauthorized extends Schema.TaggedError<Unauthorized>("CodatError/Unauthorized")(
  "Unauthorized",
  {
    ...answered,
    /** What kind of credentials were sent, and which layer or variable they came from; never their value. */
    credentials: Schema.optional(Schema.String),
    /** The host that they were sent to. */
    host: Schema.optional(Schema.String)
  }
) {}

/**
 * 402: the account has reached a limit of its plan.
 *
 * @since 0.1.0
 */
export class PaymentRequired extends Schema.TaggedError<PaymentRequired>("CodatError/PaymentRequired")(
  "PaymentRequired",
  answered
) {}

/**
 * 403: the credentials are good but not allowed to do this.
 *
 * @since 0.1.0
 */
export class Forbidden extends Schema.TaggedError<Forbidden>("CodatError/Forbidden")("Forbidden", answered) {}

/**
 * 404: there is no such company or connection, or it was deleted.
 *
 * @since 0.1.0
 */
export class NotFound extends Schema.TaggedError<NotFound>("CodatError/NotFound")("NotFound", answered) {}

/**
 * 409: not ready yet, or the first request with this idempotency key is still
 * being worked on.
 *
 * @since 0.1.0
 */
export class Conflict extends Schema.TaggedError<Conflict>("CodatError/Conflict")("Conflict", {
  ...answered,
  /** Whether it is the idempotency key's first request that is still in progress. */
  inProgress: Schema.optional(Schema.Boolean)
}) {}

/**
 * 422: the idempotency key was used before for a request with another body.
 *
 * @since 0.1.0
 */
export class UnprocessableContent extends Schema.TaggedError<UnprocessableContent>(
  "CodatError/UnprocessableContent"
)("UnprocessableContent", answered) {}

const quota = {
  /** Requests that the quota allows in a day: 1,000 × (1 + active connected companies). */
  limit: Schema.optional(Schema.Number),
  /** Requests that are left of it. */
  remaining: Schema.optional(Schema.Number),
  /** When the quota starts anew: the next 00:00 UTC. */
  resetAt: Schema.optional(Schema.DateTimeUtcFromString)
}

/**
 * The quota as an answer reported it. What the answer left out is left out.
 *
 * @see https://docs.codat.io/using-the-api/rate-limits
 * @since 0.1.0
 */
export interface Quota {
  /** Requests that the quota allows in a day: 1,000 × (1 + active connected companies). */
  readonly limit?: number | undefined
  /** Requests that are left of it. */
  readonly remaining?: number | undefined
  /** When the quota starts anew: the next 00:00 UTC. */
  readonly resetAt?: DateTime.Utc | undefined
}

/**
 * 429: the quota is used up, or requests come too fast. Codat's quota is
 * daily and starts anew at 00:00 UTC.
 *
 * @since 0.1.0
 */
export class RateLimited extends Schema.TaggedError<RateLimited>("CodatError/RateLimited")("RateLimited", {
  ...answered,
  /** The least time to wait before asking again, measured when the answer came. */
  retryAfter: Schema.optional(Schema.DurationFromMillis),
  ...quota
}) {}

/**
 * 5xx: Codat, or a gateway in front of it, failed.
 *
 * @since 0.1.0
 */
export class ServerError extends Schema.TaggedError<ServerError>("CodatError/ServerError")("ServerError", {
  ...answered,
  /** The least time to wait before asking again, where the answer says so. */
  retryAfter: Schema.optional(Schema.DurationFromMillis)
}) {}

/**
 * Any other status: one that Codat does not document, and redirects, which
 * are never followed.
 *
 * @since 0.1.0
 */
export class UnexpectedStatus extends Schema.TaggedError<UnexpectedStatus>("CodatError/UnexpectedStatus")(
  "UnexpectedStatus",
  {
    ...answered,
    /** The least time to wait before asking again, where the answer says so. */
    retryAfter: Schema.optional(Schema.DurationFromMillis)
  }
) {}

/**
 * The input was refused before anything was sent.
 *
 * @since 0.1.0
 */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>("CodatError/InvalidRequest")(
  "InvalidRequest",
  {
    /** The option at fault, such as `pageSize`. */
    field: Schema.String,
    /** What the field has to be. */
    rule: Schema.String
  }
) {
  override get message(): string {
    return `${this.field} must be ${this.rule}`
  }
}

/**
 * The answer had a good status but not the content that Codat promises.
 *
 * @since 0.1.0
 */
export class InvalidResponse extends Schema.TaggedError<InvalidResponse>("CodatError/InvalidResponse")(
  "InvalidResponse",
  {
    statusCode: Schema.Number,
    /** Where in the body the fault is, such as `results[3].created`; empty for the body itself. */
    path: Schema.String,
    /** What was expected there. The value that came is never quoted. */
    expected: Schema.String,
    /** The page, when the fault is in one of a list. */
    page: Schema.optional(Schema.Number),
    /** The row of that page, from 0, when the fault is in a row. */
    index: Schema.optional(Schema.Number)
  }
) {
  override get message(): string {
    const page = this.page === undefined ? "" : ` of page ${this.page}`
    return `${this.path === "" ? "the body" : this.path}${page}: ${this.expected}`
  }
}

/**
 * The request or its answer was lost on the way. For a write this says nothing
 * about whether it took place.
 *
 * @since 0.1.0
 */
export class Transport extends Schema.TaggedError<Transport>("CodatError/Transport")("Transport", {
  message: Schema.String,
  /** The system's code where there is one, such as `ECONNRESET`. */
  code: Schema.optional(Schema.String)
}) {}

/**
 * An attempt took longer than `CodatConfig.attemptTimeout`, the call longer
 * than the policy's `deadline`, or what `Connections.awaitStatus` waits for
 * longer than its `timeout` or its schedule.
 *
 * @since 0.1.0
 */
export class Timeout extends Schema.TaggedError<Timeout>("CodatError/Timeout")("Timeout", {
  /** The bound that was met. */
  bound: Schema.Literals(["attempt", "deadline", "await"]),
  /** How long that bound is. */
  duration: Schema.DurationFromMillis
}) {
  override get message(): string {
    const duration = Duration.format(this.duration)
    if (this.bound === "await") return `not in the status that was waited for within ${duration}`
    const whose = this.bound === "attempt" ? "limit of one attempt" : "deadline of the whole call"
    return `no answer within ${duration} (the ${whose})`
  }
}

/**
 * There are no credentials to send, or none that can stand in a header.
 *
 * @since 0.1.0
 */
export class Authentication extends Schema.TaggedError<Authentication>("CodatError/Authentication")(
  "Authentication",
  {
    message: Schema.String
  }
) {}

/**
 * The pages of a list do not advance, so following them could go on for ever
 * or lose connections.
 *
 * @since 0.1.0
 */
export class Pagination extends Schema.TaggedError<Pagination>("CodatError/Pagination")("Pagination", {
  /** The page that was asked for. */
  page: Schema.Number,
  message: Schema.String
}) {}

const Reason = Schema.Union([
  BadRequest,
  Unauthorized,
  PaymentRequired,
  Forbidden,
  NotFound,
  Conflict,
  UnprocessableContent,
  RateLimited,
  ServerError,
  UnexpectedStatus,
  InvalidRequest,
  InvalidResponse,
  Transport,
  Timeout,
  Authentication,
  Pagination
])

/**
 * Every way in which an operation can fail.
 *
 * @since 0.1.0
 */
export type Reason = typeof Reason.Type

const Attempt = Schema.Struct({
  /** The tag of the reason it ended in. */
  reason: Schema.String,
  /** The status it was answered with, when it was answered. */
  statusCode: Schema.optional(Schema.Number),
  /** How long the call then waited before the next attempt; zero after the last. */
  wait: Schema.DurationFromMillis
})

/**
 * What one attempt of a call met, and how long the call waited after it.
 *
 * @since 0.1.0
 */
export interface Attempt extends Schema.Schema.Type<typeof Attempt> {}

const fields = {
  /** The operation that failed, such as `Connections.get`. */
  operation: Schema.String,
  /** How it failed. */
  reason: Reason,
  /** The HTTP method. */
  method: Schema.optional(Schema.String),
  /** The path of the request that failed, without query; absent where that was none, as with `InvalidRequest`. */
  path: Schema.optional(Schema.String),
  /** The page, when the request that failed was for one of a list. */
  page: Schema.optional(Schema.Number),
  /** The `query` of a list. */
  query: Schema.optional(Schema.String),
  /** The key of a write. Give it to the same call to go on with the same write, within Codat's 90 minutes. */
  idempotencyKey: Schema.optional(Schema.String),
  /** What each attempt of the request that failed met, in order; empty where that was none, as with `Pagination`. */
  attempts: Schema.Array(Attempt)
}

/**
 * What every operation of this library fails with.
 *
 * **When to use**
 *
 * Handle one reason with `Effect.catchReason("CodatError", "NotFound", …)`,
 * several with `Effect.catchReasons`, or put the reasons themselves in the
 * error channel with `Effect.unwrapReason("CodatError")`.
 *
 * **Details**
 *
 * The error is a schema too, so that it can cross a process boundary as JSON.
 * It carries the request's method and path, never its query, headers or body.
 *
 * **Example** (A missing company is not a failure here)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Connections } from "effect-codat"
 *
 * const total = Connections.count({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002" }).pipe(
 *   Effect.catchReason("CodatError", "NotFound", () => Effect.succeed(0))
 * )
 * ```
 *
 * @since 0.1.0
 */
export class CodatError extends Schema.TaggedError<CodatError>()("CodatError", fields) {
  constructor(props: Schema.Struct<typeof fields>["~type.make.in"]) {
    super(defined(props))
    // Not enumerable, as an error's cause is.
    Object.defineProperty(this, "cause", { value: this.reason })
  }

  /** Marks this value for {@link isCodatError}. */
  get [TypeId](): typeof TypeId {
    return TypeId
  }

  override get message(): string {
    const reason = this.reason
    const status = "statusCode" in reason ? ` ${reason.statusCode}` : ""
    const support =
      "correlationId" in reason && reason.correlationId !== undefined
        ? ` (correlationId ${reason.correlationId})`
        : ""
    const attempts = this.attempts.length > 1 ? `, after ${this.attempts.length} attempts` : ""
    const query = this.query === undefined ? "" : ` of query ${JSON.stringify(this.query)}`
    const page = this.page === undefined ? "" : ` (page ${this.page}${query})`
    const whose =
      reason._tag === "Unauthorized" && reason.host !== undefined
        ? `, to ${reason.credentials ?? "the credentials"} sent to ${reason.host}`
        : ""
    return `${this.operation}${page}: ${reason._tag}${status}: ${reason.message}${whose}${support}${attempts}`
  }

  /**
   * Whether making the same call again, with the same `idempotencyKey` for a
   * write, may end differently. After a `RateLimited`, wait for
   * {@link retryAfter} first.
   */
  get isRetryable(): boolean {
    return isRetryable(this.method ?? "GET", this.reason)
  }

  /** The status of the last answer, when there was one. */
  get statusCode(): number | undefined {
    return "statusCode" in this.reason ? this.reason.statusCode : undefined
  }

  /** The least time to wait before the next call, when the answer said so. */
  get retryAfter(): Duration.Duration | undefined {
    return "retryAfter" in this.reason ? this.reason.retryAfter : undefined
  }
}

/**
 * Tells whether a value is a {@link CodatError}.
 *
 * @since 0.1.0
 */
export const isCodatError = (u: unknown): u is CodatError => hasProperty(u, TypeId)
