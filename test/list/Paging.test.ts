import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Option, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Connections } from "effect-codat"
import * as fc from "fast-check"
import { collect, ids, untilFailure } from "../support/calls.ts"
import {
  against,
  company,
  companyId,
  counted,
  type Fake,
  failed,
  fake,
  late,
  ok,
  type Pages,
  pageAsked,
  pageOf,
  reasonIs,
  row,
  stall,
  watched
} from "../support/Fake.ts"

const asked = (transport: Fake) => transport.asked.map(pageAsked)
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)

/** Answers pages by number, or 404 where there is none. */
const book = (pages: Readonly<Record<number, unknown>>): Fake =>
  fake((one) => {
    const page = pages[pageAsked(one)]
    return page === undefined ? failed(404) : ok(page)
  })

describe("pages without a size or a link", () => {
  it.effect("hold a hundred rows each, where none was asked for", () =>
    Effect.gen(function* () {
      const transport = fake((one) => {
        const { pageSize: _, ...page } = pageOf(pageAsked(one), { total: 101, links: "none" })
        return ok(page)
      })
      assert.lengthOf(yield* collect(transport), 101)
      assert.deepStrictEqual(asked(transport), [1, 2])
    })
  )
})

describe("a page that comes again, without links", () => {
  it.effect("is passed over where as many rows have come before it, which the total shows", () =>
    Effect.gen(function* () {
      let first = 0
      const transport = fake((one) => {
        const number = pageAsked(one)
        const total = 30 - first
        const results = Array.from({ length: Math.min(10, total - (number - 1) * 10) }, (_, index) =>
          row(first + (number - 1) * 10 + index)
        )
        // A page of new rows is put before the others, once the first page has been read.
        first = -10
        return ok({ results, pageNumber: number, pageSize: 10, totalResults: total })
      })
      assert.deepStrictEqual(
        yield* collect(transport, { pageSize: 10 }),
        Array.from({ length: 30 }, (_, index) => `c${index}`)
      )
      assert.deepStrictEqual(asked(transport), [1, 2, 3, 4])
    })
  )
})

describe("pages without a row", () => {
  it.effect("are passed over, as long as one with a single row comes in between", () =>
    Effect.gen(function* () {
      const last = 60
      const transport = fake((one) => {
        const number = pageAsked(one)
        return ok({
          results: number % 2 === 0 ? [row(number)] : [],
          pageNumber: number,
          pageSize: 1,
          _links: {
            self: { href: "/" },
            ...(number < last ? { next: { href: `/?page=${number + 1}` } } : {})
          }
        })
      })
      assert.lengthOf(yield* collect(transport, { pageSize: 1 }), 30)
    })
  )

  it.effect("are passed over up to ten of them, counted anew from each row on", () =>
    Effect.gen(function* () {
      const withGapsOf = (gap: number) =>
        fake((one) => {
          const number = pageAsked(one)
          const hasRow = number % (gap + 1) === 1
          return ok({
            results: hasRow ? [row(number)] : [],
            pageNumber: number,
            pageSize: 1,
            _links: { self: { href: "/" }, ...(number < 30 && { next: { href: `/?page=${number + 1}` } }) }
          })
        })
      assert.deepStrictEqual(yield* collect(withGapsOf(10), { pageSize: 1 }), ["c1", "c12", "c23"])
      const { error, seen } = yield* untilFailure(withGapsOf(11), { pageSize: 1 })
      assert.deepStrictEqual(seen, ["c1"])
      assert.strictEqual(error.reason._tag, "Pagination")
    })
  )
})

describe("a long list", () => {
  it.effect("that had grown before it shrank is read again as far as it shrank", () =>
    Effect.gen(function* () {
      const rows = Array.from({ length: 13_500 }, (_, index) => row(index))
      const transport = fake((one) => {
        const number = pageAsked(one)
        if (number === 2) rows.unshift(row(99_999))
        // One that was given long ago goes.
        if (number === 13 && rows.length > 13_500) rows.splice(500, 1)
        const results = rows.slice((number - 1) * 1000, number * 1000)
        return ok({ results, pageNumber: number, pageSize: 1000, totalResults: rows.length })
      })
      assert.deepStrictEqual(
        yield* collect(transport, { pageSize: 1000 }),
        Array.from({ length: 13_500 }, (_, index) => `c${index}`)
      )
      assert.deepStrictEqual(asked(transport).slice(11), [12, 13, 12, 13, 14])
    })
  )
})

