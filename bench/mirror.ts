/**
 * 10. A mirror of all connections, beside a plain listing of the same companies.
 */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Postgres from "../test/support/postgres.ts"
import { file, median, node, table, turns, verdict } from "./measure.ts"

interface Took {
  readonly first: number
  readonly same?: number
  readonly one?: number
  readonly ten?: number
  readonly events?: number
  readonly heals?: number
  readonly most: number
}

const serve = (companies: number): Promise<{ readonly url: string; readonly stop: () => void }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", file("mirror-server.ts"), String(companies)], {
      stdio: ["pipe", "pipe", "inherit"]
    })
    child.on("error", reject)
    child.stdout.once("data", (chunk) =>
      resolve({ url: `http://127.0.0.1:${String(chunk).trim()}`, stop: () => child.stdin.end() })
    )
  })

const run = async (what: string, url: string, database = ""): Promise<Took> =>
  JSON.parse(await node(["--import", "tsx", file("mirror-run.ts"), what, url, database]))

/** The medians of several runs. */
const medians = (runs: ReadonlyArray<Took>): Took => {
  const of = (name: keyof Took) =>
    median(runs.map((run) => run[name] ?? 0).sort((left, right) => left - right))
  return {
    first: of("first"),
    same: of("same"),
    one: of("one"),
    ten: of("ten"),
    events: of("events"),
    heals: of("heals"),
    most: of("most")
  }
}

const sizes = (process.env["MIRROR_BENCH_SIZES"] ?? "20000,1000000").split(",").map(Number)
const directory = mkdtempSync(join(tmpdir(), "effect-codat-bench-"))
const postgres = await Postgres.start()
const seconds = (value: number | undefined): string => value?.toFixed(2) ?? ""
const whole = (value: number | undefined): string => value?.toFixed(0) ?? ""
const MB = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)

const newDatabase = async (server: Postgres.Server): Promise<string> =>
  `postgres://codat@127.0.0.1:${server.port}/${await Effect.runPromise(Postgres.createDatabase(server))}`
let files = 0

const rows: Array<ReadonlyArray<string>> = []
const verdicts: Array<string> = []
for (const connections of sizes) {
  const { stop, url } = await serve(connections / 5)
  const label = connections.toLocaleString("en-GB")
  const sides = [
    { name: "a plain listing", wanted: undefined, run: () => run("listing", url) },
    { name: "SQLite", wanted: 1.5, run: () => run("sqlite", url, join(directory, `${files++}.db`)) },
    ...(postgres === undefined
      ? []
      : [{ name: "PostgreSQL", wanted: 3, run: async () => run("pg", url, await newDatabase(postgres)) }])
  ]
  const runs = sides.map((): Array<Took> => [])
  // A million takes a minute for each run.
  for (let round = connections > 100_000 ? 1 : 7; round > 0; round--) {
    for (const index of turns(sides.length)) {
      const took = await sides[index]?.run()
      if (took !== undefined) runs[index]?.push(took)
    }
  }
  const [listing, ...mirrors] = runs.map(medians)
  if (listing === undefined) throw new Error("there is no listing")
  rows.push([`${label}: a plain listing`, seconds(listing.first), "", "", "", "", "", MB(listing.most)])
  for (const [index, { events, first, heals, most, one, same, ten }] of mirrors.entries()) {
    const { name = "", wanted = 0 } = sides[index + 1] ?? {}
    rows.push([
      `${label}: a mirror on ${name}`,
      seconds(first),
      seconds(same),
      seconds(one),
      seconds(ten),
      whole(events),
      whole(heals),
      MB(most)
    ])
    verdicts.push(
      verdict(`${label} on ${name}, first sync to listing`, first / listing.first, "at most", wanted)
    )
    verdicts.push(
      verdict(
        `${label} on ${name}, MB above the listing's`,
        (most - listing.most) / 2 ** 20,
        "at most",
        100,
        0
      )
    )
  }
  stop()
}
await postgres?.stop()
rmSync(directory, { recursive: true })

console.log(
  table(
    [
      "connections, five to a company",
      "first sync, s",
      "nothing changed, s",
      "1 % changed, s",
      "10 % changed, s",
      "events a second",
      "heals a second",
      "most MB (RSS)"
    ],
    rows
  )
)
console.log()
console.log(verdicts.join("\n"))
