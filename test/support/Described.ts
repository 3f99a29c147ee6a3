/** Values that Codat's specification describes, made at random from the facts of it. */
import * as fc from "fast-check"
import facts from "./openapi-facts.json" with { type: "json" }

export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly format?: string
  readonly nullable?: boolean
  readonly enum?: ReadonlyArray<string>
  readonly items?: Schema
  readonly properties?: { readonly [name: string]: Schema }
  readonly additionalProperties?: Schema | boolean
  readonly required?: ReadonlyArray<string>
  readonly allOf?: ReadonlyArray<Schema>
}

/** What a value can be, with everything that describes it in one place. */
export type Shape =
  | { readonly kind: "text" | "date" | "number" | "boolean" | "anything"; readonly isNullable: boolean }
  | { readonly kind: "enumeration"; readonly known: ReadonlyArray<string>; readonly isNullable: boolean }
  | { readonly kind: "list"; readonly item: () => Shape; readonly isNullable: boolean }
  | { readonly kind: "dictionary"; readonly item: () => Shape; readonly isNullable: boolean }
  | {
      readonly kind: "object"
      readonly properties: { readonly [name: string]: () => Shape }
      readonly required: ReadonlySet<string>
      readonly isNullable: boolean
    }

const lookUp = (reference: string): Schema => {
  let found: unknown = facts
  for (const part of reference.slice(2).split("/")) found = (found as Record<string, unknown>)[part]
  return found as Schema
}

const merged = (schema: Schema): Schema => {
  if (schema.$ref !== undefined) {
    const { $ref, ...rest } = schema
    return { ...merged(lookUp($ref)), ...rest }
  }
  if (schema.allOf === undefined) return schema
  const { allOf, ...own } = schema
  const parts = allOf.map(merged)
  return {
    ...Object.assign({}, ...parts),
    ...own,
    // Only the whole can be null, and none of the parts that it is made of.
    nullable: own.nullable ?? false,
    properties: Object.assign({}, own.properties, ...parts.map(({ properties }) => properties)),
    required: [...(own.required ?? []), ...parts.flatMap(({ required = [] }) => required)]
  }
}

const isDate = (schema: Schema): boolean =>
  schema.$ref === "#/components/schemas/DateTime" ||
  (schema.$ref !== undefined && isDate(lookUp(schema.$ref))) ||
  schema.allOf?.some(isDate) === true

export const shapeOf = (schema: Schema): Shape => {
  const all = merged(schema)
  const isNullable = all.nullable === true
  if (isDate(schema)) return { kind: "date", isNullable }
  if (all.enum !== undefined) return { kind: "enumeration", known: all.enum, isNullable }
  switch (all.type) {
    case "string":
      return { kind: "text", isNullable }
    case "integer":
    case "number":
      return { kind: "number", isNullable }
    case "boolean":
      return { kind: "boolean", isNullable }
    case "array": {
      const { items = {} } = all
      return { kind: "list", item: () => shapeOf(items), isNullable }
    }
    default: {
      const { additionalProperties, properties } = all
      if (properties !== undefined && Object.keys(properties).length > 0) {
        return {
          kind: "object",
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, property]) => [name, () => shapeOf(property)])
          ),
          required: new Set(all.required ?? []),
          isNullable
        }
      }
      if (typeof additionalProperties === "object") {
        const isAnything =
          Object.keys(additionalProperties).join() === "type" && additionalProperties.type === "object"
        return {
          kind: "dictionary",
          item: () => (isAnything ? { kind: "anything", isNullable: true } : shapeOf(additionalProperties)),
          isNullable
        }
      }
      return all.type === "object"
        ? { kind: "dictionary", item: () => ({ kind: "anything", isNullable: true }), isNullable }
        : { kind: "anything", isNullable }
    }
  }
}

// -----------------------------------------------------------------------------
// Values
// -----------------------------------------------------------------------------

/** Names that every object has something under. */
const oddNames = ["__proto__", "constructor", "toString", "hasOwnProperty", "", "valueOf"]

const oddTexts = ["", "\ud800", "a\udc00b", "\u0000", "\u2028", "null", "__proto__", "1e999", "x".repeat(300)]

/** Codat's forms of a date, the ends of what there is, and what each is in UTC. */
const dates: ReadonlyMap<string, string> = new Map([
  ["2022-10-27T10:22:43.6464237Z", "2022-10-27T10:22:43.646Z"],
  ["2022-10-27", "2022-10-27T00:00:00.000Z"],
  ["2022-10-27T09:53:29", "2022-10-27T09:53:29.000Z"],
  ["2022-10-27T09:53:29+01:00", "2022-10-27T08:53:29.000Z"],
  ["2022-10-27T09:53", "2022-10-27T09:53:00.000Z"],
  ["2024-02-29T24:00:00Z", "2024-03-01T00:00:00.000Z"],
  ["0001-01-01T00:00:00", "0001-01-01T00:00:00.000Z"],
  ["9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999Z"],
  ["1969-12-31T23:59:59.999-23:59", "1970-01-01T23:58:59.999Z"]
])

