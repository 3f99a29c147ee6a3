/**
 * The events that Codat's webhooks deliver.
 *
 * @module WebhookEvent
 * @since 0.1.0
 */
import type * as Brand from "effect/Brand"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { CompanyDetails, CompanyReference } from "./Company.ts"
import { Connection } from "./Connection.ts"
import { DatasetStatus, DataType } from "./DataType.ts"
import { UtcFromString } from "./internal/model/Dates.ts"
import * as Nullish from "./internal/model/Nullish.ts"
import * as OpenEnum from "./internal/model/OpenEnum.ts"
import type * as Model from "./Model.ts"

// -----------------------------------------------------------------------------
// Event types
// -----------------------------------------------------------------------------

/**
 * What happened to a connection.
 *
 * **Details**
 *
 * The company started to link (`created`), linked (`connected`) or failed to link (`failed`); access was removed by the
 * company or the platform (`disconnected`) or given again (`reconnected`); the connection was removed (`deleted`).
 *
 * @category event types
 * @since 0.1.0
 */
export type ConnectionEventType =
  | "connection.created"
  | "connection.connected"
  | "connection.disconnected"
  | "connection.reconnected"
  | "connection.failed"
  | "connection.deleted"

/**
 * The schema of {@link ConnectionEventType}.
 *
 * @category event types
 * @since 0.1.0
 */
export const ConnectionEventType: Schema.Codec<ConnectionEventType> = Schema.Literals([
  "connection.created",
  "connection.connected",
  "connection.disconnected",
  "connection.reconnected",
  "connection.failed",
  "connection.deleted"
])

/**
 * What happened to a company.
 *
 * @category event types
 * @since 0.1.0
 */
export type CompanyEventType = "company.created" | "company.deleted"

/**
 * The schema of {@link CompanyEventType}.
 *
 * @category event types
 * @since 0.1.0
 */
export const CompanyEventType: Schema.Codec<CompanyEventType> = Schema.Literals([
  "company.created",
  "company.deleted"
])

/**
 * What happened to the products of a company.
 *
 * @category event types
 * @since 0.1.0
 */
export type CompanyProductEventType = "company.product.added" | "company.product.removed"

/**
 * The schema of {@link CompanyProductEventType}.
 *
 * @category event types
 * @since 0.1.0
 */
export const CompanyProductEventType: Schema.Codec<CompanyProductEventType> = Schema.Literals([
  "company.product.added",
  "company.product.removed"
])

/**
 * Which read of data was completed: the first of a connection (`initial`) or a later one.
 *
 * @category event types
 * @since 0.1.0
 */
export type ReadEventType = "read.completed" | "read.completed.initial"

/**
 * The schema of {@link ReadEventType}.
 *
 * @category event types
 * @since 0.1.0
 */
export const ReadEventType: Schema.Codec<ReadEventType> = Schema.Literals([
  "read.completed",
  "read.completed.initial"
])

/**
 * How a write to the platform ended, after the data type that was written: `bills.write.successful`.
 *
 * @category event types
 * @since 0.1.0
 */
export type WriteEventType = `${string}.write.successful` | `${string}.write.unsuccessful`

/**
 * The schema of {@link WriteEventType}.
 *
 * @category event types
 * @since 0.1.0
 */
export const WriteEventType: Schema.Codec<WriteEventType> = Schema.TemplateLiteral([
  Schema.NonEmptyString,
  ".write.",
  Schema.Literals(["successful", "unsuccessful"])
])

/**
 * What happened to the daily quota of requests.
 *
 * @category event types
 * @since 0.1.0
 */
export type RateLimitEventType = "client.rateLimit.reached" | "client.rateLimit.reset"

/**
 * The schema of {@link RateLimitEventType}.
 *
 * @category event types
 * @since 0.1.0
 */
export const RateLimitEventType: Schema.Codec<RateLimitEventType> = Schema.Literals([
  "client.rateLimit.reached",
  "client.rateLimit.reset"
])

/**
 * The event type of an {@link UnrecognizedEvent}: any string, with a type of its own.
 *
 * @category event types
 * @since 0.1.0
 */
export type UnrecognizedEventType = string & Brand.Brand<"effect-codat/UnrecognizedEventType">

// -----------------------------------------------------------------------------
// Every event
// -----------------------------------------------------------------------------

