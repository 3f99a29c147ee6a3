import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"
import { Company, Connection, Integration, type Model, Page } from "effect-codat"
import fc from "fast-check"
import { declined } from "../../src/internal/model/Closures.ts"
import * as Dates from "../../src/internal/model/Dates.ts"
import * as Decode from "../../src/internal/model/Decode.ts"
import * as Nullish from "../../src/internal/model/Nullish.ts"
import * as OpenEnum from "../../src/internal/model/OpenEnum.ts"
import { Secret } from "../../src/internal/model/Secret.ts"

type AnyModel = Schema.Codec<unknown, unknown>

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** A `Redacted` is equal to any other to `deepStrictEqual`, so what two values encode to is compared as well. */
const same = (model: AnyModel, left: unknown, right: unknown, what: string): void => {
  assert.deepStrictEqual(left, right, what)
  const encode = Schema.encodeUnknownSync(model)
  assert.deepStrictEqual(encode(left), encode(right), what)
}

/** Whether the closures and the interpreter agree on an input; answers whether it was a right one. */
const agreeOn = (model: AnyModel) => {
  const compiled = Decode.compile(model)
  const interpreted = Schema.decodeUnknownResult(model)
  return (input: unknown): boolean => {
    const ours = compiled(input)
    const theirs = interpreted(input)
    const what = inspect(input)
    if (Result.isFailure(theirs)) {
      const first = format(theirs.failure.issue).issues[0]
      assert.deepStrictEqual<unknown>(
        Result.isFailure(ours) && ours.failure,
        { path: first?.path ?? [], message: first?.message },
        what
      )
      return false
    }
    same(model, Result.getOrThrow(ours), theirs.success, what)
    return true
  }
}

// -----------------------------------------------------------------------------
// The models' JSON
// -----------------------------------------------------------------------------

const nullish = <A>(value: fc.Arbitrary<A>) =>
  fc.oneof({ weight: 5, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) })

const text = fc.string({ maxLength: 6 })
const json = fc.jsonValue({ maxDepth: 2 })
const date = fc.constantFrom("2022-10-27T10:22:43.6464237Z", "2022-10-27", "2022-10-27T09:53:29+01:00")
const oddKeys = fc.oneof(text, fc.constantFrom("__proto__", "constructor", "toString"))
const dictionary = <A>(value: fc.Arbitrary<A>) => fc.dictionary(oddKeys, value, { noNullPrototype: true })

/** An object with all of `required`, some of `optional`, and some that no model knows. */
const objectOf = (
  required: Record<string, fc.Arbitrary<unknown>>,
  optional: Record<string, fc.Arbitrary<unknown>>
): fc.Arbitrary<object> =>
  fc.record(
    {
      ...required,
      ...Object.fromEntries(Object.entries(optional).map(([key, value]) => [key, nullish(value)])),
      extra: json,
      constructor: json
    },
    // The type of the keys that an index signature adds is lost.
    { requiredKeys: Object.keys(required) as [] }
  )

const listOf = (item: fc.Arbitrary<unknown>) => fc.array(item, { maxLength: 2 })

const connection = objectOf(
  { id: text, integrationId: text, sourceId: text, platformName: text, linkUrl: text },
  {
    integrationKey: text,
    sourceType: fc.constantFrom("Banking", "Payroll"),
    status: fc.constantFrom("Linked", "Suspended"),
    lastSync: date,
    created: date,
    dataConnectionErrors: listOf(
      objectOf(
        {},
        {
          statusCode: text,
          statusText: text,
          errorMessage: text,
          erroredOnUtc: date,
          status: fc.constantFrom("Active", "Resolved", "Muted"),
          resolvedOnUtc: date
        }
      )
    ),
    connectionInfo: dictionary(json)
  }
)

const tags = dictionary(nullish(text))
const reference = objectOf(
  {},
  { id: text, name: text, description: text, links: objectOf({}, { portal: text }), tags }
)
const details = {
  description: text,
  lastSync: date,
  created: date,
  createdByUserName: text,
  ownerUserIds: listOf(text),
  products: listOf(text),
  tags,
  referenceParentCompany: reference,
  referenceSubsidiaryCompanies: listOf(reference)
}
const company = objectOf(
  { id: text, name: text, redirect: text },
  { ...details, dataConnections: listOf(connection) }
)

