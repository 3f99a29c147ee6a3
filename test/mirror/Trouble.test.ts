/**
 * A mirror when Codat, a proxy or a clock is wrong.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as SqlClient from "effect/sql/SqlClient"
import * as TestClock from "effect/testing/TestClock"
import { RateLimit, WebhookEvent } from "effect-codat"
import * as Mirror from "effect-codat/Mirror"
import type { TestContext } from "vitest"
import { type Fake, failed, fake, json, ok, pageAsked, row, text } from "../support/Fake.ts"
import { sqlite } from "./databases.ts"
import { company, companyEvent, type Gate, gate, mirrorOn, reasonOf, stopping, tables } from "./fixture.ts"

const reconcile = Mirror.Mirror.use((mirror) => mirror.reconcile)

const companies = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => company(from + index))

const withFake = (fake: Fake, context: TestContext, options: Mirror.Options = {}) =>
  Effect.provide(Layer.merge(mirrorOn(sqlite, context, { pageSize: 10, ...options }), fake.layer))

const page = (number: number, results: ReadonlyArray<unknown>, totalResults: number, hasNext: boolean) => ({
  results,
  pageNumber: number,
  pageSize: 10,
  totalResults,
  _links: hasNext ? { next: { href: `/companies?page=${number + 1}&pageSize=10` } } : {}
})

describe("a listing", () => {
  it.effect("fails when its first page is empty although its total is not 0", (context) =>
    Effect.gen(function* () {
      const transport = fake(() => ok(page(1, [], 500, false)))
      assert.include(reasonOf(yield* Effect.exit(reconcile).pipe(withFake(transport, context))), "Pagination")
    })
  )

  it.effect("ends where totals go up and down", (context) =>
    Effect.gen(function* () {
      const transport = fake((asked, index) => {
        if (index > 400) throw new Error("enough")
        const number = pageAsked(asked)
        return ok(page(number, companies((number - 1) * 10, number * 10), number % 2 === 1 ? 40 : 30, true))
      })
      assert.include(reasonOf(yield* Effect.exit(reconcile).pipe(withFake(transport, context))), "Pagination")
      assert.isBelow(transport.asked.length, 100)
    })
  )

  it.effect("ends where empty pages link on", (context) =>
    Effect.gen(function* () {
      const transport = fake((asked, index) => {
        if (index > 400) throw new Error("enough")
        const number = pageAsked(asked)
        const { totalResults: _, ...body } = page(number, number === 1 ? companies(0, 10) : [], 0, true)
        return ok(body)
      })
      assert.include(reasonOf(yield* Effect.exit(reconcile).pipe(withFake(transport, context))), "Pagination")
      assert.isBelow(transport.asked.length, 100)
    })
  )

  it.effect("ends where every page is the first one", (context) =>
    Effect.gen(function* () {
      const transport = fake((_, index) => {
        if (index > 400) throw new Error("enough")
        const { totalResults: __, ...body } = page(1, companies(0, 10), 0, true)
        return ok(body)
      })
      assert.include(reasonOf(yield* Effect.exit(reconcile).pipe(withFake(transport, context))), "Pagination")
      assert.isBelow(transport.asked.length, 100)
    })
  )

  it.effect("costs one request more when each page has a company that cannot be decoded", (context) =>
    Effect.gen(function* () {
      const transport = fake((asked) => {
        const number = pageAsked(asked)
        const rows = companies((number - 1) * 10, number * 10).map((one, index) =>
          index === 3 ? { ...one, created: "yesterday" } : one
        )
        return ok(page(number, rows, 60, number < 6))
      })
      yield* Effect.gen(function* () {
        assert.deepInclude(yield* reconcile, { pages: 6, invalid: 6, changes: 54 })
        assert.lengthOf(transport.asked, 7)
      }).pipe(withFake(transport, context))
    })
  )

  it.effect("removes no company when Codat returns another one", (context) =>
    Effect.gen(function* () {
      let shown = 12
      const transport = fake((asked) => {
        if (asked.url.pathname === "/companies") return ok(page(1, companies(0, shown), shown, false))
        return ok(company(3))
      })
      yield* Effect.gen(function* () {
        yield* reconcile
        shown = 11
        assert.deepInclude(yield* reconcile, { candidates: 1, removed: 0, invalid: 1 })
        assert.lengthOf((yield* tables()).companies, 12)
      }).pipe(withFake(transport, context))
    })
  )

  it.effect("is read again although one company cannot be read", (context) =>
    Effect.gen(function* () {
      let shown = 12
      let name = "before"
      const transport = fake((asked) => {
        const all = companies(0, shown).map((one) => ({ ...one, name }))
        return asked.url.pathname === "/companies" ? ok(page(1, all, shown, false)) : failed(451)
      })
      yield* Effect.gen(function* () {
        yield* reconcile
        shown = 11
        assert.notStrictEqual(reasonOf(yield* Effect.exit(reconcile)), "succeeded")
        name = "after"
        yield* TestClock.adjust("61 minutes")
        assert.include(reasonOf(yield* Effect.exit(reconcile)), "UnexpectedStatus")
        const { companies } = yield* tables()
        assert.lengthOf(
          companies.filter((one) => one.includes("after")),
          11
        )
      }).pipe(withFake(transport, context))
    })
  )
})

describe("a page for which Codat always fails", () => {
  const always = (name: () => string) =>
    fake((asked) => {
      if (asked.url.pathname !== "/companies") return ok({ ...company(15), name: name() })
      if (pageAsked(asked) === 2) return failed(451)
      return ok(
        page(
          1,
          companies(0, 10).map((one) => ({ ...one, name: name() })),
          20,
          true
        )
      )
    })

  it.effect("keeps no other page out of date for much more than a day", (context) => {
    let name = "before"
    return Effect.gen(function* () {
      const mirror = yield* Mirror.Mirror
      const fails = Effect.gen(function* () {
        const error = yield* Effect.flip(mirror.reconcile)
        assert.match(error.message, /page 2/)
        assert.deepInclude((yield* mirror.status).walk, { pagesDone: 1, totalPages: 2 })
        return (yield* tables()).companies.filter((one) => one.includes(name)).length
      })
      assert.strictEqual(yield* fails, 10)
      name = "after"
      yield* TestClock.adjust("23 hours")
      assert.strictEqual(yield* fails, 0)
      yield* mirror.apply(companyEvent("msg_1", company(15).id))
      assert.deepInclude(yield* mirror.heal, { read: 1, changes: 1 })
      yield* TestClock.adjust("3 hours")
      assert.strictEqual(yield* fails, 11)
      assert.isUndefined((yield* mirror.status).lastReconciledAt)
    }).pipe(
      withFake(
        always(() => name),
        context
      )
    )
  })
})

it.effect("a walk whose pages take days is not started again", (context) => {
  let reachable = 1
  const asked: Array<number> = []
  const transport = fake((request) => {
    const number = pageAsked(request)
    if (number > reachable) return failed(451)
    asked.push(number)
    return ok(page(number, companies((number - 1) * 10, number * 10), 40, number < 4))
  })
  return Effect.gen(function* () {
    const { reconcile } = yield* Mirror.Mirror
    for (; reachable < 4; reachable++) {
      yield* Effect.flip(reconcile)
      yield* TestClock.adjust("20 hours")
    }
    assert.deepInclude(yield* reconcile, { pages: 4, resumed: true })
    assert.deepStrictEqual(asked, [1, 2, 3, 4])
  }).pipe(withFake(transport, context))
})

describe("a quota that resets only in years", () => {
  const quota = (remaining: number) => ({
    "x-rate-limit-remaining": String(remaining),
    "x-rate-limit-reset": "2044-01-01T00:00:00Z"
  })
  const body = page(1, companies(0, 2), 2, false)

  const waitsADay = ({ asked }: Fake) =>
    Effect.gen(function* () {
      const walking = yield* Effect.forkChild(reconcile)
      yield* TestClock.adjust("23 hours")
      assert.isUndefined(walking.pollUnsafe())
      assert.lengthOf(asked, 1)
      yield* TestClock.adjust("1 hour")
      assert.isDefined(walking.pollUnsafe())
      assert.deepInclude(yield* Fiber.join(walking), { pages: 1 })
      assert.lengthOf(asked, 2)
    })

  it.effect("stops a walk for no more than a day, after a 429", (context) => {
    const transport = fake((_, index) => (index === 0 ? failed(429, {}, quota(0)) : ok(body)))
    return waitsADay(transport).pipe(withFake(transport, context))
  })

  it.effect("stops a walk for no more than a day, below the reserve", (context) => {
    const transport = fake(() => json(200, body, quota(5)))
    return Effect.andThen(reconcile, waitsADay(transport)).pipe(
      withFake(transport, context, { reserve: 10 }),
      Effect.provide(RateLimit.layerQuota)
    )
  })
})

describe("ids that PostgreSQL cannot store", () => {
  it.effect("do not prevent a page from being written", (context) =>
    Effect.gen(function* () {
      const connection = row(1, { id: "c\u0000" })
      const rows = [
        { ...company(0), id: "a\u0000" },
        { ...company(1), dataConnections: [connection] }
      ]
      yield* Effect.gen(function* () {
        assert.deepInclude(yield* reconcile, { invalid: 1, invalidConnections: 1, changes: 1 })
        const { companies, connections } = yield* tables()
        assert.lengthOf(companies, 1)
        assert.deepStrictEqual(connections, [])
      }).pipe(
        withFake(
          fake(() => ok(page(1, rows, 2, false))),
          context
        )
      )
    })
  )
})

describe("changes", () => {
  it.effect("fail for a cursor that no change has had", (context) =>
    Effect.gen(function* () {
      const mirror = yield* Mirror.Mirror
      yield* reconcile
      const { cursor } = yield* mirror.status
      assert.deepStrictEqual(yield* Stream.runCollect(mirror.changes({ after: cursor })), [])
      const exit = yield* Effect.exit(Stream.runDrain(mirror.changes({ after: cursor + 1, live: true })))
      assert.include(reasonOf(exit), "CursorExpired")
    }).pipe(
      withFake(
        fake(() => ok(page(1, companies(0, 2), 2, false))),
        context
      )
    )
  )

  it.effect("without a cursor continue after all changes were pruned", (context) =>
    Effect.gen(function* () {
      let name = "a"
      const named = () => companies(0, 2).map((one) => ({ ...one, name }))
      const transport = fake(() => ok(page(1, named(), 2, false)))
      yield* Effect.gen(function* () {
        const mirror = yield* Mirror.Mirror
        yield* reconcile
        yield* TestClock.adjust("2 days")
        yield* reconcile
        const fiber = yield* Effect.forkChild(
          Stream.runCollect(Stream.take(mirror.changes({ live: true }), 1)),
          { startImmediately: true }
        )
        yield* TestClock.adjust("3 seconds")
        name = "b"
        yield* reconcile
        yield* TestClock.adjust("3 seconds")
        const exit = yield* Fiber.await(fiber)
        assert.strictEqual(exit._tag, "Success", reasonOf(exit))
      }).pipe(withFake(transport, context, { keep: "1 day" }))
    })
  )
})

describe("run", () => {
  /** Moves the clock step by step, and gives the database time to answer. */
  const pass = (step: Duration.Input, times: number) =>
    Effect.forEach(
      Array.from({ length: times }),
      () =>
        Effect.andThen(
          TestClock.adjust(step),
          Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 2)))
        ),
      { discard: true }
    )

  it.effect("reads again although an earlier process had a clock that was years ahead", (context) => {
    const transport = fake(() => ok(page(1, companies(0, 2), 2, false)))
    return Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2030-01-01T00:00:00Z"))
      yield* reconcile
      yield* TestClock.setTime(Date.parse("2026-01-01T00:00:00Z"))
      const fiber = yield* Effect.forkChild(Mirror.run({ healEvery: "1 day" }))
      yield* pass("1 minute", 5)
      yield* Fiber.interrupt(fiber)
      assert.lengthOf(transport.asked, 2)
    }).pipe(withFake(transport, context))
  })

  it.effect(
    "continues after an interruption from inside a step, and ends when it is interrupted itself",
    (context) =>
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(Mirror.run({ healEvery: "1 day" }))
        yield* pass("1 second", 5)
        assert.isUndefined(fiber.pollUnsafe())
        yield* Fiber.interrupt(fiber)
      }).pipe(
        withFake(
          fake(() => ok(page(1, companies(0, 2), 2, false))),
          context,
          { onPage: () => Effect.interrupt }
        )
      )
  )

  it.effect("waits a second after a failed walk, also with reconcileEvery: 0", (context) => {
    const transport = fake(() => failed(401))
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Mirror.run({ reconcileEvery: 0, healEvery: "1 day" }))
      yield* pass("1 millis", 20)
      yield* Fiber.interrupt(fiber)
      assert.lengthOf(transport.asked, 1)
    }).pipe(withFake(transport, context))
  })

  it.effect("lists all companies again only after reconcileEvery when too many were missing", (context) => {
    let shown = 12
    const transport = fake(() => ok(page(1, companies(0, shown), shown, false)))
    return Effect.gen(function* () {
      yield* reconcile
      const before = transport.asked.length
      shown = 1
      yield* TestClock.adjust("1 hour")
      const fiber = yield* Effect.forkChild(Mirror.run({ reconcileEvery: "1 hour", healEvery: "1 day" }))
      yield* pass("1 minute", 50)
      assert.lengthOf(transport.asked, before + 1)
      yield* pass("1 minute", 15)
      assert.lengthOf(transport.asked, before + 2)
      yield* Fiber.interrupt(fiber)
    }).pipe(withFake(transport, context))
  })
})

