/**
 * Codat's filter language as text: which values can be written, how terms are joined, how a text is read, and which
 * texts are not filters.
 *
 *     either = both ("||" both)*
 *     both   = term ("&&" term)*
 *     term   = "{" either "}" | field comparison value
 *
 * A value ends at the next `&&`, `||` or brace, and white space around it is ignored. Codat documents neither quotes
 * nor escapes, so some values cannot be written.
 */

import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"

export type Comparison = "=" | "!=" | "~" | ">" | "<" | ">=" | "<="

/** Codat refuses a filter of this many characters or more. */
export const maxLength = 2048

/** Longer ones first: `=` is the end of `>=`. */
const comparisons = ["!=", ">=", "<=", "=", "~", ">", "<"] as const

/** Whether a value can be written in a filter such that it reads back as the same text. */
export const isValue = (value: string): boolean =>
  value !== "" && value === value.trim() && !/[=~<>{}]|&&|\|\|/.test(value) && value.isWellFormed()

const isField = (field: string): boolean => field.trim() !== "" && !/[=!~<>{}]|&&|\|\|/.test(field)

/** Stands for a value or a term that cannot be written. A filter that contains it is always refused by {@link check}. */
const unwritable = "{}"

/** A comparison. A name or value that cannot be written is replaced, so that it can never change the filter's meaning. */
export const comparison = (field: string, operator: Comparison, value: string): string =>
  isField(field) ? `${field}${operator}${isValue(value) ? value : unwritable}` : unwritable

const joined = (parts: ReadonlyArray<string>, operator: "&&" | "||", other: "&&" | "||"): string =>
  parts.length === 1
    ? parts.join()
    : parts.map((part) => (part.includes(other) ? `{${part}}` : part)).join(` ${operator} `)

const isBlank = (query: string): boolean => query.trim() === ""

/** All of the filters. An empty filter matches everything. */
export const and = (queries: ReadonlyArray<string>): string =>
  joined(
    queries.filter((query) => !isBlank(query)),
    "&&",
    "||"
  )

/** At least one of the filters. No filter matches nothing, so `or` without filters cannot be written. */
export const or = (queries: ReadonlyArray<string>): string => {
  if (queries.length === 0) return unwritable
  if (!queries.some(isBlank)) return joined(queries, "||", "&&")
  // Everything matches, but a fault in another filter must still be reported.
  return queries.every((query) => check(query) === undefined) ? "" : unwritable
}

/** Why a value is not a filter, as a rule that follows the words "must be"; `undefined` for a filter or empty text. */
export const check = (text: unknown): string | undefined => {
  if (!Predicate.isString(text) || !text.isWellFormed() || text.length >= maxLength)
    return "a string of fewer than 2048 characters, without lone surrogates"
  if (isBlank(text)) return undefined
  const fault = Result.match(parse(text), { onFailure: (fault) => fault, onSuccess: secondComparison })
  return fault === undefined
    ? undefined
    : `a filter such as status=Linked && sourceType=Banking; at character ${fault.at + 1}, ${fault.problem}`
}

/** Codat takes the second comparison as a part of the value, which then equals no value. */
const secondComparison = (filter: Filter): Fault | undefined => {
  if ("parts" in filter) {
    for (const part of filter.parts) {
      const fault = secondComparison(part)
      if (fault !== undefined) return fault
    }
    return undefined
  }
  const second = filter.value.search(/!=|[=~<>]/)
  return second === -1
    ? undefined
    : {
        at: filter.valueAt + second,
        problem: "a second comparison stands in a value: && or || is missing before it"
      }
}

// -----------------------------------------------------------------------------
// Reading
// -----------------------------------------------------------------------------

/** A filter that was read: one comparison, or filters that must all match (`&&`) or of which one must (`||`). */
export type Filter =
  | {
      readonly field: string
      readonly comparison: Comparison
      readonly value: string
      readonly valueAt: number
    }
  | { readonly operator: "&&" | "||"; readonly parts: ReadonlyArray<Filter> }

/** What is wrong in a text, and where. */
export interface Fault {
  readonly at: number
  readonly problem: string
}

/** Reads a filter as Codat does. */
export const parse = (text: string): Result.Result<Filter, Fault> => {
  let at = 0
  let fault: Fault | undefined

  const refuse = (problem: string): undefined => {
    fault ??= { at, problem }
  }
  const blank = (): void => {
    while (/\s/.test(text.charAt(at))) at++
  }
  const take = (token: string): boolean => {
    blank()
    if (!text.startsWith(token, at)) return false
    at += token.length
    return true
  }
  const until = (stop: RegExp): string => {
    blank()
    const found = text.slice(at).search(stop)
    const part = text.slice(at, found === -1 ? undefined : at + found)
    at += part.length
    return part.trim()
  }

  const sequence = (operator: "&&" | "||", part: () => Filter | undefined) => (): Filter | undefined => {
    const parts: Array<Filter> = []
    do {
      const next = part()
      if (next === undefined) return undefined
      parts.push(next)
    } while (take(operator))
    return { operator, parts }
  }
  const term = (): Filter | undefined => {
    if (take("{")) {
      const inner = either()
      if (inner === undefined) return undefined
      return take("}") ? inner : refuse("a brace is not closed, or && or || is missing")
    }
    const field = until(/[=!~<>{}]|&&|\|\|/)
    if (field === "") return refuse("the name of a field is missing")
    const comparison = comparisons.find(take)
    if (comparison === undefined) return refuse("a comparison is missing: =, !=, ~, >, <, >= or <=")
    blank()
    const valueAt = at
    const value = until(/[{}]|&&|\|\|/)
    if (value !== "") return { field, comparison, value, valueAt }
    return refuse(
      text.startsWith("{", at) ? "a value is missing, or cannot be written" : "a value is missing"
    )
  }
  const either = sequence("||", sequence("&&", term))

  const filter = either()
  blank()
  return filter !== undefined && at === text.length
    ? Result.succeed(filter)
    : Result.fail(fault ?? { at, problem: "a brace is not opened, or && or || is missing" })
}
