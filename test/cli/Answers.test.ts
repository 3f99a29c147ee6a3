/**
 * What the command makes of answers that are not what one expects.
 */
import { existsSync, readFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { call, folder, rowsOf, setup } from "./support.ts"

setup()

/** Runs the command against a server that answers everything with the same body. */
const answered = (
  body: unknown,
  args: ReadonlyArray<string>,
  options: { readonly terminal?: boolean; readonly onUrl?: (url: string) => void } = {}
) =>
  Effect.acquireUseRelease(
    Effect.promise(
      () =>
        new Promise<{ readonly port: number; readonly close: () => void }>((resolve) => {
          const server = createServer((request, response) => {
            options.onUrl?.(request.url ?? "")
            response.setHeader("content-type", "application/json")
            response.end(body instanceof Buffer ? body : JSON.stringify(body))
          })
          server.listen(0, "127.0.0.1", () => {
            const address = server.address()
            const port = typeof address === "object" && address !== null ? address.port : 0
            resolve({ port, close: () => server.close() })
          })
        })
    ),
    ({ port }) =>
      call(args, {
        terminal: options.terminal ?? false,
        env: { CODAT_API_KEY: "key", CODAT_BASE_URL: `http://127.0.0.1:${port}` }
      }),
    ({ close }) => Effect.sync(close)
  )

describe("effect-codat request", () => {
  it.live("shows an answer that is a list of anything", () =>
    Effect.gen(function* () {
      for (const body of [["a", "b"], [{ id: "x" }, 7], "text", 7]) {
        const { code, stdout } = yield* answered(body, ["request", "GET", "/things"])
        assert.strictEqual(code, 0)
        assert.deepStrictEqual(JSON.parse(stdout), body)
      }
      const rows = yield* answered([{ id: "x" }, { id: "y" }], ["request", "GET", "/things"], {
        terminal: true
      })
      assert.strictEqual(rows.stdout, '{"id":"x"}\n{"id":"y"}\n')
    })
  )

  it.live("hides what is secret in such a list too", () =>
    Effect.gen(function* () {
      const { stdout } = yield* answered([{ linkUrl: "https://one-time" }, 7], ["request", "GET", "/things"])
      assert.notInclude(stdout, "one-time")
    })
  )

  it.live("writes no character that a terminal obeys, names of fields included", () =>
    Effect.gen(function* () {
      const body = { "\u001b[2Ja": "\u009b31m\u202e\u007f" }
      for (const terminal of [true, false]) {
        for (const flags of [[], ["--json"]]) {
          const { stdout } = yield* answered(body, ["request", "GET", "/things", ...flags], { terminal })
          assert.notMatch(stdout.replaceAll("\n", ""), /[\p{Cc}\p{Bidi_Control}]/u)
          if (!terminal) assert.deepStrictEqual(JSON.parse(stdout), body)
        }
      }
    })
  )

  it.live("shows an answer with more fields than a function takes arguments", () =>
    Effect.gen(function* () {
      const body = Object.fromEntries(Array.from({ length: 130_000 }, (_, index) => [`field${index}`, index]))
      const { code, stdout } = yield* answered(body, ["request", "GET", "/things"], { terminal: true })
      assert.strictEqual(code, 0)
      assert.match(stdout, /^field0 +0\n/)
      assert.match(stdout, /\nfield129999 +129999\n$/)
    })
  )

  it.live("refuses a query of which it would send a part", () =>
    Effect.gen(function* () {
      const urls: Array<string> = []
      const { code, stderr } = yield* answered({}, ["request", "GET", "/things?tag=a&tag=b"], {
        onUrl: (url) => urls.push(url)
      })
      assert.strictEqual(code, 2)
      assert.include(stderr, "tag twice")
      assert.deepStrictEqual(urls, [])
    })
  )
})

describe("a list with a row that is no row", () => {
  const company = { id: "c1", name: "Whole", created: "2026-01-01T00:00:00Z", redirect: "https://link" }
  const body = { results: [{ ...company, id: 7 }, company], pageNumber: 1, pageSize: 100, totalResults: 2 }

  it.live("fails, and is whole but for that row with --skip-invalid", () =>
    Effect.gen(function* () {
      const list = ["companies", "list", "--fields", "id"]
      const refused = yield* answered(body, list)
      assert.deepStrictEqual([refused.code, refused.stdout], [1, ""])
      assert.match(refused.stderr, /^error: Companies\.list: InvalidResponse.*results\[0\]/)
      assert.match(refused.stderr, /--skip-invalid leaves out single invalid rows\.\n$/)
      const skipped = yield* answered(body, [...list, "--skip-invalid"])
      assert.deepStrictEqual([skipped.code, skipped.stdout], [0, '{"id":"c1"}\n'])
    })
  )

  it.live("is exported in the same way", () =>
    Effect.gen(function* () {
      const connection = {
        id: "k1",
        integrationId: "i1",
        integrationKey: "gbol",
        sourceId: "s1",
        sourceType: "Accounting",
        platformName: "Bank of Codat",
        linkUrl: "https://link",
        status: "Linked",
        created: "2026-01-01T00:00:00Z"
      }
      const results = [{ ...connection, id: 7 }, connection]
      const file = join(folder, "invalid.ndjson")
      const args = ["export", file, "--company", "c1"]
      const refused = yield* answered({ ...body, results }, args)
      assert.strictEqual(refused.code, 1)
      assert.match(refused.stderr, /^error: Connections\.pages: InvalidResponse/)
      assert.isFalse(existsSync(file))
      assert.strictEqual(
        (yield* answered({ ...body, results }, [...args, "--skip-invalid", "--force"])).code,
        0
      )
      assert.deepStrictEqual(
        rowsOf(readFileSync(file, "utf8")).map(({ id }) => id),
        ["k1"]
      )
    })
  )
})

describe("effect-codat data refresh", () => {
  it.live("escapes why a read failed", () =>
    Effect.gen(function* () {
      const read = {
        id: "5d1f6c52-0b6f-4f6e-9d0b-9f1f3a0e6a11",
        companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
        connectionId: "2e2eb431-c1fa-4dc9-93fa-d29781c12bcd",
        dataType: "invoices",
        status: "FetchError",
        errorMessage: "no\u001b[2J\nerror: forged",
        requested: "2022-10-27T09:53:29Z",
        progress: 100,
        isCompleted: false,
        isErrored: true
      }
      const args = ["data", "refresh", "--company", read.companyId, "--type", "invoices", "--wait"]
      const { code, stderr } = yield* answered(read, args)
      assert.strictEqual(code, 1)
      assert.strictEqual(stderr, "error: invoices: no\\u001b[2J\\u000aerror: forged\n")
    })
  )
})

describe("an answer that is nested too deeply to be written", () => {
  const companyId = "8a210b68-6988-11ed-a1eb-0242ac120002"
  const nested = (levels: number) => `${'{"a":['.repeat(levels / 2)}1${"]}".repeat(levels / 2)}`
  const connection = (levels: number) =>
    JSON.stringify({
      id: companyId,
      integrationId: "2",
      sourceId: "3",
      platformName: "Platform",
      linkUrl: "https://link",
      connectionInfo: { deep: "deep" }
    }).replace('"deep"}', `${nested(levels)}}`)
  const commands = {
    "a request": ["request", "GET", "/things"],
    "a connection": ["connections", "get", companyId, "--company", companyId],
    "a list of connections": ["connections", "list", "--company", companyId],
    "an export": ["export", join(folder, "deep.ndjson"), "--company", companyId, "--force"]
  }
  for (const [name, args] of Object.entries(commands)) {
    for (const flags of [[], ["--show-secrets"]]) {
      it.live(`is a failure of ${[name, ...flags].join(" with ")}, and no defect`, () =>
        Effect.gen(function* () {
          const answer = (levels: number) => {
            const one = connection(levels)
            const isList = name === "a list of connections" || name === "an export"
            return Buffer.from(isList ? `{"results":[${one}],"pageNumber":1,"totalResults":1}` : one)
          }
          for (const levels of [600, 20_000]) {
            const { code, stderr, stdout } = yield* answered(answer(levels), [...args, ...flags])
            assert.deepStrictEqual([code, stdout], [1, ""])
            assert.match(stderr, /^error: JSON that is nested more than 500 levels deep[^\n]*\n$/)
          }
          const { code } = yield* answered(answer(400), [...args, ...flags])
          assert.strictEqual(code, 0)
        })
      )
    }
  }
})
