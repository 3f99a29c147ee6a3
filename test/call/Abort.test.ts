import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Redacted, Stream } from "effect"
import { Auth, CodatConfig, Connections, RetryPolicy } from "effect-codat"
import { companyId, connectionId, errorOf, reasonIs } from "../support/Fake.ts"
import { serve } from "../support/Http.ts"
import { type Transport, transports } from "../support/Transports.ts"

const calls = {
  get: Connections.get({ companyId, connectionId }),
  create: Connections.create({ companyId, platformKey: "gbol" }),
  list: Stream.runDrain(Connections.list({ companyId })),
  "list with pages ahead": Stream.runDrain(Connections.list({ companyId, concurrency: 4 }))
}

/** A server that stops answering at some point, and when it was asked and left alone. */
const hanging = Effect.fnUntraced(function* (
  where: "before the headers" | "within the body",
  transport: Transport
) {
  const asked = yield* Deferred.make<void>()
  const closed = yield* Deferred.make<void>()
  const server = yield* serve((_, response) => {
    response.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
    if (where === "within the body") {
      response.writeHead(200, { "content-type": "application/json", "content-length": 1000 })
      response.write('{"results":[')
    }
    Deferred.doneUnsafe(asked, Effect.void)
  })
  const services = (attemptTimeout: number) =>
    Layer.mergeAll(
      transport,
      Auth.layerApiKey({ apiKey: Redacted.make("some-api-key") }),
      CodatConfig.layer({ baseUrl: server.origin, attemptTimeout }),
      RetryPolicy.layer(RetryPolicy.none)
    )
  return { asked, closed, services }
})

for (const [carrier, transport] of Object.entries(transports)) {
  describe(`over ${carrier} the connection is let go`, () => {
    for (const where of ["before the headers", "within the body"] as const) {
      for (const [name, call] of Object.entries(calls)) {
        it.live(`when ${name} is interrupted ${where}`, () =>
          Effect.gen(function* () {
            const { asked, closed, services } = yield* hanging(where, transport)
            const fiber = yield* call.pipe(Effect.asVoid, Effect.provide(services(60_000)), Effect.forkChild)
            yield* Deferred.await(asked)
            yield* Effect.sleep(20)
            yield* Fiber.interrupt(fiber)
            // Without an abort this never comes, and the test ends at its own limit.
            yield* Deferred.await(closed)
          })
        )

        it.live(`when ${name} runs out of time ${where}`, () =>
          Effect.gen(function* () {
            const { closed, services } = yield* hanging(where, transport)
            const error = yield* call.pipe(Effect.asVoid, Effect.provide(services(100)), errorOf)
            assert.strictEqual(reasonIs(error, "Timeout").bound, "attempt")
            yield* Deferred.await(closed)
          })
        )
      }
    }
  })
}