describe("old changes and events", () => {
  it.effect("are deleted although each walk fails because of one company", (context) => {
    let shown = 12
    const transport = fake((asked) =>
      asked.url.pathname === "/companies" ? ok(page(1, companies(0, shown), shown, false)) : failed(403)
    )
    return Effect.gen(function* () {
      const mirror = yield* Mirror.Mirror
      yield* reconcile
      shown = 11
      yield* TestClock.adjust("3 days")
      assert.include(reasonOf(yield* Effect.exit(reconcile)), "Forbidden")
      assert.deepStrictEqual(yield* Stream.runCollect(mirror.changes()), [])
    }).pipe(withFake(transport, context, { keep: "2 days" }))
  })
})

describe("a removed company", () => {
  it.effect("is not added again by a read from before its removal, however short keep is", (context) => {
    const gates: Array<Gate> = []
    let shown = 3
    const transport = fake((asked) =>
      asked.url.pathname === "/companies"
        ? ok(page(1, companies(0, shown), shown, false))
        : shown === 3
          ? ok(company(2))
          : failed(404, { service: "PublicApi" })
    )
    return Effect.gen(function* () {
      const mirror = yield* Mirror.Mirror
      yield* reconcile
      const slow = yield* gate("answer", (url) => url.includes("/companies/company-002"))
      gates.push(slow)
      yield* mirror.apply(companyEvent("msg_1", "company-002"))
      const healing = yield* Effect.forkChild(
        Effect.updateService(mirror.heal, HttpClient.HttpClient, stopping(gates))
      )
      yield* Deferred.await(slow.arrived)
      shown = 2
      const sql = yield* SqlClient.SqlClient
      // Another process with the same tables.
      yield* Effect.gen(function* () {
        assert.deepInclude(yield* reconcile, { removed: 1 })
        // Less than an attempt may take, so that the slow read is not given up.
        yield* TestClock.adjust("10 seconds")
        yield* reconcile
      }).pipe(
        Effect.provide(Layer.fresh(Mirror.layer({ pageSize: 10, keep: 0 }))),
        Effect.provideService(SqlClient.SqlClient, sql)
      )
      yield* Deferred.succeed(slow.open, undefined)
      yield* Fiber.join(healing)
      assert.lengthOf((yield* tables()).companies, 2)
      yield* TestClock.adjust("25 hours")
      yield* reconcile
      assert.deepStrictEqual(yield* sql`SELECT 1 FROM codat_companies WHERE removed_at IS NOT NULL`, [])
    }).pipe(withFake(transport, context, { keep: 0 }))
  })
})

