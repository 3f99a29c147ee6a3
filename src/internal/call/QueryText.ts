/**
 * Codat's filter language as text: what a value can be, how terms are joined, and which texts are no filter at all.
 *
 *     either = both ("||" both)*
 *     both   = term ("&&" term)*
 *     term   = "{" either "}" | field comparison value
 *
 * A value ends at the next `&&`, `||` or brace, and the space around it is not part of it. Codat documents neither
 * quotes nor an escape, so some values cannot be written.
 */

export type Comparison = "=" | "!=" | "~" | ">" | "<" | ">=" | "<="

const maxLength = 2048

const operators = ["!=", ">=", "<=", "=", "~", ">", "<"] as const

/** Whether a filter can have this value in it: read back, it is the same text and nothing else. */
export const isValue = (value: string): boolean =>
  value !== "" && value === value.trim() && !/[=~<>{}]|&&|\|\|/.test(value) && value.isWellFormed()

const isField = (field: string): boolean => field.trim() !== "" && !/[=!~<>{}]|&&|\|\|/.test(field)

/** What no filter can have in place of a value or a term: a filter with it is refused, whatever follows. */
const unwritable = "{}"

/** A comparison, without the name or value that cannot be written: neither ever changes what the rest means. */
export const comparison = (field: string, operator: Comparison, value: string): string =>
  isField(field) ? `${field}${operator}${isValue(value) ? value : unwritable}` : unwritable

const joined = (parts: ReadonlyArray<string>, operator: "&&" | "||", other: "&&" | "||"): string =>
  parts.length === 1
    ? parts.join()
    : parts.map((part) => (part.includes(other) ? `{${part}}` : part)).join(` ${operator} `)

const isBlank = (query: string): boolean => query.trim() === ""

/** All of them. A filter with nothing in it lets everything through. */
export const and = (queries: ReadonlyArray<string>): string =>
  joined(
    queries.filter((query) => !isBlank(query)),
    "&&",
    "||"
  )

/** At least one of them. No filter says "nothing", so `or` of nothing cannot be written. */
export const or = (queries: ReadonlyArray<string>): string => {
  if (queries.length === 0) return unwritable
  if (!queries.some(isBlank)) return joined(queries, "||", "&&")
  // Everything passes, but a fault among the others is not to be lost.
  return queries.every((query) => check(query) === undefined) ? "" : unwritable
}

/** What keeps a text from being a filter, in words that go on from "must be"; `undefined` for a filter, and for none. */
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
