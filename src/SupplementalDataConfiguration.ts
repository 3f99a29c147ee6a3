/**
 * The model: what Codat reads and writes of a data type in addition to its standard properties.
 *
 * @module SupplementalDataConfiguration
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Nullish from "./internal/model/Nullish.ts"
import type { Encoded } from "./Model.ts"

/**
 * One source of supplemental data.
 *
 * @category models
 * @since 0.1.0
 */
export interface SupplementalDataSource {
  /** The endpoint of the platform. */
  readonly dataSource?: string | undefined
  /** What is read in addition to the standard properties: the platform's name for each name of yours. */
  readonly pullData?: { readonly [name: string]: string } | undefined
  /** What is written in addition to the standard properties: the platform's name for each name of yours. */
  readonly pushData?: { readonly [name: string]: string } | undefined
}

/**
 * The schema of {@link SupplementalDataSource}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const SupplementalDataSource: Schema.Codec<
  SupplementalDataSource,
  Encoded<SupplementalDataSource>
> = Schema.Struct({
  dataSource: Nullish.optional(Schema.String),
  pullData: Nullish.optional(Nullish.record(Schema.String)),
  pushData: Nullish.optional(Nullish.record(Schema.String))
})

/**
 * The supplemental data of a data type on a platform.
 *
 * @category models
 * @since 0.1.0
 */
export interface SupplementalDataConfiguration {
  /** Each source, by your name for it; empty where nothing is configured. */
  readonly supplementalDataConfig: { readonly [name: string]: SupplementalDataSource }
}

/**
 * The schema of {@link SupplementalDataConfiguration}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const SupplementalDataConfiguration: Schema.Codec<
  SupplementalDataConfiguration,
  Encoded<SupplementalDataConfiguration>
> = Schema.Struct({
  supplementalDataConfig: Nullish.withDefault(Nullish.record(SupplementalDataSource), () => ({}))
})
