/**
 * Decodes parsed JSON to a model, or to the first fault in it.
 *
 * A schema's AST is compiled once to a tree of closures. They decode valid input several times faster than the
 * interpreter of `effect/Schema`, and decline all other input: then the interpreter decodes the whole input again and
 * explains what is wrong. A node that the compiler does not know (a middleware, a tuple, a template) is interpreted;
 * the nodes around it are still compiled. No code is generated, so this also runs where `new Function` is forbidden.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { constUndefined } from "effect/Function"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaParser from "effect/SchemaParser"
import {
  anything,
  array,
  boolean,
  DEFAULT,
  type Decoder,
  declined,
  type Field,
  finite,
  firstOf,
  INTERPRETED,
  NULLISH,
  NULLISH_STRING,
  NULLISH_UTC,
  number,
  OPTIONAL,
  only,
  PRESENT,
  record,
  STRING,
  secret,
  string,
  struct,
  utc
} from "./Closures.ts"
import * as Dates from "./Dates.ts"
import * as Nullish from "./Nullish.ts"
import * as Secret from "./Secret.ts"

/** Where in the body the first fault is, and what was expected there. The value itself is not part of it. */
export interface DecodeIssue {
  readonly path: ReadonlyArray<PropertyKey>
  readonly message: string
}

/** A path in a body as text, such as `results[3].created`. */
export const formatPath = (path: ReadonlyArray<PropertyKey>): string =>
  path.reduce<string>(
    (text, key) =>
      typeof key === "number" ? `${text}[${key}]` : `${text}${text === "" ? "" : "."}${String(key)}`,
    ""
  )

/** Decodes a value that `JSON.parse` returned, or says where the first fault is. */
export type Decode<A> = (input: unknown) => Result.Result<A, DecodeIssue>

/** Effect does not say which of these it was. */
const tooDeep = "Expected less nesting, or a schema that neither waits nor throws"

/**
 * Makes a function that decodes a value that `JSON.parse` returned.
 *
 * The function returns a `Result` for any input and never throws. Make it once for each schema and keep it: the schema
 * is compiled when the function is first used.
 */
export const compile = <A>(schema: Schema.ConstraintDecoder<A>): Decode<A> => {
  const slow = SchemaParser.decodeUnknownResult(schema)
  const fast = closures(schema)
  return (input) => {
    try {
      const value = fast(input)
      // The closures return what the schema would, which is an `A`.
      if (value !== declined) return Result.succeed(value as A)
    } catch {
      // JSON can be nested too deeply for the stack. The interpreter may still find a fault at a higher level.
    }
    try {
      return Result.mapError(slow(input), toIssue)
    } catch {
      return Result.fail({ path: [], message: tooDeep })
    }
  }
}

