/**
 * How a walk reads pages: where a listing ends, how often it is read again, and what a late answer may do.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as TestClock from "effect/testing/TestClock"
import { RetryPolicy, Sandbox } from "effect-codat"
import * as Mirror from "effect-codat/Mirror"
import { type Asked, failed, fake, ok, pageAsked } from "../../support/Fake.ts"
import type { Database } from "../databases.ts"
import {
  asked,
  assertEqual,
  company,
  companyEvent,
  eventually,
  mirrorOn,
  reasonOf,
  tables,
  withSandbox
} from "../fixture.ts"

const reconcile = Mirror.Mirror.use((mirror) => mirror.reconcile)

const size = 10

/** A page of so many companies, which states only some of its numbers. */
const pageOf = (
  asked: Asked,
  count: number,
  states: { readonly links: boolean; readonly total: number | undefined }
) => {
  const page = pageAsked(asked)
  const rows = Array.from({ length: count }, (_, index) => company(index))
  const hasNext = page * size < count
  return ok({
    results: rows.slice((page - 1) * size, page * size),
    pageNumber: page,
    pageSize: size,
    ...(states.total === undefined ? {} : { totalResults: states.total }),
    ...(states.links
      ? { _links: hasNext ? { next: { href: `/companies?page=${page + 1}&pageSize=${size}` } } : {} }
      : {})
  })
}

/** The pages that were asked for, in order. */
const pagesOf = (asked: ReadonlyArray<Asked>): ReadonlyArray<number> =>
  asked.map(pageAsked).toSorted((a, b) => a - b)

