import { inspect } from "node:util"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Connection, type Model, Page } from "effect-codat"
import * as Decode from "../../src/internal/model/Decode.ts"

const ConnectionsPage = Page.make(Connection.Connection)

const decodeConnection = Decode.compile(Connection.Connection)
const decodePage = Decode.compile(ConnectionsPage)

const required = {
  id: "ee2eb431-c0fa-4dc9-93fa-d29781c12bcd",
  integrationId: "bf083d72-62c7-493e-aec9-81b4dbba7e2c",
  sourceId: "bdd831ce-eebd-4896-89a7-20e5ee8989ee",
  platformName: "Basiq",
  linkUrl: "https://link-api.codat.io/companies/86bd88cb/connections/ee2eb431/start?otp=123456"
}

/** The required properties of a model. */
const decodedRequired = { ...required, linkUrl: Redacted.make(required.linkUrl) }

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

const fault = (result: Result.Result<unknown, Decode.DecodeIssue>): Decode.DecodeIssue =>
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
      ...decodedRequired,
      integrationKey: "dfxm",
      status: "Linked",
      lastSync: utc("2022-10-27T10:22:43.646Z"),
      created: utc("2022-10-27T09:53:29Z"),
      sourceType: "Banking"
    })
  })

  it("asks for no more than the 2021 document requires", () => {
    assert.deepStrictEqual(Result.getOrThrow(decodeConnection(required)), decodedRequired)
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
    assert.deepStrictEqual(decoded, decodedRequired)
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
      { ...decodedRequired, dataConnectionErrors: [{ statusCode: "401" }] }
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

describe("the link of a connection", () => {
  const otp = "otp=123456"
  const connection = Result.getOrThrow(decodeConnection(required))

  it("is not printed, logged or written to JSON", () => {
    assert.include(Redacted.value(connection.linkUrl), otp)
    for (const text of [JSON.stringify(connection), inspect(connection), String(connection.linkUrl)]) {
      assert.include(text, "<redacted>")
      assert.notInclude(text, otp)
    }
  })

  it("is encoded as its text", () => {
    assert.strictEqual(Schema.encodeSync(Connection.Connection)(connection).linkUrl, required.linkUrl)
  })
})

describe("what people ask of a connection", () => {
  const withStatus = (status: string | null) => Result.getOrThrow(decodeConnection({ ...required, status }))

  it.each([
    ["Linked", [true, false, false]],
    ["PendingAuth", [false, true, false]],
    ["Deauthorized", [false, false, true]],
    ["Unlinked", [false, false, false]],
    ["linked", [false, false, false]],
    ["Suspended", [false, false, false]],
    [null, [false, false, false]]
  ])("of the status %s", (status, expected) => {
    const connection = withStatus(status)
    assert.deepStrictEqual(
      [
        Connection.isLinked(connection),
        Connection.isPending(connection),
        Connection.needsReauthorization(connection)
      ],
      expected
    )
  })

  it.each([
    [undefined, false],
    [[], false],
    [[{}], true],
    [[{ status: "Active" }], true],
    [[{ status: "Muted" }], true],
    [[{ status: "Resolved" }], false],
    [[{ status: null, resolvedOnUtc: "2022-10-27" }], false],
    [[{ status: "Resolved" }, { status: "Active" }], true]
  ])("of the errors %j", (dataConnectionErrors, expected) => {
    const connection = Result.getOrThrow(decodeConnection({ ...required, dataConnectionErrors }))
    assert.strictEqual(Connection.hasActiveError(connection), expected)
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
          expectTypeOf(status).toEqualTypeOf<Model.Unrecognized>()
          return "new"
      }
    }
    const compare = (status: Connection.ConnectionStatus) => {
      if (status === "Linked") {
        expectTypeOf(status).toEqualTypeOf<"Linked" | Model.Unrecognized>()
      } else {
        expectTypeOf(status).toEqualTypeOf<Exclude<Connection.ConnectionStatus, "Linked">>()
      }
    }
    const guard = (status: Connection.ConnectionStatus) => {
      if (Connection.isKnownStatus(status)) {
        expectTypeOf(status).toEqualTypeOf<Connection.KnownStatus>()
      } else {
        expectTypeOf(status).toEqualTypeOf<Model.Unrecognized>()
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
    assert.deepStrictEqual(Result.getOrThrow(decodePage(page)), { ...page, results: [decodedRequired] })
  })

  it.each([
    ["nothing else", { results: [] }],
    ["null elsewhere", { results: [], pageNumber: null, pageSize: null, totalResults: null, _links: null }]
  ])("decodes an empty page with %s", (_, input) => {
    assert.deepStrictEqual(Result.getOrThrow(decodePage(input)), { results: [], pageNumber: 0, pageSize: 0 })
  })

  it.each([
    [{}, "Missing key"],
    [{ results: null }, "Expected array"],
    [{ message: "Not now" }, "Missing key"],
    [{ statusCode: 503, error: "Unavailable" }, "Missing key"]
  ])("is not %j, which has no results", (input, message) => {
    assert.deepStrictEqual(fault(decodePage(input)), { path: ["results"], message })
  })

  it("takes null links for absent ones", () => {
    assert.deepStrictEqual(
      Result.getOrThrow(
        decodePage({ results: [], _links: { self: {}, current: { href: null }, next: null, previous: null } })
      )._links,
      { self: {}, current: {} }
    )
  })

  it.each([
    [{ results: {} }, ["results"]],
    [{ results: [required, { ...required, created: "2022-02-30" }] }, ["results", 1, "created"]],
    [{ results: [required, null] }, ["results", 1]],
    [{ results: [], pageNumber: "1" }, ["pageNumber"]],
    [{ results: [], pageSize: Number.POSITIVE_INFINITY }, ["pageSize"]],
    [{ results: [], totalResults: "250" }, ["totalResults"]],
    [{ results: [], _links: [] }, ["_links"]],
    [{ results: [], _links: { next: { href: 2 } } }, ["_links", "next", "href"]],
    ["<html>", []],
    [[], []],
    [null, []],
    [undefined, []]
  ])("points to the first fault in %j", (input, path) => {
    assert.deepStrictEqual<ReadonlyArray<PropertyKey>>(fault(decodePage(input)).path, path)
  })

  it("goes to JSON and back", () => {
    const stored = Schema.fromJsonString(ConnectionsPage)
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
      ...decodedRequired,
      status: undefined,
      lastSync: undefined
    })
    assert.deepStrictEqual<unknown>(encoded, required)
  })
})
