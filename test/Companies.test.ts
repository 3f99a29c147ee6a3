import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Redacted, Schema, Stream } from "effect"
import type { HttpClient } from "effect/http"
import {
  type Auth,
  type CodatError,
  Companies,
  Company,
  Connections,
  Page,
  RetryPolicy,
  Sandbox
} from "effect-codat"
import {
  type Asked,
  against,
  companyId,
  errorOf,
  failed,
  fake,
  guid,
  ok,
  pageAsked,
  reasonIs,
  reset,
  row,
  script,
  text,
  watched
} from "./support/Fake.ts"

const one = { companyId }

/** A company in today's shape. */
const company = (index: number, more: Record<string, unknown> = {}) => ({
  id: `company-${index}`,
  name: `Company ${index}`,
  redirect: "https://link.codat.io/company/x",
  ...more
})

const href = (page: number) => ({ href: `/companies?page=${page}&pageSize=100` })

/** One page of so many, each of which holds as many rows. */
const pageOf = (results: ReadonlyArray<unknown>, pageNumber = 1, pages = 1) => ({
  results,
  pageNumber,
  pageSize: pages === 1 ? 100 : results.length,
  totalResults: pages * results.length,
  _links: {
    self: { href: "/companies" },
    current: href(pageNumber),
    ...(pageNumber < pages ? { next: href(pageNumber + 1) } : {})
  }
})

describe("on the wire", () => {
  const full = { query: "name~a+b && id!=1", tags: "region=uk && team~a&b", orderBy: "-created" }
  const search =
    "?query=name~a%2Bb%20%26%26%20id!%3D1&orderBy=-created&tags=region%3Duk%20%26%26%20team~a%26b"
  const details = { name: "Bank of Dave", description: "", tags: { region: "uk" } }
  const empty = pageOf([])

  type Call = Effect.Effect<unknown, CodatError.CodatError, HttpClient.HttpClient | Auth.Auth>
  const table: ReadonlyArray<readonly [string, Call, unknown, string, string, unknown?]> = [
    ["list", Stream.runDrain(Companies.list()), empty, "GET", "/companies?page=1"],
    [
      "list with everything",
      Stream.runDrain(
        Companies.list({ ...full, startPage: 3, pageSize: 5000, concurrency: 2, invalid: "skip" })
      ),
      { ...empty, pageNumber: 3 },
      "GET",
      `/companies${search}&page=3&pageSize=5000`
    ],
    ["pages", Stream.runDrain(Companies.pages()), empty, "GET", "/companies?page=1"],
    ["page", Companies.page(), empty, "GET", "/companies"],
    [
      "page with everything",
      Companies.page({ ...full, page: 7, pageSize: 1 }),
      { ...empty, pageNumber: 7 },
      "GET",
      `/companies${search}&page=7&pageSize=1`
    ],
    ["count", Companies.count(full), empty, "GET", `/companies?page=1&pageSize=1&${search.slice(1)}`],
    ["get", Companies.get(one), company(1), "GET", `/companies/${companyId}`],
    ["get, escaped", Companies.get({ companyId: "a/b?c" }), company(1), "GET", "/companies/a%2Fb%3Fc"],
    ["create", Companies.create(details), company(1), "POST", "/companies", details],
    [
      "create, by name alone",
      Companies.create({ name: "A", description: undefined }),
      company(1),
      "POST",
      "/companies",
      { name: "A" }
    ],
    [
      "update",
      Companies.update({ ...one, tags: {} }),
      company(1),
      "PATCH",
      `/companies/${companyId}`,
      { tags: {} }
    ],
    [
      "replace",
      Companies.replace({ ...one, ...details }),
      company(1),
      "PUT",
      `/companies/${companyId}`,
      details
    ],
    [
      "listAcrossCompanies",
      Stream.runDrain(Connections.listAcrossCompanies({ ...full, pageSize: 5, startPage: 1 })),
      empty,
      "GET",
      `/companies${search}&page=1&pageSize=5`
    ]
  ]

  for (const [name, call, answer, method, path, body] of table) {
    it.effect(name, () =>
      Effect.gen(function* () {
        const codat = script(ok(answer))
        yield* call.pipe(against(codat))
        const [asked] = codat.asked
        assert.strictEqual(asked?.method, method)
        assert.strictEqual(asked?.url.href, `https://api.codat.io${path}`)
        if (body === undefined) assert.isUndefined(asked?.body)
        else assert.deepStrictEqual(JSON.parse(asked?.body ?? ""), body)
        const keyed = method === "POST" || method === "PATCH"
        assert.strictEqual(asked?.headers["idempotency-key"] !== undefined, keyed)
      })
    )
  }

  it.effect("delete takes 204 and any other success", () =>
    Effect.gen(function* () {
      for (const answer of [text(204, ""), text(200, ""), text(200, "done")]) {
        const codat = script(answer)
        assert.isUndefined(yield* Companies.delete(one).pipe(against(codat)))
        assert.strictEqual(codat.asked[0]?.method, "DELETE")
        assert.strictEqual(codat.asked[0]?.url.pathname, `/companies/${companyId}`)
        assert.isUndefined(codat.asked[0]?.headers["idempotency-key"])
      }
    })
  )

  it.effect("nothing before a stream is pulled, and no page that is not needed", () =>
    Effect.gen(function* () {
      const codat = fake((asked) => ok(pageOf([company(pageAsked(asked))], pageAsked(asked), 9)))
      const list = Companies.list()
      const all = Connections.listAcrossCompanies()
      assert.lengthOf(codat.asked, 0)
      yield* list.pipe(Stream.take(1), Stream.runDrain, against(codat))
      assert.lengthOf(codat.asked, 1)
      yield* all.pipe(Stream.runDrain, against(codat))
      assert.lengthOf(codat.asked, 1 + 9)
    })
  )
})

