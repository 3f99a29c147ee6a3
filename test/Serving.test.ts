/** What docs/serving.md says of a list that is sent as NDJSON while its pages arrive, over a real socket. */
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Schema, Stream } from "effect"
import { HttpClient, HttpRouter } from "effect/http"
import { HttpApi, HttpApiBuilder, HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { type Auth, Connections, Sandbox, SandboxServer } from "effect-codat"

const Api = HttpApi.make("shop").add(
  HttpApiGroup.make("connections").add(
    HttpApiEndpoint.get("list", "/connections", {
      success: HttpApiSchema.StreamNdjson({ schema: Schema.Struct({ id: Schema.String }) })
    })
  )
)

const Handlers = HttpApiBuilder.group(
  Api,
  "connections",
  Effect.fn(function* (handlers) {
    const context = yield* Effect.context<HttpClient.HttpClient | Auth.Auth>()
    return handlers.handleAll({
      list: () =>
        Effect.succeed(
          Connections.list({ companyId: Sandbox.companyId }).pipe(
            Stream.map(({ id }) => ({ id })),
            Stream.orDie,
            Stream.provideContext(context)
          )
        )
    })
  })
)

/** The API on a free port, in front of a sandbox of five pages. Completes `aborted` when a request to it is aborted. */
const served = (aborted: Deferred.Deferred<void>) =>
  HttpRouter.serve(HttpApiBuilder.layer(Api).pipe(Layer.provide(Handlers)), {
    disableListenLog: true,
    disableLogger: true
  }).pipe(
    Layer.provide(
      Layer.effect(
        HttpClient.HttpClient,
        Effect.map(
          HttpClient.HttpClient,
          HttpClient.transformResponse(Effect.onInterrupt(() => Deferred.succeed(aborted, undefined)))
        )
      )
    ),
    Layer.provideMerge(Sandbox.layer({ connections: 500 })),
    Layer.provideMerge(
      NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0, gracefulShutdownTimeout: "10 millis" })
    )
  )

const address = Effect.map(SandboxServer.baseUrl, (url) => `${url}/connections`)

it.live("a failure after the status was sent is never a normal end of the body", () =>
  Effect.gen(function* () {
    const program = Effect.gen(function* () {
      const url = yield* address
      const read = Effect.tryPromise(async () => (await fetch(url)).text())
      yield* Sandbox.fail({ operation: "Connections.list", page: 3, status: 400 })
      assert.isTrue((yield* Effect.exit(read))._tag === "Failure")
      assert.strictEqual((yield* read).trimEnd().split("\n").length, 500)
    })
    yield* Effect.provide(program, served(yield* Deferred.make<void>()))
  })
)

it.live("a client that disconnects aborts the request to Codat that is running", () =>
  Effect.gen(function* () {
    const aborted = yield* Deferred.make<void>()
    const program = Effect.gen(function* () {
      const url = yield* address
      yield* Sandbox.fail({ operation: "Connections.list", page: 2, kind: "stall" })
      const client = new AbortController()
      const response = yield* Effect.promise(() => fetch(url, { signal: client.signal }))
      yield* Effect.promise(async () => response.body?.getReader().read())
      while ((yield* Sandbox.requests).length < 2) yield* Effect.sleep("5 millis")
      assert.isFalse(yield* Deferred.isDone(aborted))
      client.abort()
      yield* Deferred.await(aborted)
    })
    yield* Effect.provide(program, served(aborted))
  })
)