/**
 * The properties that every event has.
 *
 * @category events
 * @since 0.1.0
 */
export interface Envelope {
  /**
   * The `webhook-id` of the message. Codat delivers a message at least once, and the id is the same each time:
   * deduplicate by it.
   */
  readonly id: string
  /** When this delivery was signed, to the second. Unlike `id`, it differs between deliveries of one message. */
  readonly timestamp: DateTime.Utc
  /** The id of the event, from the body. */
  readonly eventId?: string | undefined
  /** When Codat generated the event. */
  readonly generatedDate?: DateTime.Utc | undefined
}

const envelope = {
  id: Schema.String,
  timestamp: UtcFromString,
  eventId: Nullish.optional(Schema.String),
  generatedDate: Nullish.optional(UtcFromString)
}

// -----------------------------------------------------------------------------
// Connections
// -----------------------------------------------------------------------------

/**
 * The status of a connection changed, or the connection was created or deleted.
 *
 * @category events
 * @since 0.1.0
 */
export interface ConnectionEvent extends Envelope {
  /** What the event is about: a check of it narrows `eventType` and `payload`. */
  readonly _tag: "Connection"
  /** What happened, as Codat names it. */
  readonly eventType: ConnectionEventType
  /** The connection and the company that it belongs to. */
  readonly payload: {
    /** The company that the connection belongs to. */
    readonly referenceCompany?: CompanyReference | undefined
    /** The connection at the time of the event. It can have changed since. */
    readonly connection: Connection
  }
}

const ConnectionEvent = Schema.Struct({
  _tag: Schema.Literal("Connection"),
  ...envelope,
  eventType: ConnectionEventType,
  payload: Schema.Struct({
    referenceCompany: Nullish.optional(CompanyReference),
    connection: Connection
  })
})

// -----------------------------------------------------------------------------
// Companies
// -----------------------------------------------------------------------------

/**
 * A company was created or deleted.
 *
 * @category events
 * @since 0.1.0
 */
export interface CompanyEvent extends Envelope {
  /** What the event is about: a check of it narrows `eventType` and `payload`. */
  readonly _tag: "Company"
  /** What happened, as Codat names it. */
  readonly eventType: CompanyEventType
  /** The company, without its connections. */
  readonly payload: CompanyDetails
}

const CompanyEvent = Schema.Struct({
  _tag: Schema.Literal("Company"),
  ...envelope,
  eventType: CompanyEventType,
  payload: CompanyDetails
})

/**
 * A product of Codat was added to a company or removed from it.
 *
 * @category events
 * @since 0.1.0
 */
export interface CompanyProductEvent extends Envelope {
  /** What the event is about: a check of it narrows `eventType` and `payload`. */
  readonly _tag: "CompanyProduct"
  /** What happened, as Codat names it. */
  readonly eventType: CompanyProductEventType
  /** The company, and the product that was added or removed. */
  readonly payload: {
    /** The id of the company. */
    readonly id: string
    /** The name of the company. */
    readonly name?: string | undefined
    /** The description of the company. */
    readonly description?: string | undefined
    /** The product that was added or removed, such as `lending`. */
    readonly productId?: string | undefined
    /** The name of that product, such as `Lending`. */
    readonly productName?: string | undefined
    /** Every product that the company has after the change. */
    readonly products?: ReadonlyArray<string> | undefined
  }
}

const CompanyProductEvent = Schema.Struct({
  _tag: Schema.Literal("CompanyProduct"),
  ...envelope,
  eventType: CompanyProductEventType,
  payload: Schema.Struct({
    id: Schema.String,
    name: Nullish.optional(Schema.String),
    description: Nullish.optional(Schema.String),
    productId: Nullish.optional(Schema.String),
    productName: Nullish.optional(Schema.String),
    products: Nullish.optional(Schema.Array(Schema.String))
  })
})

// -----------------------------------------------------------------------------
// Reads
// -----------------------------------------------------------------------------

/**
 * A problem that Codat met while it read data.
 *
 * @category reads
 * @since 0.1.0
 */
export interface ReadIssue {
  /** The kind of issue, such as `warning.validation`. */
  readonly type?: string | undefined
  /** A description of the issue, to show to people. */
  readonly message?: string | undefined
  /** Where to read more about the issue. */
  readonly links?:
    | {
        /** The URL of the validation's results in Codat's API. */
        readonly logs?: string | undefined
        /** The URL of the company's history of reads in Codat's portal. */
        readonly portal?: string | undefined
        /** The URL of Codat's documentation of the issue. */
        readonly readMore?: string | undefined
      }
    | undefined
}

