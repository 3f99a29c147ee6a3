/**
 * What a change to many shows of those that it changed before it met a failure that all of them would meet.
 */
import { createServer } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { call, rowsOf, run, setup } from "./support.ts"

setup()

const ids = ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"]

/** Deletes all of them against a server that refuses one, and answers another after the refusal. */
const deleted = (concurrency: number, terminal: boolean) =>
  Effect.acquireUseRelease(
    Effect.callback<{
      readonly port: number
      readonly asked: ReadonlyArray<string>
      readonly close: () => void
    }>((resume) => {
      const asked: Array<string> = []
      const server = createServer(({ url = "" }, response) => {
        const id = url.split("/").at(-1) ?? ""
        asked.push(id)
        const answer = () => {
          response.writeHead(id === "c3" ? 403 : 200, { "content-type": "application/json" })
          response.end(id === "c3" ? '{"statusCode":403,"error":"no"}' : "true")
        }
        setTimeout(answer, id === "c2" ? 150 : 0)
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(Effect.succeed({ port, asked, close: () => server.close() }))
      })
    }),
    ({ asked, port }) =>
      Effect.map(
        call(
          ["connections", "delete", ...ids, "--company", "co", "--yes", "--concurrency", String(concurrency)],
          { terminal, env: { CODAT_API_KEY: "key", CODAT_BASE_URL: `http://127.0.0.1:${port}` } }
        ),
        (ended) => ({ ...ended, asked })
      ),
    ({ close }) => Effect.sync(close)
  )

describe("a change to many", () => {
  it.live("shows what was changed before a failure that ends it, in a table as in a pipe", () =>
    Effect.gen(function* () {
      for (const terminal of [false, true]) {
        const { asked, code, stderr, stdout } = yield* deleted(1, terminal)
        assert.strictEqual(code, 1)
        assert.deepStrictEqual(asked, ["c1", "c2", "c3"])
        if (terminal) assert.strictEqual(stdout, "id  result\nc1  deleted\nc2  deleted\n")
        else assert.lengthOf(rowsOf(stdout), 2)
        assert.match(stderr, /2 of 8 connections were done before the failure\.\nerror: .*Forbidden 403/)
      }
    })
  )

  it.live("waits for the changes on their way, and shows them too", () =>
    Effect.gen(function* () {
      const { asked, code, stderr, stdout } = yield* deleted(3, false)
      assert.strictEqual(code, 1)
      assert.notInclude(asked, "c8")
      // The server has deleted each of them but the one that it refused.
      assert.deepStrictEqual(
        rowsOf(stdout)
          .map(({ id }) => id)
          .sort(),
        asked.filter((id) => id !== "c3").sort()
      )
      assert.match(stderr, new RegExp(`${asked.length - 1} of 8 connections were done before the failure`))
    })
  )

  it.live("shows what was changed before Ctrl-C", () =>
    Effect.gen(function* () {
      let interrupt = () => {}
      const server = createServer(({ url = "" }, response) => {
        // The table has not been written yet: its first rows are still waited for.
        if (url.endsWith("/c3")) return interrupt()
        response.writeHead(200, { "content-type": "application/json" })
        response.end("true")
      })
      yield* Effect.callback<void>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.void))
      })
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const { code, stderr, stdout } = yield* run(
        ["connections", "delete", ...ids, "--company", "co", "--yes", "--concurrency", "1"],
        {
          terminal: true,
          env: { CODAT_API_KEY: "key", CODAT_BASE_URL: `http://127.0.0.1:${port}` },
          onStart: (child) => {
            interrupt = () => child.kill("SIGINT")
          }
        }
      )
      server.closeAllConnections()
      server.close()
      assert.strictEqual(code, 130)
      assert.strictEqual(stdout, "id  result\nc1  deleted\nc2  deleted\n")
      assert.include(stderr, "stopped: 2 of 8 connections are known to be done")
    })
  )

  it.live("is no success when the reader of its output has exited, as `head -1` does", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const server = createServer(({ url = "" }, response) => {
        asked.push(url)
        response.writeHead(200, { "content-type": "application/json" })
        setTimeout(() => response.end("true"), 50)
      })
      yield* Effect.callback<void>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.void))
      })
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const { code, stderr } = yield* run(["connections", "delete", ...ids, "--company", "co", "--yes"], {
        env: { CODAT_API_KEY: "key", CODAT_BASE_URL: `http://127.0.0.1:${port}` },
        onOutput: (_, child) => child.stdout?.destroy()
      })
      server.closeAllConnections()
      server.close()
      assert.isBelow(asked.length, ids.length)
      assert.strictEqual(code, 1)
      assert.match(stderr, /: \d of 8 connections are known to be done\n {2}hint: Run it again/)
    })
  )
})
