/**
 * How often, and how far back, each data type is read: the defaults, and the settings of single companies.
 */
import * as Schema from "effect/Schema"
import * as DataType from "../../DataType.ts"
import * as DataTypes from "./DataTypes.ts"
import type { CompanyEntry } from "./Entries.ts"
import * as Must from "./Must.ts"

const SyncSetting = Must.open({
  dataType: Schema.String,
  fetchOnFirstLink: Schema.Boolean,
  syncSchedule: Schema.Finite,
  syncOrder: Schema.Finite,
  syncFromUtc: Schema.optional(Schema.String),
  syncFromWindow: Schema.optional(Schema.Finite),
  monthsToSync: Schema.optional(Schema.Finite),
  isLocked: Schema.optional(Schema.Boolean)
})

/** The sync setting of one data type as in Codat's JSON. */
export type SyncSettingJson = typeof SyncSetting.Type

export const Kept = Must.open({
  settings: Schema.Array(SyncSetting),
  overridesDefaults: Schema.Boolean
})

/** Settings as they are stored. */
export type Kept = typeof Kept.Type

export interface SyncSettings {
  readonly defaults: () => Kept & { readonly clientId: string }
  /** The default settings, as they are stored. */
  readonly kept: () => Kept
  /** Changes the default settings of the given data types. */
  readonly setDefaults: (changes: Kept) => void
  readonly of: (company: CompanyEntry) => Kept & { readonly companyId: string }
  readonly set: (company: CompanyEntry, changes: Kept) => void
  /** The data types that are read when a company links. */
  readonly onFirstLink: (company: CompanyEntry) => ReadonlySet<string>
  readonly forget: (company: CompanyEntry) => void
  /** The settings of a single company, also when they do not override the defaults. */
  readonly own: (company: CompanyEntry) => Kept | undefined
  readonly restore: (defaults: Kept, own: ReadonlyArray<readonly [CompanyEntry, Kept]>) => void
}

const initial: ReadonlyArray<SyncSettingJson> = DataType.knownDataTypes.map((dataType, syncOrder) => ({
  dataType,
  fetchOnFirstLink: DataTypes.onFirstLink.has(dataType),
  syncSchedule: 24,
  syncOrder,
  syncFromWindow: 24,
  ...(dataType === "balanceSheet" || dataType === "profitAndLoss" ? { monthsToSync: 24 } : undefined),
  isLocked: false
}))

const merged = (
  before: ReadonlyArray<SyncSettingJson>,
  changes: ReadonlyArray<SyncSettingJson>
): ReadonlyArray<SyncSettingJson> => {
  const byType = new Map(before.map((setting) => [setting.dataType, setting]))
  for (const change of changes) byType.set(change.dataType, change)
  return [...byType.values()]
}

export const make = (clientId: string): SyncSettings => {
  let defaults: Kept = { settings: initial, overridesDefaults: false }
  const own = new Map<CompanyEntry, Kept>()
  const of = (company: CompanyEntry): Kept => {
    const kept = own.get(company)
    return kept?.overridesDefaults === true ? kept : { ...defaults, overridesDefaults: false }
  }
  return {
    defaults: () => ({ clientId, ...defaults }),
    kept: () => defaults,
    setDefaults: ({ overridesDefaults, settings }) => {
      defaults = { settings: merged(defaults.settings, settings), overridesDefaults }
    },
    of: (company) => ({ companyId: company.data.id, ...of(company) }),
    set: (company, { overridesDefaults, settings }) => {
      own.set(company, { settings: merged(of(company).settings, settings), overridesDefaults })
    },
    onFirstLink: (company) =>
      new Set(
        of(company)
          .settings.filter((setting) => setting.fetchOnFirstLink)
          .map((setting) => setting.dataType)
      ),
    forget: (company) => {
      own.delete(company)
    },
    own: (company) => own.get(company),
    restore: (kept, companies) => {
      defaults = kept
      own.clear()
      for (const [company, settings] of companies) own.set(company, settings)
    }
  }
}
