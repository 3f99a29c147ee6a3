/**
 * The rules for the options of a mirror.
 */
import type * as CodatError from "../../CodatError.ts"
import * as Input from "../call/Input.ts"
import { refusedBy } from "../call/Refused.ts"

export const layer = {
  account: Input.optional(Input.nonEmptyText),
  pageSize: Input.optional(Input.pageSize),
  concurrency: Input.optional(Input.positiveWhole),
  maxMissing: Input.optional(Input.whole),
  reserve: Input.optional(Input.whole),
  keep: Input.optional(Input.nonNegativeDuration),
  onPage: Input.optional(Input.callback)
}

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
  return reason === undefined ? undefined : refusedBy(operation)(reason)
}
