/**
 * 9. The command: what its one file weighs, and how long it takes to say its version, in processes of its own.
 */
import { readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { file, median, node, type Samples, spread, table, turns, verdict } from "./measure.ts"

const path = file("../dist/bin/effect-codat.js")
const bytes = readFileSync(path)

const sides = [
  { name: "Node alone", args: ["-e", "0"] },
  { name: "`effect-codat --version`", args: [path, "--version"] }
]
const samples = sides.map(() => [] as Array<number>)
for (let round = -3; round < 40; round++) {
  for (const index of turns(sides.length)) {
    const start = performance.now()
    await node(sides[index]?.args ?? [])
    if (round >= 0) samples[index]?.push(performance.now() - start)
  }
}
const sorted: ReadonlyArray<Samples> = samples.map((side) => side.sort((a, b) => a - b))
const [alone = [], version = []] = sorted

console.log(
  table(
    ["a process from start to end", "ms"],
    sorted.map((side, index) => [sides[index]?.name ?? "", spread(side)])
  )
)
console.log()
console.log(verdict("ms of `--version` over Node's own", median(version) - median(alone), "at most", 100, 1))
console.log(verdict("kB of the one file, gzipped", gzipSync(bytes).length / 1000, "at most", 250, 1))
