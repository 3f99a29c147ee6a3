import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { Connection } from "effect-codat"
import fc from "fast-check"
import * as Decode from "../src/internal/Decode.ts"
import * as Fast from "../src/internal/Fast.ts"
import * as Page from "../src/internal/Page.ts"

const decodeConnection = Decode.compile(Connection.Connection)
const decodePage = Decode.compile(Connection.ConnectionsPage)

const required = {
  id: "ee2eb431-c0fa-4dc9-93fa-d29781c12bcd",
  integrationId: "bf083d72-62c7-493e-aec9-81b4dbba7e2c",
  sourceId: "bdd831ce-eebd-4896-89a7-20e5ee8989ee",
  platformName: "Basiq",
  linkUrl: "https://link-api.codat.io/companies/86bd88cb/connections/ee2eb431/start?otp=123456"
}

const optional = [
  "integrationKey",
  "sourceType",
  "status",
  "lastSync",
  "created",
  "dataConnectionErrors",
  "connectionInfo"
] as const

const utc = (iso: string): DateTime.Utc => DateTime.toUtc(DateTime.makeUnsafe(iso))

const fault = (result: Result.Result<unknown, Decode.Fault>): Decode.Fault =>
  Result.isFailure(result) ? result.failure : assert.fail("it decoded")

describe("Connection", () => {
  it("decodes the example of Codat's specification", () => {
    const decoded = Result.getOrThrow(
      decodeConnection({
        ...required,
        integrationKey: "dfxm",
        status: "Linked",
        lastSync: "2022-10-27T10:22:43.6464237Z",
        created: "2022-10-27T09:53:29Z",
        sourceType: "Banking"
      })
    )
    assert.deepStrictEqual(decoded, {
      ...required,
      integrationKey: "dfxm",
      status: "Linked",
      lastSync: utc("2022-10-27T10:22:43.646Z"),
      created: utc("2022-10-27T09:53:29Z"),
      sourceType: "Banking"
    })
  })

  it("asks for no more than the 2021 document requires", () => {
    assert.deepStrictEqual(Result.getOrThrow(decodeConnection(required)), required)
  })

  it.each(Object.keys(required))("fails without %s, and with null there", (key) => {
    const { [key]: _, ...rest } = { ...required } as Record<string, unknown>
    assert.deepStrictEqual(fault(decodeConnection(rest)), { path: [key], message: "Missing key" })
    assert.deepStrictEqual(fault(decodeConnection({ ...required, [key]: null })), {
      path: [key],
      message: "Expected string"
    })
  })

  it.each(optional)("takes null in %s for absent", (key) => {
    const decoded = Result.getOrThrow(decodeConnection({ ...required, [key]: null }))
    assert.deepStrictEqual(decoded, required)
    assert.isFalse(Object.hasOwn(decoded, key))
  })

  it("decodes the errors of a connection, nulls and all", () => {
    const decoded = Result.getOrThrow(
      decodeConnection({
        ...required,
        dataConnectionErrors: [
          {
            statusCode: "401",
            statusText: "Unauthorized",
            errorMessage: "The credentials were revoked.",
            erroredOnUtc: "2022-10-27T09:53:29",
            status: "Resolved",
            resolvedOnUtc: "2022-10-28"
          },
          { statusCode: "500", statusText: null, status: null, resolvedOnUtc: null },
          {}
        ]
      })
    )
    assert.deepStrictEqual(decoded.dataConnectionErrors, [
      {
        statusCode: "401",
        statusText: "Unauthorized",
        errorMessage: "The credentials were revoked.",
        erroredOnUtc: utc("2022-10-27T09:53:29Z"),
        status: "Resolved",
        resolvedOnUtc: utc("2022-10-28T00:00:00Z")
      },
      { statusCode: "500" },
      {}
    ])
  })

  it("keeps connectionInfo as it came, nulls and odd names included", () => {
    const connectionInfo: unknown = JSON.parse('{"a":null,"b":{"c":[1,null]},"__proto__":{"d":1}}')
    const decoded = Result.getOrThrow(decodeConnection({ ...required, connectionInfo }))
    assert.strictEqual(JSON.stringify(decoded.connectionInfo), JSON.stringify(connectionInfo))
  })

  it("ignores properties it does not know", () => {
    const dataConnectionErrors = [{ statusCode: "401", extra: 1 }]
    assert.deepStrictEqual(
      Result.getOrThrow(decodeConnection({ ...required, extra: { deep: true }, dataConnectionErrors })),
      { ...required, dataConnectionErrors: [{ statusCode: "401" }] }
    )
  })

  it("leaves its input alone", () => {
    const input = { ...required, lastSync: null, created: "2022-10-27T09:53:29Z", extra: 1 }
    const before = structuredClone(input)
    decodeConnection(input)
    assert.deepStrictEqual(input, before)
  })

  it("says what was expected and where, and never what came", () => {
    const secret = "one-time-password"
    const faults = [
      decodeConnection({ ...required, created: secret }),
      decodeConnection({ ...required, linkUrl: { href: secret } }),
      decodeConnection({ ...required, status: [secret] }),
      decodeConnection({ ...required, dataConnectionErrors: [{}, { erroredOnUtc: secret }] }),
      decodeConnection({ ...required, connectionInfo: secret }),
      decodeConnection(secret)
    ].map(fault)
    assert.deepStrictEqual(
      faults.map(({ path }) => path),
      [
        ["created"],
        ["linkUrl"],
        ["status"],
        ["dataConnectionErrors", 1, "erroredOnUtc"],
        ["connectionInfo"],
        []
      ]
    )
    assert.strictEqual(faults[0]?.message, "Expected an ISO 8601 date or date-time")
    for (const { message } of faults) {
      assert.match(message, /^Expected /)
      assert.notInclude(message, secret)
    }
  })
})

