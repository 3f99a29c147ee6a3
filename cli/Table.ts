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

const characters = new Intl.Segmenter()

/** Characters that take two columns of a terminal: emoji, and those of East Asian scripts. */
const isWide =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u

/** Each character with the columns that it takes. One that is combined of several code points is one. */
const measured = (text: string): ReadonlyArray<readonly [character: string, columns: number]> =>
  Array.from(characters.segment(text), ({ segment }) => [segment, isWide.test(segment) ? 2 : 1])

/** No terminal has more columns, and to find the characters of a text of 100,000 takes minutes. */
const longest = 1000

const widthOf = (text: string): number =>
  text.length > longest || /^[ -~]*$/.test(text)
    ? text.length
    : measured(text).reduce((sum, [, columns]) => sum + columns, 0)

const pad = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - widthOf(text)))

/** The width of the widest text. There can be more texts than a function takes arguments. */
const widest = (texts: ReadonlyArray<string>): number => most(texts.map(widthOf))
const most = (numbers: ReadonlyArray<number>): number => numbers.reduce((a, b) => Math.max(a, b), 0)

/** Column widths for these rows. When they do not fit, the widest columns become narrower, except the first. */
export const layout = (
  columns: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  terminal: number,
  least = 0
): Layout => {
  const widths = columns.map((column, index) =>
    Math.max(index === 0 ? least : 0, widthOf(column), widest(rows.map((row) => row[index] ?? "")))
  )
  let excess = widths.reduce((sum, width) => sum + width, gap.length * (columns.length - 1)) - terminal
  for (let width = most(widths.slice(1)); excess > 0 && width > columnLeast; width--) {
    for (let index = 1; excess > 0 && index < widths.length; index++) {
      if (widths[index] !== width) continue
      widths[index] = width - 1
      excess--
    }
  }
  return { columns, widths }
}

const clip = (text: string, width: number): string => {
  if (widthOf(text) <= width) return pad(text, width)
  let kept = ""
  let room = width - 1
  for (const [character, columns] of measured(text.slice(0, longest))) {
    room -= columns
    if (room < 0) break
    kept += character
  }
  return pad(`${kept}…`, width)
}

/** A row as text. Its first column is an id, and is never shortened. */
export const line = ({ widths }: Layout, row: ReadonlyArray<string>): string =>
  widths
    .map((width, index) => {
      const text = row[index] ?? ""
      return index === 0 ? pad(text, width) : clip(text, width)
    })
    .join(gap)
    .trimEnd()

/** One item, one line per field. */
export const record = (entries: ReadonlyArray<readonly [name: string, text: string]>): string => {
  const width = widest(entries.map(([name]) => name))
  return entries.map(([name, text]) => `${pad(name, width)}${gap}${text}`.trimEnd()).join("\n")
}
