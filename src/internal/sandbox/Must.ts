/**
 * Schemas whose errors say which property is wrong and what it must be: "status must be from 200 to 599".
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import * as Known from "./Known.ts"

/** A schema for each property of a model, so that none can be forgotten or be of another type. */
export type Fields<A> = { readonly [K in keyof A]-?: Schema.Codec<A[K], unknown> }

/** A struct that keeps unknown properties, which its type does not show: controls report or store them. */
export const open = <const F extends { readonly [name: string]: Schema.Codec<unknown, unknown> }>(
  fields: F
): Schema.Codec<Schema.Struct.Type<F>, unknown> =>
  // A cast, because the properties of `F` are not known here.
  Schema.StructWithRest(Schema.Struct(fields), [
    Schema.Record(Schema.String, Schema.Unknown)
  ]) as unknown as Schema.Codec<Schema.Struct.Type<F>, unknown>

/** Says what a value must be, in the words that end the message "… must be …", and what it is for. */
export const be = <S extends Schema.Top>(mustBe: string, schema: S, description?: string) =>
  schema.annotate({ mustBe, ...(description === undefined ? undefined : { description }) })

export const text = be("a text", Schema.String)

/** A text that is one of these. */
export const oneOf = <const L extends ReadonlyArray<string>>(...texts: L) =>
  be(`one of ${texts.join(", ")}`, Schema.Literals(texts))

/** A whole number that is not less than another. */
export const atLeast = (least: number, description?: string) =>
  be(`a whole number, ${least} or more`, Schema.Int.check(Schema.isGreaterThanOrEqualTo(least)), description)

/** The words of a schema, or of the schema inside an optional one. */
const wordsOf = (ast: AST.AST | undefined): unknown =>
  ast === undefined
    ? undefined
    : (AST.resolve(ast)?.["mustBe"] ?? (AST.isUnion(ast) ? wordsOf(ast.types[0]) : undefined))

/** What the first wrong property must be; undefined when its schema has no words for it. */
const wrong = (issue: SchemaIssue.Issue, path: ReadonlyArray<PropertyKey> = []): string | undefined => {
  switch (issue._tag) {
    case "Encoding":
    case "Filter":
      return wrong(issue.issue, path)
    case "Pointer":
      return wrong(issue.issue, [...path, ...issue.path])
    case "AnyOf":
      return issue.issues[0] === undefined ? undefined : wrong(issue.issues[0], path)
    case "InvalidValue":
      return issue.annotations?.message
    case "Composite": {
      const [first] = issue.issues
      const found = wrong(first, path)
      if (found !== undefined || first._tag !== "Pointer" || !AST.isObjects(issue.ast)) return found
      const [name] = first.path
      const property = issue.ast.propertySignatures.find((property) => property.name === name)
      const words = wordsOf(property?.type)
      return words === undefined
        ? undefined
        : `${[...path, ...first.path].map(String).join(".")} must be ${words}`
    }
    default:
      return undefined
  }
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** What is wrong, in the words of the schema, or in those of its kind with the place before them. */
export const explain = (issue: SchemaIssue.Issue): string => {
  const words = wrong(issue)
  if (words !== undefined) return words
  const [first] = format(issue).issues
  const path = (first?.path ?? []).map((part) => String(Predicate.isObject(part) ? part.key : part)).join(".")
  return `${path === "" ? "" : `${path}: `}${first?.message ?? "it is not valid"}`
}

/** What is wrong with a value, if anything. Also a property that the schema does not have is wrong. */
export const invalid = (
  what: string,
  schema: Schema.Codec<unknown, unknown>
): ((value: unknown) => string | undefined) => {
  const decode = Schema.decodeUnknownResult(schema)
  const known = AST.isObjects(schema.ast) ? schema.ast.propertySignatures.map(({ name }) => String(name)) : []
  return (value) => {
    if (!Predicate.isObject(value)) return `${what} must be an object`
    // Unknown names come first: for a misspelled one, "did you mean" says more than that the right one is missing.
    const unknown = Known.unknown(value, known)
    if (unknown !== undefined) return unknown
    const decoded = decode(value)
    return Result.isFailure(decoded) ? explain(decoded.failure.issue) : undefined
  }
}
