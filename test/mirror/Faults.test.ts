import { assert, describe, it } from "@effect/vitest"
import * as Faults from "../../src/internal/mirror/Faults.ts"

describe("the faults of a page", () => {
  // Without the limit, a time that grows with the square of the number would be waited for.
  it("are read in one pass, however many connections of a company cannot be decoded", {
    timeout: 5000
  }, () => {
    const skipped = Array.from({ length: 30_000 }, (_, index) => ({
      index: 0,
      id: "company",
      isPart: true,
      partId: index === 1 ? undefined : `connection-${index}`,
      path: `dataConnections[${index}].created`,
      message: "Expected a date"
    }))
    const { anonymous, faults, leftOut } = Faults.of(skipped, [])
    assert.strictEqual(anonymous, 0)
    assert.lengthOf(faults, skipped.length)
    assert.deepStrictEqual([...leftOut], [["company", skipped.map(({ partId }) => partId ?? null)]])
  })
})
