import { assert, describe, it } from "@effect/vitest"
import * as Seen from "../../src/internal/list/Seen.ts"

/** The ids of so many rows, from a row on. */
const ids = (from: number, length: number): ReadonlyArray<string> =>
  Array.from({ length }, (_, index) => `id ${from + index}`)

const filled = (pages: number, length: number): Seen.Seen => {
  const seen = Seen.make()
  for (let page = 0; page < pages; page++) {
    assert.isUndefined(seen.add(ids(page * length, length), false))
  }
  return seen
}

describe("the ids that are remembered", () => {
  it("are the last 10,000, whether or not the list has changed", () => {
    for (const isChanged of [false, true]) {
      const seen = Seen.make()
      for (let page = 0; page < 15; page++) seen.add(ids(page * 1000, 1000), isChanged)
      assert.isTrue(seen.covers(10_000))
      assert.isFalse(seen.covers(10_001))
      assert.isUndefined(seen.add(ids(0, 10), true))
      assert.deepStrictEqual(seen.add(ids(14_990, 20), true), [
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

  it("tell a page that comes again, or only its end, although no total has changed", () => {
    for (const again of [ids(200, 100), ids(297, 3)]) {
      const seen = filled(3, 100)
      assert.deepStrictEqual(
        seen.add(again, false),
        again.map(() => false)
      )
    }
  })

  it("cover nothing where rows have none, which are always new", () => {
    const seen = Seen.make()
    assert.isUndefined(seen.add([undefined, undefined], true))
    assert.isUndefined(seen.add([undefined], true))
    assert.isFalse(seen.covers(1))
  })
})
