/**
 * Control characters from the network neither forge a log line nor reach a terminal.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { CodatConfig, Connections } from "effect-codat"
import {
  against,
  companyId,
  connectionId,
  errorOf,
  json,
  ok,
  pageOf,
  type Reply,
  reasonIs,
  reset,
  row,
  script,
  text,
  watched
} from "../support/Fake.ts"

// A forged log line, an escape sequence, a line separator, a mark that turns text around, and the bell.
const nasty =
  "ok\r\n[12:00] ERROR forged\u001b[31m red\u001b]0;title\u0007\u2028next\u202egnp.exe\u0085\u0000"
// biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/
const get = Connections.get({ companyId, connectionId })

const everywhere = { correlationId: nasty, service: nasty, canBeRetried: nasty }
const item = { itemId: nasty, message: nasty, validatorName: nasty }

const replies: Readonly<Record<string, Reply>> = {
  "an error body": json(400, {
    error: nasty,
    ...everywhere,
    validation: { errors: [item], warnings: [item] }
  }),
  "a 429": json(429, { error: nasty, ...everywhere }, { "x-rate-limit-limit": "7" }),
  "a server error": json(503, { error: nasty, ...everywhere }),
  "a transport": reset(Object.assign(new Error(nasty), { code: nasty })),
  "a transport that throws text": reset(nasty),
  "a value of another type": ok(row(1, { created: nasty })),
  "no JSON": text(200, nasty)
}

const texts = (value: unknown): ReadonlyArray<string> =>
  typeof value === "string"
    ? [value]
    : typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([name, entry]) => [name, ...texts(entry)])
      : []

describe("control characters are escaped in the error and the log of", () => {
  for (const [name, reply] of Object.entries(replies)) {
    it.effect(name, () =>
      watched(({ lines, spans }) =>
        Effect.gen(function* () {
          const error = yield* get.pipe(against(script(reply)), errorOf)
          yield* Effect.logError(error.message)
          for (const shown of [
            error.message,
            error.reason.message,
            ...texts(error),
            ...texts(error.reason)
          ]) {
            assert.notMatch(shown, control)
          }
          for (const line of lines) assert.notMatch(JSON.parse(line).message, control)
          for (const { attributes } of spans) {
            for (const shown of texts(Object.fromEntries(attributes))) assert.notMatch(shown, control)
          }
        })
      )
    )
  }

  it.effect("an error body, and still say what they were", () =>
    Effect.gen(function* () {
      const error = yield* get.pipe(against(script(json(404, { error: "a\u001b[31mb\nc" }))), errorOf)
      assert.strictEqual(reasonIs(error, "NotFound").message, String.raw`a\u001b[31mb\u000ac`)
    })
  )

  it.effect("a name that a server gives a property", () =>
    watched(({ lines }) =>
      Effect.gen(function* () {
        const broken = row(1, { connectionInfo: 7, [nasty]: 7 })
        const page = { ...pageOf(1, { total: 1 }), results: [broken] }
        yield* Connections.list({ companyId, invalid: "skip" }).pipe(
          Stream.runDrain,
          against(script(ok(page)))
        )
        assert.isAbove(lines.length, 0)
        for (const line of lines) assert.notMatch(JSON.parse(line).message, control)
      })
    )
  )

  it.effect("an option that is none", () =>
    Effect.gen(function* () {
      const misspelt = { companyId, connectionId, [nasty]: 1 }
      const error = yield* Connections.get(misspelt).pipe(against(script()), errorOf)
      assert.notMatch(error.message, control)
      const setting = { userAgent: "me/1", [nasty]: 1 }
      const second = yield* get.pipe(Effect.provide(CodatConfig.layer(setting)), against(script()), errorOf)
      assert.notMatch(second.message, control)
    })
  )
})
