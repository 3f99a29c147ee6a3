/** `npm test` is quick and needs nothing but Node, because what starts other programs is in two folders. */
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, it } from "vitest"

const folder = fileURLToPath(new URL(".", import.meta.url))

const starts = /from "(?:node:child_process|[./]+\/support\/(?:programs|postgres|redis|Chromium)\.ts)"/

it("tests that start another program are in test/cli or test/programs", () => {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts")
  )
  const starting = files.filter((file) => starts.test(readFileSync(`${folder}${file}`, "utf8")))
  assert.isAbove(starting.length, 10)
  const elsewhere = starting.filter((file) => !/^(?:cli|programs|support)\//.test(file))
  // The fleet's processes, for `npm run test:fleet`.
  assert.deepStrictEqual(elsewhere, ["mirror/Fleet.live.ts"])
})
