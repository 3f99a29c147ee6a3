/**
 * Streams every connection of a company: from the sandbox over real HTTP, or
 * from Codat when there are credentials for it.
 */

import { fstatSync } from "node:fs"
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
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
import * as PlatformError from "effect/PlatformError"
import * as Schema from "effect/Schema"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import {
  Auth,
  CodatConfig,
  Connection,
  Connections,
  type Page,
  RetryPolicy,
  Sandbox,
  SandboxServer
} from "effect-codat"
import packageJson from "../package.json" with { type: "json" }
import { between, cannotListen, main } from "./main.ts"
import * as Screen from "./screen.ts"
import { Tally } from "./tally.ts"

const flags = {
  company: Flag.String("company").pipe(
    Flag.withDescription("The company at Codat; without it, a sandbox is read"),
    Flag.optional
  ),
  connections: Flag.Int("connections").pipe(
    Flag.withDescription("How many connections the sandbox's company has (2500)"),
    Flag.withSchema(between(0, 100_000)),
    Flag.withDefault(2500)
  ),
  pageSize: Flag.Int("page-size").pipe(
    Flag.withDescription("Connections on a page, from 1 to 5000 (100)"),
    Flag.withDefault(100)
  ),
  concurrency: Flag.Int("concurrency").pipe(
    Flag.withDescription("Pages fetched at a time (1)"),
    Flag.withDefault(1)
  )
}

const start = Command.make(
  "npm start --",
  flags,
  Effect.fnUntraced(function* (options) {
    const credentials = yield* credentialsIn
    if (Option.isSome(options.company) && credentials === undefined) {
      return yield* Effect.fail(
        new Error(`--company is for Codat: set ${variables.join(" or ")}; without them, npm start is enough`)
      )
    }
    if (Option.isNone(options.company) && credentials !== undefined) {
      return yield* Effect.fail(
        new Error(`${credentials} is set, so this reads from Codat: say which company with --company ID`)
      )
    }
    const { company, ...rest } = options
    yield* Option.isSome(company)
      ? read({ ...rest, companyId: company.value, isSandbox: false }).pipe(Effect.provide(codat))
      : read({ ...rest, companyId: Sandbox.companyId, isSandbox: true }).pipe(
          Effect.provide(sandbox(options.connections)),
          Effect.catchTag("ServeError", cannotListen("a free port of 127.0.0.1"))
        )
  })
).pipe(
  Command.withDescription(
    "Streams every connection of a company: from a sandbox over HTTP, or from Codat when CODAT_API_KEY, " +
      "CODAT_AUTH_HEADER or CODAT_ACCESS_TOKEN is set. Piped, it writes one connection a line, as JSON."
  )
)

// -----------------------------------------------------------------------------
// Whom to ask
// -----------------------------------------------------------------------------

const variables = ["CODAT_API_KEY", "CODAT_AUTH_HEADER", "CODAT_ACCESS_TOKEN"]

/** The variable that holds credentials, if any does; `Auth.layerConfig` has a say on whether they are good. */
const credentialsIn = Effect.gen(function* () {
  for (const name of variables) {
    if (Option.isSome(yield* Config.option(Config.NonEmptyString(name)))) return name
  }
  return undefined
})

const codat = Layer.mergeAll(Auth.layerConfig, CodatConfig.layerConfig, FetchHttpClient.layer)

const sandbox = (connections: number) =>
  Layer.mergeAll(SandboxServer.layerClient, SandboxServer.layer({ connections }), FetchHttpClient.layer).pipe(
    Layer.provide(
      NodeHttpServer.layerServer(createServer, {
        host: "127.0.0.1",
        port: 0,
        gracefulShutdownTimeout: "1 second"
      })
    )
  )

// -----------------------------------------------------------------------------
// Reading it all
// -----------------------------------------------------------------------------

const read = Effect.fnUntraced(
  function* (options: {
    readonly companyId: string
    readonly pageSize: number
    readonly concurrency: number
    readonly isSandbox: boolean
  }) {
    const stdio = yield* Stdio.Stdio
    const piped = !(yield* stdio.stdoutIsTerminal)
    const screen = Screen.make(
      piped ? ((yield* stdio.stderrIsTerminal) && !isPipe ? process.stderr : undefined) : process.stdout
    )
    const { baseUrl = "https://api.codat.io" } = yield* CodatConfig.CodatConfig
    const startedAt = yield* Clock.currentTimeMillis
    const tally = new Tally()

    screen.heading({ ...options, baseUrl })
    const pages = Connections.pages(options).pipe(
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
    yield* (piped ? Stream.run(lines(pages), stdio.stdout()) : Stream.runDrain(pages)).pipe(
      Effect.ensuring(Effect.sync(() => screen.clear()))
    )
    screen.summary(tally, {
      ...options,
      requests: yield* requestsSent,
      millis: (yield* Clock.currentTimeMillis) - startedAt
    })
  },
  Effect.catchIf(isReaderGone, () => Effect.void)
)

/** Whoever reads a pipe may write to the same terminal; a file does not. */
const isPipe = fstatSync(1).isFIFO()

/** `head -1` has read enough: that is no failure. */
function isReaderGone(error: unknown): error is PlatformError.PlatformError {
  const cause = error instanceof PlatformError.PlatformError ? error.reason.cause : undefined
  return cause instanceof Error && "code" in cause && cause.code === "EPIPE"
}

const encode = Schema.encodeEffect(Schema.Array(Connection.Connection))

const lines = <E, R>(pages: Stream.Stream<Page.Page<Connection.Connection>, E, R>) =>
  Stream.mapEffect(pages, (page) =>
    Effect.map(encode(page.results), (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join(""))
  )

/** What the library itself has counted. */
const requestsSent = Effect.map(Metric.snapshot, (metrics) =>
  metrics.reduce(
    (sum, metric) =>
      metric.id === "codat_requests" && metric.type === "Counter" ? sum + Number(metric.state.count) : sum,
    0
  )
)

main(Command.run(start, { version: packageJson.version }))
