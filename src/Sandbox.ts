/**
 * A Codat in memory for tests and development: its state, its rules, its limits, faults on demand, and a record of the
 * requests that it received.
 *
 * @module Sandbox
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { ParentSpan } from "effect/Tracer"
import * as Auth from "./Auth.ts"
import type { Control, Health, SandboxError } from "./internal/sandbox/Control.ts"
import * as Controls from "./internal/sandbox/Control.ts"
import type { Delivery, Subscription, SubscriptionState } from "./internal/sandbox/Deliveries.ts"
import * as Engine from "./internal/sandbox/Engine.ts"
import type { Fault } from "./internal/sandbox/Fault.ts"
import type { ArmedFault } from "./internal/sandbox/Faults.ts"
import type { ConnectionRef, FailedLink, NewCompany } from "./internal/sandbox/Inputs.ts"
import type { RecordedRequest } from "./internal/sandbox/Journal.ts"
import type { CompanyState, ConnectionState } from "./internal/sandbox/Model.ts"
import type { Options } from "./internal/sandbox/Options.ts"
import * as Fixed from "./internal/sandbox/Options.ts"
import type { QuotaState } from "./internal/sandbox/Quota.ts"
import type { SandboxState } from "./internal/sandbox/SandboxState.ts"
import * as Operations from "./Operations.ts"

export type { Control, Health } from "./internal/sandbox/Control.ts"
export { SandboxError } from "./internal/sandbox/Control.ts"
export type {
  Delivery,
  DeliveryAttempt,
  Subscription,
  SubscriptionState
} from "./internal/sandbox/Deliveries.ts"
export type {
  ContentTypeFault,
  Fault,
  FaultMoment,
  FaultPlace,
  FaultTarget,
  HtmlFault,
  LatencyFault,
  MalformedFault,
  ResetFault,
  StallFault,
  StatusFault,
  TruncatedFault
} from "./internal/sandbox/Fault.ts"
export type { ArmedFault } from "./internal/sandbox/Faults.ts"
export type { ConnectionRef, FailedLink, NewCompany } from "./internal/sandbox/Inputs.ts"
export type { RecordedRequest } from "./internal/sandbox/Journal.ts"
export type {
  CompanyState,
  ConnectionErrorState,
  ConnectionState,
  ConnectionStatus,
  Operation,
  SourceType
} from "./internal/sandbox/Model.ts"
export type { Options } from "./internal/sandbox/Options.ts"
export type { QuotaState } from "./internal/sandbox/Quota.ts"
export type { SandboxCompany, SandboxState } from "./internal/sandbox/SandboxState.ts"

/**
 * The API key that the sandbox accepts.
 *
 * @category constants
 * @since 0.1.0
 */
export const apiKey = Fixed.apiKey

/**
 * The OAuth access token that the sandbox accepts.
 *
 * @category constants
 * @since 0.1.0
 */
export const accessToken = Fixed.accessToken

/**
 * The secret that signs messages to consumers created with `POST /webhooks`,
 * unless the option `webhookSecret` is given.
 *
 * @category constants
 * @since 0.1.0
 */
export const webhookSecret: Redacted.Redacted<string> = Redacted.make(Fixed.webhookSecret)

/**
 * The id of the company that every new sandbox has.
 *
 * @category constants
 * @since 0.1.0
 */
export const companyId = Fixed.companyId

/**
 * The controls of a running sandbox.
 *
 * @category services
 * @since 0.1.0
 */
export class Sandbox extends Context.Service<Sandbox, Control>()("effect-codat/Sandbox") {}

