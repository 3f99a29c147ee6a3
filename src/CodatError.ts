/**
 * The one error of this library: `CodatError`, with the operation that failed and a tagged `reason` that says how.
 *
 * No error holds a request, a response, a header or the cause that a transport threw, because any of those could quote
 * a credential.
 *
 * @module CodatError
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import { hasProperty } from "effect/Predicate"
import * as Schema from "effect/Schema"
import { defined } from "./internal/call/Defined.ts"
import { isRetryable } from "./internal/call/Retryable.ts"

const TypeId = "~effect-codat/CodatError"

// Each reason declares its fields a second time, because an editor shows the documentation of a declared property and
// not that of a field in a schema.

/**
 * One finding of Codat's validation.
 *
 * @category models
 * @since 0.1.0
 */
export interface ValidationItem {
  /** What it is about, as a rule a property of the request's body. */
  readonly itemId?: string | undefined
  /** What is wrong with it. */
  readonly message?: string | undefined
  /** The name of the rule that found it, such as `NotEmptyValidator`. */
  readonly validatorName?: string | undefined
}

const ValidationItem: Schema.Codec<ValidationItem> = Schema.Struct({
  itemId: Schema.optional(Schema.String),
  message: Schema.optional(Schema.String),
  validatorName: Schema.optional(Schema.String)
})

/**
 * What Codat's validation found wrong with a request; the lists are empty where Codat left them out, and hold the first
 * 100 where there are more.
 *
 * @category models
 * @since 0.1.0
 */
export interface Validation {
  /** Why the request was refused. */
  readonly errors: ReadonlyArray<ValidationItem>
  /** What did not prevent the request. */
  readonly warnings: ReadonlyArray<ValidationItem>
}

const Validation: Schema.Codec<Validation> = Schema.Struct({
  errors: Schema.Array(ValidationItem),
  warnings: Schema.Array(ValidationItem)
})

const errorResponse = {
  statusCode: Schema.Number,
  message: Schema.String,
  correlationId: Schema.optional(Schema.String),
  service: Schema.optional(Schema.String),
  detailedErrorCode: Schema.optional(Schema.Number),
  canBeRetried: Schema.optional(Schema.String),
  validation: Schema.optional(Validation)
}

/**
 * The fields that every reason for a response outside 2xx has.
 *
 * @category models
 * @since 0.1.0
 */
export interface ErrorResponse {
  /** The status line's code. The one in the body is not trusted: Codat's own 402 example says 429 there. */
  readonly statusCode: number
  /** Codat's description of the error, or a sentence made from the status when there is none. */
  message: string // not `readonly`, because `Error` declares it so
  /** The id of the request, which Codat's support asks for. */
  readonly correlationId?: string | undefined
  /** The service of Codat's that answered. */
  readonly service?: string | undefined
  /** Codat's machine-readable error code. */
  readonly detailedErrorCode?: number | undefined
  /**
   * `"True"`, `"False"` or `"Unknown"`, as Codat says it. `"False"` ends retrying, except after a 401 when there are
   * newer credentials.
   */
  readonly canBeRetried?: string | undefined
  /** What Codat's validation found. */
  readonly validation?: Validation | undefined
}

/**
 * 400: a malformed query, or a connection whose status does not allow the request.
 *
 * @category reasons
 * @since 0.1.0
 */
export class BadRequest extends Schema.TaggedError<BadRequest>("CodatError/BadRequest")(
  "BadRequest",
  errorResponse
) {}

/** The fields of {@link BadRequest}. */
export interface BadRequest extends ErrorResponse {}

/**
 * 401: the credentials are wrong, or a refreshed token was refused again.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Unauthorized extends Schema.TaggedError<Unauthorized>("CodatError/Unauthorized")(
  "Unauthorized",
  {
    ...errorResponse,
    credentials: Schema.optional(Schema.String),
    host: Schema.optional(Schema.String)
  }
) {
  /** What kind of credentials were sent, and which layer or variable they came from; never their value. */
  declare readonly credentials?: string | undefined
  /** The host that they were sent to. */
  declare readonly host?: string | undefined
}

/** The fields of {@link Unauthorized}. */
export interface Unauthorized extends ErrorResponse {}

/**
 * 402: the account has reached a limit of its plan.
 *
 * @category reasons
 * @since 0.1.0
 */
