/**
 * 6. What the library weighs in a bundle.
 */
import { file, node, table, verdict } from "./measure.ts"

interface Size {
  readonly name: string
  readonly raw: number
  readonly gzipped: number
  readonly wanted?: number
}

const sizes: ReadonlyArray<Size> = JSON.parse(
  await node(["--import", "tsx", file("../scripts/size.ts"), "--json"])
)

const kB = (bytes: number): string => (bytes / 1000).toFixed(1)

console.log(
  table(
    ["bundled by Rolldown", "kB minified", "kB gzipped"],
    sizes.map(({ gzipped, name, raw }) => [name, kB(raw), kB(gzipped)])
  )
)
console.log()
for (const { gzipped, name, wanted } of sizes) {
  if (wanted !== undefined) console.log(verdict(`kB of ${name}`, gzipped / 1000, "at most", wanted / 1000, 1))
}
