/**
 * The controls of a sandbox, with which a test or a person changes and inspects it.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { constant } from "effect/Function"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Delivery, Subscription, SubscriptionState } from "./Deliveries.ts"
import type { Engine } from "./Engine.ts"
import type { Fault } from "./Fault.ts"
import * as FaultSchema from "./FaultSchema.ts"
import type { ArmedFault } from "./Faults.ts"
import type { ConnectionRef, FailedLink, NewCompany } from "./Inputs.ts"
import * as Inputs from "./Inputs.ts"
import type { RecordedRequest } from "./Journal.ts"
import * as Linking from "./Linking.ts"
import { type CompanyState, type ConnectionState, companyState, connectionState } from "./Model.ts"
import * as OffsetClock from "./OffsetClock.ts"
import type { QuotaState } from "./Quota.ts"
import type { SandboxState } from "./SandboxState.ts"
import * as Snapshot from "./SandboxState.ts"
import * as Seed from "./Seed.ts"
import type { CompanyEntry, ConnectionEntry } from "./State.ts"
import * as Webhooks from "./Webhooks.ts"

/**
 * A control of the sandbox was given invalid input, or something that does not exist or is in the wrong state. Requests
 * never fail with it: they are answered with Codat's own errors.
 *
 * @category errors
 * @since 0.1.0
 */
export class SandboxError extends Schema.TaggedError<SandboxError>("effect-codat/SandboxError")(
  "SandboxError",
  {
    /** The control that was used, such as `authorize`. */
    control: Schema.String,
    reason: Schema.Literals([
      "CompanyNotFound",
      "ConnectionNotFound",
      "SubscriptionNotFound",
      "DeliveryNotFound",
      "InvalidTransition",
      "InvalidOption"
    ]),
    message: Schema.String
  }
) {}

/**
 * The health of a running sandbox.
 *
 * @category models
 * @since 0.1.0
 */
export interface Health {
  /** Always `ok`; there is no other value. */
  readonly status: "ok"
  /** The sandbox's time, in milliseconds since 1970. */
  readonly now: number
  /** How far `now` is ahead of the `Clock`, in milliseconds. */
  readonly clockOffset: number
}

/**
 * The controls, which act on the sandbox from outside, as end users and operators do.
 *
 * @category models
 * @since 0.1.0
 */
export interface Control {
  /** Reports that the sandbox is running, and its time. */
  readonly health: Effect.Effect<Health>
  /**
   * Puts the sandbox back into the state in which it was made: its data, quota and clock. Recorded requests, faults,
   * idempotency keys and deliveries are deleted, and so are subscriptions that are not in the options.
   */
  readonly reset: Effect.Effect<void>
  /** The state of the sandbox as one JSON value. */
  readonly state: Effect.Effect<SandboxState>
  /** Replaces the state of the sandbox. Idempotency keys are deleted, and no webhook is sent. */
  readonly replaceState: (state: SandboxState) => Effect.Effect<void, SandboxError>
  /** Creates a company. With `connections`, it has that many, of all kinds and states. */
  readonly makeCompany: (options?: NewCompany) => Effect.Effect<CompanyState, SandboxError>
  /** All companies in their present state. */
  readonly companies: Effect.Effect<ReadonlyArray<CompanyState>>
  /** All connections of a company in their present state, in the order in which they were created. */
  readonly connections: (companyId: string) => Effect.Effect<ReadonlyArray<ConnectionState>, SandboxError>
  /** Acts as the end user who completes the link: `PendingAuth`, `Deauthorized` or `Unlinked` becomes `Linked`. */
  readonly authorize: (connection: ConnectionRef) => Effect.Effect<ConnectionState, SandboxError>
  /** Acts as the end user who revokes the permission at the data source: `Linked` becomes `Deauthorized`. */
  readonly deauthorize: (connection: ConnectionRef) => Effect.Effect<ConnectionState, SandboxError>
  /** Acts as the end user whose attempt to link fails: the status does not change, and the connection gets an error. */
  readonly failLink: (link: FailedLink) => Effect.Effect<ConnectionState, SandboxError>
  /** The recorded requests, oldest first. */
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  /** Deletes the recorded requests. */
  readonly clearRequests: Effect.Effect<void>
  /** Adds a fault to the end of the list. A request gets the first fault that matches it, and matching delays before it. */
  readonly fail: (fault: Fault) => Effect.Effect<void, SandboxError>
  /** The faults that can still occur, in their order. */
  readonly faults: Effect.Effect<ReadonlyArray<ArmedFault>>
  /** Removes all faults. */
  readonly clearFaults: Effect.Effect<void>
  /** Moves the time of the sandbox forward. */
  readonly advance: (duration: Duration.Input) => Effect.Effect<Health, SandboxError>
  /** How much of the daily quota is left. */
  readonly quota: Effect.Effect<QuotaState>
  /** Sets the daily quota, or how much of it is used today. */
  readonly setQuota: (change: {
    /** Requests per day; it stays as it is when left out. */
    readonly limit?: number | undefined
    /** How many of them are used today; it stays as it is when left out. */
    readonly used?: number | undefined
  }) => Effect.Effect<QuotaState, SandboxError>
  /** Posts a webhook to an endpoint for every event from now on. */
  readonly subscribe: (subscription: Subscription) => Effect.Effect<SubscriptionState, SandboxError>
  /** The subscriptions, without their secrets. */
  readonly subscriptions: Effect.Effect<ReadonlyArray<SubscriptionState>>
  /** Ends a subscription. Its messages that were not accepted yet are not sent again. */
  readonly unsubscribe: (subscriptionId: string) => Effect.Effect<void, SandboxError>
  /** The latest 1,000 webhooks with their attempts, oldest first. */
  readonly deliveries: Effect.Effect<ReadonlyArray<Delivery>>
  /** Posts a webhook again, with the same id and body. */
  readonly replay: (deliveryId: string) => Effect.Effect<Delivery, SandboxError>
}

