/**
 * 9. A mirror of all connections, beside a plain listing of the same companies.
 */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Postgres from "../test/support/postgres.ts"
import { file, node, table, verdict } from "./measure.ts"

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

const sizes = (process.env["MIRROR_BENCH_SIZES"] ?? "20000,1000000").split(",").map(Number)
const directory = mkdtempSync(join(tmpdir(), "effect-codat-bench-"))
const postgres = await Postgres.start()
const seconds = (value: number | undefined): string => value?.toFixed(2) ?? ""
const whole = (value: number | undefined): string => value?.toFixed(0) ?? ""
const MB = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)

const rows: Array<ReadonlyArray<string>> = []
const verdicts: Array<string> = []
for (const connections of sizes) {
  const { stop, url } = await serve(connections / 5)
  const label = connections.toLocaleString("en-GB")
  const listing = await run("listing", url)
  rows.push([`${label}: a plain listing`, seconds(listing.first), "", "", "", "", "", MB(listing.most)])
  const sides = [
    ["SQLite", 1.5, await run("sqlite", url, join(directory, `${connections}.db`))],
    ...(postgres === undefined
      ? []
      : [
          [
            "PostgreSQL",
            3,
            await run(
              "pg",
              url,
              `postgres://codat@127.0.0.1:${postgres.port}/${await Effect.runPromise(Postgres.createDatabase(postgres))}`
            )
          ] as const
        ])
  ] as const
  for (const [name, wanted, took] of sides) {
    const { events, first, heals, most, one, same, ten } = took
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
