/**
 * The whole way of a customer: a company and a connection are made, the customer
 * links, Codat says so by webhook, and the connections are streamed. It needs no
 * account: a sandbox serves Codat's API over HTTP here, and posts its webhooks to
 * a server of the application's.
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

/** What Codat has told: the route puts it here and answers at once, and the work is done elsewhere. */
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
        // Codat delivers at least once: a message that comes again is answered, and not handled again.
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

/** The connection as it was when the customer had linked it, as soon as Codat says so. */
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
    // The link carries a one-time password: the customer gets all of it, a log only the host.
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
// The world around it
// -----------------------------------------------------------------------------

/** Someone who follows a link and agrees, or not. */
export type Customer = (
  connection: Sandbox.ConnectionRef
) => Effect.Effect<unknown, Sandbox.SandboxError, Sandbox.Sandbox>

const agreeable: Customer = (connection) => Effect.delay(Sandbox.authorize(connection), "1 second")

const secret = Redacted.make("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

/** A server of its own each time it is called, on a free port. */
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

/** Tells the sandbox where the application listens, as one does in Codat's portal. */
const subscribed = Layer.effectDiscard(Effect.flatMap(Inbox, ({ url }) => Sandbox.subscribe({ url, secret })))

export const world = subscribed.pipe(
  Layer.provideMerge(Layer.merge(codat, Inbox.layer(secret).pipe(Layer.provide(server()))))
)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  program(agreeable).pipe(Effect.provide(world), NodeRuntime.runMain)
}
