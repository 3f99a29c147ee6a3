import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Fiber, Layer, Redacted, Stream } from "effect"
import { HttpClient } from "effect/http"
import { Auth, CodatConfig, type CodatError, Connection, Connections } from "effect-codat"
import {
  against,
  companyId,
  connectionId,
  counted,
  errorOf,
  failed,
  guid,
  json,
  ok,
  pageOf,
  reasonIs,
  row,
  script,
  stall,
  text,
  watched
} from "./support/Fake.ts"

const one = { companyId, connectionId }
const page = pageOf(1, { total: 2 })

describe("on the wire", () => {
  const connections = `/companies/${companyId}/connections`
  const connection = `${connections}/${connectionId}`
  const full = { companyId, query: "status=Linked && platformName~a+b", orderBy: "-created" }
  const search = "?query=status%3DLinked%20%26%26%20platformName~a%2Bb&orderBy=-created"

  type Call = Effect.Effect<unknown, CodatError.CodatError, HttpClient.HttpClient | Auth.Auth>
  const table: ReadonlyArray<readonly [string, Call, unknown, string, string, unknown?]> = [
    ["list", Stream.runDrain(Connections.list({ companyId })), page, "GET", `${connections}?page=1`],
    [
      "list with everything",
      Stream.runDrain(
        Connections.list({ ...full, startPage: 3, pageSize: 5000, concurrency: 2, invalid: "skip" })
      ),
      { ...page, pageNumber: 3 },
      "GET",
      `${connections}${search}&page=3&pageSize=5000`
    ],
    ["pages", Stream.runDrain(Connections.pages({ companyId })), page, "GET", `${connections}?page=1`],
    ["page", Connections.page({ companyId }), page, "GET", connections],
    [
      "page with everything",
      Connections.page({ ...full, page: 7, pageSize: 1 }),
      { ...page, pageNumber: 7 },
      "GET",
      `${connections}${search}&page=7&pageSize=1`
    ],
    ["count", Connections.count(full), page, "GET", `${connections}?page=1&pageSize=1&${search.slice(1)}`],
    ["get", Connections.get(one), row(1), "GET", connection],
    [
      "create",
      Connections.create({ companyId, platformKey: "gbol" }),
      row(1),
      "POST",
      connections,
      { platformKey: "gbol" }
    ],
    ["unlink", Connections.unlink(one), row(1), "PATCH", connection, { status: "Unlinked" }],
    [
      "updateAuthorization",
      Connections.updateAuthorization({ ...one, credentials: { user: "me", password: Redacted.make("it") } }),
      row(1),
      "PUT",
      `${connection}/authorization`,
      { user: "me", password: "it" }
    ],
    ["delete", Connections.delete(one), true, "DELETE", connection]
  ]
  for (const [name, call, answer, method, target, body] of table) {
    it.effect(name, () =>
      Effect.gen(function* () {
        const transport = script(ok(answer))
        yield* call.pipe(against(transport))
        const [asked] = transport.asked
        assert.strictEqual(asked?.method, method)
        assert.strictEqual(asked?.url.href, `https://api.codat.io${target}`)
        assert.strictEqual(asked?.body, body === undefined ? undefined : JSON.stringify(body))
        const { "idempotency-key": key, ...headers } = asked?.headers ?? {}
        assert.strictEqual(key !== undefined, method === "POST" || method === "PATCH")
        assert.deepStrictEqual(headers, {
          accept: "application/json",
          authorization: "Basic c29tZS1hcGkta2V5",
          "user-agent": "effect-codat",
          ...(body === undefined ? {} : { "content-type": "application/json" })
        })
      })
    )
  }

  it.effect("goes to the base URL in force, under its path and with its user agent", () =>
    Effect.gen(function* () {
      const transport = script(ok(row(1)))
      yield* Connections.get(one).pipe(
        against(transport),
        Effect.provide(CodatConfig.layer({ baseUrl: "http://localhost:4010/codat//", userAgent: "me/1" }))
      )
      assert.strictEqual(transport.asked[0]?.url.href, `http://localhost:4010/codat${connection}`)
      assert.strictEqual(transport.asked[0]?.headers["user-agent"], "me/1")
    })
  )
})

