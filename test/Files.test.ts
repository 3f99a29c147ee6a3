/**
 * Files through `Codat.request` and `Codat.download`, over real HTTP and each client.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Schema, Stream } from "effect"
import { HttpBody } from "effect/http"
import { Auth, Codat, CodatConfig, RetryPolicy } from "effect-codat"
import { against, errorOf, fake, ok, reasonIs, script } from "./support/Fake.ts"
import { serve } from "./support/Http.ts"
import { transports } from "./support/Transports.ts"

const at = (origin: string, settings: CodatConfig.Settings = {}) =>
  Layer.mergeAll(
    Auth.layerApiKey({ apiKey: Redacted.make("key") }),
    CodatConfig.layer({ baseUrl: origin, ...settings }),
    RetryPolicy.layer(RetryPolicy.make({ maxAttempts: 2, baseDelay: "1 millis" }))
  )

/** Bytes that are no text in UTF-8. */
const bytes = Uint8Array.from({ length: 1000 }, (_, index) => (index * 7) % 256)

const attach = (body: unknown) =>
  Codat.request({
    operation: "Invoices.attach",
    method: "POST",
    path: "/invoices/{id}/attachment",
    params: { id: "i1" },
    body,
    output: Schema.Struct({ id: Schema.String })
  })

const download = Codat.download({
  operation: "Invoices.downloadAttachment",
  path: "/attachments/{id}/download",
  params: { id: "a1" }
})

describe("a body", () => {
  it.effect("is what it is when the request runs, and is written anew at each run", () =>
    Effect.gen(function* () {
      const transport = script(ok({ id: "a1" }), ok({ id: "a1" }))
      const secret = Redacted.make("sensitive")
      const body = { note: "before", secret }
      const request = attach(body)
      body.note = "after"
      yield* request.pipe(against(transport))
      assert.include(transport.asked[0]?.body ?? "", "after")
      Redacted.wipeUnsafe(secret)
      const error = yield* request.pipe(against(transport), errorOf)
      assert.strictEqual(reasonIs(error, "InvalidRequest").field, "body")
      assert.lengthOf(transport.asked, 1)
    })
  )

  it.effect("of a module, or of a class with a name of its own, is sent", () =>
    Effect.gen(function* () {
      // What `import * as constants` gives.
      const constants = Object.defineProperty({ amount: 5, currency: "GBP" }, Symbol.toStringTag, {
        value: "Module"
      })
      class Money {
        readonly amount = 5
        get [Symbol.toStringTag]() {
          return "Money"
        }
      }
      for (const [body, sent] of [
        [constants, '{"amount":5,"currency":"GBP"}'],
        [{ total: new Money() }, '{"total":{"amount":5}}']
      ] as const) {
        const transport = script(ok({ id: "a1" }))
        yield* attach(body).pipe(against(transport))
        assert.strictEqual(transport.asked[0]?.body, sent)
      }
    })
  )
})

describe("a file that is sent", () => {
  for (const [name, transport] of Object.entries(transports)) {
    it.live(`in form data is the same at each attempt, over ${name}`, () =>
      Effect.gen(function* () {
        const server = yield* serve((_, response) => {
          response.writeHead(server.received.length === 1 ? 503 : 200)
          response.end('{"id":"a1"}')
        })
        const file = new File(["line 1\nline 2"], "é.txt", { type: "text/plain" })
        const body = HttpBody.formDataRecord({ file, tags: ["x", "y"] })
        const answer = yield* attach(body).pipe(Effect.provide([at(server.origin), transport]))
        assert.deepStrictEqual(answer, { id: "a1" })

        const [first, second] = server.received
        assert.strictEqual(first?.body, second?.body)
        assert.strictEqual(first?.headers["idempotency-key"], second?.headers["idempotency-key"])
        const type = second?.headers["content-type"] ?? ""
        assert.strictEqual(first?.headers["content-type"], type)
        const sent = yield* Effect.promise(() =>
          new Response(second?.body ?? "", { headers: { "content-type": type } }).formData()
        )
        assert.deepStrictEqual(sent.getAll("tags"), ["x", "y"])
        const received = sent.get("file")
        if (!(received instanceof File)) return assert.fail("no file")
        assert.strictEqual(received.name, "é.txt")
        assert.strictEqual(received.type, "text/plain")
        assert.strictEqual(yield* Effect.promise(() => received.text()), "line 1\nline 2")
      }).pipe(Effect.scoped)
    )
  }

  it.effect("as bytes is sent with its own content type", () =>
    Effect.gen(function* () {
      const sent: Array<HttpBody.HttpBody> = []
      const transport = fake(() => (request, asked) => {
        sent.push(request.body)
        return ok({ id: "a1" })(request, asked)
      })
      yield* attach(HttpBody.uint8Array(bytes, "application/pdf")).pipe(against(transport))
      assert.strictEqual(transport.asked[0]?.headers["content-type"], "application/pdf")
      const [body] = sent
      assert.deepStrictEqual(body?._tag === "Uint8Array" ? body.body : undefined, bytes)
    })
  )

  it.effect("and cannot be sent again, or not as JSON, is refused before anything is sent", () =>
    Effect.gen(function* () {
      const bodies = [
        HttpBody.stream(Stream.make(bytes)),
        HttpBody.raw("text"),
        new FormData(),
        new Blob(["text"]),
        { file: new Blob(["text"]) },
        { file: Object.assign(new File(["text"], "a.txt"), { path: "a.txt" }) },
        new Error("text"),
        Object.assign(new Error("text"), { code: 5 }),
        bytes,
        bytes.buffer
      ]
      for (const body of bodies) {
        const transport = script()
        const error = yield* attach(body).pipe(against(transport), errorOf)
        assert.strictEqual(reasonIs(error, "InvalidRequest").field, "body")
        assert.lengthOf(transport.asked, 0)
      }
    })
  )

  it.effect("with a content type that no header can carry is refused before anything is sent", () =>
    Effect.gen(function* () {
      for (const type of ["text/plain\r\nx-other: 1", "text/plain; name=é", "text/\u2028plain", "\0", ""]) {
        const transport = script()
        const error = yield* attach(HttpBody.uint8Array(bytes, type)).pipe(against(transport), errorOf)
        const { field, rule } = reasonIs(error, "InvalidRequest")
        assert.strictEqual(
          `${field} must be ${rule}`,
          "body.contentType must be text that is valid in a header"
        )
        assert.lengthOf(transport.asked, 0)
      }
    })
  )

  it.effect("and is empty sends nothing, with a GET as well", () =>
    Effect.gen(function* () {
      for (const method of ["GET", "POST"] as const) {
        const transport = script(ok({ id: "a1" }))
        yield* Codat.request({
          operation: "Invoices.try",
          method,
          path: "/invoices",
          body: HttpBody.empty,
          output: Schema.Unknown
        }).pipe(against(transport))
        assert.isUndefined(transport.asked[0]?.body)
        assert.isUndefined(transport.asked[0]?.headers["content-type"])
      }
    })
  )

  it.live("and cannot be read is refused with the operation", () =>
    Effect.gen(function* () {
      const transport = script()
      const form = new FormData()
      form.set("file", new File(["text"], "a.txt"))
      const unreadable = Object.assign(HttpBody.formData(form), { formData: "no form" })
      // A form that says it can be read and cannot, as a file that was deleted since.
      Object.defineProperty(unreadable, "formData", {
        get: () =>
          new ReadableStream({
            start: (controller) => controller.error(new Error("gone"))
          })
      })
      const error = yield* attach(unreadable).pipe(against(transport), errorOf)
      assert.strictEqual(error.operation, "Invoices.attach")
      assert.strictEqual(reasonIs(error, "InvalidRequest").rule, "form data with files that can be read")
      assert.lengthOf(transport.asked, 0)
    })
  )
})

