import type { ServerResponse } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Cause, DateTime, Duration, Effect, Exit, Fiber, Layer, Redacted, Schema, Stream } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { Auth, CodatConfig, CodatError, Connections, RetryPolicy } from "effect-codat"
import * as fc from "fast-check"
import {
  against,
  companyId,
  connectionId,
  errorOf,
  failed,
  fake,
  json,
  pageAsked,
  pageOf,
  type Reply,
  reasonIs,
  reset,
  row,
  script,
  text
} from "../support/Fake.ts"
import { serve } from "../support/Http.ts"
import { anyText } from "../support/text.ts"

const one = { companyId, connectionId }
const get = Connections.get(one)
const calls = {
  list: Stream.runCollect(Connections.list({ companyId })),
  skipping: Stream.runCollect(Connections.list({ companyId, invalid: "skip", concurrency: 3 })),
  page: Connections.page({ companyId }),
  count: Connections.count({ companyId }),
  get,
  create: Connections.create({ companyId, platformKey: "gbol" }),
  unlink: Connections.unlink(one),
  updateAuthorization: Connections.updateAuthorization({ ...one, credentials: { a: "b" } }),
  delete: Connections.delete(one)
}

const reasonTo = (reply: Reply) =>
  Effect.map(get.pipe(against(script(reply)), errorOf), ({ reason }) => reason)

describe("a good status without what Codat promises", () => {
  const whole = JSON.stringify(row(1))
  const bodies: ReadonlyArray<readonly [string, string, string, RegExp]> = [
    ["nothing", "", "", /^expected JSON, got nothing$/],
    ["white space", " \n", "", /^expected JSON$/],
    ["HTML", "<!doctype html><title>502</title>", "", /^expected JSON$/],
    ["a cut body", whole.slice(0, -10), "", /^expected JSON$/],
    ["garbage", "\u0000\ufffd\u0001", "", /^expected JSON$/],
    ["true", "true", "", /./],
    ["null", "null", "", /./],
    ["a list", "[]", "", /./],
    ["a string", '"gbol"', "", /./],
    ["another object", "{}", "id", /./],
    ["a wrong date", JSON.stringify(row(1, { created: "2024-02-30" })), "created", /date/],
    ["a wrong type", JSON.stringify(row(1, { platformName: 7 })), "platformName", /string/i],
    ["a null that may not be", JSON.stringify(row(1, { id: null })), "id", /string/i],
    [
      "a fault deep down",
      JSON.stringify(row(1, { dataConnectionErrors: [{}, { erroredOnUtc: "soon" }] })),
      "dataConnectionErrors[1].erroredOnUtc",
      /date/
    ]
  ]
  for (const [name, body, path, expected] of bodies) {
    it.effect(name, () =>
      Effect.gen(function* () {
        for (const status of [200, 201, 202]) {
          const error = yield* get.pipe(against(script(text(status, body)), {}), errorOf)
          const reason = reasonIs(error, "InvalidResponse")
          assert.strictEqual(reason.statusCode, status)
          assert.strictEqual(reason.path, path)
          assert.match(reason.expected, expected)
          // Only a row of a list has one.
          assert.isUndefined(reason.index)
          assert.strictEqual(error.attempts.length, 1)
        }
      })
    )
  }

  it.effect("204 where there should be a connection", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* reasonTo(text(204, "")))._tag, "InvalidResponse")
    })
  )

  it.effect("a count without a whole total", () =>
    Effect.gen(function* () {
      for (const totalResults of [undefined, null, "7", -1, 1.5]) {
        const answer = json(200, { totalResults, results: [] })
        const error = yield* calls.count.pipe(against(script(answer)), errorOf)
        assert.strictEqual(reasonIs(error, "InvalidResponse").path, "totalResults")
      }
    })
  )
})