describe("results", () => {
  it.effect("of each operation", () =>
    Effect.gen(function* () {
      const answers = (answer: unknown) => against(script(ok(answer)))
      const decoded: unknown = {
        ...row(1),
        linkUrl: Redacted.make(row(1).linkUrl),
        created: DateTime.makeUnsafe("2022-10-27T09:53:29Z")
      }
      assert.deepEqual(yield* Connections.get(one).pipe(answers(row(1))), decoded)
      assert.deepEqual(yield* Connections.unlink(one).pipe(answers(row(1))), decoded)
      assert.deepEqual(
        yield* Connections.create({ companyId, platformKey: "gbol" }).pipe(answers(row(1))),
        decoded
      )
      assert.deepEqual(
        yield* Connections.updateAuthorization({ ...one, credentials: { a: "b" } }).pipe(answers(row(1))),
        decoded
      )
      assert.strictEqual(
        yield* Connections.count({ companyId }).pipe(answers({ totalResults: 0, results: [] })),
        0
      )
      assert.strictEqual(
        yield* Connections.count({ companyId }).pipe(answers({ totalResults: 7, results: [row(1)] })),
        7
      )
      const whole = yield* Connections.page({ companyId }).pipe(answers(page))
      assert.deepEqual(
        whole.results.map(({ id }) => id),
        ["c0", "c1"]
      )
      assert.deepInclude(whole, { pageNumber: 1, pageSize: 100, totalResults: 2 })
    })
  )

  it.effect("of a delete, whatever the body, but for a page of a proxy's", () =>
    Effect.gen(function* () {
      for (const reply of [ok(true), text(200, ""), text(204, ""), text(202, "done"), ok({ a: 1 })]) {
        assert.strictEqual(yield* Connections.delete(one).pipe(against(script(reply))), undefined)
      }
      for (const page of ["<html>", "\n<!doctype html><title>Sign in</title>", '<?xml version="1.0"?>']) {
        const error = yield* Connections.delete(one).pipe(against(script(text(200, page))), errorOf)
        assert.deepInclude(reasonIs(error, "InvalidResponse"), { statusCode: 200, expected: "expected JSON" })
      }
    })
  )

  it.effect("decode today's shape, the shape of 2021, and what neither knows", () =>
    Effect.gen(function* () {
      const least = { id: "c1", integrationId: "i", sourceId: "s", platformName: "p", linkUrl: "l" }
      const nulls = {
        status: null,
        lastSync: null,
        created: null,
        sourceType: null,
        integrationKey: null,
        dataConnectionErrors: null,
        connectionInfo: null
      }
      const model = { ...least, linkUrl: Redacted.make("l") }
      const decode = (answer: unknown) => Connections.get(one).pipe(against(script(ok(answer))))
      assert.deepStrictEqual(yield* decode(least), model)
      assert.deepStrictEqual(yield* decode({ ...least, ...nulls }), model)
      const novel = yield* decode({ ...least, status: "Paused", sourceType: "Payroll", more: { deep: 1 } })
      const expected: unknown = { ...model, status: "Paused", sourceType: "Payroll" }
      assert.deepStrictEqual<unknown>(novel, expected)
      assert.isFalse(Connection.isKnownStatus(String(novel.status)))
      const full = yield* decode({
        ...least,
        lastSync: "2022-10-27T10:22:43.6464237Z",
        created: "2022-10-27T09:53:29",
        connectionInfo: { key: null, other: [1] },
        dataConnectionErrors: [
          { statusCode: "401", status: null, resolvedOnUtc: null, erroredOnUtc: "2022-10-27T12:00:00+02:00" },
          {}
        ]
      })
      assert.deepEqual(full, {
        ...model,
        lastSync: DateTime.makeUnsafe("2022-10-27T10:22:43.646Z"),
        created: DateTime.makeUnsafe("2022-10-27T09:53:29Z"),
        connectionInfo: { key: null, other: [1] },
        dataConnectionErrors: [
          { statusCode: "401", erroredOnUtc: DateTime.makeUnsafe("2022-10-27T10:00:00Z") },
          {}
        ]
      })
    })
  )
})

