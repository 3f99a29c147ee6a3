/**
 * Who is told of changes, and how: signed messages, one after another, tried again when they are not taken.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type Secret, sign } from "../../Webhook.ts"
import { type ConsumerJson, wants } from "./Consumers.ts"
import type { Change } from "./Entries.ts"
import { eventTypeOf, payloadOf } from "./Events.ts"
import type { Prng } from "./Prng.ts"
import type { State } from "./State.ts"

/**
 * An endpoint that is told of what changes, and the secret that its messages are signed with.
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

/** Those who are told, each in its own time: no request waits for a message. */
export interface Webhooks {
  /** Tells an endpoint of every change from now on, or fails with what is wrong with it. */
  readonly subscribe: (subscription: Subscription) => Effect.Effect<void, string>
  /** Tells those whom requests to `POST /webhooks` have named, until the sandbox is closed. */
  readonly tellConsumers: Effect.Effect<void>
}

type Told = readonly [change: Change, eventType: string]

interface Message {
  readonly id: string
  readonly eventType: string
  readonly body: string
}

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
    if (response.status < 200 || response.status > 299) {
      return yield* Effect.fail(`answered with ${response.status}`)
    }
  },
  Effect.timeout("15 seconds"),
  // These are the sandbox's doings, and no part of what the program under test does.
  Effect.withTracerEnabled(false)
)

const patience = Schedule.exponential("1 second").pipe(Schedule.upTo({ times: 3 }))

/** Once more half a second after the first time, and then after 1, 2 and 4 seconds. */
const again = (client: HttpClient.HttpClient, subscription: Subscription, message: Message) =>
  post(client, subscription, message).pipe(
    Effect.retry(patience),
    Effect.delay("500 millis"),
    Effect.catch((error) =>
      Effect.logWarning(
        `sandbox: gave up telling ${subscription.url} of ${message.eventType} ${message.id}: ${
          typeof error === "string" ? error : error.message
        }`
      )
    )
  )

export const make = (options: {
  readonly state: State
  readonly random: Prng
  readonly scope: Scope.Scope
  /** The secret that messages to consumers are signed with; Codat shows it in its Portal. */
  readonly consumerSecret: Secret
}): Webhooks => {
  const { consumerSecret, random, scope, state } = options

  const message = (now: number, change: Change, eventType: string): Message => ({
    id: `msg_${random.hex(24)}`,
    eventType,
    body: JSON.stringify({
      id: random.uuid(),
      eventType,
      generatedDate: new Date(now).toISOString(),
      payload: payloadOf(change)
    })
  })

  /** What is put in is told in order, except for what has to be told again, which holds up nothing. */
  const lane = Effect.fnUntraced(function* (client: HttpClient.HttpClient, subscription: Subscription) {
    const changes = yield* Queue.unbounded<Told>()
    yield* Stream.fromQueue(changes).pipe(
      Stream.runForEach(([change, eventType]) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          const told = message(now, change, eventType)
          return Effect.catch(post(client, subscription, told), () =>
            Effect.asVoid(Effect.forkIn(again(client, subscription, told), scope))
          )
        })
      ),
      Effect.forkIn(scope)
    )
    return changes
  })

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
      const changes = yield* lane(client, subscription)
      state.listen((change) => {
        const eventType = eventTypeOf(change)
        if (eventType !== undefined && eventTypes?.includes(eventType) !== false) {
          Queue.offerUnsafe(changes, [change, eventType])
        }
      })
    }),
    tellConsumers: Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient.pipe(Effect.provide(FetchHttpClient.layer))
      const changes = yield* Queue.unbounded<readonly [ConsumerJson, Change, string]>()
      state.listen((change) => {
        const eventType = eventTypeOf(change)
        if (eventType === undefined) return
        for (const consumer of state.consumers.all()) {
          if (wants(consumer, change, eventType)) Queue.offerUnsafe(changes, [consumer, change, eventType])
        }
      })
      const lanes = new Map<string, Queue.Queue<Told>>()
      yield* Stream.fromQueue(changes).pipe(
        Stream.runForEach(([{ id, url }, change, eventType]) =>
          Effect.gen(function* () {
            const known = new Set(state.consumers.all().map((consumer) => consumer.id))
            for (const [other, queue] of lanes) {
              if (known.has(other)) continue
              lanes.delete(other)
              yield* Queue.shutdown(queue)
            }
            if (!known.has(id)) return
            const queue = lanes.get(id) ?? (yield* lane(client, { url, secret: consumerSecret }))
            lanes.set(id, queue)
            Queue.offerUnsafe(queue, [change, eventType])
          })
        ),
        Effect.forkIn(scope)
      )
    })
  }
}