describe("an error body", () => {
  const unsaid = "Codat answered 404 without saying why"
  const bodies: ReadonlyArray<readonly [string, string, object]> = [
    ["nothing", "", { message: unsaid }],
    ["HTML", "<h1>Not found</h1>", { message: unsaid }],
    ["a string", '"no"', { message: unsaid }],
    ["a list", '[{"error":"no"}]', { message: unsaid }],
    ["null", "null", { message: unsaid }],
    ["an empty text", '{"error":""}', { message: unsaid }],
    [
      "another type",
      '{"error":{"message":"no"},"correlationId":7,"service":[],"validation":"x"}',
      { message: unsaid }
    ],
    [
      "nulls",
      '{"error":null,"correlationId":null,"service":null,"detailedErrorCode":null,"canBeRetried":null,"validation":null}',
      { message: unsaid }
    ],
    [
      "numbers as text",
      '{"error":"no","statusCode":"500","detailedErrorCode":"12"}',
      { message: "no", statusCode: 404 }
    ],
    ["a huge code", '{"error":"no","detailedErrorCode":1e999}', { message: "no" }],
    ["a boolean", '{"error":"no","canBeRetried":true}', { message: "no", canBeRetried: "True" }],
    ["its negation", '{"error":"no","canBeRetried":false}', { message: "no", canBeRetried: "False" }],
    [
      "more than it should",
      '{"error":"no","_tag":"x","stack":"y","__proto__":{"message":"z"}}',
      { message: "no" }
    ],
    [
      "validation of all sorts",
      '{"error":"no","validation":{"errors":[null,1,{"message":"m"},[]],"warnings":{}}}',
      { message: "no", validation: { errors: [{ message: "m" }], warnings: [] } }
    ]
  ]
  for (const [name, body, fields] of bodies) {
    it.effect(name, () =>
      Effect.gen(function* () {
        const reason = yield* reasonTo(text(404, body))
        assert.strictEqual(reason._tag, "NotFound")
        const seen: Record<string, unknown> = { ...reason, message: reason.message }
        const optional = {
          correlationId: undefined,
          service: undefined,
          canBeRetried: undefined,
          validation: undefined
        }
        for (const [field, value] of Object.entries({ ...optional, statusCode: 404, ...fields })) {
          assert.deepEqual(seen[field], value, field)
        }
        assert.notTypeOf(seen["detailedErrorCode"], "string")
      })
    )
  }

  it.effect("as long as a book is cut", () =>
    Effect.gen(function* () {
      const reason = yield* reasonTo(json(404, { error: "no ".repeat(1_000_000) }))
      assert.isAtMost(reason.message.length, 1000)
    })
  )
})

describe("a 422 that does not say why", () => {
  it.effect("is about the key of a request that has one, and about nothing known without", () =>
    Effect.gen(function* () {
      for (const [call, message] of [
        [calls.create, /idempotency key was used before/],
        [calls.unlink, /idempotency key was used before/],
        [calls.updateAuthorization, /without saying why/],
        [calls.get, /without saying why/]
      ] as const) {
        const error = yield* call.pipe(against(script(json(422, {}))), errorOf)
        assert.match(reasonIs(error, "UnprocessableContent").message, message)
      }
    })
  )
})

describe("an answer without a body to a request with a key", () => {
  it.effect("is not about the key, for all that it says", () =>
    Effect.gen(function* () {
      for (const call of [calls.create, calls.unlink]) {
        for (const answer of [text(409, ""), json(409, {})]) {
          const error = yield* call.pipe(against(script(answer), {}), errorOf)
          const reason = reasonIs(error, "Conflict")
          assert.isUndefined(reason.inProgress)
          assert.strictEqual(reason.message, "Codat answered 409 without saying why")
        }
        const error = yield* call.pipe(against(script(text(400, "")), {}), errorOf)
        assert.strictEqual(reasonIs(error, "BadRequest").message, "Codat answered 400 without saying why")
      }
    })
  )
})

