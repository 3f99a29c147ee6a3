/**
 * Inserting many rows at once: each batch in a few parameters, since binding one costs more than storing it.
 */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Cell, Type } from "./Rows.ts"

/** Where rows go, and what becomes of those that are there. */
export interface Into {
  readonly table: string
  /** Columns that are the same for all rows of a batch. */
  readonly shared: ReadonlyArray<readonly [column: string, type: Type]>
  readonly columns: ReadonlyArray<readonly [column: string, type: Type]>
  readonly onConflict?: string
}

export type Insert = (
  into: Into,
  shared: ReadonlyArray<Cell | number>,
  rows: ReadonlyArray<ReadonlyArray<Cell | number>>
) => Effect.Effect<void, SqlError>

/** Rows of one statement: a page of 5,000 companies need not be one text. */
const maxRows = 8192

export const make = (sql: SqlClient): Insert => {
  const dialect = sql.onDialectOrElse({ pg: () => pg, orElse: () => sqlite })
  return Effect.fnUntraced(function* (into, shared, rows) {
    for (let from = 0; from < rows.length; from += maxRows) {
      const some = rows.length <= maxRows ? rows : rows.slice(from, from + maxRows)
      yield* sql.unsafe(dialect.text(into), [...shared, ...dialect.parameters(into, some)])
    }
  })
}

interface Dialect {
  readonly text: (into: Into) => string
  readonly parameters: (
    into: Into,
    rows: ReadonlyArray<ReadonlyArray<Cell | number>>
  ) => ReadonlyArray<string>
}

const names = (columns: Into["columns"]): ReadonlyArray<string> => columns.map(([column]) => column)

/** All rows as one JSON text. */
const sqlite: Dialect = {
  text: ({ columns, onConflict = "", shared, table }) =>
    `INSERT INTO ${table} (${[...names(shared), ...names(columns)].join(", ")})
    SELECT ${[...shared.map(() => "?"), ...columns.map((_, index) => `value ->> ${index}`)].join(", ")}
    FROM json_each(?) WHERE true ${onConflict}`,
  parameters: (_, rows) => [JSON.stringify(rows)]
}

const pgTypes: Readonly<Record<Type, string>> = {
  text: "text",
  time: "timestamptz",
  json: "json",
  int: "bigint"
}

/** An array for each column: PostgreSQL takes those faster than it reads JSON. */
const pg: Dialect = {
  text: ({ columns, onConflict = "", shared, table }) => {
    const cast = (type: Type, index: number) => `$${index + 1}::${pgTypes[type]}`
    return `INSERT INTO ${table} (${[...names(shared), ...names(columns)].join(", ")})
      SELECT ${[...shared.map(([, type], index) => cast(type, index)), "rows.*"].join(", ")}
      FROM unnest(${columns.map(([, type], index) => `${cast(type, shared.length + index)}[]`).join(", ")}) AS rows
      ${onConflict}`
  },
  parameters: ({ columns }, rows) =>
    columns.map((_, column) => `{${rows.map((row) => element(row[column] ?? null)).join(",")}}`)
}

/** A value as the text of an array has it. */
const element = (value: Cell | number): string =>
  typeof value === "string" ? `"${value.replace(/["\\]/g, "\\$&")}"` : String(value)
