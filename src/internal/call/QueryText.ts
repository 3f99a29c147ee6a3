/**
 * Codat's filter language as text: which values can be written, how terms are joined, and which texts are not filters.
 *
 *     either = both ("||" both)*
 *     both   = term ("&&" term)*
 *     term   = "{" either "}" | field comparison value
 *
 * A value ends at the next `&&`, `||` or brace, and white space around it is ignored. Codat documents neither quotes
 * nor escapes, so some values cannot be written.
 */

export type Comparison = "=" | "!=" | "~" | ">" | "<" | ">=" | "<="

const maxLength = 2048

const operators = ["!=", ">=", "<=", "=", "~", ">", "<"] as const

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

/** Why a text is not a filter, as a rule that follows the words "must be"; `undefined` for a filter or empty text. */
export const check = (text: string): string | undefined => {
  if (!text.isWellFormed() || text.length >= maxLength)
    return "a string of fewer than 2048 characters, without lone surrogates"
  if (isBlank(text)) return undefined
  const fault = faultOf(text)
  return fault === undefined
    ? undefined
    : `a filter such as status=Linked && sourceType=Banking; at character ${fault.at + 1}, ${fault.problem}`
}

interface Fault {
  readonly at: number
  readonly problem: string
}

const faultOf = (text: string): Fault | undefined => {
  let at = 0

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
    const found = text.slice(at).search(stop)
    const part = text.slice(at, found === -1 ? undefined : at + found)
    at += part.length
    return part
  }
  const here = (problem: string): Fault => ({ at, problem })

  const sequence = (operator: string, part: () => Fault | undefined) => (): Fault | undefined => {
    let fault = part()
    while (fault === undefined && take(operator)) fault = part()
    return fault
  }
  const term = (): Fault | undefined => {
    if (take("{")) {
      const fault = either()
      if (fault !== undefined) return fault
      return take("}") ? undefined : here("a brace is not closed, or && or || is missing")
    }
    const field = until(/[=!~<>{}]|&&|\|\|/)
    if (field.trim() === "") return here("the name of a field is missing")
    if (!operators.some(take)) return here("a comparison is missing: =, !=, ~, >, <, >= or <=")
    const start = at
    const value = until(/[{}]|&&|\|\|/)
    if (value.trim() === "")
      return here(
        text.startsWith("{", at) ? "a value is missing, or cannot be written" : "a value is missing"
      )
    const second = value.search(/!=|[=~<>]/)
    if (second === -1) return undefined
    return {
      at: start + second,
      problem: "a second comparison stands in a value: && or || is missing before it"
    }
  }
  const either = sequence("||", sequence("&&", term))

  const fault = either()
  if (fault !== undefined) return fault
  blank()
  return at === text.length ? undefined : here("a brace is not opened, or && or || is missing")
}
