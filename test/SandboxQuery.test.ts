import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Query from "../src/internal/sandbox/Query.ts"

interface Item {
  readonly id: string
  readonly name?: string
  readonly count?: number
  readonly on?: boolean
  readonly date?: string
  readonly info?: { readonly [key: string]: unknown }
  readonly errors?: ReadonlyArray<{ readonly code: string }>
}

const fields = Query.fields<Item>({
  of: "Item",
  plain: ["id", "name", "count", "on", "date"],
  nested: ["info", "errors"],
  from: (item) => item
})

const items: ReadonlyArray<Item> = [
  { id: "a", name: "Bed & Breakfast", count: 2, on: true, date: "2022-10-27T10:22:43.6464237Z" },
  { id: "b", name: "bank of dave", count: 10, on: false, date: "2022-10-27T10:22:43Z" },
  { id: "c", count: -1, date: "2022-10-28", info: { City: "Leeds", deep: { x: 1 } } },
  {
    id: "d",
    name: "Bank | Co",
    errors: [{ code: "401" }, { code: "503" }],
    date: "2022-10-27T12:00:00+02:00"
  }
]

const run = (query: string): string => {
  const test = Query.parse(query, fields)
  return Result.isFailure(test)
    ? test.failure
    : items
        .filter(test.success)
        .map((item) => item.id)
        .join("")
}

describe("the sandbox's query language", () => {
  const cases: ReadonlyArray<readonly [query: string, ids: string]> = [
    ["id=a", "a"],
    [" id = a ", "a"],
    ["ID=a", "a"],
    ["id!=a", "bcd"],
    ["name~BANK", "bd"],
    ["name=bank of dave", "b"],
    ["name=Bank of Dave", ""],
    ["name=Bed & Breakfast", "a"],
    ["name=Bank | Co", "d"],
    ["name!=bank of dave", "acd"],
    ["name~e", "ab"],
    ["count>2", "b"],
    ["count>=2", "ab"],
    ["count<2", "c"],
    ["count<=2", "ac"],
    ["count=10", "b"],
    ["count=10.0", "b"],
    ["count>x", ""],
    ["on=true", "a"],
    ["on=FALSE", "b"],
    ["id>b", "cd"],
    ["date>2022-10-27", "abcd"],
    ["date>=2022-10-28", "c"],
    ["date<2022-10-27T10:22:43Z", "d"],
    ["date<=2022-10-27T10:22:43Z", "bd"],
    ["date=2022-10-27T10:22:43.000Z", "b"],
    ["date=2022-10-27T10:22:43", "b"],
    ["date=2022-10-27T11:22:43+01:00", "b"],
    ["date=2022-10-27T10:00:00Z", "d"],
    ["info.city=Leeds", "c"],
    ["info.deep.x=1", "c"],
    ["info.deep.y=1", ""],
    ["info.constructor=x", ""],
    ["errors.code=503", "d"],
    ["errors.code!=503", "abc"],
    ["id=a||id=b", "ab"],
    ["id!=a&&id!=b", "cd"],
    ["id=a||id=b&&count=10", "ab"],
    ["{id=a||id=b}&&count=10", "b"],
    ["id=b&&{count=2||{on=false}}", "b"],
    ["{ { id = a } }", "a"],
    ["{id=a}||{id=c}", "ac"]
  ]
  for (const [query, ids] of cases) {
    it(query, () => assert.strictEqual(run(query), ids))
  }

  const broken = [
    "",
    " ",
    "id",
    "id=",
    "=a",
    "id==",
    "id a",
    "id=a&&",
    "&&id=a",
    "id=a||",
    "id=a && && id=b",
    "{id=a",
    "id=a}",
    "{}",
    "{id=a}{id=b}",
    "{id=a} id=b",
    "id={a}",
    "!id=a",
    "id!a"
  ]
  for (const query of broken) {
    it(`refuses ${JSON.stringify(query)}`, () => assert.strictEqual(run(query), "Malformed query."))
  }

  it("names the property it does not know", () => {
    for (const name of ["nope", "id.x", "info", "info.", "constructor", "__proto__"]) {
      assert.strictEqual(run(`${name}=1`), `Could not resolve property ${name} on Item`)
    }
  })

  it("takes 2047 characters and not 2048", () => {
    assert.strictEqual(run(`id=${"a".repeat(2044)}`), "")
    assert.strictEqual(run(`id=${"a".repeat(2045)}`), "Malformed query.")
  })

  it("takes only the comparisons that are allowed", () => {
    assert.isTrue(Result.isSuccess(Query.parse("id!=a", fields, ["!="])))
    assert.isTrue(Result.isFailure(Query.parse("id=a", fields, ["!="])))
    assert.isTrue(Result.isFailure(Query.parse("id!=a", fields, ["="])))
  })
})

describe("the sandbox's orders", () => {
  const order = (orderBy: string): string => {
    const sort = Query.order(orderBy, fields)
    return Result.isFailure(sort)
      ? sort.failure
      : sort
          .success(items)
          .map((item) => item.id)
          .join("")
  }

  it("puts numbers, dates and texts in order, and things without a value first", () => {
    assert.strictEqual(order("count"), "dcab")
    assert.strictEqual(order("-count"), "bacd")
    assert.strictEqual(order("date"), "dbac")
    assert.strictEqual(order("-date"), "cabd")
    assert.strictEqual(order("name"), "cdab")
    assert.strictEqual(order("on"), "cdba")
    assert.strictEqual(order("info.city"), "abdc")
  })

  it("keeps equals in the order they were in, both ways", () => {
    assert.strictEqual(order("info.none"), "abcd")
    assert.strictEqual(order("-info.none"), "abcd")
  })

  it("puts what has a list or an object after what has none", () => {
    assert.strictEqual(order("info"), "abdc")
    assert.strictEqual(order("-Info"), "cabd")
    assert.strictEqual(order("errors"), "abcd")
    assert.strictEqual(order("-errors"), "dabc")
    assert.strictEqual(run("errors=401"), "Could not resolve property errors on Item")
  })

  it("names the property it does not know", () => {
    assert.strictEqual(order("nope"), "Could not resolve property nope on Item")
    assert.strictEqual(order("-"), "Could not resolve property  on Item")
  })
})
