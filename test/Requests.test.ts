/**
 * `Codat.request`, `Codat.requestPages` and `Codat.withResponse`: any endpoint of Codat's, with everything that the
 * library's own operations have.
 */
import { assert, describe, it } from "@effect/vitest"
import {
  BigDecimal,
  Chunk,
  DateTime,
  Duration,
  Effect,
  HashMap,
  Option,
  Redacted,
  Result,
  Schema,
  SchemaGetter,
  Stream
} from "effect"
import { Codat, CodatConfig, Connections } from "effect-codat"
import { type Call, ids } from "./support/calls.ts"
import {
  against,
  companyId,
  connectionId,
  counted,
  errorOf,
  failed,
  fake,
  guid,
  json,
  ok,
  pageAsked,
  pageOf,
  reasonIs,
  reset,
  row,
  script,
  text,
  timed,
  watched
} from "./support/Fake.ts"

const Invoice = Schema.Struct({ id: Schema.String, totalAmount: Schema.Finite })
const invoice = { id: "i1", totalAmount: 12.5 }
const path = "/companies/{companyId}/data/invoices/{invoiceId}"
const params = { companyId: "a/b", invoiceId: "i1" }
const get = Codat.request({ operation: "Invoices.get", method: "GET", path, params, output: Invoice })
const post = (more: Partial<Codat.RequestOptions<typeof Invoice.Type>> = {}) =>
  Codat.request({
    operation: "Invoices.create",
    method: "POST",
    path: "/companies/{companyId}/push/invoices",
    params: { companyId },
    body: { totalAmount: 12.5, note: Redacted.make("MARKED-note") },
    output: Invoice,
    ...more
  })

