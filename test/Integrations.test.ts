import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { Integration, Integrations, Page, Sandbox } from "effect-codat"
import { against, errorOf, failed, fake, ok, reasonIs, script } from "./support/Fake.ts"

const integration = (more: Record<string, unknown> = {}) => ({
  key: "gbol",
  logoUrl: "https://static.codat.io/logo.png",
  name: "Xero",
  enabled: true,
  ...more
})

const pageOf = (results: ReadonlyArray<unknown>) => ({
  results,
  pageNumber: 1,
  pageSize: 100,
  totalResults: results.length,
  _links: { self: { href: "/integrations" }, current: { href: "/integrations?page=1&pageSize=100" } }
})

/** The query that is sent for some options. */
const sent = Effect.fnUntraced(function* (options: Integrations.PageOptions) {
  const codat = script(ok(pageOf([])))
  yield* Integrations.page(options).pipe(against(codat))
  return codat.asked[0]?.url.searchParams.get("query") ?? undefined
})

describe("on the wire", () => {
  it.effect("each operation", () =>
    Effect.gen(function* () {
      const codat = fake(({ url }) =>
        ok(
          url.pathname === "/integrations"
            ? { ...pageOf([integration()]), pageNumber: Number(url.searchParams.get("page") ?? 1) }
            : url.pathname.endsWith("/branding")
              ? {}
              : integration()
        )
      )
      yield* Effect.all([
        Stream.runDrain(Integrations.list()),
        Stream.runDrain(
          Integrations.list({ sourceType: "Banking", enabled: true, orderBy: "name", pageSize: 5000 })
        ),
        Stream.runDrain(Integrations.pages({ enabled: false })),
        Integrations.page(),
        Integrations.page({ query: "name~a", page: 2, pageSize: 1 }),
        Integrations.get({ platformKey: "gbol" }),
        Integrations.branding({ platformKey: "gbol" })
      ]).pipe(against(codat))
      const order = "sourceType%3DBanking%20%26%26%20enabled%3Dtrue&orderBy=name"
      assert.deepStrictEqual(
        codat.asked.map(({ method, url }) => `${method} ${url.pathname}${url.search}`),
        [
          "GET /integrations?page=1",
          `GET /integrations?query=${order}&page=1&pageSize=5000`,
          "GET /integrations?query=enabled%3Dfalse&page=1",
          "GET /integrations",
          "GET /integrations?query=name~a&page=2&pageSize=1",
          "GET /integrations/gbol",
          "GET /integrations/gbol/branding"
        ]
      )
    })
  )
})

