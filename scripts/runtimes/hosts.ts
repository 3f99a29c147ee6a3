/**
 * How each runtime runs the program.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { rolldown } from "rolldown"
import { fileOf, temporary } from "./install.ts"
import type { Check } from "./program.ts"

/** The result of the program on a runtime. */
export interface Result {
  readonly version: string
  readonly importMs: number
  readonly megabytes: number
  readonly checks: ReadonlyArray<Check>
}

export interface Runtime {
  readonly name: string
  /** Fails with `Missing` when the runtime is not available on this machine. */
  readonly run: (folder: string, baseUrl: string) => Promise<Result>
}

/** The runtime is not available on this machine. */
export class Missing extends Error {}

const { arch, platform } = process

/** A binary from npm; fails with `Missing` when npm has none for this machine. */
const binary = async (name: string | undefined, version: string, path: string): Promise<string> => {
  if (name === undefined) throw new Missing(`npm has none for ${platform} on ${arch}`)
  try {
    return await fileOf(name, version, path)
  } catch (error) {
    throw new Missing(`npm does not give ${name}@${version}: ${String(error).trim().split("\n").at(-1)}`)
  }
}

const seconds = 60

/** Waits at most a minute for the output of a process, and then ends the process. */
const untilDone = <A>(
  child: ChildProcess,
  wanted: (settle: (value: A) => void, fail: (why: string) => void) => void
): Promise<A> => {
  let stderr = ""
  child.stderr?.on("data", (chunk) => {
    stderr += chunk
  })
  return new Promise<A>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${why}\n${stderr}`.trim()))
    const timer = setTimeout(() => fail(`no result after ${seconds} s`), seconds * 1000)
    wanted(resolve, fail)
    child.on("error", (error) => fail(String(error)))
    child.on("close", (code) => {
      clearTimeout(timer)
      fail(`ended with ${code}`)
    })
  }).finally(() => child.kill("SIGKILL"))
}

const megabytesOf = (pid: number | undefined): number => {
  const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
  return (Number(resident) * 1024) / 1e6
}

// -----------------------------------------------------------------------------
// Runtimes that import packages from node_modules
// -----------------------------------------------------------------------------

const script = (memory: string): string => `
import { isBuiltin } from "node:module"
const start = performance.now()
await import("effect-codat")
const importMs = performance.now() - start
const { run } = await import("./program.js")
const checks = [...(await run(${JSON.stringify("BASE_URL")}))]
if (isBuiltin("node:sqlite")) checks.push(await (await import("./mirror.js")).run())
console.log(JSON.stringify({ importMs, megabytes: ${memory} / 1e6, checks }))
`

/** Runs a file, which must print its result and end by itself. */
const runFile = async (
  folder: string,
  baseUrl: string,
  memory: string,
  [command, ...flags]: readonly [string, ...ReadonlyArray<string>]
): Promise<Result> => {
  const file = `main-${memory.replace(/\W/g, "")}.js`
  writeFileSync(join(folder, file), script(memory).replace("BASE_URL", baseUrl))
  const child = spawn(command, [...flags, file], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] })
  const printed = await untilDone<string>(child, (settle, fail) => {
    let stdout = ""
    child.stdout?.on("data", (chunk) => {
      stdout += chunk
    })
    child.on("close", (code) => (code === 0 ? settle(stdout) : fail(`ended with ${code}: ${stdout}`)))
  })
  return { ...JSON.parse(printed), version: versionOf(command) }
}

const versionOf = (command: string): string => {
  const { stdout } = spawnSync(command, ["--version"], { encoding: "utf8" })
  return /\d+([.-]\d+)+/.exec(stdout)?.[0] ?? "?"
}

const node = (version: string): Runtime => ({
  name: "Node",
  run: async (folder, baseUrl) => {
    const name = platform === "linux" ? `node-linux-${arch}` : undefined
    return runFile(folder, baseUrl, "process.memoryUsage().rss", [await binary(name, version, "bin/node")])
  }
})

const bun: Runtime = {
  name: "Bun",
  run: async (folder, baseUrl) => {
    const name = `@oven/bun-${platform}-${arch === "arm64" ? "aarch64" : arch}`
    const command = await binary(name, "1.4.5", "bin/bun")
    return runFile(folder, baseUrl, "process.memoryUsage().rss", [command, "run"])
  }
}

const deno: Runtime = {
  name: "Deno",
  run: async (folder, baseUrl) => {
    const name = `@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}`
    const command = await binary(name, "2.9.6", "deno")
    // The program may use the network and nothing else.
    const flags = ["run", "--quiet", "--no-prompt", "--no-config", "--node-modules-dir=manual"]
    const host = `--allow-net=${new URL(baseUrl).host}`
    return runFile(folder, baseUrl, "Deno.memoryUsage().rss", [command, ...flags, "--cached-only", host])
  }
}

// -----------------------------------------------------------------------------
// Runtimes that run one bundled file
// -----------------------------------------------------------------------------

/** Bundles the program: with its packages (`whole`), or with imports of Effect for the runtime to resolve. */
export const bundle = async (folder: string, file: string, whole: boolean): Promise<void> => {
  const built = await rolldown({
    input: join(folder, file.replace(/\..*/, ".ts")),
    platform: "browser",
    logLevel: "warn",
    external: whole ? [] : /^effect/
  })
  await built.write({ file: join(folder, file), codeSplitting: false, minify: whole })
  await built.close()
}

const worker = `
import { run } from "./program.bundle.js"
export default {
  fetch: async (request) => Response.json(await run(new URL(request.url).searchParams.get("baseUrl")))
}
`

/** The time in a worker stands still while it computes, so the import is measured from outside. */
const importer = `
export default {
  async fetch(request) {
    if (new URL(request.url).pathname === "/import") await import("./program.bundle.js")
    return new Response()
  }
}
`

const workerd: Runtime = {
  name: "workerd",
  run: async (folder, baseUrl) => {
    const name = `@cloudflare/workerd-${platform}-${arch === "x64" ? "64" : arch}`
    const command = await binary(name, "1.20261117.1", "bin/workerd")
    writeFileSync(join(folder, "worker.js"), worker)
    writeFileSync(join(folder, "importer.js"), importer)
    const service = (main: string) => `(
      name = "${main}",
      worker = (
        modules = [
          (name = "${main}.js", esModule = embed "${main}.js"),
          (name = "program.bundle.js", esModule = embed "program.bundle.js")
        ],
        compatibilityDate = "2026-01-01",
        globalOutbound = "machine"
      )
    )`
    writeFileSync(
      join(folder, "workerd.capnp"),
      `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ${service("worker")},
    ${service("importer")},
    (name = "machine", network = (allow = ["local", "private"]))
  ],
  sockets = [
    (name = "worker", address = "127.0.0.1:0", http = (), service = "worker"),
    (name = "importer", address = "127.0.0.1:0", http = (), service = "importer")
  ]
);
`
    )
    const child = spawn(command, ["serve", "workerd.capnp", "--control-fd=3"], {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe", "pipe"]
    })
    return untilDone<Result>(child, (settle, fail) => {
      const ports = new Map<string, number>()
      child.stdio[3]?.on("data", (chunk) => {
        for (const line of String(chunk).trim().split("\n")) {
          const { port, socket } = JSON.parse(line)
          ports.set(socket, port)
        }
        if (ports.size === 2) measure().then(settle, (error) => fail(String(error)))
      })
      const measure = async (): Promise<Result> => {
        const ask = (socket: string, path: string) => fetch(`http://127.0.0.1:${ports.get(socket)}${path}`)
        const timed = async (path: string) => {
          const start = performance.now()
          await (await ask("importer", path)).text()
          return performance.now() - start
        }
        await timed("/")
        const idle = await timed("/")
        const importMs = Math.max(0, (await timed("/import")) - idle)
        const answer = await ask("worker", `/?baseUrl=${encodeURIComponent(baseUrl)}`)
        const text = await answer.text()
        if (answer.status !== 200) throw new Error(`${answer.status} ${text}`)
        return {
          version: versionOf(command),
          importMs,
          megabytes: megabytesOf(child.pid),
          checks: JSON.parse(text)
        }
      }
    })
  }
}

