/**
 * Measuring sides against each other, and saying what came out.
 */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** One of several ways to do the same. */
export interface Side {
  readonly name: string
  readonly run: () => unknown
}

/** What a side took, in milliseconds a run, sorted. */
export type Samples = ReadonlyArray<number>

/** The turns of a round, in an order of its own: a side leaves its garbage to whoever comes after it. */
export const turns = (count: number): ReadonlyArray<number> => {
  const order = Array.from({ length: count }, (_, index) => index)
  for (let left = count - 1; left > 0; left--) {
    const index = Math.floor(Math.random() * (left + 1))
    ;[order[left], order[index]] = [order[index] ?? 0, order[left] ?? 0]
  }
  return order
}

/** Every side has its turn in every round, so that a slow moment of the machine falls on all of them. */
export const alternate = async (
  sides: ReadonlyArray<Side>,
  options: { readonly rounds: number; readonly warmup: number }
): Promise<ReadonlyArray<Samples>> => {
  const samples = sides.map(() => [] as Array<number>)
  for (let round = -options.warmup; round < options.rounds; round++) {
    for (const index of turns(sides.length)) {
      const start = process.hrtime.bigint()
      await sides[index]?.run()
      const millis = Number(process.hrtime.bigint() - start) / 1e6
      if (round >= 0) samples[index]?.push(millis)
    }
  }
  return samples.map((side) => side.sort((a, b) => a - b))
}

/** As {@link alternate}, for what takes too little to be awaited. */
export const alternateSync = (
  sides: ReadonlyArray<Side>,
  options: { readonly rounds: number; readonly warmup: number; readonly runs: number }
): ReadonlyArray<Samples> => {
  const samples = sides.map(() => [] as Array<number>)
  for (let round = -options.warmup; round < options.rounds; round++) {
    for (const index of turns(sides.length)) {
      const side = sides[index]
      const start = process.hrtime.bigint()
      for (let n = 0; n < options.runs; n++) side?.run()
      const millis = Number(process.hrtime.bigint() - start) / 1e6 / options.runs
      if (round >= 0) samples[index]?.push(millis)
    }
  }
  return samples.map((side) => side.sort((a, b) => a - b))
}

const at = (sorted: Samples, part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN

export const median = (sorted: Samples): number => at(sorted, 0.5)

/** `12.3 (11.0–14.5)`: the median, and between what eight of ten runs lie. */
export const spread = (sorted: Samples, unit: "ms" | "µs" = "ms"): string => {
  const [low, middle, high] = [0.1, 0.5, 0.9].map((part) =>
    (at(sorted, part) * (unit === "µs" ? 1000 : 1)).toFixed(1)
  )
  return `${middle} (${low}–${high})`
}

/** How a figure stands to its target, in words. */
export const verdict = (
  what: string,
  value: number,
  relation: "at most" | "at least",
  target: number,
  digits = 2
): string => {
  const met = relation === "at most" ? value <= target : value >= target
  return `- ${what}: **${value.toFixed(digits)}**, ${relation} ${target} wanted: ${met ? "met" : "**falls short**"}`
}

/** A Markdown table, its columns as wide as the formatter makes them. */
export const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0))
  )
  const line = (cells: ReadonlyArray<string>) =>
    `| ${widths.map((width, column) => (column === 0 ? cells[column]?.padEnd(width) : cells[column]?.padStart(width))).join(" | ")} |`
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`))
  return [line(head), line(rule), ...rows.map(line)].join("\n")
}

/** The path of a file of this directory. */
export const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Runs `node` with these arguments to its end and gives what it wrote. */
export const node = (args: ReadonlyArray<string>): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
    let out = ""
    child.stdout.on("data", (chunk) => {
      out += chunk
    })
    child.on("error", reject)
    child.on("close", (code) =>
      code === 0 ? resolve(out) : reject(new Error(`node ${args[0]} exited with ${code}`))
    )
  })

export interface Server extends AsyncDisposable {
  readonly url: string
}

/** Starts `server.ts` in a process of its own. */
export const serve = (options: {
  readonly pages: number
  readonly size: number
  readonly latency?: number
}): Promise<Server> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        "--import",
        "tsx",
        file("server.ts"),
        ...[options.pages, options.size, options.latency ?? 0].map(String)
      ],
      { stdio: ["pipe", "pipe", "inherit"] }
    )
    const ended = new Promise<void>((end) => child.on("close", () => end()))
    child.on("error", reject)
    child.stdout.once("data", (chunk) =>
      resolve({
        url: `http://127.0.0.1:${String(chunk).trim()}`,
        [Symbol.asyncDispose]: () => {
          child.stdin.end()
          return ended
        }
      })
    )
  })
