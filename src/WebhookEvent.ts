/**
 * The models of what Codat's webhooks tell.
 *
 * @since 0.1.0
 */
import type * as Brand from "effect/Brand"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { CompanyReference, Tags } from "./Company.ts"
import { Connection } from "./Connection.ts"
import { UtcFromString } from "./internal/model/Dates.ts"
import * as Nullish from "./internal/model/Nullish.ts"
import { companyEvents, connectionEvents, rateLimitEvents } from "./internal/WebhookEventTypes.ts"

/**
 * What happened to a connection: the SMB began to link (`created`), linked
 * (`connected`) or failed to (`failed`); access was unlinked or deauthorized
 * (`disconnected`) and restored (`reconnected`); the connection was `deleted`.
 *
 * @since 0.1.0
 */
export type ConnectionEventType = (typeof connectionEvents)[number]

/**
 * What happened to a company.
 *
 * @since 0.1.0
 */
export type CompanyEventType = (typeof companyEvents)[number]

/**
 * What happened to the daily quota of requests.
 *
 * @since 0.1.0
 */
export type RateLimitEventType = (typeof rateLimitEvents)[number]

/**
 * An event type that this version does not know: a string for every purpose,
 * and a type of its own.
 *
 * @since 0.1.0
 */
export type UnrecognizedEventType = string & Brand.Brand<"effect-codat/UnrecognizedEventType">

// -----------------------------------------------------------------------------
// What every event says of itself
// -----------------------------------------------------------------------------

/**
 * What every event says of itself, whatever it tells.
 *
 * @since 0.1.0
 */
export interface Envelope {
  /**
   * The `webhook-id` of the message. Codat delivers at least once, and this is
   * the same at each delivery of one message: deduplicate by it.
   */
  readonly id: string
  /** When this delivery was signed, to the second. Unlike `id`, another one each time. */
  readonly timestamp: DateTime.Utc
  /** The event's own id, from the body. */
  readonly eventId?: string | undefined
  /** When the event came about at Codat. */
  readonly generatedDate?: DateTime.Utc | undefined
}

const envelope = {
  id: Schema.String,
  timestamp: UtcFromString,
  eventId: Nullish.optional(Schema.String),
  generatedDate: Nullish.optional(UtcFromString)
}

// -----------------------------------------------------------------------------
// Companies as events carry them
// -----------------------------------------------------------------------------

export { CompanyReference } from "./Company.ts"

/**
 * A company as `company.created` and `company.deleted` carry it.
 *
 * @since 0.1.0
 */
export interface CompanyDetails {
  readonly id: string
  readonly name?: string | undefined
  readonly description?: string | undefined
  /** The URL at which the SMB links its accounts. It can hold a one-time password: do not log it. */
  readonly redirect?: string | undefined
  readonly lastSync?: DateTime.Utc | undefined
  readonly created?: DateTime.Utc | undefined
  readonly createdByUserName?: string | undefined
  readonly products?: ReadonlyArray<string> | undefined
  readonly tags?: { readonly [name: string]: string } | undefined
  readonly referenceParentCompany?: CompanyReference | undefined
  readonly referenceSubsidiaryCompanies?: ReadonlyArray<CompanyReference> | undefined
}

/**
 * Schema of {@link CompanyDetails}.
 *
 * @since 0.1.0
 */
export const CompanyDetails = Schema.Struct({
  id: Schema.String,
  name: Nullish.optional(Schema.String),
  description: Nullish.optional(Schema.String),
  redirect: Nullish.optional(Schema.String),
  lastSync: Nullish.optional(UtcFromString),
  created: Nullish.optional(UtcFromString),
  createdByUserName: Nullish.optional(Schema.String),
  products: Nullish.optional(Schema.Array(Schema.String)),
  tags: Nullish.optional(Tags),
  referenceParentCompany: Nullish.optional(CompanyReference),
  referenceSubsidiaryCompanies: Nullish.optional(Schema.Array(CompanyReference))
})

// -----------------------------------------------------------------------------
// Events
// -----------------------------------------------------------------------------

/**
 * Something happened to a connection.
 *
 * @since 0.1.0
 */
export interface ConnectionEvent extends Envelope {
  readonly _tag: "Connection"
  readonly eventType: ConnectionEventType
  readonly payload: {
    /** The company that the connection belongs to. */
    readonly referenceCompany?: CompanyReference | undefined
    /** The connection as it was when the event came about; by now it may be another. */
    readonly connection: Connection
  }
}