describe("request", () => {
  it.effect("sends what it is told, escaped, with credentials and settings, and decodes the answer", () =>
    Effect.gen(function* () {
      const transport = script(ok({ ...invoice, surprise: 1 }))
      const query = { include: "lines & tax", page: 1, draft: false, none: undefined }
      const found = yield* Codat.request({
        operation: "Invoices.get",
        method: "GET",
        path,
        params,
        query,
        output: Invoice
      }).pipe(
        against(transport),
        Effect.provide(CodatConfig.layer({ baseUrl: "http://localhost:4010/x", userAgent: "me/1" }))
      )
      assert.deepStrictEqual(found, invoice)
      const [asked] = transport.asked
      assert.strictEqual(
        asked?.url.href,
        "http://localhost:4010/x/companies/a%2Fb/data/invoices/i1?include=lines%20%26%20tax&page=1&draft=false"
      )
      assert.strictEqual(asked?.headers["authorization"], "Basic c29tZS1hcGkta2V5")
      assert.strictEqual(asked?.headers["user-agent"], "me/1")
      assert.notProperty(asked?.headers, "idempotency-key")
      assert.isUndefined(asked?.body)
    })
  )

  it.effect("sends ids with spaces inside, as some platforms have them", () =>
    Effect.gen(function* () {
      const transport = script(ok(invoice))
      yield* Codat.request({
        operation: "Invoices.get",
        method: "GET",
        path,
        params: { companyId, invoiceId: "INV 7 / b" },
        output: Invoice
      }).pipe(against(transport))
      assert.strictEqual(
        transport.asked[0]?.url.pathname,
        `/companies/${companyId}/data/invoices/INV%207%20%2F%20b`
      )
    })
  )

  it.effect("says which value of params or query is wrong, and why", () =>
    Effect.gen(function* () {
      const refusal = (more: object) =>
        Codat.request({
          operation: "X.get",
          method: "GET",
          path: "/x/{id}",
          params: { id: "1" },
          output: Schema.Unknown,
          ...more
        }).pipe(
          against(script()),
          errorOf,
          Effect.map(({ message }) => message)
        )
      assert.strictEqual(
        yield* refusal({ params: { id: "1\n" } }),
        "X.get: InvalidRequest: params.id must be a string without white space at its ends, and neither . nor .."
      )
      assert.strictEqual(
        yield* refusal({ query: { page: 1, since: null } }),
        "X.get: InvalidRequest: query.since must be a string, a finite number or a boolean"
      )
    })
  )

  it.effect("sends a body as JSON, secrets in it too, under one key for all attempts", () =>
    Effect.gen(function* () {
      const transport = script(reset(), failed(503), ok(invoice))
      const { result } = yield* timed(transport, { maxAttempts: 3 }, post())
      assert.strictEqual(result._tag, "Success")
      const keys = transport.asked.map(({ headers }) => headers["idempotency-key"])
      assert.lengthOf([...new Set(keys)], 1)
      assert.match(String(keys[0]), /^[0-9a-f-]{36}$/)
      for (const { body, headers } of transport.asked) {
        assert.deepStrictEqual(JSON.parse(String(body)), { totalAmount: 12.5, note: "MARKED-note" })
        assert.strictEqual(headers["content-type"], "application/json")
      }
      const own = script(ok(invoice))
      yield* post({ idempotencyKey: guid }).pipe(against(own))
      assert.strictEqual(own.asked[0]?.headers["idempotency-key"], guid)
    })
  )

  it.effect(
    "retries by its method, and fails with its operation, path, key and attempts, without the secrets",
    () =>
      Effect.gen(function* () {
        const heard = json(500, { error: 'wrong: {"note":"MARKED-note"}', correlationId: "abc" })
        const error = yield* post().pipe(against(script(heard), { maxAttempts: 5 }), errorOf)
        assert.deepInclude(error, {
          operation: "Invoices.create",
          method: "POST",
          path: `/companies/${companyId}/push/invoices`
        })
        assert.match(String(error.idempotencyKey), /^[0-9a-f-]{36}$/)
        assert.strictEqual(reasonIs(error, "ServerError").message, 'wrong: {"note":"<redacted>"}')
        assert.lengthOf(error.attempts, 1)
        const wrong = yield* get.pipe(against(script(ok({ id: "i1" }))), errorOf)
        assert.deepInclude(reasonIs(wrong, "InvalidResponse"), { path: "totalAmount", statusCode: 200 })
      })
  )

  it.effect("has a span and metrics of its operation, with the path as it was written", () =>
    watched(({ spans }) =>
      Effect.gen(function* () {
        yield* get.pipe(against(script(ok(invoice))))
        assert.deepStrictEqual(
          spans.map(({ kind, name }) => [kind, name]),
          [
            ["internal", "Invoices.get"],
            ["client", `GET ${path}`]
          ]
        )
        assert.strictEqual(yield* counted("codat_requests", { operation: "Invoices.get", outcome: "ok" }), 1)
      })
    )
  )

  it.effect("takes an answer without content where the output says so", () =>
    Effect.gen(function* () {
      const done = Codat.request({
        operation: "Invoices.delete",
        method: "DELETE",
        path: "/invoices/{id}",
        params: { id: "1" },
        output: Schema.Unknown
      })
      yield* done.pipe(against(script(json(200, true))))
    })
  )

  it.effect("decodes values that JSON does not have by their plain schemas, in rows as well", () =>
    Effect.gen(function* () {
      class Payment extends Schema.Class<Payment>("Payment")({
        id: Schema.String,
        paidAt: Schema.DateTimeUtc,
        dueOn: Schema.Date,
        amount: Schema.BigDecimal
      }) {}
      const paid = { id: "p1", paidAt: "2024-01-02T03:04:05Z", dueOn: "2024-02-01", amount: "12.50" }
      const one = yield* Codat.request({
        operation: "Payments.get",
        method: "GET",
        path: "/p",
        output: Payment
      }).pipe(against(script(ok(paid))))
      const pages = yield* Codat.requestPages({ operation: "Payments.list", path: "/p", item: Payment }).pipe(
        Stream.runCollect,
        against(script(ok({ results: [paid], pageNumber: 1, pageSize: 100, totalResults: 1 })))
      )
      for (const payment of [one, pages[0]?.results[0]]) {
        assert.instanceOf(payment, Payment)
        assert.deepStrictEqual(payment?.paidAt, DateTime.makeUnsafe("2024-01-02T03:04:05Z"))
        assert.deepStrictEqual(payment?.dueOn, new Date("2024-02-01"))
        assert.isTrue(
          payment?.amount !== undefined && BigDecimal.equals(payment.amount, BigDecimal.make(1250n, 2))
        )
      }
      const refused = yield* Codat.request({
        operation: "Payments.get",
        method: "GET",
        path: "/p",
        output: Payment
      }).pipe(against(script(ok({ ...paid, dueOn: "soon" }))), errorOf)
      assert.strictEqual(reasonIs(refused, "InvalidResponse").path, "dueOn")
    })
  )

  it.effect("says that a number is expected where there is none, in rows as well", () =>
    Effect.gen(function* () {
      const item = Schema.Struct({ total: Schema.Number })
      for (const total of ["12.50", null]) {
        const error = yield* Codat.request({
          operation: "Totals.get",
          method: "GET",
          path: "/t",
          output: item
        }).pipe(against(script(ok({ total }))), errorOf)
        assert.deepInclude(reasonIs(error, "InvalidResponse"), {
          path: "total",
          expected: "Expected number"
        })
        const listed = yield* Codat.requestPages({ operation: "Totals.list", path: "/t", item }).pipe(
          Stream.runCollect,
          against(script(ok({ results: [{ total }], pageNumber: 1, pageSize: 100, totalResults: 1 }))),
          errorOf
        )
        assert.deepInclude(reasonIs(listed, "InvalidResponse"), {
          path: "results[0].total",
          expected: "Expected number"
        })
      }
    })
  )

  it.effect("says that a schema waits or throws, which is not a fault of the answer", () =>
    Effect.gen(function* () {
      const waiting = SchemaGetter.transformEffect((text: string) =>
        Effect.as(Effect.sleep("1 second"), text)
      )
      const throwing = SchemaGetter.transform((text: string): string => {
        throw new Error(text)
      })
      for (const decode of [waiting, throwing]) {
        const output = Schema.String.pipe(
          Schema.decodeTo(Schema.String, { decode, encode: SchemaGetter.passthrough() })
        )
        const error = yield* Codat.request({
          operation: "Notes.get",
          method: "GET",
          path: "/n",
          output
        }).pipe(against(script(ok("MARKED"))), errorOf)
        assert.strictEqual(
          reasonIs(error, "InvalidResponse").expected,
          "Expected less nesting, or a schema that neither waits nor throws"
        )
      }
    })
  )

  it.effect("names the function and a GET where the operation and the method are no text", () =>
    Effect.gen(function* () {
      for (const options of [{ operation: 7, method: 7, path: "/x" }, { path: "/x" }]) {
        const given = JSON.parse(JSON.stringify(options))
        const error = yield* Codat.request(given).pipe(against(script()), errorOf)
        assert.deepInclude({ ...error }, { operation: "Codat.request", method: "GET" })
      }
    })
  )

  it.effect("refuses what is no request before anything is sent", () =>
    Effect.gen(function* () {
      const request = (more: object) =>
        Codat.request({ operation: "X.get", method: "GET", path: "/x", output: Schema.Unknown, ...more })
      const table: ReadonlyArray<
        readonly [
          string,
          { readonly operation?: string; readonly method?: string; readonly [more: string]: unknown }
        ]
      > = [
        ["path", { path: "x" }],
        ["path", { path: "/x?a=1" }],
        ["path", { path: "/x#a" }],
        ["path", { path: "/../x" }],
        ["path", { path: "/a/./x" }],
        ["path", { path: "/a/%2e%2E/x" }],
        ["path", { path: "/a\\x" }],
        ["path", { path: "/a b" }],
        // Refused at once: a check that tries every way to split it takes hours.
        ["path", { path: `${"/a".repeat(50)} ` }],
        ["path", { path: "" }],
        ["params", { path: "/{id}" }],
        ["params.id", { path: "/{id}", params: { id: ".." } }],
        ["params.id", { path: "/{id}", params: { id: " a" } }],
        ["params.id", { path: "/{id}", params: { id: "a\n" } }],
        ["params.id", { path: "/{id}", params: { id: "\ud800" } }],
        ["params.id", { path: "/{id}", params: { id: "" } }],
        ["params.id", { path: "/{id}", params: { id: 1 } }],
        ["params", { path: "/{constructor}/{id}", params: { id: "1" } }],
        ["params", { path: "/{__proto__}", params: {} }],
        ["params", { path: "/companies", params: { companyId } }],
        ["params", { path: "/companies", params: new Map([["companyId", companyId]]) }],
        ["params", { path: "/companies/{companyId}", params: { companyId, page: "2" } }],
        ["path", { path: "/companies/{company-id}" }],
        ["path", { path: "/companies/{companyId", params: {} }],
        ["query.a", { query: { a: {} } }],
        ["query.a", { query: { a: null } }],
        ["query.a", { query: { a: Number.NaN } }],
        ["query", { method: "POST", query: { idempotencyKey: guid } }],
        ["query.a", { query: { a: "\ud800" } }],
        ["query.\ud800", { query: { "\ud800": "a" } }],
        ["query", { query: new URLSearchParams({ a: "1" }) }],
        ["operation", { operation: "" }],
        ["method", { method: "TRACE" }],
        ["output", { output: undefined }],
        ["idempotencyKey", { method: "POST", idempotencyKey: "1" }],
        ["body", { method: "GET", body: { a: 1 } }],
        ["idempotencyKey", { method: "GET", idempotencyKey: guid }],
        ["querry", { querry: {} }]
      ]
      for (const [field, more] of table) {
        const transport = script()
        const error = yield* request(more).pipe(against(transport), errorOf)
        assert.strictEqual(reasonIs(error, "InvalidRequest").field, field, JSON.stringify(more))
        const method = "method" in more ? more.method : "GET"
        assert.deepInclude({ ...error }, { operation: more.operation ?? "X.get", method })
        assert.lengthOf(transport.asked, 0)
      }
    })
  )
})

