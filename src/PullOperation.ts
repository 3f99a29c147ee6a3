/**
 * The model: one read of one data type from a platform, which Codat has also called a dataset.
 *
 * @module PullOperation
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import { DatasetStatus, DataType } from "./DataType.ts"
import { UtcFromString } from "./internal/model/Dates.ts"
import * as Nullish from "./internal/model/Nullish.ts"
import type { Encoded } from "./Model.ts"

/**
 * One read of one data type of a connection.
 *
 * @category models
 * @since 0.1.0
 */
export interface PullOperation {
  /** A UUID, which is the `datasetId` of `Data.operation` and `Data.validation`. */
  readonly id: string
  /** The id of the company, a UUID. */
  readonly companyId: string
  /** The id of the connection, a UUID. */
  readonly connectionId: string
  /** The data type that is read. For a custom data type, your name for it. */
  readonly dataType: DataType
  /** How far the read is, such as `Fetching` or `Complete`: see {@link hasEnded} and {@link hasFailed}. */
  readonly status: DatasetStatus
  /** More about the status, such as until when a read is paused. */
  readonly statusDescription?: string | undefined
  /** What Codat or the platform says about an error. */
  readonly errorMessage?: string | undefined
  /** When the read was requested; after that it can wait in a queue. */
  readonly requested: DateTime.Utc
  /** When the read ended; absent until it has. */
  readonly completed?: DateTime.Utc | undefined
  /** The progress of the read. Codat's specification does not state the unit. */
  readonly progress: number
  /** Whether the read ended with success. */
  readonly isCompleted: boolean
  /** Whether the status of the read is an error. */
  readonly isErrored: boolean
}

/**
 * The schema of {@link PullOperation}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const PullOperation: Schema.Codec<PullOperation, Encoded<PullOperation>> = Schema.Struct({
  id: Schema.String,
  companyId: Schema.String,
  connectionId: Schema.String,
  dataType: DataType,
  status: DatasetStatus,
  statusDescription: Nullish.optional(Schema.String),
  errorMessage: Nullish.optional(Schema.String),
  requested: UtcFromString,
  completed: Nullish.optional(UtcFromString),
  progress: Schema.Finite,
  isCompleted: Schema.Boolean,
  isErrored: Schema.Boolean
})

const endedStatuses: ReadonlyArray<string> = ["Complete", "Cancelled", "NotSupported", "PrerequisiteNotMet"]

/**
 * Whether a read has ended, with or without success.
 *
 * **Details**
 *
 * True when Codat says `isCompleted` or `isErrored`, or when the status is `Complete`, `Cancelled`, `NotSupported`,
 * `PrerequisiteNotMet` or one that ends in `Error`.
 *
 * **Example** (What is still being read)
 *
 * ```ts
 * import { PullOperation } from "effect-codat"
 *
 * const running = (operations: ReadonlyArray<PullOperation.PullOperation>) =>
 *   operations.filter((operation) => !PullOperation.hasEnded(operation))
 * ```
 *
 * @category predicates
 * @since 0.1.0
 */
export const hasEnded = ({ isCompleted, isErrored, status }: PullOperation): boolean =>
  isCompleted || isErrored || endedStatuses.includes(status) || status.endsWith("Error")

/**
 * Whether a read has ended without its data.
 *
 * **Example** (One line about a read)
 *
 * ```ts
 * import { PullOperation } from "effect-codat"
 *
 * const report = (operation: PullOperation.PullOperation): string =>
 *   PullOperation.hasFailed(operation)
 *     ? `${operation.dataType}: ${operation.errorMessage ?? operation.status}`
 *     : `${operation.dataType}: ${operation.progress} %`
 * ```
 *
 * @category predicates
 * @since 0.1.0
 */
export const hasFailed = (operation: PullOperation): boolean =>
  hasEnded(operation) && (operation.isErrored || operation.status !== "Complete")