describe("writes", () => {
  it.effect("keep one key through their attempts, and one's own key", () =>
    Effect.gen(function* () {
      const policy = { maxAttempts: 3, baseDelay: 0 }
      for (const call of [
        Companies.create({ name: "A" }),
        Companies.update({ ...one, name: "A" }),
        Companies.create({ name: "A", idempotencyKey: guid }),
        Companies.update({ ...one, idempotencyKey: guid })
      ]) {
        const codat = script(reset(), failed(503), ok(company(1)))
        yield* call.pipe(against(codat, policy))
        const keys = new Set(codat.asked.map(({ headers }) => headers["idempotency-key"]))
        assert.lengthOf([...keys], 1)
        assert.match([...keys][0] ?? "", /^[0-9a-f-]{36}$/)
      }
    })
  )

  it.effect("without a key are repeated after a 500; a delete that took place is done", () =>
    Effect.gen(function* () {
      const policy = { maxAttempts: 2, baseDelay: 0 }
      const put = script(failed(500), ok(company(1)))
      yield* Companies.replace({ ...one, name: "A" }).pipe(against(put, policy))
      assert.isUndefined(put.asked[1]?.headers["idempotency-key"])
      yield* Companies.delete(one).pipe(against(script(failed(500), failed(404)), policy))
      const error = yield* Companies.delete(one).pipe(against(script(failed(404)), policy), errorOf)
      reasonIs(error, "NotFound")
    })
  )
})

describe("input", () => {
  const long = "x".repeat(101)
  const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`tag${index}`, ""]))
  const table: ReadonlyArray<readonly [string, unknown]> = [
    ["name", Companies.create({ name: "" })],
    ["name", Companies.create({ name: " " })],
    ["name", Companies.create({ name: "\ud800" })],
    ["name", Companies.update({ ...one, name: "" })],
    ["description", Companies.replace({ ...one, name: "A", description: "\ud800" })],
    ["tags", Companies.create({ name: "A", tags: eleven })],
    ["tags", Companies.create({ name: "A", tags: { [long.slice(0, 28)]: "" } })],
    ["tags", Companies.create({ name: "A", tags: { "": "" } })],
    ["tags", Companies.update({ ...one, tags: { a: long } })],
    ["idempotencyKey", Companies.create({ name: "A", idempotencyKey: "1" })],
    ["companyId", Companies.get({ companyId: ".." })],
    ["companyId", Companies.delete({ companyId: "" })],
    ["tags", Companies.page({ tags: "x".repeat(2048) })],
    ["query", Companies.count({ query: "x".repeat(2048) })],
    ["pageSize", Stream.runDrain(Companies.list({ pageSize: 5001 }))],
    ["startPage", Stream.runDrain(Connections.listAcrossCompanies({ startPage: 0 }))],
    ["orderBy", Stream.runDrain(Connections.listAcrossCompanies({ orderBy: "-" }))]
  ]
  for (const [field, call] of table) {
    it.effect(`refuses a bad ${field} before anything is sent`, () =>
      Effect.gen(function* () {
        const codat = script()
        // Each call of the table is one; written down, their success types would be a union of all.
        const error = yield* (
          call as Effect.Effect<unknown, CodatError.CodatError, HttpClient.HttpClient | Auth.Auth>
        ).pipe(against(codat), errorOf)
        assert.strictEqual(reasonIs(error, "InvalidRequest").field, field)
        assert.lengthOf(codat.asked, 0)
      })
    )
  }

  it.effect("takes the longest tags", () =>
    Effect.gen(function* () {
      const tags = Object.fromEntries(
        Array.from({ length: 10 }, (_, index) => [`${index}`.padEnd(27, "x"), "y".repeat(100)])
      )
      const codat = script(ok(company(1)))
      yield* Companies.create({ name: "A", tags }).pipe(against(codat))
      assert.deepStrictEqual(JSON.parse(codat.asked[0]?.body ?? ""), { name: "A", tags })
    })
  )
})

