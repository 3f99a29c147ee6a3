/** Says of an answer whether it is one that Codat's specification describes, by the facts made from it. */
import { Ajv2020, type AnySchema, type ValidateFunction } from "ajv/dist/2020.js"
import addFormats from "ajv-formats"
import facts from "./openapi-facts.json" with { type: "json" }

type Json = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const lookUp = (reference: string): unknown => {
  let found: unknown = facts
  for (const part of reference.slice(2).split("/")) {
    found = isObject(found) ? found[part] : Array.isArray(found) ? found[Number(part)] : undefined
  }
  if (reference === "#/components/schemas/PagingInfo" && isObject(found) && isObject(found["properties"])) {
    // A request may ask for 5,000 rows a page, and the answer that repeats the number is described with at most 2,000.
    return { ...found, properties: { ...found["properties"], pageSize: { type: "integer", maximum: 5000 } } }
  }
  return found
}

const follow = (schema: unknown): unknown =>
  isObject(schema) && typeof schema["$ref"] === "string" ? follow(lookUp(schema["$ref"])) : schema

/** Where the specification contradicts itself, or what Codat sends. */
const alsoKnown: ReadonlyMap<string, ReadonlyArray<string>> = new Map([
  // `GET …/dataTypes/custom/{id}` is described as answering records, and in words as the configuration.
  [
    "#/components/schemas/CustomDataTypeRecords",
    ["dataSource", "requiredData", "keyBy", "sourceModifiedDate"]
  ]
])

/**
 * One object schema for one made of several, which takes no property that it does not name: OpenAPI allows any, so that
 * a name with a typing mistake in it would pass.
 */
const merged = (
  schema: Json
): { properties: Record<string, unknown>; required: Array<string>; rest: Json } => {
  const { allOf, properties, required, ...rest } = schema
  const all = {
    properties: { ...(isObject(properties) ? properties : {}) } as Record<string, unknown>,
    required: Array.isArray(required) ? required.map(String) : [],
    rest
  }
  for (const part of Array.isArray(allOf) ? allOf : []) {
    const inner = follow(part)
    if (!isObject(inner)) continue
    const found = merged(inner)
    Object.assign(all.properties, found.properties)
    all.required.push(...found.required)
  }
  return all
}

const definitions: Record<string, unknown> = {}
const nameOf = (reference: string): string => reference.slice(2).replaceAll("/", ".")

const convert = (schema: unknown, from?: string): unknown => {
  if (!isObject(schema)) return schema
  if (typeof schema["$ref"] === "string") {
    const reference = schema["$ref"]
    const name = nameOf(reference)
    if (definitions[name] === undefined) {
      definitions[name] = true
      definitions[name] = convert(lookUp(reference), reference)
    }
    const inner = { $ref: `#/$defs/${name}` }
    return schema["nullable"] === true ? { anyOf: [inner, { type: "null" }] } : inner
  }
  const { properties, required, rest } = merged(schema)
  const { definitions: _, nullable, ...kept } = rest
  const result: Record<string, unknown> = { ...kept }
  if (isObject(kept["additionalProperties"])) {
    result["additionalProperties"] = convert(kept["additionalProperties"])
  }
  if ("items" in kept) result["items"] = convert(kept["items"])
  const names = Object.keys(properties)
  if (names.length === 0 && Array.isArray(schema["allOf"])) {
    result["allOf"] = schema["allOf"].map((part) => convert(part))
  } else if (names.length > 0) {
    const known = [...required, ...((from !== undefined && alsoKnown.get(from)) || [])]
    result["type"] ??= "object"
    result["properties"] = {
      ...Object.fromEntries(known.map((name) => [name, true])),
      ...Object.fromEntries(names.map((name) => [name, convert(properties[name])]))
    }
    result["required"] = required
    result["additionalProperties"] ??= false
  }
  if (nullable === true) {
    if (result["type"] !== undefined) result["type"] = [result["type"], "null"]
    if (Array.isArray(kept["enum"])) result["enum"] = [...kept["enum"], null]
  }
  return result
}

const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
const compiled = new Map<string, ValidateFunction>()

const validator = (key: string, schema: unknown): ValidateFunction => {
  const found = compiled.get(key)
  if (found !== undefined) return found
  const root = convert(schema)
  // What `convert` makes is a schema, or says that anything is one.
  const made = ajv.compile({ allOf: [root], $defs: { ...definitions } } as AnySchema)
  compiled.set(key, made)
  return made
}

const check = (key: string, schema: unknown, value: unknown): ReadonlyArray<string> => {
  const validate = validator(key, schema)
  if (validate(value)) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${key}${instancePath} ${message} ${JSON.stringify(params)}`
  )
}

const operations = facts.operations
export type OperationFacts = (typeof operations)[number]

/** The operations that are not deprecated. */
export const current: ReadonlyArray<OperationFacts> = operations.filter(({ deprecated }) => !deprecated)

const pattern = (path: string): RegExp => new RegExp(`^${path.replace(/\{[^}]+\}/g, "[^/]+")}$`)

/** The operation of a request, by its method and path; a path without parameters comes first. */
export const operationOf = (method: string, path: string): OperationFacts | undefined =>
  operations
    .filter((one) => one.method === method && pattern(one.path).test(path))
    .toSorted((a, b) => a.path.split("{").length - b.path.split("{").length)[0]

/** What any operation may answer, whether the specification says so of it or not. */
const general: ReadonlyMap<number, string> = new Map([
  [400, "what was sent is not valid: not documented for PUT and PATCH"],
  [409, "an idempotency key in use"],
  [413, "a body that is too large"],
  [415, "a body that is not JSON"],
  [422, "an idempotency key that was used for something else"]
])

/** What is answered where the specification has no operation. */
const withoutOperation: ReadonlySet<number> = new Set([401, 404, 405, 429])

const errorSchema = { $ref: "#/components/schemas/ErrorMessage" }

/** What is wrong with an answer, by the facts. */
export const faultsOf = (answer: {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly text: string
  /** Whether a test ordered this error, so that only its body is the sandbox's. */
  readonly isOrdered?: boolean | undefined
}): ReadonlyArray<string> => {
  const { isOrdered, method, path, status, text } = answer
  if (isOrdered === true) return check(`ErrorMessage ${status}`, errorSchema, parsed(text))
  const operation = operationOf(method, path)
  if (operation === undefined) {
    return withoutOperation.has(status)
      ? check(`ErrorMessage ${status}`, errorSchema, parsed(text))
      : [`${method} ${path} is no operation`]
  }
  const responses = operation.responses as { readonly [status: string]: unknown }
  const schema = responses[String(status)]
  const key = `${operation.operationId} ${status}`
  if (status >= 400) {
    if (schema === undefined && !general.has(status)) return [`${key} is not documented`]
    return check("ErrorMessage", errorSchema, parsed(text))
  }
  if (schema === undefined) return [`${key} is not documented`]
  // 204 has no body, whatever the specification says of it; 200 of a deletion is JSON in the seed of this API.
  if (schema === null || status === 204) {
    return text === "" || (operation.operationId === "delete-connection" && text === "true")
      ? []
      : [`${key} has a body`]
  }
  return check(key, schema, parsed(text))
}

/** What is wrong with an event, by the facts. */
export const eventFaultsOf = (eventType: string, event: unknown): ReadonlyArray<string> => {
  const schemas: { readonly [eventType: string]: unknown } = facts.webhooks
  const schema = schemas[eventType]
  return schema === undefined ? [`${eventType} is not documented`] : check(eventType, schema, event)
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