describe("values that Codat adds", () => {
  it("decode, keep their text, and are told apart by a guard", () => {
    const decoded = Result.getOrThrow(
      decodeConnection({
        ...required,
        status: "Suspended",
        sourceType: "Payroll",
        dataConnectionErrors: [{ status: "Muted" }]
      })
    )
    assert.strictEqual<string | undefined>(decoded.status, "Suspended")
    assert.strictEqual<string | undefined>(decoded.sourceType, "Payroll")
    assert.strictEqual<string | undefined>(decoded.dataConnectionErrors?.[0]?.status, "Muted")
    assert.isFalse(Connection.isKnownStatus("Suspended"))
    assert.isFalse(Connection.isKnownStatus("linked"))
    assert.isFalse(Connection.isKnownStatus("toString"))
    assert.isFalse(Connection.isKnownSourceType("Payroll"))
  })

  it.each(["PendingAuth", "Linked", "Unlinked", "Deauthorized"])("%s is known", (status) => {
    assert.isTrue(Connection.isKnownStatus(status))
  })

  it.each(["Accounting", "Banking", "BankFeed", "Commerce", "Expense", "Other", "Unknown"])(
    "%s is known",
    (sourceType) => {
      assert.isTrue(Connection.isKnownSourceType(sourceType))
    }
  )

  it("are told apart by type", () => {
    const narrow = (status: Connection.ConnectionStatus) => {
      switch (status) {
        case "PendingAuth":
        case "Linked":
        case "Unlinked":
        case "Deauthorized":
          return "known"
        default:
          expectTypeOf(status).toEqualTypeOf<Connection.Unrecognized>()
          return "new"
      }
    }
    const compare = (status: Connection.ConnectionStatus) => {
      if (status === "Linked") {
        expectTypeOf(status).toEqualTypeOf<"Linked" | Connection.Unrecognized>()
      } else {
        expectTypeOf(status).toEqualTypeOf<Exclude<Connection.ConnectionStatus, "Linked">>()
      }
    }
    const guard = (status: Connection.ConnectionStatus) => {
      if (Connection.isKnownStatus(status)) {
        expectTypeOf(status).toEqualTypeOf<Connection.KnownStatus>()
      } else {
        expectTypeOf(status).toEqualTypeOf<Connection.Unrecognized>()
      }
    }
    expectTypeOf<"Suspended">().not.toExtend<Connection.ConnectionStatus>()
    assert.strictEqual(narrow("Linked"), "known")
    compare("Linked")
    guard("Linked")
  })

  it("have named models that say what their schemas do", () => {
    expectTypeOf<typeof Connection.Connection.Type>().toEqualTypeOf<
      Pick<Connection.Connection, keyof Connection.Connection>
    >()
    expectTypeOf<typeof Connection.DataConnectionError.Type>().toEqualTypeOf<
      Pick<Connection.DataConnectionError, keyof Connection.DataConnectionError>
    >()
  })
})

