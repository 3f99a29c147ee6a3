import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as SqlClient from "effect/sql/SqlClient"
import * as TestClock from "effect/testing/TestClock"
import { type Auth, Companies, Connections, RateLimit, RetryPolicy, Sandbox, Webhook } from "effect-codat"
import * as Mirror from "effect-codat/Mirror"
import type { Database } from "../databases.ts"
import {
  asked,
  assertEqual,
  assertReplays,
  companyEvent,
  connectionsOf,
  corrupting,
  eventually,
  type Gate,
  gate,
  mirrorOn,
  reasonOf,
  replacingPage,
  rewriting,
  stopping,
  tables,
  withSandbox
} from "../fixture.ts"

const secret = Redacted.make("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

const reconcile = Mirror.Mirror.use((mirror) => mirror.reconcile)
const heal = Mirror.Mirror.use((mirror) => mirror.heal)
const status = Mirror.Mirror.use((mirror) => mirror.status)
const apply = (...args: Parameters<typeof companyEvent>) =>
  Mirror.Mirror.use((mirror) => mirror.apply(companyEvent(...args)))

const companyAt = (index: number) =>
  Effect.map(Sandbox.companies, (companies) => companies[index]?.id ?? "there is none")

export const mirror = (database: Database): void => {
  describe("reconcile", () => {
    it.effect("reads every company and connection, with as many requests as a listing", (context) =>
      Effect.gen(function* () {
        const report = yield* reconcile
        assert.deepInclude(report, {
          resumed: false,
          pages: 4,
          totalCompanies: 35,
          candidates: 0,
          removed: 0
        })
        yield* assertEqual
        yield* assertReplays
        assert.deepStrictEqual((yield* asked).sort(), ["page 1", "page 2", "page 3", "page 4"])
      }).pipe(Effect.provide(withSandbox(database, context)))
    )

    it.effect("writes nothing when nothing changed", (context) =>
      Effect.gen(function* () {
        yield* reconcile
        const { cursor } = yield* status
        assert.deepInclude(yield* reconcile, { changes: 0, removed: 0, candidates: 0 })
        assert.strictEqual((yield* status).cursor, cursor)
      }).pipe(Effect.provide(withSandbox(database, context)))
    )

    it.effect("names the fields that changed", (context) =>
      Effect.gen(function* () {
        const mirror = yield* Mirror.Mirror
        yield* reconcile
        const { cursor } = yield* status
        const connections = yield* Sandbox.connections()
        const linked = connections.find((connection) => connection.status === "Linked")
        const connectionId = linked?.id ?? ""
        yield* Sandbox.deauthorize({ companyId: Sandbox.companyId, connectionId })
        yield* Companies.update({ companyId: yield* companyAt(1), name: "Another name" })
        yield* reconcile
        const changes = yield* Stream.runCollect(mirror.changes({ after: cursor }))
        const renamed = yield* companyAt(1)
        assert.deepStrictEqual(
          changes
            .map(({ companyId, connectionId, fields, kind }) =>
              [kind, companyId, connectionId, ...fields].join(" ")
            )
            .sort(),
          [
            `company.changed ${renamed}  name`,
            `connection.changed ${Sandbox.companyId} ${connectionId} status dataConnectionErrors`
          ]
        )
        yield* assertEqual
      }).pipe(Effect.provide(withSandbox(database, context)))
    )

    it.effect("removes a company only after Codat answered 404 for it", (context) =>
      Effect.gen(function* () {
        yield* reconcile
        const gone = yield* companyAt(5)
        yield* Companies.delete({ companyId: gone })
        yield* Sandbox.clearRequests
        assert.deepInclude(yield* reconcile, { candidates: 1, removed: 1 })
        assert.include(yield* asked, `one ${gone}`)
        yield* assertEqual
        yield* assertReplays
      }).pipe(Effect.provide(withSandbox(database, context)))
    )

    it.effect("removes no existing company that a listing with moved pages missed", (context) => {
      let onPage: (page: number) => Effect.Effect<void> = () => Effect.void
      return Effect.gen(function* () {
        yield* reconcile
        const services = yield* Effect.context<Sandbox.Sandbox | HttpClient.HttpClient | Auth.Auth>()
        const gone = yield* companyAt(2)
        const sql = yield* SqlClient.SqlClient
        // The total does not change: one company is deleted and another is created.
        onPage = (page) =>
          page === 2
            ? Effect.gen(function* () {
                yield* Companies.delete({ companyId: gone })
                yield* Sandbox.makeCompany({ name: "New" })
              }).pipe(Effect.orDie, Effect.provideContext(services))
            : Effect.void
        yield* Sandbox.clearRequests
        const report = yield* reconcile
        assert.deepInclude(report, { candidates: 1, removed: 0 })
        onPage = () => Effect.void
        assert.deepInclude(yield* reconcile, { candidates: 1, removed: 1 })
        yield* assertEqual
        yield* assertReplays
        assert.lengthOf(
          yield* sql`SELECT * FROM codat_companies WHERE company_id = ${gone} AND removed_at IS NULL`,
          0
        )
      }).pipe(
        Effect.provide(
          withSandbox(database, context, {
            mirror: { concurrency: 1, onPage: ({ page }) => Effect.suspend(() => onPage(page)) }
          })
        ),
        // New companies are last, as with a real clock; the test clock is at 1970.
        (self) => Effect.andThen(TestClock.setTime(Date.UTC(2030, 0)), self)
      )
    })

    it.effect("reads the previous page again when the total shows that rows have moved", (context) => {
      let onPage: (page: number) => Effect.Effect<void> = () => Effect.void
      return Effect.gen(function* () {
        const services = yield* Effect.context<HttpClient.HttpClient | Auth.Auth>()
        const gone = yield* companyAt(2)
        onPage = (page) => {
          if (page !== 2) return Effect.void
          onPage = () => Effect.void
          return Companies.delete({ companyId: gone }).pipe(Effect.orDie, Effect.provideContext(services))
        }
        yield* reconcile
        assert.deepStrictEqual(yield* asked, ["page 1", "page 2", "page 3", "page 2", "page 3", "page 4"])
        const { companies } = yield* tables()
        // Only the deleted company is missing, although the table was empty before.
        assert.lengthOf(companies, 35)
        yield* reconcile
        yield* assertEqual
      }).pipe(
        Effect.provide(
          withSandbox(database, context, {
            mirror: { concurrency: 1, onPage: ({ page }) => Effect.suspend(() => onPage(page)) }
          })
        )
      )
    })

    it.effect("fails and removes nothing when too many are missing", (context) =>
      Effect.gen(function* () {
        yield* reconcile
        for (const { id } of (yield* Sandbox.companies).slice(0, 3))
          yield* Companies.delete({ companyId: id })
        const before = yield* tables()
        yield* Sandbox.clearRequests
        const failure = reasonOf(yield* Effect.exit(reconcile))
        assert.include(failure, "TooManyMissing")
        assert.include(failure, '"candidates":3')
        assert.deepStrictEqual(yield* tables(), before)
        assert.notInclude((yield* asked).join(), "one ")
        // The walk is closed, so the next one starts at the first page.
        assert.isUndefined((yield* status).walk)
      }).pipe(Effect.provide(withSandbox(database, context, { mirror: { maxMissing: 2 } })))
    )

    it.effect(
      "reads again what shows fewer rows than its total, and removes nothing when it never shows them",
      (context) =>
        Effect.gen(function* () {
          yield* reconcile
          const before = yield* tables()
          yield* Sandbox.fail({
            operation: "Companies.list",
            page: 2,
            status: 200,
            body: {
              results: [],
              pageNumber: 2,
              pageSize: 10,
              totalResults: 35,
              _links: { next: { href: "/companies?page=3" } }
            }
          })
          yield* Sandbox.clearRequests
          assert.deepInclude(yield* reconcile, { pages: 6, removed: 0, changes: 0 })
          yield* Sandbox.fail({
            operation: "Companies.list",
            page: 2,
            times: "always",
            status: 200,
            body: {
              results: [],
              pageNumber: 2,
              pageSize: 10,
              totalResults: 35,
              _links: { next: { href: "/companies?page=3" } }
            }
          })
          assert.include(reasonOf(yield* Effect.exit(reconcile)), "IncompleteListing")
          assert.deepStrictEqual(yield* tables(), before)
        }).pipe(Effect.provide(withSandbox(database, context)))
    )

    it.effect("resumes at the page where it was interrupted", (context) => {
      let killAt = 2
      return Effect.gen(function* () {
        const first = yield* Effect.forkChild(reconcile)
        const exit = yield* Fiber.await(first)
        assert.isTrue(Exit.isFailure(exit))
        killAt = 0
        assert.deepInclude((yield* status).walk, { pagesDone: 2, totalPages: 4 })
        yield* Sandbox.clearRequests
        assert.deepInclude(yield* reconcile, { resumed: true, pages: 4 })
        assert.deepStrictEqual((yield* asked).sort(), ["page 3", "page 4"])
        yield* assertEqual
        yield* assertReplays
      }).pipe(
        Effect.provide(
          withSandbox(database, context, {
            mirror: {
              concurrency: 1,
              onPage: ({ page }) => (page === killAt ? Effect.interrupt : Effect.void)
            }
          })
        )
      )
    })

    it.effect("rolls back a page when another process has written it meanwhile", (context) =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ operation: "Companies.list", page: 2, kind: "latency", duration: "10 seconds" })
        const stalled = yield* Effect.forkChild(Effect.exit(reconcile))
        yield* TestClock.adjust("1 second")
        // Stands for another process with the same tables.
        const sql = yield* SqlClient.SqlClient
        yield* eventually(
          Effect.map(sql`SELECT next_page FROM codat_walks`, ([row]) => Number(row?.["next_page"]) === 2)
        )
        yield* Effect.gen(function* () {
          assert.deepInclude(yield* reconcile, { resumed: true })
        }).pipe(
          Effect.provide(Mirror.layer({ pageSize: 10, concurrency: 1 })),
          Effect.provideService(SqlClient.SqlClient, sql)
        )
        yield* assertEqual
        yield* TestClock.adjust("20 seconds")
        assert.include(reasonOf(yield* Fiber.join(stalled)), "Superseded")
        assert.strictEqual((yield* status).dirtyCompanies, 0)
        yield* assertEqual
        yield* assertReplays
      }).pipe(Effect.provide(withSandbox(database, context, { mirror: { concurrency: 1 } })))
    )
  })

  describe("never goes backwards", () => {
    const page1 = (url: string) => url.includes("page=1&")
    const single = (url: string) => url.includes(`/companies/${Sandbox.companyId}?`)
    const statusOf = (connectionId: string) =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        return (yield* sql`SELECT status FROM codat_connections WHERE connection_id = ${connectionId}`)[0]?.[
          "status"
        ]
      })
    const oneLinked = Effect.map(
      Sandbox.connections(),
      (connections) => connections.find((connection) => connection.status === "Linked")?.id ?? "none is"
    )
    const deauthorize = (connectionId: string) =>
      Sandbox.deauthorize({ companyId: Sandbox.companyId, connectionId })

    it.effect("a page that arrives after a newer read changes nothing", (context) =>
      Effect.gen(function* () {
        const gates: Array<Gate> = []
        yield* Effect.gen(function* () {
          yield* reconcile
          const { cursor } = yield* status
          const page = yield* gate("answer", page1)
          gates.push(page)
          const walking = yield* Effect.forkChild(reconcile)
          yield* Deferred.await(page.arrived)
          const connection = yield* oneLinked
          yield* deauthorize(connection)
          yield* apply("msg_1", Sandbox.companyId)
          yield* heal
          assert.strictEqual(yield* statusOf(connection), "Deauthorized")
          yield* Deferred.succeed(page.open, undefined)
          yield* Fiber.join(walking)
          assert.strictEqual(yield* statusOf(connection), "Deauthorized")
          assert.strictEqual((yield* status).cursor, cursor + 1)
        }).pipe(Effect.updateService(HttpClient.HttpClient, stopping(gates)))
      }).pipe(Effect.provide(withSandbox(database, context)))
    )

    it.effect("of two overlapping reads neither counts as the newer one", (context) =>
      Effect.gen(function* () {
        const gates: Array<Gate> = []
        yield* Effect.gen(function* () {
          yield* reconcile
          const { cursor } = yield* status
          const [slow, page] = [yield* gate("request", single), yield* gate("answer", page1)]
          gates.push(slow, page)
          const connection = yield* oneLinked
          yield* apply("msg_1", Sandbox.companyId)
          // The first request is answered last.
          const healing = yield* Effect.forkChild(heal)
          yield* Deferred.await(slow.arrived)
          const walking = yield* Effect.forkChild(reconcile)
          yield* Deferred.await(page.arrived)
          yield* deauthorize(connection)
          yield* Deferred.succeed(slow.open, undefined)
          yield* eventually(Effect.map(statusOf(connection), (found) => found === "Deauthorized"))
          yield* Deferred.succeed(page.open, undefined)
          yield* Fiber.join(healing)
          yield* Fiber.join(walking)
          assert.strictEqual(yield* statusOf(connection), "Deauthorized")
          assert.strictEqual((yield* status).cursor, cursor + 1)
          assert.strictEqual((yield* status).dirtyCompanies, 0)
        }).pipe(Effect.updateService(HttpClient.HttpClient, stopping(gates)))
      }).pipe(Effect.provide(withSandbox(database, context)))
    )

    it.effect(
      "a company that cannot be decoded is counted also when two reads of it overlapped",
      (context) => {
        const bad = new Set<string>()
        const gates: Array<Gate> = []
        return Effect.gen(function* () {
          yield* reconcile
          const [page, slow] = [yield* gate("answer", page1), yield* gate("answer", single)]
          gates.push(page, slow)
          bad.add(Sandbox.companyId)
          yield* apply("msg_1", Sandbox.companyId)
          const walking = yield* Effect.forkChild(reconcile)
          yield* Deferred.await(page.arrived)
          const healing = yield* Effect.forkChild(heal)
          yield* Deferred.await(slow.arrived)
          yield* Deferred.succeed(page.open, undefined)
          yield* eventually(Effect.map(status, ({ invalidCompanies }) => invalidCompanies === 1))
          yield* Deferred.succeed(slow.open, undefined)
          yield* Fiber.join(healing)
          assert.deepInclude(yield* Fiber.join(walking), { invalid: 1 })
          assert.deepInclude(yield* status, { dirtyCompanies: 0, invalidCompanies: 1 })
        }).pipe(
          Effect.updateService(HttpClient.HttpClient, (client) => stopping(gates)(corrupting(bad)(client))),
          Effect.provide(withSandbox(database, context))
        )
      }
    )

    it.effect("a page that was requested before a company was removed does not add it again", (context) =>
      Effect.gen(function* () {
        const gates: Array<Gate> = []
        yield* Effect.gen(function* () {
          const page = yield* gate("answer", page1)
          gates.push(page)
          // The table has never had it.
          const walking = yield* Effect.forkChild(reconcile)
          yield* Deferred.await(page.arrived)
          yield* Companies.delete({ companyId: Sandbox.companyId })
          yield* apply("msg_1", Sandbox.companyId, "company.deleted")
          yield* heal
          yield* Deferred.succeed(page.open, undefined)
          yield* Fiber.join(walking)
          yield* assertEqual
          yield* assertReplays
        }).pipe(Effect.updateService(HttpClient.HttpClient, stopping(gates)))
      }).pipe(Effect.provide(withSandbox(database, context)))
    )
  })

  describe("what cannot be decoded", () => {
    it.effect("is kept unchanged, counted, and never removed", (context) => {
      const bad = new Set<string>()
      return Effect.gen(function* () {
        yield* reconcile
        const before = yield* tables()
        bad.add(yield* companyAt(4))
        bad.add(yield* companyAt(11))
        const report = yield* reconcile
        assert.deepInclude(report, {
          removed: 0,
          changes: 0,
          candidates: 0,
          invalid: 2,
          invalidConnections: 0
        })
        assert.deepStrictEqual(
          report.faults.map(({ message: _, ...fault }) => fault),
          [...bad].sort().map((companyId) => ({ companyId, kind: "company" as const, path: "created" }))
        )
        assert.notInclude(JSON.stringify(report), "yesterday")
        assert.strictEqual((yield* status).invalidCompanies, 2)
        assert.deepStrictEqual(yield* tables(), before)
        assert.deepInclude(yield* reconcile, { invalid: 2, changes: 0 })
        bad.clear()
        assert.deepInclude(yield* reconcile, { invalid: 0, faults: [], changes: 0 })
        assert.strictEqual((yield* status).invalidCompanies, 0)
        yield* assertEqual
      }).pipe(
        Effect.updateService(HttpClient.HttpClient, corrupting(bad)),
        Effect.provide(withSandbox(database, context))
      )
    })

    it.effect("is counted when the table has never had it, and added when it can be decoded", (context) => {
      const bad = new Set<string>()
      return Effect.gen(function* () {
        const [a, b, c] = [yield* companyAt(4), yield* companyAt(11), yield* companyAt(12)]
        for (const id of [a, b, c]) bad.add(id)
        const report = yield* reconcile
        assert.deepInclude(report, { pages: 4, removed: 0, candidates: 0, invalid: 3, totalCompanies: 35 })
        assert.deepStrictEqual(
          report.faults.map(({ companyId }) => companyId),
          [a, b, c].sort()
        )
        assert.lengthOf((yield* tables()).companies, 32)
        assert.notInclude((yield* asked).join(), "one ")
        assert.strictEqual((yield* status).invalidCompanies, 3)
        yield* apply("msg_1", a)
        assert.deepInclude(yield* heal, { invalid: 1 })
        assert.deepInclude(yield* status, { dirtyCompanies: 0, invalidCompanies: 3 })
        bad.delete(a)
        yield* Companies.delete({ companyId: b })
        assert.deepInclude(yield* reconcile, { invalid: 1, removed: 0 })
        assert.strictEqual((yield* status).invalidCompanies, 1)
        bad.clear()
        assert.deepInclude(yield* reconcile, { invalid: 0 })
        yield* assertEqual
        yield* assertReplays
      }).pipe(
        Effect.updateService(HttpClient.HttpClient, corrupting(bad)),
        Effect.provide(withSandbox(database, context))
      )
    })

    it.effect("is counted once, also when a listing shows it several times", (context) => {
      let bad: ReadonlyArray<unknown> = []
      return Effect.gen(function* () {
        yield* reconcile
        const before = yield* tables()
        const [first, second, third] = yield* Sandbox.companies
        assert.isDefined(third)
        // One page with a company twice, a company that the table does not have, and rows without ids.
        bad = [
          { id: first?.id, name: 1 },
          { id: first?.id, name: 2 },
          { id: "new", name: 3 },
          { id: "\u0000", name: 4 },
          null,
          { id: second?.id, name: 5, dataConnections: [{ id: "c" }] }
        ]
        const report = yield* reconcile
        assert.deepInclude(report, { removed: 0, changes: 0, invalid: 5, invalidConnections: 0 })
        assert.deepStrictEqual(
          report.faults.map(({ companyId, path }) => `${companyId} ${path}`),
          [`${first?.id} name`, "new name", `${second?.id} name`].sort()
        )
        assert.deepStrictEqual(yield* tables(), before)
        bad = []
        assert.deepInclude(yield* reconcile, { invalid: 0, changes: 0 })
      }).pipe(
        Effect.updateService(
          HttpClient.HttpClient,
          replacingPage(1, () => bad)
        ),
        Effect.provide(withSandbox(database, context, { mirror: { maxMissing: 20 } }))
      )
    })

    it.effect(
      "keeps the row of that connection unchanged, and updates the rest of the company",
      (context) => {
        const bad = new Map<string, "date" | "id">()
        return Effect.gen(function* () {
          const companyId = Sandbox.companyId
          const connections = yield* Sandbox.connections(companyId)
          const [kept, changed, gone] = connections.map(({ id }) => id)
          assert.isDefined(gone)
          if (kept === undefined || changed === undefined || gone === undefined) return
          const ids = Effect.map(tables(), ({ connections }) =>
            connections.filter(({ company }) => company === companyId).map(({ id }) => id)
          )
          // A new company: it is added without this connection.
          bad.set(gone, "date")
          const first = yield* reconcile
          assert.deepInclude(first, { invalid: 0, invalidConnections: 1 })
          const [fault] = first.faults
          assert.deepInclude(fault, { companyId, kind: "connection", connectionId: gone })
          assert.match(fault?.path ?? "", /^dataConnections\[\d+\]\.created$/)
          assert.sameMembers([...(yield* ids)], [kept, changed])
          assert.deepInclude(yield* reconcile, { invalidConnections: 1, changes: 0 })
          bad.clear()
          assert.deepInclude(yield* reconcile, { invalidConnections: 0, changes: 1 })
          yield* assertEqual
          // A known company: this connection stays unchanged, another is changed, and a missing one is removed.
          yield* Companies.update({ companyId, name: "Another name" })
          yield* Connections.delete({ companyId, connectionId: gone })
          bad.set(kept, "date")
          assert.deepInclude(yield* reconcile, { invalidConnections: 1, changes: 2, removed: 0 })
          assert.deepInclude(yield* status, { invalidCompanies: 0, invalidConnections: 1, dirtyCompanies: 0 })
          yield* assertEqual
          // Without an id it can be any of the connections, so none is removed.
          bad.set(kept, "id")
          yield* Connections.delete({ companyId, connectionId: changed })
          assert.deepInclude(yield* reconcile, { invalidConnections: 1, changes: 0 })
          assert.sameMembers([...(yield* ids)], [kept, changed])
          // A connection that could not be decoded before, and is now missing, is removed.
          yield* Connections.delete({ companyId, connectionId: kept })
          assert.deepInclude(yield* reconcile, { invalidConnections: 0, changes: 2 })
          yield* assertEqual
          yield* assertReplays
        }).pipe(
          Effect.updateService(
            HttpClient.HttpClient,
            rewriting((company) => {
              for (const connection of connectionsOf(company)) {
                const how = bad.get(String(connection["id"]))
                if (how !== undefined) connection["created"] = "yesterday"
                if (how === "id") delete connection["id"]
              }
            })
          ),
          Effect.provide(withSandbox(database, context))
        )
      }
    )

    it.effect("is kept when an event marks it, and its event is done", (context) => {
      const bad = new Set<string>()
      return Effect.gen(function* () {
        yield* reconcile
        const company = yield* companyAt(4)
        bad.add(company)
        yield* apply("msg_1", company)
        assert.deepInclude(yield* heal, { invalid: 1, removed: 0, changes: 0 })
        assert.deepInclude(yield* status, { dirtyCompanies: 0, invalidCompanies: 1 })
        yield* assertEqual
      }).pipe(
        Effect.updateService(HttpClient.HttpClient, corrupting(bad)),
        Effect.provide(withSandbox(database, context))
      )
    })
  })

  describe("events", () => {
    it.effect("mark their company, also when they are repeated or out of order", (context) =>
      Effect.gen(function* () {
        yield* reconcile
        const { id } = yield* Sandbox.makeCompany({ name: "New", connections: 2 })
        const gone = yield* companyAt(3)
        yield* Companies.delete({ companyId: gone })
        yield* apply("msg_3", gone, "company.deleted")
        yield* apply("msg_2", id, "company.created")
        yield* apply("msg_3", gone, "company.deleted")
        yield* apply("msg_1", gone, "company.created")
        assert.strictEqual((yield* status).dirtyCompanies, 2)
        yield* Sandbox.clearRequests
        assert.deepInclude(yield* heal, { read: 1, removed: 1 })
        assert.lengthOf(yield* asked, 2)
        assert.deepInclude(yield* status, { dirtyCompanies: 0, oldestDirtyAt: undefined })
        yield* assertEqual
        yield* assertReplays
      }).pipe(Effect.provide(withSandbox(database, context)))
    )

    it.effect("find the company of a connection that does not name it", (context) =>
      Effect.gen(function* () {
        yield* reconcile
        const [first] = yield* Connections.list({ companyId: Sandbox.companyId }).pipe(
          Stream.take(1),
          Stream.runCollect
        )
        assert.isDefined(first)
        if (first === undefined) return
        const event = companyEvent("msg_1", "")
        yield* Mirror.Mirror.use((mirror) =>
          mirror.apply({
            ...event,
            _tag: "Connection",
            eventType: "connection.disconnected",
            payload: { connection: first }
          })
        )
        yield* Sandbox.clearRequests
        yield* heal
        assert.deepStrictEqual(yield* asked, [`one ${Sandbox.companyId}`])
      }).pipe(Effect.provide(withSandbox(database, context)))
    )

    it.effect("stay marked when the company cannot be read, and do not block others", (context) =>
      Effect.gen(function* () {
        yield* reconcile
        const [a, b] = [yield* companyAt(1), yield* companyAt(2)]
        yield* apply("msg_1", a)
        yield* apply("msg_2", b)
        yield* Sandbox.fail({ match: ({ path }) => path.endsWith(a), status: 403 })
        assert.include(reasonOf(yield* Effect.exit(heal)), "Forbidden")
        assert.strictEqual((yield* status).dirtyCompanies, 1)
        yield* heal
        assert.strictEqual((yield* status).dirtyCompanies, 0)
      }).pipe(Effect.provide(withSandbox(database, context)))
    )

    it.effect("are done by a read that started after them, and not by one that started before", (context) =>
      Effect.gen(function* () {
        const gates: Array<Gate> = []
        yield* Effect.gen(function* () {
          yield* reconcile
          const company = yield* companyAt(1)
          const reading = yield* gate("answer", (url) => url.includes(`/companies/${company}?`))
          gates.push(reading)
          yield* apply("msg_1", company)
          const first = yield* Effect.forkChild(heal)
          yield* Deferred.await(reading.arrived)
          yield* apply("msg_2", company)
          yield* Deferred.succeed(reading.open, undefined)
          yield* Fiber.join(first)
          const sql = yield* SqlClient.SqlClient
          const open = yield* sql`SELECT webhook_id FROM codat_events WHERE done_at IS NULL`
          assert.deepStrictEqual(
            open.map(({ webhook_id }) => webhook_id),
            ["msg_2"]
          )
        }).pipe(Effect.updateService(HttpClient.HttpClient, stopping(gates)))
      }).pipe(Effect.provide(withSandbox(database, context)))
    )

    it.effect("are committed when the route answers 200", (context) =>
      Effect.gen(function* () {
        const company = yield* companyAt(1)
        const body = JSON.stringify({ eventType: "company.created", payload: { id: company } })
        const deliver = (headers: Webhook.SignatureHeaders) =>
          Mirror.handler({ secret }).pipe(
            Effect.provideService(
              HttpServerRequest.HttpServerRequest,
              HttpServerRequest.fromWeb(
                new Request("http://localhost/webhooks", { method: "POST", body, headers })
              )
            )
          )
        const headers = yield* Webhook.sign({ secret, id: "msg_1", body })
        assert.strictEqual((yield* deliver(headers)).status, 200)
        assert.strictEqual((yield* deliver(headers)).status, 200)
        assert.strictEqual((yield* status).dirtyCompanies, 1)
        const forged = yield* deliver({ ...headers, "webhook-id": "msg_2" })
        assert.strictEqual(forged.status, 400)
        const sql = yield* SqlClient.SqlClient
        assert.lengthOf(yield* sql`SELECT * FROM codat_events`, 1)
        yield* sql`DROP TABLE codat_events`
        const fresh = yield* Webhook.sign({ secret, id: "msg_3", body })
        assert.strictEqual((yield* deliver(fresh)).status, 500)
      }).pipe(Effect.provide(withSandbox(database, context)))
    )
  })

  describe("the quota", () => {
    it.effect("keeps the walk open until the quota resets", (context) =>
      Effect.gen(function* () {
        const walking = yield* Effect.forkChild(reconcile)
        const sql = yield* SqlClient.SqlClient
        const pages = Effect.map(sql`SELECT next_page FROM codat_walks`, ([row]) =>
          Number(row?.["next_page"])
        )
        yield* eventually(Effect.map(pages, (page) => page === 3))
        yield* TestClock.adjust("23 hours")
        assert.isUndefined(walking.pollUnsafe())
        assert.deepInclude((yield* status).walk, { pagesDone: 2 })
        // It waits once, and does not ask again before.
        assert.deepStrictEqual(yield* asked, ["page 1", "page 2", "page 3"])
        yield* TestClock.adjust("1 hour")
        assert.deepInclude(yield* Fiber.join(walking), { pages: 4 })
        yield* assertEqual
      }).pipe(
        Effect.provide(
          withSandbox(database, context, { mirror: { concurrency: 1 }, sandbox: { dailyQuota: 2 } })
        )
      )
    )

    it.effect("is not used below the reserve", (context) =>
      Effect.gen(function* () {
        const walking = yield* Effect.forkChild(reconcile)
        const sql = yield* SqlClient.SqlClient
        const pages = Effect.map(sql`SELECT next_page FROM codat_walks`, ([row]) =>
          Number(row?.["next_page"])
        )
        yield* eventually(Effect.map(pages, (page) => page === 4))
        yield* TestClock.adjust("23 hours")
        assert.isUndefined(walking.pollUnsafe())
        assert.lengthOf(yield* asked, 3)
        assert.strictEqual(Option.getOrUndefined(yield* RateLimit.quota)?.remaining, 7)
        yield* TestClock.adjust("1 hour")
        assert.deepInclude(yield* Fiber.join(walking), { pages: 4 })
      }).pipe(
        Effect.provide(
          withSandbox(database, context, {
            mirror: { concurrency: 1, reserve: 7 },
            sandbox: { dailyQuota: 10 }
          })
        ),
        Effect.provide(RateLimit.layerQuota)
      )
    )
  })

  describe("changes", () => {
    it.effect("are streamed live", (context) =>
      Effect.gen(function* () {
        const mirror = yield* Mirror.Mirror
        yield* reconcile
        const { cursor } = yield* status
        const { id } = yield* Sandbox.makeCompany({ name: "New", connections: 1 })
        const following = yield* mirror
          .changes({ after: cursor, live: true })
          .pipe(Stream.take(2), Stream.runCollect, Effect.forkChild)
        yield* apply("msg_1", id)
        yield* heal
        // The database answers in real time, so the stream may start to wait only after the test clock has moved.
        const time = yield* Effect.forkChild(
          Effect.forever(
            Effect.andThen(
              TestClock.adjust("1 second"),
              Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 20)))
            )
          )
        )
        const changes = yield* Fiber.join(following)
        yield* Fiber.interrupt(time)
        assert.deepStrictEqual(
          changes.map(({ companyId, kind }) => `${kind} ${companyId}`),
          [`company.added ${id}`, `connection.added ${id}`]
        )
      }).pipe(Effect.provide(withSandbox(database, context)))
    )

    it.effect("that are there already are given at once, also to a reader that waits for more", (context) =>
      Effect.gen(function* () {
        const mirror = yield* Mirror.Mirror
        const { changes } = yield* reconcile
        // The test clock stands still, so a stream that waited before it gave them would never end.
        const live = mirror.changes({ live: true, pollInterval: "1 hour" }).pipe(Stream.take(changes))
        assert.lengthOf(yield* Stream.runCollect(live), changes)
      }).pipe(Effect.provide(withSandbox(database, context)))
    )

    it.effect("that were pruned are a failure for a cursor before them", (context) =>
      Effect.gen(function* () {
        const mirror = yield* Mirror.Mirror
        yield* reconcile
        yield* TestClock.adjust("3 days")
        const { cursor } = yield* status
        yield* Sandbox.makeCompany({ name: "New" })
        yield* reconcile
        const failure = reasonOf(yield* Effect.exit(Stream.runDrain(mirror.changes({ after: 1 }))))
        assert.include(failure, "CursorExpired")
        assert.include(failure, `"oldest":${cursor}`)
        assert.lengthOf(yield* Stream.runCollect(mirror.changes({ after: cursor })), 1)
        assert.lengthOf(yield* Stream.runCollect(mirror.changes()), 1)
      }).pipe(Effect.provide(withSandbox(database, context, { mirror: { keep: "2 days" } })))
    )
  })

  describe("what is stored", () => {
    it.effect("holds no link and no redirect", (context) =>
      Effect.gen(function* () {
        yield* reconcile
        yield* reconcile
        const sql = yield* SqlClient.SqlClient
        const everything: Array<unknown> = []
        for (const table of ["companies", "connections", "walks", "events", "changes"]) {
          everything.push(...(yield* sql.unsafe(`SELECT * FROM codat_${table}`)))
        }
        const text = JSON.stringify(everything, (_, value) =>
          typeof value === "bigint" ? Number(value) : value
        )
        assert.notMatch(text, /https?:|otp|link\.codat|redirect/i)
        assert.include(text, "Sandbox Company Ltd")
      }).pipe(Effect.provide(withSandbox(database, context)))
    )

    it.effect("belongs to one account", (context) =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const of = (account: string, companies: number) =>
          reconcile.pipe(
            Effect.provide(Mirror.layer({ account, pageSize: 10 })),
            Effect.provide(Sandbox.layer({ companies, seed: account })),
            Effect.provideService(SqlClient.SqlClient, sql)
          )
        yield* of("one", 5)
        yield* of("two", 7)
        assert.deepInclude(yield* of("one", 5), { changes: 0, removed: 0, candidates: 0 })
        assert.lengthOf((yield* tables("one")).companies, 6)
        assert.lengthOf((yield* tables("two")).companies, 8)
      }).pipe(Effect.provide(mirrorOn(database, context)))
    )

    it.effect(
      "stores every text and date that Codat can send, and finds it unchanged in the next walk",
      (context) =>
        Effect.gen(function* () {
          yield* reconcile
          assert.deepInclude(yield* reconcile, { changes: 0 })
          const sql = yield* SqlClient.SqlClient
          const [row] =
            yield* sql`SELECT name, description FROM codat_companies WHERE company_id = ${Sandbox.companyId}`
          assert.deepStrictEqual(
            { ...row },
            { name: "a\ufffdb \ufffd \u{1f600}", description: "' \" \\ \\n ; -- {NULL,}\n\t\u0001" }
          )
        }).pipe(
          Effect.updateService(
            HttpClient.HttpClient,
            rewriting((company) => {
              company["name"] = "a\u0000b \ud800 \u{1f600}"
              company["description"] = "' \" \\ \\n ; -- {NULL,}\n\t\u0001"
              company["tags"] = { z: "\u0000", a: "1" }
              company["created"] = "0001-01-01T00:00:00Z"
              company["lastSync"] = "9999-12-31T23:59:59.9999999Z"
            })
          ),
          Effect.provide(withSandbox(database, context))
        )
    )
  })

  describe("run", () => {
    it.effect("reads at once, heals what is marked, and goes on after failures", (context) =>
      Effect.gen(function* () {
        yield* Sandbox.fail({ operation: "Companies.list", page: 2, status: 403 })
        yield* Effect.forkChild(Mirror.run({ reconcileEvery: "1 hour", healEvery: "1 second" }))
        const until = (done: Effect.Effect<boolean, unknown, Mirror.Mirror>) =>
          eventually(Effect.andThen(TestClock.adjust("1 second"), done))
        yield* until(Effect.map(status, ({ lastReconciledAt }) => lastReconciledAt !== undefined))
        yield* assertEqual
        const { id } = yield* Sandbox.makeCompany({ name: "New" })
        yield* apply("msg_1", id)
        yield* until(Effect.map(status, ({ dirtyCompanies }) => dirtyCompanies === 0))
        yield* assertEqual
        const first = (yield* status).lastReconciledAt
        yield* TestClock.adjust("1 hour")
        yield* until(
          Effect.map(
            status,
            ({ lastReconciledAt }) =>
              lastReconciledAt !== undefined &&
              first !== undefined &&
              DateTime.toEpochMillis(lastReconciledAt) > DateTime.toEpochMillis(first)
          )
        )
      }).pipe(
        Effect.provideService(RetryPolicy.RetryPolicy, RetryPolicy.none),
        Effect.provide(withSandbox(database, context))
      )
    )
  })
}
