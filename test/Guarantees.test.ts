/** docs/guarantees.md names a test for each promise: each of them is there, and has tests. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, it } from "vitest"

const docs = fileURLToPath(new URL("../docs", import.meta.url))

const rows = readFileSync(join(docs, "guarantees.md"), "utf8")
  .split("\n")
  .filter((line) => /^\| (?!promise |-)/.test(line))

const isTest = (file: string): boolean =>
  file.endsWith(".test.ts") && /\b(it|test)(\.\w+)*\(/.test(readFileSync(file, "utf8"))

it("every promise of docs/guarantees.md names tests that there are", () => {
  assert.isAbove(rows.length, 15)
  for (const row of rows) {
    const links = [...row.matchAll(/\[([^\]]+)\]\((\.\.\/test[^)]*)\)/g)]
    assert.isNotEmpty(links, row)
    for (const [, name = "", path = ""] of links) {
      const target = join(docs, path)
      assert.isTrue(existsSync(target), `${path}: ${row}`)
      const files = statSync(target).isDirectory()
        ? readdirSync(target).map((file) => join(target, file))
        : [target]
      assert.isTrue(files.some(isTest), `${path} has no tests`)
      assert.strictEqual(basename(path).replace(/\.test\.ts$/, ""), name)
    }
  }
})
