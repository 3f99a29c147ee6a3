/**
 * The rules for the options of a mirror.
 */
import * as CodatError from "../../CodatError.ts"
import * as Input from "../call/Input.ts"

/** The names of the options of `Mirror.layer`, which checks their values itself. */
export const layer = ["account", "pageSize", "concurrency", "maxMissing", "reserve", "keep", "onPage"]

export const changes = {
  after: Input.optional(Input.whole),
  live: Input.optional(Input.boolean),
  pollInterval: Input.optional(Input.nonNegativeDuration)
}

export const run = {
  reconcileEvery: Input.optional(Input.nonNegativeDuration),
  healEvery: Input.optional(Input.nonNegativeDuration)
}

/** The error for the first option that breaks its rule, or that is not known. */
export const mistake = (
  operation: string,
  rules: { readonly [name: string]: Input.Rule },
  options: object
): CodatError.CodatError | undefined => {
  const reason = Input.check(rules, options)
  return reason === undefined ? undefined : new CodatError.CodatError({ operation, reason, attempts: [] })
}