const numbers = [0, -0, 1, -1, 200, 1.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308, -1e308, 5e-324]

const text = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom(...oddTexts))

const anything: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    text,
    fc.constantFrom<Json>(null, true, false, ...numbers),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.oneof(text, fc.constantFrom(...oddNames)), tie("value"), {
      maxKeys: 3,
      noNullPrototype: true
    })
  )
})).value

/** A property that may be missing. */
const absent = Symbol("absent")

const objectOf = (entries: ReadonlyArray<readonly [string, Json | typeof absent]>): Json =>
  Object.fromEntries(entries.filter((entry): entry is readonly [string, Json] => entry[1] !== absent))

/**
 * Any value of a shape. `isAlways` says of which properties there is always a value, beside those that the
 * specification requires.
 */
export const anyOf = (
  shape: Shape,
  isAlways: (name: string, shape: Shape) => boolean,
  depth = 0
): fc.Arbitrary<Json> => {
  switch (shape.kind) {
    case "text":
      return text
    case "date":
      return fc.constantFrom(...dates.keys())
    case "number":
      return fc.constantFrom(...numbers)
    case "boolean":
      return fc.boolean()
    case "enumeration":
      return fc.oneof(fc.constantFrom(...shape.known), text)
    case "anything":
      return anything
    case "list":
      return depth > 8
        ? fc.constant([])
        : fc.array(anyOf(shape.item(), isAlways, depth + 1), { maxLength: 2 })
    case "dictionary":
      return depth > 8
        ? fc.constant({})
        : fc
            .array(
              fc.tuple(
                fc.oneof(text, fc.constantFrom(...oddNames)),
                anyOf(shape.item(), isAlways, depth + 1)
              ),
              {
                maxLength: 3
              }
            )
            .map((entries) => Object.fromEntries(entries))
    case "object": {
      const described = Object.entries(shape.properties).map(([name, property]) => {
        const inner = property()
        const value = anyOf(inner, isAlways, depth + 1)
        const isRequired = shape.required.has(name) || isAlways(name, shape)
        const other: ReadonlyArray<Json | typeof absent> = [
          ...(isRequired ? [] : ([absent, null] as const)),
          ...(inner.isNullable && !isAlways(name, shape) ? [null] : [])
        ]
        const one: fc.Arbitrary<Json | typeof absent> =
          other.length === 0
            ? value
            : fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: fc.constantFrom(...other) })
        return one.map((value) => [name, value] as const)
      })
      const extra = fc.array(
        fc.tuple(
          fc.oneof(
            fc.constantFrom(...oddNames),
            fc.string({ maxLength: 5 }).map((name) => `~${name}`)
          ),
          anything
        ),
        { maxLength: 2 }
      )
      return fc
        .tuple(fc.tuple(...described), extra, fc.boolean())
        .map(([own, extra, isFirst]) => objectOf(isFirst ? [...extra, ...own] : [...own, ...extra]))
    }
  }
}

