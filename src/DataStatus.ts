/**
 * The model: the status of Codat's copy of a company's data, by data type.
 *
 * @module DataStatus
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import { DatasetStatus, DataType, type KnownDataType } from "./DataType.ts"
import { UtcFromString } from "./internal/model/Dates.ts"
import * as Nullish from "./internal/model/Nullish.ts"
import type { Encoded } from "./Model.ts"

/**
 * The status of Codat's copy of one data type of a company.
 *
 * @category models
 * @since 0.1.0
 */
export interface DataStatus {
  /** The data type that the status is about, such as `invoices`. */
  readonly dataType: DataType
  /** The status of the newest read. */
  readonly currentStatus: DatasetStatus
  /** When data was last read with success; absent before the first time. */
  readonly lastSuccessfulSync?: DateTime.Utc | undefined
  /** The id of the newest read, with or without success: a UUID. */
  readonly latestSyncId?: string | undefined
  /** The id of the newest successful read: a UUID, and the id of its pull operation. */
  readonly latestSuccessfulSyncId?: string | undefined
}

/**
 * The schema of {@link DataStatus}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const DataStatus: Schema.Codec<DataStatus, Encoded<DataStatus>> = Schema.Struct({
  dataType: DataType,
  currentStatus: DatasetStatus,
  lastSuccessfulSync: Nullish.optional(UtcFromString),
  latestSyncId: Nullish.optional(Schema.String),
  latestSuccessfulSyncId: Nullish.optional(Schema.String)
})

/**
 * The status of Codat's copy of a company's data, by data type. Data types that were never read are absent.
 *
 * **Example** (When were the invoices last read?)
 *
 * ```ts
 * import type { DataStatus } from "effect-codat"
 *
 * const invoicesReadAt = (statuses: DataStatus.DataStatuses) => statuses.invoices?.lastSuccessfulSync
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export interface DataStatuses extends Readonly<Partial<Record<KnownDataType, DataStatus | undefined>>> {
  readonly [dataType: string]: DataStatus | undefined
}

/**
 * The schema of {@link DataStatuses}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const DataStatuses: Schema.Codec<DataStatuses, Encoded<DataStatuses>> = Nullish.record(DataStatus)