describe("ConnectionsPage", () => {
  const links = {
    self: { href: "/companies/1/connections" },
    current: { href: "/companies/1/connections?page=1&pageSize=1" },
    next: { href: "/companies/1/connections?page=2&pageSize=1" }
  }

  it("decodes a page", () => {
    const page = { results: [required], pageNumber: 1, pageSize: 1, totalResults: 2, _links: links }
    assert.deepStrictEqual(Result.getOrThrow(decodePage(page)), page)
  })

  it.each([
    ["nothing at all", {}],
    ["null everywhere", { results: null, pageNumber: null, pageSize: null, totalResults: null, _links: null }]
  ])("decodes %s as an empty page", (_, input) => {
    assert.deepStrictEqual(Result.getOrThrow(decodePage(input)), { results: [], pageNumber: 0, pageSize: 0 })
  })

  it("takes null links for absent ones", () => {
    assert.deepStrictEqual(
      Result.getOrThrow(
        decodePage({ _links: { self: {}, current: { href: null }, next: null, previous: null } })
      )._links,
      { self: {}, current: {} }
    )
  })

  it("shares nothing between empty pages", () => {
    assert.notStrictEqual(
      Result.getOrThrow(decodePage({})).results,
      Result.getOrThrow(decodePage({})).results
    )
  })

  it.each([
    [{ results: {} }, ["results"]],
    [{ results: [required, { ...required, created: "2022-02-30" }] }, ["results", 1, "created"]],
    [{ results: [required, null] }, ["results", 1]],
    [{ pageNumber: "1" }, ["pageNumber"]],
    [{ pageSize: Number.POSITIVE_INFINITY }, ["pageSize"]],
    [{ totalResults: "250" }, ["totalResults"]],
    [{ _links: [] }, ["_links"]],
    [{ _links: { next: { href: 2 } } }, ["_links", "next", "href"]],
    ["<html>", []],
    [[], []],
    [null, []],
    [undefined, []]
  ])("points to the first fault in %j", (input, path) => {
    assert.deepStrictEqual<ReadonlyArray<PropertyKey>>(fault(decodePage(input)).path, path)
  })

  it("goes to JSON and back", () => {
    const stored = Schema.fromJsonString(Connection.ConnectionsPage)
    const page = Result.getOrThrow(
      decodePage({
        results: [
          {
            ...required,
            status: "Suspended",
            lastSync: null,
            created: "2022-10-27T09:53:29.6464237+02:00",
            dataConnectionErrors: [{ status: null, erroredOnUtc: "2022-10-27" }],
            connectionInfo: { a: null }
          }
        ],
        pageNumber: 3,
        pageSize: 100,
        totalResults: 250,
        _links: links
      })
    )
    const json = Schema.encodeSync(stored)(page)
    assert.strictEqual(JSON.parse(json).results[0].created, "2022-10-27T07:53:29.646Z")
    assert.deepStrictEqual(Schema.decodeSync(stored)(json), page)
  })

  it("leaves properties that are undefined out of the JSON", () => {
    const encoded = Schema.encodeSync(Connection.Connection)({
      ...required,
      status: undefined,
      lastSync: undefined
    })
    assert.deepStrictEqual<unknown>(encoded, required)
  })
})

