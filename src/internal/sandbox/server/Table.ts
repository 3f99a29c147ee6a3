/**
 * Each control once: where it is over HTTP, what goes in and out, and what it does. The API, its handlers and its
 * OpenAPI document are made from this, and the compiler sees to it that no control is left out.
 */
import * as Effect from "effect/Effect"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Control, SandboxError } from "../Control.ts"
import type { Fault } from "../Fault.ts"
import type { RecordedRequest } from "../Journal.ts"
import type { CompanyJson, CompanyState, ConnectionJson, ConnectionState } from "../Model.ts"
import { companyId } from "../Options.ts"
import * as Schemas from "./Schemas.ts"

/** One control over HTTP. */
export interface Row {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** Below `/__sandbox`. */
  readonly path: `/${string}`
  readonly summary: string
  /** Where the input is, and what it is; left out where there is none. */
  readonly input?: readonly [place: "payload" | "query" | "params", schema: Schema.Top] | undefined
  readonly output: Schema.Top
  readonly run: (control: Control, input: unknown) => Effect.Effect<unknown, SandboxError>
}

const row = <A>(
  summary: string,
  at: `${Row["method"]} /${string}`,
  output: Schema.Codec<A, unknown>,
  run: (control: Control) => Effect.Effect<A, SandboxError>
): Row => ({ ...place(at), summary, output, run })

const rowOf = <I, A>(
  summary: string,
  at: `${Row["method"]} /${string}`,
  [where, input]: readonly ["payload" | "query" | "params", Schema.Codec<I, unknown>],
  output: Schema.Codec<A, unknown>,
  run: (control: Control, input: I) => Effect.Effect<A, SandboxError>
): Row => ({
  ...place(at),
  summary,
  input: [where, input],
  output,
  // The router hands over what `input` has decoded.
  run: (control, value) => run(control, value as I)
})

const place = (at: `${Row["method"]} /${string}`): Pick<Row, "method" | "path"> => {
  const [method, path] = at.split(" ") as [Row["method"], `/${string}`] // by its type
  return { method, path }
}

const nothing = HttpApiSchema.NoContent
// Taken one by one: a bundler keeps the whole of a module whose namespace is taken apart.
const list = Schema.Array
const struct = Schema.Struct
const id = struct({ id: Schema.String })

/** A recorded request as it is shown: of credentials, the scheme. */
export const shown = ({ authorization, body, ...request }: RecordedRequest): typeof Schemas.Request.Type => ({
  ...request,
  ...(authorization === undefined ? undefined : { authorization: authorization.label ?? "hidden" }),
  ...(body === undefined ? undefined : { body: Redacted.isRedacted(body) ? "hidden" : body })
})

// Whoever uses the controls over HTTP is to follow the links.
const company = ({ redirect, ...rest }: CompanyState): CompanyJson => ({
  ...rest,
  redirect: Redacted.value(redirect)
})

const connection = ({ linkUrl, ...rest }: ConnectionState): ConnectionJson => ({
  ...rest,
  linkUrl: Redacted.value(linkUrl)
})