export class PaymentRequired extends Schema.TaggedError<PaymentRequired>("CodatError/PaymentRequired")(
  "PaymentRequired",
  errorResponse
) {}

/** The fields of {@link PaymentRequired}. */
export interface PaymentRequired extends ErrorResponse {}

/**
 * 403: the credentials are valid but not allowed to do this.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Forbidden extends Schema.TaggedError<Forbidden>("CodatError/Forbidden")(
  "Forbidden",
  errorResponse
) {}

/** The fields of {@link Forbidden}. */
export interface Forbidden extends ErrorResponse {}

/**
 * 404: there is no such company or connection, or it was deleted.
 *
 * @category reasons
 * @since 0.1.0
 */
export class NotFound extends Schema.TaggedError<NotFound>("CodatError/NotFound")(
  "NotFound",
  errorResponse
) {}

/** The fields of {@link NotFound}. */
export interface NotFound extends ErrorResponse {}

/**
 * 409: not ready yet, a limit such as ten API keys is reached, or the first request with this idempotency key is still
 * running.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Conflict extends Schema.TaggedError<Conflict>("CodatError/Conflict")("Conflict", {
  ...errorResponse,
  inProgress: Schema.optional(Schema.Boolean)
}) {
  /** Whether the first request with the idempotency key is, or may be, still running. */
  declare readonly inProgress?: boolean | undefined
}

/** The fields of {@link Conflict}. */
export interface Conflict extends ErrorResponse {}

/**
 * 422: the idempotency key was used before for a request with another body.
 *
 * @category reasons
 * @since 0.1.0
 */
export class UnprocessableContent extends Schema.TaggedError<UnprocessableContent>(
  "CodatError/UnprocessableContent"
)("UnprocessableContent", errorResponse) {}

/** The fields of {@link UnprocessableContent}. */
export interface UnprocessableContent extends ErrorResponse {}

const quota = {
  limit: Schema.optional(Schema.Number),
  remaining: Schema.optional(Schema.Number),
  resetAt: Schema.optional(Schema.DateTimeUtcFromString)
}

/**
 * The quota as a response reported it. A field that the response did not have is absent.
 *
 * @see https://docs.codat.io/using-the-api/rate-limits
 * @category models
 * @since 0.1.0
 */
export interface Quota {
  /** Requests that the quota allows in a day: 1,000 × (1 + active connected companies). */
  readonly limit?: number | undefined
  /** Requests that are left of it. */
  readonly remaining?: number | undefined
  /** When the quota resets: the next 00:00 UTC. */
  readonly resetAt?: DateTime.Utc | undefined
}

/**
 * 429: the quota is used up, or requests come too fast. Codat's quota is daily and resets at 00:00 UTC.
 *
 * @category reasons
 * @since 0.1.0
 */
export class RateLimited extends Schema.TaggedError<RateLimited>("CodatError/RateLimited")("RateLimited", {
  ...errorResponse,
  ...quota,
  retryAfter: Schema.optional(Schema.DurationFromMillis)
}) {
  /** The minimum wait before the next request, counted from when the response arrived. */
  declare readonly retryAfter?: Duration.Duration | undefined
}

/** The fields of {@link RateLimited}. */
export interface RateLimited extends ErrorResponse, Quota {}

/**
 * 5xx: Codat, or a gateway in front of it, failed.
 *
 * @category reasons
 * @since 0.1.0
 */
export class ServerError extends Schema.TaggedError<ServerError>("CodatError/ServerError")("ServerError", {
  ...errorResponse,
  retryAfter: Schema.optional(Schema.DurationFromMillis)
}) {
  /** The minimum wait before the next request, where the response gives one. */
  declare readonly retryAfter?: Duration.Duration | undefined
}

/** The fields of {@link ServerError}. */
export interface ServerError extends ErrorResponse {}

/**
 * Any other status: one that Codat does not document, and redirects, which are never followed.
 *
 * @category reasons
 * @since 0.1.0
 */
export class UnexpectedStatus extends Schema.TaggedError<UnexpectedStatus>("CodatError/UnexpectedStatus")(
  "UnexpectedStatus",
  {
    ...errorResponse,
    retryAfter: Schema.optional(Schema.DurationFromMillis)
  }
) {
  /** The minimum wait before the next request, where the response gives one. */
  declare readonly retryAfter?: Duration.Duration | undefined
}

