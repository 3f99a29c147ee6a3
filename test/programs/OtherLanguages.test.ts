import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Sandbox from "effect-codat/Sandbox"
import * as SandboxServer from "effect-codat/SandboxServer"
import type { TestContext } from "vitest"
import { node } from "../SandboxMounts.ts"

const folder = fileURLToPath(new URL("../../examples/other-languages/", import.meta.url))

interface Ended {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

const run = (command: string, ...args: ReadonlyArray<string>) =>
  Effect.callback<Ended>((resume) => {
    execFile(command, args, { cwd: folder }, (error, stdout, stderr) =>
      resume(Effect.succeed({ code: error === null ? 0 : (error.code ?? 1), stdout, stderr }))
    )
  })

/** Where there is no such command the test says so and is passed over, but not in CI, which has to bring one. */
const need = (context: TestContext, command: string) =>
  Effect.map(run(command, "--version"), ({ code }) => {
    if (code !== "ENOENT") return
    const message = `there is no ${command}, which this test needs; on Debian: apt-get install ${command}`
    if (process.env["CI"] === undefined) context.skip(message)
    throw new Error(message)
  })

const server = Layer.provideMerge(SandboxServer.layer({ connections: 3 }), node())

// Other programs take their time to start on a machine that does other things too.
describe("examples/other-languages", { timeout: 60_000 }, () => {
  it.live("a Python program orders a fault, links on the Link page and reads the requests", (context) =>
    Effect.gen(function* () {
      yield* need(context, "python3")
      const { code, stderr, stdout } = yield* run("python3", "sandbox.py", yield* SandboxServer.baseUrl)
      assert.strictEqual(code, 0, stderr)
      assert.deepStrictEqual(stdout.trim().split("\n"), [
        "Xero is Linked",
        "POST Companies.create 503",
        "POST Companies.create 200",
        "POST Connections.create 200",
        "GET Connections.get 200"
      ])
    }).pipe(Effect.provide(server))
  )

  it.live("the Python program of docs/sandbox.md runs", (context) =>
    Effect.gen(function* () {
      yield* need(context, "python3")
      const guide = readFileSync(new URL("../../docs/sandbox.md", import.meta.url), "utf8")
      const program = /^```python\n([\s\S]*?)^```/m.exec(guide)?.[1] ?? ""
      // In place of the program under test.
      const creation = `urllib.request.urlopen(urllib.request.Request(
          "http://127.0.0.1:4010/companies", method="POST", data=b'{"name":"Harbour"}',
          headers={"Content-Type": "application/json", "Authorization": "Bearer ${Sandbox.accessToken}"}))`
      const [before, after] = program.split("# … run the program under test", 2)
      assert.isDefined(after)
      const text = `${before}
try: ${creation}
except urllib.error.HTTPError: pass
# ${after}`
      const { code, stderr, stdout } = yield* run(
        "python3",
        "-c",
        text.replaceAll("http://127.0.0.1:4010", yield* SandboxServer.baseUrl)
      )
      assert.strictEqual(code, 0, stderr)
      assert.strictEqual(stdout, "POST Companies.create 503\n")
    }).pipe(Effect.provide(server))
  )

  it.live("a shell script does so with curl", (context) =>
    Effect.gen(function* () {
      yield* need(context, "curl")
      const { code, stderr, stdout } = yield* run("sh", "sandbox.sh", yield* SandboxServer.baseUrl)
      assert.strictEqual(code, 0, stderr)
      assert.deepStrictEqual(stdout.trim().split("\n"), [
        "Xero is Linked",
        "POST Companies.create",
        "POST Companies.create",
        "POST Connections.create",
        "GET Connections.get",
        "status 503",
        "status 200",
        "status 200",
        "status 200"
      ])
    }).pipe(Effect.provide(server))
  )
})
