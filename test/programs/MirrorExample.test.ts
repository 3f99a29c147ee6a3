import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, it, vi } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Sandbox, SandboxServer } from "effect-codat"
import { served } from "../mirror/served.ts"
import { freePort } from "../support/postgres.ts"
import { compile } from "../support/programs.ts"
import { once } from "../support/shared.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

// A process takes its time to start where many do.
vi.setConfig({ testTimeout: 120_000 })

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

const sandbox = served({ connections: 3 })

it.live("examples/mirror.ts prints what it reads, and what a webhook tells of", () =>
  Effect.gen(function* () {
    const baseUrl = yield* SandboxServer.baseUrl
    const port = yield* Effect.promise(freePort)
    const built = yield* Effect.promise(() =>
      once("mirror", (folder) => compile({ mirror: join(root, "examples/mirror.ts") }, folder))
    )
    const directory = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-codat-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true }))
    )
    let output = ""
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        const child = spawn(process.execPath, [join(built, "mirror.mjs")], {
          cwd: root,
          env: {
            ...process.env,
            CODAT_BASE_URL: baseUrl,
            CODAT_API_KEY: Sandbox.apiKey,
            CODAT_AUTH_HEADER: "",
            CODAT_ACCESS_TOKEN: "",
            CODAT_WEBHOOK_SECRET: secret,
            MIRROR_FILE: join(directory, "codat.db"),
            PORT: String(port)
          }
        })
        const read = (chunk: Buffer) => {
          output += chunk
        }
        child.stdout.on("data", read)
        child.stderr.on("data", read)
        return child
      }),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    const shown = (text: string) =>
      Effect.gen(function* () {
        for (let turn = 0; turn < 1000; turn++) {
          if (output.includes(text)) return
          yield* Effect.sleep("50 millis")
        }
        assert.fail(`it does not print ${text}, but:\n${output}`)
      })
    yield* shown("company.added Sandbox Company Ltd")
    yield* shown("the mirror has read all companies")
    yield* Sandbox.subscribe({
      url: `http://127.0.0.1:${port}/webhooks/codat`,
      secret: Redacted.make(secret)
    })
    const connections = yield* Sandbox.connections()
    const linked = connections.find(({ status }) => status === "Linked")
    yield* Sandbox.deauthorize({ companyId: Sandbox.companyId, connectionId: linked?.id ?? "" })
    yield* shown(
      `connection.changed ${linked?.platformName} of Sandbox Company Ltd, status and dataConnectionErrors: Deauthorized`
    )
  }).pipe(Effect.scoped, Effect.provide(sandbox))
)