describe("decoding", () => {
  const get = (body: unknown) => Companies.get(one).pipe(against(script(ok(body))))

  it.effect("reads Codat's own example", () =>
    Effect.gen(function* () {
      const connection = {
        id: "51baa045-4836-4317-a42e-3542e991e581",
        integrationId: "1c312d69-e638-46d4-ad31-72e6c3ba8390",
        integrationKey: "vjms",
        sourceId: "396c3158-5dd7-481b-a7c4-a795ca31792b",
        platformName: "Pandle",
        linkUrl: "https://link-api.codat.io/start",
        status: "Linked",
        lastSync: "2022-01-01T12:30:00.000Z",
        created: "2022-01-01T11:30:00Z",
        sourceType: "Accounting"
      }
      const found = yield* get({
        id: companyId,
        name: "Technicalium",
        description: "Technology services",
        platform: "",
        redirect: "https://link.codat.io/company/d1568dde",
        lastSync: "2022-01-01T12:30:00.000Z",
        dataConnections: [connection],
        created: "2022-01-01T11:30:00Z",
        createdByUserName: "Joe Bloggs",
        ownerUserIds: ["u1", "u2"],
        products: ["lending"],
        tags: { region: "uk" },
        referenceParentCompany: { id: "p", name: "Parent", links: { portal: "https://app.codat.io/x" } },
        referenceSubsidiaryCompanies: [{ id: "s", name: "Sub" }]
      })
      const created = DateTime.makeUnsafe("2022-01-01T11:30:00Z")
      const lastSync = DateTime.makeUnsafe("2022-01-01T12:30:00Z")
      assert.deepStrictEqual(found, {
        id: companyId,
        name: "Technicalium",
        description: "Technology services",
        redirect: Redacted.make("https://link.codat.io/company/d1568dde"),
        lastSync,
        dataConnections: [
          {
            ...connection,
            linkUrl: Redacted.make(connection.linkUrl),
            status: "Linked",
            sourceType: "Accounting",
            created,
            lastSync
          }
        ],
        created,
        createdByUserName: "Joe Bloggs",
        ownerUserIds: ["u1", "u2"],
        products: ["lending"],
        tags: { region: "uk" },
        referenceParentCompany: { id: "p", name: "Parent", links: { portal: "https://app.codat.io/x" } },
        referenceSubsidiaryCompanies: [{ id: "s", name: "Sub" }]
      })
      assert.strictEqual(Redacted.value(found.redirect), "https://link.codat.io/company/d1568dde")
      assert.deepStrictEqual(
        found.dataConnections.map(({ linkUrl }) => Redacted.value(linkUrl)),
        [connection.linkUrl]
      )
    })
  )

  it.effect("takes null and absent for one thing", () =>
    Effect.gen(function* () {
      const bare = {
        ...company(1),
        redirect: Redacted.make("https://link.codat.io/company/x"),
        dataConnections: []
      }
      assert.deepStrictEqual(yield* get(company(1)), bare)
      const nulls = {
        description: null,
        lastSync: null,
        created: null,
        createdByUserName: null,
        ownerUserIds: null,
        products: null,
        tags: null,
        referenceParentCompany: null,
        referenceSubsidiaryCompanies: null,
        dataConnections: null
      }
      assert.deepStrictEqual(yield* get(company(1, nulls)), bare)
      assert.deepStrictEqual((yield* get(company(1, { tags: { a: null, b: "c" } }))).tags, { b: "c" })
    })
  )

  it.effect("says where a fault is, down to the connection", () =>
    Effect.gen(function* () {
      const bad = company(1, { dataConnections: [row(0), row(1, { created: "yesterday" })] })
      const read = Companies.page().pipe(against(script(ok(pageOf([company(0), bad])))), errorOf)
      const reason = reasonIs(yield* read, "InvalidResponse")
      assert.strictEqual(reason.path, "results[1].dataConnections[1].created")
      assert.strictEqual(reason.index, 1)
    })
  )

  it.effect("goes to JSON and back", () =>
    Effect.gen(function* () {
      const Stored = Schema.fromJsonString(Page.make(Company.Company))
      const page = yield* Companies.page({ pageSize: 5 })
      assert.lengthOf(page.results, 5)
      assert.deepStrictEqual(
        yield* Schema.decodeEffect(Stored)(yield* Schema.encodeEffect(Stored)(page)),
        page
      )
    }).pipe(Effect.provide(Sandbox.layer({ companies: 9, connections: 3 })))
  )
})

