/**
 * Inserting many rows at once.
 */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/** Where rows go, and what becomes of those that are there. */
export interface Into {
  readonly table: string
  readonly columns: ReadonlyArray<string>
  readonly onConflict?: string
}

export type Insert = (
  into: Into,
  rows: ReadonlyArray<ReadonlyArray<unknown>>
) => Effect.Effect<void, SqlError>

/** Parameters of one statement; SQLite allows 32,766 and PostgreSQL 65,535. */
const maxParameters = 3072

/**
 * Inserts rows, in statements of as many as a power of two says, so that there are few different ones and each stays
 * prepared.
 */
export const make = (sql: SqlClient): Insert => {
  const texts = new Map<Into, Map<number, string>>()
  const textOf = (into: Into, size: number): string => {
    const sizes = texts.get(into) ?? new Map<number, string>()
    texts.set(into, sizes)
    const text = sizes.get(size) ?? statement(sql, into, size)
    sizes.set(size, text)
    return text
  }
  return Effect.fnUntraced(function* (into, rows) {
    let size = 2 ** Math.floor(Math.log2(maxParameters / into.columns.length))
    let from = 0
    while (from < rows.length) {
      while (size > rows.length - from) size /= 2
      yield* sql.unsafe(textOf(into, size), rows.slice(from, from + size).flat())
      from += size
    }
  })
}

const statement = (sql: SqlClient, { columns, onConflict = "", table }: Into, size: number): string => {
  const placeholder = sql.onDialectOrElse({
    pg: () => (index: number) => `$${index + 1}`,
    orElse: () => () => "?"
  })
  const width = columns.length
  const values = Array.from(
    { length: size },
    (_, row) => `(${columns.map((_, column) => placeholder(row * width + column)).join(", ")})`
  )
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES ${values.join(", ")} ${onConflict}`
}
