/**
 * No row of a list is lost without a word: what is no page of it, ends too early or goes on for ever is a failure.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { Companies, Connections, CustomData } from "effect-codat"
import { type Call, collect, ids, untilFailure } from "../support/calls.ts"
import {
  against,
  companyId,
  connectionId,
  errorOf,
  failed,
  fake,
  ok,
  pageAsked,
  pageOf,
  reasonIs,
  row,
  script
} from "../support/Fake.ts"

const bodies: Readonly<Record<string, unknown>> = {
  "an empty object": {},
  "an error of a gateway": { statusCode: 503, error: "Service unavailable" },
  "a message": { message: "Endpoint request timed out" },
  "null results": { results: null, pageNumber: 3, pageSize: 100, totalResults: 500 },
  "results that are no list": { results: {}, pageNumber: 3, pageSize: 100, totalResults: 500 }
}

interface Reading {
  readonly concurrency: number
  readonly invalid: "fail" | "skip"
}

const streams: Readonly<Record<string, (options: Reading) => Call>> = {
  "Connections.list": (options) => Stream.runDrain(Connections.list({ companyId, ...options })),
  "Connections.pages": (options) => Stream.runDrain(Connections.pages({ companyId, ...options }))
}

describe("a good status without the results of a list", () => {
  for (const [name, body] of Object.entries(bodies)) {
    it.effect(`${name} fails a stream, as its first page and as its third`, () =>
      Effect.gen(function* () {
        for (const wrong of [1, 3]) {
          for (const concurrency of [1, 4]) {
            for (const invalid of ["fail", "skip"] as const) {
              for (const [operation, stream] of Object.entries(streams)) {
                const transport = fake((one) =>
                  ok(pageAsked(one) === wrong ? body : pageOf(pageAsked(one), { total: 500 }))
                )
                const error = yield* stream({ concurrency, invalid }).pipe(against(transport), errorOf)
                const reason = reasonIs(error, "InvalidResponse")
                assert.deepInclude(reason, { path: "results", page: wrong, statusCode: 200 })
                // Not a row of the page, but the page.
                assert.isUndefined(reason.index)
                assert.strictEqual(error.operation, operation)
                assert.strictEqual(error.page, wrong)
              }
            }
          }
        }
      })
    )

    it.effect(`${name} fails one page and a count`, () =>
      Effect.gen(function* () {
        const calls: ReadonlyArray<Call> = [
          Connections.page({ companyId, page: 3 }),
          Connections.count({ companyId }),
          Companies.page(),
          Companies.count()
        ]
        for (const call of calls) {
          const error = yield* call.pipe(against(script(ok(body))), errorOf)
          assert.match(reasonIs(error, "InvalidResponse").path, /^(?:totalResults|results)$/)
        }
      })
    )
  }
})

describe("an empty page", () => {
  const empty = (more: object) => ({ results: [], pageNumber: 0, pageSize: 0, ...more })

  it.effect("against its own total is a Pagination failure, of a stream, a page and a count", () =>
    Effect.gen(function* () {
      const wrong = empty({ totalResults: 500 })
      const calls: ReadonlyArray<Call> = [
        Stream.runDrain(Connections.list({ companyId })),
        Stream.runDrain(Connections.list({ companyId, invalid: "skip", concurrency: 3 })),
        Connections.page({ companyId }),
        Connections.page({ companyId, page: 5, pageSize: 100 }),
        Connections.count({ companyId }),
        Stream.runDrain(Companies.pages()),
        Companies.count()
      ]
      for (const call of calls) {
        const error = yield* call.pipe(against(script(ok(wrong))), errorOf)
        assert.match(reasonIs(error, "Pagination").message, /is empty, although the total is 500/)
      }
    })
  )

  it.effect("against the total of an earlier page is one as well, whether it has one of its own or not", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 4]) {
        for (const more of [{}, { totalResults: 500 }, { totalResults: null }]) {
          const transport = fake((one) =>
            ok(pageAsked(one) === 3 ? empty(more) : pageOf(pageAsked(one), { total: 500 }))
          )
          const { error, seen } = yield* untilFailure(transport, { concurrency })
          assert.deepStrictEqual(seen, ids(200))
          assert.strictEqual(reasonIs(error, "Pagination").page, 3)
        }
      }
    })
  )

  it.effect("behind the end is an end, and no failure", () =>
    Effect.gen(function* () {
      const behind = (more: object) => script(ok(empty({ totalResults: 250, ...more })))
      for (const more of [{}, { pageSize: 100 }]) {
        const page = yield* Connections.page({ companyId, page: 4 }).pipe(against(behind(more)))
        assert.deepStrictEqual([page.results, page.pageNumber], [[], 4])
      }
      assert.deepStrictEqual(yield* collect(behind({}), { startPage: 4 }), [])
      const second = yield* Connections.page({ companyId, page: 2, pageSize: 250 }).pipe(against(behind({})))
      assert.lengthOf(second.results, 0)
      assert.strictEqual(
        yield* Connections.count({ companyId }).pipe(against(script(ok(empty({ totalResults: 0 }))))),
        0
      )
    })
  )
})

describe("a list that ends too early", () => {
  it.effect("by its links, against a total that never changed, fails with the counts", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 4]) {
        const transport = fake((one) => {
          const page = pageOf(pageAsked(one), { total: 500 })
          return ok(page.pageNumber === 2 ? { ...page, _links: { self: { href: "/x?page=2" } } } : page)
        })
        const { error, seen } = yield* untilFailure(transport, { concurrency })
        assert.deepStrictEqual(seen, ids(200))
        assert.include(reasonIs(error, "Pagination").message, "the list ended after 200 of 500 rows")
      }
    })
  )

  it.effect("after its total has changed fails as well: by its links, and by a short page", () =>
    Effect.gen(function* () {
      for (const [end, given] of [
        [(page: object) => ({ ...page, _links: { self: { href: "/x?page=3" } } }), 300],
        [(page: ReturnType<typeof pageOf>) => ({ ...page, results: page.results.slice(0, 40) }), 441]
      ] as const) {
        for (const first of [500, 502]) {
          for (const concurrency of [1, 3]) {
            const asked = new Set<number>()
            const transport = fake((one) => {
              const number = pageAsked(one)
              // Only the first answer is from before the change.
              const page = pageOf(number, { total: asked.size === 0 ? first : 501 })
              asked.add(number)
              return ok(number === 3 ? end(page) : page)
            })
            const { error, seen } = yield* untilFailure(transport, { concurrency })
            assert.lengthOf(seen, given)
            assert.include(reasonIs(error, "Pagination").message, `the list ended after ${given} of 501 rows`)
          }
        }
      }
    })
  )

  it.effect("by a short last page fails too, but not when reading began further on", () =>
    Effect.gen(function* () {
      const short = (one: Parameters<Parameters<typeof fake>[0]>[0]) => {
        const page = pageOf(pageAsked(one), { total: 30, size: 10 })
        return ok(page.pageNumber === 3 ? { ...page, results: page.results.slice(0, 9) } : page)
      }
      const { error, seen } = yield* untilFailure(fake(short), { pageSize: 10 })
      assert.deepStrictEqual(seen, ids(29))
      assert.include(reasonIs(error, "Pagination").message, "the list ended after 29 of 30 rows")
      const rest = fake((one) => ok(pageOf(pageAsked(one), { total: 30, size: 10 })))
      assert.deepStrictEqual(yield* collect(rest, { pageSize: 10, startPage: 3 }), ids(30, 20))
    })
  )
})

it.effect("a page without rows and without a total is an empty list", () =>
  Effect.gen(function* () {
    const page = yield* Connections.page({ companyId }).pipe(
      against(script(ok({ results: [], pageNumber: 1, pageSize: 100 })))
    )
    assert.lengthOf(page.results, 0)
  })
)

describe("a server that clamps its pages without saying so", () => {
  // Pages of 5 where 10 were asked for: by what it says there are three pages, in truth there are six.
  const clamping = (last: (number: number) => ReturnType<typeof ok> | undefined) =>
    fake((one) => {
      const number = pageAsked(one)
      return last(number) ?? ok({ ...pageOf(number, { total: 30, size: 5, links: "none" }), pageSize: 10 })
    })

  for (const concurrency of [1, 4]) {
    it.effect(`is asked for every page, by ${concurrency}`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(
          yield* collect(
            clamping(() => undefined),
            { pageSize: 10, concurrency }
          ),
          ids(30)
        )
      })
    )

    it.effect(`does not end well when the last page that it promised is not there, by ${concurrency}`, () =>
      Effect.gen(function* () {
        const gone = clamping((number) => (number >= 3 ? failed(404) : undefined))
        const { error, seen } = yield* untilFailure(gone, { pageSize: 10, concurrency })
        assert.deepStrictEqual(seen, ids(10))
        assert.strictEqual(error.page, 3)
        reasonIs(error, "NotFound")
      })
    )

    it.effect(`does not end well when the last page that it promised is empty, by ${concurrency}`, () =>
      Effect.gen(function* () {
        const empty = clamping((number) =>
          number >= 3 ? ok({ results: [], pageNumber: number, pageSize: 10, totalResults: 30 }) : undefined
        )
        const { error, seen } = yield* untilFailure(empty, { pageSize: 10, concurrency })
        assert.deepStrictEqual(seen, ids(10))
        assert.strictEqual(reasonIs(error, "Pagination").page, 3)
      })
    )

    it.effect(`does not end well when it has fewer rows than it told, by ${concurrency}`, () =>
      Effect.gen(function* () {
        const fewer = clamping((number) => (number >= 5 ? failed(404) : undefined))
        const { error, seen } = yield* untilFailure(fewer, { pageSize: 10, concurrency })
        assert.deepStrictEqual(seen, ids(20))
        assert.include(reasonIs(error, "Pagination").message, "the list ended after 20 of 30 rows")
      })
    )
  }
})

it.effect("a list that grows and then lacks the page that it grew by does not end well", () =>
  Effect.gen(function* () {
    const transport = fake((one) => {
      const number = pageAsked(one)
      const totalResults = number === 1 ? 20 : 30
      return number === 3
        ? failed(404)
        : ok({ ...pageOf(number, { total: 30, size: 10, links: "none" }), totalResults })
    })
    const { error, seen } = yield* untilFailure(transport, { pageSize: 10 })
    assert.deepStrictEqual(seen, ids(20))
    assert.strictEqual(error.page, 3)
    reasonIs(error, "NotFound")
  })
)

describe("pages that link on for ever", () => {
  const endless = (more: (number: number) => object) =>
    fake((one) => {
      const number = pageAsked(one)
      return ok({
        results: [],
        pageNumber: number,
        pageSize: 100,
        _links: { self: { href: `/x?page=${number}` }, next: { href: `/x?page=${number + 1}` } },
        ...more(number)
      })
    })

  it.effect("without a row are given up after a few requests", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 8]) {
        for (const more of [{}, { totalResults: 0 }]) {
          const transport = endless(() => more)
          const { error, seen } = yield* untilFailure(transport, { concurrency })
          assert.lengthOf(seen, 0)
          assert.match(reasonIs(error, "Pagination").message, /no new row/)
          assert.isAtMost(transport.asked.length, 20)
        }
      }
    })
  )

  it.effect("are followed past a few empty ones to a row, and then given up", () =>
    Effect.gen(function* () {
      const transport = endless((number) =>
        number % 7 === 0 && number < 30 ? { results: [row(number)] } : {}
      )
      const { seen } = yield* untilFailure(transport)
      assert.deepStrictEqual(seen, ["c7", "c14", "c21", "c28"])
      assert.isAtMost(transport.asked.length, 50)
    })
  )

  it.effect("are given up when their total goes up and down for ever", () =>
    Effect.gen(function* () {
      let asked = 0
      const transport = fake((one) => {
        asked++
        return asked > 300
          ? failed(400)
          : ok({
              ...pageOf(pageAsked(one), { total: 100, size: 10 }),
              totalResults: asked % 2 === 0 ? 90 : 100
            })
      })
      const { error, seen } = yield* untilFailure(transport, { pageSize: 10 })
      assert.deepStrictEqual(seen, ids(10))
      assert.match(reasonIs(error, "Pagination").message, /no new row/)
      assert.isAtMost(asked, 60)
    })
  )

  it.effect("and hold one row again and again are given up as well", () =>
    Effect.gen(function* () {
      const transport = endless((number) => ({ results: [row(0, { platformName: `try ${number}` })] }))
      const { error, seen } = yield* untilFailure(transport)
      assert.deepStrictEqual(seen, ["c0"])
      reasonIs(error, "Pagination")
      assert.isAtMost(transport.asked.length, 20)
    })
  )

  it.effect("and hold the same rows without ids, or more than their total, are given up as well", () =>
    Effect.gen(function* () {
      const records = { companyId, connectionId, customDataIdentifier: "Orders" }
      for (const more of [
        () => ({ results: [{ content: { number: 1 } }] }),
        (number: number) => ({ results: [{ content: { number } }], totalResults: 1 })
      ]) {
        const transport = endless(more)
        const error = yield* Stream.runDrain(CustomData.records(records)).pipe(against(transport), errorOf)
        assert.match(reasonIs(error, "Pagination").message, /no new row/)
        assert.isAtMost(transport.asked.length, 20)
      }
    })
  )
})

it.effect(
  "rows without ids are read from a later page on, also of a server with smaller pages than asked for",
  () =>
    Effect.gen(function* () {
      const transport = fake((one) => {
        const page = pageOf(pageAsked(one), { total: 40, size: 2 })
        return ok({ ...page, results: page.results.map(({ id }) => ({ content: { id } })) })
      })
      for (const concurrency of [1, 4]) {
        const records = yield* Stream.runCollect(
          CustomData.records({
            companyId,
            connectionId,
            customDataIdentifier: "Orders",
            startPage: 2,
            pageSize: 100,
            concurrency
          })
        ).pipe(against(transport))
        assert.lengthOf(records, 38)
      }
    })
)

it.effect("a count that is less than the rows of its page is a failure", () =>
  Effect.gen(function* () {
    const page = { ...pageOf(1, { total: 1 }), totalResults: 0 }
    for (const call of [Connections.count({ companyId }), Companies.count()]) {
      const error = yield* call.pipe(against(script(ok(page))), errorOf)
      assert.include(reasonIs(error, "Pagination").message, "page 1 has 1 rows, although the total is 0")
    }
  })
)

it.effect("another page than the one that was asked for is a failure", () =>
  Effect.gen(function* () {
    const transport = fake(() => ok(pageOf(1, { total: 500 })))
    const error = yield* Connections.page({ companyId, page: 3 }).pipe(against(transport), errorOf)
    assert.include(reasonIs(error, "Pagination").message, "asked for page 3, but got page 1")
    assert.strictEqual(error.page, 3)
    const crooked = fake(() => ok({ ...pageOf(3, { total: 500 }), pageNumber: 1.5 }))
    assert.strictEqual((yield* Connections.page({ companyId, page: 3 }).pipe(against(crooked))).pageNumber, 3)
  })
)

describe("links", () => {
  it.effect("to the next page alone are enough", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 3]) {
        for (const [total, size] of [
          [25, 10],
          [20, 10],
          [7, 10]
        ] as const) {
          for (const totalResults of [total, null]) {
            const transport = fake((one) => {
              const number = pageAsked(one)
              const next = { href: `/x?page=${number + 1}` }
              const page = { ...pageOf(number, { total, size, links: "none" }), totalResults }
              return ok(number * size < total ? { ...page, _links: { next } } : page)
            })
            assert.deepStrictEqual(
              yield* collect(transport, { pageSize: 10, concurrency }),
              ids(total),
              `${total} rows, total ${totalResults}, ${concurrency} at a time`
            )
          }
        }
      }
    })
  )

  it.effect("that are wrong are a fault of the page, and of none of its rows", () =>
    Effect.gen(function* () {
      const page = { ...pageOf(1, { total: 3 }), _links: { next: { href: 7 } } }
      const error = yield* Connections.page({ companyId }).pipe(against(script(ok(page))), errorOf)
      const reason = reasonIs(error, "InvalidResponse")
      assert.strictEqual(reason.path, "_links.next.href")
      assert.isUndefined(reason.index)
    })
  )
})

describe("a total that grows", () => {
  it.effect("on the last page, or on a page behind it, is followed", () =>
    Effect.gen(function* () {
      for (const links of ["links", "none"] as const) {
        for (const concurrency of [1, 3]) {
          for (const grows of [1, 2, 3]) {
            const transport = fake((one) =>
              ok(
                pageOf(pageAsked(one), {
                  // On each page from that one on there are ten more.
                  total: pageAsked(one) < grows ? 30 : Math.min(60, 30 + 10 * (pageAsked(one) - grows + 1)),
                  size: 10,
                  links
                })
              )
            )
            const seen = yield* collect(transport, { pageSize: 10, concurrency })
            assert.deepStrictEqual(seen, ids(60), `from page ${grows} on, ${links}, ${concurrency}`)
          }
        }
      }
    })
  )
})
