import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Seen from "../../src/internal/list/Seen.ts"

/** The ids of so many rows, from a row on. */
const ids = (from: number, length: number): ReadonlyArray<string> =>
  Array.from({ length }, (_, index) => `id ${from + index}`)

const filled = (pages: number, length: number): Seen.Seen => {
  const seen = Seen.make()
  for (let page = 0; page < pages; page++) {
    assert.isUndefined(seen.add(ids(page * length, length)))
  }
  return seen
}

describe("the ids that are remembered", () => {
  it("are the last 10,000, whether or not a row has come again", () => {
    for (const earlier of [[], ["repeated"]]) {
      const seen = Seen.make()
      seen.add(earlier)
      seen.add(earlier)
      for (let page = 0; page < 15; page++) assert.isUndefined(seen.add(ids(page * 1000, 1000)))
      assert.isTrue(seen.covers(10_000))
      assert.isFalse(seen.covers(10_001))
      assert.isUndefined(seen.add(ids(0, 10)))
      assert.deepStrictEqual(seen.add(ids(14_990, 20)), [
        ...Array.from({ length: 10 }, () => false),
        ...Array.from({ length: 10 }, () => true)
      ])
    }
  })

  it("are those of two pages at least, however large", () => {
    const seen = filled(3, 20_000)
    assert.isTrue(seen.covers(40_000))
    assert.isFalse(seen.covers(40_001))
  })

  it("are all of a list that has not had more", () => {
    assert.isTrue(filled(3, 100).covers(1_000_000))
  })

  it("tell each row that comes again, also a single one that has moved from the middle of a page", () => {
    for (const again of [ids(200, 100), ids(297, 3), ids(3, 1), ids(142, 1)]) {
      const seen = filled(3, 100)
      assert.deepStrictEqual(seen.add([...again, "other"]), [...again.map(() => false), true])
    }
  })

  it("tell ids apart whose hashes are the same", () => {
    const seen = Seen.make()
    assert.isUndefined(seen.add(["costarring", "altarage"]))
    assert.isUndefined(seen.add(["liquid", "zinke"]))
    assert.deepStrictEqual(seen.add(["liquid", "altarage", "zinker"]), [false, false, true])
  })

  it("are the same while pages repeat ids, however these pages follow each other", () => {
    const size = 1500
    const runs = fc.array(fc.tuple(fc.integer({ min: -20 * size, max: 0 }), fc.integer({ min: 0, max: 3 })), {
      minLength: 12,
      maxLength: 30
    })
    fc.assert(
      fc.property(runs, (pages) => {
        const seen = Seen.make()
        // What is remembered, page by page, as the slowest way to do it.
        let kept: ReadonlyArray<ReadonlyArray<string>> = []
        let next = 0
        for (const [back, repeated] of pages) {
          const page = [...new Set([...ids(Math.max(0, next + back), repeated), ...ids(next, size)])]
          const remembered = new Set(kept.flat())
          const isNew = page.map((id) => !remembered.has(id))
          const found = seen.add(page)
          assert.deepStrictEqual(found, isNew.includes(false) ? isNew : undefined)
          kept = [...kept, page.filter((_, index) => isNew[index])]
          while (kept.length > 2 && kept.flat().length > 10_000) kept = kept.slice(1)
          next += size
        }
      }),
      { numRuns: 10 }
    )
  })

  it("can be numbers, and tell no objects apart", () => {
    const seen = Seen.make()
    assert.isUndefined(seen.add([1, 2, null, {}]))
    assert.isUndefined(seen.add([3, "1", {}]))
    assert.deepStrictEqual(seen.add([{}, 2, null]), [true, false, false])
  })

  it("cover nothing where rows have none, which are always new", () => {
    const seen = Seen.make()
    assert.isUndefined(seen.add([undefined, undefined]))
    assert.isUndefined(seen.add([undefined]))
    assert.isFalse(seen.covers(1))
  })
})
