/**
 * The command `demo`: streams every connection of a company, from the sandbox over real HTTP, or from Codat when there
 * are credentials for it.
 */
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { CodatConfig, Connections, RetryPolicy, Sandbox, SandboxServer } from "effect-codat"
import * as Credentials from "../Credentials.ts"
import * as Screen from "../demo/Screen.ts"
import { Tally } from "../demo/Tally.ts"
import * as Failure from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Globals from "../Globals.ts"
import * as Kinds from "../Kinds.ts"
import * as Output from "../Output.ts"
import * as Server from "../Server.ts"

const flags = {
  company: Flag.String("company").pipe(
    Flag.withDescription("The company at Codat; without it, a sandbox is read"),
    Flag.optional
  ),
  connections: Flag.Int("connections").pipe(
    Flag.withDescription("How many connections the sandbox's company has (2500)"),
    Flags.between(0, 100_000),
    Flag.withDefault(2500)
  ),
  pageSize: Flags.pageSize,
  concurrency: Flags.concurrency
}

export const demo = Command.make(
  "demo",
  flags,
  Effect.fnUntraced(function* (options) {
    const credentials = yield* credentialsIn
    if (Option.isSome(options.company) && credentials === undefined) {
      return yield* new Failure.UsageError({
        message: `--company is for Codat: set ${Credentials.variables.join(" or ")}; without them, leave it out`
      })
    }
    if (Option.isNone(options.company) && credentials !== undefined) {
      return yield* new Failure.UsageError({
        message: `${credentials} is set, so this reads from Codat: choose a company with --company ID`
      })
    }
    const { company, ...rest } = options
    yield* Option.isSome(company)
      ? read({ ...rest, companyId: company.value, isSandbox: false }).pipe(Effect.provide(Credentials.layer))
      : read({ ...rest, companyId: Sandbox.companyId, isSandbox: true }).pipe(
          Effect.provide(sandbox(options.connections)),
          Effect.catchTag("ServeError", Server.cannotListen(address))
        )
  })
).pipe(
  Command.withDescription(
    "Stream every connection of a company: from a sandbox over HTTP, or from Codat when CODAT_API_KEY, " +
      "CODAT_AUTH_HEADER or CODAT_ACCESS_TOKEN is set. In a pipe, and with --json or --fields, it writes the connections."
  ),
  Command.withShortDescription("Stream a sandbox's connections, to see it work")
)

// -----------------------------------------------------------------------------
// Sources
// -----------------------------------------------------------------------------

/** What has credentials, if anything does. `Credentials.layer` checks them later. */
const credentialsIn = Effect.gen(function* () {
  if (Option.isSome(yield* Globals.Profile)) return "--profile"
  for (const name of Credentials.variables) {
    if (Option.isSome(yield* Config.option(Config.NonEmptyString(name)))) return name
  }
  return undefined
})

const address = { host: "127.0.0.1", port: 0 }

const sandbox = (connections: number) =>
  Layer.mergeAll(SandboxServer.layerClient, SandboxServer.layer({ connections }), FetchHttpClient.layer).pipe(
    Layer.provide(Server.layer(address))
  )

// -----------------------------------------------------------------------------
// Reading
// -----------------------------------------------------------------------------

const read = Effect.fnUntraced(function* (options: {
  readonly companyId: string
  readonly pageSize: number
  readonly concurrency: number
  readonly isSandbox: boolean
}) {
  const { companyId, concurrency, pageSize } = options
  const list = { companyId, concurrency, pageSize }
  const { stdout } = process
  if (stdout.isTTY !== true || (yield* Globals.Json) || (yield* Globals.Fields).length > 0) {
    const connections = Connections.list(list).pipe(Kinds.each(Kinds.fromConnection))
    return yield* Output.rows(Kinds.connection, connections)
  }
  const screen = Screen.make(stdout)
  const { baseUrl = Credentials.codat } = yield* CodatConfig.CodatConfig
  const startedAt = yield* Clock.currentTimeMillis
  const tally = new Tally()

  screen.heading({ ...options, baseUrl })
  const pages = Connections.pages(list).pipe(
    Stream.tap((page) =>
      Effect.sync(() => {
        tally.add(page)
        screen.progress(tally)
      })
    ),
    RetryPolicy.withPolicy(
      RetryPolicy.make({
        onRetry: ({ reason, wait }) =>
          Effect.sync(() => screen.note(`${reason._tag}: trying again in ${Duration.format(wait)}`))
      })
    )
  )
  yield* Effect.ensuring(
    Stream.runDrain(pages),
    Effect.sync(() => screen.clear())
  )
  screen.summary(tally, {
    ...options,
    requests: yield* requestsSent,
    millis: (yield* Clock.currentTimeMillis) - startedAt
  })
})

/** The library's own metrics. */
const requestsSent = Effect.map(Metric.snapshot, (metrics) =>
  metrics.reduce(
    (sum, metric) =>
      metric.id === "codat_requests" && metric.type === "Counter" ? sum + Number(metric.state.count) : sum,
    0
  )
)
