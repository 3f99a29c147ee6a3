/**
 * The rules and the parts of requests to endpoints that have no function in this library.
 */
import * as Predicate from "effect/Predicate"
import type * as CodatError from "../../CodatError.ts"
import { escapeControls } from "../Text.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Input from "./Input.ts"

/** What a request is sent to. */
export interface Target {
  readonly operation: string
  readonly path: string
  readonly params?: { readonly [name: string]: string } | undefined
  readonly query?: { readonly [name: string]: unknown } | undefined
}

// -----------------------------------------------------------------------------
// Rules
// -----------------------------------------------------------------------------

export const schema = Input.must("a Schema", (value) => Predicate.hasProperty(value, "ast"))

/** A `Map` or `URLSearchParams` has no properties of its own, so all that is in it would be left out. */
const isRecord = (value: unknown): value is { readonly [name: string]: unknown } =>
  Predicate.isObject(value) && !(Symbol.iterator in value)

/**
 * Accounting platforms have ids with spaces inside. White space at the beginning or the end is a mistake, such as the
 * line break at the end of a file.
 */
const param: Input.Rule = (value) =>
  Input.nonEmptyText(value) ??
  (/^\s|\s$|^\.{1,2}$/.test(String(value))
    ? "a string without white space at its ends, and neither . nor .."
    : undefined)

const queryValue: Input.Rule = (value) =>
  value === undefined || Predicate.isBoolean(value) || Number.isFinite(value)
    ? undefined
    : Predicate.isString(value)
      ? Input.text(value)
      : "a string, a finite number or a boolean"

const record = (what: string, entry: Input.Rule, reserved: ReadonlyArray<string> = []): Input.Rule => {
  const entries = Input.recordOf(what, entry)
  return (value) => (isRecord(value) && !reserved.some((name) => name in value) ? entries(value) : what)
}

/** Parameters with the name of an option of the call are refused: they would be read as the option and not be sent. */
export const rules = (...reserved: ReadonlyArray<string>) => ({
  operation: Input.nonEmptyText,
  path: Input.text,
  params: Input.optional(record("an object", param)),
  query: Input.optional(record(`an object without ${reserved.join(", ")}`, queryValue, reserved))
})

export const checkPath = ({ params = {}, path }: Target): CodatError.InvalidRequest | undefined => {
  const named = Endpoint.parametersOf(path)
  // A name such as `constructor` is in every object.
  const missing = named.find((name) => !Object.hasOwn(params, name))
  if (missing !== undefined) {
    return Input.refused("params", `given a value for ${missing}, which the path names`)
  }
  const isPath =
    /^\/[\x21-\x7e]*$/.test(path) && !/[?#\\{}]|%2e|\/\.{1,2}(?:\/|$)/i.test(path.replace(/\{\w+\}/g, "x"))
  if (!isPath) {
    return Input.refused(
      "path",
      "visible ASCII that begins with /, without query, fragment, the segments . and .., and braces that name nothing"
    )
  }
  const unused = Object.keys(params).find((name) => !named.includes(name))
  return unused === undefined
    ? undefined
    : Input.refused("params", `without ${escapeControls(unused.slice(0, 64))}, which the path does not name`)
}

// -----------------------------------------------------------------------------
// Parts
// -----------------------------------------------------------------------------

/** The parts of an endpoint that a target decides, with the values of its path filled in. */
export const partsOf = ({ operation, params = {}, path, query = {} }: Target) => ({
  operation,
  path: Endpoint.pathOf(path, params),
  template: path,
  query: Object.keys(query),
  // `rules` has checked them.
  input: Object.fromEntries(Object.keys(query).map((name) => [name, Input.anything]))
})

/** The operation and method for an error, also when `options` has none. */
export const named = (
  caller: string,
  options: unknown
): { readonly operation: string; readonly method: string } => {
  const textOf = (name: string, otherwise: string) =>
    Predicate.hasProperty(options, name) && Predicate.isString(options[name]) ? options[name] : otherwise
  return { operation: textOf("operation", caller), method: textOf("method", "GET") }
}
