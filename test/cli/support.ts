/** Runs the command as its users do: the one file that it is, in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { format } from "node:util"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import { Sandbox, SandboxServer } from "effect-codat"
import { afterAll, beforeAll, vi } from "vitest"
import { Host } from "../../cli/Host.ts"
import * as Run from "../../cli/Run.ts"
import { root } from "../../cli/root.ts"
import packageJson from "../../package.json" with { type: "json" }
import { bundle } from "../../scripts/bundle.ts"
import { keepingAnswers } from "../support/programs.ts"
import { once } from "../support/shared.ts"

/** A folder for the tests of one file at a time, with the command in it. */
export const folder = mkdtempSync(join(tmpdir(), "effect-codat-"))

export const command = join(folder, "effect-codat.mjs")

const bundled = "effect-codat.mjs"

export const setup = (): void => {
  // A process takes its time to start where many do.
  vi.setConfig({ testTimeout: 120_000 })
  // A copy, because nothing else is to lie beside it.
  beforeAll(async () => {
    const made = await once("command", (folder) => bundle(join(folder, bundled), [keepingAnswers()]))
    // Test files of a worker share this module, and each of them removes the folder.
    mkdirSync(folder, { recursive: true })
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

export interface CallOptions extends Pick<Options, "env" | "terminal"> {
  /** As when standard error goes to a terminal of 40 columns. */
  readonly isWatched?: boolean | undefined
}

/**
 * Runs the command in this process, which takes a tenth of the time: for what it reads, asks and shows. What is about
 * processes (exit codes, signals, streams, files of its folder) is tested by `run`.
 */
export const call = (
  args: ReadonlyArray<string>,
  { env = {}, isWatched = false, terminal = false }: CallOptions = {}
): Effect.Effect<Ended> => {
  let stdout = ""
  let stderr = ""
  const toStdout = (text: string) => {
    stdout += text
  }
  const toStderr = (text: string) => {
    stderr += text
  }
  const stream = (add: (text: string) => void) => ({
    ...(terminal ? { isTTY: true, columns: 80 } : undefined),
    write: (text: string, callback?: (error?: Error | null) => void) => {
      add(text)
      callback?.()
    }
  })
  const variables = { HOME: folder, NO_COLOR: "1", ...env }
  const host: Host = {
    env: variables,
    stdin: {},
    stdout: stream(toStdout),
    stderr: { ...(isWatched ? { isTTY: true, columns: 40 } : undefined), write: stream(toStderr).write }
  }
  const program = Run.program(root, { args, version: packageJson.version }).pipe(
    Effect.provideService(Host, host),
    Effect.provideService(Console.Console, {
      ...console,
      log: (...said) => toStdout(`${format(...said)}\n`),
      error: (...said) => toStderr(`${format(...said)}\n`)
    }),
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env: variables }))
  )
  // A run of its own, which shares no layer with the test, as a process does not.
  return Effect.promise(async () => {
    const exit = await Effect.runPromiseExit(program)
    return { code: Run.codeOf(exit), stdout, stderr }
  })
}

/** The sandbox, for a program in another process. */
export const served = (options?: Sandbox.Options) =>
  Layer.mergeAll(SandboxServer.layer(options), SandboxServer.layerClient, FetchHttpClient.layer).pipe(
    Layer.provideMerge(NodeHttpServer.layerServer(createServer, { host: "127.0.0.1", port: 0 }))
  )

export const environment = Effect.map(SandboxServer.baseUrl, (baseUrl) => ({
  CODAT_BASE_URL: baseUrl,
  CODAT_API_KEY: Sandbox.apiKey
}))

/** Runs it in this process, against the sandbox. */
export const callSandbox = (args: ReadonlyArray<string>, options: CallOptions = {}) =>
  Effect.flatMap(environment, (env) => call(args, { ...options, env: { ...env, ...options.env } }))

/** Runs it in a process of its own, against the sandbox. */
export const ask = (args: ReadonlyArray<string>, options: Options = {}) =>
  Effect.flatMap(environment, (env) => run(args, { ...options, env: { ...env, ...options.env } }))

export const rowsOf = (stdout: string): ReadonlyArray<Record<string, unknown>> =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
