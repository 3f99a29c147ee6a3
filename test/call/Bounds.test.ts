/**
 * How much of an answer is read and kept, over real HTTP.
 */
import type { ServerResponse } from "node:http"
import { pipeline, Readable } from "node:stream"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { Auth, CodatConfig, type CodatError, Connections, RetryPolicy } from "effect-codat"
import { companyId, connectionId, errorOf, failed, fake, json, reasonIs, row, text } from "../support/Fake.ts"
import { serve } from "../support/Http.ts"
import { transports, undici } from "../support/Transports.ts"

const get = Connections.get({ companyId, connectionId })
const auth = Auth.layerApiKey({ apiKey: Redacted.make("key") })
const mebibyte = 1024 * 1024

const to = (origin: string, maxResponseBytes: number | undefined) =>
  Layer.mergeAll(
    auth,
    CodatConfig.layer({ baseUrl: origin, maxResponseBytes }),
    RetryPolicy.layer(RetryPolicy.none)
  )

/** Sends spaces without saying how many, until nobody listens any more or there are `most` bytes of them. */
const flood = (response: ServerResponse, status: number, most: number, sent: { bytes: number }): void => {
  response.writeHead(status, { "content-type": "application/json" })
  const chunk = Buffer.alloc(64 * 1024, " ")
  const chunks = function* () {
    while (sent.bytes < most) {
      sent.bytes += chunk.length
      yield chunk
    }
  }
  // It is told when nobody listens any more, which is the point.
  pipeline(Readable.from(chunks()), response, () => {})
}

const tooLarge = (error: CodatError.CodatError, most: number) => {
  const reason = reasonIs(error, "InvalidResponse")
  assert.strictEqual(reason.expected, `expected at most ${most} bytes (CodatConfig.maxResponseBytes)`)
  assert.strictEqual(reason.statusCode, 200)
  assert.isFalse(error.isRetryable)
}

describe("a good answer", () => {
  for (const [name, transport] of Object.entries(transports)) {
    it.live(`that goes on and on is given up at the bound, and its connection closed, over ${name}`, () =>
      Effect.gen(function* () {
        const sent = { bytes: 0 }
        const server = yield* serve((_, response) => flood(response, 200, 256 * mebibyte, sent))
        const error = yield* get.pipe(Effect.provide([to(server.origin, mebibyte), transport]), errorOf)
        tooLarge(error, mebibyte)
        // The rest fills what stands between the two sockets.
        assert.isBelow(sent.bytes, 32 * mebibyte)
      }).pipe(Effect.scoped)
    )

    it.live(`that says it is too long is not read, over ${name}`, () =>
      Effect.gen(function* () {
        const server = yield* serve((_, response) => {
          response.writeHead(200, { "content-length": 1001 })
          response.write(" ")
        })
        const error = yield* get.pipe(Effect.provide([to(server.origin, 1000), transport]), errorOf)
        tooLarge(error, 1000)
      }).pipe(Effect.scoped)
    )

    it.live(`of exactly the bound is read, however it is sent, over ${name}`, () =>
      Effect.gen(function* () {
        const body = JSON.stringify(row(1))
        for (const headers of [{}, { "content-length": String(Buffer.byteLength(body)) }]) {
          const server = yield* serve((_, response) => {
            response.writeHead(200, headers)
            // A character of several bytes may be cut anywhere.
            const bytes = Buffer.from(body)
            response.write(bytes.subarray(0, 7))
            response.end(bytes.subarray(7))
          })
          const provide = Effect.provide([to(server.origin, Buffer.byteLength(body)), transport])
          assert.strictEqual((yield* get.pipe(provide)).id, "c1")
        }
      }).pipe(Effect.scoped)
    )
  }

  it.live("is counted as it unpacks: 256 KiB of gzip that hold 256 MiB take no memory", () =>
    Effect.gen(function* () {
      const member = gzipSync(Buffer.alloc(16 * mebibyte, " "))
      const packed = Buffer.concat(Array.from({ length: 16 }, () => member))
      assert.isBelow(packed.length, mebibyte)
      const server = yield* serve((_, response) => {
        response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length })
        response.end(packed)
      })
      const before = process.memoryUsage().rss
      const transport = transports["fetch"] ?? assert.fail()
      const error = yield* get.pipe(Effect.provide([to(server.origin, 8 * mebibyte), transport]), errorOf)
      tooLarge(error, 8 * mebibyte)
      assert.isBelow(process.memoryUsage().rss - before, 128 * mebibyte)
    }).pipe(Effect.scoped)
  )

  it.effect("of characters of several bytes is counted in bytes, and put together again", () =>
    Effect.gen(function* () {
      const name = "é💥".repeat(10_000)
      const transport = fake(() => json(200, row(1, { platformName: name })))
      const found = yield* get.pipe(Effect.provide(transport.layer))
      assert.strictEqual(found.platformName, name)
      const error = yield* get.pipe(
        Effect.provide(CodatConfig.layer({ maxResponseBytes: 40_000 })),
        Effect.provide(transport.layer),
        errorOf
      )
      tooLarge(error, 40_000)
    })
  )

  it.effect("is an error's outside 200 to 299, of which the beginning is enough", () =>
    Effect.gen(function* () {
      for (const status of [300, 399, 400, 599]) {
        const error = yield* get.pipe(
          RetryPolicy.withPolicy(RetryPolicy.none),
          Effect.provide(CodatConfig.layer({ maxResponseBytes: 1000 })),
          Effect.provide(fake(() => text(status, "x".repeat(2000))).layer),
          errorOf
        )
        assert.strictEqual(error.statusCode, status)
        assert.notStrictEqual(error.reason._tag, "InvalidResponse")
      }
    })
  )

  it.effect("may have 64 MiB by default, and a bound that is none is refused", () =>
    Effect.gen(function* () {
      const claims = (bytes: number) =>
        fake(() => text(200, JSON.stringify(row(1)), { "content-length": String(bytes) }))
      assert.strictEqual((yield* get.pipe(Effect.provide(claims(64 * mebibyte).layer))).id, "c1")
      const error = yield* get.pipe(Effect.provide(claims(64 * mebibyte + 1).layer), errorOf)
      tooLarge(error, 64 * mebibyte)
      for (const maxResponseBytes of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        const refused = yield* get.pipe(
          Effect.provide(CodatConfig.layer({ maxResponseBytes })),
          Effect.provide(fake(() => failed(500)).layer),
          errorOf
        )
        assert.strictEqual(reasonIs(refused, "InvalidRequest").field, "maxResponseBytes")
      }
    })
  )
})