describe("a transport that says why only deep inside", () => {
  const nested = (...errors: ReadonlyArray<Error>): Error => {
    const [outer, ...inner] = errors
    return Object.assign(outer ?? assert.fail(), inner.length === 0 ? {} : { cause: nested(...inner) })
  }
  const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" })
  const table: ReadonlyArray<readonly [string, unknown, string, string | undefined]> = [
    ["itself", refused, refused.message, "ECONNREFUSED"],
    ["one cause down", nested(new TypeError("fetch failed"), refused), refused.message, "ECONNREFUSED"],
    ["two down", nested(new Error("a"), new Error("b"), refused), refused.message, "ECONNREFUSED"],
    [
      "a cause without a message",
      nested(new TypeError("fetch failed"), Object.assign(new Error(""), { code: "ENOTFOUND" })),
      "fetch failed",
      "ENOTFOUND"
    ],
    [
      "a code outside alone",
      nested(Object.assign(new Error("outer"), { code: "ECONNRESET" }), new Error("inner")),
      "inner",
      "ECONNRESET"
    ],
    [
      "no code anywhere",
      nested(new TypeError("fetch failed"), new Error("other side closed")),
      "other side closed",
      undefined
    ],
    [
      "five causes, of which the last is not read",
      nested(..."abcdef".split("").map((m) => new Error(m))),
      "e",
      undefined
    ],
    ["a code that is no text", Object.assign(new Error("gone"), { code: 7 }), "gone", undefined]
  ]
  for (const [name, cause, message, code] of table) {
    it.effect(`is told of by ${name}`, () =>
      Effect.gen(function* () {
        const error = yield* get.pipe(against(script(reset(cause))), errorOf)
        assert.deepInclude(reasonIs(error, "Transport"), { message })
        assert.strictEqual(reasonIs(error, "Transport").code, code)
      })
    )
  }

  it.effect("is not followed for ever", () =>
    Effect.gen(function* () {
      const loop = new Error("round")
      const error = yield* get.pipe(against(script(reset(Object.assign(loop, { cause: loop })))), errorOf)
      assert.strictEqual(reasonIs(error, "Transport").message, "round")
    })
  )
})

describe("a transport that quotes the URL", () => {
  it.effect("twice is quoted without either query", () =>
    Effect.gen(function* () {
      const message =
        "sent https://api.codat.io/a?query=Dave&x=1, redirected to http://b.example/b?query=O'Neill then gone"
      const error = yield* get.pipe(against(script(reset(new Error(message)))), errorOf)
      assert.strictEqual(
        reasonIs(error, "Transport").message,
        "sent https://api.codat.io/a redirected to http://b.example/b then gone"
      )
    })
  )

  it.effect("is quoted without the query", () =>
    Effect.gen(function* () {
      const broken: Reply = (request, asked) =>
        reset(new Error(`error sending request for url (${asked.url}): gone`))(request, asked)
      const error = yield* Connections.page({ companyId, query: "name=O'Neill (Dave)" }).pipe(
        against(script(broken)),
        errorOf
      )
      const { message } = reasonIs(error, "Transport")
      assert.include(message, `/companies/${companyId}/connections`)
      assert.match(message, / gone$/)
      assert.notMatch(message, /query|Neill|Dave/)
    })
  )
})

