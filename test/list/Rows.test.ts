import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { Connection, Connections, Page } from "effect-codat"
import { collect, ids, untilFailure } from "../support/calls.ts"
import {
  against,
  companyId,
  counted,
  fake,
  ok,
  pageAsked,
  pageOf,
  reasonIs,
  row,
  watched
} from "../support/Fake.ts"

describe("rows that cannot be decoded", () => {
  const pageOfNone = { results: [], pageNumber: 1, pageSize: 10 }

  const bad = (number: number) => {
    const page = pageOf(number, { total: 30, size: 10 })
    const results: Array<unknown> = [...page.results]
    if (number === 2) {
      results[3] = row(13, { created: "yesterday" })
      results[7] = null
    }
    return { ...page, results }
  }

  it.effect("fail with page, index and path", () =>
    Effect.gen(function* () {
      for (const options of [{}, { invalid: "fail" }, { concurrency: 3 }] as const) {
        const transport = fake((one) => ok(bad(pageAsked(one))))
        const { error, seen } = yield* untilFailure(transport, { pageSize: 10, ...options })
        assert.deepStrictEqual(seen, ids(10))
        assert.deepInclude(reasonIs(error, "InvalidResponse"), {
          statusCode: 200,
          page: 2,
          index: 3,
          path: "results[3].created"
        })
        assert.match(error.message, /results\[3\]\.created of page 2/)
        assert.notInclude(error.message, "yesterday")
      }
    })
  )

  it.effect("are left out, told of and counted", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 3]) {
        yield* watched(({ lines }) =>
          Effect.gen(function* () {
            const transport = fake((one) => ok(bad(pageAsked(one))))
            const seen = yield* collect(transport, { pageSize: 10, invalid: "skip", concurrency })
            assert.deepStrictEqual(
              seen,
              ids(30).filter((id) => id !== "c13" && id !== "c17")
            )
            const warnings = lines.filter((line) => line.includes('"WARN"'))
            assert.strictEqual(warnings.length, 2)
            assert.match(String(warnings[0]), /row 3 of page 2: created: /)
            assert.match(String(warnings[1]), /row 7 of page 2/)
            assert.notInclude(lines.join(), "yesterday")
            assert.strictEqual(yield* counted("codat_skipped_rows", { operation: "Connections.list" }), 2)
          })
        )
      }
    })
  )

  it.effect("are told of by their page, without anything of them but the id", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 3]) {
        const transport = fake((one) => ok(bad(pageAsked(one))))
        const pages = yield* Stream.runCollect(
          Connections.pages({ companyId, pageSize: 10, invalid: "skip", concurrency })
        ).pipe(against(transport))
        const [first, second, third] = pages
        assert.notProperty(first, "skipped")
        assert.notProperty(third, "skipped")
        assert.deepStrictEqual(
          second?.skipped?.map(({ message: _, ...skipped }) => skipped),
          [
            { index: 3, id: "c13", isPart: false, path: "created" },
            { index: 7, isPart: false, path: "" }
          ]
        )
        assert.notInclude(JSON.stringify(second?.skipped), "yesterday")
        const schema = Page.make(Connection.Connection)
        assert.notProperty(Schema.encodeSync(schema)({ ...pageOfNone, ...second }), "skipped")
        assert.notProperty(Schema.decodeUnknownSync(schema)({ results: [], skipped: [] }), "skipped")
      }
    })
  )

  it.effect("are told of by a page that has no other row, also when the list has changed", () =>
    Effect.gen(function* () {
      const transport = fake((one) => {
        const number = pageAsked(one)
        const page = pageOf(number, { total: number === 1 ? 20 : 21, size: 10 })
        return ok(number === 2 ? { ...page, results: page.results.map(({ id }) => ({ id })) } : page)
      })
      const pages = yield* Stream.runCollect(
        Connections.pages({ companyId, pageSize: 10, invalid: "skip" })
      ).pipe(against(transport))
      assert.deepStrictEqual(
        pages.map(({ results, skipped = [] }) => [results.length, skipped.length]),
        [
          [10, 0],
          [0, 10],
          [1, 0]
        ]
      )
    })
  )

  it.effect("count as rows of their page, where only those tell how the pages go on", () =>
    Effect.gen(function* () {
      const spoilt = { created: "yesterday" }
      for (const concurrency of [1, 3]) {
        const untold = fake((one) => {
          const { totalResults: _, ...page } = pageOf(pageAsked(one), { total: 25, size: 10, links: "none" })
          return ok({
            ...page,
            results: page.results.map((it) => (it.id === "c3" ? { ...it, ...spoilt } : it))
          })
        })
        assert.deepStrictEqual(
          yield* collect(untold, { pageSize: 10, invalid: "skip", concurrency }),
          ids(25).filter((id) => id !== "c3")
        )
        const told = fake((one) => {
          const page = pageOf(pageAsked(one), { total: 100, size: 10, links: "none" })
          return ok({
            ...page,
            results: page.results.map((it) => (/^c[1-9]$/.test(it.id) ? { ...it, ...spoilt } : it))
          })
        })
        assert.lengthOf(yield* collect(told, { pageSize: 10, invalid: "skip", concurrency }), 91)
        // Pages ahead may be asked for in vain, but not ten for each.
        assert.isAtMost(told.asked.length, 10 + concurrency - 1)
      }
    })
  )

  it.effect("tell a page from the one before it, though all of them are left out", () =>
    Effect.gen(function* () {
      const same = fake(() => ok({ results: [null, 1] }))
      const { error } = yield* untilFailure(same, { pageSize: 2, invalid: "skip" })
      assert.strictEqual(reasonIs(error, "Pagination").page, 2)
      assert.lengthOf(same.asked, 2)
    })
  )

  it.effect("only: a page that is no page fails all the same", () =>
    Effect.gen(function* () {
      for (const body of [[], "x", null, 1, { results: {} }, { results: [], totalResults: "9" }]) {
        const { error } = yield* untilFailure(
          fake(() => ok(body)),
          { invalid: "skip" }
        )
        assert.strictEqual(reasonIs(error, "InvalidResponse").page, 1)
      }
    })
  )

  it.effect("show no link of a row on a span, also where another row is left out", () =>
    watched((watch) =>
      Effect.gen(function* () {
        const secret = "s3cr3t-never-shown"
        const rows = [row(0, { linkUrl: `https://l/?otp=${secret}` }), { id: 7, linkUrl: secret }]
        const transport = fake(() => ok({ ...pageOf(1, { total: 2, links: "none" }), results: rows }))
        assert.lengthOf(yield* collect(transport, { invalid: "skip" }), 1)
        assert.isAbove(watch.spans.length, 0)
        assert.notInclude(inspect(watch.spans, { depth: 20 }), secret)
      })
    )
  )
})
