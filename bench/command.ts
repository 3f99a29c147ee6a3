/**
 * 9. The command: what its one file weighs, and how long it takes to say its version and to serve a sandbox, in processes
 * of its own.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { file, median, node, type Samples, spread, table, turns, verdict } from "./measure.ts"

const path = file("../dist/bin/effect-codat.js")
const bytes = readFileSync(path)

/** From the start of the process until it says where it listens. */
const sandbox = async (): Promise<void> => {
  const child = spawn(process.execPath, [path, "sandbox", "--port", "0", "--json"])
  await once(child.stdout, "data")
  // Ending it is not measured.
  child.kill("SIGKILL")
}

const sides = [
  { name: "Node alone", run: () => node(["-e", "0"]) },
  { name: "`effect-codat --version`", run: () => node([path, "--version"]) },
  { name: "`effect-codat sandbox`, until it listens", run: sandbox }
]
const samples = sides.map(() => [] as Array<number>)
for (let round = -3; round < 40; round++) {
  for (const index of turns(sides.length)) {
    const start = performance.now()
    await sides[index]?.run()
    if (round >= 0) samples[index]?.push(performance.now() - start)
  }
}
const sorted: ReadonlyArray<Samples> = samples.map((side) => side.sort((a, b) => a - b))
const [alone = [], version = [], listening = []] = sorted

console.log(
  table(
    ["a process", "ms"],
    sorted.map((side, index) => [sides[index]?.name ?? "", spread(side)])
  )
)
console.log()
console.log(verdict("ms of `--version` over Node's own", median(version) - median(alone), "at most", 100, 1))
console.log(verdict("ms until the sandbox listens", median(listening), "at most", 1000, 0))
console.log(verdict("kB of the one file, gzipped", gzipSync(bytes).length / 1000, "at most", 250, 1))
