/**
 * The closures that decode: one for each kind of value, and one for each kind of container around them.
 */
import { constUndefined } from "effect/Function"
import * as Redacted from "effect/Redacted"
import * as Dates from "./Dates.ts"

/** The result of a closure that declines its input. */
export const declined: unique symbol = Symbol("effect-codat/Decode/declined")

/**
 * Returns what the schema would, or `declined` where the schema would find a fault.
 *
 * Declining a valid input costs time at the top level, and is wrong inside a union: the next member would be tried.
 */
export type Decoder = (input: unknown) => unknown

export const string: Decoder = (input) => (typeof input === "string" ? input : declined)

export const number: Decoder = (input) => (typeof input === "number" ? input : declined)

export const finite: Decoder = (input) =>
  typeof input === "number" && Number.isFinite(input) ? input : declined

export const boolean: Decoder = (input) => (typeof input === "boolean" ? input : declined)

export const anything: Decoder = (input) => input

export const only =
  (value: unknown): Decoder =>
  (input) =>
    input === value ? input : declined

export const utc: Decoder = (input) => {
  if (typeof input !== "string") return declined
  const millis = Dates.parse(input)
  return Number.isNaN(millis) ? declined : Dates.fromMillis(millis)
}

export const secret: Decoder = (input) => (typeof input === "string" ? Redacted.make(input) : declined)

export const isRecord = (input: unknown): input is { readonly [key: string]: unknown } =>
  typeof input === "object" && input !== null && !Array.isArray(input)

/** An assignment to `__proto__` would set the prototype. */
export const assign = (out: Record<PropertyKey, unknown>, key: PropertyKey, value: unknown): void => {
  if (key === "__proto__") {
    Object.defineProperty(out, key, { value, writable: true, enumerable: true, configurable: true })
  } else {
    out[key] = value
  }
}

export const array =
  (item: Decoder): Decoder =>
  (input) => {
    if (!Array.isArray(input)) return declined
    const out: Array<unknown> = []
    for (let i = 0; i < input.length; i++) {
      const value = item(input[i])
      if (value === declined) return declined
      out.push(value)
    }
    return out
  }

export const record =
  (item: Decoder, keepsNulls: boolean): Decoder =>
  (input) => {
    if (!isRecord(input)) return declined
    const out: Record<string, unknown> = {}
    for (const key in input) {
      if (!Object.hasOwn(input, key)) continue
      const value = input[key]
      if (value === null && !keepsNulls) continue
      const decoded = item(value)
      if (decoded === declined) return declined
      assign(out, key, decoded)
    }
    return out
  }

export const firstOf =
  (members: ReadonlyArray<Decoder>): Decoder =>
  (input) => {
    for (const member of members) {
      const value = member(input)
      if (value !== declined) return value
    }
    return declined
  }

/** How a property is read. These are numbers for a `switch`, which is much faster than one closure for each. */
export const STRING = 0
export const NULLISH_STRING = 1
export const NULLISH_UTC = 2
export const NULLISH = 3
export const DEFAULT = 4
export const PRESENT = 5
export const OPTIONAL = 6
export const INTERPRETED = 7

export interface Field {
  readonly name: string
  readonly rule: number
  readonly decode: Decoder
  readonly orElse: () => unknown
}

/**
 * A constructor of objects like `{}`, one for each struct: the engine gives them room for as many properties as their
 * struct has, where `{}` has room for four and must grow for the others.
 */
const makeEmpty = (): (new () => Record<string, unknown>) => {
  function Decoded() {}
  Decoded.prototype = Object.prototype
  // Called with `new`, a function makes an object of its prototype.
  return Decoded as unknown as new () => Record<string, unknown>
}

/** A property that no field describes. */
const UNKNOWN = 8

/**
 * Reads the properties in the input's order, not in the order of the fields: in a `for…in` loop over the input, the
 * engine reads a property in half the time that it needs for any other variable name. The order of the fields in the
 * last input is kept, because most rows of a page have the same one.
 */
export const struct = (fields: ReadonlyArray<Field>): Decoder => {
  const known = fields.filter(({ rule }) => rule !== INTERPRETED)
  const interpreted = fields.filter(({ rule }) => rule === INTERPRETED)
  const defaulted = fields.filter(({ rule }) => rule === DEFAULT)
  const required = fields.filter(({ rule }) => rule === STRING || rule === PRESENT).length
  const byName = new Map(known.map((field) => [field.name, field]))
  const fieldOf = (name: string): Field =>
    byName.get(name) ?? { name, rule: UNKNOWN, decode: anything, orElse: constUndefined }
  const Empty = makeEmpty()
  let order: ReadonlyArray<Field> = []
  return (input) => {
    if (!isRecord(input)) return declined
    const out = new Empty()
    let missing = required
    let i = 0
    for (const name in input) {
      let field = order[i]
      if (field?.name !== name) {
        order = Object.keys(input).map(fieldOf)
        const own = order[i]
        // A property of a prototype is not among the keys.
        field = own?.name === name ? own : fieldOf(name)
      }
      i++
      const value = input[name]
      let decoded = value
      switch (field.rule) {
        case UNKNOWN:
          continue
        case STRING:
          if (typeof value !== "string") return declined
          missing--
          break
        case NULLISH_STRING:
          if (value === undefined || value === null) continue
          if (typeof value !== "string") return declined
          break
        case NULLISH_UTC: {
          if (value === undefined || value === null) continue
          if (typeof value !== "string") return declined
          const millis = Dates.parse(value)
          if (Number.isNaN(millis)) return declined
          decoded = Dates.fromMillis(millis)
          break
        }
        case NULLISH:
        case DEFAULT:
          if (value === undefined || value === null) continue
          decoded = field.decode(value)
          break
        case PRESENT:
          missing--
          decoded = field.decode(value)
          break
        default:
          decoded = field.decode(value)
      }
      if (decoded === declined) return declined
      out[name] = decoded
    }
    if (missing > 0) return declined
    for (const { name, orElse } of defaulted) if (!Object.hasOwn(out, name)) out[name] = orElse()
    for (const { decode } of interpreted) {
      const part = decode(input)
      if (!isRecord(part)) return declined
      for (const key of Reflect.ownKeys(part)) assign(out, key, Reflect.get(part, key))
    }
    return out
  }
}
