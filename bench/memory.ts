/**
 * 4. The heap while a list of any length is streamed.
 */
import { file, node, table, verdict } from "./measure.ts"

interface Took {
  readonly seconds: number
  readonly after: number
  readonly most: number
}

const stream = async (total: number, what: "live" | "peak"): Promise<Took> =>
  JSON.parse(await node(["--expose-gc", "--import", "tsx", file("stream.ts"), String(total), what]))

const MB = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)

const rows: Array<ReadonlyArray<string>> = []
const growths: Array<number> = []
const perPage: Array<number> = []
for (const total of [10_000, 100_000, 1_000_000]) {
  const live = await stream(total, "live")
  const peak = await stream(total, "peak")
  growths.push((live.most - live.after) / 2 ** 20)
  perPage.push((peak.seconds * 1000) / (total / 100))
  rows.push([
    total.toLocaleString("en-GB"),
    peak.seconds.toFixed(2),
    (perPage.at(-1) ?? 0).toFixed(2),
    MB(live.after),
    MB(live.most),
    MB(peak.most)
  ])
}

console.log(
  table(
    [
      "connections streamed",
      "s",
      "ms a page",
      "MB in use after the first 10,000",
      "most MB in use since",
      "most MB, garbage included"
    ],
    rows
  )
)
console.log()
console.log(verdict("MB more in use over 1,000,000 than after 10,000", growths.at(-1) ?? 0, "at most", 32, 1))