/** A value as JSON. Unlike `JSON.stringify` it keeps the sign of zero, and writes numbers that JSON has and JavaScript has not. With `twice`, each property comes twice, and the last one counts. */
export const write = (value: Json, twice = false): string => {
  if (Array.isArray(value)) return `[${value.map((item: Json) => write(item, twice)).join(",")}]`
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value)
      .flatMap(([name, inner]) => [
        ...(twice ? [`${JSON.stringify(name)}:{"~":[7]}`] : []),
        `${JSON.stringify(name)}:${write(inner, twice)}`
      ])
      .join(",")}}`
  }
  if (typeof value === "number" && !Number.isFinite(value)) return value > 0 ? "1e999" : "-1e999"
  return Object.is(value, -0) ? "-0" : JSON.stringify(value)
}

// -----------------------------------------------------------------------------
// What must be left of a value
// -----------------------------------------------------------------------------

const isObject = (value: unknown): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** What of a value the specification describes, without nulls, and with dates in UTC. */
export const describedOf = (value: Json, shape: Shape): Json => {
  switch (shape.kind) {
    case "date":
      return dates.get(String(value)) ?? value
    case "list":
      return Array.isArray(value) ? value.map((item: Json) => describedOf(item, shape.item())) : value
    case "dictionary":
      return isObject(value)
        ? Object.fromEntries(
            Object.entries(value).flatMap(([name, inner]) =>
              inner === null ? [] : [[name, describedOf(inner, shape.item())]]
            )
          )
        : value
    case "object":
      return isObject(value)
        ? Object.fromEntries(
            Object.entries(value).flatMap(([name, inner]) => {
              const property = Object.hasOwn(shape.properties, name) ? shape.properties[name] : undefined
              return property === undefined || inner === null ? [] : [[name, describedOf(inner, property())]]
            })
          )
        : value
    default:
      return value
  }
}

// -----------------------------------------------------------------------------
// One fault in a value
// -----------------------------------------------------------------------------

export type Path = ReadonlyArray<string | number>

/** What a place cannot hold. */
const wrongs = (shape: Shape): ReadonlyArray<Json> => {
  switch (shape.kind) {
    case "text":
    case "enumeration":
      return [7, true, [], {}, ["text"]]
    case "date":
      return [
        "soon",
        "",
        "2023-02-29",
        "2022-10-27T25:00:00Z",
        "2022-10-27T10:00:00+25:00",
        "27/10/2022",
        1666864409,
        {}
      ]
    case "number":
      return ["7", "", "Infinity", "NaN", true, [], {}, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    case "boolean":
      return ["true", 0, 1, [], {}]
    case "list":
      return [{}, "text", 7, true, { 0: "a", length: 1 }]
    case "dictionary":
    case "object":
      return [[], "text", 7, true]
    case "anything":
      return []
  }
}

/** Every place in a value that can hold something wrong, and what. */
export const placesOf = (
  value: Json,
  shape: Shape,
  isAlways: (name: string, shape: Shape) => boolean,
  path: Path = []
): ReadonlyArray<readonly [path: Path, wrongs: ReadonlyArray<Json | undefined>]> => {
  const inside = (
    name: string | number,
    inner: Json,
    innerShape: Shape,
    more: ReadonlyArray<null | undefined>
  ) =>
    inner === null
      ? []
      : placesOf(inner, innerShape, isAlways, [...path, name]).map(([at, wrongs], index) =>
          index === 0 ? ([at, [...wrongs, ...more]] as const) : ([at, wrongs] as const)
        )
  const below =
    shape.kind === "list" && Array.isArray(value)
      ? value.flatMap((item: Json, index) => inside(index, item, shape.item(), []))
      : shape.kind === "dictionary" && isObject(value)
        ? Object.entries(value).flatMap(([name, inner]) => inside(name, inner, shape.item(), []))
        : shape.kind === "object" && isObject(value)
          ? Object.entries(value).flatMap(([name, inner]) => {
              const property = Object.hasOwn(shape.properties, name) ? shape.properties[name]?.() : undefined
              const isRequired = shape.required.has(name) || isAlways(name, shape)
              return property === undefined
                ? []
                : inside(name, inner, property, isRequired && !property.isNullable ? [null, undefined] : [])
            })
          : []
  return [[path, wrongs(shape)], ...below]
}

/** The value with something else at a place, or with nothing there. */
export const replaced = (value: Json, [name, ...rest]: Path, by: Json | undefined): Json => {
  if (name === undefined) return by ?? null
  if (Array.isArray(value))
    return value.map((item: Json, index) => (index === name ? replaced(item, rest, by) : item))
  return isObject(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([key, inner]) =>
          key !== name
            ? [[key, inner]]
            : by === undefined && rest.length === 0
              ? []
              : [[key, replaced(inner, rest, by)]]
        )
      )
    : value
}

// -----------------------------------------------------------------------------
// Comparing
// -----------------------------------------------------------------------------

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0

/** What a page always has here. */
const made = new Set(["pageNumber", "pageSize"])

/** Where a value has lost or changed something of another one, or has more than it; an empty object or list more is no difference. */
export const difference = (have: Json | undefined, want: Json, path = ""): string | undefined => {
  if (typeof want !== "object" || want === null) {
    return Object.is(have, want)
      ? undefined
      : `${path}: ${write(want)} became ${have === undefined ? have : write(have)}`
  }
  if (typeof have !== "object" || have === null || Array.isArray(have) !== Array.isArray(want)) {
    return `${path}: ${write(want)} became ${have === undefined ? have : write(have)}`
  }
  const [mine, theirs] = [new Map(Object.entries(have)), new Map(Object.entries(want))]
  for (const [name, inner] of theirs) {
    const found = difference(mine.get(name), inner, `${path}.${name}`)
    if (found !== undefined) return found
  }
  const more = [...mine].find(([name, inner]) => !theirs.has(name) && !isEmpty(inner) && !made.has(name))
  return more === undefined ? undefined : `${path}.${more[0]} is new`
}
