/**
 * Values at the edge of what the databases can store.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as SqlClient from "effect/sql/SqlClient"
import * as TestClock from "effect/testing/TestClock"
import * as Mirror from "effect-codat/Mirror"
import { fake, ok, pageAsked, row, watched } from "../../support/Fake.ts"
import type { Database } from "../databases.ts"
import { company, companyEvent, mirrorOn, reasonOf, tables } from "../fixture.ts"

const reconcile = Mirror.Mirror.use((mirror) => mirror.reconcile)

const listing = (rows: ReadonlyArray<unknown>) =>
  fake(() => ok({ results: rows, pageNumber: 1, pageSize: 10, totalResults: rows.length, _links: {} })).layer

/** The statements of an effect that begin like this. */
const statements = <A, E, R>(start: string, effect: Effect.Effect<A, E, R>) =>
  watched(({ spans }) =>
    Effect.map(effect, () =>
      spans.filter(({ attributes }) => String(attributes.get("db.query.text")).startsWith(start))
    )
  )

export const extremes = (database: Database): void => {
  describe("keep", () => {
    for (const keep of [Duration.infinity, Duration.days(1_000_000)]) {
      it.effect(`can be ${Duration.format(keep)}`, (context) =>
        Effect.gen(function* () {
          assert.deepInclude(yield* reconcile, { changes: 1 })
          assert.deepInclude(yield* reconcile, { changes: 0 })
        }).pipe(Effect.provide([mirrorOn(database, context, { pageSize: 10, keep }), listing([company(1)])]))
      )
    }
  })

  it.effect("faults are recorded when their paths are longer than a key can be", (context) => {
    // Random, because PostgreSQL compresses keys.
    const random = Array.from({ length: 9000 }, () => Math.random().toString(36)[2]).join("")
    const tags = { [`${random}\u0000a`]: 1 }
    return Effect.gen(function* () {
      const report = yield* reconcile
      assert.deepInclude(report, { invalid: 1, changes: 1 })
      assert.match(report.faults[0]?.path ?? "", /^tags/)
    }).pipe(
      Effect.provide([
        mirrorOn(database, context, { pageSize: 10 }),
        listing([company(1, { tags }), company(2)])
      ])
    )
  })

  it.effect("characters that a database does not store keep no query from looking into JSON", (context) => {
    const tags = { "a\u0000": "1\u0000", b: "\ud800", c: "\ud83d\ude00" }
    const errors = [{ statusCode: 1, statusText: "x\u0000", errorMessage: "\udc00y", erroredOnUtc: null }]
    const connection = row(1, { dataConnectionErrors: errors })
    return Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* reconcile
      const [company] = yield* sql`
        SELECT tags ->> ${"a\ufffd"} AS a, tags ->> 'b' AS b, tags ->> 'c' AS c FROM codat_companies`
      assert.deepStrictEqual({ ...company }, { a: "1\ufffd", b: "\ufffd", c: "\ud83d\ude00" })
      const [stored] = yield* sql`SELECT data_connection_errors AS errors FROM codat_connections`
      assert.notMatch(JSON.stringify(stored), /u0000|ud800|udc00/)
      assert.deepInclude(yield* reconcile, { changes: 0 })
    }).pipe(
      Effect.provide([
        mirrorOn(database, context, { pageSize: 10 }),
        listing([company(1, { tags, dataConnections: [connection] })])
      ])
    )
  })

  it.effect(
    "ids that are longer than a key can be prevent no page from being written, and no event",
    (context) => {
      // Random, because PostgreSQL compresses keys.
      const long = Array.from({ length: 9000 }, () => Math.random().toString(36)[2]).join("")
      return Effect.gen(function* () {
        const mirror = yield* Mirror.Mirror
        assert.deepInclude(yield* reconcile, { invalid: 1, invalidConnections: 1, changes: 1 })
        yield* mirror.apply(companyEvent("msg_1", long))
        yield* mirror.apply({
          ...companyEvent("msg_2\u0000", "company-2"),
          eventType: "company.\u0000" as never
        })
        const { dirtyCompanies, oldestDirtyAt } = yield* mirror.status
        assert.strictEqual(dirtyCompanies, 1)
        assert.isDefined(oldestDirtyAt)
        for (const id of [`${long}a`, `${long}b`, `${long}a`]) {
          yield* mirror.apply(companyEvent(id, "company-2"))
        }
        const sql = yield* SqlClient.SqlClient
        assert.lengthOf(yield* sql`SELECT 1 FROM codat_events WHERE company_id = 'company-2'`, 3)
      }).pipe(
        Effect.provide([
          mirrorOn(database, context, { pageSize: 10 }),
          listing([company(1, { id: long }), company(2, { dataConnections: [row(1, { id: long })] })])
        ])
      )
    }
  )

  it.effect(
    "a company whose id cannot be stored counts once, however many of its connections are faulty",
    (context) => {
      const long = "x".repeat(300)
      const faulty = [row(1, { created: "yesterday" }), row(2, { created: "yesterday" })]
      const rows = [company(1, { id: long, dataConnections: faulty }), company(2)]
      const { layer } = fake(() =>
        ok({ results: rows, pageNumber: 1, pageSize: 10, totalResults: rows.length, _links: {} })
      )
      return Effect.gen(function* () {
        assert.deepInclude(yield* reconcile, { invalid: 1, invalidConnections: 0, changes: 1 })
      }).pipe(Effect.provide([mirrorOn(database, context, { pageSize: 10 }), layer]))
    }
  )

  it.effect(
    "a connection whose id cannot be stored is named by its place, behind others that are left out",
    (context) => {
      const dataConnections = [
        row(1, { id: 5 }),
        row(2),
        row(3, { created: "yesterday" }),
        row(4, { id: "x".repeat(201) })
      ]
      const { layer } = fake(() => {
        const results = [company(1, { dataConnections })]
        return ok({ results, pageNumber: 1, pageSize: 10, totalResults: 1, _links: {} })
      })
      return Effect.gen(function* () {
        const { faults, ...report } = yield* reconcile
        assert.deepStrictEqual(
          faults.map(({ path }) => path),
          ["dataConnections[0].id", "dataConnections[2].created", "dataConnections[3].id"]
        )
        assert.deepInclude(report, { invalidConnections: 3, changes: 2 })
      }).pipe(Effect.provide([mirrorOn(database, context, { pageSize: 10 }), layer]))
    }
  )

  it.effect("connections whose ids cannot be stored are counted, and never become one row", (context) => {
    const long = "x".repeat(200)
    const good = row(1, { id: long })
    let dataConnections: ReadonlyArray<unknown> = [
      row(2, { id: `${long}a` }),
      row(3, { id: `${long}b` }),
      row(4, { id: "c\u0000" }),
      row(5, { id: "c\ufffd" }),
      good,
      row(6, { created: "yesterday", id: `${long}c` })
    ]
    const { layer } = fake(({ url }) => {
      const one = company(1, { dataConnections })
      return url.pathname === "/companies"
        ? ok({ results: [one], pageNumber: 1, pageSize: 10, totalResults: 1, _links: {} })
        : ok(one)
    })
    const ids = Effect.map(tables(), ({ connections }) => connections.map(({ id }) => id))
    return Effect.gen(function* () {
      const mirror = yield* Mirror.Mirror
      const { faults, ...report } = yield* reconcile
      assert.deepInclude(report, { invalid: 0, invalidConnections: 4, changes: 3 })
      assert.includeMembers(
        faults.map(({ path }) => path),
        [0, 1, 2].map((index) => `dataConnections[${index}].id`)
      )
      assert.deepStrictEqual(yield* ids, ["c\ufffd", long])
      // They are not the connections that the table has, so these can still be removed.
      dataConnections = dataConnections.filter((one) => one !== good)
      assert.deepInclude(yield* reconcile, { invalidConnections: 4, changes: 1 })
      assert.deepStrictEqual(yield* ids, ["c\ufffd"])
      dataConnections = [row(4, { id: "c\u0000" })]
      yield* mirror.apply(companyEvent("msg_1", "company-001"))
      assert.deepInclude(yield* mirror.heal, { read: 1, changes: 1 })
      assert.deepInclude(yield* mirror.status, { invalidConnections: 1 })
      dataConnections = []
      assert.deepInclude(yield* reconcile, { invalidConnections: 0, changes: 0 })
    }).pipe(Effect.provide([mirrorOn(database, context, { pageSize: 10 }), layer]))
  })

  it.effect("a total that is not a count is none", (context) => {
    let totalResults = 1e300
    const { layer } = fake(() =>
      ok({ results: [company(1)], pageNumber: 1, pageSize: 10, totalResults, _links: {} })
    )
    return Effect.gen(function* () {
      for (const total of [1e300, 2.5, -1]) {
        totalResults = total
        assert.deepInclude(yield* reconcile, { pages: 1, totalCompanies: undefined })
      }
    }).pipe(Effect.provide([mirrorOn(database, context, { pageSize: 10 }), layer]))
  })

  it.effect("a total that is not a count does not make the page after a full last page wrong", (context) => {
    const { asked, layer } = fake((asked) => {
      const pageNumber = pageAsked(asked)
      const results = pageNumber === 1 ? Array.from({ length: 10 }, (_, index) => company(index)) : []
      return ok({ results, pageNumber, pageSize: 10, totalResults: 1e300, _links: {} })
    })
    return Effect.gen(function* () {
      assert.deepInclude(yield* reconcile, { pages: 2, changes: 10, candidates: 0, removed: 0 })
      assert.lengthOf(asked, 2)
      assert.lengthOf((yield* tables()).companies, 10)
    }).pipe(Effect.provide([mirrorOn(database, context, { pageSize: 10 }), layer]))
  })

  it.effect("hundreds of connections of a company are removed at once", (context) => {
    let count = 300
    const { layer } = fake(() => {
      const dataConnections = Array.from({ length: count }, (_, index) =>
        row(index, { id: `connection-${index}` })
      )
      const results = [company(1, { dataConnections }), company(2, { dataConnections: [dataConnections[0]] })]
      return ok({ results, pageNumber: 1, pageSize: 10, totalResults: 2, _links: {} })
    })
    return Effect.gen(function* () {
      yield* reconcile
      count = 1
      assert.strictEqual((yield* statements("DELETE FROM codat_connections", reconcile)).length, 1)
      assert.deepStrictEqual(
        (yield* tables()).connections.map(({ company, id }) => `${company} ${id}`).sort(),
        ["company-001 connection-0", "company-002 connection-0"]
      )
    }).pipe(Effect.provide([mirrorOn(database, context, { pageSize: 10 }), layer]))
  })

  it.effect("many old events are deleted in parts", (context) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const mirror = yield* Mirror.Mirror
      yield* mirror.apply(companyEvent("msg", "company-001"))
      yield* reconcile
      const digits = sql`(SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4)`
      yield* sql`INSERT INTO codat_events
        SELECT account, webhook_id || (a.n + 5 * b.n + 25 * c.n + 125 * d.n + 625 * e.n + 3125 * f.n), event_type,
          company_id, seq, received_at, done_at
        FROM codat_events, ${digits} a, ${digits} b, ${digits} c, ${digits} d, ${digits} e, ${digits} f`
      yield* TestClock.adjust("31 days")
      yield* mirror.apply(companyEvent("new", "company-001"))
      assert.lengthOf(yield* statements("DELETE FROM codat_events", reconcile), 2)
      const left = yield* sql<{ readonly webhook_id: string }>`SELECT webhook_id FROM codat_events`
      assert.deepStrictEqual(
        left.map((event) => event.webhook_id),
        ["new"]
      )
    }).pipe(Effect.provide([mirrorOn(database, context, { pageSize: 10 }), listing([company(1)])]))
  )

  it.effect("many old changes are deleted in parts", (context) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const mirror = yield* Mirror.Mirror
      yield* reconcile
      const digits = sql`(SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4)`
      yield* sql`INSERT INTO codat_changes
        SELECT account, 2 + a.n + 5 * b.n + 25 * c.n + 125 * d.n + 625 * e.n + 3125 * f.n, kind, company_id,
          connection_id, fields, at
        FROM codat_changes, ${digits} a, ${digits} b, ${digits} c, ${digits} d, ${digits} e, ${digits} f`
      yield* sql`UPDATE codat_walks SET change_seq = 15626`
      yield* TestClock.adjust("31 days")
      const parts = yield* statements("DELETE FROM codat_changes", reconcile)
      assert.lengthOf(parts, 2)
      // Otherwise PostgreSQL scans, for each part, all that was deleted before it.
      for (const { attributes } of parts) {
        assert.match(String(attributes.get("db.query.text")), /seq > \S+ AND seq <= /)
      }
      assert.lengthOf(yield* Stream.runCollect(mirror.changes()), 0)
      assert.include(
        reasonOf(yield* Effect.exit(Stream.runDrain(mirror.changes({ after: 15_625 })))),
        "CursorExpired"
      )
    }).pipe(Effect.provide([mirrorOn(database, context, { pageSize: 10 }), listing([company(1)])]))
  )
}