describe("filters", () => {
  it.effect("are terms of the query, and a query of one's own stands in braces", () =>
    Effect.gen(function* () {
      assert.isUndefined(yield* sent({}))
      assert.isUndefined(yield* sent({ sourceType: undefined, enabled: undefined, query: undefined }))
      assert.strictEqual(yield* sent({ query: "a=1 || b=2" }), "a=1 || b=2")
      assert.strictEqual(yield* sent({ sourceType: "BankFeed" }), "sourceType=BankFeed")
      assert.strictEqual(yield* sent({ enabled: false, query: "  " }), "enabled=false")
      assert.strictEqual(
        yield* sent({ sourceType: "Banking", enabled: true, query: "a=1 || b=2" }),
        "{a=1 || b=2} && sourceType=Banking && enabled=true"
      )
      assert.strictEqual(
        yield* sent({ enabled: true, query: "{a=1} || {b=2 && {c=3}}" }),
        "{{a=1} || {b=2 && {c=3}}} && enabled=true"
      )
    })
  )

  it.effect("hold even where the server does not filter", () =>
    Effect.gen(function* () {
      const all = [
        integration({ key: "aaaa", sourceType: "Banking" }),
        integration({ key: "bbbb", sourceType: "Accounting" }),
        integration({ key: "cccc", sourceType: "Banking", enabled: false })
      ]
      const codat = fake(() => ok(pageOf(all)))
      const options = { sourceType: "Banking", enabled: true } as const
      const keys = (results: ReadonlyArray<Integration.Integration>) => results.map(({ key }) => key)
      const listed = yield* Stream.runCollect(Integrations.list(options)).pipe(against(codat))
      const paged = yield* Stream.runCollect(Integrations.pages(options)).pipe(against(codat))
      const one = yield* Integrations.page(options).pipe(against(codat))
      assert.deepStrictEqual(keys(listed), ["aaaa"])
      assert.deepStrictEqual(keys(paged.flatMap(({ results }) => results)), ["aaaa"])
      assert.deepStrictEqual(keys(one.results), ["aaaa"])
    })
  )

  it.effect("cannot be got around", () =>
    Effect.gen(function* () {
      // What JavaScript and decoded data can hand over, whatever the types say.
      const notTyped = (value: unknown) => value as undefined
      const table: ReadonlyArray<readonly [string, Integrations.PageOptions]> = [
        ["query", { enabled: true, query: "a=1} || {b=2" }],
        ["query", { enabled: true, query: "{a=1" }],
        ["query", { query: "a=1}" }],
        ["query", { query: notTyped(7), enabled: true }],
        ["query", { query: "\ud800", enabled: true }],
        ["query", { query: "x".repeat(2040), enabled: true }],
        ["sourceType", { sourceType: notTyped("Banking || enabled=false") }],
        ["sourceType", { sourceType: notTyped(""), query: "a=1} || {b=2" }],
        ["sourceType", { sourceType: notTyped(null) }],
        ["enabled", { enabled: notTyped("true || a=1") }],
        ["options", JSON.parse("null")],
        ["options", JSON.parse('"text"')]
      ]
      for (const [field, options] of table) {
        const codat = script()
        for (const call of [
          Integrations.page(options),
          Stream.runDrain(Integrations.list(options)),
          Stream.runDrain(Integrations.pages(options))
        ]) {
          const error = yield* call.pipe(against(codat), errorOf)
          assert.strictEqual(reasonIs(error, "InvalidRequest").field, field)
        }
        assert.lengthOf(codat.asked, 0)
      }
    })
  )

  it.effect("leave room for a long query", () =>
    Effect.gen(function* () {
      const query = `name~${"x".repeat(2000)}`
      assert.strictEqual(yield* sent({ query, enabled: true }), `${query} && enabled=true`)
    })
  )

  it.effect("balance is order, too", () =>
    Effect.gen(function* () {
      for (const good of ["a=1", "{a=1}", "{a=1} && {b=2}", "{{a=1}}"]) {
        assert.strictEqual(yield* sent({ query: good, enabled: true }), `${good} && enabled=true`)
      }
      assert.strictEqual(yield* sent({ query: "a=1 || b=2", enabled: true }), "{a=1 || b=2} && enabled=true")
      for (const bad of ["{", "}", "}{", "{a=1}}", "{{a=1}", "a=1} || {b=2", "{}", "{a=1}{b=2}"]) {
        const error = yield* Integrations.page({ query: bad, enabled: true }).pipe(against(script()), errorOf)
        assert.strictEqual(reasonIs(error, "InvalidRequest").field, "query", bad)
      }
    })
  )

  it.effect("are what the sandbox filters by", () =>
    Effect.gen(function* () {
      const all = yield* Stream.runCollect(Integrations.list({ pageSize: 5 }))
      const banks = yield* Stream.runCollect(Integrations.list({ sourceType: "Banking", orderBy: "name" }))
      assert.deepStrictEqual(
        banks,
        all
          .filter(({ sourceType }) => sourceType === "Banking")
          .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      )
      assert.isAbove(banks.length, 1)
      const off = yield* Stream.runCollect(Integrations.list({ enabled: false }))
      assert.deepStrictEqual(
        off,
        all.filter(({ enabled }) => !enabled)
      )
      assert.isAbove(off.length, 0)
      // Without its braces the query would let every integration with an `e` pass.
      const either = yield* Stream.runCollect(
        Integrations.list({ query: "name~e || name~o", sourceType: "Commerce" })
      )
      assert.isTrue(either.every(({ sourceType }) => sourceType === "Commerce"))
      assert.isAbove(either.length, 0)
    }).pipe(Effect.provide(Sandbox.layer({ connections: 0 })))
  )
})

