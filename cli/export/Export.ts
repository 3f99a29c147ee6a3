/** An export that can be killed at any moment and run again: the final file is complete and has each row once. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Stream from "effect/Stream"
import type { CodatError } from "effect-codat"
import * as Failure from "../Failure.ts"
import * as Lock from "../Lock.ts"
import * as Output from "../Output.ts"
import * as Csv from "./Csv.ts"
import * as Journal from "./Journal.ts"

/** A page of a list, with what an export needs of it. */
export interface Page {
  readonly number: number
  /** The ids of the listed items, in order. */
  readonly keys: ReadonlyArray<string>
  readonly rows: ReadonlyArray<Output.Row>
  readonly total: number | undefined
}

/** Reads the list from a page on. New items must come last in it; deleted ones may move the others forward. */
export type Source<R> = (
  startPage: number
) => Stream.Stream<Page, CodatError.CodatError | Failure.CommandError, R>

export interface Options<R> {
  readonly path: string
  readonly format: "ndjson" | "csv"
  readonly columns: ReadonlyArray<string>
  readonly subject: Journal.Subject
  readonly force: boolean
  readonly source: Source<R>
  readonly onPage: (page: Page, rows: number) => Effect.Effect<void>
}

/**
 * The page to resume with. Deleted items move the later ones to earlier pages, so this searches backwards for a page
 * that still has an item of the last written page. Rows that are read again are skipped later, by id. None is found when
 * the list is another one: the journal does not say whose credentials it was written with.
 */
const resumeAt = Effect.fnUntraced(function* <R>(source: Source<R>, mark: Journal.Mark) {
  // An empty page tells nothing.
  if (mark.keys.length === 0) return 1
  const written = new Set(mark.keys)
  for (let number = mark.$page; number >= 1; number--) {
    // When the list has become shorter, this page can be empty.
    const page = yield* Stream.runHead(source(number))
    if (Option.exists(page, ({ keys }) => keys.some((key) => written.has(key)))) return number
  }
  return undefined
})

const append = Effect.fnUntraced(function* <R>(
  options: Options<R>,
  part: string,
  found: Journal.Found | undefined,
  start: number
) {
  const { onPage, source, subject } = options
  const journal = yield* Journal.open(part, subject, found)
  const ids = found?.ids ?? new Set<string>()
  let last: Pick<Journal.Mark, "$page" | "keys"> = found?.mark ?? { $page: 1, keys: [] }
  yield* Stream.runForEach(source(start), (page) =>
    Effect.gen(function* () {
      // A row can also be on the same page twice.
      const rows = page.rows.filter(({ id }) => {
        const before = ids.size
        return ids.add(String(id)).size > before
      })
      // A page without items does not show whose list it is, so its mark repeats the one before.
      if (page.keys.length > 0) last = { $page: page.number, keys: page.keys }
      yield* journal.add(rows, { ...last, last: false })
      yield* onPage(page, ids.size)
    })
  )
  yield* journal.add([], { ...last, last: true })
})

/** Writes the rows of the journal to the final file, atomically. */
const finish = Effect.fnUntraced(function* <R>({ columns, format, path }: Options<R>, part: string) {
  const files = yield* FileSystem.FileSystem
  const temporary = `${part}.tmp`
  const rows = Journal.rows(part)
  const lines =
    format === "ndjson"
      ? Stream.map(rows, (line) => `${line}\n`)
      : Stream.concat(
          Stream.make(Csv.head(columns)),
          Stream.map(rows, (line) => Csv.line(columns, JSON.parse(line) as Output.Row))
        )
  yield* Effect.scoped(
    Effect.gen(function* () {
      // One that is left of a killed run may be a link, or one that others can read.
      yield* files.remove(temporary, { force: true })
      const file = yield* files.open(temporary, { flag: "wx", mode: 0o600 })
      const encoder = new TextEncoder()
      yield* Stream.runForEach(Stream.chunks(lines), (chunk) => file.writeAll(encoder.encode(chunk.join(""))))
      yield* file.sync
    })
  )
  yield* files.rename(temporary, path)
  // The rename must be on the disk before the journal is removed. Not every system can sync a folder.
  const folder = (yield* Path.Path).dirname(path)
  yield* Effect.ignore(
    Effect.scoped(Effect.flatMap(files.open(folder, { flag: "r" }), (opened) => opened.sync))
  )
  yield* files.remove(part)
})

const differs = (a: Journal.Subject, b: Journal.Subject): ReadonlyArray<string> =>
  (["host", "companyId", "query", "pageSize", "secrets"] as const)
    .filter((name) => a[name] !== b[name])
    .map((name) => `${name} was ${a[name]}`)

/** Exports, or resumes an interrupted export, and returns how many rows earlier runs had written. */
export const run = Effect.fnUntraced(function* <R>(options: Options<R>) {
  const { force, path, subject } = options
  const files = yield* FileSystem.FileSystem
  const part = `${path}.part`
  yield* Lock.acquire(`${path}.lock`, "exporting to the same file")
  // Not before the lock: another process could finish the file in between.
  const info = yield* files
    .stat(path)
    .pipe(Effect.catchReason("PlatformError", "NotFound", () => Effect.succeed(undefined)))
  if (info !== undefined && info.type !== "File") {
    return yield* new Failure.CommandError({ message: `${path} is not a file`, hint: "choose another name" })
  }
  if (force) yield* files.remove(part, { force: true })
  const journal = yield* Journal.find(part)
  // Without a whole page there is nothing to go on with.
  const found = journal?.mark === undefined ? undefined : journal
  if (found === undefined && !force && info !== undefined) {
    return yield* new Failure.CommandError({
      message: `${path} exists already`,
      hint: "--force replaces it"
    })
  }
  const other = found === undefined ? [] : differs(found.subject, subject)
  if (other.length > 0) {
    return yield* new Failure.CommandError({
      message: `${part} belongs to another export: ${other.join(", ")}`,
      hint: "use the same options to go on with it, or --force to start again"
    })
  }
  const start = found?.mark === undefined ? 1 : yield* resumeAt(options.source, found.mark)
  if (start === undefined) {
    yield* Output.note(`${part} has no row of this list, so it may be from another account: starting again`)
  }
  const kept = start === undefined ? undefined : found
  if (kept?.mark?.last !== true) yield* Effect.scoped(append(options, part, kept, start ?? 1))
  yield* finish(options, part)
  return { before: kept?.rows ?? 0 }
}, Effect.scoped)
