/** The command `export`: writes connections to a file, and goes on where it stopped when it is run again. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { CodatConfig, Companies, Connections, type Page } from "effect-codat"
import * as Credentials from "../Credentials.ts"
import * as Export from "../export/Export.ts"
import * as Failure from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Globals from "../Globals.ts"
import * as Kinds from "../Kinds.ts"
import * as Output from "../Output.ts"
import * as Progress from "../Progress.ts"
import * as Secrets from "../Secrets.ts"

// New items are last in this order, so that pages do not change while an export is interrupted.
const orderBy = "created"

interface From {
  readonly pageSize: number
  readonly concurrency: number
  readonly query: string | undefined
  readonly invalid: "fail" | "skip"
  readonly shown: (row: Output.Row) => Effect.Effect<Output.Row, Failure.CommandError>
}

const toExport = <A extends { readonly id: string }, E, R>(
  pages: Stream.Stream<Page.Page<A>, E, R>,
  toRows: (item: A) => Effect.Effect<ReadonlyArray<Output.Row>, Failure.CommandError>
): Stream.Stream<Export.Page, E | Failure.CommandError, R> =>
  Stream.mapEffect(pages, ({ pageNumber, results, totalResults }) =>
    Effect.map(Effect.forEach(results, toRows), (rows) => ({
      number: pageNumber,
      total: totalResults,
      keys: results.map(({ id }) => id),
      rows: rows.flat()
    }))
  )

const oneCompany =
  (companyId: string, { shown, ...options }: From) =>
  (startPage: number) =>
    toExport(Connections.pages({ companyId, orderBy, startPage, ...options }), (connection) =>
      Effect.flatMap(Kinds.fromConnection(connection), (row) => Effect.all([shown({ companyId, ...row })]))
    )

const everyCompany =
  ({ shown, ...options }: From) =>
  (startPage: number) =>
    toExport(Companies.pages({ orderBy, startPage, ...options }), ({ dataConnections, id, name }) =>
      Effect.forEach(dataConnections, (connection) =>
        Effect.flatMap(Kinds.fromConnection(connection), (row) =>
          shown({ companyId: id, companyName: name, ...row })
        )
      )
    )

export const export_ = Command.make(
  "export",
  {
    file: Argument.String("file").pipe(
      Argument.withDescription("The file to write, such as connections.ndjson"),
      Argument.filter(
        (file) => !/^(-?|\/dev\/(?!shm\/).*)$/.test(file),
        () =>
          "a file, which an interrupted export can go on with; `connections list` writes to standard output"
      )
    ),
    format: Flag.Literals("format", ["ndjson", "csv"]).pipe(
      Flag.withDescription("ndjson or csv (what the file's name ends in, or ndjson)"),
      Flag.optional
    ),
    company: Flags.someCompanyId,
    query: Flags.query("query", "name~Bakery"),
    pageSize: Flags.pageSize,
    concurrency: Flags.concurrency,
    skipInvalid: Flags.skipInvalid,
    force: Flag.Boolean("force").pipe(
      Flag.withDescription("Start again, and replace an existing file"),
      Flag.withDefault(false),
      Flag.withoutNegation
    )
  },
  Effect.fnUntraced(function* ({ company, concurrency, file, force, format, pageSize, query, skipInvalid }) {
    const secrets = yield* Globals.ShowSecrets
    const { baseUrl = Credentials.codat } = yield* CodatConfig.CodatConfig
    const fields = yield* Globals.Fields
    if (fields.length > 0) {
      return yield* new Failure.UsageError({
        message: "--fields cannot be used with export, which writes all fields"
      })
    }
    const from: From = {
      pageSize,
      concurrency,
      query: Option.getOrUndefined(query),
      invalid: skipInvalid ? "skip" : "fail",
      shown: (row) => Secrets.shown(row, secrets)
    }
    const companyId = Option.getOrUndefined(company)
    const progress = yield* Progress.make({ writesNoData: true })
    let rows = 0
    const kind = Kinds.companyConnection.fields
    const { before } = yield* Export.run({
      path: file,
      format: Option.getOrElse(format, () => (file.endsWith(".csv") ? "csv" : "ndjson")),
      columns: ["id", ...kind.filter((name) => name !== "id")],
      subject: {
        host: baseUrl,
        companyId: companyId ?? null,
        query: from.query ?? null,
        pageSize,
        secrets
      },
      force,
      source: companyId === undefined ? everyCompany(from) : oneCompany(companyId, from),
      onPage: (page, count) => {
        rows = count
        const of =
          page.total === undefined ? "" : ` of ${Math.max(page.number, Math.ceil(page.total / pageSize))}`
        return progress.show(`page ${page.number}${of}, ${Progress.many(count, "connection")}`)
      }
    }).pipe(
      Effect.ensuring(progress.clear),
      Effect.catchTag("PlatformError", (error) =>
        Effect.gen(function* () {
          const files = yield* FileSystem.FileSystem
          const isKept = yield* Effect.orElseSucceed(files.exists(`${file}.part`), () => false)
          return yield* new Failure.CommandError({
            message: `${file}: ${Failure.messageOf(error)}`,
            hint: isKept ? "the rows so far are kept: run it again to go on" : undefined
          })
        })
      )
    )
    const went = before > 0 ? `, ${Progress.whole(before)} of them from earlier runs` : ""
    yield* Output.note(`${file}: ${Progress.many(Math.max(rows, before), "connection")}${went}.`)
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription(
    "Write every connection of every company to a file. If it is killed, run it again: it goes on where it stopped, " +
      "and the finished file has each connection once."
  ),
  Command.withShortDescription("Write every connection to a file, resumably"),
  Command.withExamples([
    { command: "effect-codat export connections.csv --page-size 500" },
    {
      command: "until effect-codat export connections.ndjson; do sleep 60; done",
      description: "Repeats until it is complete"
    }
  ])
)
