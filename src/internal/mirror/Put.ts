/**
 * Writing whole rows of companies and connections, new ones and those that are there.
 */
import type * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Into } from "./Insert.ts"
import * as Rows from "./Rows.ts"
import type { Store, Transaction } from "./Store.ts"

const put = (columns: ReadonlyArray<string>): string =>
  columns.map((column) => `${column} = excluded.${column}`).join(", ")

const companyCells = Rows.companyColumns.map(([column]) => column)
const companyState = [...companyCells, "read_at", "removed_at", "read_seq", "applied_seq", "digest"]

const intoCompanies: Into = {
  table: "codat_companies",
  shared: [
    ["account", "text"],
    ["read_at", "time"],
    ["removed_at", "time"],
    ["read_seq", "int"],
    ["applied_seq", "int"]
  ],
  columns: [
    ["company_id", "text"],
    ["digest", "text"],
    ...Rows.companyColumns.map(([column, , type]) => [column, type] as const)
  ],
  onConflict: `ON CONFLICT (account, company_id) DO UPDATE SET ${put(companyState)}`
}

export const companies = (
  { account, insert }: Store,
  { at, seq: appliedSeq }: Transaction,
  seq: number,
  rows: ReadonlyArray<Rows.CompanyRow>
): Effect.Effect<void, SqlError> =>
  insert(
    intoCompanies,
    [account, at, null, seq, appliedSeq],
    rows.map(({ cells, digest, id }) => [id, digest, ...cells])
  )

const connectionCells = Rows.connectionColumns.map(([column]) => column)

const intoConnections: Into = {
  table: "codat_connections",
  shared: [
    ["account", "text"],
    ["changed_at", "time"]
  ],
  columns: [
    ["company_id", "text"],
    ["connection_id", "text"],
    ...Rows.connectionColumns.map(([column, , type]) => [column, type] as const)
  ],
  onConflict: `ON CONFLICT (account, company_id, connection_id) DO UPDATE SET ${put([...connectionCells, "changed_at"])}`
}

export const connections = (
  { account, insert }: Store,
  { at }: Transaction,
  rows: ReadonlyArray<{ readonly companyId: string; readonly connection: Rows.ConnectionRow }>
): Effect.Effect<void, SqlError> =>
  insert(
    intoConnections,
    [account, at],
    rows.map(({ companyId, connection }) => [companyId, connection.id, ...connection.cells])
  )
