/**
 * The addresses that Codat sends events to. `Webhook` receives the events.
 *
 * Every operation requires `HttpClient` and `Auth` and fails with `CodatError`. `CodatConfig` and `RetryPolicy` have
 * defaults and are read at each call.
 *
 * @module WebhookConsumers
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Redacted from "effect/Redacted"
import type { Auth } from "./Auth.ts"
import type { CodatError } from "./CodatError.ts"
import * as Call from "./internal/call/Call.ts"
import * as Endpoint from "./internal/call/Endpoint.ts"
import * as Input from "./internal/call/Input.ts"
import { Secret } from "./internal/model/Secret.ts"
import * as Unwrap from "./internal/model/Unwrap.ts"
import { WebhookConsumer } from "./WebhookConsumer.ts"

/**
 * A new address, and which events to send to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface CreateOptions {
  /** The address that events are sent to. */
  readonly url: string
  /**
   * The types of the events to send, such as `connection.connected`: see `WebhookEvent` for all of them. Codat's
   * specification does not say what is sent without any; the sandbox refuses that with `BadRequest`.
   */
  readonly eventTypes?: ReadonlyArray<string> | undefined
  /**
   * Sends only events of companies with matching tags, each written as `name:value`: at most 10, of at most
   * 128 characters. Tags are case-sensitive.
   */
  readonly companyTags?: ReadonlyArray<string> | undefined
  /**
   * Whether to add the address disabled, so that nothing is sent to it.
   *
   * @default false
   */
  readonly disabled?: boolean | undefined
  /** The GUID under which Codat keeps the first response for 90 minutes. Made for each call when left out. */
  readonly idempotencyKey?: string | undefined
}

/**
 * The address to delete, by the consumer's id.
 *
 * @category models
 * @since 0.1.0
 */
export interface DeleteOptions {
  /** The `id` of the consumer, a UUID. */
  readonly webhookId: string
}

/**
 * The options of a new key.
 *
 * @category models
 * @since 0.1.0
 */
export interface RotateOptions {
  /** The GUID under which Codat keeps the first response for 90 minutes. Made for each call when left out. */
  readonly idempotencyKey?: string | undefined
}

/**
 * Reads all addresses that Codat sends events to. They are not paged, since there are at most 50.
 *
 * **Example** (The disabled ones)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { WebhookConsumers } from "effect-codat"
 *
 * const disabled = WebhookConsumers.list().pipe(
 *   Effect.map((consumers) => consumers.filter((consumer) => consumer.disabled))
 * )
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const list: () => Effect.Effect<
  ReadonlyArray<WebhookConsumer>,
  CodatError,
  HttpClient.HttpClient | Auth
> = Call.makeOptional({
  operation: "WebhookConsumers.list",
  method: "GET",
  path: "/webhooks",
  input: {},
  output: Unwrap.list("results", WebhookConsumer)
})

/**
 * Adds an address for Codat to send events to.
 *
 * **Details**
 *
 * Fails with `BadRequest` when there are 50 already. The request carries an `Idempotency-Key` that all of its attempts
 * share, so a lost response never leads to a second consumer.
 *
 * **Example** (Events about connections)
 *
 * ```ts
 * import { WebhookConsumers } from "effect-codat"
 *
 * const created = WebhookConsumers.create({
 *   url: "https://example.com/codat",
 *   eventTypes: ["connection.connected", "connection.disconnected"],
 *   companyTags: ["region:uk"]
 * })
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
export const create: (
  options: CreateOptions
) => Effect.Effect<WebhookConsumer, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "WebhookConsumers.create",
  method: "POST",
  path: "/webhooks",
  input: {
    url: Input.url,
    eventTypes: Input.optional(Input.eventTypes),
    companyTags: Input.optional(Input.companyTags),
    disabled: Input.optional(Input.boolean)
  },
  body: ({ companyTags, disabled, eventTypes, url }) => ({ url, disabled, eventTypes, companyTags }),
  output: WebhookConsumer
})

/**
 * Makes a new key for Zapier, which is `Redacted`. The previous key stops working.
 *
 * **Details**
 *
 * The request carries an `Idempotency-Key` that all of its attempts share, so a lost response does not rotate the key
 * twice.
 *
 * **Example** (A new key)
 *
 * ```ts
 * import { WebhookConsumers } from "effect-codat"
 *
 * const key = WebhookConsumers.rotateZapierKey()
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
export const rotateZapierKey: (
  options?: RotateOptions
) => Effect.Effect<Redacted.Redacted<string>, CodatError, HttpClient.HttpClient | Auth> = Call.makeOptional({
  operation: "WebhookConsumers.rotateZapierKey",
  method: "POST",
  path: "/webhooks/integrationKeys/zapier",
  input: {},
  output: Unwrap.property("key", Secret)
})

/**
 * Deletes an address: Codat sends it nothing from then on.
 *
 * **Details**
 *
 * Fails with `NotFound` when there is no such consumer, except when an earlier attempt of the same call may have
 * deleted it.
 *
 * **Example** (An address that is no longer used)
 *
 * ```ts
 * import { WebhookConsumers } from "effect-codat"
 *
 * const deleted = WebhookConsumers.delete({ webhookId: "05a27c8b-8a5c-4b0b-9c8e-0c3f3f2f2a11" })
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
const delete_: (options: DeleteOptions) => Effect.Effect<void, CodatError, HttpClient.HttpClient | Auth> =
  Call.make({
    operation: "WebhookConsumers.delete",
    method: "DELETE",
    path: "/webhooks/{webhookId}",
    input: { webhookId: Input.id },
    output: Endpoint.nothing
  })

export { delete_ as delete }
