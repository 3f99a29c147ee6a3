/**
 * The model: a record that is written, changed or deleted at a platform, and the result.
 *
 * @module PushOperation
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import { DataType } from "./DataType.ts"
import { UtcFromString } from "./internal/model/Dates.ts"
import * as Nullish from "./internal/model/Nullish.ts"
import * as OpenEnum from "./internal/model/OpenEnum.ts"
import type { Encoded, Unrecognized } from "./Model.ts"
import { ValidationResult } from "./ValidationResult.ts"

const statuses = ["Pending", "Failed", "Success", "TimedOut"] as const

const changeTypes = ["Unknown", "Created", "Modified", "Deleted", "AttachmentUploaded"] as const

/**
 * A status of a write that this version knows.
 *
 * @category models
 * @since 0.1.0
 */
export type KnownPushStatus = (typeof statuses)[number]

/**
 * The status of a write: `Pending`, `Failed`, `Success`, `TimedOut`, or a `Model.Unrecognized` value.
 *
 * @category models
 * @since 0.1.0
 */
export type PushStatus = KnownPushStatus | Unrecognized

/**
 * The schema of {@link PushStatus}: any string.
 *
 * @category models
 * @since 0.1.0
 */
export const PushStatus: Schema.Codec<PushStatus, string> = OpenEnum.make(statuses)

/**
 * Tells a status of a write that this version knows from other text. The comparison is case-sensitive.
 *
 * **Example** (A label for each)
 *
 * ```ts
 * import { PushOperation } from "effect-codat"
 *
 * const label = (status: PushOperation.PushStatus): string =>
 *   PushOperation.isKnownPushStatus(status) ? status : `new to us: ${status}`
 * ```
 *
 * @function
 * @category guards
 * @since 0.1.0
 */
export const isKnownPushStatus: (status: string) => status is KnownPushStatus = OpenEnum.isKnown(statuses)

/**
 * A type of change that this version knows.
 *
 * @category models
 * @since 0.1.0
 */
export type KnownChangeType = (typeof changeTypes)[number]

/**
 * What a write does to a record: `Created`, `Modified`, `Deleted`, `AttachmentUploaded`, `Unknown`, or a
 * `Model.Unrecognized` value.
 *
 * @category models
 * @since 0.1.0
 */
export type ChangeType = KnownChangeType | Unrecognized

/**
 * The schema of {@link ChangeType}: any string.
 *
 * @category models
 * @since 0.1.0
 */
export const ChangeType: Schema.Codec<ChangeType, string> = OpenEnum.make(changeTypes)

/**
 * Tells a type of change that this version knows from other text. The comparison is case-sensitive.
 *
 * **Example** (A label for each)
 *
 * ```ts
 * import { PushOperation } from "effect-codat"
 *
 * const label = (type: PushOperation.ChangeType): string =>
 *   PushOperation.isKnownChangeType(type) ? type : `new to us: ${type}`
 * ```
 *
 * @function
 * @category guards
 * @since 0.1.0
 */
export const isKnownChangeType: (type: string) => type is KnownChangeType = OpenEnum.isKnown(changeTypes)

/**
 * Which record changed at the platform, and how.
 *
 * @category models
 * @since 0.1.0
 */
export interface Change {
  /** What happened to the record, such as `Created`. */
  readonly type?: ChangeType | undefined
  /** The record that changed. */
  readonly recordRef?:
    | {
        /** The id; Codat's specification describes it as that of a push operation, although this is a record. */
        readonly id?: string | undefined
        /** The data type of the record, such as `invoices`. */
        readonly dataType?: DataType | undefined
      }
    | undefined
  /** The id of the attachment that was created; absent when there is none. */
  readonly attachmentId?: string | undefined
}

/**
 * The schema of {@link Change}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const Change: Schema.Codec<Change, Encoded<Change>> = Schema.Struct({
  type: Nullish.optional(ChangeType),
  recordRef: Nullish.optional(
    Schema.Struct({ id: Nullish.optional(Schema.String), dataType: Nullish.optional(DataType) })
  ),
  attachmentId: Nullish.optional(Schema.String)
})

/**
 * One write to a platform.
 *
 * @category models
 * @since 0.1.0
 */
export interface PushOperation {
  /** A UUID that identifies the write permanently: store it to get the result later. */
  readonly pushOperationKey: string
  /** The id of the company, a UUID. */
  readonly companyId: string
  /** The connection that is written to. */
  readonly dataConnectionKey: string
  /** The data type of the record, such as `invoices`. */
  readonly dataType?: DataType | undefined
  /** How the write ended, or `Pending` while it has not. */
  readonly status: PushStatus
  /** Codat's status code of the write. Its specification does not list the codes. */
  readonly statusCode: number
  /** When the write was requested. */
  readonly requestedOnUtc: DateTime.Utc
  /** When the write ended; absent while it is `Pending`. */
  readonly completedOnUtc?: DateTime.Utc | undefined
  /** After how many minutes the write times out. */
  readonly timeoutInMinutes?: number | undefined
  /**
   * After how many seconds the write times out.
   *
   * @deprecated Codat replaced it with `timeoutInMinutes`.
   */
  readonly timeoutInSeconds?: number | undefined
  /** What Codat says about the error; absent when there is none. */
  readonly errorMessage?: string | undefined
  /** What Codat found when it validated the record. */
  readonly validation?: ValidationResult | undefined
  /** Which record changed and how: one entry, although it is a list. */
  readonly changes?: ReadonlyArray<Change> | undefined
}

/**
 * The schema of {@link PushOperation}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const PushOperation: Schema.Codec<PushOperation, Encoded<PushOperation>> = Schema.Struct({
  pushOperationKey: Schema.String,
  companyId: Schema.String,
  dataConnectionKey: Schema.String,
  dataType: Nullish.optional(DataType),
  status: PushStatus,
  statusCode: Schema.Finite,
  requestedOnUtc: UtcFromString,
  completedOnUtc: Nullish.optional(UtcFromString),
  timeoutInMinutes: Nullish.optional(Schema.Finite),
  timeoutInSeconds: Nullish.optional(Schema.Finite),
  errorMessage: Nullish.optional(Schema.String),
  validation: Nullish.optional(ValidationResult),
  changes: Nullish.optional(Schema.Array(Change))
})
