import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { type Connection, Query } from "effect-codat"
import * as fc from "fast-check"
import * as QueryText from "../src/internal/call/QueryText.ts"
import * as Sandbox from "../src/internal/sandbox/Query.ts"

const date = DateTime.makeUnsafe("2026-01-02T03:04:05.678Z")
const zoned = DateTime.makeZonedUnsafe(date, { timeZone: "Europe/London" })

describe("Query", () => {
  const built: ReadonlyArray<readonly [Query.Query, text: string]> = [
    [Query.eq("status", "Linked"), "status=Linked"],
    [Query.ne("sourceType", "Banking"), "sourceType!=Banking"],
    [Query.eq("enabled", true), "enabled=true"],
    [Query.contains("platformName", "Bed & Breakfast"), "platformName~Bed & Breakfast"],
    [Query.eq("tags.region", "uk"), "tags.region=uk"],
    [Query.eq("connectionInfo.year", 2026), "connectionInfo.year=2026"],
    [Query.eq("dataConnections.status", "PendingAuth"), "dataConnections.status=PendingAuth"],
    [Query.eq("created", date), "created=2026-01-02T03:04:05.678Z"],
    [Query.gt("created", zoned), "created>2026-01-02T03:04:05.678Z"],
    [Query.gte("lastSync", date), "lastSync>=2026-01-02T03:04:05.678Z"],
    [Query.lt("created", date), "created<2026-01-02T03:04:05.678Z"],
    [Query.lte("connectionInfo.year", -2.5), "connectionInfo.year<=-2.5"],
    [Query.lte("created", date), "created<=2026-01-02T03:04:05.678Z"],
    [
      Query.and(Query.eq("status", "Linked"), Query.contains("platformName", "Xero")),
      "status=Linked && platformName~Xero"
    ],
    [
      Query.or(Query.eq("status", "Linked"), Query.eq("status", "PendingAuth")),
      "status=Linked || status=PendingAuth"
    ],
    [
      Query.and(Query.oneOf("status", ["Linked", "PendingAuth"]), Query.ne("sourceType", "Other")),
      "{status=Linked || status=PendingAuth} && sourceType!=Other"
    ],
    [
      Query.or(Query.and(Query.eq("id", "a"), Query.eq("name", "b")), Query.eq("id", "c")),
      "{id=a && name=b} || id=c"
    ],
    [Query.and(Query.or(Query.eq("id", "a"), Query.eq("id", "b"))), "id=a || id=b"],
    [Query.and(), ""],
    [Query.and(Query.and(), Query.eq("id", "a")), "id=a"],
    [Query.or(Query.and(), Query.eq("id", "a")), ""]
  ]
  for (const [query, text] of built) {
    it(text === "" ? "nothing" : text, () => {
      assert.strictEqual(query, text)
      assert.isUndefined(QueryText.check(query))
    })
  }

  const unwritable = [
    "",
    " a",
    "a ",
    "a && b",
    "a||b",
    "{a",
    "a}",
    "a=b",
    "a~b",
    "a<b",
    "a>b",
    "a!=b",
    "\ud800"
  ]
  for (const value of unwritable) {
    it(`says that ${JSON.stringify(value)} cannot be written, and does not let it change the filter`, () => {
      assert.isFalse(Query.isValue(value))
      for (const query of [
        Query.eq("name", value),
        Query.or(Query.eq("id", "a"), Query.contains("name", value)),
        Query.and(Query.or(Query.eq("name", value), Query.eq("id", "a")), Query.eq("id", "b"))
      ])
        assert.match(QueryText.check(query) ?? "", /a value is missing, or cannot be written/)
    })
  }

  it("refuses what is no number, a filter that lets nothing through, and a name that is no name", () => {
    assert.isDefined(QueryText.check(Query.eq("connectionInfo.x", Number.NaN)))
    assert.isDefined(QueryText.check(Query.or()))
    assert.isDefined(QueryText.check(Query.oneOf("status", [])))
    assert.isDefined(QueryText.check(Query.and(Query.eq("tags.a=1||id!", "b"), Query.eq("id", "c"))))
  })

  it("refuses what got past the types, where it would look for the text of it, or let everything through", () => {
    const values: ReadonlyArray<unknown> = [undefined, null, {}, ["a", "b"], Symbol("a")]
    for (const value of values as ReadonlyArray<never>) {
      for (const query of [
        Query.eq("status", value),
        Query.ne("status", value),
        Query.contains("name", value)
      ])
        assert.match(QueryText.check(query) ?? "", /a value is missing, or cannot be written/)
    }
  })

  it("puts in order", () => {
    assert.strictEqual(Query.orderBy("-created"), "-created")
    assert.strictEqual(Query.orderBy<Connection.Connection>("connectionInfo.city"), "connectionInfo.city")
  })
})

