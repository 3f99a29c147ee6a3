import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { tableIn, tables } from "../../scripts/operations.ts"

describe("the tables of operations", () => {
  for (const [file, made] of Object.entries(tables)) {
    it(`that of ${file} is what scripts/operations.ts writes`, () => {
      const written = tableIn(readFileSync(new URL(`../../${file}`, import.meta.url), "utf8"))
      assert.strictEqual(written, made())
    })
  }
})
