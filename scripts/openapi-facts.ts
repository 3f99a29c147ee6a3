/**
 * Makes `test/support/openapi-facts.json` from OpenAPI specifications: names, types and what is required, and none of
 * their sentences. Codat has one specification for each of its APIs. Where two of them have a part with one name, the
 * first counts.
 *
 *     node --import tsx scripts/openapi-facts.ts path/to/Codat-Platform.json [path/to/another.json …] && npm run format
 */
import { readFileSync, writeFileSync } from "node:fs"

type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject
type JsonObject = { readonly [key: string]: Json }

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const paths = process.argv.slice(2)
if (paths.length === 0) {
  console.error("Give the path of each OpenAPI specification in JSON.")
  process.exit(2)
}

/** What says something of a value, and not of its meaning. */
const facts = new Set([
  "$ref",
  "type",
  "format",
  "pattern",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "minItems",
  "maxItems",
  "maxProperties",
  "nullable",
  "required",
  "enum",
  "additionalProperties"
])
/** What holds schemas by name. */
const named = new Set(["properties", "definitions"])
/** What holds a schema, or several. */
const nested = new Set(["items", "allOf", "anyOf", "oneOf", "additionalProperties", "propertyNames"])

const schema = (value: Json | undefined): Json => {
  if (Array.isArray(value)) return value.map((item: Json) => schema(item))
  if (!isObject(value)) return value ?? true
  const kept: Record<string, Json> = {}
  for (const [key, inner] of Object.entries(value)) {
    if (named.has(key) && isObject(inner)) {
      kept[key] = Object.fromEntries(Object.entries(inner).map(([name, one]) => [name, schema(one)]))
    } else if (nested.has(key)) {
      kept[key] = schema(inner)
    } else if (facts.has(key)) {
      kept[key] = inner
    }
  }
  return kept
}

/** The facts of one specification. */
const factsOf = (path: string) => {
  // A specification is JSON, and what it holds is looked at before it is used.
  const specification = JSON.parse(readFileSync(path, "utf8")) as JsonObject
  const section = (...names: ReadonlyArray<string>): JsonObject => {
    let found: Json | undefined = specification
    for (const name of names) found = isObject(found) ? found[name] : undefined
    return isObject(found) ? found : {}
  }

  /** A reference to another part of the specification, followed. */
  const followed = (value: Json | undefined): JsonObject => {
    if (!isObject(value)) return {}
    const reference = value["$ref"]
    return typeof reference === "string" ? followed(section(...reference.slice(2).split("/"))) : value
  }

  const content = (value: Json | undefined): Json => {
    const types = followed(value)["content"]
    if (!isObject(types)) return null
    const json = types["application/json"]
    return isObject(json) ? schema(json["schema"]) : null
  }

  const methods = ["get", "post", "put", "patch", "delete"]

  const operations = Object.entries(section("paths")).flatMap(([path, item]) =>
    !isObject(item)
      ? []
      : methods.flatMap((method) => {
          const operation = item[method]
          if (!isObject(operation)) return []
          const parameters = [item["parameters"], operation["parameters"]].flatMap((list) =>
            Array.isArray(list) ? list.map((one: Json) => followed(one)) : []
          )
          const responses = operation["responses"]
          return [
            {
              operationId: operation["operationId"] ?? null,
              method: method.toUpperCase(),
              path,
              deprecated: operation["deprecated"] === true,
              parameters: parameters.map((parameter) => ({
                name: parameter["name"] ?? null,
                in: parameter["in"] ?? null,
                required: parameter["required"] === true,
                schema: schema(parameter["schema"])
              })),
              body: content(operation["requestBody"]),
              responses: Object.fromEntries(
                Object.entries(isObject(responses) ? responses : {}).map(([status, response]) => [
                  status,
                  content(response)
                ])
              )
            }
          ]
        })
  )

  const webhooks = Object.fromEntries(
    Object.entries(section("webhooks")).map(([name, item]) => [
      name,
      content(isObject(item) && isObject(item["post"]) ? item["post"]["requestBody"] : undefined)
    ])
  )

  const schemas = Object.fromEntries(
    Object.entries(section("components", "schemas")).map(([name, one]) => [name, schema(one)])
  )
  // Schemas refer to those of parameters as well.
  const parameters = Object.fromEntries(
    Object.entries(section("components", "parameters")).map(([name, one]) => [
      name,
      { schema: isObject(one) ? schema(one["schema"]) : true }
    ])
  )

  return { operations, webhooks, schemas, parameters }
}

const all = paths.map(factsOf)
const operations = all.flatMap((facts) => facts.operations)
/** The names in the order of the specifications, each with its first value. */
const merged = (parts: ReadonlyArray<JsonObject>): JsonObject =>
  Object.assign({}, ...parts, ...[...parts].reverse())
const webhooks = merged(all.map((facts) => facts.webhooks))
const schemas = merged(all.map((facts) => facts.schemas))
const parameters = merged(all.map((facts) => facts.parameters))

const target = new URL("../test/support/openapi-facts.json", import.meta.url)
writeFileSync(
  target,
  `${JSON.stringify({ operations, webhooks, components: { schemas, parameters } }, undefined, 1)}\n`
)
console.log(`${operations.length} operations, ${Object.keys(schemas).length} schemas`)