describe("listAcrossCompanies", () => {
  const books = (asked: Asked) =>
    ok(
      pageOf(
        [
          company(pageAsked(asked) * 10, { dataConnections: [row(1), row(2)] }),
          company(pageAsked(asked) * 10 + 1),
          company(pageAsked(asked) * 10 + 2, { dataConnections: [row(3)] })
        ],
        pageAsked(asked),
        3
      )
    )

  it.effect("gives each connection with its company and page, one request a page", () =>
    Effect.gen(function* () {
      const codat = fake(books)
      const all = yield* Stream.runCollect(Connections.listAcrossCompanies()).pipe(against(codat))
      assert.deepStrictEqual(
        all.map(({ company, connection, pageNumber }) => [pageNumber, company.id, connection.id]),
        [1, 2, 3].flatMap((page) => [
          [page, `company-${page}0`, "c1"],
          [page, `company-${page}0`, "c2"],
          [page, `company-${page}2`, "c3"]
        ])
      )
      assert.lengthOf(codat.asked, 3)
    })
  )

  it.effect("goes on from a page, and keeps the order with pages ahead", () =>
    Effect.gen(function* () {
      const codat = fake(books)
      const rest = yield* Stream.runCollect(
        Connections.listAcrossCompanies({ startPage: 2, concurrency: 4, pageSize: 3 })
      ).pipe(against(codat))
      assert.deepStrictEqual(
        rest.map(({ pageNumber }) => pageNumber),
        [2, 2, 2, 3, 3, 3]
      )
      assert.deepStrictEqual(codat.asked.map(pageAsked), [2, 3])
    })
  )

  it.effect("fails with page and row, or leaves out the connection or the company at fault and says so", () =>
    watched(({ lines }) =>
      Effect.gen(function* () {
        const body = ok(
          pageOf([
            company(1, { dataConnections: [row(1), row(2, { id: 7 }), row(3), row(4, { created: "soon" })] }),
            company(2, { name: null, dataConnections: [row(5)] }),
            company(3, { dataConnections: "none" }),
            company(4, { dataConnections: [row(6)] })
          ])
        )
        const error = yield* Stream.runDrain(Connections.listAcrossCompanies()).pipe(
          against(script(body)),
          errorOf
        )
        assert.strictEqual(error.operation, "Connections.listAcrossCompanies")
        assert.strictEqual(reasonIs(error, "InvalidResponse").index, 0)
        assert.lengthOf(lines, 0)

        const all = yield* Stream.runCollect(Connections.listAcrossCompanies({ invalid: "skip" })).pipe(
          against(script(body))
        )
        assert.deepStrictEqual(
          all.map(({ connection }) => connection.id),
          ["c1", "c3", "c6"]
        )
        const warnings = lines.filter((line) => line.includes("left out"))
        assert.lengthOf(warnings, 4)
        for (const [index, part] of [
          "left out a part of row 0 of page 1: dataConnections[1].id:",
          "left out a part of row 0 of page 1: dataConnections[3].created:",
          "left out row 1 of page 1: name:",
          "left out row 2 of page 1: dataConnections:"
        ].entries()) {
          assert.include(warnings[index], `Connections.listAcrossCompanies: ${part}`)
        }

        const companies = yield* Stream.runCollect(Companies.list({ invalid: "skip" })).pipe(
          against(script(body))
        )
        assert.deepStrictEqual(
          companies.map(({ id }) => id),
          ["company-1", "company-4"]
        )

        const [page] = yield* Stream.runCollect(Companies.pages({ invalid: "skip" })).pipe(
          against(script(body))
        )
        assert.deepStrictEqual(
          page?.skipped?.map(({ message: _, ...skipped }) => skipped),
          [
            { index: 0, id: "company-1", isPart: true, path: "dataConnections[1].id" },
            { index: 0, id: "company-1", isPart: true, partId: "c4", path: "dataConnections[3].created" },
            { index: 1, id: "company-2", isPart: false, path: "name" },
            { index: 2, id: "company-3", isPart: false, path: "dataConnections" }
          ]
        )
      })
    )
  )

  it.effect("is what the lists of all companies are, for a fraction of the requests", () =>
    Effect.gen(function* () {
      const all = yield* Stream.runCollect(Connections.listAcrossCompanies())
      const cheap = (yield* Sandbox.requests).length
      assert.strictEqual(cheap, 3)
      const naive = yield* Companies.list().pipe(
        Stream.flatMap((company) => Connections.list({ companyId: company.id })),
        Stream.runCollect
      )
      assert.strictEqual((yield* Sandbox.requests).length - cheap, 3 + 251)
      assert.deepStrictEqual(
        all.map(({ connection }) => connection),
        naive
      )
      assert.isAbove(all.length, 200)
    }).pipe(Effect.provide(Sandbox.layer({ companies: 250, connections: 7 })))
  )
})

