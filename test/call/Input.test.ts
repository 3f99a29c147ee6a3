import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Stream } from "effect"
import type { HttpClient } from "effect/http"
import { type Auth, CodatConfig, type CodatError, Connections } from "effect-codat"
import * as fc from "fast-check"
import {
  against,
  companyId,
  connectionId,
  errorOf,
  ok,
  pageOf,
  reasonIs,
  row,
  script
} from "../support/Fake.ts"
import { anyText } from "../support/text.ts"

type Call = Effect.Effect<unknown, CodatError.CodatError, HttpClient.HttpClient | Auth.Auth>

const one = { companyId, connectionId }
const wiped = Redacted.make("gone")
Redacted.wipeUnsafe(wiped)
/** Programs in plain JavaScript hand over anything. */
const crooked = <A>(value: unknown): A => value as A

const empty = "a non-empty string"
const segment = "a string without white space or lone surrogates, and neither . nor .."
const whole = "a whole number from 1"
const size = "a whole number from 1 to 5000"
const query = "a string of fewer than 2048 characters, without lone surrogates"
const orderBy = "a field name, with - before it for descending order"
const platformKey = "four lower-case letters, such as gbol"
const guid = "a GUID, such as 3e1c5b1e-9f0a-4c53-9d4e-0f2b7a6c8d10"
const credentials = "a non-empty object of strings, plain or redacted"

const empties: ReadonlyArray<unknown> = ["", " ", "\n", undefined, null, 7, {}, []]
const segments: ReadonlyArray<unknown> = [
  ".",
  "..",
  "\ud800",
  "a\udfffb",
  " a",
  "a\n",
  "a b",
  "\t..",
  "a\u00a0b"
]
const numbers: ReadonlyArray<unknown> = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "1", null, 2 ** 53]

const list = (options: object) =>
  Stream.runDrain(Connections.list({ companyId, ...crooked<object>(options) }))
const pages = (options: object) =>
  Stream.runDrain(Connections.pages({ companyId, ...crooked<object>(options) }))
const page = (options: object) => Connections.page({ companyId, ...crooked<object>(options) })
const count = (options: object) => Connections.count({ companyId, ...crooked<object>(options) })
const create = (options: object) =>
  Connections.create({ companyId, platformKey: "gbol", ...crooked<object>(options) })
const onOne = [
  (options: object) => Connections.get({ ...one, ...crooked<object>(options) }),
  (options: object) => Connections.unlink({ ...one, ...crooked<object>(options) }),
  (options: object) => Connections.delete({ ...one, ...crooked<object>(options) }),
  (options: object) =>
    Connections.updateAuthorization({ ...one, credentials: { a: "b" }, ...crooked<object>(options) })
]
const every = [list, pages, page, count, create, ...onOne]
const reading = [list, pages, page, count]

const table: ReadonlyArray<
  readonly [string, string, ReadonlyArray<(options: object) => Call>, ReadonlyArray<unknown>]
> = [
  ["companyId", empty, every, empties],
  ["companyId", segment, every, segments],
  ["connectionId", empty, onOne, empties],
  ["connectionId", segment, onOne, segments],
  ["page", whole, [page], numbers],
  ["startPage", whole, [list, pages], numbers],
  ["concurrency", whole, [list, pages], numbers],
  ["pageSize", size, [list, pages, page], [...numbers, 5001]],
  ["query", query, reading, ["x".repeat(2048), "\ud800", 7, null, {}]],
  ["orderBy", orderBy, reading, ["", "-", "--a", "a b", " a", "a\n", 7, null, "\udfff"]],
  ["invalid", '"fail" or "skip"', [list, pages], ["", "Skip", true, null]],
  [
    "platformKey",
    platformKey,
    [create],
    ["", "gbo", "gbolx", "GBOL", "gb0l", "gbol\n", " gbol", "gböl", 7, null]
  ],
  [
    "idempotencyKey",
    guid,
    [create, onOne[1] ?? create],
    ["", "x", "3e1c5b1e9f0a4c539d4e0f2b7a6c8d10", `{${connectionId}}`, `${connectionId}\n`, 7, null]
  ],
  [
    "credentials",
    credentials,
    [onOne[3] ?? create],
    [
      {},
      [],
      ["a"],
      null,
      undefined,
      "a",
      { a: 1 },
      { a: null },
      { a: { b: "c" } },
      { a: Redacted.make(1) },
      { a: wiped }
    ]
  ]
]

