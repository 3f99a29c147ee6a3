import { execFile } from "node:child_process"
import { createServer } from "node:http"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it, vi } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import { Sandbox, SandboxServer } from "effect-codat"
import { compile } from "../support/programs.ts"
import { once } from "../support/shared.ts"

// A process that compiles as it starts takes its time where many do.
vi.setConfig({ testTimeout: 120_000 })

const root = fileURLToPath(new URL("../..", import.meta.url))
const run = promisify(execFile)

const linkedCount = Effect.map(
  Sandbox.connections(),
  (connections) => connections.filter((connection) => connection.status === "Linked").length
)

/** Runs an example in a process that knows where the sandbox is. */
const runScript = (
  program: ReadonlyArray<string>,
  env: Record<string, string>,
  ...args: ReadonlyArray<string>
) =>
  Effect.promise(() =>
    run(process.execPath, [...program, ...args], {
      cwd: root,
      env: { ...process.env, CODAT_AUTH_HEADER: "", CODAT_ACCESS_TOKEN: "", ...env }
    })
  )

/** On Node, as a user would have it. */
const overHttp = Layer.mergeAll(
  SandboxServer.layer({ connections: 60 }),
  SandboxServer.layerClient,
  FetchHttpClient.layer
).pipe(Layer.provideMerge(NodeHttpServer.layerServer(createServer, { host: "127.0.0.1", port: 0 })))

const environment = Effect.map(SandboxServer.baseUrl, (baseUrl) => ({
  CODAT_BASE_URL: baseUrl,
  CODAT_API_KEY: Sandbox.apiKey
}))

describe("examples/stream-all-connections.ts", () => {
  it.live("runs over HTTP, in a process of its own", () =>
    Effect.gen(function* () {
      const { stdout } = yield* runScript(
        ["--import", "tsx", "examples/stream-all-connections.ts"],
        yield* environment,
        Sandbox.companyId
      )
      assert.strictEqual(stdout.trimEnd().split("\n").length, yield* linkedCount)
    }).pipe(Effect.provide(overHttp))
  )
})

describe("examples/inside-an-application.ts", () => {
  it.live("runs over HTTP, in a process of its own", () =>
    Effect.gen(function* () {
      const built = yield* Effect.promise(() =>
        once("application", (folder) =>
          compile({ application: `${root}examples/inside-an-application.ts` }, folder)
        )
      )
      const { stdout } = yield* runScript([`${built}/application.mjs`], yield* environment, Sandbox.companyId)
      assert.strictEqual(stdout.split(" ")[0], String(yield* linkedCount))
    }).pipe(Effect.provide(overHttp))
  )
})

describe("examples/link-a-company.ts", () => {
  it.live("runs in a process of its own, and ends by itself", () =>
    Effect.gen(function* () {
      const example = `${root}examples/link-a-company.ts`
      const { stdout } = yield* Effect.promise(async () => {
        const built = await once("link", (folder) => compile({ link: example }, folder))
        return run(process.execPath, [`${built}/link.mjs`])
      })
      assert.include(stdout, "ready to be read: Basiq")
    })
  )
})
