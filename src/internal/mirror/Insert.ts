/**
 * Inserts many rows at once. A batch has few parameters, because binding a parameter costs more than storing a cell.
 */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Cell, Type } from "./Rows.ts"

/** The table and columns that rows are inserted into, and what happens to rows that exist already. */
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

/** All rows in one parameter, as JSON. Without `MATERIALIZED`, SQLite would write each row as text for each column. */
const sqlite: Dialect = {
  // With 5,000 rows, the time per row is 20 % longer: SQLite is slow to allocate so large a parsed text.
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

/** One parameter for each column, as an array: PostgreSQL reads arrays faster than JSON. */
const pg: Dialect = {
  // More rows than the largest page has. The connections of a page can be more, and are split.
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

/** PostgreSQL's array literal: JSON with braces for brackets, which escapes only quotes and backslashes. */
const array = (values: ReadonlyArray<Cell | number>): string => {
  const json = JSON.stringify(values)
  return `{${json.slice(1, -1).replace(/\\(?:u.{4}|.)/g, unescaped)}}`
}

const unescaped = (escaped: string): string =>
  escaped === '\\"' || escaped === "\\\\" ? escaped : JSON.parse(`"${escaped}"`)
