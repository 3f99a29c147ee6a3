/**
 * Packs the library, runs one program with it on every supported runtime, and prints the results.
 *
 *     npm run runtimes -- [--markdown] [--strict] [--only Node] [--tarball FILE]
 *
 * The runtimes come from npm, and Chromium from the machine. A runtime that is not available is skipped, with the
 * reason; when `CI` is set, and with `--strict`, that is a failure.
 */
import { copyFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SandboxServer } from "effect-codat"
import { bundle, Missing, type Result, type Runtime, runtimes } from "./runtimes/hosts.ts"
import { consumer, root } from "./runtimes/install.ts"
import { check, faults, madeOnce } from "./runtimes/program.ts"

const has = (flag: string): boolean => process.argv.includes(flag)
const strict = has("--strict") || (process.env["CI"] ?? "") !== ""
const only = has("--only") ? process.argv[process.argv.indexOf("--only") + 1] : undefined

const server = () =>
  SandboxServer.layer({ connections: 250 }).pipe(
    Layer.provideMerge(
      NodeHttpServer.layerServer(createServer, {
        host: "127.0.0.1",
        port: 0,
        gracefulShutdownTimeout: "1 second"
      })
    )
  )

/** One runtime, against a sandbox of its own. */
const run = (runtime: Runtime, folder: string): Promise<Result> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const baseUrl = yield* SandboxServer.baseUrl
      yield* faults
      const result = yield* Effect.tryPromise({
        try: () => runtime.run(folder, baseUrl),
        catch: (error) => error
      })
      const made = yield* check("one connection made, over HTTP", madeOnce)
      return { ...result, checks: [...result.checks, made] }
    }).pipe(Effect.scoped, Effect.provide(server()))
  )

const folder = await consumer()
for (const name of ["program.ts", "mirror.ts"]) {
  copyFileSync(join(root, "scripts/runtimes", name), join(folder, name))
}
await bundle(folder, "program.js", false)
await bundle(folder, "mirror.js", false)
await bundle(folder, "program.bundle.js", true)

const rows: Array<ReadonlyArray<string>> = []
for (const runtime of runtimes) {
  if (only !== undefined && runtime.name !== only) continue
  try {
    const { checks, importMs, megabytes, version } = await run(runtime, folder)
    const problems = checks.filter(({ problem }) => problem !== undefined)
    for (const { name, problem } of problems) {
      console.error(`${runtime.name} ${version}: ${name}: ${problem}`)
      process.exitCode = 1
    }
    const works = problems.length === 0 ? "yes" : `${checks.length - problems.length} of ${checks.length}`
    const memory = `${megabytes.toFixed(0)}${runtime.name === "Chromium" ? " (heap)" : ""}`
    rows.push([`${runtime.name} ${version}`, works, importMs.toFixed(0), memory])
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (!(error instanceof Missing)) console.error(`${runtime.name}: ${message}`)
    if (strict || !(error instanceof Missing)) process.exitCode = 1
    rows.push([runtime.name, error instanceof Missing ? `skipped: ${message}` : "no", "", ""])
  }
}

const heads = ["Runtime", "Works", "Import, ms", "Memory, MB"]
const widths = heads.map((head, column) =>
  Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0))
)
const line = (cells: ReadonlyArray<string>): string => {
  const padded = cells.map((cell, column) =>
    column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
  )
  return has("--markdown") ? `| ${padded.join(" | ")} |` : padded.join("  ").trimEnd()
}
console.log(line(heads))
if (has("--markdown")) {
  console.log(
    `| ${widths.map((width, column) => (column < 2 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`
  )
}
for (const row of rows) console.log(line(row))
