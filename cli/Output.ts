/** Data on standard output: one JSON object a line, or a table at a terminal. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { escapeControls, nearest } from "../src/internal/Text.ts"
import * as Failure from "./Failure.ts"
import * as Globals from "./Globals.ts"
import { Host } from "./Host.ts"
import * as Mistakes from "./Mistakes.ts"
import * as Progress from "./Progress.ts"
import * as Secrets from "./Secrets.ts"
import * as Table from "./Table.ts"

export interface Row {
  readonly [field: string]: unknown
}

/** A kind of row: all of its fields, and those that a table shows. */
export interface Kind {
  readonly fields: ReadonlyArray<string>
  readonly columns: ReadonlyArray<string>
  /** The least width of the first column. */
  readonly least?: number | undefined
}

export const write = (text: string): Effect.Effect<void, Failure.OutputError> =>
  Effect.flatMap(Host, ({ stdout }) =>
    Effect.callback((resume) => {
      stdout.write(text, (cause) =>
        resume(cause ? Effect.fail(new Failure.OutputError({ cause })) : Effect.void)
      )
    })
  )

/** JSON in which no character is one that a terminal obeys: as it is parsed, it is the same value. */
const jsonOf = (value: unknown): string => escapeControls(JSON.stringify(value))

/** A message for a person, on stderr. */
export const note = (text: string): Effect.Effect<void> =>
  Effect.map(Host, ({ stderr }) => {
    stderr.write(`${text}\n`)
  })

const at = (row: unknown, path: ReadonlyArray<string>): unknown => {
  const [head, ...rest] = path
  if (head === undefined) return row
  if (typeof row !== "object" || row === null) return undefined
  return Object.hasOwn(row, head) ? at((row as { readonly [name: string]: unknown })[head], rest) : undefined
}

const didYouMean = (name: string, known: ReadonlyArray<string>): string => {
  const near = nearest(name, known)
  return Mistakes.didYouMean(near === undefined ? [] : [near])
}

/** How to show rows of a kind; fails when `--fields` names a field that the kind does not have. */
const shape = Effect.fnUntraced(function* (kind: Kind) {
  const json = (yield* Globals.Json) || (yield* Host).stdout.isTTY !== true
  const fields = yield* Globals.Fields
  for (const field of fields) {
    const head = field.split(".")[0] ?? ""
    if (kind.fields.length > 0 && !kind.fields.includes(head)) {
      return yield* new Failure.UsageError({
        message: `--fields: there is no ${head}${didYouMean(head, kind.fields)}; there are ${kind.fields.join(", ")}`
      })
    }
  }
  const reveal = yield* Globals.ShowSecrets
  const picked = (row: Row): Effect.Effect<Row, Failure.CommandError> =>
    Effect.map(Secrets.shown(row, reveal), (whole) =>
      fields.length === 0
        ? whole
        : Object.fromEntries(fields.map((field) => [field, at(whole, field.split(".")) ?? null]))
    )
  return { json, picked, columns: fields.length === 0 ? kind.columns : fields, isPicked: fields.length > 0 }
})

/** Writes rows as they arrive. The first rows decide the widths of a table's columns. */
export const rows = Effect.fnUntraced(function* <E, R>(kind: Kind, source: Stream.Stream<Row, E, R>) {
  const { columns, isPicked, json, picked } = yield* shape(kind)
  // Without columns there is no table.
  if (json || columns.length === 0) {
    const progress = yield* Progress.make()
    let count = 0
    return yield* source.pipe(
      Stream.chunks,
      Stream.mapEffect((chunk) => Effect.forEach(chunk, picked)),
      Stream.runForEach((chunk) => {
        count += chunk.length
        const lines = chunk.map((row) => `${jsonOf(row)}\n`)
        return Effect.andThen(write(lines.join("")), progress.show(Progress.many(count, "row")))
      }),
      Effect.ensuring(progress.clear)
    )
  }
  const { stdout } = yield* Host
  let layout: Table.Layout | undefined
  const cells = (row: Row) =>
    columns.map((column) => Table.cell(isPicked ? row[column] : at(row, column.split("."))))
  // Rows that wait for their block to fill are written at the end, whether it is a failure or an interruption.
  const waiting: Array<ReadonlyArray<string>> = []
  const flush = Effect.suspend(() => {
    const block = waiting.splice(0)
    if (block.length === 0) return Effect.void
    const table = layout ?? Table.layout(columns, block, stdout.columns || 80, isPicked ? 0 : kind.least)
    const head = layout === undefined ? [columns] : []
    layout = table
    return write([...head, ...block].map((row) => `${Table.line(table, row)}\n`).join(""))
  })
  yield* source.pipe(
    Stream.mapEffect(picked),
    Stream.map((row) => waiting.push(cells(row))),
    Stream.groupedWithin(200, "500 millis"),
    Stream.runForEach(() => flush),
    Effect.onError(() => Effect.ignore(flush))
  )
  if (layout === undefined) yield* note("There are none.")
})

/** Writes one item. */
export const one = Effect.fnUntraced(function* (kind: Kind, row: Row) {
  const { isPicked, json, picked } = yield* shape(kind)
  const shown = yield* picked(row)
  if (json) return yield* write(`${jsonOf(shown)}\n`)
  yield* write(
    `${Table.record(
      Object.entries(shown)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [Table.plain(name), isPicked ? Table.cell(value) : Table.summary(value)])
    )}\n`
  )
})

/** Writes what is neither an item nor a list of them, as JSON. */
export const value = Effect.fnUntraced(function* (value: unknown) {
  const reveal = yield* Globals.ShowSecrets
  yield* write(`${jsonOf(yield* Secrets.shown(value, reveal))}\n`)
})
