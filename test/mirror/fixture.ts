/** Helpers for the tests of a mirror. */
import { assert } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as UrlParams from "effect/http/UrlParams"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as SqlClient from "effect/sql/SqlClient"
import { Sandbox, type WebhookEvent } from "effect-codat"
import * as Mirror from "effect-codat/Mirror"
import type { TestContext } from "vitest"
import type { Database } from "./databases.ts"

export const mirrorOn = (database: Database, context: TestContext, options?: Mirror.Options) =>
  Layer.fresh(Mirror.layer(options)).pipe(
    Layer.provideMerge(Layer.fresh(Mirror.layerMigrations)),
    Layer.provideMerge(database.layer(context))
  )

/** The errors that an effect failed with, as text. */
export const reasonOf = <E>(exit: Exit.Exit<unknown, E>): string =>
  Exit.isFailure(exit)
    ? exit.cause.reasons
        .map((reason) => ("error" in reason ? JSON.stringify(reason.error) : reason._tag))
        .join()
    : "succeeded"

/** A mirror, and a sandbox to read from. */
export const withSandbox = (
  database: Database,
  context: TestContext,
  options: { readonly mirror?: Mirror.Options; readonly sandbox?: Sandbox.Options } = {}
) =>
  Layer.merge(
    mirrorOn(database, context, { pageSize: 10, ...options.mirror }),
    Sandbox.layer({ connections: 3, companies: 34, recordedRequests: 100_000, ...options.sandbox })
  )

interface Row {
  readonly id: string
  readonly company: string
  readonly status: string | undefined
  readonly platformName: string
}

const order = (a: Row, b: Row) => (a.id < b.id ? -1 : 1)

/** Companies and connections, as the tables have them. */
export const tables = (account = "default") =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const companies = yield* sql<{ readonly company_id: string; readonly name: string }>`
      SELECT company_id, name FROM codat_companies WHERE account = ${account} AND removed_at IS NULL`
    const connections = yield* sql<Record<string, string>>`
      SELECT connection_id, company_id, status, platform_name FROM codat_connections WHERE account = ${account}`
    return {
      companies: companies.map(({ company_id, name }) => `${company_id} ${name}`).sort(),
      connections: connections
        .map(
          (row): Row => ({
            id: String(row["connection_id"]),
            company: String(row["company_id"]),
            status: row["status"],
            platformName: String(row["platform_name"])
          })
        )
        .sort(order)
    }
  })

/** Companies and connections, as the sandbox has them. */
export const truth = Effect.gen(function* () {
  const companies = yield* Sandbox.companies
  const connections = yield* Effect.forEach(companies, (company) =>
    Effect.map(Sandbox.connections(company.id), (connections) =>
      connections.map(
        ({ id, platformName, status }): Row => ({ id, company: company.id, status, platformName })
      )
    )
  )
  return {
    companies: companies.map(({ id, name }) => `${id} ${name}`).sort(),
    connections: connections.flat().sort(order)
  }
})

export const assertEqual = Effect.gen(function* () {
  assert.deepStrictEqual(yield* tables(), yield* truth)
})

/** The ids that result from applying all changes in order. */
export const replayed = Effect.gen(function* () {
  const mirror = yield* Mirror.Mirror
  const ids = new Set<string>()
  let cursor = 0
  yield* Stream.runForEach(mirror.changes(), (change) =>
    Effect.sync(() => {
      assert.strictEqual(change.cursor, ++cursor, "the numbers of the changes have no gap")
      const id = `${change.companyId} ${change.connectionId ?? ""}`
      if (change.kind.endsWith(".added")) {
        assert.isFalse(ids.has(id), `${change.kind} of what is there`)
        ids.add(id)
      } else {
        assert.isTrue(ids.has(id), `${change.kind} of what is not there`)
        if (change.kind.endsWith(".removed")) ids.delete(id)
        else assert.isAbove(change.fields.length, 0)
      }
    })
  )
  return [...ids].sort()
})

/** Checks that applying all changes gives the rows of the tables: no change is missing or doubled. */
export const assertReplays = Effect.gen(function* () {
  const { companies, connections } = yield* tables()
  const expected = [
    ...companies.map((company) => `${company.split(" ")[0]} `),
    ...connections.map(({ company, id }) => `${company} ${id}`)
  ].sort()
  assert.deepStrictEqual(yield* replayed, expected)
})

/** A webhook event about a company. */
export const companyEvent = (
  id: string,
  companyId: string,
  eventType: WebhookEvent.CompanyEventType = "company.created"
): WebhookEvent.WebhookEvent => ({
  _tag: "Company",
  id,
  timestamp: DateTime.makeUnsafe(0),
  eventType,
  payload: { id: companyId }
})

