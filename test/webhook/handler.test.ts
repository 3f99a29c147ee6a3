import { createServer, request as httpRequest, type IncomingMessage } from "node:http"
import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  Context,
  DateTime,
  Deferred,
  Effect,
  Fiber,
  Layer,
  Logger,
  Redacted,
  References,
  Schema
} from "effect"
import { HttpEffect, HttpRouter, HttpServer, HttpServerRequest } from "effect/http"
import * as Webhook from "effect-codat/Webhook"
import type { WebhookEvent } from "effect-codat/WebhookEvent"

const secret = Redacted.make("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
const mark = "MARK"
const body = JSON.stringify({ eventType: "company.deleted", payload: { id: "8a210b68", name: mark } })

class Oops extends Schema.TaggedError<Oops>()("Oops", {}) {}

/** Serves a handler over real HTTP, and keeps what it logs. */
const serve = Effect.fnUntraced(function* <E>(
  f: (event: WebhookEvent) => Effect.Effect<unknown, E>,
  options?: Partial<Webhook.ReceiveOptions>
) {
  const logs: Array<string> = []
  const logger = Logger.make<unknown, void>(({ cause, fiber, logLevel, message }) => {
    const annotations = JSON.stringify(fiber.getRef(References.CurrentLogAnnotations))
    logs.push(`${logLevel} ${String(message)} ${Cause.pretty(cause)} ${annotations}`)
  })
  const context = yield* HttpRouter.serve(
    HttpRouter.add("POST", "/webhooks/codat", Webhook.handler(f, { secret, ...options })),
    { disableLogger: true, disableListenLog: true }
  ).pipe(
    Layer.provideMerge(
      NodeHttpServer.layer(() => createServer(), {
        port: 0,
        host: "127.0.0.1",
        disablePreemptiveShutdown: true
      })
    ),
    Layer.provide(Logger.layer([logger])),
    Layer.build
  )
  const { address } = Context.get(context, HttpServer.HttpServer)
  assert(address._tag === "InetAddressV4")
  return { logs, port: address.port }
})

const post = (port: number, content: string | Uint8Array<ArrayBuffer>, headers: object) =>
  Effect.promise(async () => {
    const response = await fetch(`http://127.0.0.1:${port}/webhooks/codat`, {
      method: "POST",
      body: content,
      headers: { ...headers, connection: "close" }
    })
    return { status: response.status, text: await response.text() }
  })

const deliver = Effect.fnUntraced(function* (
  port: number,
  content: string | Uint8Array<ArrayBuffer>,
  id = "msg_1"
) {
  return yield* post(port, content, yield* Webhook.sign({ secret, id, body: content }))
})

/** Sends an endless body in chunks until there is an answer; gives its status and what was written by then. */
const pour = (port: number, headers: Record<string, string>) =>
  Effect.callback<{ readonly status: number | undefined; readonly written: number }>((resume) => {
    const chunk = Buffer.alloc(16_384, 32)
    let written = 0
    let answered = false
    const request = httpRequest({ port, host: "127.0.0.1", method: "POST", path: "/webhooks/codat", headers })
    const pump = () => {
      while (!answered) {
        // Whoever takes this much takes anything.
        if (written > 64 * 1024 * 1024) {
          request.destroy()
          resume(Effect.succeed({ status: undefined, written }))
          return
        }
        written += chunk.length
        if (!request.write(chunk)) {
          request.once("drain", pump)
          return
        }
      }
    }
    request.once("response", (response: IncomingMessage) => {
      answered = true
      resume(Effect.succeed({ status: response.statusCode, written }))
      request.destroy()
    })
    request.on("error", () => {})
    pump()
    return Effect.sync(() => request.destroy())
  })

describe("handler", () => {
  it.live("answers 200 after the event was handled, which carries the webhook-id", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<WebhookEvent>()
      const release = yield* Deferred.make<void>()
      const { logs, port } = yield* serve((event) =>
        Effect.andThen(Deferred.succeed(started, event), Deferred.await(release))
      )
      const answer = yield* Effect.forkChild(deliver(port, body, "msg_7"))
      const event = yield* Deferred.await(started)
      assert.strictEqual(event.id, "msg_7")
      assert.strictEqual(event.eventType, "company.deleted")
      assert.isUndefined(answer.pollUnsafe())
      yield* Deferred.succeed(release, undefined)
      assert.deepStrictEqual(yield* Fiber.join(answer), { status: 200, text: "" })
      assert.deepStrictEqual(logs, [])
    })
  )

  it.live("verifies the bytes as they were sent", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(() => Effect.void)
      const spaced = new TextEncoder().encode(`\n${body.replace(mark, "Zoë 🦊")}\r\n`)
      assert.strictEqual((yield* deliver(port, spaced)).status, 200)
    })
  )

  it.live("answers 400 to what does not verify or decode, and does not hand it on", () =>
    Effect.gen(function* () {
      let handled = 0
      const { logs, port } = yield* serve(() => Effect.sync(() => handled++))
      const signed = yield* Webhook.sign({ secret, id: "msg_1", body })
      const old = yield* Webhook.sign({ secret, id: "msg_1", body, timestamp: DateTime.makeUnsafe(0) })
      const { "webhook-id": _, ...anonymous } = signed
      for (const [answer, tag] of [
        [yield* post(port, body, {}), "MissingHeader"],
        [yield* post(port, body, anonymous), "MissingHeader"],
        [yield* post(port, body, { ...signed, "webhook-timestamp": mark }), "InvalidTimestamp"],
        [yield* post(port, body, old), "TimestampOutOfRange"],
        [yield* post(port, `${body} `, signed), "SignatureMismatch"],
        [yield* post(port, "", signed), "SignatureMismatch"],
        [yield* deliver(port, mark), "InvalidPayload"],
        [yield* deliver(port, `{"payload":{"name":"${mark}"}}`), "InvalidPayload"]
      ] as const) {
        assert.deepStrictEqual(answer, { status: 400, text: tag })
      }
      assert.strictEqual(handled, 0)
      assert.strictEqual(logs.length, 8)
      for (const line of logs) {
        assert.match(line, /^Warn /)
        assert.notInclude(line, mark)
      }
    })
  )

  it.live("hands on a known type whose payload has a new form, with a warning without its values", () =>
    Effect.gen(function* () {
      const events: Array<WebhookEvent> = []
      const { logs, port } = yield* serve((event) => Effect.sync(() => events.push(event)))
      const answer = yield* deliver(port, `{"eventType":"company.created","payload":{"name":"${mark}"}}`)
      assert.deepStrictEqual(answer, { status: 200, text: "" })
      assert.deepStrictEqual(
        events.map(({ _tag, eventType }): ReadonlyArray<string> => [_tag, eventType]),
        [["Unrecognized", "company.created"]]
      )
      assert.lengthOf(logs, 1)
      assert.match(logs[0] ?? "", /^Warn webhook event does not have the documented form: payload\.id: /)
      assert.include(logs[0], `{"webhookId":"msg_1","eventType":"company.created"}`)
      assert.notInclude(logs[0], mark)
    })
  )

  it.live("escapes control characters of the network in what is logged", () =>
    Effect.gen(function* () {
      const { logs, port } = yield* serve(() => Effect.fail(new Oops()))
      const forged = "x\n\u001b[31mFATAL\u0085\u2028\u2029\u202e"
      yield* deliver(port, JSON.stringify({ eventType: forged, payload: {} }))
      assert.lengthOf(logs, 1)
      const shown = JSON.parse(logs[0]?.slice(logs[0].lastIndexOf("{")) ?? "").eventType
      assert.strictEqual(shown, String.raw`x\u000a\u001b[31mFATAL\u0085\u2028\u2029\u202e`)
    })
  )

  it.live("answers 500 when handling fails, dies or throws, and logs why without the payload", () =>
    Effect.gen(function* () {
      const failures: ReadonlyArray<readonly [() => Effect.Effect<void, Oops>, RegExp]> = [
        [() => Effect.fail(new Oops()), /Oops/],
        [() => Effect.die(new Error("a defect")), /a defect/],
        [
          () => {
            throw new Error("thrown")
          },
          /thrown/
        ],
        [() => Effect.interrupt, /interrupt/]
      ]
      for (const [f, pattern] of failures) {
        const { logs, port } = yield* serve(f)
        assert.deepStrictEqual(yield* deliver(port, body), { status: 500, text: "" })
        assert.strictEqual(logs.length, 1)
        const [line = ""] = logs
        assert.match(line, /^Error /)
        assert.match(line, pattern)
        assert.include(line, `"webhookId":"msg_1"`)
        assert.include(line, `"eventType":"company.deleted"`)
        assert.notInclude(line, mark)
      }
    })
  )

  it.live("answers 500 when its own secret is not one", () =>
    Effect.gen(function* () {
      const { logs, port } = yield* serve(() => Effect.void, { secret: Redacted.make(`${mark}!`) })
      assert.deepStrictEqual(yield* deliver(port, body), { status: 500, text: "" })
      assert.match(logs.join(), /^Error .*InvalidSecret/)
      assert.notInclude(logs.join(), mark)
    })
  )

  it.live("reads up to the bound and no further", () =>
    Effect.gen(function* () {
      let handled = 0
      const { port } = yield* serve(() => Effect.sync(() => handled++), { maxBodySize: body.length })
      assert.strictEqual((yield* deliver(port, body)).status, 200)
      // One byte more, signed as it should be.
      assert.deepStrictEqual(yield* deliver(port, `${body} `), { status: 413, text: "BodyTooLarge" })
      assert.strictEqual(handled, 1)
    })
  )

  it.live("refuses a body over 1 MiB unless told otherwise", () =>
    Effect.gen(function* () {
      const padded = (size: number) => body + " ".repeat(size - body.length)
      const { port } = yield* serve(() => Effect.void)
      assert.strictEqual((yield* deliver(port, padded(1024 * 1024))).status, 200)
      assert.strictEqual((yield* deliver(port, padded(1024 * 1024 + 1))).status, 413)
      const larger = yield* serve(() => Effect.void, { maxBodySize: "2 MiB" })
      assert.strictEqual((yield* deliver(larger.port, padded(1024 * 1024 + 1))).status, 200)
    })
  )

  it.live("answers 413 to a chunked body that never ends, while it is being sent", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(() => Effect.void, { maxBodySize: "64 KiB" })
      const { status, written } = yield* pour(port, { "transfer-encoding": "chunked" })
      assert.strictEqual(status, 413)
      // The bound, and what the sockets between hold.
      assert.isBelow(written, 16 * 1024 * 1024)
      // The server goes on.
      assert.strictEqual((yield* deliver(port, body)).status, 200)
    })
  )

  it.live("answers 413 to a length that is too large before any of the body came", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(() => Effect.void, { maxBodySize: "64 KiB" })
      const status = yield* Effect.callback<number | undefined>((resume) => {
        const request = httpRequest({
          port,
          host: "127.0.0.1",
          method: "POST",
          path: "/webhooks/codat",
          headers: { "content-length": "999999999999" }
        })
        request.once("response", (response) => {
          resume(Effect.succeed(response.statusCode))
          request.destroy()
        })
        request.on("error", () => {})
        request.flushHeaders()
      })
      assert.strictEqual(status, 413)
    })
  )

  it.live("survives a sender that hangs up in the middle", () =>
    Effect.gen(function* () {
      let handled = 0
      const { port } = yield* serve(() => Effect.sync(() => handled++))
      const signed = yield* Webhook.sign({ secret, id: "msg_1", body })
      yield* Effect.callback<void>((resume) => {
        const request = httpRequest({
          port,
          host: "127.0.0.1",
          method: "POST",
          path: "/webhooks/codat",
          headers: { ...signed, "content-length": String(body.length) }
        })
        request.on("error", () => {})
        request.once("close", () => resume(Effect.void))
        request.write(body.slice(0, 10), () => request.destroy())
      })
      assert.strictEqual((yield* deliver(port, body)).status, 200)
      assert.strictEqual(handled, 1)
    })
  )

  it.live("runs as a web handler, with the bound on a streamed body too", () =>
    Effect.gen(function* () {
      const handle = HttpEffect.toWebHandler(
        Webhook.handler(() => Effect.void, { secret, maxBodySize: 1024 })
      )
      const headers = { ...(yield* Webhook.sign({ secret, id: "msg_1", body })) }
      const url = "http://localhost/webhooks/codat"
      const good = yield* Effect.promise(() => handle(new Request(url, { method: "POST", headers, body })))
      assert.strictEqual(good.status, 200)
      let pulled = 0
      const endless = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          pulled++
          controller.enqueue(new Uint8Array(256))
        }
      })
      // Node wants `duplex` for a body that is a stream, and its types do not know it.
      const init: RequestInit & { readonly duplex: "half" } = {
        method: "POST",
        headers,
        body: endless,
        duplex: "half"
      }
      const large = yield* Effect.promise(() => handle(new Request(url, init)))
      assert.strictEqual(large.status, 413)
      assert.isBelow(pulled, 10)
    })
  )
})

