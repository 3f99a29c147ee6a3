import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import * as Sandbox from "effect-codat/Sandbox"
import {
  at,
  Base,
  basic,
  call,
  connections,
  find,
  inMemory,
  key,
  list,
  mounts,
  plain
} from "./SandboxMounts.ts"

const missing = "11111111-2222-4333-8444-555555555555"

/** Asserts Codat's error body, whole, on an answer. */
const assertProblem = (
  answer: { readonly status: number; readonly json: unknown; readonly text: string },
  status: number,
  error: RegExp
) => {
  assert.strictEqual(answer.status, status, answer.text)
  assert.strictEqual(at(answer.json, "statusCode"), status)
  assert.match(String(at(answer.json, "error")), error)
  assert.match(String(at(answer.json, "correlationId")), /^[0-9a-f]{32}$/)
  assert.include(["True", "False", "Unknown"], at(answer.json, "canBeRetried"))
  assert.isString(at(answer.json, "service"))
  assert.isNumber(at(answer.json, "detailedErrorCode"))
  assert.notMatch(answer.text, /null/)
}

describe("the sandbox's numbers", () => {
  for (const options of [{ connections: -1 }, { companies: 1.5 }, { dailyQuota: Number.NaN }]) {
    it.effect(`refuse ${JSON.stringify(options)}`, () =>
      Effect.gen(function* () {
        const exit = yield* Effect.exit(Effect.provide(Effect.void, Sandbox.layer(options)))
        assert.include(String(exit), `${Object.keys(options)[0]} must be a whole number, 0 or more`)
      })
    )
  }
})

