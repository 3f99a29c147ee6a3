/** The commands `data …`: make Codat read a company's data, and show when and how it was read. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Data, DataType, PullOperation } from "effect-codat"
import * as Input from "../../src/internal/call/Input.ts"
import { escapeControls } from "../../src/internal/Text.ts"
import * as Credentials from "../Credentials.ts"
import * as Failure from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Kinds from "../Kinds.ts"
import * as Output from "../Output.ts"
import * as Progress from "../Progress.ts"

const refreshFlags = {
  company: Flags.companyId,
  types: Flag.String("type").pipe(
    Flag.withMetavar("data type"),
    Flag.withDescription("A data type, such as invoices; several times (all that are enabled)"),
    Flag.filter(
      (type) => Input.dataType(type) === undefined,
      () => "a data type, such as invoices or banking-accounts"
    ),
    Flag.map(Schema.decodeSync(DataType.DataType)),
    Flag.atLeast(0)
  ),
  connection: Flag.String("connection").pipe(
    Flag.withMetavar("id"),
    Flag.withDescription("With --type: from this connection alone"),
    Flag.optional
  ),
  wait: Flags.on("wait", "With --type: wait until the data is read; exit code 1 when it cannot be"),
  timeout: Flags.duration("timeout", "30 minutes").pipe(
    Flag.withDescription("With --wait: how long (10 minutes)"),
    Flag.optional
  ),
  idempotencyKey: Flags.idempotencyKey
}

/** The error for flags that cannot be combined. */
const mistake = (options: {
  readonly types: ReadonlyArray<string>
  readonly connection: Option.Option<string>
  readonly wait: boolean
  readonly timeout: Option.Option<Duration.Duration>
  readonly idempotencyKey: Option.Option<string>
}): string | undefined => {
  const { connection, idempotencyKey, timeout, types, wait } = options
  if (types.length === 0 && wait)
    return "--wait needs --type: Codat does not say which reads it begins for all"
  if (types.length === 0 && Option.isSome(connection)) return "--connection needs --type"
  if (Option.isSome(timeout) && !wait) return "--timeout needs --wait"
  // A key belongs to one request; waiting makes several.
  if (Option.isSome(idempotencyKey) && (wait || types.length > 1))
    return "--idempotency-key is for one data type, without --wait"
  return undefined
}

const refresh = Command.make(
  "refresh",
  refreshFlags,
  Effect.fnUntraced(function* (flags) {
    const message = mistake(flags)
    if (message !== undefined) return yield* new Failure.UsageError({ message })
    const { company, connection, idempotencyKey, types, wait } = flags
    const timeout = Option.getOrElse(flags.timeout, () => Duration.minutes(10))
    const dataTypes = [...new Set(types)]
    const connectionId = Option.getOrUndefined(connection)
    const key = Option.getOrUndefined(idempotencyKey)
    if (dataTypes.length === 0) {
      yield* Data.refreshAll({ companyId: company, idempotencyKey: key })
      return yield* Output.note("Codat has started to read. `effect-codat data status` shows the progress.")
    }
    if (!wait) {
      const begun = Stream.fromIterable(dataTypes).pipe(
        Stream.mapEffect((dataType) =>
          Data.refresh({ companyId: company, dataType, connectionId, idempotencyKey: key })
        )
      )
      return yield* Output.rows(Kinds.read, Stream.mapEffect(begun, Kinds.fromRead))
    }
    const progress = yield* Progress.make({ writesNoData: true })
    yield* progress.show(`waiting for ${dataTypes.join(", ")}, ${Duration.format(timeout)} at most`)
    const { completed, failed } = yield* Data.awaitRefresh({
      companyId: company,
      dataTypes,
      connectionId,
      timeout
    }).pipe(Effect.ensuring(progress.clear))
    const ended = Stream.fromIterable([...completed, ...failed])
    yield* Output.rows(Kinds.read, Stream.mapEffect(ended, Kinds.fromRead))
    if (failed.length > 0) {
      return yield* new Failure.CommandError({
        message: failed
          .map(({ dataType, errorMessage, status }) =>
            escapeControls(`${dataType}: ${errorMessage ?? status}`)
          )
          .join("; ")
      })
    }
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription("Make Codat read a company's data again; --wait waits until it is read"),
  Command.withShortDescription("Refresh a company's data"),
  Command.withExamples([
    { command: "effect-codat data refresh --company ID --type invoices --type bills --wait" }
  ])
)

const status = Command.make(
  "status",
  { company: Flags.companyId },
  Effect.fnUntraced(function* ({ company }) {
    const statuses = yield* Data.status({ companyId: company })
    yield* Output.rows(
      Kinds.dataStatus,
      Stream.fromIterable(Object.values(statuses)).pipe(
        Stream.filter((one) => one !== undefined),
        Stream.mapEffect(Kinds.fromDataStatus)
      )
    )
  }, Effect.provide(Credentials.layer))
).pipe(Command.withDescription("Show when each type of a company's data was last read"))

const history = Command.make(
  "history",
  {
    company: Flags.companyId,
    query: Flags.query("query", "status!=Complete && dataType=invoices"),
    orderBy: Flags.orderBy,
    failed: Flags.on("failed", "Only reads that failed"),
    ...Flags.paging
  },
  Effect.fnUntraced(function* ({ company, failed, limit, orderBy, query, ...paging }) {
    yield* Output.rows(
      Kinds.read,
      Data.history({
        companyId: company,
        query: Option.getOrUndefined(query),
        orderBy: Option.getOrUndefined(orderBy),
        ...Flags.pagingOf({ ...paging, limit: failed ? Option.none() : limit })
      }).pipe(
        Stream.filter((read) => !failed || PullOperation.hasFailed(read)),
        Stream.take(Flags.mostOf(limit)),
        Kinds.each(Kinds.fromRead)
      )
    )
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription("List the reads of a company's data, and how each ended"),
  Command.withShortDescription("List the reads of a company's data"),
  Command.withExamples([
    {
      command: "effect-codat data history --company ID --order-by=-requested --limit 10",
      description: "The newest ten"
    }
  ])
)

export const data = Command.make("data").pipe(
  Command.withDescription("The data that Codat has of a company"),
  Command.withSubcommands([refresh, status, history])
)
