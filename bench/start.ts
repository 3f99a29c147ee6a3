/**
 * 7. What importing the library costs, in processes of their own.
 */
import { readdirSync, readFileSync } from "node:fs"
import { median, node, type Samples, spread, table, turns, verdict } from "./measure.ts"

const dist = new URL("../dist/", import.meta.url)

/** The modules of Effect that a module of the library imports, itself or through others. */
const needs = (entry: string, seen = new Set<string>()): Set<string> => {
  const url = new URL(entry, dist).href
  if (seen.has(url)) return seen
  seen.add(url)
  const source = readFileSync(new URL(url), "utf8")
  for (const [, specifier = ""] of source.matchAll(
    /^(?:import (?:.* from )?|export .* from )["'](.+)["'];?$/gm
  )) {
    if (specifier.startsWith(".")) needs(new URL(specifier, url).href, seen)
    else seen.add(specifier)
  }
  return seen
}

const effectOf = (entry: string): ReadonlyArray<string> =>
  [...needs(entry)].filter((name) => name.startsWith("effect")).sort()

const time = (modules: ReadonlyArray<string>): string => `
  const start = performance.now()
  await Promise.all(${JSON.stringify(modules)}.map((name) => import(name)))
  console.log(performance.now() - start)`

const sides = ["effect-codat", "effect-codat/Connections"].flatMap((name) => {
  const effect = effectOf(name === "effect-codat" ? "index.js" : "Connections.js")
  return [
    { name: `the ${effect.length} modules of Effect that \`${name}\` imports`, modules: effect },
    { name: `\`${name}\``, modules: [name] }
  ]
})
const samples = sides.map(() => [] as Array<number>)
for (let round = -3; round < 40; round++) {
  for (const index of turns(sides.length)) {
    const modules = sides[index]?.modules ?? []
    const millis = Number(await node(["--input-type=module", "-e", time(modules)]))
    if (round >= 0) samples[index]?.push(millis)
  }
}
const sorted: ReadonlyArray<Samples> = samples.map((side) => side.sort((a, b) => a - b))
const [effectAll = [], all = [], effectSome = [], some = []] = sorted

console.log(
  table(
    ["imported in a fresh process", "ms"],
    sorted.map((side, index) => [sides[index]?.name ?? "", spread(side)])
  )
)
console.log()
console.log(
  verdict("ms of `effect-codat` over Effect's modules", median(all) - median(effectAll), "at most", 20, 1)
)
console.log(
  `- ms of \`effect-codat/Connections\` over Effect's modules: **${(median(some) - median(effectSome)).toFixed(1)}**`
)
console.log(
  `- modules of this library: ${readdirSync(dist).filter((name) => name.endsWith(".js")).length} public ones`
)
