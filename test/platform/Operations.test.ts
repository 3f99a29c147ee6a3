import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Predicate, Redacted, Result } from "effect"
import { Operations, Sandbox } from "effect-codat"
import {
  against,
  apiKey,
  errorOf,
  failed,
  guid,
  json,
  type Reply,
  reasonIs,
  reset,
  script,
  text,
  timed,
  watched
} from "../support/Fake.ts"
import * as Codat from "./codat.ts"
import { type Row, rows, secret } from "./rows.ts"

const described = new Map(Operations.all.map((operation) => [operation.name, operation]))

const codatOf = (name: string): Codat.CodatOperation => {
  const operation = described.get(name)
  const found = Codat.operations.find(
    ({ method, path }) => method === operation?.method && path === operation.path
  )
  if (found === undefined) throw new Error(`Codat has no operation for ${name}`)
  return found
}

const good = ({ answer, status = 200 }: Row): Reply =>
  answer === undefined ? text(status, "") : json(status, answer)

/** A value with its dates as texts and its secrets as what they hide. */
const plain = (value: unknown): unknown => {
  if (DateTime.isDateTime(value)) return DateTime.formatIso(value)
  if (Redacted.isRedacted(value)) return Redacted.value(value)
  if (Array.isArray(value)) return value.map(plain)
  return Predicate.isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]))
    : value
}

const expected = (row: Row): unknown => ("value" in row ? row.value : row.answer)

const tags: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  402: "PaymentRequired",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  429: "RateLimited",
  451: "UnexpectedStatus",
  500: "ServerError",
  503: "ServerError"
}

describe("the operations", () => {
  it("are all of Codat's, each with a function or named as deprecated", () => {
    assert.strictEqual(Codat.operations.length, 52)
    const key = ({ method, path }: { readonly method: string; readonly path: string }) => `${method} ${path}`
    const deprecated = Operations.deprecated.map(key)
    const here = new Set(Operations.all.map(key))
    for (const operation of Codat.operations) {
      const isDeprecated = deprecated.includes(key(operation))
      assert.strictEqual(here.has(key(operation)), !isDeprecated, operation.operationId)
    }
  })

  it("are none but Codat's", () => {
    const theirs = Codat.operations.map(({ method, path }) => `${method} ${path}`)
    for (const { method, name, path } of Operations.all) assert.include(theirs, `${method} ${path}`, name)
    for (const { method, operationId, path, replacement } of Operations.deprecated) {
      const found = Codat.operations.find((operation) => operation.operationId === operationId)
      assert.deepStrictEqual([found?.method, found?.path], [method, path])
      assert.isTrue(described.has(replacement), replacement)
    }
  })

  it("have names of their own, and a row each in this table", () => {
    assert.strictEqual(described.size, Operations.all.length)
    assert.deepStrictEqual(rows.map(({ name }) => name).sort(), [...described.keys()].sort())
  })
})

describe("the sandbox", () => {
  it.effect("serves every one of them", () =>
    Effect.gen(function* () {
      for (const { call, name, options } of rows) {
        const result = yield* Effect.result(call(options))
        // What the options name may not be there, but the route is.
        if (Result.isFailure(result)) assert.notInclude(result.failure.message, "No route", name)
      }
      assert.isAtLeast((yield* Sandbox.requests).length, rows.length)
    }).pipe(Effect.provide(Sandbox.layer()))
  )
})