describe("a filter's check", () => {
  const rule = (text: string, character: number, problem: string) => {
    it(`refuses ${JSON.stringify(text)}`, () =>
      assert.strictEqual(
        QueryText.check(text),
        `a filter such as status=Linked && sourceType=Banking; at character ${character}, ${problem}`
      ))
  }
  const second = "a second comparison stands in a value: && or || is missing before it"
  rule("status=Linked sourceType=Banking", 25, second)
  rule("status=Linked&sourceType=Banking", 25, second)
  rule("status=Linked, sourceType!=Banking", 26, second)
  rule("status==Linked", 8, second)
  rule("1<count<5", 8, second)
  rule("status=", 8, "a value is missing")
  rule("status= && id=a", 9, "a value is missing")
  rule("id={a}", 4, "a value is missing, or cannot be written")
  rule("Linked", 7, "a comparison is missing: =, !=, ~, >, <, >= or <=")
  rule("status Linked && id=a", 15, "a comparison is missing: =, !=, ~, >, <, >= or <=")
  rule("id!a", 3, "a comparison is missing: =, !=, ~, >, <, >= or <=")
  rule("=a", 1, "the name of a field is missing")
  rule("id=a &&", 8, "the name of a field is missing")
  rule("{}", 2, "the name of a field is missing")
  rule("{id=a", 6, "a brace is not closed, or && or || is missing")
  rule("id=a}", 5, "a brace is not opened, or && or || is missing")
  rule("{id=a}{id=b}", 7, "a brace is not opened, or && or || is missing")

  it("refuses what is too long, and half a character", () => {
    const tooLong = "a string of fewer than 2048 characters, without lone surrogates"
    assert.isUndefined(QueryText.check(`id=${"a".repeat(2044)}`))
    assert.strictEqual(QueryText.check(`id=${"a".repeat(2045)}`), tooLong)
    assert.strictEqual(QueryText.check("id=\ud800"), tooLong)
    assert.isDefined(QueryText.check("{".repeat(2047)))
  })

  for (const text of [
    "",
    "  ",
    "status=Linked && sourceType=Accounting",
    " id = a ",
    "name=Bed & Breakfast",
    "name=Bank | Co",
    "name~Yahoo!",
    "name=O'Neill (Dave)",
    "created>=2022-10-27T11:22:43+01:00",
    "info.Tenant name=x",
    "{totalAmount > 100 || totalAmount < 50} && status != paid",
    "{ { id = a } }",
    "id=b&&{count=2||{on=false}}",
    "region=uk && team~a&b"
  ]) {
    it(`takes ${JSON.stringify(text)}`, () => assert.isUndefined(QueryText.check(text)))
  }
})

// -----------------------------------------------------------------------------
// What is built means what it says
// -----------------------------------------------------------------------------

interface Item {
  readonly id: string
  readonly name: string
  readonly count: number
  readonly info: { readonly [key: string]: unknown }
}

const fields = Sandbox.fields<Item>({
  of: "Item",
  plain: ["id", "name", "count"],
  nested: ["info"],
  from: (item) => item
})

/** A filter, and what it means. */
interface Filter {
  readonly query: Query.Query<Item>
  readonly test: (item: Item) => boolean
  readonly isWritable: boolean
}

const words = fc.constantFrom("a", "Ab", "b c", "Bed & Breakfast", "é", "x|y", "Yahoo!")
const nasty = fc.constantFrom(
  "",
  " a",
  "a || id!=zz",
  "a && id=b",
  "a} || {id!=zz",
  "{a}",
  "a=b",
  "a~",
  "<a",
  "}",
  "a||"
)

