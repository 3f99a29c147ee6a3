/** The command `sandbox`: serves a sandbox over HTTP until it is stopped. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Redacted from "effect/Redacted"
import { Sandbox, SandboxServer, Webhook } from "effect-codat"
import * as Failure from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Globals from "../Globals.ts"
import * as Output from "../Output.ts"
import { many } from "../Progress.ts"
import * as Server from "../Server.ts"

const count = (name: string, description: string, most: number, otherwise: number) =>
  Flag.Int(name).pipe(
    Flag.withMetavar("number"),
    Flag.withDescription(`${description} (${otherwise})`),
    Flags.between(0, most),
    Flag.withDefault(otherwise)
  )

const some = (name: string, description: string, most: number) =>
  Flag.Int(name).pipe(
    Flag.withMetavar("number"),
    Flag.withDescription(description),
    Flags.between(1, most),
    Flag.optional
  )

/** The variable for the token, because a flag is visible in `ps`. */
const tokenVariable = "CODAT_SANDBOX_CONTROL_TOKEN"

const flags = {
  port: Server.port(4010),
  host: Server.host,
  connections: count("connections", "Connections of the fixed company", 100_000, 250),
  companies: count("companies", "More companies, each with up to four connections", 100_000, 0),
  seed: Flag.String("seed").pipe(
    Flag.withMetavar("text"),
    Flag.withDescription("The seed of all ids and random choices: the same seed makes the same sandbox (1)"),
    Flag.optional
  ),
  state: Flag.String("state").pipe(
    Flag.withMetavar("file"),
    Flag.withDescription("Start from this file if it exists, and save the state in it"),
    Flag.filter(
      (path) => path.trim() !== "",
      () => "a file"
    ),
    Flag.optional
  ),
  dailyQuota: count("daily-quota", "Requests per day; more are answered with 429", 1_000_000_000, 1_000_000),
  concurrentRequests: some(
    "concurrent-requests",
    "Requests at the same time for one company; Codat's limit is 10 (no limit)",
    100_000
  ),
  requestsPerMinute: some(
    "requests-per-minute",
    "Requests per minute; Codat's limit is 1000 (no limit)",
    1_000_000_000
  ),
  webhook: Flags.url("webhook").pipe(
    Flag.withDescription("Where to post webhooks; can be given several times"),
    Flag.atLeast(0)
  ),
  webhookSecret: Flag.Redacted("webhook-secret").pipe(
    Flag.withMetavar("whsec_…"),
    Flag.withDescription("The secret that signs webhooks; better in CODAT_WEBHOOK_SECRET"),
    Flag.optional
  ),
  webhookSchedule: Flag.Literals("webhook-schedule", ["codat", "fast"]).pipe(
    Flag.withDescription("When to send failed webhooks again: codat takes hours, fast takes seconds (codat)"),
    Flag.withDefault("codat")
  ),
  strict: Flags.on("strict", "Refuse requests that Codat accepted earlier and refuses today"),
  noFilter: Flags.on("no-filter", "Ignore --query in lists, as Codat's documentation allows"),
  nulls: Flags.on("nulls", "Write null for properties without a value, instead of leaving them out"),
  oneAccounting: Flags.on(
    "one-accounting-connection",
    "Linking an accounting platform unlinks the company's previous one"
  ),
  cors: Flag.String("cors").pipe(
    Flag.withMetavar("origin"),
    Flag.withDescription("An origin whose pages may call the API, or '*'; can be given several times"),
    Flag.filter(
      (text) => text === "*" || (URL.canParse(text) && new URL(text).origin === text),
      () => "an origin, such as http://localhost:3000, or *"
    ),
    Flag.atLeast(0)
  ),
  redirectUrl: Flags.url("redirect-url").pipe(
    Flag.withDescription("Where the Link page redirects to: http://…?status={statusCode}"),
    Flag.optional
  ),
  publicUrl: Flags.url("public-url").pipe(
    Flag.withDescription("The origin of links, when it is not the base URL"),
    Flag.optional
  ),
  controlToken: Flag.Redacted("control-token").pipe(
    Flag.withMetavar("token"),
    Flag.withDescription(`The token for the controls; better in ${tokenVariable}`),
    Flag.optional
  ),
  remoteControl: Flags.on("remote-control", "Allow the controls from other machines; needs the token")
}

