/**
 * A real PostgreSQL for the tests of a file, on a free port, in a directory of its own, with nothing in it.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { TestContext } from "vitest"
import { once } from "./shared.ts"

const missing = "there is no PostgreSQL, which this test needs; on Debian: apt-get install postgresql"

/** Debian keeps the programs of each version out of the PATH. */
const programs = (): string | undefined => {
  const debian = "/usr/lib/postgresql"
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const directories = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env["PATH"] ?? "").split(":")
  ]
  return directories.find((directory) => existsSync(join(directory, "initdb")))
}

/** PostgreSQL refuses to run as root. */
const user = (): { readonly uid?: number; readonly gid?: number } => {
  if (process.getuid?.() !== 0) return {}
  const id = (option: string) => Number(execFileSync("id", [option, "postgres"]).toString())
  return { uid: id("-u"), gid: id("-g") }
}

/** Below 32768, where the system takes the ports of outgoing connections from: another process could have it meanwhile. */
export const freePort = async (): Promise<number> => {
  while (true) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer()
      server.once("error", () => resolve(false))
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)))
    })
    if (isFree) return port
  }
}

export interface Server {
  readonly port: number
  /** Ends all sessions without a word and recovers, as after a crash. */
  readonly restart: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Undefined where there is no PostgreSQL. */
export const start = async (): Promise<Server | undefined> => {
  const bin = programs()
  if (bin === undefined) return undefined
  const options = user()
  const directory = mkdtempSync(join(tmpdir(), "effect-codat-pg-"))
  if (options.uid !== undefined && options.gid !== undefined) chownSync(directory, options.uid, options.gid)
  const data = join(directory, "data")
  const initialize = () =>
    execFileSync(
      join(bin, "initdb"),
      ["--pgdata", data, "--username", "codat", "--auth", "trust", "--encoding", "UTF8", "--no-sync"],
      { ...options, stdio: "pipe", cwd: directory, env: { LC_ALL: "C", PATH: process.env["PATH"] } }
    )
  // The bench has no other test files to share with.
  if (process.env["VITEST"] === undefined) initialize()
  else {
    // Making a cluster takes two seconds, and copying one a tenth of that.
    const template = await once("postgres", async (folder) => {
      initialize()
      // With its owner and its modes, which PostgreSQL is strict about.
      execFileSync("cp", ["-a", data, join(folder, "data")])
    })
    if (!existsSync(data)) execFileSync("cp", ["-a", join(template, "data"), data])
  }
  const port = await freePort()
  const launch = () =>
    new Promise<ChildProcess>((resolve, reject) => {
      const child = spawn(
        join(bin, "postgres"),
        ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", directory, "-c", "fsync=off"],
        { ...options, cwd: directory, stdio: ["ignore", "ignore", "pipe"] }
      )
      let log = ""
      child.stderr.on("data", (chunk) => {
        log += chunk
        if (log.includes("ready to accept connections")) resolve(child)
      })
      child.once("exit", () => reject(new Error(`PostgreSQL did not start:\n${log}`)))
    })
  const end = (child: ChildProcess) =>
    new Promise<void>((resolve) => {
      child.once("exit", () => resolve())
      // An immediate shutdown, which takes the children along.
      child.kill("SIGQUIT")
    })
  let child = await launch()
  return {
    port,
    restart: async () => {
      await end(child)
      child = await launch()
    },
    stop: async () => {
      await end(child)
      rmSync(directory, { recursive: true, force: true })
    }
  }
}

/** Where there is no PostgreSQL the test says so and is passed over, but not in CI, which has to bring one. */
export const required = (server: Server | undefined, context: TestContext): Effect.Effect<Server, Error> =>
  server !== undefined
    ? Effect.succeed(server)
    : Effect.suspend(() => {
        if (process.env["CI"] === undefined) context.skip(missing)
        return Effect.fail(new Error(missing))
      })

export const client = (port: number, database: string, maxConnections = 10, username = "codat") =>
  PgClient.layer({ host: "127.0.0.1", port, username, database, maxConnections })

/** Makes a database, and gives its name. */
export const createDatabase = ({ port }: Server): Effect.Effect<string, SqlError> => {
  const name = `test_${Math.random().toString(36).slice(2)}`
  return Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql.unsafe(`CREATE DATABASE ${name}`)
    return name
  }).pipe(Effect.provide(client(port, "postgres", 1)), Effect.scoped)
}

/** A database of the test's own. */
export const layer = (
  server: Server | undefined,
  context: TestContext
): Layer.Layer<SqlClient.SqlClient, SqlError | Error> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const running = yield* required(server, context)
      return client(running.port, yield* createDatabase(running))
    })
  )
