/**
 * Codat's webhooks: verify a delivery, read its event and answer it.
 *
 * Codat signs deliveries by [Standard Webhooks](https://www.standardwebhooks.com). It delivers a message at least once
 * and in no fixed order, so a program must expect to receive a message again. `event.id` is the same each time, and
 * {@link dedupe} skips the repetitions that one process sees.
 *
 * @module Webhook
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
import type * as Redacted from "effect/Redacted"
import * as Rules from "./internal/Rules.ts"
import { escapeControls } from "./internal/Text.ts"
import * as Body from "./internal/webhook/Body.ts"
import * as Dedupe from "./internal/webhook/Dedupe.ts"
import * as Options from "./internal/webhook/Options.ts"
import * as Signature from "./internal/webhook/Signature.ts"
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

/** Fails with the first option that is unknown or breaks its rule. */
const checkOptions = <O extends object>(rules: Rules.Rules<O>, options: O) =>
  Effect.suspend(() => {
    const broken = Rules.check(rules, options)
    return broken === undefined ? Effect.void : refuse(new InvalidOption(broken))
  })

/**
 * The secret of an endpoint, as Codat's portal shows it: base64, with or without `whsec_` before it.
 *
 * **Details**
 *
 * A secret has at least 24 bytes, which are 32 characters of base64. Give a list while a secret is being replaced: a
 * delivery is valid when any of them signed it.
 *
 * @category models
 * @since 0.1.0
 */
export type Secret = Redacted.Redacted | ReadonlyArray<Redacted.Redacted>

/**
 * The headers that carry the signature of a message. It is a type and not an interface, so that it can be given to
 * functions that take any record of headers.
 *
 * @category models
 * @since 0.1.0
 */
export type SignatureHeaders = {
  /** The id of the message. */
  readonly "webhook-id": string
  /** When the message was signed, in seconds since 1970. */
  readonly "webhook-timestamp": string
  /** One signature for each secret, such as `v1,K5oZ…`, separated by spaces. */
  readonly "webhook-signature": string
}

// -----------------------------------------------------------------------------
// Signing
// -----------------------------------------------------------------------------

/**
 * What to sign, and with which secret.
 *
 * @category signing
 * @since 0.1.0
 */
export interface SignOptions {
  /** The secret of the endpoint. With several secrets there are several signatures. */
  readonly secret: Secret
  /** The id of the message. */
  readonly id: string
  /**
   * When the message is signed; fractions of a second are cut off.
   *
   * @default the current time
   */
  readonly timestamp?: DateTime.DateTime | undefined
  /** The body of the request. */
  readonly body: string | Uint8Array
}

const signRules: Rules.Rules<SignOptions> = {
  secret: Options.secret,
  id: Options.id,
  timestamp: Options.timestamp,
  body: Options.body
}

/**
 * Signs a message as Codat does.
 *
 * **When to use**
 *
 * In tests of a program that receives webhooks, and in programs that simulate Codat.
 *
 * **Details**
 *
 * Fails with `InvalidSecret` or `InvalidOption`.
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
 * @function
 * @category signing
 * @since 0.1.0
 */