describe("a marked company", () => {
  it.effect("is one of an event that cannot be read as documented, or that is new", (context) =>
    Effect.gen(function* () {
      const mirror = yield* Mirror.Mirror
      yield* reconcile
      const unrecognized = (id: string, eventType: string, payload: unknown) =>
        mirror.apply(
          Schema.decodeUnknownSync(WebhookEvent.WebhookEvent)({
            _tag: "Unrecognized",
            id,
            timestamp: "2026-01-01T00:00:00Z",
            eventType,
            payload
          })
        )
      yield* unrecognized("msg_1", "connection.connected", { referenceCompany: { id: "company-000" } })
      yield* unrecognized("msg_2", "company.renamed", { id: "company-001" })
      yield* unrecognized("msg_3", "invoices.renamed", { id: "company-002" })
      assert.strictEqual((yield* mirror.status).dirtyCompanies, 2)
      assert.deepInclude(yield* mirror.heal, { read: 2 })
      // One that names nobody is not forgotten before all companies have been read.
      yield* unrecognized("msg_4", "connection.renamed", { connection: 7 })
      assert.deepInclude(yield* mirror.status, { dirtyCompanies: 0 })
      assert.isDefined((yield* mirror.status).oldestDirtyAt)
      yield* reconcile
      assert.isUndefined((yield* mirror.status).oldestDirtyAt)
    }).pipe(
      withFake(
        fake(({ url }) =>
          url.pathname === "/companies"
            ? ok(page(1, companies(0, 3), 3, false))
            : ok(company(Number(url.pathname.slice(-3))))
        ),
        context
      )
    )
  )

  it.effect("with an id that no URL can contain is a fault, and does not block others", (context) =>
    Effect.gen(function* () {
      const mirror = yield* Mirror.Mirror
      for (const [index, id] of ["a b", "..", "", "company-001"].entries()) {
        yield* mirror.apply(companyEvent(`msg_${index}`, id))
      }
      assert.deepInclude(yield* mirror.heal, { read: 1, invalid: 3 })
      assert.deepInclude(yield* mirror.status, { dirtyCompanies: 0, invalidCompanies: 3 })
    }).pipe(
      withFake(
        fake(() => ok(company(1))),
        context,
        { concurrency: 1 }
      )
    )
  )

  it.effect("is read although hundreds of companies before it cannot be read", (context) => {
    const transport = fake((asked) =>
      asked.url.pathname === "/companies/company-999" ? ok(company(999)) : failed(403)
    )
    return Effect.gen(function* () {
      const mirror = yield* Mirror.Mirror
      for (let index = 0; index < 250; index++) {
        yield* mirror.apply(companyEvent(`msg_${index}`, company(index).id))
      }
      yield* mirror.apply(companyEvent("msg_last", "company-999"))
      assert.include(reasonOf(yield* Effect.exit(mirror.heal)), "Forbidden")
      assert.include(reasonOf(yield* Effect.exit(mirror.heal)), "Forbidden")
      assert.deepInclude(yield* mirror.status, { dirtyCompanies: 250 })
    }).pipe(withFake(transport, context))
  })

  it.effect("is not removed for a 404 that is not from Codat", (context) => {
    let answer = text(404, "<h1>404 page not found</h1>", { "content-type": "text/html" })
    const transport = fake((asked) =>
      asked.url.pathname === "/companies" ? ok(page(1, companies(0, 2), 2, false)) : answer
    )
    return Effect.gen(function* () {
      const mirror = yield* Mirror.Mirror
      yield* reconcile
      yield* mirror.apply(companyEvent("msg_1", company(1).id))
      assert.include(reasonOf(yield* Effect.exit(mirror.heal)), "NotFound")
      assert.lengthOf((yield* tables()).companies, 2)
      answer = failed(404, { service: "PublicApi", correlationId: "1" })
      assert.deepInclude(yield* mirror.heal, { removed: 1 })
    }).pipe(withFake(transport, context))
  })
})

