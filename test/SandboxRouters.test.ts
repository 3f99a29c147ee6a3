/**
 * A sandbox inside an application that has a router of its own.
 */
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServer, HttpServerResponse } from "effect/http"
import { Connections, Sandbox } from "effect-codat"

it.live("routes of the application and of the sandbox below it are apart", () =>
  Effect.gen(function* () {
    const count = Effect.orDie(Connections.count({ companyId: Sandbox.companyId }))
    const App = HttpRouter.add(
      "GET",
      "/companies",
      Effect.map(count, (total) => HttpServerResponse.text(String(total)))
    ).pipe(
      HttpRouter.provideRequest(Sandbox.layer({ connections: 7 })),
      Layer.provideMerge(HttpServer.layerServices)
    )
    const { dispose, handler } = HttpRouter.toWebHandler(App)
    yield* Effect.addFinalizer(() => Effect.promise(dispose))
    const answer = yield* Effect.promise(() => handler(new Request("http://localhost/companies")))
    assert.strictEqual(yield* Effect.promise(() => answer.text()), "7")
  }).pipe(Effect.scoped)
)
