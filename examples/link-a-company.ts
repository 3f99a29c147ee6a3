/**
 * Links a customer from the beginning to the end: creates a company and a connection, the customer follows the link,
 * Codat reports it by webhook, and the connections are streamed. It needs no account: a sandbox serves Codat's API over
 * HTTP, and posts its webhooks to the application's server.
 *
 *   node --import tsx examples/link-a-company.ts
 */

import { createServer } from "node:http"
import { fileURLToPath } from "node:url"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Context, Effect, Layer, Queue, Redacted, Stream } from "effect"
import { FetchHttpClient, HttpRouter, HttpServer } from "effect/http"
import { Companies, Connections, Sandbox, SandboxServer, Webhook, type WebhookEvent } from "effect-codat"

// -----------------------------------------------------------------------------
// The application
// -----------------------------------------------------------------------------

/** Events that were received: the route adds them and answers at once, and another fiber handles them. */
export class Inbox extends Context.Service<
  Inbox,
  {
    readonly url: string
    readonly next: Effect.Effect<WebhookEvent.WebhookEvent>
  }
>()("app/Inbox") {
  static readonly layer = (secret: Redacted.Redacted) =>
    Layer.effect(
      Inbox,
      Effect.gen(function* () {
        const events = yield* Queue.unbounded<WebhookEvent.WebhookEvent>()
        // Codat delivers at least once: a repeated message is answered, but not handled again.
        const onEvent = yield* Webhook.dedupe((event) => Queue.offer(events, event))
        const routes = HttpRouter.add("POST", "/webhooks/codat", Webhook.handler(onEvent, { secret }))
        yield* HttpServer.serveEffect(yield* HttpRouter.toHttpEffect(routes))
        return { url: `${yield* SandboxServer.baseUrl}/webhooks/codat`, next: Queue.take(events) }
      })
    )
}

const isLinkOf =
  (connectionId: string) =>
  (event: WebhookEvent.WebhookEvent): event is WebhookEvent.ConnectionEvent =>
    event._tag === "Connection" &&
    event.eventType === "connection.connected" &&
    event.payload.connection.id === connectionId

/** Waits for the webhook that reports the connection as linked, and reads the connection. */
const linked = Effect.fn("linked")(function* (connectionId: string) {
  const inbox = yield* Inbox
  const event = yield* inbox.next.pipe(
    Effect.tap((event) => Console.log(`webhook: ${event.eventType}`)),
    Effect.repeat({ until: isLinkOf(connectionId) }),
    Effect.timeout("10 minutes")
  )
  return event.payload.connection
})

export const program = Effect.fn("program")(function* (customer: Customer) {
  const company = yield* Companies.create({ name: "Bank of Dave", tags: { region: "uk" } })
  const companyId = company.id
  for (const platformKey of ["gbol", "dfxm"]) {
    const { id: connectionId, linkUrl, platformName } = yield* Connections.create({ companyId, platformKey })
    // The link contains a one-time password: give the whole link to the customer, and log only its host.
    yield* Console.log(`${company.name} links ${platformName} at ${new URL(Redacted.value(linkUrl)).host}`)
    yield* Effect.forkChild(customer({ companyId, connectionId }))
    const { status } = yield* linked(connectionId)
    yield* Console.log(`${company.name} has linked ${platformName}: ${status}`)
  }
  return yield* Connections.list({ companyId, query: "status=Linked" }).pipe(
    Stream.filter(({ status }) => status === "Linked"),
    Stream.map((connection) => connection.platformName),
    Stream.tap((name) => Console.log(`ready to be read: ${name}`)),
    Stream.runCollect
  )
})

// -----------------------------------------------------------------------------
// The sandbox and the customer
// -----------------------------------------------------------------------------

/** The customer, who follows the link and agrees or refuses. */
export type Customer = (
  connection: Sandbox.ConnectionRef
) => Effect.Effect<unknown, Sandbox.SandboxError, Sandbox.Sandbox>

const agreeable: Customer = (connection) => Effect.delay(Sandbox.authorize(connection), "1 second")

const secret = Redacted.make("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

/** A new server on a free port each time. */
const server = () =>
  NodeHttpServer.layerServer(createServer, {
    host: "127.0.0.1",
    port: 0,
    gracefulShutdownTimeout: "1 second"
  })

const codat = Layer.mergeAll(
  SandboxServer.layer({ connections: 0 }),
  SandboxServer.layerClient,
  FetchHttpClient.layer
).pipe(Layer.provide(server()))

/** Registers the application's URL at the sandbox, as in Codat's portal. */
const subscribed = Layer.effectDiscard(Effect.flatMap(Inbox, ({ url }) => Sandbox.subscribe({ url, secret })))

export const world = subscribed.pipe(
  Layer.provideMerge(Layer.merge(codat, Inbox.layer(secret).pipe(Layer.provide(server()))))
)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  program(agreeable).pipe(Effect.provide(world), NodeRuntime.runMain)
}