describe("a body", () => {
  const circle: { [name: string]: unknown } = {}
  circle["a"] = [circle]
  const wiped = Redacted.make("secret")
  Redacted.wipeUnsafe(wiped)

  it.effect("of which JSON would lose a part is refused before anything is sent", () =>
    Effect.gen(function* () {
      const bodies = [
        10n,
        () => 1,
        Symbol("a"),
        Number.NaN,
        Number.POSITIVE_INFINITY,
        new Date(Number.NaN),
        new Map([["a", 1]]),
        new Set([1]),
        Promise.resolve(1),
        wiped,
        circle,
        Option.some(1),
        Option.none(),
        Result.succeed(1),
        BigDecimal.fromStringUnsafe("12.50"),
        Duration.seconds(1),
        Chunk.of(1),
        HashMap.make(["a", 1]),
        {
          toJSON: () => {
            throw new Error("boom")
          }
        }
      ]
      for (const value of bodies) {
        for (const body of [value, { lines: [{ value }] }]) {
          const transport = script()
          const error = yield* post({ body }).pipe(against(transport), errorOf)
          assert.strictEqual(reasonIs(error, "InvalidRequest").field, "body", String(value))
          assert.lengthOf(transport.asked, 0)
        }
      }
    })
  )

  it.effect("with values that have a form of their own in JSON is sent with it", () =>
    Effect.gen(function* () {
      const transport = script(ok(invoice))
      const body = {
        at: DateTime.makeUnsafe(0),
        on: new Date(0),
        document: { toJSON: () => ({ _id: "a" }) },
        tagged: new (class extends Schema.Class<{ readonly id: string }>("Line")({ id: Schema.String }) {})({
          id: "l1"
        }),
        stored: new (class extends Schema.Class<{ readonly _id: string }>("Doc")({ _id: Schema.String }) {
          toJSON() {
            return { ...this }
          }
        })({ _id: "d1" })
      }
      yield* post({ body }).pipe(against(transport))
      assert.deepStrictEqual(JSON.parse(String(transport.asked[0]?.body)), {
        at: "1970-01-01T00:00:00.000Z",
        on: "1970-01-01T00:00:00.000Z",
        document: { _id: "a" },
        tagged: { id: "l1" },
        stored: { _id: "d1" }
      })
    })
  )

  it.effect("with secrets that are no strings shows none of them, and sends them all", () =>
    Effect.gen(function* () {
      const secret = Redacted.make({
        user: "MARKED-user",
        pins: [12345678],
        inner: { toJSON: () => ({ key: Redacted.make("MARKED-inner") }) }
      })
      const heard = failed(400, { error: "MARKED-user, 12345678, MARKED-inner" })
      const transport = script(heard)
      const error = yield* post({ body: { secret } }).pipe(against(transport), errorOf)
      assert.strictEqual(reasonIs(error, "BadRequest").message, "<redacted>, <redacted>, <redacted>")
      assert.deepStrictEqual(JSON.parse(String(transport.asked[0]?.body)), {
        secret: { user: "MARKED-user", pins: [12345678], inner: { key: "MARKED-inner" } }
      })
    })
  )
})

