/**
 * Sends events to subscriptions and consumers: signed messages, in order, sent again when they are not accepted, with a
 * record of each attempt.
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type Secret, sign } from "../../Webhook.ts"
import * as Consumers from "./Consumers.ts"
import type { CompanyJson } from "./Model.ts"
import type { OffsetClock } from "./OffsetClock.ts"
import type { Prng } from "./Prng.ts"

/**
 * An endpoint that receives webhooks, and the secret that signs them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Subscription {
  /** Where messages are posted: an absolute `http` or `https` URL. */
  readonly url: string
  /** The secret of the endpoint, in base64 with or without the prefix `whsec_`. With several, each adds a signature. */
  readonly secret: Secret
  /**
   * The types of events to send, such as `connection.connected`.
   *
   * @default all
   */
  readonly eventTypes?: ReadonlyArray<string> | undefined
  /**
   * The HTTP client that posts the messages.
   *
   * @default a client on `fetch`, for an endpoint on the network
   */
  readonly client?: HttpClient.HttpClient | undefined
}

/**
 * A subscription without its secret.
 *
 * @category models
 * @since 0.1.0
 */
export interface SubscriptionState {
  /** The id that `Sandbox.unsubscribe` takes. */
  readonly id: string
  /** Where messages are posted. */
  readonly url: string
  /** Left out when every type of event is sent. */
  readonly eventTypes?: ReadonlyArray<string> | undefined
}

/**
 * One attempt to post a message.
 *
 * @category models
 * @since 0.1.0
 */
export interface DeliveryAttempt {
  /** In milliseconds since 1970. */
  readonly at: number
  /** The status of the response. Left out when there was no response. */
  readonly status?: number | undefined
  /** Why the message was not accepted. Left out when it was. */
  readonly error?: string | undefined
}

/**
 * One message to one endpoint, with its attempts so far.
 *
 * @category models
 * @since 0.1.0
 */
export interface Delivery {
  /** The `webhook-id`, the same at each attempt. */
  readonly id: string
  /** The type of the event, such as `connection.connected`. */
  readonly eventType: string
  /** The id of the subscription, or of the consumer that was created with `POST /webhooks`. */
  readonly subscriptionId: string
  /** Where the message is posted. */
  readonly url: string
  /** In milliseconds since 1970. */
  readonly createdAt: number
  /** `pending` while an attempt is running or planned, `failed` when all attempts have failed. */
  readonly state: "pending" | "delivered" | "failed"
  /** The attempts so far, oldest first. */
  readonly attempts: ReadonlyArray<DeliveryAttempt>
  /** The body as it is posted, in JSON. */
  readonly body: string
}

/** The waits after each failed attempt. */
export const schedules = {
  /** Codat's own: https://docs.codat.io/using-the-api/webhooks/troubleshooting */
  codat: ["5 seconds", "5 minutes", "30 minutes", "2 hours", "5 hours", "10 hours", "10 hours"],
  fast: ["500 millis", "1 second", "2 seconds", "4 seconds"]
} as const satisfies { readonly [name: string]: ReadonlyArray<Duration.Input> }

export interface Deliveries {
  /** Sends every event from now on to an endpoint, or fails with what is wrong with the subscription. */
  readonly subscribe: (subscription: Subscription) => Effect.Effect<SubscriptionState, string>
  readonly unsubscribe: (id: string) => boolean
  readonly subscriptions: () => ReadonlyArray<SubscriptionState>
  /** Sends an event to each subscription and each consumer that receives its type. */
  readonly publish: (eventType: string, payload: unknown, company: CompanyJson | undefined) => void
  readonly all: () => ReadonlyArray<Delivery>
  /** Posts a message again, with the same id and body. `undefined` when no open subscription has one with this id. */
  readonly replay: (id: string) => Delivery | undefined
  /** Deletes every message, also those that are not sent yet. */
  readonly clear: () => void
}

