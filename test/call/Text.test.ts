import { assert, describe, it } from "@effect/vitest"
import * as Redact from "../../src/internal/call/Redact.ts"
import * as Text from "../../src/internal/Text.ts"

describe("the nearest name", () => {
  it("differs by at most half of its characters, each inserted, deleted or replaced", () => {
    const cases: ReadonlyArray<readonly [string, string | undefined]> = [
      ["ab", "ab"],
      ["AB", "ab"],
      ["a", "ab"],
      ["b", "ab"],
      ["abx", "ab"],
      ["xab", "ab"],
      ["axb", "ab"],
      ["ax", "ab"],
      ["xb", "ab"],
      ["xy", undefined],
      ["axy", undefined],
      ["abxy", undefined],
      ["", undefined],
      ["ba", undefined]
    ]
    for (const [name, expected] of cases) assert.strictEqual(Text.nearest(name, ["ab"]), expected, name)
    assert.strictEqual(Text.nearest("pagesise", ["page", "pageSize", "pages"]), "pageSize")
    assert.isUndefined(Text.nearest("a".repeat(65), ["a".repeat(64)]))
    assert.strictEqual(Text.nearest("a".repeat(64), ["a".repeat(65)]), "a".repeat(65))
  })
})

describe("a secret", () => {
  it("is left out of a text from four characters on: shorter ones are in every text", () => {
    const redact = Redact.make(["abcd", "xyz"])
    assert.strictEqual(redact("abcd, xyz"), "<redacted>, xyz")
  })
})
