/**
 * The journal of an export: the file that rows are appended to until the export is complete.
 *
 * Its first line says what is exported. Then come the rows of each page, followed by a line that marks the end of the
 * page. Whatever follows the last such mark is part of an unfinished page, and is truncated when the export resumes.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as PlatformError from "effect/PlatformError"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Failure from "../Failure.ts"
import type * as Output from "../Output.ts"

/** What is exported. Resuming with other options would mix two exports, so they are compared. */
export const Subject = Schema.Struct({
  host: Schema.String,
  companyId: Schema.NullOr(Schema.String),
  query: Schema.NullOr(Schema.String),
  pageSize: Schema.Number,
  secrets: Schema.Boolean
})

export type Subject = typeof Subject.Type

/** The line that marks the end of a page. */
export const Mark = Schema.Struct({
  $page: Schema.Number,
  /** The ids of the items on the page, to find the place again when items before it were deleted. */
  keys: Schema.Array(Schema.String),
  rows: Schema.Number,
  last: Schema.Boolean
})

export type Mark = typeof Mark.Type

const Head = Schema.fromJsonString(Schema.Struct({ $export: Schema.Literal(1), of: Subject }))
/** What every journal begins with. */
const beginning = '{"$export":1'

const foreign = (path: string) => ({
  message: `${path} does not belong to an export of this version`,
  hint: "--force starts again"
})

const MarkLine = Schema.fromJsonString(Mark)

export interface Found {
  readonly subject: Subject
  /** The page that was written last, if one was. */
  readonly mark: Mark | undefined
  /** The length of the journal up to the last complete page, in bytes. */
  readonly length: number
  readonly rows: number
  /** The ids of the rows so far. */
  readonly ids: Set<string>
}

/** A line of the file, and where it ends. */
interface Line {
  readonly text: string
  readonly end: number
}

const newline = 10
const decoder = new TextDecoder()

/** The complete lines of a file: text after the last line break is left out. */
const lines = (path: string): Stream.Stream<Line, PlatformError.PlatformError, FileSystem.FileSystem> =>
  Stream.unwrap(
    Effect.map(FileSystem.FileSystem, (files) =>
      files.stream(path).pipe(
        Stream.mapAccum(
          () => ({ rest: new Uint8Array(0), end: 0 }),
          (state: { readonly rest: Uint8Array; readonly end: number }, chunk: Uint8Array) => {
            const bytes = new Uint8Array(state.rest.length + chunk.length)
            bytes.set(state.rest)
            bytes.set(chunk, state.rest.length)
            const found: Array<Line> = []
            let start = 0
            for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, start)) {
              found.push({ text: decoder.decode(bytes.subarray(start, at)), end: state.end + at + 1 })
              start = at + 1
            }
            return [{ rest: bytes.slice(start), end: state.end + start }, found] as const
          }
        )
      )
    )
  )

const isMark = (line: string): boolean => line.startsWith('{"$page":')

const RowLine = Schema.fromJsonString(Schema.Struct({ id: Schema.String }))

const idOf = (line: string): string | undefined =>
  Option.getOrUndefined(Option.map(Schema.decodeOption(RowLine)(line), ({ id }) => id))

/** Reads the journal of an interrupted export; `undefined` when there is none. */
export const find = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  if (!(yield* files.exists(path))) return undefined
  let subject: Subject | undefined
  let mark: Mark | undefined
  let length = 0
  let rows = 0
  const ids = new Set<string>()
  let page: Array<string> = []
  yield* lines(path).pipe(
    Stream.mapEffect(({ end, text }) =>
      Effect.gen(function* () {
        if (subject === undefined) {
          subject = (yield* Schema.decodeEffect(Head)(text)).of
          length = end
          return true
        }
        if (!isMark(text)) {
          const id = idOf(text)
          if (id !== undefined) page.push(id)
          return id !== undefined
        }
        const ended = Option.getOrUndefined(yield* Effect.option(Schema.decodeEffect(MarkLine)(text)))
        // A page with missing or damaged rows is not complete; nothing after it is used.
        if (ended?.rows !== page.length) return false
        mark = ended
        length = end
        rows += ended.rows
        for (const id of page) ids.add(id)
        page = []
        return true
      })
    ),
    Stream.takeWhile((isWhole) => isWhole),
    Stream.runDrain,
    Effect.catchTag("SchemaError", () => Effect.fail(new Failure.CommandError(foreign(path))))
  )
  if (subject === undefined) {
    const start = yield* files
      .stream(path, { bytesToRead: beginning.length })
      .pipe(Stream.decodeText, Stream.mkString)
    if (!beginning.startsWith(start)) return yield* new Failure.CommandError(foreign(path))
    // The first line is incomplete, so nothing was exported yet.
    return undefined
  }
  const found: Found = { subject, mark, length, rows, ids }
  return found
})

export interface Journal {
  /** Appends a page and waits until it is on the disk. */
  readonly add: (
    rows: ReadonlyArray<Output.Row>,
    mark: Omit<Mark, "rows">
  ) => Effect.Effect<void, PlatformError.PlatformError>
}

const encoder = new TextEncoder()

/** Opens the journal for appending after its last complete page, or creates it. */
export const open = Effect.fnUntraced(function* (path: string, subject: Subject, found: Found | undefined) {
  const files = yield* FileSystem.FileSystem
  yield* found === undefined ? files.remove(path, { force: true }) : files.truncate(path, found.length)
  const file = yield* files.open(path, { flag: found === undefined ? "wx" : "a", mode: 0o600 })
  if (found === undefined) {
    const head = yield* Effect.orDie(Schema.encodeEffect(Head)({ $export: 1, of: subject }))
    yield* file.writeAll(encoder.encode(`${head}\n`))
    yield* file.sync
  }
  const journal: Journal = {
    add: Effect.fnUntraced(function* (rows, { $page, keys, last }) {
      const mark: Mark = { $page, keys, rows: rows.length, last }
      const text = [...rows, mark].map((line) => `${JSON.stringify(line)}\n`).join("")
      yield* file.writeAll(encoder.encode(text))
      yield* file.sync
    })
  }
  return journal
})

/** The rows of the journal, as JSON text. */
export const rows = (path: string) =>
  lines(path).pipe(
    Stream.map(({ text }) => text),
    Stream.drop(1),
    Stream.filter((line) => !isMark(line))
  )
