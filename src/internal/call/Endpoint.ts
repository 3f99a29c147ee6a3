/**
 * How an endpoint is described: once, for the client, the sandbox, the documentation and the command line.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import type { Rule, Rules } from "./Input.ts"
import type { Method } from "./Retryable.ts"

/** The names in braces of a path template: `"companyId"` of `/companies/{companyId}`. */
export type Parameters<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Parameters<Rest>
  : never

/** An endpoint as an operations module describes it. */
export interface Description<Input, Output, Path extends string> {
  /** The name that spans, metrics and errors carry, such as `Connections.get`. */
  readonly operation: string
  readonly method: Method
  /** The path as Codat writes it. Each name in braces is an option, which is escaped as one segment. */
  readonly path: Parameters<Path> extends keyof Input ? Path : never
  /** A rule for each option but `idempotencyKey`, which every POST and PATCH takes. */
  readonly input: Rules<Omit<Input, "idempotencyKey">>
  /** The options that are sent in the URL's query, under their own names. */
  readonly query?: ReadonlyArray<keyof Input & string> | undefined
  /** What is sent as JSON. A `Redacted` in it is sent as its value, and no error quotes it. */
  readonly body?: ((input: Input) => unknown) | undefined
  /** The model of the response, or {@link nothing}. */
  readonly output: Schema.ConstraintDecoder<Output>
}

/** An endpoint as the rest of the library reads it, without the types of its options and response. */
export interface Endpoint {
  readonly operation: string
  readonly method: Method
  readonly path: string
  readonly input: { readonly [name: string]: Rule }
  readonly query: ReadonlyArray<string>
  readonly output: Schema.Constraint
}

/** The output of an endpoint whose response has no content, or none that means anything. */
export const nothing: Schema.Codec<void, unknown> = Schema.Unknown.pipe(
  Schema.decodeTo(Schema.Void, {
    decode: SchemaGetter.transformEffect(() => Effect.void),
    encode: SchemaGetter.transform((): unknown => undefined)
  })
)

const descriptionKey: unique symbol = Symbol("effect-codat/Endpoint")

/** Gives the public function of an endpoint its description. */
export const describe = <F extends (...args: never) => unknown>(operation: F, endpoint: Endpoint): F => {
  Object.defineProperty(operation, "name", { value: endpoint.operation })
  return Object.assign(operation, { [descriptionKey]: endpoint })
}

/** Gives a function that calls an operation the operation's description. */
export const describeAs = <F extends (...args: never) => unknown>(operation: F, called: unknown): F => {
  const endpoint = of(called)
  return endpoint === undefined ? operation : describe(operation, endpoint)
}

/** The description of an operation, when the value is one. */
export const of = (operation: unknown): Endpoint | undefined =>
  typeof operation === "function" && descriptionKey in operation
    ? // Only `describe` can have put it there.
      (operation[descriptionKey] as Endpoint)
    : undefined

// -----------------------------------------------------------------------------
// URLs
// -----------------------------------------------------------------------------

/** The options of a request by name. */
export type Options = { readonly [name: string]: unknown }

const parameter = /\{(\w+)\}/g

/** The path of a request: each option one escaped segment, so that no id can change which path it is. */
export const pathOf = (template: string, options: Options): string =>
  template.replace(parameter, (_, name: string) => encodeURIComponent(String(options[name])))

/** The names in braces of a path template, in their order. */
export const parametersOf = (template: string): ReadonlyArray<string> =>
  Array.from(template.matchAll(parameter), ([, name]) => name ?? "")

/** `?a=1&b=2` of the options that are set, or nothing. */
export const searchOf = (names: ReadonlyArray<string>, options: Options, fixed?: string): string => {
  let text = fixed === undefined ? "" : `?${fixed}`
  for (const name of names) {
    const value = options[name]
    if (value === undefined) continue
    // Escaping a number would change nothing and takes longer than all the rest.
    const escaped = typeof value === "number" ? value : encodeURIComponent(String(value))
    text += `${text === "" ? "?" : "&"}${encodeURIComponent(name)}=${escaped}`
  }
  return text
}