/** The fields of {@link UnexpectedStatus}. */
export interface UnexpectedStatus extends ErrorResponse {}

/**
 * The input was refused before anything was sent.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>("CodatError/InvalidRequest")(
  "InvalidRequest",
  { field: Schema.String, rule: Schema.String }
) {
  /** The option at fault, such as `pageSize`. */
  declare readonly field: string
  /** What the field has to be. */
  declare readonly rule: string

  override get message(): string {
    return `${this.field} must be ${this.rule}`
  }
}

/**
 * The response had a 2xx status but not the content that Codat promises. A write has taken place.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidResponse extends Schema.TaggedError<InvalidResponse>("CodatError/InvalidResponse")(
  "InvalidResponse",
  {
    statusCode: Schema.Number,
    path: Schema.String,
    expected: Schema.String,
    page: Schema.optional(Schema.Number),
    index: Schema.optional(Schema.Number)
  }
) {
  /** The status line's code. */
  declare readonly statusCode: number
  /** Where in the body the fault is, such as `results[3].created`; empty for the body itself. */
  declare readonly path: string
  /** What was expected there. The value that came is never quoted. */
  declare readonly expected: string
  /** The page, when the fault is in one of a list. */
  declare readonly page?: number | undefined
  /** The row of that page, from 0, when the fault is in a row. */
  declare readonly index?: number | undefined

  override get message(): string {
    const page = this.page === undefined ? "" : ` of page ${this.page}`
    return `${this.path === "" ? "the body" : this.path}${page}: ${this.expected}`
  }
}

/**
 * The request or its response was lost on the way. For a write this says nothing about whether it took place. Also when
 * the store of `RateLimit.layerShared` cannot be reached: then nothing was sent.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Transport extends Schema.TaggedError<Transport>("CodatError/Transport")("Transport", {
  message: Schema.String,
  code: Schema.optional(Schema.String)
}) {
  /** What the transport says, without queries and credentials. */
  declare readonly message: string
  /** The system's code where there is one, such as `ECONNRESET`. */
  declare readonly code?: string | undefined
}

/**
 * An attempt took longer than `CodatConfig.attemptTimeout`, the call longer than the policy's `deadline` (or than Codat
 * keeps its idempotency key, 90 minutes), or what `Connections.awaitStatus` or `Data.awaitRefresh` waits for longer
 * than its `timeout` or its schedule.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Timeout extends Schema.TaggedError<Timeout>("CodatError/Timeout")("Timeout", {
  bound: Schema.Literals(["attempt", "deadline", "await"]),
  duration: Schema.DurationFromMillis,
  last: Schema.optional(Schema.String)
}) {
  /** The limit that was reached. */
  declare readonly bound: "attempt" | "deadline" | "await"
  /** How long that limit is. */
  declare readonly duration: Duration.Duration
  /** With the bound `await`, what was read last, such as `PendingAuth` or `invoices Fetching, bills Complete`. */
  declare readonly last?: string | undefined

  override get message(): string {
    const duration = Duration.format(this.duration)
    if (this.bound === "await") {
      const last = this.last === undefined ? "" : ` (last seen: ${this.last})`
      return `not in the status that was waited for within ${duration}${last}`
    }
    const whose = this.bound === "attempt" ? "limit of one attempt" : "deadline of the whole call"
    return `no answer within ${duration} (the ${whose})`
  }
}

/**
 * There are no credentials to send, or none that is valid in a header.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Authentication extends Schema.TaggedError<Authentication>("CodatError/Authentication")(
  "Authentication",
  { message: Schema.String }
) {
  /** What is wrong with the credentials, or with where they come from. They are never quoted. */
  declare readonly message: string
}

/**
 * The pages of a list do not advance, so that reading on could never end or could lose rows.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Pagination extends Schema.TaggedError<Pagination>("CodatError/Pagination")("Pagination", {
  page: Schema.Number,
  message: Schema.String
}) {
  /** The page that was asked for. */
  declare readonly page: number
  /** What is wrong with how the pages go on. */
  declare readonly message: string
}

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
 * @category reasons
 * @since 0.1.0
 */
export type Reason =
  | BadRequest
  | Unauthorized
  | PaymentRequired
  | Forbidden
  | NotFound
  | Conflict
  | UnprocessableContent
  | RateLimited
  | ServerError
  | UnexpectedStatus
  | InvalidRequest
  | InvalidResponse
  | Transport
  | Timeout
  | Authentication
  | Pagination