const feature = objectOf(
  { featureType: fc.constantFrom("Get", "Fax"), featureState: fc.constantFrom("Release", "Gone") },
  {}
)
const features = { supportedFeatures: listOf(feature) }
const datatypeFeatures = fc.oneof(
  objectOf({ datatype: text }, features),
  objectOf({ dataType: text }, features),
  objectOf({ dataType: text }, { ...features, datatype: text })
)
const integration = objectOf(
  { key: text, name: text, logoUrl: text, enabled: fc.boolean() },
  {
    sourceType: fc.constantFrom("Banking", "Payroll"),
    integrationId: text,
    sourceId: text,
    isOfflineConnector: fc.boolean(),
    isBeta: fc.boolean(),
    dataProvidedBy: text,
    datatypeFeatures: listOf(datatypeFeatures)
  }
)
const image = objectOf({}, { image: objectOf({}, { src: text, alt: text }) })
const branding = objectOf(
  {},
  {
    logo: objectOf({}, { full: image, square: image }),
    button: objectOf({}, { default: image, hover: image }),
    sourceId: text
  }
)

const link = objectOf({}, { href: text })
const pageOf = (item: fc.Arbitrary<unknown>) =>
  objectOf(
    { results: fc.array(item, { maxLength: 3 }) },
    {
      pageNumber: fc.double({ noNaN: true, noDefaultInfinity: true }),
      pageSize: fc.nat(),
      totalResults: fc.nat(),
      _links: objectOf({}, { self: link, current: link, next: link, previous: link })
    }
  )

const models: ReadonlyArray<readonly [string, AnyModel, fc.Arbitrary<unknown>]> = [
  ["Connection", Connection.Connection, connection],
  ["Page of Connection", Page.make(Connection.Connection), pageOf(connection)],
  [
    "CompanyDetails",
    Company.CompanyDetails,
    objectOf({ id: text }, { ...details, name: text, redirect: text })
  ],
  ["CompanyReference", Company.CompanyReference, reference],
  ["Page of Company", Page.make(Company.Company), pageOf(company)],
  ["DatatypeFeatures", Integration.DatatypeFeatures, datatypeFeatures],
  ["Page of Integration", Page.make(Integration.Integration), pageOf(integration)],
  ["Branding", Integration.Branding, branding]
]

/** Every place in a value, the value itself among them. */
const places = (value: unknown, path: ReadonlyArray<string> = []): Array<ReadonlyArray<string>> => [
  path,
  ...(typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, child]) => places(child, [...path, key]))
    : [])
]

const replace = (value: unknown, [key, ...rest]: ReadonlyArray<string>, by: unknown): unknown => {
  if (key === undefined) return by
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) }
  Object.defineProperty(copy, key, {
    value: replace((value as Record<string, unknown>)[key], rest, by),
    enumerable: true,
    configurable: true,
    writable: true
  })
  return copy
}

const intruder = fc.oneof(
  json,
  fc.constantFrom("2022-02-30", "", 0, Number.POSITIVE_INFINITY, Number.NaN, [null], { href: 1 }, undefined)
)

/** A right value with one wrong thing in it, which is sometimes as right. */
const nearlyRight = (right: fc.Arbitrary<unknown>) =>
  fc.tuple(right, fc.nat(), intruder).map(([value, at, by]) => {
    const all = places(value)
    return replace(value, all[at % all.length] ?? [], by)
  })

