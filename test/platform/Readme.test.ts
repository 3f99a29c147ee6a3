import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { table } from "../../scripts/operations.ts"

describe("the README", () => {
  it("has the table of operations that scripts/operations.ts prints", () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8")
    const written = /<!-- operations: [^\n]*-->\n\n([\s\S]*?)\n\n<!-- \/operations -->/.exec(readme)?.[1]
    assert.strictEqual(written, table())
  })
})