/**
 * How one attempt of a call ended, and how long the call waited after it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Attempt {
  /** The tag of the reason it ended in. */
  readonly reason: string
  /** The status of its response, where there was one. */
  readonly statusCode?: number | undefined
  /** How long the call then waited before the next attempt; zero after the last. */
  readonly wait: Duration.Duration
}

const Attempt: Schema.Codec<
  Attempt,
  { readonly reason: string; readonly statusCode?: number | undefined; readonly wait: number }
> = Schema.Struct({
  reason: Schema.String,
  statusCode: Schema.optional(Schema.Number),
  wait: Schema.DurationFromMillis
})

const fields = {
  operation: Schema.String,
  reason: Reason,
  method: Schema.optional(Schema.String),
  path: Schema.optional(Schema.String),
  page: Schema.optional(Schema.Number),
  query: Schema.optional(Schema.String),
  idempotencyKey: Schema.optional(Schema.String),
  attempts: Schema.Array(Attempt)
}

/**
 * The error of every operation of this library.
 *
 * **When to use**
 *
 * Handle one reason with `Effect.catchReason("CodatError", "NotFound", …)`, several with `Effect.catchReasons`, or put
 * the reasons themselves in the error channel with `Effect.unwrapReason("CodatError")`.
 *
 * **Details**
 *
 * The error is a schema too, so that it can cross a process boundary as JSON. It has the request's method and path and
 * the `query` of a list, never the whole URL, headers or body.
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
 * @category errors
 * @since 0.1.0
 */
export class CodatError extends Schema.TaggedError<CodatError>()("CodatError", fields) {
  /** The operation that failed, such as `Connections.get`. */
  declare readonly operation: string
  /** How it failed. */
  declare readonly reason: Reason
  /** The HTTP method. */
  declare readonly method?: string | undefined
  /** The path of the request that failed, without query; absent where there was none, as with `InvalidRequest`. */
  declare readonly path?: string | undefined
  /** The page, when the request that failed was for one of a list. */
  declare readonly page?: number | undefined
  /** The `query` of a list. */
  declare readonly query?: string | undefined
  /** The key of a write. Give it to the same call to go on with the same write, within Codat's 90 minutes. */
  declare readonly idempotencyKey?: string | undefined
  /** How each attempt of the request that failed ended, in order; empty where there was none, as with `Pagination`. */
  declare readonly attempts: ReadonlyArray<Attempt>
  /** The reason, exposed as the cause of the error. */
  declare readonly cause: Reason

  constructor(props: Schema.Struct<typeof fields>["~type.make.in"]) {
    super(defined(props))
    // Not enumerable, like the `cause` of any other error.
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
    const page = this.page === undefined ? query : ` (page ${this.page}${query})`
    const whose =
      reason._tag === "Unauthorized" && reason.host !== undefined
        ? `, to ${reason.credentials ?? "the credentials"} sent to ${reason.host}`
        : ""
    return `${this.operation}${page}: ${reason._tag}${status}: ${reason.message}${whose}${support}${attempts}`
  }

  /**
   * Whether the same call, with the same `idempotencyKey` for a write, is safe to make again and may then succeed.
   * After a `RateLimited`, wait for {@link retryAfter} first. It is `false` for `Pagination` and `Authentication` too:
   * a new listing, or a token source that works again, can still succeed.
   */
  get isRetryable(): boolean {
    return isRetryable(this.method ?? "GET", this.reason)
  }

  /** The status of the response that the reason is about, when there is one. */
  get statusCode(): number | undefined {
    return "statusCode" in this.reason ? this.reason.statusCode : undefined
  }

  /** The minimum wait before the next call, when the response gave one. */
  get retryAfter(): Duration.Duration | undefined {
    return "retryAfter" in this.reason ? this.reason.retryAfter : undefined
  }
}

/**
 * Tells whether a value is a {@link CodatError}.
 *
 * **Example** (In a promise's catch)
 *
 * ```ts
 * import { CodatError } from "effect-codat"
 *
 * const statusOf = (thrown: unknown): number | undefined =>
 *   CodatError.isCodatError(thrown) ? thrown.statusCode : undefined
 * ```
 *
 * @category guards
 * @since 0.1.0
 */
export const isCodatError = (u: unknown): u is CodatError => hasProperty(u, TypeId)
