/**
 * How an endpoint is described. Everything else about a request (credentials,
 * retries, classification, decoding) is in `Pipeline.ts`, once.
 */
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type { Rules } from "./Input.ts"
import * as Decode from "./model/Decode.ts"
import type { Method } from "./Repeat.ts"

export type Endpoint<Input, A> = Description<Input, A> & (Plain | Keyed)

interface Plain {
  readonly method: Exclude<Method, Keyed["method"]>
  readonly newKey?: undefined
}

/** Codat takes an `Idempotency-Key` on these: describe them to `write`, which has one made for each call. */
interface Keyed {
  readonly method: "POST" | "PATCH"
  readonly newKey: Effect.Effect<string>
}

export interface Description<Input, A> {
  /** The name that spans, metrics and errors carry, such as `Connections.get`. */
  readonly operation: string
  /** The rules of the input, one for each option. */
  readonly input: Rules<Input>
  /** Built by {@link path}, from options whose rule is `Input.id` or as strict. */
  readonly path: (input: Input) => string
  readonly query?: ((input: Input) => Query) | undefined
  /** What is sent as JSON. */
  readonly body?: ((input: Input) => unknown) | undefined
  /** Values in the input that no error may quote. */
  readonly secrets?: ((input: Input) => ReadonlyArray<string>) | undefined
  readonly output: Output<A>
}

/** From the parsed body to the result, or to where the body is not what Codat promises. */
export type Output<A> = (body: unknown) => Result.Result<A, Decode.DecodeIssue>

/** The parameters of a URL's query, by name; one that is undefined is left out. */
export type Query = ReadonlyArray<readonly [name: string, value: string | number | undefined]>

/** The result is what the schema makes of the body. */
export const json = <A>(schema: Schema.ConstraintDecoder<A>): Output<A> => Decode.compile(schema)

/** There is no result; whatever the body holds is passed over. */
export const nothing: Output<void> = () => Result.succeed(undefined)

/** A path whose segments are escaped, so that no id can change which path it is. */
export const path = (strings: TemplateStringsArray, ...segments: ReadonlyArray<string>): string =>
  strings.reduce((left, right, index) => left + encodeURIComponent(segments[index - 1] ?? "") + right)

/** `?a=1&b=2` of what is set, or nothing. */
export const search = (query: Query): string => {
  let text = ""
  for (const [name, value] of query) {
    if (value === undefined) continue
    // Escaping a number would change nothing and takes longer than all the rest.
    const escaped = typeof value === "number" ? value : encodeURIComponent(value)
    text += `${text === "" ? "?" : "&"}${name}=${escaped}`
  }
  return text
}

/** Options that several operations of a write share. */
export interface WriteOptions {
  /**
   * The GUID under which Codat keeps the first response for 90 minutes. Made
   * anew for each call when left out; give your own to go on with a write
   * after a crash.
   */
  readonly idempotencyKey?: string | undefined
}

export type Credential = string | Redacted.Redacted<string>
