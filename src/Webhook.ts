/**
 * Codat's webhooks: verify a delivery, read what it tells, answer it.
 *
 * Codat signs the [Standard Webhooks](https://www.standardwebhooks.com) way.
 * It delivers at least once and in no promised order, so a program must be
 * ready to see a message again: `event.id` is the same each time, and
 * {@link dedupe} forgets the repetitions that one process sees.
 *
 * @since 0.1.0
 */
import * as ByteSize from "effect/ByteSize"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Once from "./internal/Once.ts"
import * as WebhookBody from "./internal/WebhookBody.ts"
import * as Signature from "./internal/WebhookSignature.ts"
import {
  BodyTooLarge,
  InvalidOption,
  InvalidTimestamp,
  MissingHeader,
  type Reason,
  SignatureMismatch,
  TimestampOutOfRange,
  UnreadableBody,
  WebhookError
} from "./WebhookError.ts"
import type { WebhookEvent } from "./WebhookEvent.ts"

const refuse = (reason: Reason) => Effect.fail(new WebhookError({ reason }))

/** An option as its module reads it, or which option it is that the module cannot read. */
const given = <A>(field: string, rule: string, value: Option.Option<A>) =>
  Option.isSome(value) ? Effect.succeed(value.value) : refuse(new InvalidOption({ field, rule }))

/**
 * The secret of an endpoint, as Codat's portal shows it: base64, with or
 * without `whsec_` before it. A list is for the time in which a secret is
 * replaced: a delivery is good when any of them signed it.
 *
 * @since 0.1.0
 */
export type Secret = Redacted.Redacted | ReadonlyArray<Redacted.Redacted>

/**
 * The headers that sign a message.
 *
 * @since 0.1.0
 */
export type SignatureHeaders = {
  readonly "webhook-id": string
  readonly "webhook-timestamp": string
  readonly "webhook-signature": string
}

// -----------------------------------------------------------------------------
// Signing
// -----------------------------------------------------------------------------

/**
 * Signs a message as Codat would.
 *
 * **When to use**
 *
 * In tests of a program that receives webhooks, and in stand-ins for Codat.
 *
 * **Details**
 *
 * `timestamp` is the current time unless given, and is cut to the second. With
 * several secrets there are several signatures. Fails with `InvalidSecret` or
 * `InvalidOption`.
 *
 * **Example** (A delivery to test with)
 *
 * ```ts
 * import { Effect, Redacted } from "effect"
 * import { Webhook } from "effect-codat"
 *
 * const secret = Redacted.make("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
 * const body = JSON.stringify({ eventType: "company.deleted", payload: { id: "8a210b68" } })
 *
 * const event = Webhook.sign({ secret, id: "msg_1", body }).pipe(
 *   Effect.flatMap((headers) => Webhook.verify({ secret, headers, body }))
 * )
 * ```
 *
 * @since 0.1.0
 */
export const sign = Effect.fn("Webhook.sign")(function* (options: {
  readonly secret: Secret
  readonly id: string
  readonly timestamp?: DateTime.DateTime | undefined
  readonly body: string | Uint8Array
}): Effect.fn.Return<SignatureHeaders, WebhookError> {
  const timestamp = String(DateTime.toEpochSeconds(options.timestamp ?? (yield* DateTime.now)))
  const tags = yield* Signature.tags(options.secret, options.id, timestamp, options.body)
  return {
    "webhook-id": options.id,
    "webhook-timestamp": timestamp,
    "webhook-signature": Signature.format(tags)
  }
})

// -----------------------------------------------------------------------------
// Verifying
// -----------------------------------------------------------------------------

/** The last second that a date can name. */
const maxSeconds = 8_640_000_000_000

const header = (headers: Headers.Headers, name: string) => {
  const value: unknown = headers[name]
  return typeof value === "string" && value !== ""
    ? Effect.succeed(value)
    : refuse(new MissingHeader({ header: name }))
}

const checkTimestamp = Effect.fnUntraced(function* (text: string, tolerance: Duration.Duration) {
  const seconds = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(seconds <= maxSeconds)) return yield* refuse(new InvalidTimestamp())
  const now = yield* Clock.currentTimeMillis
  const timestamp = DateTime.fromEpochSeconds(seconds)
  if (Math.abs(now - seconds * 1000) > Duration.toMillis(tolerance)) {
    return yield* refuse(new TimestampOutOfRange({ timestamp, now: DateTime.makeUnsafe(now), tolerance }))
  }
  return timestamp
})

/**
 * How a delivery is verified.
 *
 * @since 0.1.0
 */