/** The requests to the sandbox, oldest first: `page 3`, or `one` and the id of a company. */
export const asked = Effect.map(Sandbox.requests, (requests) =>
  requests.flatMap(({ operation, path, query }) =>
    operation === "Companies.list"
      ? [`page ${query["page"]}`]
      : operation === "Companies.get"
        ? [`one ${path.split("/").at(-1)}`]
        : []
  )
)

type Json = Record<string, unknown>

/** The JSON of a company without connections, for tests that answer without a sandbox. */
export const company = (index: number, more: Json = {}): Json & { readonly id: string } => ({
  id: `company-${String(index).padStart(3, "0")}`,
  name: `Company ${index}`,
  redirect: "https://link.codat.io/company/x",
  created: "2022-10-27T09:53:29Z",
  dataConnections: [],
  ...more
})

/** Rewrites the companies in the answers of the sandbox. */
export const rewriting = (rewrite: (company: Json) => void) => (client: HttpClient.HttpClient) =>
  HttpClient.transform(client, (response, request) =>
    Effect.flatMap(response, (response) =>
      Effect.map(response.text, (text) => {
        // The sandbox answers with a company, a page of companies, or an error.
        const body: Json = text === "" ? {} : JSON.parse(text)
        const rows = (Array.isArray(body["results"]) ? body["results"] : [body]) as Array<Json>
        for (const row of rows) if (typeof row === "object" && "dataConnections" in row) rewrite(row)
        return HttpClientResponse.fromWeb(
          request,
          new Response(text === "" ? null : JSON.stringify(body), {
            status: response.status,
            headers: response.headers
          })
        )
      })
    )
  )

/** The connections in the JSON of a company. */
export const connectionsOf = (company: Json): ReadonlyArray<Json> =>
  Array.isArray(company["dataConnections"]) ? company["dataConnections"] : []

/** While `rows` returns any, replaces the rows of a page and removes the total of every page. */
export const replacingPage =
  (page: number, rows: () => ReadonlyArray<unknown>) => (client: HttpClient.HttpClient) =>
    HttpClient.transform(client, (response, request) =>
      rows().length === 0
        ? response
        : Effect.flatMap(response, (response) =>
            Effect.map(response.text, (text) => {
              const { totalResults: _, ...body } = JSON.parse(text)
              const results = urlOf(request).includes(`page=${page}&`) ? rows() : body.results
              return HttpClientResponse.fromWeb(
                request,
                new Response(JSON.stringify({ ...body, results }), { status: response.status })
              )
            })
          )
    )

/** Gives each company whose id is in the set an invalid date. */
export const corrupting = (ids: ReadonlySet<string>) =>
  rewriting((company) => {
    if (ids.has(String(company["id"]))) company["created"] = "yesterday"
  })

/** Stops some requests, or their answers, until it is opened. */
export interface Gate {
  readonly match: (url: string) => boolean
  readonly when: "request" | "answer"
  readonly arrived: Deferred.Deferred<void>
  readonly open: Deferred.Deferred<void>
}

export const gate = (when: Gate["when"], match: Gate["match"]): Effect.Effect<Gate> =>
  Effect.gen(function* () {
    return { when, match, arrived: yield* Deferred.make<void>(), open: yield* Deferred.make<void>() }
  })

export const stopping = (gates: ReadonlyArray<Gate>) => (client: HttpClient.HttpClient) =>
  HttpClient.transform(client, (response, request) => {
    const stop = (when: Gate["when"]) =>
      Effect.suspend(() => {
        const gate = gates.find((gate) => gate.when === when && gate.match(urlOf(request)))
        return gate === undefined
          ? Effect.void
          : Effect.andThen(Deferred.succeed(gate.arrived, undefined), Deferred.await(gate.open))
      })
    return stop("request").pipe(Effect.andThen(response), Effect.tap(stop("answer")))
  })

const urlOf = (request: HttpClientRequest.HttpClientRequest): string =>
  `${request.url}?${UrlParams.toString(request.urlParams)}`

/** Waits in real time for a condition in the database, which the test clock does not control. */
export const eventually = <E, R>(condition: Effect.Effect<boolean, E, R>): Effect.Effect<void, E, R> =>
  Effect.gen(function* () {
    for (let turn = 0; turn < 500; turn++) {
      if (yield* condition) return
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 2)))
    }
    assert.fail("the condition was not true within a second")
  })