export const table = {
  health: row("That the sandbox is there", "GET /health", Schemas.HealthOut, (control) => control.health),
  reset: row(
    "Put everything to what it was at the start",
    "POST /reset",
    nothing,
    (control) => control.reset
  ),
  state: row("All that the sandbox holds", "GET /state", Schemas.State, (control) => control.state),
  replaceState: rowOf(
    "Put the sandbox to a state",
    "PUT /state",
    ["payload", Schemas.State],
    nothing,
    (control, state) => control.replaceState(state)
  ),
  companies: row("Every company", "GET /companies", list(Schemas.CompanyOut), (control) =>
    Effect.map(control.companies, (all) => all.map(company))
  ),
  makeCompany: rowOf(
    "Make a company, with connections of all kinds",
    "POST /companies",
    ["payload", Schemas.Company],
    Schemas.CompanyOut,
    (control, options) => Effect.map(control.makeCompany(options), company)
  ),
  connections: rowOf(
    "Every connection of a company, or of the one that is always there",
    "GET /connections",
    ["query", struct({ companyId: Schema.optional(Schema.String) })],
    list(Schemas.ConnectionOut),
    (control, query) =>
      Effect.map(control.connections(query.companyId ?? companyId), (all) => all.map(connection))
  ),
  authorize: rowOf(
    "The end user completes the link",
    "POST /authorize",
    ["payload", Schemas.Ref],
    Schemas.ConnectionOut,
    (control, ref) => Effect.map(control.authorize(ref), connection)
  ),
  deauthorize: rowOf(
    "The end user takes the permission back",
    "POST /deauthorize",
    ["payload", Schemas.Ref],
    Schemas.ConnectionOut,
    (control, ref) => Effect.map(control.deauthorize(ref), connection)
  ),
  failLink: rowOf(
    "The end user's attempt to link fails",
    "POST /fail-link",
    ["payload", Schemas.Failed],
    Schemas.ConnectionOut,
    (control, link) => Effect.map(control.failLink(link), connection)
  ),
  requests: row("The requests so far, oldest first", "GET /requests", list(Schemas.Request), (control) =>
    Effect.map(control.requests, (all) => all.map(shown))
  ),
  clearRequests: row(
    "Forget the requests so far",
    "DELETE /requests",
    nothing,
    (control) => control.clearRequests
  ),
  faults: row("The faults that are armed", "GET /faults", list(Schemas.Armed), (control) =>
    Effect.map(control.faults, (all) =>
      // A function cannot go over HTTP.
      all.map(({ fault: { match, ...fault }, ...rest }) => ({ ...rest, fault }) as typeof Schemas.Armed.Type)
    )
  ),
  fail: rowOf("Arm a fault", "POST /faults", ["payload", Schemas.Fault], nothing, (control, fault) =>
    // Whether it is one of the kinds is the control's to say.
    control.fail(fault as Fault)
  ),
  clearFaults: row("Disarm every fault", "DELETE /faults", nothing, (control) => control.clearFaults),
  advance: rowOf(
    'Move the clock ahead: milliseconds, or a text such as "10 hours"',
    "POST /clock/advance",
    ["payload", struct({ by: Schema.Union([Schema.Finite, Schema.String]) })],
    Schemas.HealthOut,
    // A text that is no duration is the control's to refuse.
    (control, { by }) => control.advance(by as number)
  ),
  quota: row("How much of the daily quota is left", "GET /quota", Schemas.Quota, (control) => control.quota),
  setQuota: rowOf(
    "Put the daily quota, or what is used of it today, to a value",
    "PATCH /quota",
    ["payload", Schemas.QuotaChange],
    Schemas.Quota,
    (control, change) => control.setQuota(change)
  ),
  subscriptions: row(
    "Whoever is told of events",
    "GET /subscriptions",
    list(Schemas.SubscriptionOut),
    (control) => control.subscriptions
  ),
  subscribe: rowOf(
    "Tell an endpoint of every event from now on",
    "POST /subscriptions",
    ["payload", Schemas.Subscription],
    Schemas.SubscriptionOut,
    (control, { secret, ...subscription }) =>
      control.subscribe({ ...subscription, secret: Redacted.make(secret) })
  ),
  unsubscribe: rowOf(
    "Tell an endpoint of nothing more",
    "DELETE /subscriptions/:id",
    ["params", id],
    nothing,
    (control, params) => control.unsubscribe(params.id)
  ),
  deliveries: row(
    "The latest webhooks with their attempts, oldest first",
    "GET /deliveries",
    list(Schemas.DeliveryOut),
    (control) => control.deliveries
  ),
  replay: rowOf(
    "Post a webhook again",
    "POST /deliveries/:id/replay",
    ["params", id],
    Schemas.DeliveryOut,
    (control, params) => control.replay(params.id)
  )
} satisfies { readonly [K in keyof Control]: Row }
