import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Scope from "effect/Scope"
import * as Alarm from "./Alarm.ts"
import * as Faults from "./Faults.ts"
import * as Gate from "./Gate.ts"
import * as Idempotency from "./Idempotency.ts"
import * as Journal from "./Journal.ts"
import * as Options from "./Options.ts"
import * as Prng from "./Prng.ts"
import * as Quota from "./Quota.ts"
import * as Routes from "./Routes.ts"
import * as State from "./State.ts"
import * as Webhooks from "./Webhooks.ts"

/** One Codat: its state and its controls, and the effect that answers a request, whoever brings it. */
export interface Engine {
  readonly state: State.State
  readonly journal: Journal.Journal
  readonly faults: Faults.Faults
  readonly webhooks: Webhooks.Webhooks
  readonly now: Effect.Effect<number>
  readonly answer: Effect.Effect<
    HttpServerResponse.HttpServerResponse,
    Gate.Hangup,
    HttpServerRequest.HttpServerRequest
  >
}

export const make = Effect.fnUntraced(function* (
  options: Options.Options | undefined
): Effect.fn.Return<Engine, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const settings = Options.settings(options)
  const state = State.make({ ...settings, companyId: Options.companyId })
  const journal = Journal.make(settings.recordedRequests, settings.recordedBytes)
  const faults = Faults.make(Prng.make(settings.seed, "faults"))
  const webhooks = Webhooks.make({
    state,
    random: Prng.make(settings.seed, "webhooks"),
    scope,
    consumerSecret: settings.webhookSecret
  })
  yield* webhooks.tellConsumers
  yield* Effect.forkIn(Alarm.run(state.reads), scope, { startImmediately: true })
  yield* Effect.forEach(settings.webhooks, webhooks.subscribe, { discard: true }).pipe(
    // A URL or a secret that is none is a mistake in the program.
    Effect.catch((message) => Effect.die(new Error(`Sandbox webhooks: ${message}`)))
  )
  const gate = Gate.make({
    journal,
    faults,
    idempotency: Idempotency.make(),
    quota: Quota.make(settings.dailyQuota),
    random: Prng.make(settings.seed, "correlation"),
    credentials: state.credentials,
    scope
  })
  const routed = yield* HttpRouter.toHttpEffect(Routes.make(state, gate))
  const unroutable = gate(undefined, Routes.notFound)({})
  const answer = routed.pipe(
    // The router itself gives up on a path it cannot decode.
    Effect.catchTag("HttpServerError", () => unroutable),
    Effect.scoped
  )
  return { state, journal, faults, webhooks, now: Clock.currentTimeMillis, answer }
})