describe("failures", () => {
  const calls = {
    list: Stream.runDrain(Connections.list({ companyId })),
    pages: Stream.runDrain(Connections.pages({ companyId })),
    page: Connections.page({ companyId }),
    count: Connections.count({ companyId }),
    get: Connections.get(one),
    create: Connections.create({ companyId, platformKey: "gbol", idempotencyKey: guid }),
    unlink: Connections.unlink({ ...one, idempotencyKey: guid }),
    updateAuthorization: Connections.updateAuthorization({ ...one, credentials: { a: "b" } }),
    delete: Connections.delete(one)
  }
  const reasons: ReadonlyArray<readonly [CodatError.Reason["_tag"], ReadonlyArray<number>]> = [
    ["BadRequest", [400]],
    ["Unauthorized", [401]],
    ["PaymentRequired", [402]],
    ["Forbidden", [403]],
    ["NotFound", [404]],
    ["Conflict", [409]],
    ["UnprocessableContent", [422]],
    ["RateLimited", [429]],
    ["ServerError", [500, 501, 502, 503, 504, 599]],
    ["UnexpectedStatus", [300, 301, 302, 304, 307, 308, 405, 408, 410, 451, 499]]
  ]
  for (const [name, call] of Object.entries(calls)) {
    it.effect(`${name} has a reason for each status, whatever the body says its status is`, () =>
      Effect.gen(function* () {
        for (const [tag, statuses] of reasons) {
          for (const status of statuses) {
            const said = { statusCode: 429, error: "told", correlationId: "abc", service: "ClientsApi" }
            const more = { canBeRetried: "Unknown", detailedErrorCode: 12 }
            const validation = { errors: [{ itemId: "x", message: null }], warnings: null }
            const error = yield* call.pipe(
              against(script(json(status, { ...said, ...more, validation }))),
              errorOf
            )
            const reason = reasonIs(error, tag)
            assert.deepInclude(reason, {
              ...more,
              statusCode: status,
              message: "told",
              correlationId: "abc",
              service: "ClientsApi"
            })
            assert.deepEqual("validation" in reason && reason.validation, {
              errors: [{ itemId: "x" }],
              warnings: []
            })
            assert.strictEqual(error.operation, `Connections.${name}`)
            assert.strictEqual(error.statusCode, status)
            assert.match(String(error.path), new RegExp(`^/companies/${companyId}/connections`))
            assert.strictEqual(
              error.idempotencyKey,
              name === "create" || name === "unlink" ? guid : undefined
            )
          }
        }
      })
    )
  }

  it.effect("are counted, and so are requests and retries", () =>
    watched(() =>
      Effect.gen(function* () {
        yield* calls.get.pipe(against(script(failed(503), failed(404)), { baseDelay: 0 }), Effect.exit)
        const count = (id: string, outcome: string) => counted(id, { operation: "Connections.get", outcome })
        assert.strictEqual(yield* count("codat_requests", "ServerError"), 1)
        assert.strictEqual(yield* count("codat_requests", "NotFound"), 1)
        assert.strictEqual(yield* count("codat_requests", "ok"), 0)
        assert.strictEqual(yield* count("codat_retries", "ServerError"), 1)
        assert.strictEqual(yield* count("codat_failures", "NotFound"), 1)
        assert.strictEqual(yield* count("codat_failures", "ServerError"), 0)
      })
    )
  )

  it.effect("are the same with a client that fails on a bad status by itself", () =>
    Effect.gen(function* () {
      const transport = script(failed(404, { correlationId: "abc" }))
      const strict = Layer.succeed(HttpClient.HttpClient)(HttpClient.filterStatusOk(transport.client))
      const error = yield* calls.get.pipe(Effect.provide(strict), against(transport), errorOf)
      assert.deepInclude(reasonIs(error, "NotFound"), { message: "error 404", correlationId: "abc" })
    })
  )

  it.effect("of a page name it and the query, also where no page was given, and of a count the query", () =>
    Effect.gen(function* () {
      const filter = { companyId, query: "status=Linked" }
      const refused = yield* Connections.page(filter).pipe(against(script(failed(400))), errorOf)
      assert.deepInclude(refused, { page: 1, query: "status=Linked" })
      assert.include(refused.message, 'Connections.page (page 1 of query "status=Linked"): BadRequest')
      const uncounted = yield* Connections.count(filter).pipe(against(script(failed(400))), errorOf)
      assert.strictEqual(uncounted.query, "status=Linked")
      assert.isUndefined(uncounted.page)
      assert.include(uncounted.message, 'Connections.count of query "status=Linked": BadRequest')
      const undecodable = ok({ ...page, results: [{}] })
      const error = yield* Connections.page(filter).pipe(against(script(undecodable)), errorOf)
      assert.deepInclude(reasonIs(error, "InvalidResponse"), { page: 1, index: 0 })
    })
  )

  it.effect("can be caught by reason", () =>
    Effect.gen(function* () {
      const total = yield* calls.count.pipe(
        Effect.catchReason("CodatError", "NotFound", () => Effect.succeed(-1)),
        against(script(failed(404)))
      )
      assert.strictEqual(total, -1)
    })
  )
})

describe("running", () => {
  it.effect("sends nothing before it is run, and again each time it is", () =>
    Effect.gen(function* () {
      const transport = script(ok(row(1)), ok(row(1)))
      const call = Connections.get(one).pipe(against(transport))
      assert.strictEqual(transport.asked.length, 0)
      yield* call
      yield* call
      assert.strictEqual(transport.asked.length, 2)
    })
  )

  it.effect("aborts the request in flight when it is interrupted", () =>
    Effect.gen(function* () {
      const calls = [
        Connections.get(one),
        Connections.create({ companyId, platformKey: "gbol" }),
        Stream.runDrain(Connections.list({ companyId })),
        Stream.runDrain(Connections.list({ companyId, concurrency: 4 }))
      ]
      for (const call of calls) {
        const transport = script(stall)
        const fiber = yield* call.pipe(against(transport), Effect.asVoid, Effect.forkChild)
        while (transport.asked.length === 0) yield* Effect.yieldNow
        assert.isFalse(transport.asked[0]?.signal.aborted)
        yield* Fiber.interrupt(fiber)
        assert.isTrue(transport.asked[0]?.signal.aborted)
      }
    })
  )

  it.effect("asks for credentials at each attempt", () =>
    Effect.gen(function* () {
      let asked = 0
      const auth = Layer.succeed(Auth.Auth)({
        authorization: Effect.sync(() => Redacted.make(`Bearer token-${++asked}`)),
        refused: () => Effect.succeed(false)
      })
      const transport = script(failed(503), failed(429), ok(row(1)))
      yield* Connections.get(one).pipe(Effect.provide(auth), against(transport, { baseDelay: 0 }))
      assert.deepStrictEqual(
        transport.asked.map(({ headers }) => headers["authorization"]),
        ["Bearer token-1", "Bearer token-2", "Bearer token-3"]
      )
    })
  )
})