describe("laziness", () => {
  it.effect("sends nothing before the pull", () =>
    Effect.gen(function* () {
      const transport = company({ total: 250 })
      const list = Connections.list({ companyId })
      yield* Effect.scoped(Stream.toPull(list)).pipe(against(transport))
      assert.strictEqual(transport.asked.length, 0)
    })
  )

  it.effect("one request for take(1), and for a whole page, whatever the concurrency", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 4]) {
        for (const n of [1, 100]) {
          const transport = company({ total: 1000 })
          const taken = yield* Connections.list({ companyId, concurrency }).pipe(
            Stream.take(n),
            Stream.runCollect,
            against(transport)
          )
          assert.strictEqual(taken.length, n)
          assert.deepStrictEqual(asked(transport), [1])
        }
        const transport = company({ total: 1000 })
        const head = yield* Connections.pages({ companyId, concurrency }).pipe(
          Stream.runHead,
          against(transport)
        )
        assert.isTrue(Option.isSome(head))
        assert.deepStrictEqual(asked(transport), [1])
      }
    })
  )

  it.effect("fetches a page when it is pulled, and no more than `concurrency` ahead", () =>
    Effect.gen(function* () {
      const pulled = Effect.fnUntraced(function* (concurrency: number) {
        const transport = company({ total: 1000, size: 10 })
        const hold = yield* Deferred.make<void>()
        let pages = 0
        const fiber = yield* Connections.pages({ companyId, pageSize: 10, concurrency }).pipe(
          Stream.runForEach(() => (++pages === 3 ? Deferred.await(hold) : Effect.void)),
          against(transport),
          Effect.forkChild
        )
        for (let i = 0; i < 500; i++) yield* Effect.yieldNow
        assert.strictEqual(pages, 3)
        const sent = transport.asked.length
        yield* Fiber.interrupt(fiber)
        return sent
      })
      assert.strictEqual(yield* pulled(1), 3)
      for (const concurrency of [2, 4]) {
        const sent = yield* pulled(concurrency)
        assert.isAbove(sent, 3)
        assert.isAtMost(sent, 3 + concurrency, `concurrency ${concurrency}`)
      }
    })
  )

  it.effect("interrupting a stream aborts every page in flight, the last of the list too", () =>
    Effect.gen(function* () {
      for (const total of [100, 40]) {
        const transport = fake((one) => (pageAsked(one) === 1 ? ok(pageOf(1, { total, size: 10 })) : stall))
        const inFlight = () => transport.asked.slice(1).map(({ signal }) => !signal.aborted)
        const fiber = yield* collect(transport, { pageSize: 10, concurrency: 3 }).pipe(Effect.forkChild)
        for (let i = 0; i < 200; i++) yield* Effect.yieldNow
        assert.deepStrictEqual(asked(transport), [1, 2, 3, 4])
        assert.deepStrictEqual(inFlight(), [true, true, true])
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(inFlight(), [false, false, false])
      }
    })
  )

  it.effect("a reader that gives up waiting for a page and asks again is given that page", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 3]) {
        const gate = yield* Deferred.make<void>()
        const transport = fake((one) => {
          const answer = ok(pageOf(pageAsked(one), { total: 40, size: 10 }))
          return pageAsked(one) === 2
            ? (request, asked) => Effect.andThen(Deferred.await(gate), answer(request, asked))
            : answer
        })
        const seen = yield* Effect.gen(function* () {
          const pull = yield* Stream.toPull(Connections.pages({ companyId, pageSize: 10, concurrency }))
          const numbers = (yield* pull).map((page) => page.pageNumber)
          const impatient = yield* Effect.forkChild(pull)
          for (let i = 0; i < 200; i++) yield* Effect.yieldNow
          yield* Fiber.interrupt(impatient)
          yield* Deferred.succeed(gate, undefined)
          for (let pulls = 0; pulls < 3; pulls++) {
            numbers.push(...(yield* pull).map((page) => page.pageNumber))
          }
          return numbers
        }).pipe(Effect.scoped, against(transport))
        assert.deepStrictEqual(seen, [1, 2, 3, 4], `concurrency ${concurrency}`)
      }
    })
  )

  it.effect("a stream that is left early aborts the pages that are still in flight", () =>
    Effect.gen(function* () {
      const ended: Array<number> = []
      const transport = fake((one) =>
        pageAsked(one) <= 2
          ? ok(pageOf(pageAsked(one), { total: 100, size: 10 }))
          : () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => ended.push(pageAsked(one))))
      )
      const taken = yield* Connections.list({ companyId, pageSize: 10, concurrency: 3 }).pipe(
        Stream.take(11),
        Stream.runCollect,
        against(transport)
      )
      assert.lengthOf(taken, 11)
      assert.deepStrictEqual(asked(transport), [1, 2, 3, 4])
      assert.sameMembers(ended, [3, 4])
      assert.isTrue(transport.asked.slice(2).every(({ signal }) => signal.aborted))
    })
  )
})