describe("get and branding", () => {
  it.effect("of the sandbox", () =>
    Effect.gen(function* () {
      const xero = yield* Integrations.get({ platformKey: "gbol" })
      assert.strictEqual(xero.name, "Xero")
      assert.isTrue(xero.enabled)
      const features = new Map(
        xero.datatypeFeatures?.map(({ datatype, supportedFeatures }) => [datatype, supportedFeatures])
      )
      assert.deepStrictEqual(features.get("balanceSheet"), [{ featureType: "Get", featureState: "Release" }])
      assert.deepStrictEqual(features.get("invoices"), [
        { featureType: "Get", featureState: "Release" },
        { featureType: "Post", featureState: "Release" }
      ])
      const branding = yield* Integrations.branding({ platformKey: "gbol" })
      assert.match(branding.logo?.full?.image?.src ?? "", /^https:/)
      assert.match(branding.button?.hover?.image?.alt ?? "", /xero/)
      assert.strictEqual(branding.sourceId, xero.sourceId)
      for (const call of [
        Integrations.get({ platformKey: "zzzz" }),
        Integrations.branding({ platformKey: "zzzz" })
      ]) {
        reasonIs(yield* errorOf(call), "NotFound")
      }
    }).pipe(Effect.provide(Sandbox.layer({ connections: 0 })))
  )

  it.effect("refuse filters that cannot even be told as text", () =>
    Effect.gen(function* () {
      const bare: unknown = Object.create(null)
      for (const [field, value] of [
        ["sourceType", Symbol("s")],
        ["sourceType", bare],
        ["enabled", bare]
      ] as const) {
        // What a program in plain JavaScript can pass.
        const options = { [field]: value } as Integrations.ListOptions
        for (const call of [
          Stream.runDrain(Integrations.list(options)),
          Stream.runDrain(Integrations.pages(options)),
          Effect.asVoid(Integrations.page(options))
        ]) {
          const error = yield* call.pipe(against(script()), errorOf)
          assert.strictEqual(reasonIs(error, "InvalidRequest").field, field)
        }
      }
    })
  )

  it.effect("refuse what is no platform key", () =>
    Effect.gen(function* () {
      for (const platformKey of ["", "GBOL", "gbo", "../x"]) {
        for (const call of [Integrations.get({ platformKey }), Integrations.branding({ platformKey })]) {
          const error = yield* call.pipe(against(script()), errorOf)
          assert.strictEqual(reasonIs(error, "InvalidRequest").field, "platformKey")
        }
      }
    })
  )

  it.effect("fail as every operation does", () =>
    Effect.gen(function* () {
      const error = yield* Integrations.get({ platformKey: "gbol" }).pipe(
        against(script(failed(403))),
        errorOf
      )
      assert.strictEqual(error.operation, "Integrations.get")
      reasonIs(error, "Forbidden")
    })
  )
})

describe("decoding", () => {
  const get = (body: unknown) => Integrations.get({ platformKey: "gbol" }).pipe(against(script(ok(body))))

  it.effect("takes null and absent for one thing, and values that are new", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* get(integration()), integration())
      const nulls = {
        sourceType: null,
        integrationId: null,
        sourceId: null,
        isOfflineConnector: null,
        isBeta: null,
        dataProvidedBy: null,
        datatypeFeatures: null
      }
      assert.deepStrictEqual(yield* get(integration(nulls)), integration())
      const found = yield* get(
        integration({
          sourceType: "Payroll",
          datatypeFeatures: [
            { datatype: "invoices", supportedFeatures: [{ featureType: "get", featureState: "release" }] },
            { dataType: "bills", supportedFeatures: null },
            { datatype: null, dataType: "items", supportedFeatures: [] }
          ]
        })
      )
      assert.strictEqual<string | undefined>(found.sourceType, "Payroll")
      assert.deepStrictEqual<unknown>(found.datatypeFeatures, [
        { datatype: "invoices", supportedFeatures: [{ featureType: "get", featureState: "release" }] },
        { datatype: "bills", supportedFeatures: [] },
        { datatype: "items", supportedFeatures: [] }
      ])
    })
  )

  it.effect("says where a fault is", () =>
    Effect.gen(function* () {
      const table: ReadonlyArray<readonly [string, unknown]> = [
        ["key", { ...integration(), key: undefined }],
        ["enabled", integration({ enabled: "true" })],
        ["datatypeFeatures[0].datatype", integration({ datatypeFeatures: [{ supportedFeatures: [] }] })],
        [
          "datatypeFeatures[0].supportedFeatures[0].featureState",
          integration({ datatypeFeatures: [{ datatype: "x", supportedFeatures: [{ featureType: "Get" }] }] })
        ]
      ]
      for (const [path, body] of table) {
        assert.strictEqual(reasonIs(yield* errorOf(get(body)), "InvalidResponse").path, path)
      }
    })
  )

  it.effect("goes to JSON and back", () =>
    Effect.gen(function* () {
      const Stored = Schema.fromJsonString(Page.make(Integration.Integration))
      const page = yield* Integrations.page()
      assert.deepStrictEqual(
        yield* Schema.decodeEffect(Stored)(yield* Schema.encodeEffect(Stored)(page)),
        page
      )
      const branding = yield* Integrations.branding({ platformKey: "gbol" })
      const json = yield* Schema.encodeEffect(Integration.Branding)(branding)
      assert.deepStrictEqual(yield* Schema.decodeEffect(Integration.Branding)(json), branding)
    }).pipe(Effect.provide(Sandbox.layer({ connections: 0 })))
  )
})