const refuse = (control: string, message: string) =>
  new SandboxError({ control, reason: "InvalidOption", message })

/** Fails with the message, if there is one. */
const refuseIf = (control: string, message: string | undefined) =>
  message === undefined ? Effect.void : Effect.fail(refuse(control, message))

/** The controls of a sandbox. With `from`, a valid state, the sandbox starts in that state. */
export const make = Effect.fnUntraced(function* (
  engine: Engine,
  from?: SandboxState
): Effect.fn.Return<Control> {
  const { clock, deliveries, faults, journal, quota, settings, state } = engine
  const initialSubscriptions = new Set(deliveries.subscriptions().map(({ id }) => id))
  const now = clock.within(Clock.currentTimeMillis)
  const begunAt = yield* Clock.currentTimeMillis
  if (from !== undefined) Snapshot.put(engine, from, begunAt)
  const startedAt = begunAt + clock.offset()
  const initial =
    from === undefined ? Snapshot.beginning(engine, startedAt) : constant(Snapshot.take(engine, startedAt))

  /** The time, after what was due by then has happened: the fiber that does it may not have had its turn. */
  const present = Effect.map(now, (at) => {
    state.reads.settle(at)
    return at
  })

  const company = Effect.fnUntraced(function* (control: string, id: string) {
    yield* refuseIf(control, Inputs.invalidId("companyId", id))
    yield* present
    const found: CompanyEntry | undefined = state.company(id)
    if (found !== undefined) return found
    return yield* new SandboxError({
      control,
      reason: "CompanyNotFound",
      message: `There is no company ${id}`
    })
  })

  const connection = Effect.fnUntraced(function* (control: string, ref: ConnectionRef) {
    const owner = yield* company(control, ref.companyId)
    const found: ConnectionEntry | undefined = owner.connection(ref.connectionId)
    if (found !== undefined) return { owner, found }
    return yield* new SandboxError({
      control,
      reason: "ConnectionNotFound",
      message: `Company ${ref.companyId} has no connection ${ref.connectionId}`
    })
  })

  const move = (
    control: string,
    from: ReadonlyArray<ConnectionState["status"]>,
    to: ConnectionState["status"],
    become: (company: CompanyEntry, connection: ConnectionEntry, now: number) => void
  ) =>
    Effect.fnUntraced(function* (ref: ConnectionRef) {
      yield* refuseIf(control, Inputs.invalidRef(ref))
      const { found, owner } = yield* connection(control, ref)
      if (!from.includes(found.data.status)) {
        return yield* new SandboxError({
          control,
          reason: "InvalidTransition",
          message: `A connection in the ${found.data.status} state cannot become ${to} this way`
        })
      }
      become(owner, found, yield* now)
      // A first read begins.
      yield* present
      return connectionState(found.data)
    })

  const health = Effect.map(now, (at): Health => ({ status: "ok", now: at, clockOffset: clock.offset() }))

  return {
    health,
    reset: Effect.gen(function* () {
      Snapshot.put(engine, initial(), yield* Clock.currentTimeMillis)
      journal.clear()
      faults.clear()
      engine.forget()
      deliveries.clear()
      for (const { id } of deliveries.subscriptions()) {
        if (!initialSubscriptions.has(id)) deliveries.unsubscribe(id)
      }
    }),
    state: Effect.map(present, (at) => Snapshot.take(engine, at)),
    replaceState: Effect.fnUntraced(function* (next) {
      yield* refuseIf("replaceState", Snapshot.invalid(next))
      const at = (yield* now) - clock.offset()
      engine.forget()
      // A copy, so that later changes to the caller's value do not change the sandbox.
      Snapshot.put(engine, structuredClone(next), at)
    }),
    makeCompany: Effect.fnUntraced(function* (options) {
      yield* refuseIf("makeCompany", options === undefined ? undefined : Inputs.invalidCompany(options))
      return companyState(state.makeCompany({ ...options, created: Seed.wholeSeconds(yield* now) }).data)
    }),
    companies: Effect.map(present, () => state.companies.map((entry) => companyState(entry.data))),
    connections: (companyId) =>
      Effect.map(company("connections", companyId), (found) =>
        found.connections.map((entry) => connectionState(entry.data))
      ),
    authorize: move("authorize", ["PendingAuth", "Deauthorized", "Unlinked"], "Linked", (owner, found, at) =>
      Linking.link(owner, found, { now: at, isOnlyAccounting: settings.oneAccountingConnection })
    ),
    deauthorize: move("deauthorize", ["Linked"], "Deauthorized", (_, found, at) =>
      Linking.deauthorize(found, at)
    ),
    failLink: Effect.fnUntraced(function* (link) {
      yield* refuseIf("failLink", Inputs.invalidLink(link))
      const { found, owner } = yield* connection("failLink", link)
      if (found.data.status === "Linked") {
        return yield* new SandboxError({
          control: "failLink",
          reason: "InvalidTransition",
          message: "A connection in the Linked state has nothing to fail at"
        })
      }
      Linking.fail(found, yield* now, {
        statusCode: link.statusCode ?? "500",
        statusText: link.statusText ?? "Internal Server Error",
        errorMessage: link.errorMessage ?? "Unknown error occurred."
      })
      engine.publish(Webhooks.connectionFailed(owner.data, found.data))
      return connectionState(found.data)
    }),
    requests: Effect.sync(journal.all),
    clearRequests: Effect.sync(() => {
      journal.clear()
      engine.changes.seen()
    }),
    fail: Effect.fnUntraced(function* (fault) {
      yield* refuseIf("fail", FaultSchema.invalid(fault))
      faults.add(fault)
      engine.changes.seen()
    }),
    faults: Effect.sync(faults.all),
    clearFaults: Effect.sync(() => {
      faults.clear()
      engine.changes.seen()
    }),
    advance: Effect.fnUntraced(function* (input) {
      const duration = Option.filter(Duration.fromInput(input), Duration.isFinite)
      if (Option.isNone(duration) || Duration.toMillis(duration.value) < 0) {
        return yield* refuse("advance", "the duration must be finite, zero or more")
      }
      const millis = Math.round(Duration.toMillis(duration.value))
      if (clock.offset() + millis > OffsetClock.maxOffset) return yield* refuse("advance", OffsetClock.tooFar)
      clock.advance(millis)
      engine.changes.made()
      yield* present
      return yield* health
    }),
    quota: Effect.map(now, quota.read),
    setQuota: Effect.fnUntraced(function* (change) {
      yield* refuseIf("setQuota", Inputs.invalidQuota(change))
      const at = yield* now
      quota.set(change, at)
      engine.changes.made()
      return quota.read(at)
    }),
    subscribe: (subscription) =>
      refuseIf("subscribe", Inputs.invalidSubscription(subscription)).pipe(
        Effect.andThen(
          Effect.mapError(clock.within(deliveries.subscribe(subscription)), (message) =>
            refuse("subscribe", message)
          )
        )
      ),
    subscriptions: Effect.sync(deliveries.subscriptions),
    unsubscribe: Effect.fnUntraced(function* (id) {
      yield* refuseIf("unsubscribe", Inputs.invalidId("subscriptionId", id))
      if (deliveries.unsubscribe(id)) return
      return yield* new SandboxError({
        control: "unsubscribe",
        reason: "SubscriptionNotFound",
        message: `There is no subscription ${id}`
      })
    }),
    deliveries: Effect.map(present, deliveries.all),
    replay: Effect.fnUntraced(function* (id) {
      yield* refuseIf("replay", Inputs.invalidId("deliveryId", id))
      const found = deliveries.replay(id)
      if (found !== undefined) return found
      return yield* new SandboxError({
        control: "replay",
        reason: "DeliveryNotFound",
        message: `There is no delivery ${id} to a subscription that is still there`
      })
    })
  }
})