describe("following", () => {
  const shapes: ReadonlyArray<NonNullable<Pages["links"]>> = ["links", "none", "empty"]

  it.effect("links where there are some, totals where there are none", () =>
    Effect.gen(function* () {
      for (const links of shapes) {
        for (const total of [0, 1, 99, 100, 101, 200, 250]) {
          for (const concurrency of [1, 3]) {
            const transport = company({ total, links })
            const about = `${total} by ${links}, ${concurrency} at a time`
            assert.deepStrictEqual(yield* collect(transport, { concurrency }), ids(total), about)
            assert.deepStrictEqual(asked(transport), upTo(Math.max(1, Math.ceil(total / 100))), about)
          }
        }
      }
    })
  )

  it.effect("an empty page in the middle, where no total says that there are rows on it", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 3]) {
        const transport = fake((one) => {
          const number = pageAsked(one)
          const page = { ...pageOf(number, { total: 50, size: 10 }), totalResults: null }
          return ok(number === 2 || number === 3 ? { ...page, results: [] } : page)
        })
        assert.deepStrictEqual(yield* collect(transport, { pageSize: 10, concurrency }), [
          ...ids(10),
          ...ids(50, 30)
        ])
      }
    })
  )

  it.effect("of a link to another origin its page number alone", () =>
    Effect.gen(function* () {
      const hrefs = [
        "https://evil.example/companies/x/connections?page=2&pageSize=100",
        "//evil.example/?page=2",
        "http://user:pass@evil.example:8080/?a=1&page=2#page=9",
        "?page=2",
        "javascript:alert(1)?page=2"
      ]
      for (const href of hrefs) {
        const first = { ...pageOf(1, { total: 101 }), _links: { next: { href } } }
        const transport = book({ 1: first, 2: pageOf(2, { total: 101 }) })
        assert.deepStrictEqual(yield* collect(transport, { query: "status=Linked" }), ids(101))
        assert.strictEqual(
          transport.asked[1]?.url.href,
          `https://api.codat.io/companies/${companyId}/connections?query=status%3DLinked&page=2`
        )
      }
    })
  )

  it.effect("what generic mocks say", () =>
    Effect.gen(function* () {
      const link = { href: "string" }
      const mock = {
        results: [row(0)],
        pageNumber: 0,
        pageSize: 0,
        totalResults: 0,
        _links: { self: link, current: link, next: link, previous: link }
      }
      for (const concurrency of [1, 3]) {
        const transport = book({ 1: mock })
        assert.deepStrictEqual(yield* collect(transport, { concurrency }), ["c0"])
        assert.deepStrictEqual(asked(transport), [1])
      }
      const [page] = yield* Connections.pages({ companyId }).pipe(
        Stream.runCollect,
        against(book({ 1: mock }))
      )
      assert.strictEqual(page?.pageNumber, 1)
      const single = yield* Connections.page({ companyId, page: 4 }).pipe(against(book({ 4: mock })))
      assert.strictEqual(single.pageNumber, 4)
    })
  )

  it.effect("a server that gives smaller pages than were asked for", () =>
    Effect.gen(function* () {
      for (const links of shapes) {
        for (const concurrency of [1, 4]) {
          const transport = fake((one) => ok(pageOf(pageAsked(one), { total: 35, size: 10, links })))
          assert.deepStrictEqual(yield* collect(transport, { pageSize: 5000, concurrency }), ids(35))
        }
      }
    })
  )

  it.effect("from startPage on, so that a reader can resume", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 3]) {
        const transport = company({ total: 55, size: 10 })
        const pages = yield* Connections.pages({ companyId, pageSize: 10, startPage: 4, concurrency }).pipe(
          Stream.runCollect,
          against(transport)
        )
        assert.deepStrictEqual(
          pages.map(({ pageNumber }) => pageNumber),
          [4, 5, 6]
        )
        const beyond = company({ total: 55, size: 10 })
        assert.deepStrictEqual(yield* collect(beyond, { pageSize: 10, startPage: 9, concurrency }), [])
        assert.deepStrictEqual(asked(beyond), [9])
      }
    })
  )
})

