/** The commands `webhooks …`: receive events, and manage the addresses that Codat sends them to. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { SandboxServer, Webhook, WebhookConsumers, type WebhookEvent } from "effect-codat"
import { escapeControls } from "../../src/internal/Text.ts"
import * as Bulk from "../Bulk.ts"
import { confirm } from "../Confirm.ts"
import * as Credentials from "../Credentials.ts"
import * as Failure from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Globals from "../Globals.ts"
import { Host } from "../Host.ts"
import * as Kinds from "../Kinds.ts"
import * as Output from "../Output.ts"
import * as Secrets from "../Secrets.ts"
import * as Server from "../Server.ts"

// -----------------------------------------------------------------------------
// Listening
// -----------------------------------------------------------------------------

/** Checks a secret when the command starts, so that a wrong one does not make every delivery fail. */
const secretOf = Effect.fnUntraced(function* (variable: string, text: string) {
  const secret = Redacted.make(text)
  yield* Effect.mapError(
    Webhook.sign({ secret, id: "msg_1", body: "" }),
    ({ message }) => new Failure.UsageError({ message: `${variable}: ${message}` })
  )
  return secret
})

const secretIn = Effect.fnUntraced(function* (variable: string) {
  const text = (yield* Host).env[variable] ?? ""
  if (text !== "") return yield* secretOf(variable, text)
  return yield* new Failure.UsageError({
    message: `${variable} is not set: the secret that Codat's portal shows`
  })
})

/** An event as a row. The payload is the JSON as it was received. */
const rowOf = (
  event: WebhookEvent.WebhookEvent,
  json: unknown,
  forwarded: number | undefined
): Output.Row => {
  const payload = Predicate.isObject(json) ? json["payload"] : undefined
  const at = (value: unknown, name: string): unknown => (Predicate.isObject(value) ? value[name] : undefined)
  const connection = at(payload, "connection")
  return {
    id: event.id,
    timestamp: DateTime.formatIso(event.timestamp),
    eventType: event.eventType,
    companyId:
      at(at(payload, "referenceCompany"), "id") ?? (event._tag === "Company" ? at(payload, "id") : undefined),
    connectionId: at(connection, "id"),
    status: at(connection, "status"),
    forwarded,
    payload
  }
}

/** A row without what is in the payload when that cannot be shown: one delivery must not end the command. */
const showable = (event: WebhookEvent.WebhookEvent, json: unknown, forwarded: number | undefined) => {
  const row = rowOf(event, json, forwarded)
  return Secrets.check(row).pipe(
    Effect.as(row),
    Effect.catch(({ message }) =>
      Effect.as(Output.note(`${escapeControls(event.id)}: ${message}`), rowOf(event, undefined, forwarded))
    )
  )
}

const eventKind = (isForwarding: boolean): Output.Kind => ({
  fields: ["id", "timestamp", "eventType", "companyId", "connectionId", "status", "forwarded", "payload"],
  // The first row decides the widths before the others arrive, so leave room for the longest name.
  least: "client.rateLimit.reached".length,
  columns: ["eventType", "companyId", "status", ...(isForwarding ? ["forwarded"] : [])]
})

/** Forwards a delivery, signed again because the signature includes the time; returns the status. */
const forward = Effect.fnUntraced(
  function* (url: string, secret: Redacted.Redacted, id: string, body: string) {
    const client = yield* HttpClient.HttpClient
    const headers = yield* Webhook.sign({ secret, id, body })
    const response = yield* client.execute(
      HttpClientRequest.post(url, { headers: { ...headers } }).pipe(
        HttpClientRequest.bodyText(body, "application/json")
      )
    )
    yield* response.text
    return response.status
  },
  // A redirect of a POST can become a GET of another page: the event would be lost, although the status is 200.
  Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
  Effect.timeout("15 seconds"),
  // Status 0 stands for no response.
  Effect.catch((error) => Effect.as(Output.note(`not forwarded: ${Failure.messageOf(error)}`), 0))
)

const listen = Command.make(
  "listen",
  {
    port: Server.port(4020),
    host: Server.host,
    forwardTo: Flags.url("forward-to").pipe(
      Flag.withDescription("Forward each delivery to this address, with a new signature"),
      // No request can be made to one, and a message about it would show the password.
      Flag.filter(
        (text) => [new URL(text).username, new URL(text).password].join("") === "",
        () => "no user name or password can be in the address"
      ),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ forwardTo, host, port }) {
    const secret = yield* secretIn("CODAT_WEBHOOK_SECRET")
    // The receiver may verify with a secret of its own.
    const own = (yield* Host).env["FORWARD_WEBHOOK_SECRET"] ?? ""
    const forwardSecret = own === "" ? secret : yield* secretOf("FORWARD_WEBHOOK_SECRET", own)

    const seen = yield* Queue.unbounded<Output.Row>()
    const receive = Effect.gen(function* () {
      const event = yield* Webhook.receive({ secret })
      // The body was read by `receive`, and the request keeps it.
      const body = yield* (yield* HttpServerRequest.HttpServerRequest).text
      const forwarded = Option.isNone(forwardTo)
        ? undefined
        : yield* forward(forwardTo.value, forwardSecret, event.id, body)
      yield* Queue.offer(seen, yield* showable(event, JSON.parse(body), forwarded))
      // Codat delivers again what the receiver did not accept.
      const isTaken = forwarded === undefined || (forwarded >= 200 && forwarded < 300)
      return HttpServerResponse.empty({ status: isTaken ? 200 : 502 })
    }).pipe(
      Effect.catchTag("WebhookError", (error) =>
        Effect.as(
          Output.note(`refused: ${error.message}`),
          HttpServerResponse.text(error.reason._tag, {
            status: error.reason._tag === "BodyTooLarge" ? 413 : 400
          })
        )
      )
    )

    yield* Layer.effectDiscard(
      Effect.gen(function* () {
        const url = yield* SandboxServer.baseUrl
        yield* Output.note(
          `Listening on ${url} for webhooks${Option.isNone(forwardTo) ? "" : `, which are forwarded to ${forwardTo.value}`}. Ctrl-C stops it.`
        )
      })
    ).pipe(
      Layer.provideMerge(Layer.effectDiscard(HttpServer.serveEffect(receive))),
      Layer.provide(Server.layer({ host, port })),
      Layer.provide(FetchHttpClient.layer),
      Layer.launch,
      Effect.raceFirst(Output.rows(eventKind(Option.isSome(forwardTo)), Stream.fromQueue(seen))),
      Effect.catchTag("ServeError", Server.cannotListen({ host, port }))
    )
  })
).pipe(
  Command.withDescription(
    "Receive webhooks, verify them with CODAT_WEBHOOK_SECRET, show each, and forward it with --forward-to, signed with " +
      "FORWARD_WEBHOOK_SECRET or the same secret."
  ),
  Command.withShortDescription("Receive, verify, show and forward webhooks"),
  Command.withExamples([
    { command: "effect-codat webhooks listen --forward-to http://localhost:3000/webhooks/codat" }
  ])
)

