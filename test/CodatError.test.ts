import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Schema } from "effect"
import { CodatError } from "effect-codat"
import { guid } from "./support/Fake.ts"

const E = CodatError
const answered = { message: "told", correlationId: "abc" }

const make = (
  reason: CodatError.Reason,
  more: Partial<ConstructorParameters<typeof CodatError.CodatError>[0]> = {}
) => new E.CodatError({ operation: "Connections.create", method: "POST", reason, attempts: [], ...more })

const reasons: ReadonlyArray<readonly [CodatError.Reason, string]> = [
  [new E.BadRequest({ statusCode: 400, ...answered }), "BadRequest 400: told (correlationId abc)"],
  [new E.Unauthorized({ statusCode: 401, ...answered }), "Unauthorized 401: told (correlationId abc)"],
  [new E.PaymentRequired({ statusCode: 402, message: "told" }), "PaymentRequired 402: told"],
  [new E.Forbidden({ statusCode: 403, message: "told" }), "Forbidden 403: told"],
  [new E.NotFound({ statusCode: 404, message: "told" }), "NotFound 404: told"],
  [new E.Conflict({ statusCode: 409, message: "told", inProgress: true }), "Conflict 409: told"],
  [
    new E.UnprocessableContent({
      statusCode: 422,
      message: "told",
      validation: { errors: [{ itemId: "a" }], warnings: [] }
    }),
    "UnprocessableContent 422: told"
  ],
  [
    new E.RateLimited({
      statusCode: 429,
      message: "told",
      retryAfter: Duration.seconds(7),
      limit: 1000,
      remaining: 0,
      resetAt: DateTime.makeUnsafe("2024-05-07T00:00:00Z")
    }),
    "RateLimited 429: told"
  ],
  [new E.ServerError({ statusCode: 503, message: "told", detailedErrorCode: 12 }), "ServerError 503: told"],
  [new E.UnexpectedStatus({ statusCode: 302, message: "told" }), "UnexpectedStatus 302: told"],
  [new E.InvalidRequest({ field: "page", rule: "a number" }), "InvalidRequest: page must be a number"],
  [
    new E.InvalidResponse({
      statusCode: 200,
      path: "results[3].id",
      expected: "expected string",
      page: 2,
      index: 3
    }),
    "InvalidResponse 200: results[3].id of page 2: expected string"
  ],
  [
    new E.InvalidResponse({ statusCode: 200, path: "", expected: "expected JSON" }),
    "InvalidResponse 200: the body: expected JSON"
  ],
  [new E.Transport({ message: "read ECONNRESET", code: "ECONNRESET" }), "Transport: read ECONNRESET"],
  [
    new E.Timeout({ bound: "attempt", duration: Duration.seconds(30) }),
    "Timeout: no answer within 30s (the limit of one attempt)"
  ],
  [
    new E.Timeout({ bound: "deadline", duration: Duration.minutes(2) }),
    "Timeout: no answer within 2m (the deadline of the whole call)"
  ],
  [
    new E.Timeout({ bound: "await", duration: Duration.minutes(10), last: "PendingAuth" }),
    "Timeout: not in the status that was waited for within 10m (last seen: PendingAuth)"
  ],
  [new E.Authentication({ message: "no token" }), "Authentication: no token"],
  [new E.Pagination({ page: 3, message: "page 3 again" }), "Pagination: page 3 again"],
  [
    new E.Unauthorized({
      statusCode: 401,
      ...answered,
      credentials: "the API key of Codat.layer",
      host: "api.codat.io"
    }),
    "Unauthorized 401: told, to the API key of Codat.layer sent to api.codat.io (correlationId abc)"
  ],
  [
    new E.Unauthorized({ statusCode: 401, message: "told", host: "api.codat.io" }),
    "Unauthorized 401: told, to the credentials sent to api.codat.io"
  ]
]

