/**
 * Inserting many rows at once.
 */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/** Parameters of one statement; SQLite allows 32,766 and PostgreSQL 65,535. */
const maxParameters = 3072

/**
 * Inserts rows, in statements of as many as a power of two says, so that there are few different ones and each stays
 * prepared.
 */
export const insertRows = Effect.fnUntraced(function* (
  sql: SqlClient,
  into: { readonly table: string; readonly columns: ReadonlyArray<string>; readonly onConflict?: string },
  rows: ReadonlyArray<ReadonlyArray<unknown>>
): Effect.fn.Return<void, SqlError> {
  const { columns, onConflict = "", table } = into
  let size = 2 ** Math.floor(Math.log2(maxParameters / columns.length))
  let from = 0
  while (from < rows.length) {
    while (size > rows.length - from) size /= 2
    yield* sql.unsafe(
      `INSERT INTO ${table} (${columns.join(", ")}) VALUES ${values(sql, columns.length, size)} ${onConflict}`,
      rows.slice(from, from + size).flat()
    )
    from += size
  }
})

const values = (sql: SqlClient, width: number, rows: number): string => {
  const placeholder = sql.onDialectOrElse({
    pg: () => (index: number) => `$${index + 1}`,
    orElse: () => () => "?"
  })
  return Array.from(
    { length: rows },
    (_, row) =>
      `(${Array.from({ length: width }, (_, column) => placeholder(row * width + column)).join(", ")})`
  ).join(", ")
}
