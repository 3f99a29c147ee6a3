/**
 * The error of webhooks: `WebhookError`, with a tagged `reason` that says why a delivery was refused.
 *
 * No error holds the secret, a signature, the value of a header or a value from the body: an unverified delivery can
 * come from anybody, and a verified one holds your customers' data. A path in the body holds names of properties only.
 *
 * @module WebhookError
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import { hasProperty } from "effect/Predicate"
import * as Schema from "effect/Schema"

const TypeId = "~effect-codat/WebhookError"

// Each reason declares its fields a second time, because an editor shows the documentation of a declared property and
// not that of a field in a schema.

/**
 * A header that all of Codat's deliveries have is missing or empty.
 *
 * @category reasons
 * @since 0.1.0
 */
export class MissingHeader extends Schema.TaggedError<MissingHeader>("WebhookError/MissingHeader")(
  "MissingHeader",
  { header: Schema.String }
) {
  /** The name of the header: `webhook-id`, `webhook-timestamp` or `webhook-signature`. */
  declare readonly header: string

  override get message(): string {
    return `the ${this.header} header is missing or empty`
  }
}

/**
 * The secret that this program was given is not a secret of a webhook. The configuration is at fault, not the delivery.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidSecret extends Schema.TaggedError<InvalidSecret>("WebhookError/InvalidSecret")(
  "InvalidSecret",
  { rule: Schema.String, index: Schema.optional(Schema.Number) }
) {
  /** What a secret must be. The secret itself is never quoted. */
  declare readonly rule: string
  /** The position of the secret, from 0, when several were given. */
  declare readonly index?: number | undefined

  override get message(): string {
    return `${this.index === undefined ? "the secret" : `secret ${this.index}`} must be ${this.rule}`
  }
}

/**
 * An option is unknown or has an invalid value, such as a body that a framework has already parsed. The
 * program is at fault, not the delivery.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidOption extends Schema.TaggedError<InvalidOption>("WebhookError/InvalidOption")(
  "InvalidOption",
  { field: Schema.String, rule: Schema.String }
) {
  /** The name of the option, such as `body`; `options` when the options are not an object. */
  declare readonly field: string
  /** What the option must be. For an unknown option it names the nearest known one, or all of them. */
  declare readonly rule: string

  override get message(): string {
    return `${this.field} must be ${this.rule}`
  }
}

/**
 * The `webhook-timestamp` header is not a whole number of seconds since 1970.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidTimestamp extends Schema.TaggedError<InvalidTimestamp>("WebhookError/InvalidTimestamp")(
  "InvalidTimestamp",
  {}
) {
  override get message(): string {
    return "webhook-timestamp must be a whole number of seconds since 1970"
  }
}

/**
 * The delivery was signed too long ago or in the future: it is a replay, it was delayed, or a clock is wrong.
 *
 * @category reasons
 * @since 0.1.0
 */
export class TimestampOutOfRange extends Schema.TaggedError<TimestampOutOfRange>(
  "WebhookError/TimestampOutOfRange"
)("TimestampOutOfRange", {
  timestamp: Schema.DateTimeUtcFromString,
  now: Schema.DateTimeUtcFromString,
  tolerance: Schema.DurationFromMillis
}) {
  /** When the delivery was signed, as it says. */
  declare readonly timestamp: DateTime.Utc
  /** The time of this machine when it checked the delivery. */
  declare readonly now: DateTime.Utc
  /** The largest difference that is allowed between the two, in either direction. */
  declare readonly tolerance: Duration.Duration

  override get message(): string {
    const skew = this.now.epochMilliseconds - this.timestamp.epochMilliseconds
    return `signed ${Duration.format(Duration.millis(Math.abs(skew)))} ${
      skew < 0 ? "ahead of" : "before"
    } the time of this machine, and at most ${Duration.format(this.tolerance)} are allowed`
  }
}

/**
 * None of the secrets produces any of the signatures: the content was changed, the secret belongs to another endpoint,
 * or the delivery is forged.
 *
 * @category reasons
 * @since 0.1.0
 */
export class SignatureMismatch extends Schema.TaggedError<SignatureMismatch>(
  "WebhookError/SignatureMismatch"
)("SignatureMismatch", {}) {
  override get message(): string {
    return "no signature matches the content"
  }
}

