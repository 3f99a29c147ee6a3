/**
 * A model that is printed, logged or encoded for a log does not show the one-time password of its link.
 */
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Equal, Redacted, Schema } from "effect"
import { Companies, Company, Connection, Connections, Page } from "effect-codat"
import { against, companyId, connectionId, ok, pageOf, row, script, watched } from "../support/Fake.ts"

const link = "https://link-api.codat.io/start?otp=MARKED-otp"
const company = {
  id: companyId,
  name: "Bank of Dave",
  redirect: link,
  dataConnections: [row(1, { linkUrl: link })]
}

const shown = (value: unknown) =>
  [
    inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    JSON.stringify(value),
    String(value),
    `${value}`
  ].join("\n")

describe("what is read from Codat", () => {
  it.effect("shows no link, printed or logged, alone, in a company or on a page", () =>
    watched(({ lines }) =>
      Effect.gen(function* () {
        const connection = yield* Connections.get({ companyId, connectionId }).pipe(
          against(script(ok(row(1, { linkUrl: link }))))
        )
        const read = yield* Companies.get({ companyId }).pipe(against(script(ok(company))))
        const body = { ...pageOf(1, { total: 1 }), results: [row(1, { linkUrl: link })] }
        const page = yield* Connections.page({ companyId }).pipe(against(script(ok(body))))
        for (const value of [connection, read, page]) {
          assert.notInclude(shown(value), "MARKED")
          yield* Effect.log("read", value)
          yield* Effect.logError(value)
        }
        assert.notInclude(lines.join("\n"), "MARKED")
        assert.isAbove(lines.length, 0)
        assert.strictEqual(Redacted.value(connection.linkUrl), link)
        assert.strictEqual(Redacted.value(read.redirect), link)
        assert.strictEqual(read.dataConnections[0] && Redacted.value(read.dataConnections[0].linkUrl), link)
        assert.strictEqual(page.results[0] && Redacted.value(page.results[0].linkUrl), link)
      })
    )
  )

  it.effect("has the link's text in its JSON form, to be stored and read again", () =>
    Effect.gen(function* () {
      const codec = Page.make(Connection.Connection)
      const body = { ...pageOf(1, { total: 1 }), results: [row(1, { linkUrl: link })] }
      const page = yield* Schema.decodeUnknownEffect(codec)(body)
      const encoded = yield* Schema.encodeEffect(codec)(page)
      assert.strictEqual(encoded.results[0]?.linkUrl, link)
      assert.isTrue(Equal.equals(yield* Schema.decodeUnknownEffect(codec)(encoded), page))
      const read = yield* Schema.decodeUnknownEffect(Company.Company)(company)
      assert.strictEqual((yield* Schema.encodeEffect(Company.Company)(read)).redirect, link)
    })
  )
})