describe("download", () => {
  for (const [name, transport] of Object.entries(transports)) {
    it.live(`gives the bytes of an answer and their type, however they are sent, over ${name}`, () =>
      Effect.gen(function* () {
        for (const headers of [{}, { "content-length": String(bytes.length) }]) {
          const server = yield* serve((_, response) => {
            response.writeHead(200, { "content-type": "application/pdf", ...headers })
            response.write(bytes.subarray(0, 300))
            response.end(bytes.subarray(300))
          })
          const file = yield* download.pipe(Effect.provide([at(server.origin), transport]))
          assert.deepStrictEqual(new Uint8Array(file.content), bytes)
          assert.strictEqual(file.contentType, "application/pdf")
          assert.deepInclude(server.received[0], { method: "GET", url: "/attachments/a1/download" })
          assert.strictEqual(server.received[0]?.headers.accept, "*/*")
        }
      }).pipe(Effect.scoped)
    )

    it.live(`of nothing is empty, and too much is refused, over ${name}`, () =>
      Effect.gen(function* () {
        const none = yield* serve((_, response) => {
          response.writeHead(204)
          response.end()
        })
        const empty = yield* download.pipe(Effect.provide([at(none.origin), transport]))
        assert.strictEqual(empty.content.length, 0)
        assert.isFalse("contentType" in empty)
        for (const headers of [{}, { "content-length": "1001" }]) {
          const server = yield* serve((_, response) => {
            response.writeHead(200, headers)
            response.end(Buffer.alloc(1001))
          })
          const settings = { maxResponseBytes: 1000 }
          const error = yield* download.pipe(
            Effect.provide([at(server.origin, settings), transport]),
            errorOf
          )
          assert.strictEqual(
            reasonIs(error, "InvalidResponse").expected,
            "expected at most 1000 bytes (CodatConfig.maxResponseBytes)"
          )
        }
      }).pipe(Effect.scoped)
    )
  }

  it.live("is retried, and fails with Codat's error as other operations do", () =>
    Effect.gen(function* () {
      const server = yield* serve((_, response) => {
        const isFirst = server.received.length === 1
        response.writeHead(isFirst ? 503 : 404, { "content-type": "application/json" })
        response.end('{"statusCode":404,"error":"no such attachment","correlationId":"abc"}')
      })
      const error = yield* download.pipe(
        Effect.provide([at(server.origin), transports["fetch"] ?? assert.fail()]),
        errorOf
      )
      assert.strictEqual(reasonIs(error, "NotFound").correlationId, "abc")
      assert.strictEqual(error.operation, "Invoices.downloadAttachment")
      assert.strictEqual(error.attempts.length, 2)
    }).pipe(Effect.scoped)
  )

  it.effect("refuses what is no request before anything is sent", () =>
    Effect.gen(function* () {
      const table: ReadonlyArray<readonly [string, object]> = [
        ["path", { path: "x" }],
        ["params", { path: "/{id}" }],
        ["query.a", { query: { a: {} } }],
        ["method", { method: "POST" }]
      ]
      for (const [field, more] of table) {
        const transport = script()
        const options = { operation: "X.download", path: "/x", ...more }
        const error = yield* Codat.download(options).pipe(against(transport), errorOf)
        assert.strictEqual(reasonIs(error, "InvalidRequest").field, field)
        assert.strictEqual(error.operation, "X.download")
        assert.lengthOf(transport.asked, 0)
      }
    })
  )
})