describe("what breaks a rule never reaches the network", () => {
  for (const [field, rule, calls, values] of table) {
    it.effect(field, () =>
      Effect.gen(function* () {
        for (const call of calls) {
          for (const value of values) {
            const transport = script()
            const error = yield* call({ [field]: value }).pipe(against(transport), errorOf)
            const reason = reasonIs(error, "InvalidRequest")
            assert.deepInclude(reason, { field, rule }, String(value))
            assert.strictEqual(reason.message, `${field} must be ${rule}`)
            assert.deepStrictEqual(error.attempts, [])
            assert.strictEqual(error.path, undefined)
            assert.isFalse(error.isRetryable)
            assert.match(error.operation, /^Connections\./)
            assert.strictEqual(transport.asked.length, 0)
          }
        }
      })
    )
  }

  it.effect("options that are none", () =>
    Effect.gen(function* () {
      const calls: ReadonlyArray<(options: never) => Call> = [
        (options) => Stream.runDrain(Connections.list(options)),
        (options) => Stream.runDrain(Connections.pages(options)),
        Connections.page,
        Connections.count,
        Connections.get,
        Connections.create,
        Connections.unlink,
        Connections.updateAuthorization,
        Connections.delete
      ]
      for (const call of calls) {
        for (const options of [undefined, null, 7, "x", []]) {
          const error = yield* call(crooked(options)).pipe(against(script()), errorOf)
          const reason = reasonIs(error, "InvalidRequest")
          // A list without any options is one whose filter is empty.
          if (options === undefined && reason.field !== "options")
            assert.strictEqual(reason.field, "companyId")
          else assert.deepInclude(reason, { field: "options", rule: "an object" })
        }
      }
    })
  )

  it.effect("settings", () =>
    Effect.gen(function* () {
      const bases = [
        "",
        "api.codat.io",
        "/companies",
        "ftp://api.codat.io",
        "http://api.codat.io",
        "http://CODAT.io.:80",
        "javascript:alert(1)",
        "https://user@api.codat.io",
        "https://:pass@api.codat.io",
        "https://api.codat.io?a=1",
        "https://api.codat.io#a"
      ]
      const settings: ReadonlyArray<readonly [string, Partial<CodatConfig.Settings>]> = [
        ...bases.map((baseUrl) => ["baseUrl", { baseUrl }] as const),
        ["attemptTimeout", { attemptTimeout: 0 }],
        ["attemptTimeout", { attemptTimeout: -1 }],
        ["attemptTimeout", { attemptTimeout: crooked("soon") }],
        ["userAgent", { userAgent: "" }],
        ["userAgent", { userAgent: "a\r\nb" }],
        ["userAgent", { userAgent: "é" }]
      ]
      for (const [field, setting] of settings) {
        for (const call of [Connections.get(one), list({}), create({})]) {
          const error = yield* call.pipe(
            against(script()),
            Effect.provide(CodatConfig.layer(setting)),
            errorOf
          )
          assert.strictEqual(reasonIs(error, "InvalidRequest").field, field, JSON.stringify(setting))
        }
      }
    })
  )
})

describe("what keeps the rules goes through", () => {
  it.effect("at their edges", () =>
    Effect.gen(function* () {
      const good = [
        list({ pageSize: 1, startPage: 1, concurrency: 1, invalid: "fail" }),
        list({ pageSize: 5000, concurrency: 64, invalid: "skip", query: `name=${"x".repeat(2042)}` }),
        page({ orderBy: "-a.b", query: "" }),
        count({ orderBy: "a" })
      ]
      for (const call of good) {
        yield* call.pipe(against(script(ok(pageOf(1, { total: 1 })))))
      }
      yield* create({ idempotencyKey: guid.slice(-36).toUpperCase() }).pipe(against(script(ok(row(1)))))
      const far = script(ok({ ...pageOf(1, { total: 1 }), pageNumber: null }))
      yield* page({ page: Number.MAX_SAFE_INTEGER }).pipe(against(far))
      assert.strictEqual(far.asked[0]?.url.searchParams.get("page"), String(Number.MAX_SAFE_INTEGER))
    })
  )
})

describe("an id cannot change the path", () => {
  const nasty = [
    "a/b",
    "../x",
    "..\\x",
    "a?b=c",
    "a#b",
    "...",
    "..;",
    "%2e%2e",
    "%2E.",
    ".%2e",
    "a%2fb",
    "%",
    "é",
    "💥",
    "a&b=c",
    "a;b",
    "@evil.example",
    "//evil.example",
    ":8080",
    "\u0000",
    "．．",
    "constructor"
  ]
  const check = Effect.fnUntraced(function* (company: string, connection: string) {
    const transport = script(ok(row(1)))
    yield* Connections.updateAuthorization({
      companyId: company,
      connectionId: connection,
      credentials: { a: "b" }
    }).pipe(against(transport))
    const url = transport.asked[0]?.url
    assert.strictEqual(url?.origin, "https://api.codat.io")
    assert.strictEqual(`${url?.search}${url?.hash}`, "")
    const [root, companies, first, connections, second, ...rest] = url?.pathname.split("/") ?? []
    assert.deepStrictEqual(
      [root, companies, connections, rest],
      ["", "companies", "connections", ["authorization"]]
    )
    assert.strictEqual(decodeURIComponent(String(first)), company)
    assert.strictEqual(decodeURIComponent(String(second)), connection)
  })

  it.effect("known ways", () =>
    Effect.gen(function* () {
      for (const value of nasty) {
        yield* check(value, connectionId)
        yield* check(companyId, value)
      }
    })
  )

  it("any text", () => {
    fc.assert(
      fc.property(anyText(), fc.string(), (company, connection) => {
        const isRefused = (text: string) => /^$|\s|^\.\.?$/.test(text)
        fc.pre(!isRefused(company) && !isRefused(connection))
        Effect.runSync(check(company, connection))
      }),
      { numRuns: 100, examples: [["../../x", "..."]] }
    )
  })
})
