/**
 * The model: which values a platform accepts when a record of a data type is written to it.
 *
 * @module PushOption
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Nullish from "./internal/model/Nullish.ts"
import * as OpenEnum from "./internal/model/OpenEnum.ts"
import type { Encoded, Unrecognized } from "./Model.ts"

const types = ["Array", "Object", "String", "Number", "Boolean", "DateTime", "File", "MultiPart"] as const

/**
 * A kind of value that this version knows.
 *
 * @category models
 * @since 0.1.0
 */
export type KnownPushOptionType = (typeof types)[number]

/**
 * The kind of value that an option takes: `Array`, `Object`, `String`, `Number`, `Boolean`, `DateTime`, `File`,
 * `MultiPart`, or a `Model.Unrecognized` value.
 *
 * @category models
 * @since 0.1.0
 */
export type PushOptionType = KnownPushOptionType | Unrecognized

/**
 * The schema of {@link PushOptionType}: any string.
 *
 * @category models
 * @since 0.1.0
 */
export const PushOptionType: Schema.Codec<PushOptionType, string> = OpenEnum.make(types)

/**
 * Tells a kind of value that this version knows from other text. The comparison is case-sensitive.
 *
 * **Example** (A label for each)
 *
 * ```ts
 * import { PushOption } from "effect-codat"
 *
 * const label = (type: PushOption.PushOptionType): string =>
 *   PushOption.isKnownPushOptionType(type) ? type : `new to us: ${type}`
 * ```
 *
 * @function
 * @category guards
 * @since 0.1.0
 */
export const isKnownPushOptionType: (type: string) => type is KnownPushOptionType = OpenEnum.isKnown(types)

/**
 * One of the values that can be chosen from.
 *
 * @category models
 * @since 0.1.0
 */
export interface PushOptionChoice {
  /** The value to write, as text whatever its `type`. */
  readonly value?: string | undefined
  /** The kind of the value. */
  readonly type?: PushOptionType | undefined
  /** The name of the choice, to show to people: `value` is what to write. */
  readonly displayName?: string | undefined
  /** What the choice means, to show to people. */
  readonly description?: string | undefined
  /** Whether it is required; Codat's specification does not say what this means for a single choice. */
  readonly required?: boolean | undefined
}

/**
 * The schema of {@link PushOptionChoice}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const PushOptionChoice: Schema.Codec<PushOptionChoice, Encoded<PushOptionChoice>> = Schema.Struct({
  value: Nullish.optional(Schema.String),
  type: Nullish.optional(PushOptionType),
  displayName: Nullish.optional(Schema.String),
  description: Nullish.optional(Schema.String),
  required: Nullish.optional(Schema.Boolean)
})

/**
 * One requirement of the platform for a value.
 *
 * @category models
 * @since 0.1.0
 */
export interface PushFieldValidation {
  /** The name of the field that the requirement is about. */
  readonly field?: string | undefined
  /** The requirement in words. */
  readonly details: string
  /** A URI that identifies the requirement. */
  readonly ref?: string | undefined
}

/**
 * The schema of {@link PushFieldValidation}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const PushFieldValidation: Schema.Codec<
  PushFieldValidation,
  Encoded<PushFieldValidation>
> = Schema.Struct({
  field: Nullish.optional(Schema.String),
  details: Schema.String,
  ref: Nullish.optional(Schema.String)
})

/**
 * The platform's requirements for a value.
 *
 * @category models
 * @since 0.1.0
 */
export interface PushValidation {
  /** The requirements that are warnings. */
  readonly warnings?: ReadonlyArray<PushFieldValidation> | undefined
  /** The requirements that are for information. */
  readonly information?: ReadonlyArray<PushFieldValidation> | undefined
}

/**
 * The schema of {@link PushValidation}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const PushValidation: Schema.Codec<PushValidation, Encoded<PushValidation>> = Schema.Struct({
  warnings: Nullish.optional(Schema.Array(PushFieldValidation)),
  information: Nullish.optional(Schema.Array(PushFieldValidation))
})

/**
 * What a record, or a property of it, can hold when it is written to a platform.
 *
 * **Details**
 *
 * It describes all levels of a record: a property of a property is a `PushOption` too.
 *
 * **Example** (The required properties)
 *
 * ```ts
 * import type { PushOption } from "effect-codat"
 *
 * const requiredOf = (option: PushOption.PushOption): ReadonlyArray<string> =>
 *   Object.entries(option.properties ?? {}).flatMap(([name, property]) => (property.required ? [name] : []))
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export interface PushOption {
  /** The kind of value to write, such as `Object` or `String`. */
  readonly type: PushOptionType
  /** The name of the property, to show to people: the key in `properties` is the name to write. */
  readonly displayName: string
  /** What the property means, to show to people. */
  readonly description?: string | undefined
  /** Whether a record must have the property. */
  readonly required: boolean
  /** The properties of an `Object`, or of each entry of an `Array`. */
  readonly properties?: { readonly [name: string]: PushOption } | undefined
  /** The values that can be chosen from; absent where any value is allowed. */
  readonly options?: ReadonlyArray<PushOptionChoice> | undefined
  /** The platform's requirements for the value. */
  readonly validation?: PushValidation | undefined
}

/**
 * The schema of {@link PushOption}, from and to Codat's JSON, to any depth.
 *
 * @category models
 * @since 0.1.0
 */
export const PushOption: Schema.Codec<PushOption, Encoded<PushOption>> = Schema.Struct({
  type: PushOptionType,
  displayName: Schema.String,
  description: Nullish.optional(Schema.String),
  required: Schema.Boolean,
  properties: Nullish.optional(
    Nullish.record(Schema.suspend((): Schema.Codec<PushOption, Encoded<PushOption>> => PushOption))
  ),
  options: Nullish.optional(Schema.Array(PushOptionChoice)),
  validation: Nullish.optional(PushValidation)
})
