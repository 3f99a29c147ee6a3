/** Rows of text in columns that fit a terminal. */

export interface Layout {
  readonly columns: ReadonlyArray<string>
  readonly widths: ReadonlyArray<number>
}

const gap = "  "

/** Text from the network without control characters, which could change the terminal. */
export const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ")

/** A value as the text of a table cell. */
export const cell = (value: unknown): string => {
  if (value === undefined || value === null) return ""
  if (Array.isArray(value) && value.every((item) => typeof item !== "object"))
    return plain(value.map(String).join(", "))
  if (typeof value !== "string")
    return plain(typeof value === "object" ? JSON.stringify(value) : String(value))
  // Dates are shown to the minute.
  return plain(value.replace(/^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}):\d{2}(?:\.\d+)?Z$/, "$1Z"))
}

/** A value of one item as text: what is long and nested is counted, since nobody reads it at a terminal. */
export const summary = (value: unknown): string => {
  const text = cell(value)
  if (typeof value !== "object" || value === null || text.length <= 160) return text
  const size = Array.isArray(value) ? value.length : Object.keys(value).length
  return `(${size} ${Array.isArray(value) ? "items" : "fields"}; --json or --fields shows them)`
}

const columnLeast = 8

/** The length of the longest text. There can be more texts than a function takes arguments. */
const longest = (texts: ReadonlyArray<string>): number => most(texts.map((text) => text.length))
const most = (numbers: ReadonlyArray<number>): number => numbers.reduce((a, b) => Math.max(a, b), 0)

/** Column widths for these rows. When they do not fit, the widest columns become narrower, except the first. */
export const layout = (
  columns: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  terminal: number,
  least = 0
): Layout => {
  const widths = columns.map((column, index) =>
    Math.max(index === 0 ? least : 0, column.length, longest(rows.map((row) => row[index] ?? "")))
  )
  let excess = widths.reduce((sum, width) => sum + width, gap.length * (columns.length - 1)) - terminal
  for (let widest = most(widths.slice(1)); excess > 0 && widest > columnLeast; widest--) {
    for (let index = 1; excess > 0 && index < widths.length; index++) {
      if (widths[index] !== widest) continue
      widths[index] = widest - 1
      excess--
    }
  }
  return { columns, widths }
}

const clip = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text.padEnd(width)

/** A row as text. Its first column is an id, and is never shortened. */
export const line = ({ widths }: Layout, row: ReadonlyArray<string>): string =>
  widths
    .map((width, index) => {
      const text = row[index] ?? ""
      return index === 0 ? text.padEnd(width) : clip(text, width)
    })
    .join(gap)
    .trimEnd()

/** One item, one line per field. */
export const record = (entries: ReadonlyArray<readonly [name: string, text: string]>): string => {
  const width = longest(entries.map(([name]) => name))
  return entries.map(([name, text]) => `${name.padEnd(width)}${gap}${text}`.trimEnd()).join("\n")
}
