/** The commands `connections …`: list, show, create, unlink, delete and watch connections, or wait for a status. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type CodatError, type Connection, Connections } from "effect-codat"
import * as Input from "../../src/internal/call/Input.ts"
import * as Bulk from "../Bulk.ts"
import * as Credentials from "../Credentials.ts"
import * as Failure from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Kinds from "../Kinds.ts"
import * as Output from "../Output.ts"
import * as Progress from "../Progress.ts"

const filter = Flags.query("query", "status=Linked && platformName~Xero")

const list = Command.make(
  "list",
  { company: Flags.someCompanyId, query: filter, orderBy: Flags.orderBy, ...Flags.paging },
  Effect.fnUntraced(function* ({ company, limit, orderBy, query, ...paging }) {
    const most = Flags.mostOf(limit)
    if (Option.isSome(company)) {
      const connections = Connections.list({
        companyId: company.value,
        query: Option.getOrUndefined(query),
        orderBy: Option.getOrUndefined(orderBy),
        ...Flags.pagingOf({ ...paging, limit })
      })
      return yield* Output.rows(
        Kinds.connection,
        connections.pipe(Stream.take(most), Kinds.each(Kinds.fromConnection))
      )
    }
    const everyone = Connections.listAcrossCompanies({
      query: Option.getOrUndefined(query),
      orderBy: Option.getOrUndefined(orderBy),
      ...Flags.pagingOf({ ...paging, limit })
    })
    yield* Output.rows(
      Kinds.companyConnection,
      everyone.pipe(
        Stream.take(most),
        Kinds.each(({ company: { id, name }, connection }) =>
          Effect.map(Kinds.fromConnection(connection), (row) => ({
            companyId: id,
            companyName: name,
            ...row
          }))
        )
      )
    )
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription("List connections. Without --company, --query and --order-by are about companies."),
  Command.withShortDescription("List a company's connections, or every company's"),
  Command.withExamples([
    { command: "effect-codat connections list", description: "Of every company" },
    {
      command: "effect-codat connections list --company ID --query 'status=Linked' --fields id,platformName",
      description: "Some of one company"
    }
  ])
)

const get = Command.make(
  "get",
  { connection: Flags.connectionId, company: Flags.companyId },
  Effect.fnUntraced(function* ({ company, connection }) {
    const found = yield* Connections.get({ companyId: company, connectionId: connection })
    yield* Output.one(Kinds.connection, yield* Kinds.fromConnection(found))
  }, Effect.provide(Credentials.layer))
).pipe(Command.withDescription("Show a connection"))

const create = Command.make(
  "create",
  {
    platform: Argument.String("platform").pipe(
      Argument.withDescription("The platform's key, such as gbol; `integrations list` shows them"),
      Argument.filter(
        (key) => Input.platformKey(key) === undefined,
        () => "a platform key of four lower-case letters, such as gbol"
      )
    ),
    company: Flags.companyId,
    idempotencyKey: Flags.idempotencyKey
  },
  Effect.fnUntraced(function* ({ company, idempotencyKey, platform }) {
    const made = yield* Connections.create({
      companyId: company,
      platformKey: platform,
      idempotencyKey: Option.getOrUndefined(idempotencyKey)
    })
    yield* Output.one(Kinds.connection, yield* Kinds.fromConnection(made))
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription(
    "Create a connection. It becomes linked when the company follows its link, which --show-secrets shows."
  ),
  Command.withShortDescription("Create a connection"),
  Command.withExamples([
    { command: "effect-codat connections create gbol --company ID --show-secrets --fields id,linkUrl" }
  ])
)

// -----------------------------------------------------------------------------
// In bulk
// -----------------------------------------------------------------------------

const which = {
  connections: Argument.String("connection").pipe(
    Argument.withDescription("The connections' ids, or use --query"),
    Argument.variadic()
  ),
  company: Flags.companyId,
  query: filter,
  concurrency: Flags.concurrency,
  yes: Flags.yes
}

/** The given ids, or those that match the query: the list is read to its end before anything is changed. */
const idsOf = Effect.fnUntraced(function* (options: {
  readonly connections: ReadonlyArray<string>
  readonly company: string
  readonly query: Option.Option<string>
}) {
  const { company, connections, query } = options
  if (connections.length > 0 === Option.isSome(query)) {
    return yield* new Failure.UsageError({ message: "name the connections by their ids, or with --query" })
  }
  if (Option.isNone(query)) return [...new Set(connections)]
  // The text of a shell variable that is not set.
  if (query.value.trim() === "") {
    return yield* new Failure.UsageError({
      message: "--query is empty, so it would select every connection of the company"
    })
  }
  return yield* Connections.list({ companyId: company, query: query.value, pageSize: 500 }).pipe(
    Stream.map(({ id }) => id),
    Stream.runCollect
  )
})

