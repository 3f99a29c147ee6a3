/**
 * Whoever is told of events, and how: signed messages, one after another, sent again when they are not taken, and a
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
import { type Secret, sign } from "../../Webhook.ts"
import * as Consumers from "./Consumers.ts"
import type { CompanyJson } from "./Model.ts"
import type { Prng } from "./Prng.ts"

/**
 * An endpoint that is told of events, and the secret that its messages are signed with.
 *
 * @since 0.1.0
 */
export interface Subscription {
  /** Where messages are posted: an absolute `http` or `https` URL. */
  readonly url: string
  /** The secret of the endpoint, base64 with or without `whsec_` before it; each of several signs. */
  readonly secret: Secret
  /**
   * The types of events to tell of, such as `connection.connected`.
   *
   * @default all
   */
  readonly eventTypes?: ReadonlyArray<string> | undefined
  /**
   * What messages are posted with.
   *
   * @default a client on `fetch`, for an endpoint on the network
   */
  readonly client?: HttpClient.HttpClient | undefined
}

/**
 * A subscription as the sandbox knows it, without its secret.
 *
 * @since 0.1.0
 */
export interface SubscriptionState {
  readonly id: string
  readonly url: string
  /** Left out where every type of event is told. */
  readonly eventTypes?: ReadonlyArray<string> | undefined
}

/**
 * One time that a message was posted.
 *
 * @since 0.1.0
 */
export interface DeliveryAttempt {
  /** In milliseconds since 1970. */
  readonly at: number
  /** The status of the answer. Left out where there was none. */
  readonly status?: number | undefined
  /** Why the message was not taken. Left out where it was. */
  readonly error?: string | undefined
}

/**
 * One message to one endpoint, with its attempts so far.
 *
 * @since 0.1.0
 */
export interface Delivery {
  /** The `webhook-id`, the same at each attempt. */
  readonly id: string
  readonly eventType: string
  /** The subscription, or the consumer that a request to `POST /webhooks` has made. */
  readonly subscriptionId: string
  readonly url: string
  /** In milliseconds since 1970. */
  readonly createdAt: number
  /** `pending` while an attempt is under way or to come, `failed` when all have been made. */
  readonly state: "pending" | "delivered" | "failed"
  readonly attempts: ReadonlyArray<DeliveryAttempt>
  /** The body as it is posted, which is JSON. */
  readonly body: string
}

/** How long after each failed attempt the next is made. */
export const schedules = {
  /** Codat's own: https://docs.codat.io/using-the-api/webhooks/troubleshooting */
  codat: ["5 seconds", "5 minutes", "30 minutes", "2 hours", "5 hours", "10 hours", "10 hours"],
  fast: ["500 millis", "1 second", "2 seconds", "4 seconds"]
} as const satisfies { readonly [name: string]: ReadonlyArray<Duration.Input> }

export interface Deliveries {
  /** Tells an endpoint of every event from now on, or fails with what is wrong with it. */
  readonly subscribe: (subscription: Subscription) => Effect.Effect<SubscriptionState, string>
  readonly unsubscribe: (id: string) => boolean
  readonly subscriptions: () => ReadonlyArray<SubscriptionState>
  /** Tells everybody who wants to hear of it, consumers made by requests too. */
  readonly publish: (eventType: string, payload: unknown, company: CompanyJson | undefined) => void
  readonly all: () => ReadonlyArray<Delivery>
  /** Posts a message again, with the same id and body. `undefined` where there is none with this id. */
  readonly replay: (id: string) => Delivery | undefined
  /** Forgets every message, and what is still to be sent of them. */
  readonly clear: () => void
  /** Counts what happens here, so that others see that something has. */
  readonly changes: () => number
}

type Message = { -readonly [K in keyof Delivery]: Delivery[K] } & { isForgotten: boolean }

/** How many messages are remembered. */
const limit = 1000

const post = Effect.fnUntraced(
  function* (client: HttpClient.HttpClient, { secret, url }: Subscription, { body, id }: Message) {
    // Signed anew each time, since the time of sending is part of what is signed.
    const headers = yield* sign({ secret, id, body })
    const response = yield* client.execute(
      HttpClientRequest.post(url, { headers: { ...headers } }).pipe(
        HttpClientRequest.bodyText(body, "application/json")
      )
    )
    yield* response.text
    return response.status
  },
  Effect.timeout("15 seconds"),
  // These are the sandbox's doings, and no part of what the program under test does.
  Effect.withTracerEnabled(false)
)