/**
 * A Codat in memory: provides the `HttpClient` that reaches it, the `Auth` that
 * it accepts, and its controls.
 *
 * **Details**
 *
 * Requests to any host are answered, and the host is recorded. A request runs in the fiber that sends it, so its time is
 * that fiber's `Clock`: with `TestClock`, the test controls quotas, delays and the expiry of idempotency keys. Each call
 * of `layer` makes a new sandbox.
 *
 * Answers under an idempotency key are kept for 90 minutes, as Codat does. When they and their requests have more than
 * 64 MiB, the oldest are forgotten first: a request that is then sent again with its key is carried out again.
 *
 * The sandbox serves every operation of Codat's platform API, and stores what is written. The access token under
 * `connectionManagement`, which Codat itself no longer serves, is 404 here too. When a connection becomes linked, its
 * data is read according to the company's sync settings. A read takes 2.5 seconds, passes through the statuses that
 * Codat documents, and then sets `lastSync`, adds an entry to the history and sends an event. If the connection is
 * deauthorised or unlinked before that, the read fails. Codat shows the secret of a webhook consumer only in its Portal;
 * here it is {@link webhookSecret}.
 *
 * **Example** (A program against the sandbox)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { Connections, Sandbox } from "effect-codat"
 *
 * export const program = Connections.list({ companyId: Sandbox.companyId }).pipe(
 *   Stream.runCount,
 *   Effect.provide(Sandbox.layer({ connections: 1000 }))
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options?: Options): Layer.Layer<HttpClient.HttpClient | Auth.Auth | Sandbox> =>
  Layer.merge(
    Layer.effectContext(
      Effect.suspend(() =>
        Effect.flatMap(Engine.make(Fixed.settings(options), Operations.all), (engine) =>
          Effect.map(Controls.make(engine), (control) =>
            Context.make(Sandbox, control).pipe(Context.add(HttpClient.HttpClient, client(engine)))
          )
        )
      )
    ),
    // An invalid key, such as one with a line break, is a mistake in the program and so a defect.
    Layer.orDie(Auth.layerApiKey({ apiKey: Redacted.make(options?.apiKey ?? apiKey) }))
  )

const withoutSpan = (context: Context.Context<never>): Context.Context<never> =>
  Context.omit(ParentSpan)(context)

const client = (engine: Engine.Engine): HttpClient.HttpClient =>
  HttpClient.make((request) =>
    engine.answer.pipe(
      Effect.map((response) => HttpServerResponse.toClientResponse(response, { request })),
      Effect.provideService(
        HttpServerRequest.HttpServerRequest,
        HttpServerRequest.fromClientRequest(request)
      ),
      // The client's span must not be the parent of the sandbox's spans: Codat is another process.
      Effect.updateContext(withoutSpan),
      Effect.mapError(
        (cause) =>
          new HttpClientError.HttpClientError({
            reason: new HttpClientError.TransportError({
              request,
              cause,
              description: "The connection was reset"
            })
          })
      )
    )
  )

/**
 * Creates a company. With `connections`, it has that many, of all kinds and states.
 *
 * **Example** (A company with three connections)
 *
 * ```ts
 * import { Sandbox } from "effect-codat"
 *
 * export const made = Sandbox.makeCompany({ name: "Bank of Dave", connections: 3 })
 * ```
 *
 * @category companies and end users
 * @since 0.1.0
 */
export const makeCompany = (options?: NewCompany): Effect.Effect<CompanyState, SandboxError, Sandbox> =>
  Sandbox.use((sandbox) => sandbox.makeCompany(options))

/**
 * All companies in their present state.
 *
 * @category companies and end users
 * @since 0.1.0
 */
export const companies: Effect.Effect<ReadonlyArray<CompanyState>, never, Sandbox> = Sandbox.use(
  (sandbox) => sandbox.companies
)

/**
 * All connections of a company in their present state, in the order in which they were created; without an argument
 * those of {@link companyId}.
 *
 * **Example** (The connections that are unlinked)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Sandbox } from "effect-codat"
 *
 * export const unlinked = Effect.map(Sandbox.connections(), (connections) =>
 *   connections.filter(({ status }) => status === "Unlinked").map(({ id }) => id)
 * )
 * ```
 *
 * @category companies and end users
 * @since 0.1.0
 */
export const connections = (
  company: string = companyId
): Effect.Effect<ReadonlyArray<ConnectionState>, SandboxError, Sandbox> =>
  Sandbox.use((sandbox) => sandbox.connections(company))