describe("totals that change while the stream runs", () => {
  const changing = (totals: (page: number) => number, links: Pages["links"]) =>
    fake((one) =>
      ok(pageOf(pageAsked(one), { total: totals(pageAsked(one)), size: 10, links: links ?? "links" }))
    )

  it.effect("grow: the new connections come too", () =>
    Effect.gen(function* () {
      for (const links of ["links", "none"] as const) {
        for (const concurrency of [1, 2, 5]) {
          const transport = changing((page) => (page < 3 ? 30 : 65), links)
          assert.deepStrictEqual(yield* collect(transport, { pageSize: 10, concurrency }), ids(65))
        }
      }
    })
  )

  it.effect("shrink: pages fetched behind the real end do not matter", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 4]) {
        for (const behind of [failed(404), failed(500), ok({ results: 1 }), stall]) {
          const transport = fake((one, index) => {
            const number = pageAsked(one)
            if (number > 2) return behind
            return ok(pageOf(number, { total: index === 0 ? 100 : 15, size: 10 }))
          })
          assert.deepStrictEqual(yield* collect(transport, { pageSize: 10, concurrency }), ids(15))
        }
      }
    })
  )
})

describe("concurrency", () => {
  it.effect("keeps the order and is never exceeded", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 2, 5]) {
        let now = 0
        let most = 0
        const transport = fake((one) => {
          const number = pageAsked(one)
          const reply = late(((number * 7) % 5) * 10 + 1, ok(pageOf(number, { total: 200, size: 10 })))
          return (request, question) =>
            Effect.acquireUseRelease(
              Effect.sync(() => {
                most = Math.max(most, ++now)
              }),
              () => reply(request, question),
              () => Effect.sync(() => now--)
            )
        })
        const fiber = yield* collect(transport, { pageSize: 10, concurrency }).pipe(Effect.forkChild)
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(yield* Fiber.join(fiber), ids(200))
        assert.strictEqual(most, concurrency)
      }
    })
  )

  it.effect("gives what came before a page that fails, and then its failure", () =>
    Effect.gen(function* () {
      for (const concurrency of [1, 4]) {
        const transport = fake((one) => {
          const number = pageAsked(one)
          return number === 3 ? failed(403) : ok(pageOf(number, { total: 60, size: 10 }))
        })
        const { error, seen } = yield* untilFailure(transport, { pageSize: 10, concurrency })
        assert.deepStrictEqual(seen, ids(20))
        assert.strictEqual(error.reason._tag, "Forbidden")
        assert.strictEqual(error.operation, "Connections.list")
      }
    })
  )
})

describe("pages that do not advance", () => {
  const base = pageOf(2, { total: 500 })
  const next = (href: string) => ({ ...base, _links: { next: { href } } })
  const table: ReadonlyArray<readonly [string, unknown, boolean]> = [
    ["a link to the page itself", next("/x?page=2"), true],
    ["a link back", next("/x?page=1"), true],
    ["a link that skips", next("/x?page=4"), true],
    ["a link to page 0", next("/x?page=0"), true],
    ["a link without a number and no total", { ...next("/x"), totalResults: null }, true],
    ["another page than was asked for", { ...base, pageNumber: 1 }, false]
  ]
  for (const [name, page, given] of table) {
    it.effect(name, () =>
      Effect.gen(function* () {
        for (const concurrency of [1, 3]) {
          const transport = fake((one) =>
            pageAsked(one) === 2 ? ok(page) : ok(pageOf(pageAsked(one), { total: 500 }))
          )
          const { error, failures, seen } = yield* watched(() =>
            Effect.gen(function* () {
              const { error, seen } = yield* untilFailure(transport, { concurrency })
              const failures = yield* counted("codat_failures", { outcome: "Pagination" })
              return { error, failures, seen }
            })
          )
          assert.strictEqual(failures, 1)
          const reason = reasonIs(error, "Pagination")
          assert.strictEqual(reason.page, 2)
          assert.deepStrictEqual(seen, ids(given ? 200 : 100))
          assert.isFalse(error.isRetryable)
        }
      })
    )
  }
})