describe("requestPages", () => {
  const Row = Schema.Struct({ id: Schema.String, key: Schema.optional(Schema.Finite) })
  const options = {
    operation: "Invoices.list",
    path: "/companies/{companyId}/data/invoices",
    params: { companyId },
    query: { query: "status=Paid", orderBy: "-issueDate" },
    item: Row
  }
  const idsOf = (more: Partial<Codat.RequestPagesOptions<typeof Row.Type>> = {}) =>
    Codat.requestPages({ ...options, ...more }).pipe(
      Stream.flatMap(({ results }) => Stream.fromIterable(results)),
      Stream.map(({ id }) => id),
      Stream.runCollect
    )

  it.effect("follows the pages of any list, by any concurrency", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 3]) {
        const transport = fake((one) => ok(pageOf(pageAsked(one), { total: 25, size: 10 })))
        assert.deepStrictEqual(yield* idsOf({ pageSize: 10, concurrency }).pipe(against(transport)), ids(25))
        assert.strictEqual(
          transport.asked[1]?.url.href,
          `https://api.codat.io/companies/${companyId}/data/invoices?query=status%3DPaid&orderBy=-issueDate&page=2&pageSize=10`
        )
      }
    })
  )

  it.effect(
    "gives no row twice of a list that shrinks, told by its id unless another property is named",
    () =>
      Effect.gen(function* () {
        for (const id of [undefined, "key"]) {
          const all = Array.from({ length: 25 }, (_, index) => ({ id: `c${index}`, key: index }))
          const transport = fake((one) => {
            const number = pageAsked(one)
            const results = all.slice((number - 1) * 10, number * 10)
            const page = ok({ results, pageNumber: number, pageSize: 10, totalResults: all.length })
            if (number === 2) all.shift()
            return page
          })
          assert.deepStrictEqual(yield* idsOf({ id, pageSize: 10 }).pipe(against(transport)), ids(25))
        }
      })
  )

  it.effect(
    "promises what Connections.pages does: failures with page and query, rows left out, no row lost",
    () =>
      Effect.gen(function* () {
        const failing = fake((one) =>
          pageAsked(one) === 2 ? failed(403) : ok(pageOf(pageAsked(one), { total: 250 }))
        )
        const error = yield* idsOf().pipe(against(failing), errorOf)
        assert.deepInclude(error, { operation: "Invoices.list", page: 2, query: "status=Paid" })
        reasonIs(error, "Forbidden")
        const lost = yield* idsOf().pipe(against(script(ok({}))), errorOf)
        assert.strictEqual(reasonIs(lost, "InvalidResponse").path, "results")
        const spoilt = { ...pageOf(1, { total: 3 }), results: [row(0), row(1, { id: 7 }), row(2)] }
        assert.deepStrictEqual(yield* idsOf({ invalid: "skip" }).pipe(against(script(ok(spoilt)))), [
          "c0",
          "c2"
        ])
      })
  )

  it.effect("shows the path as it was written on spans, without ids", () =>
    watched(({ spans }) =>
      Effect.gen(function* () {
        yield* idsOf().pipe(against(script(ok(pageOf(1, { total: 1 })))))
        assert.include(
          spans.map(({ name }) => name),
          "GET /companies/{companyId}/data/invoices"
        )
      })
    )
  )

  it.effect("refuses what is no list before anything is sent", () =>
    Effect.gen(function* () {
      const table: ReadonlyArray<
        readonly [
          string,
          { readonly operation?: string; readonly method?: string; readonly [more: string]: unknown }
        ]
      > = [
        ["path", { path: "x" }],
        ["params", { params: {} }],
        ["params", { params: { companyId, orderBy: "-issueDate" } }],
        ["pageSize", { pageSize: 5001 }],
        ["startPage", { startPage: 0 }],
        ["concurrency", { concurrency: 0 }],
        ["invalid", { invalid: "drop" }],
        ["item", { item: undefined }],
        ["pagesize", { pagesize: 1 }],
        ["query.\ud800", { query: { "\ud800": "a" } }],
        ["query", { query: { page: 2 } }],
        ["query", { query: { pageSize: 2 } }],
        ["query", { query: { invalid: "x" } }]
      ]
      // As from plain JavaScript.
      const unnamed = { ...options, operation: undefined as never }
      const error = yield* Codat.requestPages(unnamed).pipe(Stream.runDrain, against(script()), errorOf)
      assert.strictEqual(error.operation, "Codat.requestPages")
      for (const [field, more] of table) {
        const transport = script()
        const error = yield* Codat.requestPages({ ...options, ...more }).pipe(
          Stream.runDrain,
          against(transport),
          errorOf
        )
        assert.strictEqual(reasonIs(error, "InvalidRequest").field, field, JSON.stringify(more))
        assert.lengthOf(transport.asked, 0)
      }
    })
  )
})