describe("the headers of a 429", () => {
  const resets = (value: string): Record<string, string> => ({ "x-rate-limit-reset": value })
  const table: ReadonlyArray<readonly [Record<string, string>, string | undefined]> = [
    [resets("2024-05-07T00:00:00Z"), "2024-05-07T00:00:00.000Z"],
    [resets("2024-05-07T00:00:00.1234567Z"), "2024-05-07T00:00:00.123Z"],
    [resets("2024-05-07T02:00:00+02:00"), "2024-05-07T00:00:00.000Z"],
    [resets("2024-05-07T00:00:00"), "2024-05-07T00:00:00.000Z"],
    [resets("2024-05-07"), "2024-05-07T00:00:00.000Z"],
    [resets("Tue, 07 May 2024 00:00:00 GMT"), "2024-05-07T00:00:00.000Z"],
    [resets("1715040000"), "2024-05-07T00:00:00.000Z"],
    [resets("60"), undefined],
    [resets("2024"), undefined],
    [resets("17150400000000000"), undefined],
    [resets("tomorrow"), undefined],
    [resets("2024-13-45"), undefined],
    [resets(""), undefined],
    [{}, undefined]
  ]

  it.effect("say when the quota starts anew, in any form of a date", () =>
    Effect.gen(function* () {
      for (const [headers, expected] of table) {
        const reason = yield* reasonTo(text(429, "", headers))
        assert.strictEqual(reason._tag, "RateLimited")
        const at = reason._tag === "RateLimited" ? reason.resetAt : undefined
        assert.strictEqual(at && DateTime.formatIso(at), expected, JSON.stringify(headers))
      }
    })
  )

  it.effect("are all there is to go by, and enough", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2024-05-06T23:59:30Z"))
      const headers = {
        "X-Rate-Limit-Limit": "3000",
        "X-Rate-Limit-Remaining": "0",
        "X-Rate-Limit-Reset": "2024-05-07T00:00:00Z"
      }
      const error = yield* get.pipe(against(script(text(429, "", headers))), errorOf)
      assert.deepInclude(reasonIs(error, "RateLimited"), { limit: 3000, remaining: 0 })
      assert.deepEqual(error.retryAfter, Duration.seconds(30))
      const left = yield* reasonTo(text(429, "", { ...headers, "X-Rate-Limit-Remaining": "5" }))
      assert.isUndefined(left._tag === "RateLimited" ? left.retryAfter : 0)
      const wrong = yield* reasonTo(
        text(429, "", { "X-Rate-Limit-Limit": "many", "X-Rate-Limit-Remaining": "-1" })
      )
      assert.deepEqual(wrong._tag === "RateLimited" && [wrong.limit, wrong.remaining, wrong.retryAfter], [
        undefined,
        undefined,
        undefined
      ])
    })
  )
})

