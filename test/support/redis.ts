/**
 * A real Redis for as long as a scope lasts, on a free port, with nothing in it.
 */

import { type ChildProcess, spawn } from "node:child_process"
import { createServer } from "node:net"
import * as Effect from "effect/Effect"
import type { TestContext } from "vitest"

const freePort = Effect.callback<number>((resume) => {
  const server = createServer()
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() =>
      resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
    )
  })
})

const missing =
  "there is no redis-server on the PATH, which this test needs; on Debian: apt-get install redis-server"

const start = (port: number) =>
  Effect.callback<ChildProcess, Error>((resume) => {
    const child = spawn("redis-server", [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--appendonly",
      "no"
    ])
    child.on("error", () => resume(Effect.fail(new Error(missing))))
    child.stdout.on("data", (line: Buffer) => {
      if (line.includes("Ready to accept connections")) resume(Effect.succeed(child))
    })
  })

/** Where there is no Redis the test says so and is passed over, but not in CI, which has to bring one. */
export const redis = (context: TestContext) =>
  Effect.gen(function* () {
    const port = yield* freePort
    const server = yield* Effect.acquireRelease(
      Effect.tapError(start(port), ({ message }) =>
        Effect.sync(() => process.env["CI"] === undefined && context.skip(message))
      ),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    const stop = Effect.callback<void>((resume) => {
      server.once("exit", () => resume(Effect.void))
      server.kill("SIGKILL")
    })
    return { url: `redis://127.0.0.1:${port}`, stop }
  })
