import { createServer, request as nodeRequest } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Auth from "effect-codat/Auth"
import * as CodatConfig from "effect-codat/CodatConfig"
import * as Sandbox from "effect-codat/Sandbox"
import * as SandboxServer from "effect-codat/SandboxServer"
import * as Socket from "../src/internal/sandbox/Socket.ts"
import { basic, connections, node } from "./SandboxMounts.ts"

const server = (options?: Sandbox.Options) =>
  SandboxServer.layer(options).pipe(Layer.provideMerge(node()), Layer.merge(FetchHttpClient.layer))

/** What a bare Node client sees: the bytes of the body, and how the connection ended. */
const raw = (url: string) =>
  Effect.callback<{ readonly bytes: number; readonly declared: number; readonly ended: string }>((resume) => {
    let bytes = 0
    let declared = 0
    const done = (ended: string) => resume(Effect.succeed({ bytes, declared, ended }))
    const request = nodeRequest(url, { headers: { authorization: basic } }, (response) => {
      declared = Number(response.headers["content-length"])
      response.on("data", (chunk: Uint8Array) => {
        bytes += chunk.length
      })
      response.on("end", () => done("end"))
      response.on("error", (error: Error & { code?: string }) => done(String(error.code)))
    })
    request.on("error", (error: Error & { code?: string }) => done(String(error.code)))
    request.end()
    return Effect.sync(() => {
      request.destroy()
    })
  })

/** Waits until so many requests have reached the sandbox. */
const arrived = (count: number): Effect.Effect<void, never, Sandbox.Sandbox> =>
  Effect.gen(function* () {
    while ((yield* Sandbox.requests).length < count) {
      // Real time, whatever the clock of the test is.
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 2)))
    }
  })

describe("SandboxServer", () => {
  it.live("says where it is, and points the SDK there", () =>
    Effect.gen(function* () {
      const baseUrl = yield* SandboxServer.baseUrl
      assert.match(baseUrl, /^http:\/\/127\.0\.0\.1:\d+$/)
      yield* Effect.gen(function* () {
        assert.strictEqual((yield* CodatConfig.CodatConfig).baseUrl, baseUrl)
        const authorization = Redacted.value(yield* (yield* Auth.Auth).authorization)
        const response = yield* HttpClient.execute(
          HttpClientRequest.get(`${baseUrl}${connections}`).pipe(
            HttpClientRequest.setHeader("authorization", authorization)
          )
        )
        assert.strictEqual(response.status, 200)
      }).pipe(Effect.provide(SandboxServer.layerClient))
    }).pipe(Effect.provide(server()))
  )

  it.live("names the loopback address when it listens on all of them", () =>
    Effect.gen(function* () {
      assert.match(yield* SandboxServer.baseUrl, /^http:\/\/127\.0\.0\.1:\d+$/)
    }).pipe(Effect.provide(NodeHttpServer.layer(createServer, { port: 0, disablePreemptiveShutdown: true })))
  )

  it.live("lets the connection die on the wire", () =>
    Effect.gen(function* () {
      const url = `${yield* SandboxServer.baseUrl}${connections}?pageSize=5000`
      const whole = yield* raw(url)
      assert.strictEqual(whole.ended, "end")
      assert.strictEqual(whole.bytes, whole.declared)

      yield* Sandbox.fail({ kind: "reset" })
      const reset = yield* raw(url)
      assert.strictEqual(reset.ended, "ECONNRESET")
      assert.strictEqual(reset.bytes, 0)

      yield* Sandbox.fail({ kind: "truncated" })
      const truncated = yield* raw(url)
      assert.strictEqual(truncated.declared, whole.declared)
      assert.strictEqual(truncated.bytes, Math.floor(whole.bytes / 2))
      assert.strictEqual(truncated.ended, "ECONNRESET")

      assert.strictEqual((yield* raw(url)).ended, "end")
    }).pipe(Effect.provide(server({ connections: 2000 })))
  )

  it.live("delays, stalls, and remembers what had no answer", () =>
    Effect.gen(function* () {
      const url = `${yield* SandboxServer.baseUrl}${connections}`
      yield* Sandbox.fail({ kind: "latency", duration: "20 millis" })
      assert.strictEqual((yield* raw(url)).ended, "end")
      yield* Sandbox.fail({ kind: "stall" })
      const stalled = yield* Effect.forkChild(raw(url))
      yield* arrived(2)
      assert.isUndefined(stalled.pollUnsafe())
      yield* Fiber.interrupt(stalled)
      const [delayed, unanswered] = yield* Sandbox.requests
      assert.deepStrictEqual(delayed?.faults, ["latency"])
      assert.strictEqual(delayed?.status, 200)
      assert.deepStrictEqual(unanswered?.faults, ["stall"])
      assert.isUndefined(unanswered?.status)
    }).pipe(Effect.provide(server()))
  )

  it.effect("carries out a slow write whose caller has gone, by the clock it was built with", () =>
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const post = HttpClientRequest.post(`${yield* SandboxServer.baseUrl}${connections}`).pipe(
        HttpClientRequest.setHeaders({
          authorization: basic,
          "idempotency-key": "8a210b68-6988-41ed-a1eb-0242ac120002"
        }),
        HttpClientRequest.bodyText('{"platformKey":"gbol"}', "application/json")
      )
      yield* Sandbox.fail({ kind: "latency", at: "origin", duration: "5 minutes" })
      const fiber = yield* Effect.forkChild(client.execute(post))
      yield* arrived(1)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual((yield* client.execute(post)).status, 409)
      assert.strictEqual((yield* Sandbox.connections()).length, 250)
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual((yield* client.execute(post)).status, 200)
      assert.strictEqual((yield* Sandbox.connections()).length, 251)
    }).pipe(Effect.provide(server()))
  )
})

describe("where sockets are out of reach", () => {
  const request = HttpServerRequest.fromWeb(new Request("http://localhost/"))

  it.effect("a connection that is to die gives an answer that breaks off", () =>
    Effect.gen(function* () {
      const response = HttpServerResponse.toClientResponse(yield* Socket.hangUp(request))
      assert.strictEqual((yield* Effect.exit(response.text))._tag, "Failure")
    })
  )

  it.effect("an answer cut short breaks off after what it has", () =>
    Effect.gen(function* () {
      const cut = HttpServerResponse.stream(
        Stream.concat(Stream.make(new Uint8Array([1, 2])), Stream.fail("cut")),
        {
          contentLength: 4
        }
      )
      const response = HttpServerResponse.toClientResponse(Socket.breakOff(request, cut))
      let bytes = 0
      const exit = yield* Effect.exit(
        Stream.runForEach(response.stream, (chunk) =>
          Effect.sync(() => {
            bytes += chunk.length
          })
        )
      )
      assert.strictEqual(bytes, 2)
      assert.strictEqual(exit._tag, "Failure")
      assert.strictEqual(response.headers["content-length"], "4")
    })
  )

  it("leaves any other answer alone", () => {
    const whole = HttpServerResponse.text("x")
    assert.strictEqual(Socket.breakOff(request, whole), whole)
  })
})