type Flagged = Command.Command.Config.Infer<typeof flags>

/** The value of a flag, or of a variable. */
const secretOf = (
  flag: Option.Option<Redacted.Redacted>,
  variable: string
): Redacted.Redacted | undefined => {
  const text = process.env[variable] ?? ""
  return Option.getOrUndefined(flag) ?? (text === "" ? undefined : Redacted.make(text))
}

const webhooksOf = Effect.fnUntraced(function* ({ webhook, webhookSecret }: Flagged) {
  const secret = secretOf(webhookSecret, "CODAT_WEBHOOK_SECRET")
  if (secret === undefined) {
    if (webhook.length === 0) return {}
    return yield* new Failure.UsageError({
      message: "--webhook needs --webhook-secret, or CODAT_WEBHOOK_SECRET"
    })
  }
  yield* Webhook.sign({ secret, id: "check", body: "" }).pipe(
    Effect.mapError(({ message }) => new Failure.UsageError({ message: `the webhook secret: ${message}` }))
  )
  return { webhookSecret: secret, webhooks: webhook.map((url) => ({ url, secret })) }
})

/** Reads the state from the file, and checks at the start that it can be written, before a change could be lost. */
const stateIn = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const folder = (yield* Path.Path).dirname(path)
  return yield* files.access(folder, { writable: true }).pipe(
    Effect.andThen(SandboxServer.stateFile(path)),
    Effect.mapError((error) => {
      const message = error._tag === "SandboxError" ? error.message : `${path}: ${Failure.messageOf(error)}`
      return new Failure.CommandError({ message: `--state ${message}` })
    })
  )
})

const optionsOf = Effect.fnUntraced(function* (flagged: Flagged) {
  const controlToken = secretOf(flagged.controlToken, tokenVariable)
  if (flagged.remoteControl && controlToken === undefined) {
    return yield* new Failure.UsageError({ message: `--remote-control needs a token in ${tokenVariable}` })
  }
  if (controlToken !== undefined && Redacted.value(controlToken).trim() === "") {
    return yield* new Failure.UsageError({ message: "--control-token needs a value" })
  }
  return {
    connections: flagged.connections,
    companies: flagged.companies,
    seed: Option.getOrUndefined(flagged.seed),
    dailyQuota: flagged.dailyQuota,
    concurrentRequests: Option.getOrUndefined(flagged.concurrentRequests),
    requestsPerMinute: Option.getOrUndefined(flagged.requestsPerMinute),
    ...(yield* webhooksOf(flagged)),
    webhookSchedule: flagged.webhookSchedule,
    strict: flagged.strict,
    filter: !flagged.noFilter,
    nulls: flagged.nulls,
    oneAccountingConnection: flagged.oneAccounting,
    cors: flagged.cors.length === 0 ? undefined : flagged.cors,
    redirectUrl: Option.getOrUndefined(flagged.redirectUrl),
    publicUrl: Option.getOrUndefined(flagged.publicUrl),
    controlToken,
    remoteControl: flagged.remoteControl,
    state: Option.isNone(flagged.state) ? undefined : yield* stateIn(flagged.state.value)
  } satisfies SandboxServer.Options
})

/** The command that runs this program again, for the texts that suggest one. */
const self = () =>
  process.env["npm_lifecycle_event"] === "sandbox" ? "npm run --silent codat --" : "npx effect-codat"