describe("against the sandbox", () => {
  const sandbox = Effect.provide(Sandbox.layer({ companies: 20, connections: 2 }))

  it.effect("a company's whole life", () =>
    Effect.gen(function* () {
      const created = yield* Companies.create({
        name: "Bank (of) Dave",
        description: "first",
        tags: { region: "uk" }
      })
      assert.strictEqual(created.name, "Bank of Dave")
      assert.deepStrictEqual(created.dataConnections, [])
      const it = { companyId: created.id }

      const connection = yield* Connections.create({ ...it, platformKey: "gbol" })
      const found = yield* Companies.get(it)
      assert.deepStrictEqual(found.dataConnections, [connection])

      const updated = yield* Companies.update({ ...it, description: "second" })
      assert.strictEqual(updated.name, "Bank of Dave")
      assert.strictEqual(updated.description, "second")
      assert.deepStrictEqual(updated.tags, { region: "uk" })

      const replaced = yield* Companies.replace({ ...it, name: "Dave" })
      assert.strictEqual(replaced.name, "Dave")
      assert.isUndefined(replaced.description)
      assert.deepStrictEqual(replaced.tags, {})

      yield* Companies.delete(it)
      for (const call of [Companies.get(it), Companies.delete(it), Companies.update({ ...it, name: "A" })]) {
        reasonIs(yield* errorOf(call), "NotFound")
      }
    }).pipe(sandbox)
  )

  it.effect("filters by query and tags, orders and counts", () =>
    Effect.gen(function* () {
      const uk = yield* Stream.runCollect(Companies.list({ tags: "region=uk", orderBy: "-created" }))
      assert.isAbove(uk.length, 5)
      assert.isBelow(uk.length, 21)
      for (const company of uk) assert.strictEqual(company.tags?.["region"], "uk")
      const created = uk.map((company) => DateTime.toEpochMillis(company.created ?? DateTime.makeUnsafe(0)))
      assert.deepStrictEqual(
        created,
        created.toSorted((a, b) => b - a)
      )
      assert.strictEqual(yield* Companies.count({ tags: "region=uk" }), uk.length)
      assert.strictEqual(yield* Companies.count(), 21)
      assert.strictEqual(yield* Companies.count({ query: `id=${Sandbox.companyId}` }), 1)
      reasonIs(yield* errorOf(Companies.count({ tags: "region>uk" })), "BadRequest")
    }).pipe(sandbox)
  )

  it.effect("does not make a company twice when the answer is lost", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail({ operation: "Companies.create", kind: "reset", when: "after" })
      const policy = RetryPolicy.make({ baseDelay: 0 })
      yield* Companies.create({ name: "Once" }).pipe(RetryPolicy.withPolicy(policy))
      assert.strictEqual(yield* Companies.count({ query: "name=Once" }), 1)
    }).pipe(sandbox)
  )
})