const page = `<!doctype html><script type="module">
try {
  const start = performance.now()
  const { run } = await import("/program.bundle.js")
  const importMs = performance.now() - start
  const checks = await run("BASE_URL")
  const megabytes = performance.memory.usedJSHeapSize / 1e6
  await fetch("/result", { method: "POST", body: JSON.stringify({ importMs, megabytes, checks }) })
} catch (error) {
  await fetch("/failure", { method: "POST", body: String(error) })
}
</script>`

const chromium: Runtime = {
  name: "Chromium",
  run: async (folder, baseUrl) => {
    const command = ["chromium", "chromium-browser", "google-chrome"].find(
      (name) => spawnSync(name, ["--version"]).status === 0
    )
    if (command === undefined)
      throw new Missing("there is no chromium on the PATH (apt-get install chromium)")
    let heard: (path: string, body: string) => void = () => undefined
    const server = createServer(async (request, response) => {
      if (request.method === "POST") {
        let body = ""
        for await (const chunk of request) body += chunk
        response.end()
        return heard(request.url ?? "", body)
      }
      const isProgram = request.url === "/program.bundle.js"
      response.setHeader("content-type", isProgram ? "text/javascript" : "text/html")
      response.end(
        isProgram ? readFileSync(join(folder, "program.bundle.js")) : page.replace("BASE_URL", baseUrl)
      )
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const port = typeof address === "object" ? address?.port : undefined
    const child = spawn(
      command,
      [
        "--headless",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--enable-precise-memory-info",
        // Codat answers no preflight request, and neither does its sandbox.
        "--disable-web-security",
        `--user-data-dir=${temporary("effect-codat-chromium")}`,
        // Chromium's own sandbox does not run as root.
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
        `http://127.0.0.1:${port}/`
      ],
      { stdio: ["ignore", "ignore", "pipe"] }
    )
    return untilDone<Result>(child, (settle, fail) => {
      heard = (path, body) =>
        path === "/result" ? settle({ ...JSON.parse(body), version: versionOf(command) }) : fail(body)
    }).finally(() => {
      server.closeAllConnections()
      server.close()
    })
  }
}

/** All runtimes, in the order of the README's table. */
export const runtimes: ReadonlyArray<Runtime> = [
  node("20.20.2"),
  node("22.23.3"),
  node("24.21.0"),
  node("26.10.0"),
  bun,
  deno,
  workerd,
  chromium
]
