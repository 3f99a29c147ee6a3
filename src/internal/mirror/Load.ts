/**
 * Loads the stored columns of companies, as the texts that were written, to compare them with a new read.
 */
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import * as Rows from "./Rows.ts"
import type { Store } from "./Store.ts"

const companyCells = Rows.companyColumns.map(([column]) => column)

const connectionCells = Rows.connectionColumns.map(([column]) => column)

const cellsOf = (
  row: Readonly<Record<string, unknown>>,
  columns: ReadonlyArray<string>
): ReadonlyArray<Rows.Cell> => columns.map((column) => (row[column] === null ? null : String(row[column])))

/** Selects columns as the texts that were written: PostgreSQL would return times and JSON in other forms. */
const asText = (sql: Store["sql"], columns: ReadonlyArray<string>) =>
  sql.literal(
    columns
      .map((column) =>
        sql.onDialectOrElse({
          pg: () =>
            times.has(column)
              ? `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${column}`
              : `${column}::text AS ${column}`,
          orElse: () => column
        })
      )
      .join(", ")
  )

const times: ReadonlySet<string> = new Set(["created", "last_sync"])

export interface Loaded {
  readonly cells: ReadonlyArray<Rows.Cell>
  readonly connections: Map<string, ReadonlyArray<Rows.Cell>>
}

export const load = Effect.fnUntraced(function* (
  { account, isOneOf, sql }: Store,
  ids: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyMap<string, Loaded>, SqlError> {
  const companies = yield* sql<Readonly<Record<string, unknown>>>`
    SELECT company_id, ${asText(sql, companyCells)} FROM codat_companies
    WHERE account = ${account} AND ${isOneOf(ids)}`
  const connections = yield* sql<Readonly<Record<string, unknown>>>`
    SELECT company_id, connection_id, ${asText(sql, connectionCells)} FROM codat_connections
    WHERE account = ${account} AND ${isOneOf(ids)}`
  const loaded = new Map(
    companies.map((row) => [
      String(row["company_id"]),
      { cells: cellsOf(row, companyCells), connections: new Map<string, ReadonlyArray<Rows.Cell>>() }
    ])
  )
  for (const row of connections) {
    loaded
      .get(String(row["company_id"]))
      ?.connections.set(String(row["connection_id"]), cellsOf(row, connectionCells))
  }
  return loaded
})