describe("a company that could never be decoded", () => {
  it.effect(
    "is counted by the walk that saw it, also when an earlier read of it is written later",
    (context) =>
      Effect.gen(function* () {
        const slow = yield* gate("answer", (url) => url.includes("/companies/company-002"))
        const faulty = { ...company(2), created: "yesterday" }
        const transport = fake(({ url }) =>
          ok(url.pathname === "/companies" ? page(1, [...companies(0, 2), faulty], 3, false) : faulty)
        )
        const healing = yield* Deferred.make<Fiber.Fiber<unknown, unknown>>()
        const onPage = () =>
          Effect.andThen(
            Deferred.succeed(slow.open, undefined),
            Effect.flatMap(Deferred.await(healing), Fiber.await)
          )
        yield* Effect.gen(function* () {
          const mirror = yield* Mirror.Mirror
          yield* mirror.apply(companyEvent("msg_1", company(2).id))
          const fiber = yield* Effect.forkChild(
            Effect.updateService(mirror.heal, HttpClient.HttpClient, stopping([slow]))
          )
          yield* Deferred.await(slow.arrived)
          yield* Deferred.succeed(healing, fiber)
          assert.deepInclude(yield* reconcile, { pages: 1, invalid: 1 })
          assert.deepInclude(yield* mirror.status, { invalidCompanies: 1 })
        }).pipe(withFake(transport, context, { onPage: () => Effect.asVoid(onPage()) }))
      })
  )
})

