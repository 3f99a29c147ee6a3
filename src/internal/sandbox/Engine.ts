/**
 * One sandbox: makes its parts, and answers requests through the gate and the routes.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Alarm from "./Alarm.ts"
import * as Changes from "./Changes.ts"
import * as Deliveries from "./Deliveries.ts"
import * as Faults from "./Faults.ts"
import * as Gate from "./Gate.ts"
import * as Idempotency from "./Idempotency.ts"
import * as Journal from "./Journal.ts"
import * as Limits from "./Limits.ts"
import * as Nulls from "./Nulls.ts"
import * as OffsetClock from "./OffsetClock.ts"
import * as Options from "./Options.ts"
import * as Prng from "./Prng.ts"
import * as Quota from "./Quota.ts"
import * as Routes from "./Routes.ts"
import * as Seed from "./Seed.ts"
import * as State from "./State.ts"
import * as Webhooks from "./Webhooks.ts"

/** One sandbox: its state and the parts that controls act on, and the effect that answers a request. */
export interface Engine {
  readonly settings: Options.Settings
  readonly links: Seed.Links
  readonly state: State.State
  /** Makes a state from the options again, equal to what {@link Engine.state} was at the start. */
  readonly fresh: () => State.State
  readonly journal: Journal.Journal
  readonly faults: Faults.Faults
  readonly quota: Quota.Quota
  readonly deliveries: Deliveries.Deliveries
  readonly changes: Changes.Changes
  readonly clock: OffsetClock.OffsetClock
  readonly random: Randoms
  /**
   * Forgets what began with the state before: slow requests that are not carried out yet, idempotency keys, and the
   * event for the end of a day whose quota was used up.
   */
  readonly forget: () => void
  /** Sends an event that is not a change of state. */
  readonly publish: (event: Webhooks.Event) => void
  readonly answer: Effect.Effect<
    HttpServerResponse.HttpServerResponse,
    Gate.Hangup,
    HttpServerRequest.HttpServerRequest
  >
}

/** The random generators that are not for data, each with its own stream. */
export interface Randoms {
  readonly faults: Prng.Prng
  readonly webhooks: Prng.Prng
  readonly correlation: Prng.Prng
  readonly links: Prng.Prng
}

/** What a sandbox over HTTP needs beside its options. */
export interface Mount {
  readonly links: Seed.Links
  readonly keepsAnswers: boolean
}

/** Without this, the sandbox's routes would be added to a router that the application has already built. */
const withoutMemoMap = (context: Context.Context<Scope.Scope>): Context.Context<Scope.Scope> =>
  Context.omit(Layer.CurrentMemoMap)(context)

/** The most bytes of requests with an idempotency key, and of their responses, that are kept: 64 MiB. */
const maxIdempotentBytes = 64 * 1024 * 1024

const inProcess: Mount = { links: Seed.codatLinks, keepsAnswers: false }

export const make = Effect.fnUntraced(function* (
  settings: Options.Settings,
  /** The library's descriptions of its operations, which hold the method and path of each. */
  operations: ReadonlyArray<Routes.Described>,
  mount: Mount = inProcess
): Effect.fn.Return<Engine, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const { seed } = settings
  const fresh = () => State.make({ ...settings, companyId: Options.companyId, links: mount.links })
  const state = fresh()
  const changes = Changes.make()
  const journal = Journal.make(settings.recordedRequests, settings.recordedBytes)
  const random: Randoms = {
    faults: Prng.make(seed, "faults"),
    webhooks: Prng.make(seed, "webhooks"),
    correlation: Prng.make(seed, "correlation"),
    links: Prng.make(seed, "links")
  }
  const clock = OffsetClock.make()
  const faults = Faults.make(random.faults)
  const idempotency = Idempotency.make(maxIdempotentBytes)
  const quota = Quota.make(settings.dailyQuota)
  const deliveries = yield* clock.within(
    Deliveries.make({
      random: random.webhooks,
      scope,
      schedule: settings.webhookSchedule,
      consumers: state.consumers,
      consumerSecret: settings.webhookSecret,
      outside: clock.outside,
      onChange: changes.seen
    })
  )
  const publish = ({ company, eventType, payload }: Webhooks.Event): void =>
    deliveries.publish(eventType, settings.nulls ? Nulls.fillValue(payload) : payload, company)
  state.listen((change) => {
    changes.made()
    const event = Webhooks.ofChange(change)
    if (event !== undefined) publish(event)
  })
  yield* clock.within(Effect.forkIn(Alarm.run(state.reads), scope, { startImmediately: true }))
  yield* clock.within(Effect.forEach(settings.webhooks, deliveries.subscribe, { discard: true })).pipe(
    // An invalid URL or secret is a mistake in the program.
    Effect.catch((message) => Effect.die(new Error(`Sandbox webhooks: ${message}`)))
  )

  let generation = 0
  /** The end of the day at which an event is due. */
  let resetDue: number | undefined
  const forget = () => {
    generation++
    resetDue = undefined
    idempotency.clear()
  }

  const onExhausted = Effect.fnUntraced(function* () {
    const now = yield* Clock.currentTimeMillis
    const reached = quota.read(now)
    publish(Webhooks.rateLimit("reached", reached))
    if (resetDue === reached.resetsAt) return
    resetDue = reached.resetsAt
    yield* Effect.sleep(reached.resetsAt - now).pipe(
      Effect.andThen(Clock.currentTimeMillis),
      Effect.tap((then) =>
        Effect.sync(() => {
          if (resetDue !== reached.resetsAt) return
          resetDue = undefined
          publish(Webhooks.rateLimit("reset", quota.read(then)))
        })
      ),
      Effect.forkIn(scope)
    )
  })

  const gate = Gate.make({
    journal,
    faults,
    idempotency,
    quota,
    limits: Limits.make(settings),
    random: random.correlation,
    credentials: state.credentials,
    settings,
    onExhausted,
    generation: () => generation,
    keepsAnswers: mount.keepsAnswers,
    scope
  })
  const routes = Routes.make(state, gate, operations)
  // The other routes are built on first use: there are five times as many, and most sandboxes never need one.
  const others = yield* Effect.cached(
    Effect.suspend(() => HttpRouter.toHttpEffect(routes.others())).pipe(
      Effect.updateContext(withoutMemoMap),
      Effect.provideService(Scope.Scope, scope)
    )
  )
  const routed = yield* HttpRouter.toHttpEffect(routes.known(Effect.flatten(others))).pipe(
    Effect.updateContext(withoutMemoMap)
  )
  const unroutable = gate(undefined, Routes.notFound)({})
  const answer = routed.pipe(
    // The router itself fails for a path that it cannot decode.
    Effect.catchTag("HttpServerError", () => unroutable),
    Effect.scoped,
    clock.within
  )
  return {
    settings,
    links: mount.links,
    state,
    fresh,
    journal,
    faults,
    quota,
    deliveries,
    changes,
    clock,
    random,
    forget,
    publish,
    answer
  }
})
