import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { summary, table } from "../../scripts/operations.ts"

const written = (file: string): string | undefined =>
  /<!-- operations: [^\n]*-->\n\n([\s\S]*?)\n\n<!-- \/operations -->/.exec(
    readFileSync(new URL(`../../${file}`, import.meta.url), "utf8")
  )?.[1]

describe("the tables of operations", () => {
  it("of docs/operations.md is what scripts/operations.ts prints", () => {
    assert.strictEqual(written("docs/operations.md"), table())
  })

  it("of the README is its summary", () => {
    assert.strictEqual(written("README.md"), summary())
  })
})
