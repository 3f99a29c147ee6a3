/** Rows as comma-separated values, in the format of RFC 4180. */
import type * as Output from "../Output.ts"

const cell = (value: unknown): string => {
  if (value === undefined || value === null) return ""
  const text = typeof value === "string" ? value : JSON.stringify(value)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export const line = (columns: ReadonlyArray<string>, row: Output.Row): string =>
  `${columns.map((column) => cell(row[column])).join(",")}\r\n`

export const head = (columns: ReadonlyArray<string>): string => `${columns.map(cell).join(",")}\r\n`