describe("whatever comes", () => {
  it.effect("nested deeper than there is stack to compare it on", () =>
    Effect.gen(function* () {
      const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`
      const replyTo = (body: unknown): Reply => text(200, JSON.stringify(body).replace('"deep"', deep))
      const connection = (n: number) => row(n, { connectionInfo: { is: "deep" } })
      const transport = fake((asked) =>
        replyTo(
          asked.url.pathname.endsWith("/connections")
            ? { results: [connection(pageAsked(asked))], pageSize: 1, totalResults: 3 }
            : connection(1)
        )
      )
      const listed = Connections.list({ companyId, pageSize: 1 }).pipe(Stream.runCount)
      assert.strictEqual(yield* listed.pipe(against(transport)), 3)
      const watching = yield* Connections.watch(one).pipe(
        Stream.take(2),
        Stream.runCount,
        against(transport),
        Effect.forkChild
      )
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* Fiber.join(watching), 2)
    })
  )

  it.effect("with numbers that JSON has and JavaScript has not, is told as JSON all the same", () =>
    Effect.gen(function* () {
      const endless = "9".repeat(400)
      const reply = text(429, `{"error":"no","detailedErrorCode":1e999}`, { "retry-after": endless })
      const error = yield* Connections.get(one).pipe(against(fake(() => reply)), errorOf)
      const reason = reasonIs(error, "RateLimited")
      assert.isUndefined(reason.detailedErrorCode)
      assert.isUndefined(reason.retryAfter)
      const told = JSON.parse(JSON.stringify(yield* Schema.encodeEffect(CodatError.CodatError)(error)))
      assert.strictEqual(
        (yield* Schema.decodeUnknownEffect(CodatError.CodatError)(told)).message,
        error.message
      )
    })
  )

  const header = fc.oneof(
    fc.integer().map(String),
    fc.bigInt({ min: 0n, max: 10n ** 40n }).map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    fc.string({ unit: fc.constantFrom(..."0123456789 -+:.TZGMTeE,abc".split("")) }),
    fc.double().map(String)
  )
  const headers = fc.dictionary(
    fc.constantFrom(
      "retry-after",
      "x-rate-limit-limit",
      "x-rate-limit-remaining",
      "x-rate-limit-reset",
      "content-type"
    ),
    header
  )
  const part = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(null, true, 0, -1, 1e308, "", "False", "2024-01-01", "?page=2", "string"),
      fc.string(),
      fc.double(),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          ..."error correlationId canBeRetried detailedErrorCode validation errors warnings message results pageNumber".split(
            " "
          ),
          ..."pageSize totalResults _links next self href id status created linkUrl __proto__ constructor toString".split(
            " "
          )
        ),
        tie("value"),
        { maxKeys: 5 }
      )
    )
  })).value
  /** A body that is nearly right: one property, or one of a row, replaced by anything. */
  const nearly = fc
    .record({
      base: fc.constantFrom(row(1), pageOf(1, { total: 3 }), { error: "no", validation: { errors: [{}] } }),
      name: fc.constantFrom(
        "id",
        "created",
        "results",
        "pageSize",
        "totalResults",
        "_links",
        "validation",
        "error"
      ),
      value: part
    })
    .map(({ base, name, value }) => JSON.stringify({ ...base, [name]: value }))
  const body = fc.oneof(
    part.map((value) => JSON.stringify(value) ?? ""),
    anyText(),
    nearly
  )
  const status = fc.oneof(fc.constantFrom(200, 204, 409, 429, 500, 503), fc.integer({ min: 200, max: 599 }))

  const reply = fc.oneof(
    { weight: 5, arbitrary: fc.tuple(status, body, headers).map((answer) => text(...answer)) },
    { weight: 1, arbitrary: fc.constant(reset()) }
  )
  const policy = RetryPolicy.make({ maxAttempts: 4, baseDelay: 0, maxRetryAfter: 0 })

  for (const [name, call] of Object.entries(calls)) {
    it.effect(`${name} ends in a value or a CodatError, which can be told as JSON`, () =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(fc.array(reply, { minLength: 1, maxLength: 4 }), async (replies) => {
            // Pages could go on for long.
            const transport = fake((_, index) =>
              index < 20 ? (replies[index % replies.length] ?? failed(404)) : failed(404)
            )
            const exit = await Effect.runPromiseExit(call.pipe(against(transport, policy)))
            if (Exit.isFailure(exit)) {
              assert.isFalse(Cause.hasDies(exit.cause), Cause.pretty(exit.cause))
              const error: unknown = Cause.squash(exit.cause)
              assert.isTrue(CodatError.isCodatError(error))
              assert.isString(JSON.stringify(error))
              assert.isAbove(String(error).length, 10)
            }
          }),
          { numRuns: 60 }
        )
      )
    )
  }
})

describe("a client that reads each body itself, such as to log it, leaves it to the call", () => {
  const whole = JSON.stringify(row(1))
  const chunks = (status: number, text: string) => (response: ServerResponse) => {
    response.writeHead(status)
    response.write(text.slice(0, 9))
    response.end(text.slice(9))
  }
  it.live("over fetch", () =>
    Effect.gen(function* () {
      const answers = [
        chunks(200, whole),
        chunks(400, '{"error":"bad"}'),
        chunks(200, ""),
        chunks(200, JSON.stringify(row(1, { platformName: "p".repeat(2000) })))
      ]
      const server = yield* serve((_, response) => answers.shift()?.(response))
      const client = Layer.effect(
        HttpClient.HttpClient,
        Effect.map(
          HttpClient.HttpClient,
          HttpClient.tap((response) => response.text)
        )
      )
      const calls = Effect.gen(function* () {
        assert.strictEqual((yield* get).id, "c1")
        assert.strictEqual(reasonIs(yield* errorOf(get), "BadRequest").message, "bad")
        assert.strictEqual(yield* Connections.delete({ companyId, connectionId }), undefined)
        assert.match(reasonIs(yield* errorOf(get), "InvalidResponse").expected, /at most 1024 bytes/)
      })
      yield* calls.pipe(
        RetryPolicy.withPolicy(RetryPolicy.none),
        Effect.provide(CodatConfig.layer({ baseUrl: server.origin, maxResponseBytes: 1024 })),
        Effect.provide(Auth.layerApiKey({ apiKey: Redacted.make("key") })),
        Effect.provide(Layer.provide(client, FetchHttpClient.layer))
      )
    })
  )
})
