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

export const make = (sql: SqlClient): Insert => {
  const dialect = sql.onDialectOrElse({ pg: () => pg, orElse: () => sqlite })
  return Effect.fnUntraced(function* (into, shared, rows) {
    const text = dialect.text(into)
    for (let from = 0; from < rows.length; from += dialect.maxRows) {
      const some = rows.slice(from, from + dialect.maxRows)
      yield* sql.unsafe(text, [...shared, ...dialect.parameters(into, some)])
    }
  })
}

interface Dialect {
  /** Rows of one statement. */
  readonly maxRows: number
  readonly text: (into: Into) => string
  readonly parameters: (
    into: Into,
    rows: ReadonlyArray<ReadonlyArray<Cell | number>>
  ) => ReadonlyArray<string>
}

const names = (columns: Into["columns"]): ReadonlyArray<string> => columns.map(([column]) => column)

/** All rows as one JSON text. Without `MATERIALIZED` each row would be written as text anew for each of its columns. */
const sqlite: Dialect = {
  // With 5,000 rows a statement takes a fifth longer for each: the parsed text has outgrown what is quick to allocate.
  maxRows: 500,
  text: ({ columns, onConflict = "", shared, table }) =>
    `WITH rows (cells) AS MATERIALIZED (SELECT value FROM json_each(?${shared.length + 1}))
    INSERT INTO ${table} (${[...names(shared), ...names(columns)].join(", ")})
    SELECT ${[...shared.map((_, index) => `?${index + 1}`), ...columns.map((_, index) => `cells ->> ${index}`)].join(", ")}
    FROM rows WHERE true ${onConflict}`,
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
  // A page of 5,000 companies need not be one text.
  maxRows: 8192,
  text: ({ columns, onConflict = "", shared, table }) => {
    const cast = (type: Type, index: number) => `$${index + 1}::${pgTypes[type]}`
    return `INSERT INTO ${table} (${[...names(shared), ...names(columns)].join(", ")})
      SELECT ${[...shared.map(([, type], index) => cast(type, index)), "rows.*"].join(", ")}
      FROM unnest(${columns.map(([, type], index) => `${cast(type, shared.length + index)}[]`).join(", ")}) AS rows
      ${onConflict}`
  },
  parameters: ({ columns }, rows) => columns.map((_, column) => array(rows.map((row) => row[column] ?? null)))
}

/** As PostgreSQL reads it: JSON's array, but for the brackets, and for escapes other than those of quotes and backslashes. */
const array = (values: ReadonlyArray<Cell | number>): string => {
  const json = JSON.stringify(values)
  return `{${json.slice(1, -1).replace(/\\(?:u.{4}|.)/g, unescaped)}}`
}

const unescaped = (escaped: string): string =>
  escaped === '\\"' || escaped === "\\\\" ? escaped : JSON.parse(`"${escaped}"`)