describe("decoding by hand and by schema", () => {
  const date = fc.constantFrom("2022-10-27T10:22:43.6464237Z", "2022-10-27", "2022-10-27T09:53:29+01:00")
  const absentOrNull = <A>(value: fc.Arbitrary<A>) =>
    fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) })
  const string = fc.string({ maxLength: 6 })
  const json = fc.jsonValue({ maxDepth: 2 })
  const info = fc.dictionary(fc.oneof(string, fc.constant("__proto__")), json, { noNullPrototype: true })

  const dataConnectionError = fc.record(
    {
      statusCode: absentOrNull(string),
      statusText: absentOrNull(string),
      errorMessage: absentOrNull(string),
      erroredOnUtc: absentOrNull(date),
      status: absentOrNull(fc.constantFrom("Active", "Resolved", "Muted")),
      resolvedOnUtc: absentOrNull(date),
      extra: json
    },
    { requiredKeys: [] }
  )

  const connection = fc.record(
    {
      id: string,
      integrationId: string,
      integrationKey: absentOrNull(string),
      sourceId: string,
      sourceType: absentOrNull(fc.constantFrom("Banking", "Payroll")),
      platformName: string,
      linkUrl: string,
      status: absentOrNull(fc.constantFrom("Linked", "Suspended")),
      lastSync: absentOrNull(date),
      created: absentOrNull(date),
      dataConnectionErrors: absentOrNull(fc.array(dataConnectionError, { maxLength: 2 })),
      connectionInfo: absentOrNull(info),
      extra: json
    },
    { requiredKeys: ["id", "integrationId", "sourceId", "platformName", "linkUrl"] }
  )

  const link = fc.record({ href: absentOrNull(string), extra: json }, { requiredKeys: [] })

  const page = fc.record(
    {
      results: absentOrNull(fc.array(connection, { maxLength: 3 })),
      pageNumber: absentOrNull(fc.double({ noNaN: true, noDefaultInfinity: true })),
      pageSize: absentOrNull(fc.nat()),
      totalResults: absentOrNull(fc.nat()),
      _links: absentOrNull(
        fc.record(
          {
            self: absentOrNull(link),
            current: absentOrNull(link),
            next: absentOrNull(link),
            previous: absentOrNull(link)
          },
          { requiredKeys: [] }
        )
      ),
      extra: json
    },
    { requiredKeys: [] }
  )

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
    const child = (value as Record<string, unknown>)[key]
    Object.defineProperty(copy, key, {
      value: replace(child, rest, by),
      enumerable: true,
      configurable: true,
      writable: true
    })
    return copy
  }

  const intruder = fc.oneof(
    json,
    fc.constantFrom("2022-02-30", "", 0, Number.POSITIVE_INFINITY, [null], { href: 1 }, undefined)
  )

  const mutated = fc.tuple(page, fc.nat(), intruder).map(([value, at, by]) => {
    const all = places(value)
    return replace(value, all[at % all.length] ?? [], by)
  })

  const format = SchemaIssue.makeFormatterStandardSchemaV1()
  const bySchema = Schema.decodeUnknownResult(Connection.ConnectionsPage)

  it("agree on what a right page is, and the hand has an answer to each", () => {
    const byHand = Fast.of(Connection.ConnectionsPage)
    assert.isDefined(byHand)
    fc.assert(
      fc.property(page, (input) => {
        const value = byHand?.(input)
        assert.notStrictEqual<unknown>(value, Fast.declined)
        assert.deepStrictEqual<unknown>(value, Result.getOrThrow(bySchema(input)))
      }),
      { numRuns: 500 }
    )
  })

  it("agree on what is wrong with any other", () => {
    let wrong = 0
    fc.assert(
      fc.property(mutated, (input) => {
        const ours = decodePage(input)
        const theirs = bySchema(input)
        if (Result.isSuccess(theirs)) {
          assert.deepStrictEqual(Result.getOrThrow(ours), theirs.success)
          return
        }
        wrong++
        const first = format(theirs.failure.issue).issues[0]
        assert.deepStrictEqual<unknown>(fault(ours), { path: first?.path, message: first?.message })
      }),
      { numRuns: 2000 }
    )
    assert.isAbove(wrong, 200)
  })

  it("answers to anything that JSON can hold", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input) => {
        assert.isTrue(Result.isResult(decodePage(input)))
      })
    )
    const deep: unknown = JSON.parse(`${"[".repeat(5000)}${"]".repeat(5000)}`)
    assert.deepStrictEqual(fault(decodePage(deep)).path, [])
    assert.deepStrictEqual(fault(decodePage({ results: deep })).path, ["results", 0])
    const connectionInfo = { deep }
    assert.isTrue(Result.isSuccess(decodePage({ results: [{ ...required, connectionInfo }] })))
  })

  it("leaves a schema derived from one of these to itself", () => {
    const checked = Connection.Connection.check(Schema.makeFilter((connection) => connection.id !== "no"))
    assert.isUndefined(Fast.of(checked))
    assert.isTrue(Result.isFailure(Decode.compile(checked)({ ...required, id: "no" })))
    assert.isUndefined(Fast.of(Schema.toType(Connection.Connection)))
    assert.isUndefined(Fast.of(Page.make(checked)))
  })

  it("needs no code generation", () => {
    const script = `
      import * as Result from "effect/Result"
      import { ConnectionsPage } from "./src/Connection.ts"
      import * as Decode from "./src/internal/Decode.ts"
      let forbidden = false
      try { new Function("return 1") } catch { forbidden = true }
      const decode = Decode.compile(ConnectionsPage)
      const right = decode({ results: [${JSON.stringify({ ...required, created: "2022-10-27" })}] })
      const wrong = decode({ results: [{}] })
      console.log(JSON.stringify([
        forbidden,
        Result.isSuccess(right) && right.success.results[0].created.toJSON(),
        Result.isFailure(wrong) && wrong.failure
      ]))
    `
    const child = spawnSync(
      process.execPath,
      ["--disallow-code-generation-from-strings", "--import", "tsx", "--input-type=module", "--eval", script],
      { cwd: fileURLToPath(new URL("..", import.meta.url)), encoding: "utf8" }
    )
    assert.strictEqual(child.stderr, "")
    assert.deepStrictEqual(JSON.parse(child.stdout), [
      true,
      "2022-10-27T00:00:00.000Z",
      { path: ["results", 0, "id"], message: "Missing key" }
    ])
  })
})