/** The closures of a schema without the interpreter that explains a fault; exported for tests. */
export const closures = (schema: Schema.ConstraintDecoder<unknown>): Decoder => {
  let decoder: Decoder | undefined
  return (input) => {
    decoder ??= compiler()(schema.ast)
    return decoder(input)
  }
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const toIssue = (issue: SchemaIssue.Issue): DecodeIssue => {
  const first = format(issue).issues[0]
  if (first === undefined) return { path: [], message: "Invalid value" }
  return {
    path: (first.path ?? []).map((segment) => (typeof segment === "object" ? segment.key : segment)),
    // In JSON, Effect's numbers can also be texts such as "Infinity", which Codat does not send.
    message: first.message.replace(/(number \| )?"Inf.*NaN"/, "number")
  }
}

// -----------------------------------------------------------------------------
// From an AST to closures
// -----------------------------------------------------------------------------

type Compile = (ast: SchemaAST.AST) => Decoder

/** A compiler for one schema. It keeps each compiled node, so that compiling a recursive schema ends. */
const compiler = (): Compile => {
  const seen = new Map<SchemaAST.AST, Decoder>()
  const compileNode: Compile = (ast) => {
    const known = seen.get(ast)
    if (known !== undefined) return known
    const decoder =
      (ast.encoding === undefined ? typeSide(ast) : encoded(ast, ast.encoding)) ?? interpret(ast)
    seen.set(ast, decoder)
    return decoder
  }

  /** A node's own type, without the transformations that lead to it. */
  const typeSide = (ast: SchemaAST.AST): Decoder | undefined => {
    if ("encodingChecks" in ast && ast.encodingChecks !== undefined) return undefined
    const decoder = unchecked(ast)
    return decoder === undefined || ast.checks === undefined ? decoder : checked(ast, ast.checks, decoder)
  }

  const unchecked = (ast: SchemaAST.AST): Decoder | undefined => {
    switch (ast._tag) {
      case "String":
        return string
      case "Number":
        return number
      case "Boolean":
        return boolean
      case "Unknown":
      case "Any":
        return anything
      case "Null":
        return only(null)
      case "Undefined":
        return only(undefined)
      case "Literal":
        return only(ast.literal)
      case "Arrays":
        return arrays(ast)
      case "Objects":
        return objects(ast)
      case "Union":
        return union(ast)
      case "Suspend": {
        let decoder: Decoder | undefined
        return (input) => {
          decoder ??= compileNode(ast.thunk())
          return decoder(input)
        }
      }
      default:
        return undefined
    }
  }

  const arrays = ({ elements, rest }: SchemaAST.Arrays): Decoder | undefined => {
    const item = rest[0]
    return elements.length > 0 || rest.length !== 1 || item === undefined || item.context?.isOptional === true
      ? undefined
      : array(compileNode(item))
  }

  const union = (ast: SchemaAST.Union): Decoder | undefined => {
    if (ast.options?.mode === "oneOf") return undefined
    return isOpenEnum(ast) ? string : firstOf(ast.types.map(compileNode))
  }

  const objects = (ast: SchemaAST.Objects): Decoder | undefined => {
    const value = recordValue(ast)
    if (value !== undefined) return record(compileNode(value), true)
    return ast.indexSignatures.length > 0 || ast.propertySignatures.length === 0
      ? undefined
      : struct(ast.propertySignatures.map(field))
  }

  const field = (property: SchemaAST.PropertySignature): Field => {
    const { name, type } = property
    const make = (rule: number, decode: Decoder, orElse: () => unknown = constUndefined): Field => ({
      name: String(name),
      rule,
      decode,
      orElse
    })
    const nullish = nullishOf(type)
    if (
      typeof name !== "string" ||
      name in Object.prototype ||
      (nullish === undefined && !keepsPresence(type))
    ) {
      // A struct with only this property decodes it from the whole object as the whole struct would.
      return make(INTERPRETED, interpret(new SchemaAST.Objects([property], [])))
    }
    if (nullish !== undefined) {
      const decode = compileNode(nullish.value)
      if (nullish.orElse !== undefined) return make(DEFAULT, decode, nullish.orElse)
      return make(decode === string ? NULLISH_STRING : decode === utc ? NULLISH_UTC : NULLISH, decode)
    }
    const decode = compileNode(type)
    if (type.context?.isOptional === true) return make(OPTIONAL, decode)
    return make(decode === string ? STRING : PRESENT, decode)
  }

  const encoded = (ast: SchemaAST.AST, links: SchemaAST.Encoding): Decoder | undefined => {
    const getters = links.map(getterOf)
    if (links.length === 1 && ast.checks === undefined && isPlainString(links[0].to)) {
      if (getters[0] === Dates.decoding) return utc
      if (getters[0] === Secret.decoding) return secret
    }
    if (links.length === 1 && getters[0] === Nullish.withoutNulls && links[0].to._tag === "Objects") {
      const value = recordValue(links[0].to)
      const present = value === undefined ? undefined : pairedWith(value, "Null")
      if (present !== undefined && isPlain(links[0].to)) return record(compileNode(present), false)
    }
    let decoder: Decoder | undefined
    // The last link is the one from the JSON, the first is the one to the node itself.
    for (const [index, link] of [...links.entries()].reverse()) {
      const from: Decoder = decoder ?? compileNode(link.to)
      const next = links[index - 1]
      const to = next === undefined ? typeSide(ast) : compileNode(next.to)
      const transform = transformOf(getters[index])
      if (to === undefined || transform === undefined) return undefined
      decoder = (input) => {
        const value = from(input)
        if (value === declined) return declined
        const transformed = transform(value)
        return transformed === declined ? declined : to(transformed)
      }
    }
    return decoder
  }

  return compileNode
}

/** The interpreter, for one node. */
const interpret = (ast: SchemaAST.AST): Decoder => {
  const decode = SchemaParser.decodeUnknownResult(Schema.make<Schema.Codec<unknown>>(ast))
  return (input) => Result.getOrElse(decode(input), () => declined)
}

const checked = (
  ast: SchemaAST.AST,
  checks: ReadonlyArray<SchemaAST.Check<unknown>>,
  decoder: Decoder
): Decoder => {
  if (decoder === number && checks.length === 1 && checks[0] === Schema.Finite.ast.checks?.[0]) return finite
  const passes = (value: unknown, checks: ReadonlyArray<SchemaAST.Check<unknown>>): boolean =>
    checks.every((check) =>
      check._tag === "Filter" ? check.run(value, ast, {}) === undefined : passes(value, check.checks)
    )
  return (input) => {
    const value = decoder(input)
    return value === declined || !passes(value, checks) ? declined : value
  }
}

type Getter = Exclude<SchemaAST.Link["transformation"], { readonly _tag: "Middleware" }>["decode"]

const getterOf = ({ transformation }: SchemaAST.Link): Getter | undefined =>
  transformation._tag === "Middleware" ? undefined : transformation.decode

/** What a transformation does to a present value; undefined for one that can add or remove the value. */
const transformOf = (getter: Getter | undefined): Decoder | undefined => {
  switch (getter?._tag) {
    case "Passthrough":
      return anything
    case "Transform":
      return getter.transform
    case "TransformEffect":
      return (input) => {
        // A schema that `compile` accepts needs no services, so its transformations need none either.
        const effect = getter.transform(input, {}) as Effect.Effect<unknown, unknown>
        const exit = Effect.runSyncExit(effect)
        return Exit.isSuccess(exit) ? exit.value : declined
      }
    default:
      return undefined
  }
}

/** Whether decoding keeps an absent property absent and a present one present. */
const keepsPresence = (ast: SchemaAST.AST): boolean =>
  ast._tag === "Suspend"
    ? keepsPresence(ast.thunk())
    : ast.encoding === undefined ||
      ast.encoding.every((link) => transformOf(getterOf(link)) !== undefined && keepsPresence(link.to))

interface NullishProperty {
  readonly value: SchemaAST.AST
  readonly orElse: (() => unknown) | undefined
}

/** The parts of a schema that `Nullish.optional` or `Nullish.withDefault` made; undefined for other schemas. */
const nullishOf = (ast: SchemaAST.AST): NullishProperty | undefined => {
  const [link, ...more] = ast.encoding ?? []
  if (link === undefined || more.length > 0) return undefined
  const getter = getterOf(link)
  const value = withoutNullish(link.to)
  if (getter === undefined || value === undefined) return undefined
  if (getter === Nullish.decoding) return ast.checks === undefined ? { value, orElse: undefined } : undefined
  // A type with exactly the checks of its value has no other checks, and these need not run twice.
  return Nullish.isDefaulting(getter) && ast.checks === value.checks
    ? { value, orElse: getter.orElse }
    : undefined
}

/** The `X` of `Schema.optional(Schema.NullOr(X))`. */
const withoutNullish = (ast: SchemaAST.AST): SchemaAST.AST | undefined => {
  const nullable = pairedWith(ast, "Undefined")
  return nullable === undefined ? undefined : pairedWith(nullable, "Null")
}

const pairedWith = (ast: SchemaAST.AST, tag: "Null" | "Undefined"): SchemaAST.AST | undefined =>
  ast._tag === "Union" && isPlain(ast) && ast.types.length === 2 && ast.types[1]?._tag === tag
    ? ast.types[0]
    : undefined

/** The type of the values of a record whose keys are any string. */
const recordValue = ({
  indexSignatures,
  propertySignatures
}: SchemaAST.Objects): SchemaAST.AST | undefined => {
  const [index, ...others] = indexSignatures
  return index !== undefined &&
    others.length === 0 &&
    propertySignatures.length === 0 &&
    isPlainString(index.parameter)
    ? index.type
    : undefined
}

const isPlain = (ast: SchemaAST.AST): boolean => ast.encoding === undefined && ast.checks === undefined

const isPlainString = (ast: SchemaAST.AST): boolean => ast._tag === "String" && isPlain(ast)

/** Whether a union has any string besides its known strings, so that every string is valid. */
const isOpenEnum = ({ types }: SchemaAST.Union): boolean =>
  types.some(isPlainString) && types.every((type) => isPlainString(type) || isLiteralString(type))

const isLiteralString = (ast: SchemaAST.AST): boolean =>
  isPlain(ast) &&
  (ast._tag === "Literal"
    ? typeof ast.literal === "string"
    : ast._tag === "Union" && ast.options?.mode !== "oneOf" && ast.types.every(isLiteralString))
