/**
 * Two processes of `examples/mirror-fleet` on one PostgreSQL, with crashes, pauses and restarts.
 *
 * These tests wait in real time: processes must start, and a cluster needs seconds to detect that one has stopped.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { afterAll, assert, beforeAll, it, vi } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { Companies, Sandbox, SandboxServer } from "effect-codat"
import * as Mirror from "effect-codat/Mirror"
import type { TestContext } from "vitest"
import * as Postgres from "../support/postgres.ts"
import { asked, assertEqual, assertReplays } from "./fixture.ts"
import { served } from "./served.ts"

vi.setConfig({ testTimeout: 400_000 })

let server: Postgres.Server | undefined
beforeAll(async () => {
  server = await Postgres.start()
}, 60_000)
afterAll(() => server?.stop(), 60_000)

const root = fileURLToPath(new URL("../..", import.meta.url))
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
const companies = 600
const pageSize = 3
const pages = Math.ceil((companies + 1) / pageSize)

const sandbox = served({ companies, connections: 3, recordedRequests: 100_000 })

interface Worker {
  readonly child: ChildProcess
  readonly webhooks: string
  /** The pages that this worker has written. */
  readonly pages: Array<number>
  readonly output: () => string
}

const worker = (databaseUrl: string): Effect.Effect<Worker, never, Scope.Scope | Scoped> =>
  Effect.gen(function* () {
    const baseUrl = yield* SandboxServer.baseUrl
    const [port, runner] = [
      yield* Effect.promise(Postgres.freePort),
      yield* Effect.promise(Postgres.freePort)
    ]
    return yield* Effect.acquireRelease(
      Effect.sync(() => {
        const child = spawn(process.execPath, ["--import", "tsx", "examples/mirror-fleet/worker.ts"], {
          cwd: root,
          env: {
            ...process.env,
            CODAT_BASE_URL: baseUrl,
            CODAT_API_KEY: Sandbox.apiKey,
            CODAT_AUTH_HEADER: "",
            CODAT_ACCESS_TOKEN: "",
            CODAT_WEBHOOK_SECRET: secret,
            DATABASE_URL: databaseUrl,
            PAGE_SIZE: String(pageSize),
            REPORT: "false",
            PORT: String(port),
            RUNNER_PORT: String(runner),
            REQUESTS_PER_MINUTE: "100000"
          }
        })
        const written: Array<number> = []
        let output = ""
        const read = (chunk: Buffer) => {
          output += chunk
          for (const [, page] of String(chunk).matchAll(/page (\d+) of/g)) written.push(Number(page))
        }
        child.stdout.on("data", read)
        child.stderr.on("data", read)
        return {
          child,
          webhooks: `http://127.0.0.1:${port}/webhooks/codat`,
          pages: written,
          output: () => output
        }
      }),
      ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
    )
  })

type Scoped = SqlClient.SqlClient | Effect.Services<typeof SandboxServer.baseUrl>

/** Waits until another process has done something. */
const until = (what: string, condition: Effect.Effect<boolean, unknown>, fleet: ReadonlyArray<Worker>) =>
  Effect.gen(function* () {
    for (let turn = 0; turn < 3000; turn++) {
      if (yield* Effect.orElseSucceed(condition, () => false)) return
      yield* Effect.sleep("50 millis")
    }
    assert.fail(`there was no ${what}:\n${fleet.map(({ output }) => output().slice(-3000)).join("\n")}`)
  })

/** Starts two workers, calls `happen` when a quarter of the pages has been read, and checks the final state. */
const scenario = (
  context: TestContext,
  happen: (fleet: {
    readonly reader: Worker
    readonly other: Worker
    readonly server: Postgres.Server
  }) => Effect.Effect<void>
) =>
  Effect.gen(function* () {
    const running = yield* Postgres.required(server, context)
    const database = yield* Postgres.createDatabase(running)
    const databaseUrl = `postgres://codat@127.0.0.1:${running.port}/${database}`
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      // Makes a walk take some seconds.
      yield* Sandbox.fail({
        operation: "Companies.list",
        kind: "latency",
        duration: "50 millis",
        times: "always"
      })
      const fleet = [yield* worker(databaseUrl), yield* worker(databaseUrl)]
      // Before both have joined the cluster, the reading role can move between them.
      yield* until(
        "quarter",
        Effect.sync(() => Math.max(0, ...fleet.flatMap((one) => one.pages)) >= pages / 4),
        fleet
      )
      const last = (one: Worker | undefined) => one?.pages.at(-1) ?? 0
      const [reader, other] = last(fleet[0]) < last(fleet[1]) ? fleet.toReversed() : fleet
      if (reader === undefined || other === undefined) return
      assert.isEmpty(
        other.pages.filter((page) => reader.pages.includes(page)),
        "only one worker reads each page"
      )
      yield* happen({ reader, other, server: running })
      const finished = Effect.map(
        sql`SELECT finished_at FROM codat_walks`,
        ([row]) => row !== undefined && row["finished_at"] !== null
      )
      yield* until("end of the walk", finished, fleet)
      const requests = (yield* asked).length
      yield* Effect.log(`${requests} requests for ${pages} pages`)
      assert.isAtMost(requests, Math.ceil(pages * 1.03), "requests, against those of an undisturbed run")
      yield* assertEqual
      yield* Effect.provide(assertReplays, Mirror.layer())

      // The remaining worker receives webhooks, and the one that reads heals the marked companies.
      yield* Sandbox.clearFaults
      yield* Sandbox.subscribe({ url: other.webhooks, secret: Redacted.make(secret) })
      const [gone] = yield* Sandbox.companies
      yield* Companies.delete({ companyId: gone?.id ?? "" })
      yield* Companies.create({ name: "New" })
      yield* until(
        "healing",
        Effect.map(
          sql`SELECT count(*) AS n FROM codat_events WHERE done_at IS NOT NULL`,
          ([row]) => Number(row?.["n"]) === 2
        ),
        fleet
      )
      yield* assertEqual
    }).pipe(Effect.provide([Layer.fresh(sandbox), Postgres.client(running.port, database, 3)]), Effect.scoped)
  })

it.live("undisturbed: one reads, and the other waits", (context) => scenario(context, () => Effect.void))

it.live("kill -9 of the reading worker: the other continues at the same page", (context) =>
  scenario(context, ({ other, reader }) =>
    Effect.gen(function* () {
      reader.child.kill("SIGKILL")
      const killed = Date.now()
      const last = Math.max(...reader.pages)
      const before = other.pages.length
      yield* until(
        "takeover",
        Effect.sync(() => other.pages.length > before),
        [other]
      )
      yield* Effect.log(`the other took over after ${Date.now() - killed} ms`)
      assert.isAtLeast(other.pages[before] ?? 0, last)
    })
  )
)

it.live("paused for 20 seconds and resumed: its late writes are rolled back", (context) =>
  scenario(context, ({ other, reader }) =>
    Effect.gen(function* () {
      const before = other.pages.length
      reader.child.kill("SIGSTOP")
      const stopped = Date.now()
      yield* until(
        "takeover",
        Effect.sync(() => other.pages.length > before),
        [other]
      )
      yield* Effect.log(`the other took over after ${Date.now() - stopped} ms`)
      yield* Effect.sleep(Math.max(0, 20_000 - (Date.now() - stopped)))
      reader.child.kill("SIGCONT")
      const all = [...reader.pages, ...other.pages]
      assert.lengthOf(new Set(all), all.length, "no page is written twice")
    })
  )
)

it.live("the database restarted: the walk continues", (context) =>
  scenario(context, ({ server }) => Effect.promise(() => server.restart()))
)
