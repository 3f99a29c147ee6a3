/**
 * From parsed JSON to a model, or to the first thing that is wrong with it.
 */
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaParser from "effect/SchemaParser"
import * as Fast from "./Fast.ts"

/** Where in the body the first fault is, and what was expected there. The value itself is never told. */
export interface Fault {
  readonly path: ReadonlyArray<PropertyKey>
  readonly message: string
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const toFault = (issue: SchemaIssue.Issue): Fault => {
  const first = format(issue).issues[0]
  if (first === undefined) return { path: [], message: "Invalid value" }
  return {
    path: (first.path ?? []).map((segment) => (typeof segment === "object" ? segment.key : segment)),
    message: first.message
  }
}

/**
 * A function that decodes what `JSON.parse` returned, by the schema's `Fast` decoder where it has one.
 *
 * Whatever the input, it answers with a `Result` and does not throw. Make it once for a schema and keep it: nothing
 * is prepared until it is first used.
 */
export const compile = <A>(
  schema: Schema.ConstraintDecoder<A>
): ((input: unknown) => Result.Result<A, Fault>) => {
  const fast = Fast.of(schema)
  const slow = SchemaParser.decodeUnknownResult(schema)
  return (input) => {
    const value = fast === undefined ? Fast.declined : fast(input)
    return value === Fast.declined ? Result.mapError(slow(input), toFault) : Result.succeed(value)
  }
}
