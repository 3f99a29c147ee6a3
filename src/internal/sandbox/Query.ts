/**
 * Codat's filters and orders, applied to the items of the sandbox.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as QueryText from "../call/QueryText.ts"

/** The fields that a filter or an order can name, for one kind of item. */
export interface Fields<A> {
  /** The name used in messages: `Connection`. */
  readonly of: string
  /** A function that reads the values at a path; several when the path leads through a list. `undefined`: no such field. */
  readonly read: (path: string) => ((item: A) => ReadonlyArray<unknown>) | undefined
  /** The same for a field that holds a list or an object, which only an order can name. */
  readonly whole?: Fields<A>["read"] | undefined
}

type Test<A> = (item: A) => boolean

const isoDate = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/

/** The instant of an ISO 8601 text, in UTC when it has no zone; `undefined` for any other text. */
const instant = (text: string): number | undefined => {
  const match = isoDate.exec(text)
  if (match === null) return undefined
  const millis = Date.parse(match[1] !== undefined && match[4] === undefined ? `${text}Z` : text)
  return Number.isNaN(millis) ? undefined : millis
}

const compareTo = (operand: string): ((value: unknown) => number | undefined) => {
  const date = instant(operand)
  return (value) => {
    if (typeof value === "number") {
      const number = Number(operand)
      return operand === "" || Number.isNaN(number) ? undefined : value - number
    }
    if (typeof value === "boolean") return String(value) === operand.toLowerCase() ? 0 : undefined
    if (typeof value !== "string") return undefined
    const valueDate = date === undefined ? undefined : instant(value)
    if (date !== undefined && valueDate !== undefined) return valueDate - date
    return value === operand ? 0 : value < operand ? -1 : 1
  }
}

const tests: {
  readonly [C in QueryText.Comparison]: (operand: string) => (values: ReadonlyArray<unknown>) => boolean
} = {
  "=": (operand) => {
    const compare = compareTo(operand)
    return (values) => values.some((value) => compare(value) === 0)
  },
  "!=": (operand) => {
    const compare = compareTo(operand)
    return (values) => !values.some((value) => compare(value) === 0)
  },
  "~": (operand) => {
    const needle = operand.toLowerCase()
    return (values) =>
      values.some((value) => Predicate.isString(value) && value.toLowerCase().includes(needle))
  },
  ">": (operand) => ordered(operand, (order) => order > 0),
  "<": (operand) => ordered(operand, (order) => order < 0),
  ">=": (operand) => ordered(operand, (order) => order >= 0),
  "<=": (operand) => ordered(operand, (order) => order <= 0)
}

const ordered = (operand: string, test: (order: number) => boolean) => {
  const compare = compareTo(operand)
  return (values: ReadonlyArray<unknown>) =>
    values.some((value) => {
      const order = compare(value)
      return order !== undefined && test(order)
    })
}

const malformed = "Malformed query."

/** Reads a filter into a test of items, or says why Codat refuses it. */
export const parse = <A>(
  text: string,
  fields: Fields<A>,
  allowed?: ReadonlyArray<QueryText.Comparison>
): Result.Result<Test<A>, string> => {
  const testOf = (filter: QueryText.Filter): Result.Result<Test<A>, string> => {
    if ("parts" in filter) {
      return Result.map(Result.all(filter.parts.map(testOf)), (tests) =>
        filter.operator === "&&"
          ? (item) => tests.every((test) => test(item))
          : (item) => tests.some((test) => test(item))
      )
    }
    const { comparison, field, value } = filter
    // `==` is a typing mistake: the value does not start with `=`.
    if (value.startsWith("=") || allowed?.includes(comparison) === false) return Result.fail(malformed)
    const read = fields.read(field)
    if (read === undefined) return Result.fail(`Could not resolve property ${field} on ${fields.of}`)
    const test = tests[comparison](value)
    return Result.succeed((item) => test(read(item)))
  }
  if (text.length >= QueryText.maxLength) return Result.fail(malformed)
  return QueryText.parse(text).pipe(
    Result.mapError(() => malformed),
    Result.flatMap(testOf)
  )
}

/**
 * The order that `orderBy` asks for, descending with `-` before the field. Items without a value are first; lists and
 * objects are equal to each other.
 */
export const order = <A>(
  orderBy: string,
  fields: Fields<A>
): Result.Result<(items: ReadonlyArray<A>) => ReadonlyArray<A>, string> => {
  const descending = orderBy.startsWith("-")
  const field = descending ? orderBy.slice(1) : orderBy
  const read = fields.read(field) ?? fields.whole?.(field)
  if (read === undefined) return Result.fail(`Could not resolve property ${field} on ${fields.of}`)
  const direction = descending ? -1 : 1
  return Result.succeed((items) =>
    items
      .map((item) => ({ item, key: sortKey(read(item)[0]) }))
      .sort((a, b) => direction * compareKeys(a.key, b.key))
      .map(({ item }) => item)
  )
}

type Key = readonly [rank: number, value: number | string]

const sortKey = (value: unknown): Key => {
  if (typeof value === "number") return [1, value]
  if (typeof value === "boolean") return [1, value ? 1 : 0]
  if (typeof value !== "string") return [value === undefined ? 0 : 3, 0]
  const date = instant(value)
  return date === undefined ? [2, value] : [1, date]
}

const compareKeys = (a: Key, b: Key): number =>
  a[0] !== b[0] ? a[0] - b[0] : a[1] === b[1] ? 0 : a[1] < b[1] ? -1 : 1

const walk = (value: unknown, path: ReadonlyArray<string>): ReadonlyArray<unknown> => {
  if (Array.isArray(value)) return value.flatMap((item) => walk(item, path))
  const [head, ...rest] = path
  if (head === undefined) return value === undefined || value === null ? [] : [value]
  if (!Predicate.isObject(value)) return []
  const wanted = head.toLowerCase()
  // Names from the network are never used to index an object: `constructor` is not a field.
  const found = Object.entries(value).find(([key]) => key.toLowerCase() === wanted)
  return found === undefined ? [] : walk(found[1], rest)
}

/** Fields by their names, without regard to case. A dotted path leads into fields that hold objects. */
export const fields = <A>(options: {
  readonly of: string
  readonly plain: ReadonlyArray<string>
  readonly nested: ReadonlyArray<string>
  readonly from: (item: A) => unknown
  /** Where to read the value of a nested name, when it is not in `from`. */
  readonly part?: { readonly [name: string]: (item: A) => unknown } | undefined
}): Fields<A> => {
  const parts = new Map(Object.entries(options.part ?? {}).map(([name, of]) => [name.toLowerCase(), of]))
  const plain = new Set(options.plain.map((name) => name.toLowerCase()))
  const nested = new Set(options.nested.map((name) => name.toLowerCase()))
  return {
    of: options.of,
    read: (path) => {
      const names = path.split(".")
      const head = (names[0] ?? "").toLowerCase()
      const known = names.length === 1 ? plain.has(head) : nested.has(head) && !names.includes("")
      if (!known) return undefined
      const part = parts.get(head)
      return part === undefined
        ? (item) => walk(options.from(item), names)
        : (item) => walk(part(item), names.slice(1))
    },
    whole: (path) => (nested.has(path.toLowerCase()) ? (item) => walk(options.from(item), [path]) : undefined)
  }
}