it("every connection comes exactly once and in order", () => {
  fc.assert(
    fc.property(
      fc.record({
        total: fc.integer({ min: 0, max: 100 }),
        size: fc.integer({ min: 2, max: 40 }),
        startPage: fc.integer({ min: 1, max: 6 }),
        concurrency: fc.integer({ min: 1, max: 6 }),
        links: fc.constantFrom("links", "none", "empty"),
        clamp: fc.option(fc.integer({ min: 2, max: 40 }), { nil: undefined }),
        // A server that clamps may say so, or say the size that it was asked for.
        isFrank: fc.boolean()
      }),
      ({ clamp, concurrency, isFrank, links, size, startPage, total }) => {
        const real = Math.min(size, clamp ?? size)
        const transport = fake((one) =>
          ok({
            ...pageOf(pageAsked(one), { total, links, size: real }),
            pageSize: isFrank ? real : size
          })
        )
        const seen = Effect.runSync(collect(transport, { pageSize: size, startPage, concurrency }))
        assert.deepStrictEqual(seen, ids(Math.max(total, (startPage - 1) * real), (startPage - 1) * real))
      }
    ),
    { numRuns: 100 }
  )
})

describe("a server that does not keep to its word", () => {
  const rowsFrom = (first: number, count: number) => Array.from({ length: count }, (_, i) => row(first + i))

  for (const concurrency of [1, 3]) {
    it.effect(
      `is read to the end when it gives fewer rows than the page size it says, by ${concurrency}`,
      () =>
        Effect.gen(function* () {
          const transport = fake((asked) => {
            const number = pageAsked(asked)
            const results = rowsFrom((number - 1) * 100, Math.max(0, Math.min(100, 250 - (number - 1) * 100)))
            return ok({ results, pageNumber: number, pageSize: 5000, totalResults: 250 })
          })
          const all = yield* Stream.runCollect(
            Connections.list({ companyId, pageSize: 5000, concurrency })
          ).pipe(Effect.provide(transport.layer))
          assert.deepStrictEqual(
            all.map(({ id }) => id),
            rowsFrom(0, 250).map(({ id }) => id)
          )
        })
    )

    it.effect(
      `is no failure when it knows no page behind the last, which is where reading began, by ${concurrency}`,
      () =>
        Effect.gen(function* () {
          for (const behind of [failed(404), ok(pageOf(3, { total: 250, links: "none" }))]) {
            const transport = fake((one) =>
              pageAsked(one) > 3 ? behind : ok(pageOf(pageAsked(one), { total: 250, links: "none" }))
            )
            const options = { companyId, startPage: 3, concurrency }
            const pages = yield* Stream.runCollect(Connections.pages(options)).pipe(against(transport))
            assert.deepStrictEqual(
              pages.map(({ pageNumber, results }) => [pageNumber, results.length]),
              [[3, 50]]
            )
          }
        })
    )

    it.effect(`costs one request more when its first page alone is short, by ${concurrency}`, () =>
      Effect.gen(function* () {
        const shortFirst = (totalResults: number) =>
          fake((asked) => {
            const number = pageAsked(asked)
            const results = number === 1 ? rowsFrom(0, 1) : number > 10 ? [] : rowsFrom(number * 100, 100)
            return ok({ results, pageNumber: number, pageSize: 100, totalResults })
          })
        const transport = shortFirst(901)
        assert.lengthOf(yield* collect(transport, { concurrency }), 901)
        assert.isAtMost(transport.asked.length, 10 + concurrency)
        const { error, seen } = yield* untilFailure(shortFirst(1000), { concurrency })
        assert.lengthOf(seen, 901)
        assert.include(reasonIs(error, "Pagination").message, "the list ended after 901 of 1000 rows")
      })
    )

    it.effect(
      `is a Pagination failure when its pages are one, but for the links in them, by ${concurrency}`,
      () =>
        Effect.gen(function* () {
          let reading = 0
          const transport = fake(() => {
            reading++
            return ok({
              results: rowsFrom(0, 3).map((one) => ({ ...one, linkUrl: `https://l?otp=${reading}` })),
              pageSize: 3,
              totalResults: 100
            })
          })
          const { error, seen } = yield* untilFailure(transport, { concurrency, pageSize: 3 })
          assert.strictEqual(error.reason._tag, "Pagination")
          assert.lengthOf(seen, 3)
        })
    )

    it.effect(
      `is a Pagination failure when it gives the same rows whatever page it is asked for, by ${concurrency}`,
      () =>
        Effect.gen(function* () {
          const transport = fake(() => ok({ results: rowsFrom(0, 100), pageSize: 100, totalResults: 1000 }))
          const seen: Array<string> = []
          const error = yield* Connections.list({ companyId, concurrency }).pipe(
            Stream.runForEach(({ id }) => Effect.sync(() => seen.push(id))),
            Effect.flip,
            Effect.provide(transport.layer)
          )
          assert.strictEqual(error.reason._tag, "Pagination")
          assert.lengthOf(seen, 100)
        })
    )
  }
})
