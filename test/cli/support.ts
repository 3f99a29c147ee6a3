/** Runs the command as its users do: the one file that it is, in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process"
import { copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import { Sandbox, SandboxServer } from "effect-codat"
import { afterAll, beforeAll, vi } from "vitest"
import { bundle } from "../../scripts/bundle.ts"
import { once } from "../support/shared.ts"

/** A folder for the tests of one file, with the command in it. */
export const folder = mkdtempSync(join(tmpdir(), "effect-codat-"))

export const command = join(folder, "effect-codat.mjs")

const bundled = "effect-codat.mjs"

export const setup = (): void => {
  // A process takes its time to start where many do.
  vi.setConfig({ testTimeout: 120_000 })
  // A copy, because nothing else is to lie beside it.
  beforeAll(async () => {
    const made = await once("command", (folder) => bundle(join(folder, bundled)))
    copyFileSync(join(made, bundled), command)
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Options {
  readonly env?: Readonly<Record<string, string>> | undefined
  /** What is piped in; nothing, unless given. */
  readonly input?: string | undefined
  /** Looks at what has been written so far. */
  readonly onOutput?: ((stdout: string, child: ChildProcess) => void) | undefined
  readonly onStart?: ((child: ChildProcess) => void) | undefined
  /** As at a terminal of 80 columns. */
  readonly terminal?: boolean | undefined
}

// The process writes to a pipe all the same, and believes that it is a terminal.
const asTerminal =
  "data:text/javascript,Object.assign(process.stdout,{isTTY:true,columns:80,getColorDepth:()=>1,hasColors:()=>false})"

export const run = (args: ReadonlyArray<string>, options: Options = {}): Effect.Effect<Ended> =>
  Effect.callback((resume) => {
    const node = options.terminal === true ? ["--import", asTerminal] : []
    const child = spawn(process.execPath, [...node, command, ...args], {
      cwd: folder,
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: folder,
        NO_COLOR: "1",
        ...options.env
      }
    })
    let stdout = ""
    let stderr = ""
    child.stdout.on("data", (chunk) => {
      stdout += chunk
      options.onOutput?.(stdout, child)
    })
    child.stderr.on("data", (chunk) => {
      stderr += chunk
    })
    child.stdin.on("error", () => {})
    child.stdin.end(options.input ?? "")
    child.on("close", (code) => resume(Effect.succeed({ code, stdout, stderr })))
    options.onStart?.(child)
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/** The sandbox, for a program in another process. */
export const served = (options?: Sandbox.Options) =>
  Layer.mergeAll(SandboxServer.layer(options), SandboxServer.layerClient, FetchHttpClient.layer).pipe(
    Layer.provideMerge(NodeHttpServer.layerServer(createServer, { host: "127.0.0.1", port: 0 }))
  )

export const environment = Effect.map(SandboxServer.baseUrl, (baseUrl) => ({
  CODAT_BASE_URL: baseUrl,
  CODAT_API_KEY: Sandbox.apiKey
}))

/** Runs it against the sandbox. */
export const ask = (args: ReadonlyArray<string>, options: Options = {}) =>
  Effect.flatMap(environment, (env) => run(args, { ...options, env: { ...env, ...options.env } }))

export const rowsOf = (stdout: string): ReadonlyArray<Record<string, unknown>> =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