const ConnectionEvent = Schema.Struct({
  _tag: Schema.Literal("Connection"),
  ...envelope,
  eventType: Schema.Literals(connectionEvents),
  payload: Schema.Struct({
    referenceCompany: Nullish.optional(CompanyReference),
    connection: Connection
  })
})

/**
 * A company was created or deleted.
 *
 * @since 0.1.0
 */
export interface CompanyEvent extends Envelope {
  readonly _tag: "Company"
  readonly eventType: CompanyEventType
  readonly payload: CompanyDetails
}

const CompanyEvent = Schema.Struct({
  _tag: Schema.Literal("Company"),
  ...envelope,
  eventType: Schema.Literals(companyEvents),
  payload: CompanyDetails
})

/**
 * The day's quota of requests was used up, or starts anew.
 *
 * @since 0.1.0
 */
export interface RateLimitEvent extends Envelope {
  readonly _tag: "RateLimit"
  readonly eventType: RateLimitEventType
  readonly payload: {
    /** The requests that a day has. */
    readonly dailyQuota?: number | undefined
    /** The requests that are left of it. */
    readonly quotaRemaining?: number | undefined
    /** When the quota starts anew; absent, too, where what Codat sent is not a time. */
    readonly expiryDate?: DateTime.Utc | undefined
  }
}

const RateLimitEvent = Schema.Struct({
  _tag: Schema.Literal("RateLimit"),
  ...envelope,
  eventType: Schema.Literals(rateLimitEvents),
  payload: Schema.Struct({
    dailyQuota: Nullish.optional(Schema.Finite),
    quotaRemaining: Nullish.optional(Schema.Finite),
    // Codat's own example of the event, which its portal can send as a test, says `23:59:99`: refusing the event
    // for a date that only informs would have it delivered again and again.
    expiryDate: Nullish.optional(UtcFromString).pipe(
      Schema.catchDecoding(() => Effect.succeed(Option.none()))
    )
  })
})

/**
 * An event of a type that this version does not know, with its payload as it
 * came. It was signed like any other, so it is Codat's.
 *
 * @since 0.1.0
 */
export interface UnrecognizedEvent extends Envelope {
  readonly _tag: "Unrecognized"
  readonly eventType: UnrecognizedEventType
  readonly payload: unknown
}

const UnrecognizedEvent = Schema.Struct({
  _tag: Schema.Literal("Unrecognized"),
  ...envelope,
  eventType: Schema.String.pipe(Schema.brand("effect-codat/UnrecognizedEventType")),
  payload: Schema.Unknown
})

const Event = Schema.Union([ConnectionEvent, CompanyEvent, RateLimitEvent, UnrecognizedEvent])

/**
 * What a delivery tells.
 *
 * **Details**
 *
 * `_tag` says what the event is about, and narrows `payload`; `eventType` says
 * what happened. Null and absent are one thing, enum values that
 * Codat adds pass through, properties that it adds are ignored, and a type of
 * event that it adds is an {@link UnrecognizedEvent}.
 *
 * **Example** (Telling events apart)
 *
 * ```ts
 * import { Effect } from "effect"
 * import type { WebhookEvent } from "effect-codat"
 *
 * const onEvent = (event: WebhookEvent.WebhookEvent) => {
 *   switch (event._tag) {
 *     case "Connection":
 *       return event.eventType === "connection.disconnected"
 *         ? Effect.log("disconnected", event.payload.connection.id)
 *         : Effect.void
 *     case "Company":
 *       return Effect.log(event.eventType, event.payload.id)
 *     case "RateLimit":
 *       return Effect.logWarning(event.eventType)
 *     case "Unrecognized":
 *       return Effect.logDebug("an event of no interest here", event.eventType)
 *   }
 * }
 * ```
 *
 * @since 0.1.0
 */
export type WebhookEvent = ConnectionEvent | CompanyEvent | RateLimitEvent | UnrecognizedEvent

/**
 * Schema of {@link WebhookEvent}: encode with it to put an event on a queue,
 * and decode on the other side.
 *
 * @since 0.1.0
 */
export const WebhookEvent: Schema.Codec<WebhookEvent, typeof Event.Encoded> = Event
