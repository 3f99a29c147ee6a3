/**
 * The model: an address that Codat sends events to.
 *
 * @module WebhookConsumer
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Nullish from "./internal/model/Nullish.ts"
import type { Encoded } from "./Model.ts"

/**
 * An address that Codat sends events to, and which events these are.
 *
 * **Details**
 *
 * Codat's OpenAPI specification requires none of the properties. One that is null or absent there is absent here.
 *
 * @category models
 * @since 0.1.0
 */
export interface WebhookConsumer {
  /** A UUID, which `WebhookConsumers.delete` takes as `webhookId`. */
  readonly id?: string | undefined
  /** The address that events are sent to. */
  readonly url?: string | undefined
  /** Whether Codat currently sends nothing to the address. */
  readonly disabled?: boolean | undefined
  /** The types of the events that are sent to it, such as `company.created`. */
  readonly eventTypes?: ReadonlyArray<string> | undefined
  /** Only events of companies with matching tags are sent. Each is written as `name:value`, and is case-sensitive. */
  readonly companyTags?: ReadonlyArray<string> | undefined
}

/**
 * The schema of {@link WebhookConsumer}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const WebhookConsumer: Schema.Codec<WebhookConsumer, Encoded<WebhookConsumer>> = Schema.Struct({
  id: Nullish.optional(Schema.String),
  url: Nullish.optional(Schema.String),
  disabled: Nullish.optional(Schema.Boolean),
  eventTypes: Nullish.optional(Schema.Array(Schema.String)),
  companyTags: Nullish.optional(Schema.Array(Schema.String))
})
