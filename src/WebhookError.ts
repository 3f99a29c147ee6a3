/**
 * What a webhook delivery can be refused for: `WebhookError`, with a tagged
 * `reason`.
 *
 * No error holds the secret, a signature, a header's value or a value of the
 * body, of which a path names properties at most: a delivery that could not be verified was written by who knows whom,
 * and one that could is your customers' data.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import { hasProperty } from "effect/Predicate"
import * as Schema from "effect/Schema"

const TypeId = "~effect-codat/WebhookError"

/**
 * A header that every delivery has is absent or empty, so this is not Codat's
 * doing.
 *
 * @since 0.1.0
 */
export class MissingHeader extends Schema.TaggedError<MissingHeader>("WebhookError/MissingHeader")(
  "MissingHeader",
  {
    /** The header's name, such as `webhook-id`. */
    header: Schema.String
  }
) {
  override get message(): string {
    return `there is no ${this.header} header`
  }
}

/**
 * The secret this program was given cannot be one: a fault of its
 * configuration, not of the delivery.
 *
 * @since 0.1.0
 */
export class InvalidSecret extends Schema.TaggedError<InvalidSecret>("WebhookError/InvalidSecret")(
  "InvalidSecret",
  {
    /** What a secret has to be. The one that was given is never quoted. */
    rule: Schema.String,
    /** Which one it is, from 0, where several were given. */
    index: Schema.optional(Schema.Number)
  }
) {
  override get message(): string {
    return `${this.index === undefined ? "the secret" : `secret ${this.index}`} must be ${this.rule}`
  }
}

/**
 * What this program gave is not what is asked for, such as a body that a
 * framework has parsed already: a fault of the program, not of the delivery.
 *
 * @since 0.1.0
 */
export class InvalidOption extends Schema.TaggedError<InvalidOption>("WebhookError/InvalidOption")(
  "InvalidOption",
  {
    /** The option at fault, such as `body`. */
    field: Schema.String,
    /** What it has to be. */
    rule: Schema.String
  }
) {
  override get message(): string {
    return `${this.field} must be ${this.rule}`
  }
}

/**
 * `webhook-timestamp` is not a whole number of seconds since 1970.
 *
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
 * The delivery was signed too long ago, or in the future: it is a replay, it
 * was held up on its way, or one of the two clocks is wrong.
 *
 * @since 0.1.0
 */
export class TimestampOutOfRange extends Schema.TaggedError<TimestampOutOfRange>(
  "WebhookError/TimestampOutOfRange"
)("TimestampOutOfRange", {
  /** When the delivery says that it was signed. */
  timestamp: Schema.DateTimeUtcFromString,
  /** The time here when it was checked. */
  now: Schema.DateTimeUtcFromString,
  /** How far the two may lie apart, in either direction. */
  tolerance: Schema.DurationFromMillis
}) {
  override get message(): string {
    const skew = this.now.epochMilliseconds - this.timestamp.epochMilliseconds
    return `signed ${Duration.format(Duration.millis(Math.abs(skew)))} ${
      skew < 0 ? "ahead of" : "before"
    } the time here, where ${Duration.format(this.tolerance)} are allowed`
  }
}

/**
 * No signature of a known version is the one of this content under any of the
 * secrets: the content was changed, the secret is another endpoint's, or the
 * delivery is forged.
 *
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
 * The request's body is longer than `maxBodySize`. Reading stopped there.
 *
 * @since 0.1.0
 */
export class BodyTooLarge extends Schema.TaggedError<BodyTooLarge>("WebhookError/BodyTooLarge")(
  "BodyTooLarge",
  {
    /** The bound, in bytes. */
    maxBodySize: Schema.Number
  }
) {
  override get message(): string {
    return `the body is longer than ${this.maxBodySize} bytes`
  }
}

/**
 * The request's body could not be read to its end, as when the sender hangs
 * up.
 *
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
 * The signature is good, but the content is not what Codat promises.
 *
 * @since 0.1.0
 */
export class InvalidPayload extends Schema.TaggedError<InvalidPayload>("WebhookError/InvalidPayload")(
  "InvalidPayload",
  {
    /** Where in the body the fault is, such as `payload.connection.id`; empty for the body itself. */
    path: Schema.String,
    /** What was expected there. The value that came is never quoted. */
    expected: Schema.String
  }
) {
  override get message(): string {
    return `${this.path === "" ? "the body" : this.path}: ${this.expected}`
  }
}

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
 * Every way in which a delivery can be refused.
 *
 * @since 0.1.0
 */
export type Reason = typeof Reason.Type

/**
 * What `Webhook.verify`, `Webhook.receive` and `Webhook.sign` fail with.
 *
 * **Details**
 *
 * `InvalidSecret` and `InvalidOption` are faults of this program; all other
 * reasons are the delivery's. The error is a schema too, so it can cross a
 * process boundary as JSON.
 *
 * **Example** (Taking a replay for handled)
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
 * @since 0.1.0
 */
export class WebhookError extends Schema.TaggedError<WebhookError>()("WebhookError", {
  /** Why the delivery was refused. */
  reason: Reason
}) {
  get [TypeId](): typeof TypeId {
    return TypeId
  }

  /** The reason, exposed as the error's cause. */
  override readonly cause = this.reason

  override get message(): string {
    return `${this.reason._tag}: ${this.reason.message}`
  }
}

/**
 * Tells whether a value is a {@link WebhookError}.
 *
 * @since 0.1.0
 */
export const isWebhookError = (u: unknown): u is WebhookError => hasProperty(u, TypeId)