// -----------------------------------------------------------------------------
// Consumers
// -----------------------------------------------------------------------------

const list = Command.make(
  "list",
  {},
  Effect.fnUntraced(function* () {
    const found = yield* WebhookConsumers.list()
    yield* Output.rows(Kinds.consumer, Stream.mapEffect(Stream.fromIterable(found), Kinds.fromConsumer))
  }, Effect.provide(Credentials.layer))
).pipe(Command.withDescription("List the addresses that Codat sends events to"))

const create = Command.make(
  "create",
  {
    url: Argument.String("url").pipe(
      Argument.withDescription("The address that Codat posts to"),
      Argument.filter(Flags.isUrl, Flags.anUrl)
    ),
    events: Flag.String("event").pipe(
      Flag.withMetavar("type"),
      Flag.withDescription("An event type, such as connection.connected; can be given several times"),
      Flag.filter(
        (text) => /^[\w*{}.-]{1,128}$/.test(text),
        () => "an event type, such as connection.connected"
      ),
      Flag.atLeast(0)
    ),
    tags: Flag.String("company-tag").pipe(
      Flag.withMetavar("name:value"),
      Flag.withDescription("Only events of companies with this tag; several times, at most 10"),
      Flag.filter(
        (text) => /^[^:]+:./.test(text) && text.length <= 128,
        () => "a tag written as name:value, of at most 128 characters"
      ),
      Flag.atLeast(0)
    ),
    disabled: Flags.on("disabled", "Send no events until it is enabled"),
    idempotencyKey: Flags.idempotencyKey
  },
  Effect.fnUntraced(function* ({ disabled, events, idempotencyKey, tags, url }) {
    const made = yield* WebhookConsumers.create({
      url,
      eventTypes: events.length === 0 ? undefined : events,
      companyTags: tags.length === 0 ? undefined : tags,
      disabled: disabled ? true : undefined,
      idempotencyKey: Option.getOrUndefined(idempotencyKey)
    })
    yield* Output.one(Kinds.consumer, yield* Kinds.fromConsumer(made))
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription("Make Codat send events to an address"),
  Command.withExamples([
    {
      command: "effect-codat webhooks consumers create https://example.com/codat --event connection.connected"
    }
  ])
)

const remove = Command.make(
  "delete",
  {
    consumers: Argument.String("consumer").pipe(
      Argument.withDescription("The consumers' ids"),
      Argument.variadic({ min: 1 })
    ),
    yes: Flags.yes
  },
  Effect.fnUntraced(function* ({ consumers, yes }) {
    yield* Bulk.run({
      items: [...new Set(consumers)],
      verb: "delete",
      noun: "webhook consumer",
      yes,
      concurrency: 1,
      idOf: (id) => id,
      each: (webhookId) => WebhookConsumers.delete({ webhookId }).pipe(Bulk.deleted(consumers))
    })
  }, Effect.provide(Credentials.layer))
).pipe(Command.withDescription("Stop sending events to addresses. Safe to run again."))

const rotateZapierKey = Command.make(
  "rotate-zapier-key",
  { yes: Flags.yes, idempotencyKey: Flags.idempotencyKey },
  Effect.fnUntraced(function* ({ idempotencyKey, yes }) {
    if (!(yield* Globals.ShowSecrets)) {
      return yield* new Failure.UsageError({
        message: "the new key is shown only once: add --show-secrets, when nobody else can see the screen"
      })
    }
    if (!(yield* confirm("revoke Zapier's key, and create a new one", yes))) return
    const key = yield* WebhookConsumers.rotateZapierKey({
      idempotencyKey: Option.getOrUndefined(idempotencyKey)
    })
    yield* Output.one(Kinds.anything("key"), { key: Redacted.value(key) })
  }, Effect.provide(Credentials.layer))
).pipe(
  Command.withDescription("Create a new key for Zapier and show it; the previous one no longer works"),
  Command.withShortDescription("Create a new key for Zapier")
)

const consumers = Command.make("consumers").pipe(
  Command.withDescription("The addresses that Codat sends events to"),
  Command.withSubcommands([list, create, remove, rotateZapierKey])
)

export const webhooks = Command.make("webhooks").pipe(
  Command.withDescription("Events that Codat sends"),
  Command.withSubcommands([listen, consumers])
)
