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
  /** Tells everybody who wants to hear of it. */
  readonly publish: (eventType: string, payload: unknown) => void
  readonly all: () => ReadonlyArray<Delivery>
  /** Posts a message again, with the same id and body. `undefined` where there is none with this id. */
  readonly replay: (id: string) => Delivery | undefined
  /** Forgets every message, and what is still to be sent of them. */
  readonly clear: () => void
  /** Counts what happens here, so that others see that something has. */
  readonly changes: () => number
}

type Message = { -readonly [K in keyof Delivery]: Delivery[K] } & { isForgotten: boolean }

interface Endpoint extends SubscriptionState {
  readonly queue: Queue.Queue<Message>
  readonly now: () => number
}

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

export const make = (options: {
  readonly random: Prng
  readonly scope: Scope.Scope
  readonly schedule: ReadonlyArray<Duration.Input>
}): Deliveries => {
  const { random, schedule, scope } = options
  const endpoints = new Map<string, Endpoint>()
  let messages: Array<Message> = []
  let changes = 0
  let subscribed = 0

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
      if (message.isForgotten || !endpoints.has(message.subscriptionId)) return
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

  const describe = ({ eventTypes, id, url }: SubscriptionState): SubscriptionState => ({
    id,
    url,
    ...(eventTypes === undefined ? undefined : { eventTypes })
  })

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
      const client =
        subscription.client ?? (yield* HttpClient.HttpClient.pipe(Effect.provide(FetchHttpClient.layer)))
      const queue = yield* Queue.unbounded<Message>()
      const id = `sub_${++subscribed}`
      const clock = yield* Clock.clockWith(Effect.succeed)
      const endpoint: Endpoint = { id, url, eventTypes, queue, now: () => clock.currentTimeMillisUnsafe() }
      endpoints.set(id, endpoint)
      changes++
      yield* Queue.take(queue).pipe(
        Effect.flatMap((message) =>
          message.isForgotten || !endpoints.has(id)
            ? Effect.void
            : Effect.flatMap(attempt(client, subscription, message), (isTaken) =>
                // In order, except for what has to be told again, which holds up nothing.
                isTaken
                  ? Effect.void
                  : Effect.asVoid(Effect.forkIn(again(client, subscription, message), scope))
              )
        ),
        Effect.forever,
        Effect.forkIn(scope)
      )
      return describe(endpoint)
    }),
    unsubscribe: (id) => {
      changes++
      return endpoints.delete(id)
    },
    subscriptions: () => [...endpoints.values()].map(describe),
    publish: (eventType, payload) => {
      for (const endpoint of endpoints.values()) {
        if (endpoint.eventTypes?.includes(eventType) === false) continue
        const createdAt = endpoint.now()
        const message: Message = {
          id: `msg_${random.hex(24)}`,
          eventType,
          subscriptionId: endpoint.id,
          url: endpoint.url,
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
        Queue.offerUnsafe(endpoint.queue, message)
      }
    },
    all: () => messages.slice(-limit).map(view),
    replay: (id) => {
      const message = messages.find((one) => one.id === id)
      const endpoint = message && endpoints.get(message.subscriptionId)
      if (message === undefined || endpoint === undefined) return undefined
      message.state = "pending"
      changes++
      Queue.offerUnsafe(endpoint.queue, message)
      return view(message)
    },
    clear: () => {
      for (const message of messages) message.isForgotten = true
      messages = []
      changes++
    },
    changes: () => changes
  }
}