describe("withResponse", () => {
  const connection = Connections.get({ companyId, connectionId })
  const headers = {
    "x-correlation-id": "abc",
    "x-rate-limit-limit": "2000",
    "x-rate-limit-remaining": "1999"
  }

  it.effect("gives a call's value with its status, correlation id, quota and failed attempts", () =>
    Effect.gen(function* () {
      const transport = script(failed(503), json(200, row(1), headers))
      const { result } = yield* timed(transport, { jitter: "none" }, Codat.withResponse(connection))
      assert(result._tag === "Success")
      const { response, value } = result.success
      assert.strictEqual(value.id, "c1")
      assert.deepInclude(response, { status: 200, correlationId: "abc" })
      assert.deepEqual(response?.quota, { limit: 2000, remaining: 1999 })
      assert.deepEqual(response?.attempts, [
        { reason: "ServerError", statusCode: 503, wait: Duration.millis(500) }
      ])
    })
  )

  it.effect("is the 404 of a delete that had been carried out by an attempt before", () =>
    Effect.gen(function* () {
      const transport = script(failed(502), failed(404))
      const remove = Codat.withResponse(Connections.delete({ companyId, connectionId }))
      const { result } = yield* timed(transport, { jitter: "none" }, remove)
      assert(result._tag === "Success")
      assert.strictEqual(result.success.response?.status, 404)
      assert.lengthOf(result.success.response?.attempts ?? [], 1)
    })
  )

  it.effect("is of the last of several calls, of none where there is none, and of each run anew", () =>
    Effect.gen(function* () {
      const two = Effect.andThen(connection, Connections.delete({ companyId, connectionId }))
      const both = yield* Codat.withResponse(two).pipe(
        against(script(json(200, row(1), headers), text(204, "")))
      )
      assert.strictEqual(both.response?.status, 204)
      assert.isUndefined(both.response?.correlationId)
      assert.isUndefined((yield* Codat.withResponse(Effect.succeed(1))).response)
      const again = Codat.withResponse(connection)
      assert.strictEqual((yield* again.pipe(against(script(json(201, row(1)))))).response?.status, 201)
      assert.strictEqual((yield* again.pipe(against(script(json(200, row(1)))))).response?.status, 200)
    })
  )

  it.effect("has no quota where the answer reports none, though an earlier answer did", () =>
    Effect.gen(function* () {
      const both = Effect.all([Codat.withResponse(connection), Codat.withResponse(connection)])
      const [first, second] = yield* both.pipe(against(script(json(200, row(1), headers), ok(row(1)))))
      assert.deepEqual(first.response?.quota, { limit: 2000, remaining: 1999 })
      assert.isUndefined(second.response?.quota)
    })
  )

  it.effect("is known around an effect that uses withResponse itself", () =>
    Effect.gen(function* () {
      const outer = yield* connection.pipe(
        Codat.withResponse,
        Codat.withResponse,
        against(script(json(200, row(1), headers)))
      )
      assert.strictEqual(outer.response?.correlationId, "abc")
      assert.deepEqual(outer.response, outer.value.response)
    })
  )

  it.effect("has no correlation id with a credential in it, and leaves a failure as it is", () =>
    Effect.gen(function* () {
      const leak = json(200, row(1), { "x-correlation-id": "key some-api-key" })
      const told = yield* Codat.withResponse(connection).pipe(against(script(leak)))
      assert.strictEqual(told.response?.correlationId, "key <redacted>")
      const calls: ReadonlyArray<Call> = [Codat.withResponse(connection)]
      for (const call of calls) reasonIs(yield* call.pipe(against(script(failed(404))), errorOf), "NotFound")
    })
  )
})