/**
 * Acts as the end user who completes the link: `PendingAuth`, `Deauthorized` or
 * `Unlinked` becomes `Linked`. From `Linked` it fails with a `SandboxError`.
 *
 * **Example** (A link that is followed after a minute)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Connections, Sandbox } from "effect-codat"
 *
 * export const linked = Effect.gen(function* () {
 *   const companyId = Sandbox.companyId
 *   const { id: connectionId } = yield* Connections.create({ companyId, platformKey: "gbol" })
 *   yield* Sandbox.authorize({ companyId, connectionId }).pipe(Effect.delay("1 minute"), Effect.forkChild)
 *   return yield* Connections.awaitStatus({ companyId, connectionId })
 * })
 * ```
 *
 * @category companies and end users
 * @since 0.1.0
 */
export const authorize = (connection: ConnectionRef): Effect.Effect<ConnectionState, SandboxError, Sandbox> =>
  Sandbox.use((sandbox) => sandbox.authorize(connection))

/**
 * Acts as the end user who revokes the permission at the data source: `Linked` becomes `Deauthorized`. From any other
 * state it fails with a `SandboxError`.
 *
 * **Example** (A connection that has to be authorised again)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Connection, Connections, Sandbox } from "effect-codat"
 *
 * export const lost = Effect.gen(function* () {
 *   const companyId = Sandbox.companyId
 *   const { id: connectionId } = yield* Connections.create({ companyId, platformKey: "gbol" })
 *   yield* Sandbox.authorize({ companyId, connectionId })
 *   yield* Sandbox.deauthorize({ companyId, connectionId })
 *   return Connection.needsReauthorization(yield* Connections.get({ companyId, connectionId }))
 * })
 * ```
 *
 * @category companies and end users
 * @since 0.1.0
 */
export const deauthorize = (
  connection: ConnectionRef
): Effect.Effect<ConnectionState, SandboxError, Sandbox> =>
  Sandbox.use((sandbox) => sandbox.deauthorize(connection))

/**
 * Acts as the end user whose attempt to link fails: the status does not change, `dataConnectionErrors` gets an entry, and
 * the event `connection.failed` is sent. From `Linked` it fails with a `SandboxError`.
 *
 * **Example** (The end user cancels)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Connection, Connections, Sandbox } from "effect-codat"
 *
 * export const cancelled = Effect.gen(function* () {
 *   const companyId = Sandbox.companyId
 *   const { id: connectionId } = yield* Connections.create({ companyId, platformKey: "gbol" })
 *   yield* Sandbox.failLink({ companyId, connectionId })
 *   return Connection.hasActiveError(yield* Connections.get({ companyId, connectionId }))
 * })
 * ```
 *
 * @category companies and end users
 * @since 0.1.0
 */
export const failLink = (link: FailedLink): Effect.Effect<ConnectionState, SandboxError, Sandbox> =>
  Sandbox.use((sandbox) => sandbox.failLink(link))

/**
 * Reports that the sandbox is running, and its time.
 *
 * @category state and time
 * @since 0.1.0
 */
export const health: Effect.Effect<Health, never, Sandbox> = Sandbox.use((sandbox) => sandbox.health)

/**
 * Puts the sandbox back into the state in which it was made: data, quota and clock. Recorded requests, faults,
 * idempotency keys and deliveries are deleted, and so are subscriptions that are not in the options.
 *
 * @category state and time
 * @since 0.1.0
 */
export const reset: Effect.Effect<void, never, Sandbox> = Sandbox.use((sandbox) => sandbox.reset)

/**
 * The state of the sandbox as one JSON value; see {@link SandboxState} for what it contains.
 *
 * @category state and time
 * @since 0.1.0
 */
export const state: Effect.Effect<SandboxState, never, Sandbox> = Sandbox.use((sandbox) => sandbox.state)

/**
 * Replaces the state of the sandbox, for example by one that `Sandbox.state` returned before. Idempotency keys are
 * deleted, and no webhook is sent. Fails with a `SandboxError` when the state is not valid, for example when it has two
 * companies with one id.
 *
 * **Example** (Trying something, and putting everything back)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Companies, Sandbox } from "effect-codat"
 *
 * export const trial = Effect.gen(function* () {
 *   const before = yield* Sandbox.state
 *   yield* Companies.delete({ companyId: Sandbox.companyId })
 *   yield* Sandbox.replaceState(before)
 * })
 * ```
 *
 * @category state and time
 * @since 0.1.0
 */
