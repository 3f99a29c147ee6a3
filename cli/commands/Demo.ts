/**
 * Streams every connection of a company: from the sandbox over real HTTP, or
 * from Codat when there are credentials for it.
 */

import { fstatSync } from "node:fs"
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
import {
  Auth,
  CodatConfig,
  type Connection,
  Connections,
  RetryPolicy,
  Sandbox,
  SandboxServer
} from "effect-codat"
import * as Screen from "../demo/Screen.ts"
import { Tally } from "../demo/Tally.ts"
import * as Failure from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Kinds from "../Kinds.ts"
import * as Output from "../Output.ts"
import * as Secrets from "../Secrets.ts"
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
        message: `--company is for Codat: set ${variables.join(" or ")}; without them, leave it out`
      })
    }
    if (Option.isNone(options.company) && credentials !== undefined) {
      return yield* new Failure.UsageError({
        message: `${credentials} is set, so this reads from Codat: choose a company with --company ID`
      })
    }
    const { company, ...rest } = options
    yield* Option.isSome(company)
      ? read({ ...rest, companyId: company.value, isSandbox: false }).pipe(Effect.provide(codat))
      : read({ ...rest, companyId: Sandbox.companyId, isSandbox: true }).pipe(
          Effect.provide(sandbox(options.connections)),
          Effect.catchTag("ServeError", Server.cannotListen(address))
        )
  })
).pipe(
  Command.withDescription(
    "Stream every connection of a company: from a sandbox over HTTP, or from Codat when CODAT_API_KEY, " +
      "CODAT_AUTH_HEADER or CODAT_ACCESS_TOKEN is set. In a pipe, it writes one connection per line, as JSON."
  ),
  Command.withShortDescription("Stream a sandbox's connections, to see it work")
)

// -----------------------------------------------------------------------------
// Sources
// -----------------------------------------------------------------------------

const variables = ["CODAT_API_KEY", "CODAT_AUTH_HEADER", "CODAT_ACCESS_TOKEN"]

/** The variable that holds credentials, if any does. `Auth.layerConfig` checks them later. */
const credentialsIn = Effect.gen(function* () {
  for (const name of variables) {
    if (Option.isSome(yield* Config.option(Config.NonEmptyString(name)))) return name
  }
  return undefined
})

const codat = Layer.mergeAll(Auth.layerConfig, CodatConfig.layerConfig, FetchHttpClient.layer)

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
  const piped = process.stdout.isTTY !== true
  const screen = Screen.make(
    piped ? (process.stderr.isTTY === true && !isPipe() ? process.stderr : undefined) : process.stdout
  )
  const { baseUrl = "https://api.codat.io" } = yield* CodatConfig.CodatConfig
  const startedAt = yield* Clock.currentTimeMillis
  const tally = new Tally()

  screen.heading({ ...options, baseUrl })
  const { companyId, concurrency, pageSize } = options
  const pages = Connections.pages({ companyId, concurrency, pageSize }).pipe(
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
  yield* (piped ? Stream.runForEach(lines(pages), Output.write) : Stream.runDrain(pages)).pipe(
    Effect.ensuring(Effect.sync(() => screen.clear()))
  )
  screen.summary(tally, {
    ...options,
    requests: yield* requestsSent,
    millis: (yield* Clock.currentTimeMillis) - startedAt
  })
})

/** The program that reads a pipe may write to the same terminal; a file does not. */
const isPipe = () => fstatSync(1).isFIFO()

const lines = <E, R>(
  pages: Stream.Stream<{ readonly results: ReadonlyArray<Connection.Connection> }, E, R>
) =>
  Stream.mapEffect(pages, ({ results }) =>
    Effect.map(Effect.forEach(results, Kinds.fromConnection), (rows) =>
      rows.map((row) => `${JSON.stringify(Secrets.shown(row))}\n`).join("")
    )
  )

/** The library's own metrics. */
const requestsSent = Effect.map(Metric.snapshot, (metrics) =>
  metrics.reduce(
    (sum, metric) =>
      metric.id === "codat_requests" && metric.type === "Counter" ? sum + Number(metric.state.count) : sum,
    0
  )
)
