/**
 * 8. What type-checking the README's program costs.
 */
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { file, median, node, spread, table } from "./measure.ts"

const require = createRequire(import.meta.url)
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc")

const sides = [
  { name: "the README's program", path: "types/ours.ts" },
  { name: "a program on Effect's `HttpClient` alone", path: "types/effect.ts" },
  { name: "the same program on @codat/platform", path: "types/peer.ts" }
]

const check = async (path: string): Promise<ReadonlyMap<string, number>> => {
  const options =
    "--noEmit --strict --skipLibCheck --target es2023 --module nodenext --types node --ignoreConfig"
  const out = await node([tsc, ...options.split(" "), "--extendedDiagnostics", file(path)])
  return new Map(
    [...out.matchAll(/^(.+?):\s+([\d.]+)(?:s|K)?$/gm)].map(([, name = "", value]) => [name, Number(value)])
  )
}

const times = sides.map(() => [] as Array<number>)
const diagnostics: Array<ReadonlyMap<string, number>> = []
for (let round = -1; round < 9; round++) {
  for (const [index, { path }] of sides.entries()) {
    const seen = await check(path)
    diagnostics[index] = seen
    if (round >= 0) times[index]?.push((seen.get("Total time") ?? Number.NaN) * 1000)
  }
}

const whole = (value: number | undefined): string => (value ?? Number.NaN).toLocaleString("en-GB")
for (const side of times) side.sort((a, b) => a - b)

console.log(
  table(
    ["`tsc --noEmit`", "ms", "instantiations", "types", "files", "MB"],
    sides.map(({ name }, index) => [
      name,
      spread(times[index] ?? []),
      whole(diagnostics[index]?.get("Instantiations")),
      whole(diagnostics[index]?.get("Types")),
      whole(diagnostics[index]?.get("Files")),
      ((diagnostics[index]?.get("Memory used") ?? Number.NaN) / 1024).toFixed(0)
    ])
  )
)
console.log()
console.log(
  `- @codat/platform to effect-codat: **${(median(times[2] ?? []) / median(times[0] ?? [])).toFixed(2)}** in time`
)