describe("a company that no page showed", () => {
  it.effect("is removed although hundreds of companies before it cannot be read", (context) => {
    let shown = 300
    const transport = fake(({ url }) => {
      if (url.pathname === "/companies") {
        return ok({ ...page(1, companies(0, shown), shown, false), pageSize: 500 })
      }
      return url.pathname === "/companies/company-299" ? failed(404, { service: "PublicApi" }) : failed(403)
    })
    return Effect.gen(function* () {
      yield* reconcile
      shown = 1
      for (const left of [300, 299]) {
        assert.include(reasonOf(yield* Effect.exit(reconcile)), "Forbidden")
        assert.lengthOf((yield* tables()).companies, left)
      }
    }).pipe(withFake(transport, context, { pageSize: 500, maxMissing: 1000 }))
  })
})

describe("the report of a walk", () => {
  it.effect("counts what was removed before the walk failed", (context) => {
    let shown = 12
    let isForbidden = true
    const transport = fake((asked) => {
      if (asked.url.pathname === "/companies") return ok(page(1, companies(0, shown), shown, false))
      if (!asked.url.pathname.endsWith("company-009")) return failed(404, { service: "PublicApi" })
      return isForbidden ? failed(403) : ok(company(9))
    })
    return Effect.gen(function* () {
      yield* reconcile
      shown = 9
      assert.include(reasonOf(yield* Effect.exit(reconcile)), "Forbidden")
      isForbidden = false
      assert.deepInclude(yield* reconcile, { resumed: true, candidates: 3, removed: 2, changes: 2 })
    }).pipe(withFake(transport, context))
  })
})
