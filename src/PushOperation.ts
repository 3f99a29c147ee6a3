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
  readonly type?: ChangeType | undefined
  readonly recordRef?:
    | { readonly id?: string | undefined; readonly dataType?: DataType | undefined }
    | undefined
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
  readonly companyId: string
  /** The connection that is written to. */
  readonly dataConnectionKey: string
  readonly dataType?: DataType | undefined
  readonly status: PushStatus
  /** The result of the write, as an HTTP status. */
  readonly statusCode: number
  readonly requestedOnUtc: DateTime.Utc
  /** When the write ended; absent while it is `Pending`. */
  readonly completedOnUtc?: DateTime.Utc | undefined
  /** After how many minutes the write times out. */
  readonly timeoutInMinutes?: number | undefined
  /** @deprecated Codat replaced it with `timeoutInMinutes`. */
  readonly timeoutInSeconds?: number | undefined
  readonly errorMessage?: string | undefined
  /** What Codat found when it validated the record. */
  readonly validation?: ValidationResult | undefined
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