export const make = Effect.fnUntraced(function* (options: {
  readonly random: Prng
  readonly scope: Scope.Scope
  readonly schedule: ReadonlyArray<Duration.Input>
  readonly consumers: Consumers.Consumers
  /** The secret that messages to consumers are signed with; Codat shows it in its Portal. */
  readonly consumerSecret: Secret
}): Effect.fn.Return<Deliveries> {
  const { consumers, random, schedule, scope } = options
  const clock = yield* Clock.clockWith(Effect.succeed)
  const fetching = yield* HttpClient.HttpClient.pipe(Effect.provide(FetchHttpClient.layer))
  const subscriptions = new Map<string, SubscriptionState>()
  const lanes = new Map<string, Queue.Queue<Message>>()
  const toConsumers = yield* Queue.unbounded<Message>()
  let messages: Array<Message> = []
  let changes = 0
  let subscribed = 0

  const isOpen = (id: string): boolean =>
    subscriptions.has(id) || consumers.all().some((consumer) => consumer.id === id)

  const isWanted = (message: Message): boolean => !message.isForgotten && isOpen(message.subscriptionId)

  /** Whether the message was taken. */
  const attempt = Effect.fnUntraced(function* (
    client: HttpClient.HttpClient,
    subscription: Subscription,
    message: Message
  ) {
    const at = yield* Clock.currentTimeMillis
    const made: DeliveryAttempt = yield* post(client, subscription, message).pipe(
      Effect.map((status) =>
        status >= 200 && status <= 299 ? { at, status } : { at, status, error: `answered with ${status}` }
      ),
      Effect.catch((error) => Effect.succeed({ at, error: error.message }))
    )
    message.attempts = [...message.attempts, made]
    if (made.error === undefined) message.state = "delivered"
    changes++
    return made.error === undefined
  })

  const again = Effect.fnUntraced(function* (
    client: HttpClient.HttpClient,
    subscription: Subscription,
    message: Message
  ) {
    for (const wait of schedule) {
      yield* Effect.sleep(wait)
      if (!isWanted(message)) return
      if (yield* attempt(client, subscription, message)) return
    }
    message.state = "failed"
    changes++
    yield* Effect.logWarning(
      `sandbox: gave up telling ${message.url} of ${message.eventType} ${message.id}: ${
        message.attempts.at(-1)?.error
      }`
    )
  })

  /** What is put in is told in order, except for what has to be told again, which holds up nothing. */
  const lane = Effect.fnUntraced(function* (
    id: string,
    client: HttpClient.HttpClient,
    subscription: Subscription
  ) {
    const queue = yield* Queue.unbounded<Message>()
    lanes.set(id, queue)
    yield* Queue.take(queue).pipe(
      Effect.flatMap((message) =>
        isWanted(message)
          ? Effect.flatMap(attempt(client, subscription, message), (isTaken) =>
              isTaken
                ? Effect.void
                : Effect.asVoid(Effect.forkIn(again(client, subscription, message), scope))
            )
          : Effect.void
      ),
      Effect.forever,
      Effect.forkIn(scope)
    )
    return queue
  })

  const offer = (message: Message): void => {
    const queue = lanes.get(message.subscriptionId)
    Queue.offerUnsafe(queue ?? toConsumers, message)
  }

  // A consumer has a lane from its first message on.
  yield* Queue.take(toConsumers).pipe(
    Effect.flatMap((message) =>
      Effect.gen(function* () {
        const { subscriptionId: id, url } = message
        const queue = lanes.get(id) ?? (yield* lane(id, fetching, { url, secret: options.consumerSecret }))
        Queue.offerUnsafe(queue, message)
      })
    ),
    Effect.forever,
    Effect.forkIn(scope)
  )

  const view = ({ isForgotten, ...message }: Message): Delivery => message

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
      yield* lane(id, subscription.client ?? fetching, subscription)
      const state: SubscriptionState = { id, url, ...(eventTypes === undefined ? undefined : { eventTypes }) }
      subscriptions.set(id, state)
      changes++
      return state
    }),
    unsubscribe: (id) => {
      changes++
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
        const message: Message = {
          id: `msg_${random.hex(24)}`,
          eventType,
          subscriptionId: id,
          url,
          createdAt,
          state: "pending",
          attempts: [],
          body: JSON.stringify({
            id: random.uuid(),
            eventType,
            generatedDate: new Date(createdAt).toISOString(),
            payload
          }),
          isForgotten: false
        }
        messages.push(message)
        if (messages.length > 2 * limit) messages = messages.slice(-limit)
        changes++
        offer(message)
      }
    },
    all: () => messages.slice(-limit).map(view),
    replay: (id) => {
      const message = messages.find((one) => one.id === id)
      if (message === undefined || !isOpen(message.subscriptionId)) return undefined
      message.state = "pending"
      changes++
      offer(message)
      return view(message)
    },
    clear: () => {
      for (const message of messages) message.isForgotten = true
      messages = []
      changes++
    },
    changes: () => changes
  }
})
