import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SandboxServer } from "effect-codat"
import * as Scenarios from "../scripts/soak/scenarios.ts"
import { type Transport, transports } from "./support/Transports.ts"

/** A tenth of the requests of `npm run soak`, and with them of its faults, with pages of twenty rows. */
const size = { pages: 100, pageSize: 20, creates: 200 }

const sandboxOver = (transport: Transport, connections: number) =>
  SandboxServer.layerClient.pipe(
    Layer.merge(transport),
    Layer.provideMerge(SandboxServer.layer({ connections, recordedRequests: 100_000 })),
    Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
  )

for (const [carrier, transport] of Object.entries(transports)) {
  describe(`one request in five failing, over ${carrier}`, () => {
    for (const workers of [1, 4]) {
      it.live(`list by ${workers}: every id exactly once, in order`, () =>
        Effect.gen(function* () {
          const figures = yield* Scenarios.list({ ...size, workers })
          assert.deepStrictEqual(
            { ...figures, requests: 0, faults: 0 },
            { expected: 2000, received: 2000, lost: 0, doubled: 0, inOrder: true, requests: 0, faults: 0 }
          )
          assert.isAtLeast(figures.faults, size.pages / 5)
        }).pipe(Effect.provide(sandboxOver(transport, size.pages * size.pageSize)))
      )

      it.live(`create by ${workers}: exactly as many connections as were asked for`, () =>
        Effect.gen(function* () {
          const figures = yield* Scenarios.create({ ...size, workers })
          assert.strictEqual(figures.made, size.creates)
          assert.strictEqual(figures.succeeded, size.creates)
          assert.isAtLeast(figures.faults, size.creates / 5)
        }).pipe(Effect.provide(sandboxOver(transport, 0)))
      )
    }
  })
}