/**
 * The result of reading one data type of one connection.
 *
 * @category reads
 * @since 0.1.0
 */
export interface DataTypeRead {
  /** The connection that the data comes from. */
  readonly connectionId?: string | undefined
  /** The data type that was read, such as `invoices`. */
  readonly dataType?: DataType | undefined
  /** Whether records were created, updated or deleted in Codat's copy of the data. */
  readonly recordsModified?: boolean | undefined
  /** How the read ended. `read.completed` does not mean that every data type is `Complete`. */
  readonly status?: DatasetStatus | undefined
  /** The problems that Codat met during the read, also those that are only warnings. */
  readonly issues?: ReadonlyArray<ReadIssue> | undefined
}

/**
 * Codat has completed a read of the data types of a product.
 *
 * @category events
 * @since 0.1.0
 */
export interface ReadEvent extends Envelope {
  /** What the event is about: a check of it narrows `eventType` and `payload`. */
  readonly _tag: "Read"
  /** What happened, as Codat names it. */
  readonly eventType: ReadEventType
  /** The company, and the result of each read. */
  readonly payload: {
    /** The company whose data was read. */
    readonly referenceCompany?: CompanyReference | undefined
    /** When Codat last fetched the data types. */
    readonly modifiedFromDate?: DateTime.Utc | undefined
    /** The result for each data type of each connection. */
    readonly dataTypes?: ReadonlyArray<DataTypeRead> | undefined
  }
}

const ReadEvent = Schema.Struct({
  _tag: Schema.Literal("Read"),
  ...envelope,
  eventType: ReadEventType,
  payload: Schema.Struct({
    referenceCompany: Nullish.optional(CompanyReference),
    modifiedFromDate: Nullish.optional(UtcFromString),
    dataTypes: Nullish.optional(
      Schema.Array(
        Schema.Struct({
          connectionId: Nullish.optional(Schema.String),
          dataType: Nullish.optional(DataType),
          recordsModified: Nullish.optional(Schema.Boolean),
          status: Nullish.optional(DatasetStatus),
          issues: Nullish.optional(
            Schema.Array(
              Schema.Struct({
                type: Nullish.optional(Schema.String),
                message: Nullish.optional(Schema.String),
                links: Nullish.optional(
                  Schema.Struct({
                    logs: Nullish.optional(Schema.String),
                    portal: Nullish.optional(Schema.String),
                    readMore: Nullish.optional(Schema.String)
                  })
                )
              })
            )
          )
        })
      )
    )
  })
})

// -----------------------------------------------------------------------------
// Writes
// -----------------------------------------------------------------------------

const writeTypes = ["Create", "Update", "Delete", "UploadAttachment"] as const

const writeStatuses = ["Pending", "Failed", "Success", "TimedOut"] as const

/**
 * A write type that this version knows.
 *
 * @category writes
 * @since 0.1.0
 */
export type KnownWriteType = (typeof writeTypes)[number]

/**
 * What a write did to the record. Codat adds values; one that this version does not know keeps its text.
 *
 * @category writes
 * @since 0.1.0
 */
export type WriteType = KnownWriteType | Model.Unrecognized

/**
 * Tells a write type that this version knows from other text. The comparison is case-sensitive.
 *
 * **Example** (A label for each write)
 *
 * ```ts
 * import { WebhookEvent } from "effect-codat"
 *
 * const label = (type: WebhookEvent.WriteType): string =>
 *   WebhookEvent.isKnownWriteType(type) ? type : `unknown write: ${type}`
 * ```
 *
 * @function
 * @category writes
 * @since 0.1.0
 */
export const isKnownWriteType: (type: string) => type is KnownWriteType = OpenEnum.isKnown(writeTypes)

/**
 * A write status that this version knows.
 *
 * @category writes
 * @since 0.1.0
 */
export type KnownWriteStatus = (typeof writeStatuses)[number]

/**
 * The status of a write, the same as that of its push operation. Codat adds values; one that this version does not know
 * keeps its text.
 *
 * @category writes
 * @since 0.1.0
 */
export type WriteStatus = KnownWriteStatus | Model.Unrecognized