describe("CodatError", () => {
  it("says in one line what failed, how, and what support asks for", () => {
    for (const [reason, text] of reasons) {
      const error = make(reason)
      assert.strictEqual(error.message, `Connections.create: ${text}`)
      assert.include(String(error), text)
      assert.include(inspect(error), `_tag: '${reason._tag}'`)
    }
    const wait = Duration.zero
    const attempts = [
      { reason: "Transport", wait },
      { reason: "NotFound", statusCode: 404, wait }
    ]
    const [notFound] = reasons.filter(([{ _tag }]) => _tag === "NotFound")
    assert.match(make(notFound?.[0] ?? assert.fail(), { attempts }).message, /told, after 2 attempts$/)
  })

  it("is told from other values", () => {
    const error = make(new E.Authentication({ message: "x" }))
    assert.isTrue(E.isCodatError(error))
    for (const other of [error.reason, { ...error }, new Error("x"), null, undefined, "x"]) {
      assert.isFalse(E.isCodatError(other))
    }
    assert.instanceOf(error, Error)
    assert.strictEqual(error._tag, "CodatError")
  })

  it("has its reason as its cause, printed once", () => {
    const error = make(new E.Transport({ message: "xyzzy" }))
    assert.strictEqual(error.cause, error.reason)
    assert.notInclude(Object.keys(error), "cause")
    assert.strictEqual(JSON.stringify(error).split("xyzzy").length, 2)
  })

  it("has the status and the least wait of the reason, where there are some", () => {
    for (const [reason] of reasons) {
      const error = make(reason)
      assert.strictEqual(error.statusCode, "statusCode" in reason ? reason.statusCode : undefined)
      assert.strictEqual(error.retryAfter, reason._tag === "RateLimited" ? reason.retryAfter : undefined)
    }
  })

  it("says whether the same call may end differently, by its method", () => {
    const retryable = (method: string) =>
      reasons.filter(([reason]) => make(reason, { method }).isRetryable).map(([reason]) => reason._tag)
    const always = ["RateLimited", "ServerError", "Transport", "Timeout", "Timeout", "Timeout"]
    assert.deepStrictEqual(retryable("GET"), always)
    assert.deepStrictEqual(retryable("POST"), ["Conflict", ...always])
    assert.deepStrictEqual(retryable("PATCH"), ["Conflict", ...always])
    const internal = new E.ServerError({ statusCode: 500, message: "x" })
    assert.isTrue(make(internal, { method: "DELETE" }).isRetryable)
    assert.isFalse(make(internal, { method: "POST" }).isRetryable)
    const never = new E.ServerError({ statusCode: 503, message: "x", canBeRetried: "false" })
    assert.isFalse(make(never, { method: "GET" }).isRetryable)
  })

  it.effect("crosses a process boundary as JSON", () =>
    Effect.gen(function* () {
      const codec = Schema.fromJsonString(Schema.toCodecJson(E.CodatError))
      for (const [reason] of reasons) {
        const error = make(reason, {
          path: "/companies/x",
          idempotencyKey: guid,
          attempts: [
            { reason: "Transport", wait: Duration.millis(500) },
            { reason: reason._tag, statusCode: 404, wait: Duration.zero }
          ]
        })
        const text = yield* Schema.encodeEffect(codec)(error)
        const back = yield* Schema.decodeEffect(codec)(text)
        assert.isTrue(E.isCodatError(back))
        assert.strictEqual(back.message, error.message)
        assert.strictEqual(back.isRetryable, error.isRetryable)
        assert.deepEqual(back.attempts, error.attempts)
        assert.deepEqual({ ...back.reason }, { ...error.reason })
        assert.strictEqual(back.idempotencyKey, guid)
      }
    })
  )

  it.effect("is caught by reason", () =>
    Effect.gen(function* () {
      const failing = (reason: CodatError.Reason) => Effect.fail(make(reason))
      const handled = (reason: CodatError.Reason) =>
        failing(reason).pipe(
          Effect.catchReasons("CodatError", {
            NotFound: () => Effect.succeed("gone"),
            RateLimited: ({ retryAfter }) =>
              Effect.succeed(String(retryAfter && Duration.toMillis(retryAfter)))
          }),
          Effect.catchTag("CodatError", ({ reason }) => Effect.succeed(reason._tag))
        )
      const seen = yield* Effect.forEach(reasons.slice(4, 9), ([reason]) => handled(reason))
      assert.deepStrictEqual(seen, ["gone", "Conflict", "UnprocessableContent", "7000", "ServerError"])
    })
  )
})