export interface VerifyOptions {
  readonly secret: Secret
  /**
   * How far the delivery's time may lie from the time here, in either direction.
   *
   * @default "5 minutes"
   */
  readonly tolerance?: Duration.Input | undefined
}

/**
 * Verifies a delivery and decodes what it tells.
 *
 * **When to use**
 *
 * Where the request arrives in another framework than Effect's; {@link handler}
 * and {@link receive} do the reading and answering too.
 *
 * **Details**
 *
 * `body` must be the body as it arrived: JSON that was parsed and written again
 * has another signature. `headers` are Effect's, a plain record such as Node's
 * `request.headers`, or the web's `Headers`; the case of the names does not
 * matter. Any signature that any secret made suffices, signatures of versions
 * other than `v1` are skipped, and comparisons take constant time.
 *
 * Fails with `InvalidSecret`, `InvalidOption` (such as a body that was parsed),
 * `MissingHeader`, `InvalidTimestamp`, `TimestampOutOfRange`,
 * `SignatureMismatch` or, for content that is signed but not what Codat
 * promises, `InvalidPayload`. Nothing that a sender can send is a defect. Runs wherever there is WebCrypto.
 *
 * A delivery that is sent again within the tolerance verifies again:
 * deduplicate by `event.id`.
 *
 * **Example** (Verifying in a web handler)
 *
 * ```ts
 * import { Config, Effect } from "effect"
 * import { Webhook } from "effect-codat"
 *
 * const receive = Effect.fn(function* (request: Request) {
 *   const secret = yield* Config.Redacted("CODAT_WEBHOOK_SECRET")
 *   const body = yield* Effect.promise(() => request.text())
 *   const event = yield* Webhook.verify({ secret, headers: request.headers, body })
 *   yield* Effect.log("received", event.eventType)
 * })
 * ```
 *
 * @since 0.1.0
 */
export const verify = Effect.fn("Webhook.verify")(function* (
  options: VerifyOptions & {
    readonly headers: Headers.Input
    readonly body: string | Uint8Array
  }
): Effect.fn.Return<WebhookEvent, WebhookError> {
  const headers = Headers.fromInput(options.headers)
  const id = yield* header(headers, "webhook-id")
  const time = yield* header(headers, "webhook-timestamp")
  const signature = yield* header(headers, "webhook-signature")
  const tolerance = Duration.fromInput(options.tolerance ?? "5 minutes")
  const timestamp = yield* checkTimestamp(time, yield* given("tolerance", "a duration", tolerance))
  const tags = yield* Signature.tags(options.secret, id, time, options.body)
  if (!Signature.matches(signature, tags)) return yield* refuse(new SignatureMismatch())
  const event = yield* Effect.fromResult(WebhookBody.decode(id, timestamp, options.body)).pipe(
    Effect.catch(refuse)
  )
  yield* Effect.annotateCurrentSpan({ "codat.webhook.id": id, "codat.webhook.event": event.eventType })
  return event
})

// -----------------------------------------------------------------------------
// Serving
// -----------------------------------------------------------------------------

/**
 * How a delivery is read from a request and verified.
 *
 * @since 0.1.0
 */
export interface ReceiveOptions extends VerifyOptions {
  /**
   * The longest body to read.
   *
   * @default "1 MiB"
   */
  readonly maxBodySize?: ByteSize.Input | undefined
}

const readBody = Effect.fnUntraced(function* (
  request: HttpServerRequest.HttpServerRequest,
  limit: ByteSize.ByteSize
) {
  const tooLarge = refuse(new BodyTooLarge({ maxBodySize: Number(limit) }))
  if (Number(request.headers["content-length"] ?? 0) > limit) return yield* tooLarge
  const body = yield* request.arrayBuffer.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, limit),
    Effect.catch(({ reason }) =>
      reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge"
        ? tooLarge
        : refuse(new UnreadableBody())
    )
  )
  // A middleware may have read the body before, under a bound of its own.
  return body.byteLength > limit ? yield* tooLarge : new Uint8Array(body)
})

/**
 * Reads the current HTTP request as a delivery, verifies it and decodes what it
 * tells.
 *
 * **When to use**
 *
 * To answer in your own way; {@link handler} answers as Codat expects.
 *
 * **Details**
 *
 * Fails as {@link verify} does, and with `BodyTooLarge`, without holding more
 * than `maxBodySize` in memory, or `UnreadableBody`.
 *
 * @since 0.1.0
 */
