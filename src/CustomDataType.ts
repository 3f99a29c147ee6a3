/**
 * The models: a data type that you define, and its records.
 *
 * @module CustomDataType
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import { UtcFromString } from "./internal/model/Dates.ts"
import * as Nullish from "./internal/model/Nullish.ts"
import type { Encoded } from "./Model.ts"

/**
 * Where a platform has the data of a custom data type, and how it is read there.
 *
 * **Details**
 *
 * Codat's OpenAPI specification requires none of the properties, and Codat checks none of their values.
 *
 * @category models
 * @since 0.1.0
 */
export interface CustomDataConfiguration {
  /** The endpoint of the platform that is read. */
  readonly dataSource?: string | undefined
  /** Where in the platform's data each property is, such as `$[*].currencyCode`, by your name for it. */
  readonly requiredData?: { readonly [name: string]: string } | undefined
  /** The parts that identify a record, such as `$[*].id`. */
  readonly keyBy?: ReadonlyArray<string> | undefined
  /** Where in the platform's data the time of a record's last change is. */
  readonly sourceModifiedDate?: ReadonlyArray<string> | undefined
}

/**
 * The schema of {@link CustomDataConfiguration}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const CustomDataConfiguration: Schema.Codec<
  CustomDataConfiguration,
  Encoded<CustomDataConfiguration>
> = Schema.Struct({
  dataSource: Nullish.optional(Schema.String),
  requiredData: Nullish.optional(Nullish.record(Schema.String)),
  keyBy: Nullish.optional(Schema.Array(Schema.String)),
  sourceModifiedDate: Nullish.optional(Schema.Array(Schema.String))
})

/**
 * One record of a custom data type.
 *
 * @category models
 * @since 0.1.0
 */
export interface CustomDataRecord {
  /** The id of the record; Codat's specification does not say what form it has. */
  readonly id?: string | undefined
  /** What the platform holds, by the names of `requiredData`; nulls in it are kept. */
  readonly content?: { readonly [name: string]: unknown } | undefined
  /** When Codat's copy of the record last changed. */
  readonly modifiedDate?:
    | {
        /** The same time; Codat nests it. It is not the time at which the record changed in the platform. */
        readonly modifiedDate?: DateTime.Utc | undefined
      }
    | undefined
}

/**
 * The schema of {@link CustomDataRecord}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const CustomDataRecord: Schema.Codec<CustomDataRecord, Encoded<CustomDataRecord>> = Schema.Struct({
  id: Nullish.optional(Schema.String),
  content: Nullish.optional(Schema.Record(Schema.String, Schema.Unknown)),
  modifiedDate: Nullish.optional(Schema.Struct({ modifiedDate: Nullish.optional(UtcFromString) }))
})
