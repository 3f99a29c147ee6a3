/**
 * The model: how often, and how far back, Codat reads a data type.
 *
 * @module SyncSetting
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import { DataType } from "./DataType.ts"
import { UtcFromString } from "./internal/model/Dates.ts"
import * as Nullish from "./internal/model/Nullish.ts"
import type { Encoded } from "./Model.ts"

/**
 * How often, and how far back, one data type is read.
 *
 * @category models
 * @since 0.1.0
 */
export interface SyncSetting {
  /** The data type that the setting is about, such as `invoices`. */
  readonly dataType: DataType
  /** Whether the data type is read as soon as a connection is linked, and by `Data.refreshAll`. */
  readonly fetchOnFirstLink: boolean
  /** After how many hours the data type is read again. */
  readonly syncSchedule: number
  /** The position of the data type in the order of reading, from 0. */
  readonly syncOrder: number
  /** The date from which data is read. Codat accepts either this or `syncFromWindow`. */
  readonly syncFromUtc?: DateTime.Utc | undefined
  /** How many months back data is read. */
  readonly syncFromWindow?: number | undefined
  /** How many months a report covers: only `balanceSheet` and `profitAndLoss` have it. */
  readonly monthsToSync?: number | undefined
  /** Whether the setting is locked at Codat. */
  readonly isLocked?: boolean | undefined
}

/**
 * The schema of {@link SyncSetting}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const SyncSetting: Schema.Codec<SyncSetting, Encoded<SyncSetting>> = Schema.Struct({
  dataType: DataType,
  fetchOnFirstLink: Schema.Boolean,
  syncSchedule: Schema.Finite,
  syncOrder: Schema.Finite,
  syncFromUtc: Nullish.optional(UtcFromString),
  syncFromWindow: Nullish.optional(Schema.Finite),
  monthsToSync: Nullish.optional(Schema.Finite),
  isLocked: Nullish.optional(Schema.Boolean)
})

/**
 * The settings of a company.
 *
 * @category models
 * @since 0.1.0
 */
export interface CompanySettings {
  /** The id of the company, a UUID. */
  readonly companyId?: string | undefined
  /** One for each data type; empty where Codat sends none. */
  readonly settings: ReadonlyArray<SyncSetting>
  /** Whether the company has settings of its own, in place of the client's. */
  readonly overridesDefaults?: boolean | undefined
}

/**
 * The schema of {@link CompanySettings}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const CompanySettings: Schema.Codec<CompanySettings, Encoded<CompanySettings>> = Schema.Struct({
  companyId: Nullish.optional(Schema.String),
  settings: Nullish.withDefault(Schema.Array(SyncSetting), () => []),
  overridesDefaults: Nullish.optional(Schema.Boolean)
})

/**
 * The settings of a client, which apply to each company without settings of its own.
 *
 * @category models
 * @since 0.1.0
 */
export interface DefaultSettings {
  /** The id of your Codat client, which `SyncSettings.setDefaults` takes. */
  readonly clientId?: string | undefined
  /** One for each data type; empty where Codat sends none. */
  readonly settings: ReadonlyArray<SyncSetting>
  /** Whether the client has settings of its own, in place of Codat's. */
  readonly overridesDefaults?: boolean | undefined
}

/**
 * The schema of {@link DefaultSettings}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const DefaultSettings: Schema.Codec<DefaultSettings, Encoded<DefaultSettings>> = Schema.Struct({
  clientId: Nullish.optional(Schema.String),
  settings: Nullish.withDefault(Schema.Array(SyncSetting), () => []),
  overridesDefaults: Nullish.optional(Schema.Boolean)
})
