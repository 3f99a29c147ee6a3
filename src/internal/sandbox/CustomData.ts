/**
 * Custom data types: the configurations of platforms, and the records of a refresh.
 */
import * as Schema from "effect/Schema"
import * as Must from "./Must.ts"
import * as Prng from "./Prng.ts"

const CustomConfig = Must.open({
  dataSource: Schema.optional(Schema.String),
  requiredData: Schema.optional(Schema.Record(Schema.String, Schema.String)),
  keyBy: Schema.optional(Schema.Array(Schema.String)),
  sourceModifiedDate: Schema.optional(Schema.Array(Schema.String))
})

/** The configuration of a custom data type as in Codat's JSON. */
export type CustomConfigJson = typeof CustomConfig.Type

/** A record of a custom data type as in Codat's JSON. */
export interface CustomRecordJson {
  readonly id: string
  readonly content: { readonly [key: string]: { readonly value: string } }
  readonly modifiedDate: { readonly modifiedDate: string }
}

export const Configs = Schema.Record(Schema.String, CustomConfig)
export type Configs = typeof Configs.Type

export interface CustomData {
  readonly get: (platformKey: string, identifier: string) => CustomConfigJson | undefined
  readonly set: (platformKey: string, identifier: string, config: CustomConfigJson) => void
  /** The configurations, with keys such as `gbol/identifier`. */
  readonly all: () => Configs
  readonly restore: (configs: Configs) => void
  /** The records of a connection, the same each time. */
  readonly records: (
    connectionId: string,
    identifier: string,
    config: CustomConfigJson
  ) => ReadonlyArray<CustomRecordJson>
}

const firstModified = Date.UTC(2023, 0, 1)

export const make = (seed: number | string): CustomData => {
  const configs = new Map<string, CustomConfigJson>()
  return {
    get: (platformKey, identifier) => configs.get(`${platformKey}/${identifier}`),
    set: (platformKey, identifier, config) => {
      configs.set(`${platformKey}/${identifier}`, config)
    },
    all: () => Object.fromEntries(configs),
    restore: (kept) => {
      configs.clear()
      for (const [key, config] of Object.entries(kept)) configs.set(key, config)
    },
    records: (connectionId, identifier, config) => {
      const random = Prng.make(seed, `custom:${connectionId}:${identifier}`)
      const names = Object.keys(config.requiredData ?? {})
      return Array.from({ length: random.between(101, 250) }, (_, index) => ({
        id: random.uuid(),
        content: Object.fromEntries(names.map((name) => [name, { value: `${name} ${index + 1}` }])),
        modifiedDate: { modifiedDate: new Date(firstModified + index * 60_000).toISOString() }
      }))
    }
  }
}