/**
 * The body of the request is longer than `maxBodySize`. Nothing beyond that was read.
 *
 * @category reasons
 * @since 0.1.0
 */
export class BodyTooLarge extends Schema.TaggedError<BodyTooLarge>("WebhookError/BodyTooLarge")(
  "BodyTooLarge",
  { maxBodySize: Schema.Number }
) {
  /** The limit, in bytes. */
  declare readonly maxBodySize: number

  override get message(): string {
    return `the body is longer than ${this.maxBodySize} bytes`
  }
}

/**
 * The body of the request could not be read to its end, for example because the sender closed the connection.
 *
 * @category reasons
 * @since 0.1.0
 */
export class UnreadableBody extends Schema.TaggedError<UnreadableBody>("WebhookError/UnreadableBody")(
  "UnreadableBody",
  {}
) {
  override get message(): string {
    return "the body could not be read to its end"
  }
}

/**
 * The signature is valid, but the body is not a JSON object with an `eventType`.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidPayload extends Schema.TaggedError<InvalidPayload>("WebhookError/InvalidPayload")(
  "InvalidPayload",
  { path: Schema.String, expected: Schema.String }
) {
  /** Where in the body the fault is, such as `eventType`; empty for the body itself. */
  declare readonly path: string
  /** What was expected there. The value itself is never quoted. */
  declare readonly expected: string

  override get message(): string {
    return `${this.path === "" ? "the body" : this.path}: ${this.expected}`
  }
}

/**
 * Every reason for which a delivery, or the call that verifies it, is refused.
 *
 * @category reasons
 * @since 0.1.0
 */
export type Reason =
  | MissingHeader
  | InvalidSecret
  | InvalidOption
  | InvalidTimestamp
  | TimestampOutOfRange
  | SignatureMismatch
  | BodyTooLarge
  | UnreadableBody
  | InvalidPayload

const Reason = Schema.Union([
  MissingHeader,
  InvalidSecret,
  InvalidOption,
  InvalidTimestamp,
  TimestampOutOfRange,
  SignatureMismatch,
  BodyTooLarge,
  UnreadableBody,
  InvalidPayload
])

/**
 * The error of every function in `Webhook`.
 *
 * **Details**
 *
 * `InvalidSecret` and `InvalidOption` are faults of the program or its configuration; every other reason is a fault of
 * the delivery. The error is a schema too, so it can cross a process boundary as JSON.
 *
 * **Example** (Ignoring replays)
 *
 * ```ts
 * import { Effect, type Redacted } from "effect"
 * import { Webhook } from "effect-codat"
 *
 * declare const secret: Redacted.Redacted
 * declare const delivery: { headers: Record<string, string>; body: string }
 *
 * const event = Webhook.verify({ secret, ...delivery }).pipe(
 *   Effect.asSome,
 *   Effect.catchReason("WebhookError", "TimestampOutOfRange", () => Effect.succeedNone)
 * )
 * ```
 *
 * @category errors
 * @since 0.1.0
 */
export class WebhookError extends Schema.TaggedError<WebhookError>()("WebhookError", { reason: Reason }) {
  /** Why the delivery was refused. */
  declare readonly reason: Reason
  /** The reason, exposed as the cause of the error. */
  declare readonly cause: Reason

  constructor(props: { readonly reason: Reason }) {
    super(props)
    // Not enumerable, like the `cause` of any other error.
    Object.defineProperty(this, "cause", { value: this.reason })
  }

  /** Marks the value for {@link isWebhookError}. */
  get [TypeId](): typeof TypeId {
    return TypeId
  }

  override get message(): string {
    return `${this.reason._tag}: ${this.reason.message}`
  }
}

/**
 * Tells whether a value is a {@link WebhookError}.
 *
 * **Example** (In a promise's catch)
 *
 * ```ts
 * import { WebhookError } from "effect-codat"
 *
 * const statusOf = (thrown: unknown): number => (WebhookError.isWebhookError(thrown) ? 400 : 500)
 * ```
 *
 * @category guards
 * @since 0.1.0
 */
export const isWebhookError = (u: unknown): u is WebhookError => hasProperty(u, TypeId)