describe("receive", () => {
  const request = (content: BodyInit | null, headers: Record<string, string>) =>
    HttpServerRequest.fromWeb(new Request("http://localhost/", { method: "POST", body: content, headers }))

  it.effect("reads, verifies and decodes the current request, for one's own answer", () =>
    Effect.gen(function* () {
      const headers = { ...(yield* Webhook.sign({ secret, id: "msg_1", body })) }
      const event = yield* Webhook.receive({ secret }).pipe(
        Effect.provideService(HttpServerRequest.HttpServerRequest, request(body, headers))
      )
      assert.strictEqual(event.id, "msg_1")
    })
  )

  it.effect("says when the body was too large, or broke off", () =>
    Effect.gen(function* () {
      const large = yield* Webhook.receive({ secret, maxBodySize: 10 }).pipe(
        Effect.provideService(HttpServerRequest.HttpServerRequest, request(body, {})),
        Effect.flip
      )
      assert(large.reason._tag === "BodyTooLarge")
      assert.strictEqual(large.reason.maxBodySize, 10)
      assert.include(large.message, "10 bytes")
      const consumed = new Request("http://localhost/", { method: "POST", body })
      yield* Effect.promise(() => consumed.text())
      const unreadable = yield* Webhook.receive({ secret }).pipe(
        Effect.provideService(HttpServerRequest.HttpServerRequest, HttpServerRequest.fromWeb(consumed)),
        Effect.flip
      )
      assert.strictEqual(unreadable.reason._tag, "UnreadableBody")
    })
  )

  it.effect("holds the bound against a middleware that has read the body", () =>
    Effect.gen(function* () {
      const before = request(body, {})
      yield* before.arrayBuffer
      const error = yield* Webhook.receive({ secret, maxBodySize: 10 }).pipe(
        Effect.provideService(HttpServerRequest.HttpServerRequest, before),
        Effect.flip
      )
      assert.strictEqual(error.reason._tag, "BodyTooLarge")
    })
  )
})