/**
 * Tells a write status that this version knows from other text. The comparison is case-sensitive.
 *
 * **Example** (A label for each status)
 *
 * ```ts
 * import { WebhookEvent } from "effect-codat"
 *
 * const label = (status: WebhookEvent.WriteStatus): string =>
 *   WebhookEvent.isKnownWriteStatus(status) ? status : `unknown status: ${status}`
 * ```
 *
 * @function
 * @category writes
 * @since 0.1.0
 */
export const isKnownWriteStatus: (status: string) => status is KnownWriteStatus =
  OpenEnum.isKnown(writeStatuses)

/**
 * A write to the platform has ended: a record was created, updated or deleted, or a file was attached to it, or one of
 * these failed.
 *
 * **Details**
 *
 * `eventType` begins with the data type; {@link dataTypeOf} reads it.
 *
 * @category events
 * @since 0.1.0
 */
export interface WriteEvent extends Envelope {
  /** What the event is about: a check of it narrows `eventType` and `payload`. */
  readonly _tag: "Write"
  /** What happened, as Codat names it. */
  readonly eventType: WriteEventType
  /** The write and how it ended. */
  readonly payload: {
    /** The id of the write, which is the key of the push operation. */
    readonly id: string
    /** What was to be done, such as `Create`, also when the write failed. */
    readonly type?: WriteType | undefined
    /** The company whose data was written. */
    readonly referenceCompany?: CompanyReference | undefined
    /** The connection that was written to. */
    readonly connectionId?: string | undefined
    /** When the write was requested. */
    readonly requestedOnDate?: DateTime.Utc | undefined
    /** When the write ended. */
    readonly completedOnDate?: DateTime.Utc | undefined
    /** How the write ended, the same as the status of its push operation. */
    readonly status?: WriteStatus | undefined
    /** The record in the platform; absent when there is none after the write. */
    readonly record?:
      | {
          /** The platform's id of the record, not one of Codat's. */
          readonly id?: string | undefined
        }
      | undefined
    /** The id of the file that was attached. */
    readonly attachmentId?: string | undefined
  }
}

const WriteEvent = Schema.Struct({
  _tag: Schema.Literal("Write"),
  ...envelope,
  eventType: WriteEventType,
  payload: Schema.Struct({
    id: Schema.String,
    type: Nullish.optional(OpenEnum.make(writeTypes)),
    referenceCompany: Nullish.optional(CompanyReference),
    connectionId: Nullish.optional(Schema.String),
    requestedOnDate: Nullish.optional(UtcFromString),
    completedOnDate: Nullish.optional(UtcFromString),
    status: Nullish.optional(OpenEnum.make(writeStatuses)),
    record: Nullish.optional(Schema.Struct({ id: Nullish.optional(Schema.String) })),
    attachmentId: Nullish.optional(Schema.String)
  })
})

/**
 * The data type that a write was about: `bills` for `bills.write.successful`.
 *
 * **Example** (Bills that were not written)
 *
 * ```ts
 * import { WebhookEvent } from "effect-codat"
 *
 * const isFailedBill = (event: WebhookEvent.WriteEvent): boolean =>
 *   WebhookEvent.dataTypeOf(event) === "bills" && event.payload.status !== "Success"
 * ```
 *
 * @category writes
 * @since 0.1.0
 */
export const dataTypeOf = (event: WriteEvent): DataType =>
  // Any text is a data type, known or not: the brand of the unknown ones exists in the type only.
  event.eventType.slice(0, event.eventType.lastIndexOf(".write.")) as DataType

// -----------------------------------------------------------------------------
// Rate limits
// -----------------------------------------------------------------------------

/**
 * The daily quota of requests was used up, or it was reset.
 *
 * @category events
 * @since 0.1.0
 */
export interface RateLimitEvent extends Envelope {
  /** What the event is about: a check of it narrows `eventType` and `payload`. */
  readonly _tag: "RateLimit"
  /** What happened, as Codat names it. */
  readonly eventType: RateLimitEventType
  /** The state of the quota. */
  readonly payload: {
    /** The number of requests that are allowed in a day. */
    readonly dailyQuota?: number | undefined
    /** The number of requests of the daily quota that are left. */
    readonly quotaRemaining?: number | undefined
    /** When the quota is reset. Also absent when the text that Codat sent is not a valid time. */
    readonly expiryDate?: DateTime.Utc | undefined
  }
}

