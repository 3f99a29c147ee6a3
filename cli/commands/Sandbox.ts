import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { Sandbox, SandboxServer } from "effect-codat"
import * as Failure from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Globals from "../Globals.ts"
import * as Output from "../Output.ts"
import { whole } from "../Progress.ts"
import * as Server from "../Server.ts"

const count = (name: string, description: string, most: number, otherwise: number) =>
  Flag.Int(name).pipe(
    Flag.withMetavar("number"),
    Flag.withDescription(`${description} (${otherwise})`),
    Flags.between(0, most),
    Flag.withDefault(otherwise)
  )

const flags = {
  port: Server.port(4010),
  host: Server.host,
  connections: count("connections", "Connections of the company that is always there", 100_000, 250),
  companies: count("companies", "Companies beside it, each with up to four connections", 100_000, 0),
  seed: Flag.String("seed").pipe(
    Flag.withMetavar("text"),
    Flag.withDescription("What all ids and all chance come from: one seed, one sandbox (1)"),
    Flag.optional
  ),
  dailyQuota: count("daily-quota", "Requests a day, before it answers 429", 1_000_000_000, 1_000_000),
  webhook: Flag.String("webhook").pipe(
    Flag.withMetavar("url"),
    Flag.withDescription("Where to post webhooks; can be given several times"),
    Flag.atLeast(0)
  ),
  webhookSecret: Flag.Redacted("webhook-secret").pipe(
    Flag.withMetavar("whsec_…"),
    Flag.withDescription("What signs them; or CODAT_WEBHOOK_SECRET"),
    Flag.optional
  )
}

const webhooksOf = Effect.fnUntraced(function* (
  urls: ReadonlyArray<string>,
  given: Option.Option<Redacted.Redacted>
) {
  const text = process.env["CODAT_WEBHOOK_SECRET"] ?? ""
  const secret = Option.getOrElse(given, () => Redacted.make(text))
  if (urls.length > 0 && Redacted.value(secret) === "") {
    return yield* new Failure.UsageError({
      message: "--webhook needs --webhook-secret, or CODAT_WEBHOOK_SECRET"
    })
  }
  return urls.map((url) => ({ url, secret }))
})

/** How to call this program from where it was started. */
const self = () =>
  process.env["npm_lifecycle_event"] === "sandbox" ? "npm run --silent codat --" : "npx effect-codat"

const greeting = (baseUrl: string, connections: number, companies: number) =>
  `The Codat sandbox is listening.

  base URL   ${baseUrl}
  API key    ${Sandbox.apiKey}
  token      ${Sandbox.accessToken}
  company    ${Sandbox.companyId}, ${whole(connections)} connections${companies === 0 ? "" : `\n             and ${whole(companies)} more companies`}

In another terminal:

  export CODAT_BASE_URL=${baseUrl} CODAT_API_KEY=${Sandbox.apiKey}
  ${self()} connections list --limit 3

or from any language, such as with curl:

  curl -s -H "Authorization: Basic ${btoa(Sandbox.apiKey)}" \\
    "${baseUrl}/companies?pageSize=1"

Ctrl-C stops it; what it holds goes with it.
`

// Read when the process starts: npm may end before the server listens.
const parent = process.ppid

/**
 * Completes when npm has exited. npm runs scripts in a shell that does not forward signals, so without this, stopping
 * `npm run sandbox` by its process id would leave the server running.
 */
const abandoned = Effect.suspend(() =>
  process.env["npm_lifecycle_event"] === undefined
    ? Effect.never
    : Effect.sleep("250 millis").pipe(Effect.repeat({ until: () => process.ppid !== parent }))
)

export const sandbox = Command.make(
  "sandbox",
  flags,
  Effect.fnUntraced(function* ({
    companies,
    connections,
    dailyQuota,
    host,
    port,
    seed,
    webhook,
    webhookSecret
  }) {
    const json = yield* Globals.Json
    const webhooks = yield* webhooksOf(webhook, webhookSecret)
    const greet = Effect.gen(function* () {
      const baseUrl = yield* SandboxServer.baseUrl
      yield* Output.write(
        json
          ? `${JSON.stringify({ baseUrl, apiKey: Sandbox.apiKey, token: Sandbox.accessToken, companyId: Sandbox.companyId })}\n`
          : greeting(baseUrl, connections, companies)
      )
    })
    yield* Layer.effectDiscard(greet).pipe(
      Layer.provideMerge(
        SandboxServer.layer({
          connections,
          companies,
          dailyQuota,
          seed: Option.getOrUndefined(seed),
          webhooks
        })
      ),
      Layer.provide(Server.layer({ host, port })),
      Layer.launch,
      Effect.raceFirst(abandoned),
      Effect.catchTag("ServeError", Server.cannotListen({ host, port }))
    )
  })
).pipe(
  Command.withDescription(
    "Serve a Codat that lives in memory, for programs in any language, until Ctrl-C. It needs no account."
  ),
  Command.withShortDescription("Serve a Codat that lives in memory"),
  Command.withExamples([
    { command: "effect-codat sandbox --connections 2500 --companies 20 --seed 7" },
    {
      command: "effect-codat sandbox --port 0 --json | head -1 | jq -r .baseUrl",
      description: "For a script"
    }
  ])
)
