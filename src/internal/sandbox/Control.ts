/**
 * The ways in which a test, or a person, takes part in what happens in a sandbox.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Engine } from "./Engine.ts"
import type { Fault } from "./Fault.ts"
import * as Faults from "./Faults.ts"
import type { RecordedRequest } from "./Journal.ts"
import { type CompanyState, type ConnectionState, companyState, connectionState } from "./Model.ts"
import * as Seed from "./Seed.ts"
import type { CompanyEntry, ConnectionEntry } from "./State.ts"
import type { Subscription } from "./Webhooks.ts"

/**
 * A control of the sandbox was used on something that is not there or not in
 * the state for it. It never comes from a request: those are answered with
 * Codat's own errors.
 *
 * @since 0.1.0
 */
export class SandboxError extends Schema.TaggedError<SandboxError>("effect-codat/SandboxError")(
  "SandboxError",
  {
    /** The control that was used, `authorize` and the like. */
    control: Schema.String,
    reason: Schema.Literals(["CompanyNotFound", "ConnectionNotFound", "InvalidTransition", "InvalidOption"]),
    message: Schema.String
  }
) {}

/**
 * Names one connection.
 *
 * @since 0.1.0
 */
export interface ConnectionRef {
  readonly companyId: string
  readonly connectionId: string
}

/** The controls, which act on the sandbox from outside, as its end users and its operators would. */
export interface Control {
  /** Makes a company, with connections of all kinds and states if so asked. */
  readonly makeCompany: (options?: {
    readonly name?: string | undefined
    readonly description?: string | undefined
    readonly tags?: { readonly [key: string]: string } | undefined
    /** @default 0 */
    readonly connections?: number | undefined
  }) => Effect.Effect<CompanyState, SandboxError>
  /** Every company, as it is now. */
  readonly companies: Effect.Effect<ReadonlyArray<CompanyState>>
  /** Every connection of a company, as it is now, in the order they were made. */
  readonly connections: (companyId: string) => Effect.Effect<ReadonlyArray<ConnectionState>, SandboxError>
  /** The end user completes the link: `PendingAuth`, `Deauthorized` or `Unlinked` becomes `Linked`. */
  readonly authorize: (connection: ConnectionRef) => Effect.Effect<ConnectionState, SandboxError>
  /** The end user takes the permission back at the data source: `Linked` becomes `Deauthorized`. */
  readonly deauthorize: (connection: ConnectionRef) => Effect.Effect<ConnectionState, SandboxError>
  /** Tells an endpoint of every change from now on. */
  readonly subscribe: (subscription: Subscription) => Effect.Effect<void, SandboxError>
  /** What reached the sandbox, oldest first. */
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  /** Forgets the requests so far. */
  readonly clearRequests: Effect.Effect<void>
  /** Arms a fault behind those that are armed already; a request meets the first that is for it. */
  readonly fail: (fault: Fault) => Effect.Effect<void, SandboxError>
  /** Disarms every fault. */
  readonly clearFaults: Effect.Effect<void>
}

export const make = ({ faults, journal, now, state, webhooks }: Engine): Control => {
  const company = (control: string, id: string): Effect.Effect<CompanyEntry, SandboxError> => {
    const found = state.company(id)
    return found !== undefined
      ? Effect.succeed(found)
      : Effect.fail(
          new SandboxError({ control, reason: "CompanyNotFound", message: `There is no company ${id}` })
        )
  }

  const connection = Effect.fnUntraced(function* (control: string, ref: ConnectionRef) {
    const found: ConnectionEntry | undefined = (yield* company(control, ref.companyId)).connection(
      ref.connectionId
    )
    if (found !== undefined) return found
    return yield* new SandboxError({
      control,
      reason: "ConnectionNotFound",
      message: `Company ${ref.companyId} has no connection ${ref.connectionId}`
    })
  })

  const move = (
    control: string,
    from: ReadonlyArray<ConnectionState["status"]>,
    to: ConnectionState["status"]
  ) =>
    Effect.fnUntraced(function* (ref: ConnectionRef) {
      const found = yield* connection(control, ref)
      if (!from.includes(found.data.status)) {
        return yield* new SandboxError({
          control,
          reason: "InvalidTransition",
          message: `A connection in the ${found.data.status} state cannot become ${to} this way`
        })
      }
      found.update({ status: to })
      return connectionState(found.data)
    })

  return {
    makeCompany: Effect.fnUntraced(function* (options) {
      const count = options?.connections ?? 0
      if (!Number.isInteger(count) || count < 0) {
        return yield* new SandboxError({
          control: "makeCompany",
          reason: "InvalidOption",
          message: "connections must be a whole number, 0 or more"
        })
      }
      return companyState(state.makeCompany({ ...options, created: Seed.wholeSeconds(yield* now) }).data)
    }),
    companies: Effect.sync(() => state.companies.map((entry) => companyState(entry.data))),
    connections: (companyId) =>
      Effect.suspend(() =>
        Effect.map(company("connections", companyId), (found) =>
          found.connections.map((entry) => connectionState(entry.data))
        )
      ),
    authorize: move("authorize", ["PendingAuth", "Deauthorized", "Unlinked"], "Linked"),
    deauthorize: move("deauthorize", ["Linked"], "Deauthorized"),
    subscribe: (subscription) =>
      Effect.mapError(
        webhooks.subscribe(subscription),
        (message) => new SandboxError({ control: "subscribe", reason: "InvalidOption", message })
      ),
    requests: Effect.sync(journal.all),
    clearRequests: Effect.sync(journal.clear),
    fail: (fault) =>
      Effect.suspend(() => {
        const message = Faults.invalid(fault)
        if (message !== undefined) {
          return Effect.fail(new SandboxError({ control: "fail", reason: "InvalidOption", message }))
        }
        return Effect.sync(() => faults.add(fault))
      }),
    clearFaults: Effect.sync(faults.clear)
  }
}