export const replaceState = (state: SandboxState): Effect.Effect<void, SandboxError, Sandbox> =>
  Sandbox.use((sandbox) => sandbox.replaceState(state))

/**
 * Moves the time of the sandbox forward: quotas are reset, idempotency keys expire, and delays and waits between attempts
 * of a webhook end. A wait that begins later takes its full time.
 *
 * **Example** (The next day)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Sandbox } from "effect-codat"
 *
 * export const tomorrow = Effect.andThen(Sandbox.advance("1 day"), Sandbox.quota)
 * ```
 *
 * @category state and time
 * @since 0.1.0
 */
export const advance = (duration: Duration.Input): Effect.Effect<Health, SandboxError, Sandbox> =>
  Sandbox.use((sandbox) => sandbox.advance(duration))

/**
 * How much of the daily quota is left.
 *
 * @category state and time
 * @since 0.1.0
 */
export const quota: Effect.Effect<QuotaState, never, Sandbox> = Sandbox.use((sandbox) => sandbox.quota)

/**
 * Sets the daily quota, or how much of it is used today. Fails with a `SandboxError` when the value is not a whole number
 * from 0.
 *
 * **Example** (The last ten requests of the day)
 *
 * ```ts
 * import { Sandbox } from "effect-codat"
 *
 * export const almostUsedUp = Sandbox.setQuota({ limit: 1000, used: 990 })
 * ```
 *
 * @category state and time
 * @since 0.1.0
 */
export const setQuota = (change: {
  /** Requests per day; it stays as it is when left out. */
  readonly limit?: number | undefined
  /** How many of them are used today; it stays as it is when left out. */
  readonly used?: number | undefined
}): Effect.Effect<QuotaState, SandboxError, Sandbox> => Sandbox.use((sandbox) => sandbox.setQuota(change))

/**
 * Posts a signed webhook to an endpoint for every change from now on, whether a request or a control made the change.
 *
 * **Details**
 *
 * The events are `connection.created`, `.connected`, `.disconnected`, `.reconnected`,
 * `.failed` and `.deleted`, `company.created` and `.deleted`,
 * `company.product.added` and `.removed`, `read.completed` and, for the first
 * read of a connection, `read.completed.initial`, and
 * `client.rateLimit.reached` and `.reset`. When a company is deleted, there are no events for its connections.
 *
 * Messages are sent in order and after the response to the request that caused them; no request waits for a message. When
 * an endpoint does not answer with 2xx within 15 seconds, the message is sent again by the `webhookSchedule` of
 * {@link Options}, with the same `webhook-id`; later messages do not wait for it. When the sandbox is closed, messages
 * that were not sent are dropped. Fails with a `SandboxError` when the URL or the secret is not valid; in the options of
 * {@link layer} an invalid one is a defect.
 *
 * **Example** (Receiving events of new links)
 *
 * ```ts
 * import { Redacted } from "effect"
 * import { Sandbox } from "effect-codat"
 *
 * const listening = Sandbox.subscribe({
 *   url: "http://127.0.0.1:3000/webhooks/codat",
 *   secret: Redacted.make("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
 *   eventTypes: ["connection.connected", "connection.reconnected"]
 * })
 * ```
 *
 * @category webhooks
 * @since 0.1.0
 */
export const subscribe = (
  subscription: Subscription
): Effect.Effect<SubscriptionState, SandboxError, Sandbox> =>
  Sandbox.use((sandbox) => sandbox.subscribe(subscription))

/**
 * The subscriptions, without their secrets.
 *
 * @category webhooks
 * @since 0.1.0
 */
export const subscriptions: Effect.Effect<ReadonlyArray<SubscriptionState>, never, Sandbox> = Sandbox.use(
  (sandbox) => sandbox.subscriptions
)

