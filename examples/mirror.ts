/**
 * A table of every connection in a SQLite file, kept up to date by one process: it reads all companies once an hour,
 * listens to webhooks, and prints each change.
 *
 * `CODAT_API_KEY=… CODAT_WEBHOOK_SECRET=whsec_… node --import tsx examples/mirror.ts`, with `libsql` installed or Node 22.
 * The file is `MIRROR_FILE` (`codat.db`), and webhooks are received at `http://localhost:PORT/webhooks/codat` (3000).
 */
import { createServer } from "node:http"
import { fileURLToPath } from "node:url"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect, Layer, Ref, Schedule, Stream } from "effect"
import { FetchHttpClient, HttpRouter } from "effect/http"
import { SqlClient } from "effect/sql"
import { Codat } from "effect-codat"
import * as Mirror from "effect-codat/Mirror"
import * as MirrorSqlite from "effect-codat/MirrorSqlite"

/** One line for a change, with the connection's present row. */
const describe = Effect.fnUntraced(function* (change: Mirror.Change) {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql`
    SELECT companies.name, connections.platform_name, connections.status
    FROM codat_companies companies
    LEFT JOIN codat_connections connections
      ON connections.account = companies.account AND connections.company_id = companies.company_id
      AND connections.connection_id = ${change.connectionId ?? ""}
    WHERE companies.account = 'default' AND companies.company_id = ${change.companyId}`
  const subject =
    change.connectionId === undefined ? row?.["name"] : `${row?.["platform_name"]} of ${row?.["name"]}`
  const fields = change.fields.length === 0 ? "" : `, ${change.fields.join(" and ")}`
  const status = row?.["status"] === null || row === undefined ? "" : `: ${row["status"]}`
  return `${change.kind} ${subject ?? change.companyId}${fields}${status}`
})

/**
 * Prints changes as long as it runs, and continues after its last change when the database was unreachable. A real
 * program stores the cursor in the database, in one transaction with the results of its work.
 */
export const report = Effect.gen(function* () {
  const mirror = yield* Mirror.Mirror
  const cursor = yield* Ref.make((yield* mirror.status).cursor)
  const follow = Effect.gen(function* () {
    const after = yield* Ref.get(cursor)
    yield* Stream.runForEach(mirror.changes({ after, live: true }), (change) =>
      Effect.andThen(Effect.flatMap(describe(change), Console.log), Ref.set(cursor, change.cursor))
    )
  })
  yield* Effect.retry(follow, {
    schedule: Schedule.spaced("1 second"),
    while: ({ _tag }) => _tag === "SqlError"
  })
})

/** The route that Codat sends its webhooks to. */
export const webhooks = Layer.unwrap(
  Effect.gen(function* () {
    const secret = yield* Config.Redacted("CODAT_WEBHOOK_SECRET")
    const port = yield* Config.Int("PORT").pipe(Config.withDefault(3000))
    return HttpRouter.serve(HttpRouter.add("POST", "/webhooks/codat", Mirror.handler({ secret })), {
      disableListenLog: true
    }).pipe(Layer.provide(NodeHttpServer.layer(createServer, { port })))
  })
)

/** Credentials and settings from the environment, and an HTTP client. */
export const codat = Layer.merge(Codat.layerConfig, FetchHttpClient.layer)

const file = Layer.unwrap(
  Effect.map(Config.String("MIRROR_FILE").pipe(Config.withDefault("codat.db")), (filename) =>
    MirrorSqlite.layer({ filename })
  )
)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  Layer.effectDiscard(Effect.forkScoped(report)).pipe(
    Layer.merge(webhooks),
    Layer.merge(Layer.effectDiscard(Effect.forkScoped(Mirror.run({ reconcileEvery: "1 hour" })))),
    Layer.provide(Mirror.layer()),
    Layer.provide(Mirror.layerMigrations),
    Layer.provide([file, codat]),
    Layer.launch,
    NodeRuntime.runMain
  )
}
