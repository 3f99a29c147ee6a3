/**
 * Runs the bench, or the parts that it is told to: `npm run bench -- list get`. With `--write`, what comes out
 * replaces the results in `README.md`.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { cpus, loadavg, totalmem } from "node:os"
import { file, node } from "./measure.ts"

const parts = {
  list: "1. A list over loopback",
  decode: "2. Decoding a page",
  latency: "3. A list from afar",
  memory: "4. Memory",
  get: "5. One call",
  size: "6. Size",
  start: "7. Start",
  types: "8. Type-checking",
  command: "9. The command",
  mirror: "10. A mirror"
}

const named = process.argv.slice(2).filter((name) => !name.startsWith("--"))
const unknown = named.find((name) => !(name in parts))
if (unknown !== undefined) throw new Error(`${unknown} is none of ${Object.keys(parts).join(", ")}`)

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), "utf8")).version

const versions = ["effect", "@codat/platform", "undici", "typescript", "rolldown"].map(
  (name) => `${name} ${versionOf(name)}`
)
const load = () => (loadavg()[0] ?? 0).toFixed(1)

/** The parts resolve the library to what `npm run build` made: what users run, and no loader in between. */
process.env["TSX_TSCONFIG_PATH"] = file("tsconfig.built.json")

const before = load()
const sections: Array<string> = []
for (const [name, title] of Object.entries(parts)) {
  if (named.length > 0 && !named.includes(name)) continue
  const section = `### ${title}\n\n${(await node(["--import", "tsx", file(`${name}.ts`)])).trim()}\n`
  console.log(section)
  sections.push(section)
}

const machine =
  `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB; ` +
  `${process.platform}, Node ${process.version.slice(1)}; ${versions.join(", ")}. ` +
  `Load average ${before} before, ${load()} after.\n`
console.log(machine)

if (process.argv.includes("--write")) {
  if (named.length > 0) throw new Error("--write is for the whole bench")
  const path = file("README.md")
  const results = /(<!-- results -->\n)[\s\S]*(<!-- end of results -->)/
  writeFileSync(
    path,
    readFileSync(path, "utf8").replace(
      results,
      (_, start: string, end: string) => `${start}\n${machine}\n${sections.join("\n")}\n${end}`
    )
  )
}