for (const mount of mounts) {
  const serve = mount.layer({ connections: 250 })
  const test = (name: string, program: Program) =>
    it.effect(name, () => program().pipe(Effect.provide(serve)))

  describe(`Sandbox ${mount.name}: credentials`, () => {
    test("takes the key and the token, and the scheme in any case", () =>
      Effect.gen(function* () {
        for (const authorization of [
          basic,
          basic.replace("Basic", "basic"),
          `Bearer ${Sandbox.accessToken}`
        ]) {
          assert.strictEqual((yield* call("GET", connections, { authorization })).status, 200)
        }
      }))

    test("refuses anything else, before it looks at the path", () =>
      Effect.gen(function* () {
        const wrong = [
          "",
          "Basic",
          Sandbox.apiKey,
          `Basic ${Sandbox.apiKey}`,
          `Basic ${btoa("other-key")}`,
          `Bearer ${Sandbox.apiKey}`,
          `Bearer ${btoa(Sandbox.apiKey)}`,
          `Digest ${btoa(Sandbox.apiKey)}`
        ]
        for (const authorization of wrong) {
          assertProblem(yield* call("GET", connections, { authorization }), 401, /^Unauthorized$/)
          assertProblem(yield* call("GET", "/nowhere", { authorization }), 401, /^Unauthorized$/)
        }
      }))

    it.effect("takes another key and token when told so", () =>
      Effect.gen(function* () {
        const ours = { authorization: `Basic ${btoa("mine")}` }
        assert.strictEqual((yield* call("GET", connections, ours)).status, 200)
        assert.strictEqual((yield* call("GET", connections, { authorization: "Bearer tok" })).status, 200)
        assert.strictEqual((yield* call("GET", connections)).status, 401)
      }).pipe(Effect.provide(mount.layer({ apiKey: "mine", token: "tok", connections: 1 })))
    )
  })

  describe(`Sandbox ${mount.name}: routes`, () => {
    test("answers an unknown path with 404 and a wrong method with 405", () =>
      Effect.gen(function* () {
        for (const path of ["/", "/nowhere", `${connections}/a/b/c`, "/companies/%E0%A4%A/connections"]) {
          assertProblem(yield* call("GET", path), 404, /./)
        }
        const wrong = yield* call("DELETE", connections)
        assertProblem(wrong, 405, /method/)
        assert.strictEqual(wrong.headers["allow"], "GET, POST")
        assertProblem(yield* call("PUT", "/integrations"), 405, /method/)
        assertProblem(yield* call("POST", `${connections}/${missing}/authorization`), 405, /method/)
      }))

    test("knows companies and connections by their ids only", () =>
      Effect.gen(function* () {
        const { path } = yield* find("Linked")
        const elsewhere = `/companies/${missing}/connections`
        assertProblem(yield* call("GET", elsewhere), 404, new RegExp(`No company .* ${missing}`))
        assertProblem(yield* call("POST", elsewhere, { json: { platformKey: "gbol" } }), 404, /No company/)
        assertProblem(yield* call("GET", path.replace(Sandbox.companyId, missing)), 404, /No company/)
        for (const method of ["GET", "DELETE"] as const) {
          assertProblem(
            yield* call(method, `${connections}/${missing}`),
            404,
            new RegExp(`${missing} not found`)
          )
        }
        assertProblem(
          yield* call("PATCH", `${connections}/${missing}`, { json: { status: "Unlinked" } }),
          404,
          /not found/
        )
        assertProblem(
          yield* call("PUT", `${connections}/${missing}/authorization`, { json: {} }),
          404,
          /not found/
        )
        assert.strictEqual(
          (yield* call(
            "GET",
            path.toUpperCase().replace(/\/COMPANIES|\/CONNECTIONS/g, (s) => s.toLowerCase())
          )).status,
          200
        )
      }))

    test("carries the rate limit on every answer", () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2026, 2, 1, 12))
        const ok = yield* call("GET", connections)
        const lost = yield* call("GET", "/nowhere")
        const refused = yield* call("GET", connections, { authorization: "" })
        const seen = [ok, lost, refused].map((answer) => answer.headers["x-rate-limit-remaining"])
        assert.deepStrictEqual(seen, ["999999", "999998", "999998"])
        for (const { headers } of [ok, lost, refused]) {
          assert.strictEqual(headers["x-rate-limit-limit"], "1000000")
          assert.strictEqual(headers["x-rate-limit-reset"], "2026-03-02T00:00:00.000Z")
        }
        assert.match(ok.headers["content-type"] ?? "", /^application\/json/)
      }))

    it.effect("answers 429 when the day's quota is spent, until midnight UTC", () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2026, 2, 1, 23, 59, 30))
        for (let i = 0; i < 2; i++) assert.strictEqual((yield* call("GET", connections)).status, 200)
        const spent = yield* call("GET", connections)
        assertProblem(spent, 429, /too many requests/)
        assert.strictEqual(spent.headers["retry-after"], "30")
        assert.strictEqual(spent.headers["x-rate-limit-remaining"], "0")
        yield* TestClock.setTime(Date.UTC(2026, 2, 1, 23, 59, 59, 999))
        assert.strictEqual((yield* call("GET", connections)).headers["retry-after"], "1")
        yield* TestClock.setTime(Date.UTC(2026, 2, 2))
        const again = yield* call("GET", connections)
        assert.strictEqual(again.status, 200)
        assert.strictEqual(again.headers["x-rate-limit-remaining"], "1")
        assert.strictEqual(again.headers["x-rate-limit-reset"], "2026-03-03T00:00:00.000Z")
      }).pipe(Effect.provide(mount.layer({ dailyQuota: 2 })))
    )
  })

  describe(`Sandbox ${mount.name}: lists`, () => {
    test("pages with a hundred to a page, and links to what exists", () =>
      Effect.gen(function* () {
        const first = (yield* call("GET", connections)).json
        assert.strictEqual(list(first, "results").length, 100)
        assert.strictEqual(at(first, "pageNumber"), 1)
        assert.strictEqual(at(first, "pageSize"), 100)
        assert.strictEqual(at(first, "totalResults"), 250)
        assert.deepStrictEqual(at(first, "_links"), {
          self: { href: connections },
          current: { href: `${connections}?page=1&pageSize=100` },
          next: { href: `${connections}?page=2&pageSize=100` }
        })
        const second = (yield* call("GET", `${connections}?page=2`)).json
        assert.deepStrictEqual(at(second, "_links", "next"), { href: `${connections}?page=3&pageSize=100` })
        assert.deepStrictEqual(at(second, "_links", "previous"), {
          href: `${connections}?page=1&pageSize=100`
        })
        const last = (yield* call("GET", `${connections}?page=3`)).json
        assert.strictEqual(list(last, "results").length, 50)
        assert.deepStrictEqual(at(last, "_links"), {
          self: { href: connections },
          current: { href: `${connections}?page=3&pageSize=100` },
          previous: { href: `${connections}?page=2&pageSize=100` }
        })
      }))

    test("follows its own links through every connection, once", () =>
      Effect.gen(function* () {
        const seen: Array<unknown> = []
        let next: unknown = `${connections}?pageSize=60&orderBy=-platformName&query=${encodeURIComponent("status!=Unlinked")}`
        while (typeof next === "string") {
          const page = (yield* call("GET", next)).json
          seen.push(...list(page, "results").map((connection) => at(connection, "id")))
          next = at(page, "_links", "next", "href")
        }
        const expected = (yield* Sandbox.connections()).filter(
          (connection) => connection.status !== "Unlinked"
        )
        assert.strictEqual(seen.length, expected.length)
        assert.deepStrictEqual(new Set(seen), new Set(expected.map((connection) => connection.id)))
      }))

    test("has no page beyond the last, and no fault with asking", () =>
      Effect.gen(function* () {
        const beyond = (yield* call("GET", `${connections}?page=9`)).json
        assert.deepStrictEqual(at(beyond, "results"), [])
        assert.strictEqual(at(beyond, "totalResults"), 250)
        assert.isUndefined(at(beyond, "_links", "next"))
        assert.isString(at(beyond, "_links", "previous", "href"))
      }))

    test("a page as large as the list has no neighbours", () =>
      Effect.gen(function* () {
        const page = (yield* call("GET", `${connections}?pageSize=250`)).json
        assert.deepStrictEqual(Object.keys(at(page, "_links") ?? {}), ["self", "current"])
        assert.strictEqual((yield* call("GET", `${connections}?pageSize=5000`)).status, 200)
      }))

    test("refuses pages and sizes that are not whole or not in range", () =>
      Effect.gen(function* () {
        const wrong = ["page=0", "page=-1", "page=1.5", "page=a", "page=", "page=1e2", "page=%201"].concat(
          ["0", "-1", "5001", "1.5", "x", ""].map((size) => `pageSize=${size}`)
        )
        for (const search of wrong) {
          const answer = yield* call("GET", `${connections}?${search}`)
          assertProblem(answer, 400, /not valid/)
          assert.strictEqual(at(answer.json, "validation", "errors", 0, "itemId"), search.split("=")[0])
        }
      }))

    test("filters, and counts what is left", () =>
      Effect.gen(function* () {
        const all = yield* Sandbox.connections()
        const query = encodeURIComponent("{status=Linked||status=Deauthorized}&&sourceType!=Accounting")
        const page = (yield* call("GET", `${connections}?pageSize=7&query=${query}`)).json
        const expected = all.filter(
          ({ sourceType, status }) =>
            (status === "Linked" || status === "Deauthorized") && sourceType !== "Accounting"
        )
        assert.strictEqual(at(page, "totalResults"), expected.length)
        assert.deepStrictEqual(
          list(page, "results").map((connection) => at(connection, "id")),
          expected.slice(0, 7).map((connection) => connection.id)
        )
        assert.strictEqual(
          at(page, "_links", "next", "href"),
          `${connections}?page=2&pageSize=7&query=${query}`
        )
      }))

    test("refuses queries and orders it cannot read", () =>
      Effect.gen(function* () {
        for (const query of [
          "status",
          "status=",
          "=Linked",
          "{status=Linked",
          "status=Linked&&",
          "a".repeat(2048)
        ]) {
          assertProblem(
            yield* call("GET", `${connections}?query=${encodeURIComponent(query)}`),
            400,
            /Malformed query/
          )
        }
        assertProblem(
          yield* call("GET", `${connections}?query=isCompleted%3Dtrue`),
          400,
          /Could not resolve property isCompleted on Connection/
        )
        assertProblem(yield* call("GET", `${connections}?orderBy=-constructor`), 400, /property constructor/)
      }))

    test("orders by a field, and keeps the order of equals", () =>
      Effect.gen(function* () {
        const all = yield* Sandbox.connections()
        const order = (orderBy: string) =>
          Effect.map(call("GET", `${connections}?pageSize=5000&orderBy=${orderBy}`), ({ json }) =>
            list(json, "results").map((connection) => at(connection, "id"))
          )
        const ids = (items: ReadonlyArray<Sandbox.ConnectionState>) => items.map((item) => item.id)
        const by = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1)
        assert.deepStrictEqual(
          yield* order("platformName"),
          ids(all.toSorted((a, b) => by(a.platformName, b.platformName)))
        )
        assert.deepStrictEqual(
          yield* order("-platformName"),
          ids(all.toSorted((a, b) => by(b.platformName, a.platformName)))
        )
        assert.deepStrictEqual(yield* order("-created"), ids(all.toReversed()))
        for (const name of ["lastSync", "dataConnectionErrors", "connectionInfo"] as const) {
          const ordered = yield* order(name)
          const without = all.filter((connection) => connection[name] === undefined)
          assert.isAbove(without.length, 0)
          assert.deepStrictEqual(ordered.slice(0, without.length), ids(without))
        }
      }))

    test("holds only what Codat documents, of every kind", () =>
      Effect.gen(function* () {
        const all = list((yield* call("GET", `${connections}?pageSize=5000`)).json, "results")
        const values = (name: string) => new Set(all.map((connection) => at(connection, name)))
        assert.deepStrictEqual(
          values("status"),
          new Set(["Linked", "PendingAuth", "Unlinked", "Deauthorized"])
        )
        // Codat publishes no key of a platform of any other type.
        assert.deepStrictEqual(values("sourceType"), new Set(["Accounting", "Banking", "Commerce"]))
        assert.isAbove(values("integrationKey").size, 5)
        assert.strictEqual(values("id").size, all.length)
        const dates = all.flatMap((connection) => [at(connection, "created"), at(connection, "lastSync")])
        const forms = [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/]
        for (const form of forms) assert.isTrue(dates.some((date) => form.test(String(date))))
        assert.isTrue(
          dates.every((date) => date === undefined || forms.some((form) => form.test(String(date))))
        )
        for (const name of ["dataConnectionErrors", "connectionInfo", "lastSync"]) {
          assert.isTrue(values(name).has(undefined), name)
          assert.isAbove(values(name).size, 2, name)
        }
        for (const connection of all) {
          assert.match(String(at(connection, "integrationKey")), /^[a-z]{4}$/)
          const linkUrl = String(at(connection, "linkUrl"))
          assert.match(linkUrl, /\/start\?otp=[0-9a-f]{20}$/)
          assert.strictEqual(
            new URL(linkUrl).origin,
            mount === inMemory ? "https://link-api.codat.io" : yield* Base
          )
          assert.match(
            String(at(connection, "id")),
            /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
          )
          assert.isFalse(
            at(connection, "status") === "PendingAuth" && at(connection, "lastSync") !== undefined
          )
        }
        assert.notInclude(JSON.stringify(all), "null")
      }))
  })

  describe(`Sandbox ${mount.name}: one connection`, () => {
    test("gets it as it is in the list", () =>
      Effect.gen(function* () {
        const { path, ...connection } = yield* find("Deauthorized")
        assert.deepStrictEqual((yield* call("GET", path)).json, plain(connection))
      }))

    test("creates it from an object and from a bare string", () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2026, 0, 2, 3, 4, 5, 678))
        for (const json of [{ platformKey: "gbol" }, "gbol"]) {
          const made = yield* call("POST", connections, { json })
          assert.strictEqual(made.status, 200)
          assert.strictEqual(at(made.json, "status"), "PendingAuth")
          assert.strictEqual(at(made.json, "platformName"), "Xero")
          assert.strictEqual(at(made.json, "sourceType"), "Accounting")
          assert.strictEqual(at(made.json, "created"), "2026-01-02T03:04:05Z")
          assert.match(String(at(made.json, "linkUrl")), /\/start\?otp=[0-9a-f]+$/)
          assert.deepStrictEqual(
            (yield* call("GET", `${connections}/${at(made.json, "id")}`)).json,
            made.json
          )
        }
        const after = yield* call("GET", `${connections}?page=3`)
        assert.strictEqual(at(after.json, "totalResults"), 252)
        assert.strictEqual(list(after.json, "results").length, 52)
      }))

    test("creates nothing from anything else", () =>
      Effect.gen(function* () {
        const wrong: ReadonlyArray<unknown> = [
          "GBOL",
          "gbo",
          "gbolx",
          "zzzz",
          "",
          4,
          null,
          [],
          ["gbol"],
          {}
        ].concat([{ platformKey: null }, { platformKey: "Gbol" }, { platformKey: "zzzz" }, { key: "gbol" }])
        for (const json of wrong)
          assertProblem(yield* call("POST", connections, { json }), 400, /not valid|platform key/)
        for (const text of ["", "{", "gbol", '{"platformKey":"gbol"']) {
          assertProblem(yield* call("POST", connections, { text }), 400, /not JSON/)
        }
        assert.strictEqual((yield* Sandbox.connections()).length, 250)
      }))

    test("unlinks from Linked and Deauthorized, and it stays in the list", () =>
      Effect.gen(function* () {
        for (const status of ["Linked", "Deauthorized"] as const) {
          const { id, path } = yield* find(status)
          const done = yield* call("PATCH", path, { json: { status: "Unlinked" } })
          assert.strictEqual(done.status, 200)
          assert.strictEqual(at(done.json, "id"), id)
          assert.strictEqual(at(done.json, "status"), "Unlinked")
          assert.strictEqual(at((yield* call("GET", path)).json, "status"), "Unlinked")
        }
        assert.strictEqual(at((yield* call("GET", connections)).json, "totalResults"), 250)
      }))

    test("unlinks from no other state, and sets no other status", () =>
      Effect.gen(function* () {
        for (const status of ["PendingAuth", "Unlinked"] as const) {
          const { path } = yield* find(status)
          assertProblem(yield* call("PATCH", path, { json: { status: "Unlinked" } }), 400, new RegExp(status))
        }
        const { path } = yield* find("Linked")
        for (const json of [
          { status: "unlinked" },
          { status: "Linked" },
          { status: null },
          {},
          "Unlinked",
          []
        ]) {
          assertProblem(yield* call("PATCH", path, { json }), 400, /Unlinked/)
        }
        assertProblem(yield* call("PATCH", path, { text: "{" }), 400, /not JSON/)
        // Codat's specification allows no other property.
        const more = { status: "Unlinked", reason: "asked to" }
        assertProblem(yield* call("PATCH", path, { json: more }), 400, /no property reason/)
        assert.strictEqual(at((yield* call("GET", path)).json, "status"), "Linked")
      }))

    test("is linked once its authorization is updated", () =>
      Effect.gen(function* () {
        for (const status of ["PendingAuth", "Unlinked", "Deauthorized", "Linked"] as const) {
          const { path } = yield* find(status)
          const done = yield* call("PUT", `${path}/authorization`, { json: { token: "t", secret: "s" } })
          assert.strictEqual(done.status, 200)
          assert.strictEqual(at(done.json, "status"), "Linked")
        }
        const { path } = yield* find("PendingAuth")
        for (const json of [{ token: 1 }, { token: { deep: "x" } }, { token: null }, ["x"], "x", null]) {
          assertProblem(yield* call("PUT", `${path}/authorization`, { json }), 400, /values are strings/)
        }
        assertProblem(yield* call("PUT", `${path}/authorization`, { text: "x=y" }), 400, /not JSON/)
        assert.strictEqual(at((yield* call("GET", path)).json, "status"), "PendingAuth")
      }))

    test("is gone once deleted", () =>
      Effect.gen(function* () {
        const { id, path } = yield* find("Linked")
        const done = yield* call("DELETE", path)
        assert.strictEqual(done.status, 200)
        assert.strictEqual(done.text, "true")
        for (const method of ["GET", "DELETE"] as const)
          assertProblem(yield* call(method, path), 404, /not found/)
        const rest = yield* Sandbox.connections()
        assert.strictEqual(rest.length, 249)
        assert.isFalse(rest.some((connection) => connection.id === id))
        assert.strictEqual(at((yield* call("GET", connections)).json, "totalResults"), 249)
      }))
  })

  describe(`Sandbox ${mount.name}: idempotency`, () => {
    const gbol = { platformKey: "gbol" }

    test("replays the first answer for 90 minutes", () =>
      Effect.gen(function* () {
        const first = yield* call("POST", connections, { json: gbol, key: key(1) })
        yield* TestClock.adjust("89 minutes")
        const again = yield* call("POST", connections, { json: gbol, key: key(1) })
        assert.deepStrictEqual(again.json, first.json)
        assert.strictEqual((yield* Sandbox.connections()).length, 251)
        yield* TestClock.adjust("61 seconds")
        const fresh = yield* call("POST", connections, { json: gbol, key: key(1) })
        assert.strictEqual(fresh.status, 200)
        assert.notStrictEqual(at(fresh.json, "id"), at(first.json, "id"))
        assert.strictEqual((yield* Sandbox.connections()).length, 252)
      }))

    test("replays refusals too, to the correlation id", () =>
      Effect.gen(function* () {
        const { id, path } = yield* find("PendingAuth")
        const unlink = { json: { status: "Unlinked" }, key: key(2) }
        const refused = yield* call("PATCH", path, unlink)
        assertProblem(refused, 400, /PendingAuth/)
        yield* Sandbox.authorize({ companyId: Sandbox.companyId, connectionId: id })
        assert.deepStrictEqual((yield* call("PATCH", path, unlink)).json, refused.json)
        assert.strictEqual((yield* call("PATCH", path, { ...unlink, key: key(3) })).status, 200)
      }))

    test("refuses a key that is not a GUID, and one used for something else", () =>
      Effect.gen(function* () {
        for (const wrong of ["1", "not-a-guid", `${key(1)}0`, key(1).replace("-", "")]) {
          assertProblem(yield* call("POST", connections, { json: gbol, key: wrong }), 400, /GUID/)
        }
        assert.strictEqual((yield* call("POST", connections, { json: gbol, key: key(4) })).status, 200)
        assertProblem(yield* call("POST", connections, { json: "gbol", key: key(4) }), 422, /another request/)
        assertProblem(yield* call("POST", "/companies", { json: gbol, key: key(4) }), 422, /another request/)
        const { path } = yield* find("Linked")
        assertProblem(yield* call("PATCH", path, { json: gbol, key: key(4) }), 422, /another request/)
        for (const same of [key(4).toUpperCase(), key(4).replaceAll("-", "")]) {
          assert.strictEqual((yield* call("POST", connections, { json: gbol, key: same })).status, 200)
        }
        assert.strictEqual((yield* Sandbox.connections()).length, 251)
      }))

    test("looks at credentials first, and at keys of POST and PATCH only", () =>
      Effect.gen(function* () {
        const unknown = yield* call("POST", connections, {
          json: gbol,
          key: "x",
          authorization: "Basic eA=="
        })
        assertProblem(unknown, 401, /Unauthorized/)
        yield* call("POST", connections, { json: gbol, key: key(5), authorization: "Basic eA==" })
        assert.strictEqual((yield* call("POST", connections, { json: gbol, key: key(5) })).status, 200)
        assert.strictEqual((yield* call("GET", connections, { key: "x" })).status, 200)
        const { path } = yield* find("Linked")
        assert.strictEqual((yield* call("DELETE", path, { key: key(6) })).status, 200)
        assert.strictEqual((yield* call("DELETE", path, { key: key(6) })).status, 404)
      }))
  })

  describe(`Sandbox ${mount.name}: companies`, () => {
    test("creates, reads, updates, replaces and deletes", () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2026, 0, 2, 3, 4, 5))
        const made = yield* call("POST", "/companies", {
          json: { name: "Company (Codat[1])", description: "d", tags: { region: "fr" } }
        })
        assert.strictEqual(made.status, 200)
        const id = String(at(made.json, "id"))
        const path = `/companies/${id}`
        assert.deepStrictEqual(made.json, {
          id,
          name: "Company Codat1",
          description: "d",
          redirect: `${mount === inMemory ? "https://link.codat.io" : yield* Base}/company/${id}`,
          created: "2026-01-02T03:04:05Z",
          createdByUserName: "Sandbox User",
          products: [],
          tags: { region: "fr" },
          ownerUserIds: list(made.json, "ownerUserIds"),
          referenceSubsidiaryCompanies: [],
          dataConnections: []
        })
        const connection = yield* call("POST", `${path}/connections`, { json: { platformKey: "gbol" } })
        assert.deepStrictEqual(at((yield* call("GET", path)).json, "dataConnections"), [connection.json])

        const updated = yield* call("PATCH", path, { json: { name: null, description: "new" } })
        assert.strictEqual(at(updated.json, "name"), "Company Codat1")
        assert.strictEqual(at(updated.json, "description"), "new")
        assert.deepStrictEqual(at(updated.json, "tags"), { region: "fr" })
        const retagged = yield* call("PATCH", path, { json: { tags: { team: "blue" } } })
        assert.deepStrictEqual(at(retagged.json, "tags"), { team: "blue" })
        const untagged = yield* call("PATCH", path, { json: { tags: null } })
        assert.deepStrictEqual(at(untagged.json, "tags"), {})
        assert.strictEqual(at(untagged.json, "description"), "new")

        const replaced = yield* call("PUT", path, { json: { name: "Other" } })
        assert.strictEqual(at(replaced.json, "name"), "Other")
        assert.isUndefined(at(replaced.json, "description"))
        assert.deepStrictEqual(at(replaced.json, "tags"), {})
        assert.strictEqual(list(replaced.json, "dataConnections").length, 1)

        const gone = yield* call("DELETE", path)
        assert.strictEqual(gone.status, 204)
        assert.strictEqual(gone.text, "")
        for (const method of ["GET", "DELETE"] as const)
          assertProblem(yield* call(method, path), 404, /No company/)
        assertProblem(yield* call("GET", `${path}/connections`), 404, /No company/)
      }))

    test("refuses what is not a company", () =>
      Effect.gen(function* () {
        const path = `/companies/${Sandbox.companyId}`
        const many = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`t${n}`, "x"]))
        const both = [
          { name: 1 },
          { name: "()" },
          { name: "x", description: 1 },
          { name: "x", tags: { a: 1 } },
          { name: "x", tags: many },
          { name: "x", tags: { ["k".repeat(28)]: "x" } },
          { name: "x", tags: { k: "x".repeat(101) } }
        ]
        for (const json of both) {
          for (const [method, where] of [
            ["POST", "/companies"],
            ["PUT", path],
            ["PATCH", path]
          ] as const) {
            const answer = yield* call(method, where, { json })
            assertProblem(answer, 400, /not valid/)
            assert.isString(at(answer.json, "validation", "errors", 0, "message"))
          }
        }
        for (const json of ["x", [], null])
          assertProblem(yield* call("POST", "/companies", { json }), 400, /object/)
        for (const [method, where] of [
          ["POST", "/companies"],
          ["PUT", path]
        ] as const) {
          assertProblem(yield* call(method, where, { json: {} }), 400, /not valid/)
        }
        assertProblem(yield* call("POST", "/companies", { text: "{" }), 400, /not JSON/)
      }))

    it.effect("lists them with their connections, by the same rules", () =>
      Effect.gen(function* () {
        const first = (yield* call("GET", "/companies?pageSize=5")).json
        assert.strictEqual(at(first, "totalResults"), 21)
        assert.strictEqual(at(first, "_links", "next", "href"), "/companies?page=2&pageSize=5")
        assert.strictEqual(at(first, "results", 0, "id"), Sandbox.companyId)
        assert.deepStrictEqual(
          list(first, "results", 0, "dataConnections"),
          (yield* Sandbox.connections()).map(plain)
        )
        const made = yield* Sandbox.makeCompany({ name: "Zz Top", tags: { team: "blue" }, connections: 3 })
        const ordered = (yield* call("GET", "/companies?orderBy=-created&pageSize=30")).json
        assert.strictEqual(list(ordered, "results").length, 22)
        // A company has none at first, which a program must be ready for.
        const sizes = new Set(list(ordered, "results").map((item) => list(item, "dataConnections").length))
        assert.sameMembers([...sizes], [0, 1, 2, 3, 4])
        const query = encodeURIComponent("name~zz t")
        const found = (yield* call("GET", `/companies?query=${query}`)).json
        assert.deepStrictEqual(
          list(found, "results").map((item) => at(item, "id")),
          [made.id]
        )
        assert.strictEqual(list(found, "results", 0, "dataConnections").length, 3)
        const tags = encodeURIComponent("region != us && team = blue")
        assert.strictEqual(at((yield* call("GET", `/companies?tags=${tags}`)).json, "totalResults"), 1)
        const uk = yield* call("GET", `/companies?pageSize=2&tags=${encodeURIComponent("region=uk")}`)
        assert.strictEqual(at(uk.json, "totalResults"), 11)
        assert.strictEqual(
          at(uk.json, "_links", "next", "href"),
          "/companies?page=2&pageSize=2&tags=region%3Duk"
        )
        assertProblem(
          yield* call("GET", `/companies?tags=${encodeURIComponent("region>uk")}`),
          400,
          /Malformed/
        )
        assertProblem(yield* call("GET", "/companies?page=0"), 400, /not valid/)
        assertProblem(yield* call("GET", "/companies?query=nope%3D1"), 400, /nope on Company/)
      }).pipe(Effect.provide(mount.layer({ companies: 20, connections: 3 })))
    )

    test("keeps a company's idempotency key", () =>
      Effect.gen(function* () {
        const make = { json: { name: "Once" }, key: key(9) }
        const first = yield* call("POST", "/companies", make)
        assert.deepStrictEqual((yield* call("POST", "/companies", make)).json, first.json)
        assert.strictEqual((yield* Sandbox.companies).length, 2)
      }))
  })

  describe(`Sandbox ${mount.name}: integrations`, () => {
    test("lists them, and every key makes a connection", () =>
      Effect.gen(function* () {
        const all = (yield* call("GET", "/integrations")).json
        assert.strictEqual(at(all, "totalResults"), list(all, "results").length)
        for (const integration of list(all, "results")) {
          const platformKey = at(integration, "key")
          assert.deepStrictEqual((yield* call("GET", `/integrations/${platformKey}`)).json, integration)
          const made = yield* call("POST", connections, { json: { platformKey } })
          assert.strictEqual(at(made.json, "integrationId"), at(integration, "integrationId"))
          assert.strictEqual(at(made.json, "platformName"), at(integration, "name"))
        }
        const beta = yield* call("GET", `/integrations?query=${encodeURIComponent("isBeta=true")}`)
        assert.strictEqual(at(beta.json, "totalResults"), 1)
        const banking = yield* call(
          "GET",
          `/integrations?orderBy=-name&query=${encodeURIComponent("sourceType=Banking")}`
        )
        assert.deepStrictEqual(
          list(banking.json, "results").map((item) => at(item, "name")),
          ["TrueLayer", "Plaid", "Basiq"]
        )
      }))

    test("shows a platform's branding, and knows no other platform", () =>
      Effect.gen(function* () {
        const branding = (yield* call("GET", "/integrations/gbol/branding")).json
        const integration = (yield* call("GET", "/integrations/gbol")).json
        assert.strictEqual(at(branding, "sourceId"), at(integration, "sourceId"))
        for (const path of [
          ["logo", "full"],
          ["logo", "square"],
          ["button", "default"],
          ["button", "hover"]
        ]) {
          assert.match(String(at(branding, ...path, "image", "src")), /^https:/)
        }
        for (const path of ["/integrations/zzzz", "/integrations/zzzz/branding", "/integrations/GBOL"]) {
          assertProblem(yield* call("GET", path), 404, /No integration/)
        }
      }))
  })

  describe(`Sandbox ${mount.name}: record`, () => {
    test("remembers every request, and no secret of it", () =>
      Effect.gen(function* () {
        const { path } = yield* find("Linked")
        yield* call("GET", `${connections}?page=2&query=${encodeURIComponent("status=Linked")}`)
        yield* call("POST", connections, { json: { platformKey: "gbol" }, key: key(7) })
        yield* call("PUT", `${path}/authorization`, { json: { password: "hunter2" } })
        yield* call("GET", "/nowhere", { authorization: "Bearer tell-no-one" })
        const profile = { name: "a", redirectUrl: "https://example.com", apiKey: "key-of-a-client" }
        yield* call("PUT", "/profile", { json: profile })
        const { json: made } = yield* call("POST", "/apiKeys", { json: { name: "ci" }, key: key(8) })
        const { json: rotated } = yield* call("POST", "/webhooks/integrationKeys/zapier", { key: key(9) })
        const { json: token } = yield* call("GET", `/companies/${Sandbox.companyId}/accessToken`)
        const [listed, created, authorised, lost, updated, ...more] = (yield* Sandbox.requests).slice(0, -3)
        assert.deepStrictEqual(more, [])
        assert.strictEqual(listed?.operation, "Connections.list")
        assert.strictEqual(listed?.path, connections)
        assert.deepStrictEqual(listed?.query, { page: "2", query: "status=Linked" })
        assert.strictEqual(listed?.status, 200)
        assert.isUndefined(listed?.body)
        assert.match(
          listed?.origin ?? "",
          mount.name === "in memory" ? /^https:\/\/api\.codat\.io$/ : /^http:\/\/127/
        )
        assert.strictEqual(created?.method, "POST")
        assert.deepStrictEqual(created?.body, { platformKey: "gbol" })
        assert.strictEqual(created?.idempotencyKey, key(7))
        assert.strictEqual(created?.headers["content-type"], "application/json")
        assert.isTrue(Redacted.isRedacted(authorised?.body))
        assert.strictEqual(lost?.status, 401)
        assert.isUndefined(lost?.operation)
        const authorization = listed?.authorization
        assert.strictEqual(authorization && Redacted.value(authorization), basic)
        assert.strictEqual(String(authorization), "<redacted:Basic>")
        assert.strictEqual(at(updated?.body, "name"), "a")
        const printed = JSON.stringify(yield* Sandbox.requests)
        const answered = [at(made, "apiKey"), at(rotated, "key"), at(token, "accessToken")]
        for (const secret of [
          "hunter2",
          "tell-no-one",
          btoa(Sandbox.apiKey),
          "key-of-a-client",
          ...answered
        ]) {
          assert.isString(secret)
          assert.notInclude(printed, String(secret))
        }
        yield* Sandbox.clearRequests
        assert.deepStrictEqual(yield* Sandbox.requests, [])
      }))
  })
}

type Program = () => Effect.Effect<unknown, unknown, TestServices>
type TestServices = Effect.Services<ReturnType<typeof call>> | Sandbox.Sandbox
