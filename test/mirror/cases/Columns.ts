/**
 * What the columns of the tables hold: they are documented, and users join them.
 */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as Mirror from "effect-codat/Mirror"
import { fake, ok } from "../../support/Fake.ts"
import type { Database } from "../databases.ts"
import { mirrorOn } from "../fixture.ts"

const reconcile = Mirror.Mirror.use((mirror) => mirror.reconcile)

const full = {
  id: "company-full",
  name: "Full & Co.",
  description: 'Words "in quotes"',
  redirect: "https://link.codat.io/company/secret",
  tags: { zone: "north", area: "{1,2}" },
  created: "2022-10-27T09:53:29.5+02:00",
  lastSync: "2024-02-29T23:59:59Z",
  createdByUserName: "Ann",
  dataConnections: [
    {
      id: "connection-full",
      integrationId: "integration",
      integrationKey: "gbol",
      sourceId: "source",
      sourceType: "Accounting",
      platformName: "Xero",
      linkUrl: "https://link.codat.io/connection/secret",
      status: "Deauthorized",
      created: "2022-10-27T09:53:30Z",
      lastSync: "2024-02-29T23:59:58.007Z",
      dataConnectionErrors: [
        {
          statusCode: "401",
          statusText: "Unauthorized",
          errorMessage: "Token \\ expired, {again}",
          erroredOnUtc: "2024-02-28T00:00:00Z"
        }
      ]
    }
  ]
}

const least = {
  id: "company-least",
  name: "",
  redirect: "https://link.codat.io/company/secret",
  // Neither database reads these years as Codat means them.
  created: "0000-01-01T00:00:00Z",
  lastSync: "+012345-01-01T00:00:00.000Z",
  dataConnections: [
    {
      id: "connection-least",
      integrationId: "",
      sourceId: "",
      platformName: "",
      linkUrl: "https://link.codat.io/connection/secret",
      status: "SomethingNew",
      created: "1970-01-01T00:00:00Z"
    }
  ]
}

const listing = (rows: () => ReadonlyArray<unknown>) =>
  fake(() => ok({ results: rows(), pageNumber: 1, pageSize: 10, totalResults: rows().length, _links: {} }))
    .layer

/** Drivers give times as text or as `Date`, and JSON as text or as what it says. */
const plain = (row: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Date
        ? value.toISOString()
        : typeof value === "string" && /^[[{]"?/.test(value)
          ? JSON.parse(value)
          : value
    ])
  )

const columns = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const companies = yield* sql<Record<string, unknown>>`
    SELECT company_id, name, description, created_by_user_name, tags, created, last_sync, removed_at
    FROM codat_companies ORDER BY company_id`
  const connections = yield* sql<Record<string, unknown>>`
    SELECT company_id, connection_id, integration_id, integration_key, source_id, source_type, platform_name, status,
      created, last_sync, data_connection_errors
    FROM codat_connections ORDER BY company_id`
  return { companies: companies.map(plain), connections: connections.map(plain) }
})

export const columnsOf = (database: Database): void => {
  it.effect("each column holds what Codat sent, and null for what it did not send", (context) => {
    let rows: ReadonlyArray<unknown> = [full, least]
    return Effect.gen(function* () {
      assert.deepInclude(yield* reconcile, { changes: 4 })
      const expected = {
        companies: [
          {
            company_id: "company-full",
            name: "Full & Co.",
            description: 'Words "in quotes"',
            created_by_user_name: "Ann",
            tags: { area: "{1,2}", zone: "north" },
            created: "2022-10-27T07:53:29.500Z",
            last_sync: "2024-02-29T23:59:59.000Z",
            removed_at: null
          },
          {
            company_id: "company-least",
            name: "",
            description: null,
            created_by_user_name: null,
            tags: null,
            created: null,
            last_sync: null,
            removed_at: null
          }
        ],
        connections: [
          {
            company_id: "company-full",
            connection_id: "connection-full",
            integration_id: "integration",
            integration_key: "gbol",
            source_id: "source",
            source_type: "Accounting",
            platform_name: "Xero",
            status: "Deauthorized",
            created: "2022-10-27T09:53:30.000Z",
            last_sync: "2024-02-29T23:59:58.007Z",
            data_connection_errors: [
              {
                statusCode: "401",
                statusText: "Unauthorized",
                errorMessage: "Token \\ expired, {again}",
                erroredOnUtc: "2024-02-28T00:00:00.000Z"
              }
            ]
          },
          {
            company_id: "company-least",
            connection_id: "connection-least",
            integration_id: "",
            integration_key: null,
            source_id: "",
            source_type: null,
            platform_name: "",
            status: "SomethingNew",
            created: "1970-01-01T00:00:00.000Z",
            last_sync: null,
            data_connection_errors: null
          }
        ]
      }
      assert.deepStrictEqual(yield* columns, expected)
      // What was read back from the tables equals what Codat sends again.
      assert.deepInclude(yield* reconcile, { changes: 0 })
      rows = [full, { ...least, name: "Renamed" }]
      assert.deepInclude(yield* reconcile, { changes: 1 })
      assert.deepStrictEqual(
        (yield* columns).companies,
        expected.companies.map((row) => (row.name === "" ? { ...row, name: "Renamed" } : row))
      )
    }).pipe(Effect.provide([mirrorOn(database, context, { pageSize: 10 }), listing(() => rows)]))
  })
}