/** Codat answers 400 for a connection that is unlinked already, such as by an earlier run. */
const unlinkOne = Effect.fnUntraced(function* (companyId: string, connectionId: string) {
  return yield* Connections.unlink({ companyId, connectionId }).pipe(
    Effect.as("unlinked"),
    Effect.catchReason("CodatError", "BadRequest", (_, error: CodatError.CodatError) =>
      Effect.flatMap(Connections.get({ companyId, connectionId }), ({ status }) =>
        status === "Unlinked" ? Effect.succeed("was unlinked before") : Effect.fail(error)
      )
    )
  )
})

const unlink = Command.make(
  "unlink",
  which,
  Effect.fnUntraced(function* (options) {
    yield* Bulk.run({
      items: yield* idsOf(options),
      verb: "unlink",
      noun: "connection",
      yes: options.yes,
      concurrency: options.concurrency,
      idOf: (id) => id,
      each: (id) => unlinkOne(options.company, id)
    })
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription("Revoke Codat's access; the connection and its data stay. Safe to run again."),
  Command.withShortDescription("Unlink connections"),
  Command.withExamples([
    {
      command: "effect-codat connections unlink --company ID --query 'platformName~Xero && status=Linked'",
      description: "All that match a filter; shows how many, and asks first"
    }
  ])
)

const remove = Command.make(
  "delete",
  which,
  Effect.fnUntraced(function* (options) {
    yield* Bulk.run({
      items: yield* idsOf(options),
      verb: "delete",
      noun: "connection",
      yes: options.yes,
      concurrency: options.concurrency,
      idOf: (id) => id,
      each: (id) =>
        Connections.delete({ companyId: options.company, connectionId: id }).pipe(
          Bulk.deleted(options.connections)
        )
    })
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription("Delete connections. This cannot be undone. Safe to run again."),
  Command.withShortDescription("Delete connections, which cannot be undone")
)

// -----------------------------------------------------------------------------
// Waiting
// -----------------------------------------------------------------------------

const watch = Command.make(
  "watch",
  { connection: Flags.connectionId, company: Flags.companyId },
  Effect.fnUntraced(function* ({ company, connection }) {
    yield* Output.rows(
      Kinds.connection,
      Connections.watch({ companyId: company, connectionId: connection }).pipe(
        Stream.mapEffect(Kinds.fromConnection)
      )
    )
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription("Show a connection now and at each change, until it is deleted or you stop it"),
  Command.withShortDescription("Show a connection at each change")
)

const statuses: ReadonlyArray<Connection.KnownStatus> = ["PendingAuth", "Linked", "Unlinked", "Deauthorized"]

/** A status as Codat spells it. It may have statuses that this version does not know, so any text is passed on. */
const statusOf = (text: string): string =>
  statuses.find((known) => known.toLowerCase() === text.trim().toLowerCase()) ?? text.trim()

const awaitStatus = Command.make(
  "await",
  {
    connection: Flags.connectionId,
    company: Flags.companyId,
    until: Flag.String("until").pipe(
      Flag.withMetavar("status,…"),
      Flag.withDescription("The status to wait for, or any of several (Linked)"),
      Flag.withDefault("Linked")
    ),
    timeout: Flags.duration("timeout", "10 minutes").pipe(
      Flag.withDescription("How long to wait (10 minutes)"),
      Flag.withDefault(Duration.minutes(10))
    )
  },
  Effect.fnUntraced(function* ({ company, connection, timeout, until }) {
    const wanted = until.split(",").map(statusOf)
    const progress = yield* Progress.make({ writesNoData: true })
    yield* progress.show(`waiting for ${wanted.join(" or ")}, ${Duration.format(timeout)} at most`)
    const found = yield* Connections.awaitStatus({
      companyId: company,
      connectionId: connection,
      // Text that is no known status too.
      until: wanted as ReadonlyArray<"Linked">,
      timeout
    }).pipe(Effect.ensuring(progress.clear))
    yield* Output.one(Kinds.connection, yield* Kinds.fromConnection(found))
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription("Wait until a connection has a status; exit code 1 when the time is over first"),
  Command.withShortDescription("Wait until a connection is linked"),
  Command.withExamples([
    { command: "effect-codat connections await CONNECTION --company ID --timeout '30 minutes'" }
  ])
)

export const connections = Command.make("connections").pipe(
  Command.withDescription("Connections of companies to their sources of data"),
  Command.withSubcommands([list, get, create, unlink, remove, watch, awaitStatus])
)