const RateLimitEvent = Schema.Struct({
  _tag: Schema.Literal("RateLimit"),
  ...envelope,
  eventType: RateLimitEventType,
  payload: Schema.Struct({
    dailyQuota: Nullish.optional(Schema.Finite),
    quotaRemaining: Nullish.optional(Schema.Finite),
    // Codat's own example of the event, which its portal can send as a test, has the invalid time `23:59:99`.
    expiryDate: Nullish.optional(UtcFromString).pipe(
      Schema.catchDecoding(() => Effect.succeed(Option.none()))
    )
  })
})

// -----------------------------------------------------------------------------
// All events
// -----------------------------------------------------------------------------

/**
 * An event that this version cannot read: its type is unknown, or its payload does not have the documented form.
 *
 * **Details**
 *
 * The signature was verified, so the event comes from Codat. `payload` is the JSON as it was sent, and absent when the
 * body has none. When the type is a known one, `Webhook` logs a warning that says where the payload differs.
 *
 * @category events
 * @since 0.1.0
 */
export interface UnrecognizedEvent extends Envelope {
  /** What the event is about: a check of it narrows `eventType` and `payload`. */
  readonly _tag: "Unrecognized"
  /** The event type that Codat sent, as it was sent. */
  readonly eventType: UnrecognizedEventType
  /** The JSON of the payload as it was sent, not checked; absent when the body has none. */
  readonly payload?: unknown
}

const UnrecognizedEvent = Schema.Struct({
  _tag: Schema.Literal("Unrecognized"),
  ...envelope,
  eventType: Schema.String.pipe(Schema.brand("effect-codat/UnrecognizedEventType")),
  payload: Schema.optional(Schema.Unknown)
})

/**
 * An event that a webhook delivered.
 *
 * **Details**
 *
 * `_tag` says what the event is about and narrows `payload`; `eventType` says what happened. Null decodes
 * to absent. New values of enumerations keep their text, new properties are ignored, and an event of a new type is an
 * {@link UnrecognizedEvent}. The payloads are those of Codat's OpenAPI specification, which requires no property. Here
 * an `id` is required, and the `connection` of an event about a connection.
 *
 * **Example** (Telling events apart)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { WebhookEvent } from "effect-codat"
 *
 * const onEvent = (event: WebhookEvent.WebhookEvent) => {
 *   switch (event._tag) {
 *     case "Connection":
 *       return event.eventType === "connection.disconnected"
 *         ? Effect.log("disconnected", event.payload.connection.id)
 *         : Effect.void
 *     case "Company":
 *     case "CompanyProduct":
 *       return Effect.log(event.eventType, event.payload.id)
 *     case "Read":
 *       return Effect.log("new data of", event.payload.referenceCompany?.id)
 *     case "Write":
 *       return Effect.log(WebhookEvent.dataTypeOf(event), event.payload.status)
 *     case "RateLimit":
 *       return Effect.logWarning(event.eventType)
 *     case "Unrecognized":
 *       return Effect.logDebug("ignored", event.eventType)
 *   }
 * }
 * ```
 *
 * @category events
 * @since 0.1.0
 */
export type WebhookEvent =
  | ConnectionEvent
  | CompanyEvent
  | CompanyProductEvent
  | ReadEvent
  | WriteEvent
  | RateLimitEvent
  | UnrecognizedEvent

/**
 * The schema of {@link WebhookEvent}.
 *
 * **When to use**
 *
 * To put an event on a queue or in a database as JSON, and to read it there. `Webhook` decodes deliveries by itself.
 *
 * **Example** (Through a queue)
 *
 * ```ts
 * import { Schema } from "effect"
 * import { WebhookEvent } from "effect-codat"
 *
 * const Queued = Schema.fromJsonString(WebhookEvent.WebhookEvent)
 *
 * const write = Schema.encodeEffect(Queued)
 * const read = Schema.decodeEffect(Queued)
 * ```
 *
 * @category events
 * @since 0.1.0
 */
export const WebhookEvent: Schema.Codec<WebhookEvent, Model.Encoded<WebhookEvent>> = Schema.Union([
  ConnectionEvent,
  CompanyEvent,
  CompanyProductEvent,
  ReadEvent,
  WriteEvent,
  RateLimitEvent,
  UnrecognizedEvent
])