describe("an error body", () => {
  for (const [name, transport] of Object.entries(transports)) {
    it.live(`is read to its first MiB, and the status stays what it is, over ${name}`, () =>
      Effect.gen(function* () {
        const sent = { bytes: 0 }
        const server = yield* serve((_, response) => flood(response, 404, 256 * mebibyte, sent))
        const error = yield* get.pipe(Effect.provide([to(server.origin, undefined), transport]), errorOf)
        assert.strictEqual(reasonIs(error, "NotFound").message, "Codat answered 404 without saying why")
        assert.isBelow(sent.bytes, 32 * mebibyte)
      }).pipe(Effect.scoped)
    )
  }

  it.live("longer than a MiB still says what is in its beginning", () =>
    Effect.gen(function* () {
      const item = { itemId: "1", message: 'a "quoted", [bracketed] {text} with \\ in it' }
      const errors = Array.from({ length: 40_000 }, () => item)
      const body = { statusCode: 400, error: "40,000 faults", correlationId: "abc", validation: { errors } }
      const server = yield* serve((_, response) => response.writeHead(400).end(JSON.stringify(body)))
      const error = yield* get.pipe(Effect.provide([to(server.origin, undefined), undici]), errorOf)
      const reason = reasonIs(error, "BadRequest")
      assert.strictEqual(reason.message, "40,000 faults")
      assert.strictEqual(reason.correlationId, "abc")
      assert.deepStrictEqual(reason.validation?.errors, errors.slice(0, 100))
    }).pipe(Effect.scoped)
  )

  const cut: ReadonlyArray<readonly [body: string, message: string]> = [
    ['{"error":"cut', "Codat answered 400 without saying why"],
    ['{"error":"whole","more":{"a":[1,2', "whole"],
    ['{"error":"whole, with a \\"comma\\", in it","service":"Cl', 'whole, with a "comma", in it'],
    ['["error","whole",', "Codat answered 400 without saying why"],
    ["<html>error, {", "Codat answered 400 without saying why"],
    ["{,", "Codat answered 400 without saying why"],
    ["{]]],,", "Codat answered 400 without saying why"]
  ]
  for (const [body, message] of cut) {
    it.effect(`that is cut off is read as far as it goes: ${body}`, () =>
      Effect.gen(function* () {
        const error = yield* get.pipe(Effect.provide(fake(() => text(400, body)).layer), errorOf)
        assert.strictEqual(reasonIs(error, "BadRequest").message, message)
      })
    )
  }

  it.effect("keeps at most 100 of its validation items", () =>
    Effect.gen(function* () {
      const items = Array.from({ length: 5000 }, (_, index) => ({ itemId: `${index}`, message: "no" }))
      const body = { error: "no", validation: { errors: items, warnings: [null, ...items] } }
      const error = yield* get.pipe(Effect.provide(fake(() => json(400, body)).layer), errorOf)
      const { validation } = reasonIs(error, "BadRequest")
      assert.lengthOf(validation?.errors ?? [], 100)
      assert.lengthOf(validation?.warnings ?? [], 100)
      assert.deepInclude(validation?.errors[99], { itemId: "99" })
    })
  )
})

// What `fetch` refuses, other clients pass on.
it.live("a status that HTTP does not know is unexpected, and 599 is the server's", () =>
  Effect.gen(function* () {
    for (const [status, tag] of [
      [599, "ServerError"],
      [600, "UnexpectedStatus"]
    ] as const) {
      const server = yield* serve((_, response) => response.writeHead(status).end())
      const error = yield* get.pipe(Effect.provide([to(server.origin, undefined), undici]), errorOf)
      assert.strictEqual(reasonIs(error, tag).statusCode, status)
    }
  }).pipe(Effect.scoped)
)