type Message = { -readonly [K in keyof Delivery]: Delivery[K] } & {
  isForgotten: boolean
  /** How often the message was replayed: attempts that were planned before the last replay are not made. */
  replays: number
}

/** How many messages are remembered. */
const limit = 1000

const post = Effect.fnUntraced(
  function* (client: HttpClient.HttpClient, secret: Secret, { body, id, url }: Message) {
    // Signed again at each attempt, because the signature covers the time of sending.
    const headers = yield* sign({ secret, id, body })
    const response = yield* client.execute(
      HttpClientRequest.post(url, { headers: { ...headers } }).pipe(
        HttpClientRequest.bodyText(body, "application/json")
      )
    )
    yield* Stream.runDrain(response.stream).pipe(
      // A response without a body, such as a 204, has no stream.
      Effect.catchReason("HttpClientError", "EmptyBodyError", () => Effect.void)
    )
    return response.status
  },
  // A redirect of a POST can become a GET of another page, whose status says nothing about the message.
  Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
  Effect.timeout("15 seconds"),
  // Traces of the program under test must not show the sandbox's own requests.
  Effect.withTracerEnabled(false)
)

export const make = Effect.fnUntraced(function* (options: {
  readonly random: Prng
  readonly scope: Scope.Scope
  readonly schedule: ReadonlyArray<Duration.Input>
  readonly consumers: Consumers.Consumers
  /** The secret that signs messages to consumers; Codat shows it only in its Portal. */
  readonly consumerSecret: Secret
  /**
   * The time of endpoints: they compare the time in the signature with their own clock, which does not move with the
   * sandbox's.
   */
  readonly outside: OffsetClock["outside"]
  readonly onChange: () => void
}): Effect.fn.Return<Deliveries> {
  const { consumers, onChange, random, schedule, scope } = options
  const clock = yield* Clock.clockWith(Effect.succeed)
  const fetching = yield* HttpClient.HttpClient.pipe(Effect.provide(FetchHttpClient.layer))
  const subscriptions = new Map<string, SubscriptionState>()
  const lanes = new Map<string, Queue.Queue<Message>>()
  const toConsumers = yield* Queue.unbounded<Message>()
  let messages: Array<Message> = []
  let subscribed = 0

  const isOpen = (id: string): boolean =>
    subscriptions.has(id) || consumers.all().some((consumer) => consumer.id === id)

  const isWanted = (message: Message): boolean => !message.isForgotten && isOpen(message.subscriptionId)

  /** Posts a message once, and returns whether it was accepted. */
  const attempt = Effect.fnUntraced(function* (
    client: HttpClient.HttpClient,
    secret: Secret,
    message: Message
  ) {
    const at = yield* Clock.currentTimeMillis
    const made: DeliveryAttempt = yield* post(client, secret, message).pipe(
      options.outside,
      Effect.map((status) =>
        status >= 200 && status <= 299 ? { at, status } : { at, status, error: `answered with ${status}` }
      ),
      Effect.catch((error) => Effect.succeed({ at, error: error.message })),
      // A mistake in a test's own client must not end the queue of its endpoint.
      Effect.catchDefect((defect) => Effect.succeed({ at, error: String(defect) }))
    )
    message.attempts = [...message.attempts, made]
    if (made.error === undefined) message.state = "delivered"
    onChange()
    return made.error === undefined
  })

  const retry = Effect.fnUntraced(function* (
    client: HttpClient.HttpClient,
    secret: Secret,
    message: Message,
    replays: number
  ) {
    for (const wait of schedule) {
      yield* Effect.sleep(wait)
      if (!isWanted(message) || message.replays !== replays) return
      if (yield* attempt(client, secret, message)) return
    }
    if (message.replays !== replays) return
    message.state = "failed"
    onChange()
    yield* Effect.logWarning(
      `sandbox: gave up sending ${message.eventType} ${message.id} to ${message.url}: ${
        message.attempts.at(-1)?.error
      }`
    )
  })

  /** Makes the queue of an endpoint. Messages are sent in order; one that must be sent again does not delay the others. */
  const lane = Effect.fnUntraced(function* (id: string, client: HttpClient.HttpClient, secret: Secret) {
    const queue = yield* Queue.unbounded<Message>()
    lanes.set(id, queue)
    const send = Effect.fnUntraced(function* (message: Message) {
      if (!isWanted(message)) return
      const { replays } = message
      if (yield* attempt(client, secret, message)) return
      yield* Effect.forkIn(retry(client, secret, message, replays), scope)
    })
    yield* Queue.take(queue).pipe(Effect.flatMap(send), Effect.forever, Effect.forkIn(scope))
    return queue
  })

  const offer = (message: Message): void => {
    const queue = lanes.get(message.subscriptionId)
    Queue.offerUnsafe(queue ?? toConsumers, message)
  }

  // A consumer gets its queue with its first message.
  yield* Queue.take(toConsumers).pipe(
    Effect.flatMap((message) =>
      Effect.gen(function* () {
        const { subscriptionId: id } = message
        const queue = lanes.get(id) ?? (yield* lane(id, fetching, options.consumerSecret))
        Queue.offerUnsafe(queue, message)
      })
    ),
    Effect.forever,
    Effect.forkIn(scope)
  )

  const view = ({ isForgotten, replays, ...message }: Message): Delivery => message

  return {
    subscribe: Effect.fnUntraced(function* (subscription) {
      const { eventTypes, url } = subscription
      if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
        return yield* Effect.fail("url must be an absolute http or https URL")
      }
      yield* sign({ secret: subscription.secret, id: "", body: "" }).pipe(
        Effect.mapError((error) => `secret: ${error.message}`),
        Effect.withTracerEnabled(false)
      )
      const id = `sub_${++subscribed}`
      yield* lane(id, subscription.client ?? fetching, subscription.secret)
      const state: SubscriptionState = { id, url, ...(eventTypes === undefined ? undefined : { eventTypes }) }
      subscriptions.set(id, state)
      onChange()
      return state
    }),
    unsubscribe: (id) => {
      onChange()
      return subscriptions.delete(id)
    },
    subscriptions: () => [...subscriptions.values()],
    publish: (eventType, payload, company) => {
      const wanting = [
        ...[...subscriptions.values()].filter((one) => one.eventTypes?.includes(eventType) !== false),
        ...consumers.all().filter((consumer) => Consumers.wants(consumer, company, eventType))
      ]
      for (const { id, url } of wanting) {
        const createdAt = clock.currentTimeMillisUnsafe()
        // Identifiers have the time in them: an endpoint that outlives a reset, or a sandbox with the same
        // seed, must not take a new message for one that it has had.
        const time = createdAt.toString(16).padStart(12, "0")
        const message: Message = {
          id: `msg_${time}${random.hex(16)}`,
          eventType,
          subscriptionId: id,
          url,
          createdAt,
          state: "pending",
          attempts: [],
          body: JSON.stringify({
            id: `${time.slice(-12, -4)}-${time.slice(-4)}-7${random.uuid().slice(15)}`,
            eventType,
            generatedDate: new Date(createdAt).toISOString(),
            payload
          }),
          isForgotten: false,
          replays: 0
        }
        messages.push(message)
        if (messages.length > 2 * limit) messages = messages.slice(-limit)
        onChange()
        offer(message)
      }
    },
    all: () => messages.slice(-limit).map(view),
    replay: (id) => {
      const message = messages.find((one) => one.id === id)
      if (message === undefined || !isOpen(message.subscriptionId)) return undefined
      message.state = "pending"
      message.replays++
      onChange()
      offer(message)
      return view(message)
    },
    clear: () => {
      for (const message of messages) message.isForgotten = true
      messages = []
      onChange()
    }
  }
})