export const walks = (database: Database): void => {
  describe("a listing ends", () => {
    // 130 are more pages than may show nothing new in a row.
    for (const count of [0, 7, 10, 20, 25, 130]) {
      const full = Math.max(1, Math.ceil(count / size))
      for (const [what, links, hasTotal, pages] of [
        ["links and a total", true, true, full],
        ["a total alone", false, true, full],
        // Without a total only a page that is not full shows the end.
        ["links alone", true, false, Math.floor(count / size) + 1],
        ["neither", false, false, Math.floor(count / size) + 1]
      ] as const) {
        it.effect(`after ${count} companies, with ${what}`, (context) => {
          const server = fake((asked) => pageOf(asked, count, { links, total: hasTotal ? count : undefined }))
          return Effect.gen(function* () {
            const report = yield* reconcile
            assert.deepInclude(report, { pages, changes: count, candidates: 0 })
            assert.lengthOf((yield* tables()).companies, count)
            assert.deepStrictEqual(
              pagesOf(server.asked),
              Array.from({ length: pages }, (_, index) => index + 1)
            )
          }).pipe(
            Effect.provide([mirrorOn(database, context, { pageSize: size, concurrency: 1 }), server.layer])
          )
        })
      }
    }
  })

  it.effect("a listing that never shows as many as its total is read three times", (context) => {
    // The second page is one short, and the total is not: as where a company moved to a page that was read already.
    const server = fake((asked) => pageOf(asked, 19, { links: true, total: 20 }))
    return Effect.gen(function* () {
      assert.include(reasonOf(yield* Effect.exit(reconcile)), "IncompleteListing")
      assert.deepStrictEqual(pagesOf(server.asked), [1, 1, 1, 2, 2, 2])
      assert.lengthOf((yield* tables()).companies, 19)
    }).pipe(Effect.provide([mirrorOn(database, context, { pageSize: size }), server.layer]))
  })

  it.effect("a 404 from before a newer read removes nothing, and asks nothing again", (context) =>
    Effect.gen(function* () {
      const arrived = yield* Deferred.make<void>()
      const open = yield* Deferred.make<void>()
      const server = fake((asked) =>
        asked.url.pathname === "/companies"
          ? pageOf(asked, 2, { links: true, total: 2 })
          : (request) =>
              Deferred.succeed(arrived, undefined).pipe(
                Effect.andThen(Deferred.await(open)),
                Effect.andThen(failed(404, { correlationId: "of Codat" })(request, asked))
              )
      )
      yield* Effect.gen(function* () {
        const mirror = yield* Mirror.Mirror
        yield* mirror.apply(companyEvent("msg", company(1).id))
        const healing = yield* Effect.forkChild(mirror.heal)
        yield* Deferred.await(arrived)
        // It ends after the healing, but its page is written before.
        const walking = yield* Effect.forkChild(mirror.reconcile)
        yield* eventually(Effect.map(tables(), ({ companies }) => companies.length === 2))
        yield* Deferred.succeed(open, undefined)
        assert.deepInclude(yield* Fiber.join(healing), { removed: 0, changes: 0 })
        assert.deepInclude(yield* Fiber.join(walking), { removed: 0, changes: 2 })
        assert.lengthOf((yield* tables()).companies, 2)
        assert.deepInclude(yield* mirror.status, { dirtyCompanies: 0 })
      }).pipe(Effect.provide([mirrorOn(database, context, { pageSize: size }), server.layer]))
    })
  )

  it.effect(
    "a 404 that overlaps with another read removes nothing, and the company is read again",
    (context) =>
      Effect.gen(function* () {
        const gates = {
          page: { arrived: yield* Deferred.make<void>(), open: yield* Deferred.make<void>() },
          one: { arrived: yield* Deferred.make<void>(), open: yield* Deferred.make<void>() }
        }
        const stop = ({ arrived, open }: (typeof gates)["one"]) =>
          Effect.andThen(Deferred.succeed(arrived, undefined), Deferred.await(open))
        let singles = 0
        const server = fake((asked) => {
          const isList = asked.url.pathname === "/companies"
          const answer = isList
            ? pageOf(asked, 2, { links: true, total: 2 })
            : singles++ === 0
              ? failed(404, { correlationId: "of Codat" })
              : ok(company(1))
          return (request) => Effect.andThen(stop(isList ? gates.page : gates.one), answer(request, asked))
        })
        yield* Effect.gen(function* () {
          const mirror = yield* Mirror.Mirror
          const walking = yield* Effect.forkChild(mirror.reconcile)
          yield* Deferred.await(gates.page.arrived)
          yield* mirror.apply(companyEvent("msg", company(1).id))
          const healing = yield* Effect.forkChild(mirror.heal)
          yield* Deferred.await(gates.one.arrived)
          yield* Deferred.succeed(gates.page.open, undefined)
          yield* eventually(Effect.map(tables(), ({ companies }) => companies.length === 2))
          yield* Deferred.succeed(gates.one.open, undefined)
          assert.deepInclude(yield* Fiber.join(healing), { removed: 0, changes: 0 })
          assert.deepInclude(yield* Fiber.join(walking), { removed: 0, changes: 2 })
          assert.lengthOf((yield* tables()).companies, 2)
          assert.strictEqual(singles, 2)
          assert.deepInclude(yield* mirror.status, { dirtyCompanies: 0 })
        }).pipe(Effect.provide([mirrorOn(database, context, { pageSize: size }), server.layer]))
      })
  )

  it.effect("a 429 is waited for until the time that it names, also where it names no wait", (context) => {
    const reset = { "x-rate-limit-limit": "1000", "x-rate-limit-reset": "1970-01-01T02:00:00Z" }
    const server = fake((asked, index) =>
      index === 0 ? failed(429, {}, reset) : pageOf(asked, 7, { links: true, total: 7 })
    )
    return Effect.gen(function* () {
      const walking = yield* Effect.forkChild(reconcile)
      yield* eventually(Effect.sync(() => server.asked.length === 1))
      yield* TestClock.adjust("119 minutes")
      assert.lengthOf(server.asked, 1)
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(yield* Fiber.join(walking), { changes: 7 })
      assert.lengthOf(server.asked, 2)
    }).pipe(
      Effect.provide([
        mirrorOn(database, context, { pageSize: size }),
        server.layer,
        Layer.succeed(RetryPolicy.RetryPolicy, RetryPolicy.none)
      ])
    )
  })

  it.effect("a page of an earlier walk does not move the checkpoint of a later one", (context) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const isAt = (page: number) =>
        eventually(
          Effect.map(sql`SELECT next_page FROM codat_walks`, ([row]) => Number(row?.["next_page"]) === page)
        )
      /** As another process with the same tables would. */
      const elsewhere = reconcile.pipe(
        Effect.provide(Layer.fresh(Mirror.layer({ pageSize: 10, concurrency: 1 }))),
        Effect.provideService(SqlClient.SqlClient, sql)
      )
      const delayPage2 = (duration: Duration.Input) =>
        Sandbox.fail({ operation: "Companies.list", page: 2, kind: "latency", duration })
      /** The delay is for the next request for page 2, which must not be one of the other process. */
      const hasAskedForPage2 = (times: number) =>
        eventually(
          Effect.map(asked, (requests) => requests.filter((one) => one === "page 2").length === times)
        )

      yield* delayPage2("10 seconds")
      const stalled = yield* Effect.forkChild(Effect.exit(reconcile))
      yield* TestClock.adjust("1 second")
      yield* isAt(2)
      yield* hasAskedForPage2(1)
      assert.deepInclude(yield* elsewhere, { resumed: true })

      yield* delayPage2("30 seconds")
      const later = yield* Effect.forkChild(elsewhere)
      yield* TestClock.adjust("1 second")
      yield* isAt(2)
      yield* hasAskedForPage2(3)
      yield* TestClock.adjust("9 seconds")
      assert.include(reasonOf(yield* Fiber.join(stalled)), "Superseded")
      yield* isAt(2)
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(yield* Fiber.join(later), { resumed: false, pages: 4, changes: 0 })
      yield* assertEqual
    }).pipe(Effect.provide(withSandbox(database, context, { mirror: { concurrency: 1 } })))
  )
}
