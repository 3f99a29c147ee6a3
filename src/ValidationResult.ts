/**
 * The model: what Codat found when it validated the data that it read.
 *
 * @module ValidationResult
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Nullish from "./internal/model/Nullish.ts"
import type { Encoded } from "./Model.ts"

/**
 * One finding of a validation.
 *
 * @category models
 * @since 0.1.0
 */
export interface ValidationItem {
  /** The rule that is not met. */
  readonly ruleId?: string | undefined
  /** The record that does not meet it. */
  readonly itemId?: string | undefined
  /** The warning or error in words. */
  readonly message?: string | undefined
  /** The name of the validator that checked the record. */
  readonly validatorName?: string | undefined
}

/**
 * The schema of {@link ValidationItem}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const ValidationItem: Schema.Codec<ValidationItem, Encoded<ValidationItem>> = Schema.Struct({
  ruleId: Nullish.optional(Schema.String),
  itemId: Nullish.optional(Schema.String),
  message: Nullish.optional(Schema.String),
  validatorName: Nullish.optional(Schema.String)
})

/**
 * The findings of a validation; each list is empty where Codat sends none.
 *
 * @category models
 * @since 0.1.0
 */
export interface ValidationResult {
  /** The findings that are errors; empty where Codat sends none. */
  readonly errors: ReadonlyArray<ValidationItem>
  /** The findings that are warnings; empty where Codat sends none. */
  readonly warnings: ReadonlyArray<ValidationItem>
}

/**
 * The schema of {@link ValidationResult}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const ValidationResult: Schema.Codec<ValidationResult, Encoded<ValidationResult>> = Schema.Struct({
  errors: Nullish.withDefault(Schema.Array(ValidationItem), () => []),
  warnings: Nullish.withDefault(Schema.Array(ValidationItem), () => [])
})