const nested = (depth: number): unknown => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`)

class Exotic {
  readonly id = "1"
  get results(): ReadonlyArray<unknown> {
    return []
  }
}

const hostile: ReadonlyArray<unknown> = [
  undefined,
  null,
  "",
  "<html>",
  0,
  Number.NaN,
  true,
  Symbol("s"),
  1n,
  () => [],
  [],
  [[]],
  {},
  Object.create(null),
  Object.create({ id: "1", results: [] }),
  new Exotic(),
  new Map(),
  new Date(0),
  JSON.parse('{"__proto__":{"id":"1","results":[]}}'),
  JSON.parse('{"id":"1","name":"n","redirect":"r","tags":{"__proto__":"x","a":null}}'),
  JSON.parse('{"id":"1","tags":{"__proto__":null}}'),
  { results: nested(1000) },
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested.
  { results: [, 1] },
  { results: Object.assign([], { length: 3 }) }
]

describe.each(models)("%s", (_, model, right) => {
  const agree = agreeOn(model)

  it("decodes what is right by closures, and as its schema does", () => {
    const closures = Decode.closures(model)
    fc.assert(
      fc.property(right, (input) => {
        assert.notStrictEqual(closures(input), declined)
        assert.isTrue(agree(input))
      }),
      { numRuns: 300 }
    )
  })

  it("decodes or explains what is nearly right as its schema does", () => {
    let wrong = 0
    fc.assert(
      fc.property(nearlyRight(right), (input) => {
        if (!agree(input)) wrong++
      }),
      { numRuns: 800 }
    )
    assert.isAbove(wrong, 50)
  })

  it("decodes or explains anything else as its schema does", () => {
    for (const input of hostile) agree(input)
    fc.assert(
      fc.property(fc.anything(), (input) => {
        agree(input)
      }),
      { numRuns: 300 }
    )
  })

  it("encodes what it decodes, and decodes the same again", () => {
    const decode = Decode.compile(model)
    const encode = Schema.encodeUnknownSync(model)
    fc.assert(
      fc.property(right, (input) => {
        const decoded = Result.getOrThrow(decode(input))
        const encoded = encode(decoded)
        same(model, Result.getOrThrow(decode(encoded)), decoded, "again")
      }),
      { numRuns: 200 }
    )
  })

  it("leaves its input alone", () => {
    const decode = Decode.compile(model)
    fc.assert(
      fc.property(nearlyRight(right), (input) => {
        const before = structuredClone(input)
        decode(input)
        assert.deepStrictEqual(input, before)
      }),
      { numRuns: 100 }
    )
  })
})

// -----------------------------------------------------------------------------
// Nothing that a model's type has is missing in its schema
// -----------------------------------------------------------------------------

/** Every property of a model's JSON, which the compiler asks for: an optional one that a schema forgets is lost. */
type Complete<A> =
  A extends ReadonlyArray<infer Item>
    ? ReadonlyArray<Complete<Item>>
    : A extends object
      ? { readonly [Key in keyof A]-?: Complete<NonNullable<A[Key]>> }
      : A

const aConnection: Complete<Model.Encoded<Connection.Connection>> = {
  id: "1",
  integrationId: "2",
  integrationKey: "gbol",
  sourceId: "3",
  sourceType: "Banking",
  platformName: "Platform",
  linkUrl: "https://link",
  status: "Linked",
  lastSync: "2022-10-27T10:22:43.646Z",
  created: "2022-10-27T10:22:43.646Z",
  dataConnectionErrors: [
    {
      statusCode: "401",
      statusText: "Unauthorized",
      errorMessage: "Revoked",
      erroredOnUtc: "2022-10-27T10:22:43.646Z",
      status: "Active",
      resolvedOnUtc: "2022-10-27T10:22:43.646Z"
    }
  ],
  connectionInfo: { a: 1 }
}

const aReference: Complete<Model.Encoded<Company.CompanyReference>> = {
  id: "1",
  name: "Parent",
  description: "A parent",
  links: { portal: "https://portal" },
  tags: { region: "uk" }
}

const someDetails: Complete<Model.Encoded<Company.CompanyDetails>> = {
  id: "1",
  name: "Company",
  description: "A company",
  redirect: "https://redirect",
  lastSync: "2022-10-27T10:22:43.646Z",
  created: "2022-10-27T10:22:43.646Z",
  createdByUserName: "Joe",
  ownerUserIds: ["u1"],
  products: ["lending"],
  tags: { region: "uk" },
  referenceParentCompany: aReference,
  referenceSubsidiaryCompanies: [aReference]
}

const aCompany: Complete<Model.Encoded<Company.Company>> = { ...someDetails, dataConnections: [aConnection] }

const anIntegration: Complete<Model.Encoded<Integration.Integration>> = {
  key: "gbol",
  name: "Platform",
  logoUrl: "https://logo",
  enabled: true,
  sourceType: "Banking",
  integrationId: "2",
  sourceId: "3",
  isOfflineConnector: false,
  isBeta: false,
  dataProvidedBy: "Provider",
  datatypeFeatures: [
    { datatype: "invoices", supportedFeatures: [{ featureType: "Get", featureState: "Release" }] }
  ]
}

const anImage = { image: { src: "https://image", alt: "An image" } }

const aBranding: Complete<Model.Encoded<Integration.Branding>> = {
  logo: { full: anImage, square: anImage },
  button: { default: anImage, hover: anImage },
  sourceId: "3"
}

const aLink = { href: "/companies" }

const aPage: Complete<Model.Encoded<Omit<Page.Page<Company.Company>, "skipped">>> = {
  results: [aCompany],
  pageNumber: 1,
  pageSize: 100,
  totalResults: 1,
  _links: { self: aLink, current: aLink, next: aLink, previous: aLink }
}

it.each<readonly [string, AnyModel, unknown]>([
  ["Connection", Connection.Connection, aConnection],
  ["CompanyDetails", Company.CompanyDetails, someDetails],
  ["Company", Company.Company, aCompany],
  ["Integration", Integration.Integration, anIntegration],
  ["Branding", Integration.Branding, aBranding],
  ["Page", Page.make(Company.Company), aPage]
])("%s keeps every property of its type", (_, model, complete) => {
  const decoded = Result.getOrThrow(Decode.compile(model)(complete))
  assert.deepStrictEqual(Schema.encodeUnknownSync(model)(decoded), complete)
})

// -----------------------------------------------------------------------------
// What schemas can hold beside what the models do
// -----------------------------------------------------------------------------

interface Tree {
  readonly name: string
  readonly children?: ReadonlyArray<Tree> | undefined
}

const Tree: Schema.Codec<Tree, unknown> = Schema.Struct({
  name: Schema.String,
  children: Nullish.optional(Schema.Array(Schema.suspend((): Schema.Codec<Tree, unknown> => Tree)))
})

const Kind = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("a"), at: UtcOf("at") }),
  Schema.Struct({ kind: Schema.Literal("b"), count: Schema.Natural }),
  Schema.String
])

function UtcOf(_: string) {
  return Nullish.optional(Dates.UtcFromString)
}

const schemas: Readonly<Record<string, AnyModel>> = {
  string: Schema.Struct({ a: Schema.String }),
  finite: Schema.Struct({ a: Schema.Finite }),
  natural: Schema.Struct({ a: Schema.Natural }),
  int: Schema.Struct({ a: Nullish.optional(Schema.Int) }),
  "a number of any kind": Schema.Struct({ a: Schema.Number }),
  "checks of a string": Schema.Struct({
    a: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(3))
  }),
  "a check of a struct": Schema.Struct({ a: Schema.Unknown }).check(Schema.makeFilter((_) => _.a !== 1)),
  "a check of an array": Schema.Struct({ a: Schema.Array(Schema.Unknown).check(Schema.isMinLength(1)) }),
  "a check of what may be null": Schema.Struct({
    a: Nullish.optional(Schema.String.check(Schema.isMinLength(1)))
  }),
  "a nullish property that is checked itself": Schema.Struct({
    a: Nullish.optional(Schema.String).check(Schema.makeFilter((_) => _ !== ""))
  }),
  "a check of what has a default": Schema.Struct({
    a: Nullish.withDefault(Schema.String.check(Schema.isMinLength(1)), () => "x")
  }),
  boolean: Schema.Struct({ a: Schema.Boolean }),
  null: Schema.Struct({ a: Schema.NullOr(Schema.String) }),
  undefined: Schema.Struct({ a: Schema.UndefinedOr(Schema.String) }),
  optional: Schema.Struct({ a: Schema.optional(Schema.String) }),
  optionalKey: Schema.Struct({ a: Schema.optionalKey(Schema.Unknown) }),
  unknown: Schema.Struct({ a: Schema.Unknown }),
  literal: Schema.Struct({ a: Schema.Literals(["x", 1, true]) }),
  "an open enumeration": Schema.Struct({ a: OpenEnum.make(["x", "y"]) }),
  "a date": Schema.Struct({ a: Dates.UtcFromString }),
  "a secret": Schema.Struct({ a: Secret }),
  "a checked secret": Schema.Struct({ a: Secret.check(Schema.makeFilter((_) => Redacted.value(_) !== "")) }),
  "null for absent": Schema.Struct({ a: Nullish.optional(Schema.Unknown) }),
  "a default": Schema.Struct({ a: Nullish.withDefault(Schema.Array(Schema.String), () => ["d"]) }),
  "a default of the schema's own": Schema.Struct({
    a: Schema.String.pipe(Schema.withDecodingDefault(Effect.succeed("d")))
  }),
  "a fault that is caught": Schema.Struct({
    a: Nullish.optional(Dates.UtcFromString).pipe(Schema.catchDecoding(() => Effect.succeed(Option.none())))
  }),
  "a record": Schema.Record(Schema.String, Schema.Unknown),
  "a record without nulls": Nullish.record(Schema.String),
  "a record with checked keys": Schema.Record(Schema.String.check(Schema.isMaxLength(1)), Schema.Unknown),
  "a record of templates": Schema.Record(Schema.TemplateLiteral(["a", Schema.String]), Schema.String),
  "a struct with a rest": Schema.StructWithRest(Schema.Struct({ a: Schema.String }), [
    Schema.Record(Schema.String, Schema.Unknown)
  ]),
  "a tuple": Schema.Struct({ a: Schema.Tuple([Schema.String, Schema.Number]) }),
  "a tuple with a rest": Schema.Struct({
    a: Schema.TupleWithRest(Schema.Tuple([Schema.String]), [Schema.Number])
  }),
  "an array": Schema.Array(Schema.NullOr(Schema.String)),
  "an array of dates": Schema.Struct({ a: Schema.Array(Dates.UtcFromString) }),
  "a number in text": Schema.Struct({ a: Schema.NumberFromString }),
  "a transformation": Schema.Struct({
    a: Schema.String.pipe(
      Schema.decodeTo(Schema.Number.check(Schema.isGreaterThan(0)), {
        decode: SchemaGetter.transform((_: string) => _.length),
        encode: SchemaGetter.transform((_: number) => "x".repeat(_))
      })
    )
  }),
  "two transformations": Schema.Struct({
    a: Schema.NumberFromString.pipe(
      Schema.decodeTo(Schema.Boolean, {
        decode: SchemaGetter.transform((_: number) => _ > 0),
        encode: SchemaGetter.transform((_: boolean) => (_ ? 1 : 0))
      })
    )
  }),
  "a transformation of what may be null or absent": Schema.Struct({
    a: Schema.optional(Schema.NullOr(Schema.String)).pipe(
      Schema.decodeTo(Schema.String, {
        decode: SchemaGetter.transformOptional((_: Option.Option<string | null | undefined>) =>
          Option.some(`${Option.getOrUndefined(_)}!`)
        ),
        encode: SchemaGetter.passthroughSupertype()
      })
    )
  }),
  "one of two": Schema.Union([Schema.Struct({ a: Schema.String }), Schema.Struct({ b: Schema.String })], {
    mode: "oneOf"
  }),
  "the first of two": Schema.Union([
    Schema.Struct({ a: Schema.String, b: Schema.optional(Schema.Finite) }),
    Schema.Struct({ a: Schema.Unknown })
  ]),
  kinds: Schema.Array(Kind),
  "an empty struct": Schema.Struct({}),
  "names of the prototype": Schema.Struct({
    constructor: Schema.optional(Schema.Unknown),
    toString: Nullish.optional(Schema.String),
    __proto__: Schema.String
  }),
  "a property named __proto__": Schema.Struct({
    ["__proto__"]: Nullish.optional(Schema.String),
    a: Schema.Unknown
  }),
  "a symbol": Schema.Struct({ [Symbol.for("effect-codat/test")]: Schema.optional(Schema.String) }),
  recursive: Tree,
  declared: Schema.Struct({ a: Schema.instanceOf(Date) }),
  "a type alone": Schema.toType(Connection.Connection),
  "a checked model": Connection.Connection.check(Schema.makeFilter((_) => _.id !== "no"))
}

const values: ReadonlyArray<unknown> = [
  undefined,
  null,
  "",
  "x",
  "long text",
  "12",
  "2022-01-01",
  "2022-02-30",
  0,
  1,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  true,
  [],
  [1],
  ["a", 1],
  ["a", null],
  ["2022-01-01"],
  {},
  { a: 1 },
  new Date(0)
]

const inputs: ReadonlyArray<unknown> = [
  ...hostile,
  ...values,
  ...values.map((a) => ({ a })),
  ...values.map((a) => ({ a: "x", b: a })),
  { a: "x", __proto__: { inherited: 1 } },
  JSON.parse('{"__proto__":"x","a":null,"b":"y"}'),
  JSON.parse('{"a":1,"__proto__":null}'),
  { toString: "x", constructor: 1 },
  { [Symbol.for("effect-codat/test")]: "x" },
  {
    name: "r",
    children: [
      { name: "c", children: null },
      { name: "d", children: [{ name: "e", extra: 1 }] }
    ]
  },
  { name: "r", children: [{ name: "c", children: [{ name: 1 }] }] },
  [{ kind: "a", at: "2022-01-01" }, { kind: "b", count: 1 }, "x"],
  [
    { kind: "a", at: null },
    { kind: "b", count: -1 }
  ],
  [{ kind: "c" }],
  { id: "no", integrationId: "i", sourceId: "s", platformName: "p", linkUrl: "l" },
  { id: "yes", integrationId: "i", sourceId: "s", platformName: "p", linkUrl: "l" }
]

describe("schemas of all kinds", () => {
  it.each(Object.entries(schemas))("%s", (_, schema) => {
    const compiled = Decode.compile(schema)
    const interpreted = Schema.decodeUnknownResult(schema)
    for (const input of inputs) {
      const theirs = interpreted(input)
      if (Result.isSuccess(theirs)) {
        assert.deepStrictEqual<unknown>(Result.getOrThrow(compiled(input)), theirs.success)
      } else {
        const first = format(theirs.failure.issue).issues[0]
        assert.deepStrictEqual<unknown>(
          Result.flip(compiled(input)),
          Result.succeed({ path: first?.path ?? [], message: first?.message })
        )
      }
    }
  })

  it("reads a recursive schema to any depth that JSON comes in, or says that it is too deep", () => {
    const decode = Decode.compile(Tree)
    const depth = (levels: number): unknown =>
      JSON.parse(`${'{"name":"x","children":['.repeat(levels)}${"]}".repeat(levels)}`)
    const ten = Result.getOrThrow(decode(depth(10)))
    assert.strictEqual(JSON.stringify(ten), JSON.stringify(depth(10)))
    assert.isTrue(Result.isSuccess(decode(depth(300))))
    const tooDeep = decode(depth(200_000))
    assert.deepStrictEqual<unknown>(Result.isFailure(tooDeep) && tooDeep.failure, {
      path: [],
      message: "Expected less nesting, or a schema that neither waits nor throws"
    })
  })

  it("has a default of its own for each value", () => {
    const decode = Decode.compile(
      Schema.Struct({ a: Nullish.withDefault(Schema.Array(Schema.String), () => []) })
    )
    assert.notStrictEqual(Result.getOrThrow(decode({})).a, Result.getOrThrow(decode({})).a)
  })

  it("never quotes what came", () => {
    const secret = "one-time-password"
    const decode = Decode.compile(Schema.Struct({ a: Schema.Struct({ b: Dates.UtcFromString }) }))
    for (const input of [secret, { a: secret }, { a: { b: secret } }, { a: [secret] }]) {
      const result = decode(input)
      assert.isTrue(Result.isFailure(result))
      assert.notInclude(JSON.stringify(result), secret)
    }
  })
})

describe("formatPath", () => {
  it.each([
    [[], ""],
    [["results", 3, "created"], "results[3].created"],
    [[0, "a"], "[0].a"]
  ] as const)("writes %j as %j", (path, text) => {
    assert.strictEqual(Decode.formatPath(path), text)
  })
})
