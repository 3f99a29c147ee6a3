import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import * as Credentials from "../Credentials.ts"
import * as Flags from "../Flags.ts"
import * as Kinds from "../Kinds.ts"
import * as Output from "../Output.ts"
import * as Request from "../Request.ts"

const path = (company: string, rest: string): string => `/companies/${encodeURIComponent(company)}/${rest}`

const operation = Kinds.anything("id", "dataType", "status", "progress", "requested")

const refresh = Command.make(
  "refresh",
  {
    company: Flags.companyId,
    type: Flag.String("type").pipe(
      Flag.withMetavar("data type"),
      Flag.withDescription("One data type, such as invoices; without it, all that are switched on"),
      Flag.optional
    ),
    connection: Flag.String("connection").pipe(
      Flag.withMetavar("id"),
      Flag.withDescription("With --type: of one connection alone"),
      Flag.optional
    ),
    idempotencyKey: Flags.idempotencyKey
  },
  Effect.fnUntraced(function* ({ company, connection, idempotencyKey, type }) {
    const answer = yield* Request.send({
      operation: Option.isNone(type) ? "Data.refreshAll" : "Data.refresh",
      method: "POST",
      path: path(company, Option.isNone(type) ? "data/all" : `data/queue/${encodeURIComponent(type.value)}`),
      query: [["connectionId", Option.getOrUndefined(connection)]],
      idempotencyKey: Option.getOrUndefined(idempotencyKey)
    })
    yield* Request.isRow(answer) ? Output.one(operation, answer) : Output.note("Codat has begun.")
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription("Ask Codat to fetch a company's data again"),
  Command.withExamples([{ command: "effect-codat data refresh --company ID --type invoices" }])
)

const status = Command.make(
  "status",
  { company: Flags.companyId },
  Effect.fnUntraced(function* ({ company }) {
    const answer = yield* Request.send({
      operation: "Data.status",
      method: "GET",
      path: path(company, "dataStatus")
    })
    const types = Predicate.isObject(answer) ? Object.values(answer).filter(Request.isRow) : []
    yield* Output.rows(
      Kinds.anything("dataType", "currentStatus", "lastSuccessfulSync", "latestSyncId"),
      Stream.fromIterable(types)
    )
  }, Effect.provide(Credentials.layer))
).pipe(Command.withDescription("Show how fresh each type of a company's data is"))

const history = Command.make(
  "history",
  {
    company: Flags.companyId,
    query: Flags.query("query", "status!=Complete && dataType=invoices"),
    orderBy: Flags.orderBy,
    pageSize: Flags.pageSize,
    limit: Flags.limit
  },
  Effect.fnUntraced(function* ({ company, limit, orderBy, pageSize, query }) {
    yield* Output.rows(
      operation,
      Request.pages(
        {
          operation: "Data.history",
          path: path(company, "data/history"),
          query: [
            ["query", Option.getOrUndefined(query)],
            ["orderBy", Option.getOrUndefined(orderBy)]
          ]
        },
        { pageSize }
      ).pipe(Stream.take(Option.getOrElse(limit, () => Number.POSITIVE_INFINITY)))
    )
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription("List what Codat has fetched of a company's data, and with what result"),
  Command.withShortDescription("List what was fetched")
)

export const data = Command.make("data").pipe(
  Command.withDescription("The data that Codat has of a company"),
  Command.withSubcommands([refresh, status, history])
)