export const receive = Effect.fn("Webhook.receive")(function* (
  options: ReceiveOptions
): Effect.fn.Return<WebhookEvent, WebhookError, HttpServerRequest.HttpServerRequest> {
  const request = yield* HttpServerRequest.HttpServerRequest
  const limit =
    options.maxBodySize === undefined
      ? Option.some(ByteSize.mebibytes(1))
      : ByteSize.fromInput(options.maxBodySize)
  const body = yield* readBody(request, yield* given("maxBodySize", "a size, such as 1 MiB", limit))
  return yield* verify({ ...options, headers: request.headers, body })
})

const statusOf = (reason: Reason): number => {
  switch (reason._tag) {
    case "BodyTooLarge":
      return 413
    case "InvalidSecret":
    case "InvalidOption":
      return 500
    default:
      return 400
  }
}

/**
 * An HTTP route that verifies deliveries and gives each event to `f`.
 *
 * **Details**
 *
 * Answers 200 once `f` has succeeded; 400 to a delivery that does not verify or
 * decode, with the reason's tag as text; 413 to a body over `maxBodySize`; and
 * 500 when `f` fails or dies, so that Codat delivers the message again, and
 * when the secret or an option is not valid. What `f` failed with is logged as an error and
 * refused deliveries as warnings, neither with the payload. Codat waits a while
 * only: let `f` put the event on a queue when handling it takes long.
 *
 * **Example** (Mounting it)
 *
 * ```ts
 * import { Config, Effect, Layer } from "effect"
 * import { HttpRouter } from "effect/http"
 * import { Webhook } from "effect-codat"
 *
 * const Webhooks = Layer.unwrap(
 *   Effect.gen(function* () {
 *     const secret = yield* Config.Redacted("CODAT_WEBHOOK_SECRET")
 *     const onEvent = yield* Webhook.dedupe((event) => Effect.log(event.eventType, event.id))
 *     return HttpRouter.add("POST", "/webhooks/codat", Webhook.handler({ secret }, onEvent))
 *   })
 * )
 * ```
 *
 * @since 0.1.0
 */
export const handler = <A, E, R>(
  options: ReceiveOptions,
  f: (event: WebhookEvent) => Effect.Effect<A, E, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest | R> =>
  Effect.matchEffect(receive(options), {
    onFailure: (error) => {
      const status = statusOf(error.reason)
      const log = status === 500 ? Effect.logError : Effect.logWarning
      return Effect.as(
        log(`refused a webhook: ${error.message}`),
        status === 500
          ? HttpServerResponse.empty({ status })
          : HttpServerResponse.text(error.reason._tag, { status })
      )
    },
    onSuccess: (event) =>
      Effect.suspend(() => f(event)).pipe(
        Effect.matchCauseEffect({
          onFailure: (cause) =>
            Effect.as(
              Effect.logError("a webhook could not be handled; Codat will deliver it again", cause),
              HttpServerResponse.empty({ status: 500 })
            ),
          onSuccess: () => Effect.succeed(HttpServerResponse.empty({ status: 200 }))
        }),
        Effect.annotateLogs({ webhookId: event.id, eventType: event.eventType })
      )
  })

// -----------------------------------------------------------------------------
// Deduplicating
// -----------------------------------------------------------------------------

/**
 * Makes a function of events handle each message once, within this process.
 *
 * **When to use**
 *
 * For a single process that may forget when it restarts. Several processes, or
 * effects that must never happen twice, need `event.id` as a unique key in the
 * database that the effects write to.
 *
 * **Details**
 *
 * A repetition of a message that was handled does nothing; one that comes while
 * the message is being handled waits to see whether it was. Failures, defects
 * and interruption are not remembered, so the next delivery tries again. The
 * last `capacity` messages (10,000 unless given) are remembered for
 * `timeToLive` (a day unless given).
 *
 * **Example** (Handling each message once)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Webhook } from "effect-codat"
 *
 * const onEvent = Webhook.dedupe((event) => Effect.log("seen for the first time", event.id))
 * ```
 *
 * @since 0.1.0
 */
export const dedupe = <A, E, R>(
  f: (event: WebhookEvent) => Effect.Effect<A, E, R>,
  options?: { readonly capacity?: number | undefined; readonly timeToLive?: Duration.Input | undefined }
): Effect.Effect<(event: WebhookEvent) => Effect.Effect<void, E, R>> =>
  Once.make(
    {
      capacity: options?.capacity ?? 10_000,
      timeToLive: Duration.fromInputUnsafe(options?.timeToLive ?? "1 day")
    },
    (event: WebhookEvent) => event.id,
    f
  )