/**
 * Ends a subscription. Its messages that were not accepted yet are not sent again. Fails with a `SandboxError` when
 * there is no such subscription.
 *
 * **Example** (Ending every subscription)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Sandbox } from "effect-codat"
 *
 * export const silence = Effect.flatMap(Sandbox.subscriptions, (subscriptions) =>
 *   Effect.forEach(subscriptions, ({ id }) => Sandbox.unsubscribe(id), { discard: true })
 * )
 * ```
 *
 * @category webhooks
 * @since 0.1.0
 */
export const unsubscribe = (subscriptionId: string): Effect.Effect<void, SandboxError, Sandbox> =>
  Sandbox.use((sandbox) => sandbox.unsubscribe(subscriptionId))

/**
 * The latest 1,000 webhooks with their attempts, oldest first.
 *
 * @category webhooks
 * @since 0.1.0
 */
export const deliveries: Effect.Effect<ReadonlyArray<Delivery>, never, Sandbox> = Sandbox.use(
  (sandbox) => sandbox.deliveries
)

/**
 * Posts a webhook again, with the same id and body. Fails with a `SandboxError`
 * when there is no delivery with this id, or its subscription has ended.
 *
 * **Example** (Every webhook once more)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Sandbox } from "effect-codat"
 *
 * export const again = Effect.flatMap(Sandbox.deliveries, (deliveries) =>
 *   Effect.forEach(deliveries, ({ id }) => Sandbox.replay(id))
 * )
 * ```
 *
 * @category webhooks
 * @since 0.1.0
 */
export const replay = (deliveryId: string): Effect.Effect<Delivery, SandboxError, Sandbox> =>
  Sandbox.use((sandbox) => sandbox.replay(deliveryId))

/**
 * The recorded requests, oldest first. Each attempt of a call is one entry. A printed entry shows no credentials.
 *
 * **Example** (How many attempts a call has made)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Connections, Sandbox } from "effect-codat"
 *
 * export const attempts = Effect.gen(function* () {
 *   yield* Sandbox.fail({ status: 503, times: 2 })
 *   yield* Connections.count({ companyId: Sandbox.companyId })
 *   return (yield* Sandbox.requests).map(({ status }) => status)
 * })
 * ```
 *
 * @category requests
 * @since 0.1.0
 */
export const requests: Effect.Effect<ReadonlyArray<RecordedRequest>, never, Sandbox> = Sandbox.use(
  (sandbox) => sandbox.requests
)

/**
 * Deletes the recorded requests.
 *
 * @category requests
 * @since 0.1.0
 */
export const clearRequests: Effect.Effect<void, never, Sandbox> = Sandbox.use(
  (sandbox) => sandbox.clearRequests
)

/**
 * Adds a fault to the end of the list of faults. A request gets the first fault in the list that matches it, and every
 * matching delay before that one.
 *
 * **Details**
 *
 * See {@link Fault} for the kinds of faults, {@link FaultTarget} for which requests get a fault and how often, and
 * {@link FaultPlace} for what is stored under an `Idempotency-Key`. Fails with a `SandboxError` when the fault is not
 * valid, for example with a probability of 2.
 *
 * **Example** (The second page fails twice, and the response to one write is lost)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Sandbox } from "effect-codat"
 *
 * export const trouble = Effect.gen(function* () {
 *   yield* Sandbox.fail({ operation: "Connections.list", page: 2, status: 503, times: 2 })
 *   yield* Sandbox.fail({ operation: "Connections.create", kind: "reset", when: "after" })
 * })
 * ```
 *
 * @category faults
 * @since 0.1.0
 */
export const fail = (fault: Fault): Effect.Effect<void, SandboxError, Sandbox> =>
  Sandbox.use((sandbox) => sandbox.fail(fault))

/**
 * The faults that can still occur, in their order, and how many requests each can still affect.
 *
 * @category faults
 * @since 0.1.0
 */
export const faults: Effect.Effect<ReadonlyArray<ArmedFault>, never, Sandbox> = Sandbox.use(
  (sandbox) => sandbox.faults
)

/**
 * Removes all faults.
 *
 * @category faults
 * @since 0.1.0
 */
export const clearFaults: Effect.Effect<void, never, Sandbox> = Sandbox.use((sandbox) => sandbox.clearFaults)