interface Greeted {
  readonly baseUrl: string
  /** The companies; a state from a file can have none, or others than a new sandbox. */
  readonly companies: ReadonlyArray<{ readonly id: string }>
  readonly connections: number
  readonly state: string | undefined
  readonly hasToken: boolean
}

const clipped = (text: string, width: number): string =>
  text.length > width ? `…${text.slice(1 - width)}` : text

const greeting = ({ baseUrl, companies, connections, hasToken, state }: Greeted) => {
  const [first] = companies
  const more = companies.length - 1
  return `The Codat sandbox is listening.

  base URL   ${baseUrl}
  API key    ${Sandbox.apiKey}
  token      ${Sandbox.accessToken}
  company    ${first === undefined ? "none yet" : `${first.id}, ${many(connections, "connection")}`}${more > 0 ? `\n             and ${many(more, "more company", "more companies")}` : ""}
  page       ${baseUrl}/__sandbox/${hasToken ? " (its controls ask for the token)" : ""}

In another terminal:

  export CODAT_BASE_URL=${baseUrl} CODAT_API_KEY=${Sandbox.apiKey}
  ${self()} connections list --limit 3

or from any language, such as with curl:

  curl -s -H "Authorization: Basic ${btoa(Sandbox.apiKey)}" \\
    "${baseUrl}/companies?pageSize=1"

Ctrl-C stops it; ${state === undefined ? "its data is in memory only" : `its data is in ${clipped(state, 40)}`}.
`
}

/** Prints the address and the data of the sandbox. With a state from a file, the data can differ from the flags. */
const greet = Effect.fnUntraced(function* ({ controlToken, state }: Flagged) {
  const baseUrl = yield* SandboxServer.baseUrl
  const all = yield* Sandbox.companies
  const companies = [
    ...all.filter(({ id }) => id === Sandbox.companyId),
    ...all.filter(({ id }) => id !== Sandbox.companyId)
  ]
  const [first] = companies
  // The company exists: it was listed just now.
  const connections = first === undefined ? 0 : (yield* Effect.orDie(Sandbox.connections(first.id))).length
  if (yield* Globals.Json) {
    const facts = {
      baseUrl,
      apiKey: Sandbox.apiKey,
      token: Sandbox.accessToken,
      companyId: first?.id,
      page: `${baseUrl}/__sandbox/`,
      controls: `${baseUrl}/__sandbox/openapi.json`
    }
    return yield* Output.write(`${JSON.stringify(facts)}\n`)
  }
  yield* Output.write(
    greeting({
      baseUrl,
      companies,
      connections,
      state: Option.getOrUndefined(state),
      hasToken: secretOf(controlToken, tokenVariable) !== undefined
    })
  )
})

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
  Effect.fnUntraced(function* (flagged) {
    const options = yield* optionsOf(flagged)
    const { host, port } = flagged
    yield* Layer.effectDiscard(greet(flagged)).pipe(
      Layer.provideMerge(SandboxServer.layer(options)),
      Layer.provide(Server.layer({ host, port })),
      Layer.launch,
      Effect.raceFirst(abandoned),
      Effect.catchTag("ServeError", Server.cannotListen({ host, port }))
    )
  })
).pipe(
  Command.withDescription(
    "Serve a Codat in memory, for programs in any language, until Ctrl-C. It needs no account. A page at " +
      "/__sandbox/ shows its data and its requests; /__sandbox/openapi.json describes its controls."
  ),
  Command.withShortDescription("Serve a Codat in memory"),
  Command.withExamples([
    { command: "effect-codat sandbox --connections 2500 --companies 20 --seed 7" },
    { command: "effect-codat sandbox --state sandbox.json", description: "Keeps its state across restarts" },
    {
      command: "effect-codat sandbox --strict --concurrent-requests 10 --requests-per-minute 1000 --nulls",
      description: "As close to Codat as possible"
    },
    {
      command: "effect-codat sandbox --port 0 --json > sandbox.txt &",
      description: "For a script: the file has its address once it listens"
    }
  ])
)