export const sign: (options: SignOptions) => Effect.Effect<SignatureHeaders, WebhookError> = Effect.fn(
  "Webhook.sign"
)(function* (options: SignOptions) {
  yield* checkOptions(signRules, options)
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

/** The last second that a `DateTime` can hold. */
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

/** What logs say about an event. The id and the type come from the network. */
const annotations = (event: WebhookEvent) => ({
  webhookId: escapeControls(event.id),
  eventType: escapeControls(event.eventType)
})

/**
 * How a delivery is verified.
 *
 * @category verifying
 * @since 0.1.0
 */
export interface Verification {
  /** The secret of the endpoint, or several of which one must have signed the delivery. */
  readonly secret: Secret
  /**
   * The largest difference between the time of the delivery and the time of this machine, in either direction.
   *
   * @default "5 minutes"
   */
  readonly tolerance?: Duration.Input | undefined
}

/**
 * A delivery, and how it is verified.
 *
 * @category verifying
 * @since 0.1.0
 */
export interface VerifyOptions extends Verification {
  /**
   * The headers of the request: Effect's, a plain record such as Node's `request.headers`, or the web's `Headers`. The
   * case of the names does not matter.
   */
  readonly headers: Headers.Input
  /** The body of the request as it arrived. JSON that was parsed and written again has another signature. */
  readonly body: string | Uint8Array
}

const verifyRules: Rules.Rules<VerifyOptions> = {
  secret: Options.secret,
  tolerance: Options.tolerance,
  headers: Options.headers,
  body: Options.body
}

/**
 * Verifies a delivery and decodes its event.
 *
 * **When to use**
 *
 * When a framework other than Effect's receives the request. {@link handler} and {@link receive} also read the request
 * and answer it.
 *
 * **Details**
 *
 * A delivery is valid when any secret made any of its signatures. Signatures of versions other than `v1` are skipped.
 * Signatures are compared in constant time. Needs WebCrypto and nothing else, so it runs in every runtime.
 *
 * Fails with `InvalidSecret`, `InvalidOption` (for example a body that was parsed), `MissingHeader`,
 * `InvalidTimestamp`, `TimestampOutOfRange`, `SignatureMismatch`, or `InvalidPayload` when the body is not a JSON
 * object with an `eventType`. No delivery causes a defect, whatever it contains.
 *
 * An event of a known type whose payload does not have the documented form becomes an `Unrecognized` event. An id or a
 * date of the event that does not have the documented form is left out. Both log a warning that says where the body
 * differs, without its values. Such a delivery is not refused: Codat would send it again and again.
 *
 * **Gotchas**
 *
 * A delivery that is sent again within the tolerance is valid again: deduplicate by `event.id`.
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
 * @function
 * @category verifying
 * @since 0.1.0
 */
export const verify: (options: VerifyOptions) => Effect.Effect<WebhookEvent, WebhookError> = Effect.fn(
  "Webhook.verify"
)(function* (options: VerifyOptions) {
  yield* checkOptions(verifyRules, options)
  const headers = Headers.fromInput(options.headers)
  const id = yield* header(headers, "webhook-id")
  const time = yield* header(headers, "webhook-timestamp")
  const signature = yield* header(headers, "webhook-signature")
  const timestamp = yield* checkTimestamp(time, Duration.fromInputUnsafe(options.tolerance ?? "5 minutes"))
  const tags = yield* Signature.tags(options.secret, id, time, options.body)
  if (!Signature.matches(signature, tags)) return yield* refuse(new SignatureMismatch())
  const { event, faults } = yield* Effect.fromResult(Body.read(id, timestamp, options.body)).pipe(
    Effect.catch(refuse)
  )
  const annotated = annotations(event)
  yield* Effect.annotateCurrentSpan({
    "codat.webhook.id": annotated.webhookId,
    "codat.webhook.event": annotated.eventType
  })
  for (const { message } of faults) {
    yield* Effect.logWarning(`webhook event does not have the documented form: ${message}`).pipe(
      Effect.annotateLogs(annotated)
    )
  }
  return event
})

// -----------------------------------------------------------------------------
// Serving
// -----------------------------------------------------------------------------

/**
 * How a delivery is read from a request and verified.
 *
 * @category serving
 * @since 0.1.0
 */
export interface ReceiveOptions extends Verification {
  /**
   * The size of the longest body to read.
   *
   * @default "1 MiB"
   */
  readonly maxBodySize?: ByteSize.Input | undefined
}

const receiveRules: Rules.Rules<ReceiveOptions> = {
  secret: Options.secret,
  tolerance: Options.tolerance,
  maxBodySize: Options.maxBodySize
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
  // A middleware may have read the body before, with another limit.
  return body.byteLength > limit ? yield* tooLarge : new Uint8Array(body)
})

/**
 * Reads the current HTTP request as a delivery, verifies it and decodes its event.
 *
 * **When to use**
 *
 * To answer the request yourself; {@link handler} answers as Codat expects.
 *
 * **Details**
 *
 * Fails as {@link verify} does, and with `BodyTooLarge` or `UnreadableBody`. At most `maxBodySize` of the body is held
 * in memory.
 *
 * **Example** (A response of your own)
 *
 * ```ts
 * import { Effect, type Redacted } from "effect"
 * import { HttpServerResponse } from "effect/http"
 * import { Webhook } from "effect-codat"
 *
 * const route = (secret: Redacted.Redacted) =>
 *   Webhook.receive({ secret }).pipe(
 *     Effect.map((event) => HttpServerResponse.text(`got ${event._tag}`, { status: 202 })),
 *     Effect.catchTag("WebhookError", () => Effect.succeed(HttpServerResponse.empty({ status: 401 })))
 *   )
 * ```
 *
 * @function
 * @category serving
 * @since 0.1.0
 */
export const receive: (
  options: ReceiveOptions
) => Effect.Effect<WebhookEvent, WebhookError, HttpServerRequest.HttpServerRequest> = Effect.fn(
  "Webhook.receive"
)(function* (options: ReceiveOptions) {
  yield* checkOptions(receiveRules, options)
  const { maxBodySize, secret, tolerance } = options
  const request = yield* HttpServerRequest.HttpServerRequest
  const limit = maxBodySize === undefined ? ByteSize.mebibytes(1) : ByteSize.fromInputUnsafe(maxBodySize)
  const body = yield* readBody(request, limit)
  return yield* verify({ secret, tolerance, headers: request.headers, body })
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
 * Makes an HTTP route that verifies deliveries and gives each event to `f`.
 *
 * **Details**
 *
 * The route answers with:
 *
 * - 200 after `f` has succeeded.
 * - 400 when the delivery cannot be verified or read, with the tag of the reason as text.
 * - 413 when the body is longer than `maxBodySize`, with the same text.
 * - 500 when `f` fails or dies, so that Codat delivers the message again, and when the secret or an option is invalid.
 *
 * The failure of `f` is logged as an error and a refused delivery as a warning, both without the payload.
 *
 * **Gotchas**
 *
 * Codat waits for the response only for a while: when the work takes long, let `f` put the event on a queue. A sender
 * that closes the connection interrupts `f`, unless {@link dedupe} made it.
 *
 * The secret is read at each delivery. To refuse an invalid one when the program starts, sign something with it first:
 * {@link sign} fails with `InvalidSecret`.
 *
 * **Example** (Adding the route)
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
 *     return HttpRouter.add("POST", "/webhooks/codat", Webhook.handler(onEvent, { secret }))
 *   })
 * )
 * ```
 *
 * @category serving
 * @since 0.1.0
 */
export const handler = <A, E, R>(
  f: (event: WebhookEvent) => Effect.Effect<A, E, R>,
  options: ReceiveOptions
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest | R> =>
  checkOptions(receiveRules, options).pipe(
    Effect.andThen(Effect.suspend(() => receive(options))),
    Effect.matchEffect({
      onFailure: (error) => {
        const status = statusOf(error.reason)
        const log = status === 500 ? Effect.logError : Effect.logWarning
        return Effect.as(
          log(`webhook delivery refused: ${error.message}`),
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
                Effect.logError("webhook event could not be handled; Codat will deliver it again", cause),
                HttpServerResponse.empty({ status: 500 })
              ),
            onSuccess: () => Effect.succeed(HttpServerResponse.empty({ status: 200 }))
          }),
          Effect.annotateLogs(annotations(event))
        )
    })
  )

// -----------------------------------------------------------------------------
// Deduplicating
// -----------------------------------------------------------------------------

/**
 * How much {@link dedupe} remembers.
 *
 * @category deduplicating
 * @since 0.1.0
 */
export interface DedupeOptions {
  /**
   * The number of messages to remember, from 1.
   *
   * @default 10_000
   */
  readonly capacity?: number | undefined
  /**
   * How long a message is remembered after it was handled. The default is longer than the 28 hours or so for which
   * Codat repeats a message that is not accepted.
   *
   * @default "2 days"
   */
  readonly timeToLive?: Duration.Input | undefined
}

const dedupeRules: Rules.Rules<DedupeOptions> = {
  capacity: Options.capacity,
  timeToLive: Options.timeToLive
}

/**
 * Makes a function that handles each message once, within this process.
 *
 * **When to use**
 *
 * For a single process that may forget when it restarts. Several processes, or effects that must never happen twice,
 * need `event.id` as a unique key in the database that the effects write to.
 *
 * **Details**
 *
 * A message that was handled is skipped when it is delivered again. A message that is delivered again while it is being
 * handled waits for the result, and is handled again when the first attempt did not succeed. Failures and defects are
 * not remembered, so the next delivery tries again. At the capacity, the message that was last delivered the longest
 * time ago is forgotten first. Fails with `InvalidOption`.
 *
 * **Gotchas**
 *
 * `f` is not interrupted once it has started, also when the sender closes the connection or the server stops: the
 * message would be handled a second time. Where it may wait for long, give it a time limit with `Effect.timeout`.
 *
 * **Example** (Handling each message once)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Webhook } from "effect-codat"
 *
 * const onEvent = Webhook.dedupe((event) => Effect.log("first delivery of", event.id))
 * ```
 *
 * @category deduplicating
 * @since 0.1.0
 */
export const dedupe = <A, E, R>(
  f: (event: WebhookEvent) => Effect.Effect<A, E, R>,
  options: DedupeOptions = {}
): Effect.Effect<(event: WebhookEvent) => Effect.Effect<void, E, R>, WebhookError> =>
  Effect.andThen(
    checkOptions(dedupeRules, options),
    Effect.suspend(() =>
      Dedupe.make(
        {
          capacity: options.capacity ?? 10_000,
          timeToLive: Duration.fromInputUnsafe(options.timeToLive ?? "2 days")
        },
        (event: WebhookEvent) => event.id,
        f
      )
    )
  )