const textFilter = (field: "id" | "name", value: string): ReadonlyArray<Filter> => {
  const isWritable = Query.isValue(value)
  return [
    { query: Query.eq(field, value), test: (item) => item[field] === value, isWritable },
    { query: Query.ne(field, value), test: (item) => item[field] !== value, isWritable },
    {
      query: Query.contains(field, value),
      test: (item) => item[field].toLowerCase().includes(value.toLowerCase()),
      isWritable
    },
    { query: Query.eq("info.k", value), test: (item) => item.info["k"] === value, isWritable }
  ]
}

const numberFilter = (value: number): ReadonlyArray<Filter> => [
  { query: Query.eq("count", value), test: (item) => item.count === value, isWritable: true },
  { query: Query.gt("count", value), test: (item) => item.count > value, isWritable: true },
  { query: Query.gte("count", value), test: (item) => item.count >= value, isWritable: true },
  { query: Query.lt("count", value), test: (item) => item.count < value, isWritable: true },
  { query: Query.lte("count", value), test: (item) => item.count <= value, isWritable: true }
]

const comparisons = (value: fc.Arbitrary<string>): fc.Arbitrary<Filter> =>
  fc.oneof(
    fc
      .tuple(fc.constantFrom("id" as const, "name" as const), value)
      .chain((pair) => fc.constantFrom(...textFilter(...pair))),
    fc
      .oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true }))
      .chain((n) => fc.constantFrom(...numberFilter(n)))
  )

const filters = (value: fc.Arbitrary<string>) =>
  fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      comparisons(value),
      fc.array(tie("filter"), { maxLength: 3 }).map(
        (all): Filter => ({
          query: Query.and(...all.map(({ query }) => query)),
          test: (item) => all.every(({ test }) => test(item)),
          isWritable: all.every(({ isWritable }) => isWritable)
        })
      ),
      fc.array(tie("filter"), { minLength: 1, maxLength: 3 }).map(
        (some): Filter => ({
          query: Query.or(...some.map(({ query }) => query)),
          test: (item) => some.some(({ test }) => test(item)),
          isWritable: some.every(({ isWritable }) => isWritable)
        })
      )
    )
  })).filter

const items: fc.Arbitrary<Item> = fc.record({
  id: words,
  name: words,
  count: fc.integer({ min: -3, max: 3 }),
  info: fc.record({ k: words })
})

/** What the sandbox makes of a filter: an empty one lets everything through. */
const read = (query: string): ((item: Item) => boolean) | undefined =>
  query === "" ? () => true : Result.getOrUndefined(Sandbox.parse(query, fields))

describe("what is built", () => {
  it("is read back with the same meaning", () => {
    fc.assert(
      fc.property(filters(words), fc.array(items, { minLength: 1, maxLength: 5 }), (filter, all) => {
        if (filter.query.length >= 2048) return
        assert.isUndefined(QueryText.check(filter.query))
        const test = read(filter.query)
        assert.isDefined(test)
        for (const item of all) assert.strictEqual(test?.(item), filter.test(item), filter.query)
      }),
      { numRuns: 1000 }
    )
  })

  it("has its meaning or is refused, whatever the values are", () => {
    fc.assert(
      fc.property(filters(fc.oneof(words, nasty, fc.string())), items, (filter, item) => {
        if (QueryText.check(filter.query) !== undefined) return
        const test = read(filter.query)
        assert.isDefined(test)
        assert.isTrue(filter.isWritable)
        assert.strictEqual(test?.(item), filter.test(item), filter.query)
      }),
      { numRuns: 1000 }
    )
  })

  it("is refused by the check wherever the sandbox cannot read it", () => {
    const token = fc.constantFrom(
      "id",
      "name",
      "=",
      "!=",
      "~",
      "<",
      "{",
      "}",
      "&&",
      "||",
      "&",
      " ",
      "a",
      "b c",
      "!"
    )
    fc.assert(
      fc.property(
        fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join("")),
        (text) => {
          const parsed = Sandbox.parse(text, { of: "Item", read: () => () => [] })
          if (QueryText.check(text) === undefined)
            assert.isTrue(text.trim() === "" || Result.isSuccess(parsed), text)
          // The one thing it refuses beyond: a comparison in a value.
          else if (Result.isSuccess(parsed))
            assert.match(QueryText.check(text) ?? "", /second comparison/, text)
        }
      ),
      { numRuns: 2000 }
    )
  })
})