for (const row of rows) {
  const { name, options } = row
  const { errors, method } = codatOf(name)
  const isKeyed = method === "POST" || method === "PATCH"
  const call = row.call(options)

  describe(name, () => {
    it.effect("sends exactly this, and reads what comes", () =>
      Effect.gen(function* () {
        const codat = script(good(row))
        const value = yield* call.pipe(against(codat))
        const [asked, ...more] = codat.asked
        assert.strictEqual(more.length, 0)
        assert.strictEqual(asked?.method, method)
        assert.strictEqual(asked?.url.href, `https://api.codat.io${row.url}`)
        assert.deepStrictEqual(
          asked?.body === undefined ? undefined : JSON.parse(asked.body),
          row.body as object
        )
        const userAgent = String(asked?.headers["user-agent"])
        assert.match(userAgent, /effect-codat/)
        assert.deepStrictEqual(asked?.headers, {
          "user-agent": userAgent,
          accept: "application/json",
          authorization: `Basic ${btoa(apiKey)}`,
          ...(row.body === undefined ? {} : { "content-type": "application/json" }),
          ...(isKeyed ? { "idempotency-key": guid } : {})
        })
        assert.deepStrictEqual(plain(value), expected(row))
      })
    )

    it.effect("fails with a reason for each documented status", () =>
      Effect.gen(function* () {
        for (const status of errors) {
          const codat = script(failed(status, { correlationId: "c-1" }))
          const error = yield* call.pipe(against(codat), errorOf)
          assert.strictEqual(error.reason._tag, tags[status], String(status))
          assert.deepInclude(error.reason, { statusCode: status, correlationId: "c-1" })
          assert.strictEqual(error.operation, name)
          assert.strictEqual(error.method, method)
          assert.strictEqual(codat.asked.length, 1)
        }
      })
    )

    it.effect("refuses bad input by field and rule, and sends nothing", () =>
      Effect.gen(function* () {
        for (const [field, bad] of row.refused) {
          const codat = script()
          const error = yield* row.call(bad).pipe(against(codat), errorOf)
          const reason = reasonIs(error, "InvalidRequest")
          assert.strictEqual(reason.field, field, inspect(bad, { depth: 5 }))
          assert.isAbove(reason.rule.length, 5)
          assert.strictEqual(codat.asked.length, 0)
        }
      })
    )

    const { unreadable } = row
    if (unreadable !== undefined) {
      it.effect("names the path of what it cannot read in an answer", () =>
        Effect.gen(function* () {
          const [path, answer] = unreadable
          const error = yield* call.pipe(against(script(json(200, answer))), errorOf)
          assert.strictEqual(reasonIs(error, "InvalidResponse").path, path)
        })
      )
    }

    it.effect("goes on after a lost answer, under the same key where it has one", () =>
      Effect.gen(function* () {
        const second = method === "DELETE" ? failed(404) : good(row)
        const codat = script(reset(), second)
        // Without a key of its own, one is made.
        const { result } = yield* timed(codat, {}, row.call({ ...options, idempotencyKey: undefined }))
        assert.isTrue(Result.isSuccess(result))
        const keys = codat.asked.map(({ headers }) => headers["idempotency-key"])
        assert.strictEqual(keys.length, 2)
        assert.strictEqual(keys[0], keys[1])
        assert.strictEqual(keys[0] !== undefined, isKeyed)
        if (isKeyed) assert.match(String(keys[0]), /^[0-9a-f-]{36}$/)
      })
    )

    it.effect(isKeyed ? "takes a kept 500 for final" : "sends again after a 500", () =>
      Effect.gen(function* () {
        const codat = script(failed(500), good(row))
        const { error, result } = yield* timed(codat, {}, call)
        assert.strictEqual(codat.asked.length, isKeyed ? 1 : 2)
        assert.strictEqual(Result.isSuccess(result), !isKeyed)
        if (isKeyed) {
          assert.strictEqual(reasonIs(error, "ServerError").statusCode, 500)
          assert.strictEqual(error?.idempotencyKey, guid)
        }
      })
    )

    it.effect("says on its span what it is about", () =>
      watched((watch) =>
        Effect.gen(function* () {
          yield* call.pipe(against(script(good(row))))
          const span = watch.spans.find((one) => one.name === name)
          const said: Readonly<Record<string, string>> = {
            companyId: "codat.company_id",
            connectionId: "codat.connection_id",
            platformKey: "codat.platform_key",
            dataType: "codat.data_type",
            datasetId: "codat.dataset_id",
            pushOperationKey: "codat.push_operation_key"
          }
          for (const [option, value] of Object.entries(options)) {
            const attribute = said[option]
            if (attribute !== undefined) assert.strictEqual(span?.attributes.get(attribute), value, option)
          }
        })
      )
    )

    it.effect("shows no secret", () =>
      watched((watch) =>
        Effect.gen(function* () {
          const echo = failed(400, { error: `cannot read ${secret}` })
          for (const reply of [good(row), json(200, { results: [{ apiKey: secret }], linkUrl: secret })]) {
            const { error, result } = yield* timed(script(reply), {}, call)
            const shown = [
              inspect(result, { depth: 9 }),
              JSON.stringify(result),
              String(error),
              JSON.stringify(error),
              ...watch.lines,
              ...watch.spans.map((span) => inspect([span.attributes, span.events, span.status], { depth: 9 }))
            ]
            assert.notInclude(shown.join("\n"), secret)
            assert.notInclude(shown.join("\n"), apiKey)
          }
          // What was sent as a secret is a secret in what comes back.
          if (JSON.stringify(row.body)?.includes(secret)) {
            const error = yield* call.pipe(against(script(echo)), errorOf)
            assert.notInclude(inspect(error, { depth: 9 }) + JSON.stringify(error), secret)
          }
        })
      )
    )
  })
}
