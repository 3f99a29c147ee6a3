/**
 * Each control: its method and path, its input and output, and what it does. The API, its handlers and its OpenAPI
 * document are made from this table, and the compiler checks that no control is left out.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Body from "../Body.ts"
import type { Control, SandboxError } from "../Control.ts"
import type { Fault } from "../Fault.ts"
import { FaultJson } from "../FaultSchema.ts"
import * as Inputs from "../Inputs.ts"
import type { RecordedRequest } from "../Journal.ts"
import {
  Company,
  type CompanyJson,
  type CompanyState,
  Connection,
  type ConnectionJson,
  type ConnectionState
} from "../Model.ts"
import { companyId } from "../Options.ts"
import { StateJson } from "../SandboxState.ts"
import * as Schemas from "./Schemas.ts"

/** One control over HTTP. */
export interface Row {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** The path below `/__sandbox`. */
  readonly path: `/${string}`
  readonly summary: string
  /** The place and the schema of the input; left out when there is none. */
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
  // A cast, because the router passes what `input` has decoded.
  run: (control, value) => run(control, value as I)
})

const place = (at: `${Row["method"]} /${string}`): Pick<Row, "method" | "path"> => {
  const [method, path] = at.split(" ") as [Row["method"], `/${string}`] // by its type
  return { method, path }
}

const nothing = HttpApiSchema.NoContent
// Assigned one by one, because a bundler keeps the whole module when a namespace is destructured.
const list = Schema.Array
const struct = Schema.Struct
const id = struct({ id: Schema.String })

/** The body of a request without its secrets: the whole body is one, or some of its properties are. */
const withoutSecrets = (body: unknown): unknown => {
  const shown = (value: unknown) => (Redacted.isRedacted(value) ? "hidden" : value)
  return Body.isRecord(body) && !Redacted.isRedacted(body) ? Record.map(body, shown) : shown(body)
}

/** A recorded request as it is shown: of its credentials only the scheme. */
export const shown = ({ authorization, body, ...request }: RecordedRequest): typeof Schemas.Request.Type => ({
  ...request,
  ...(authorization === undefined ? undefined : { authorization: authorization.label ?? "hidden" }),
  ...(body === undefined ? undefined : { body: withoutSecrets(body) })
})

// Links are not redacted over HTTP, because users of the controls need to follow them.
const company = ({ redirect, ...rest }: CompanyState): CompanyJson => ({
  ...rest,
  redirect: Redacted.value(redirect)
})

const connection = ({ linkUrl, ...rest }: ConnectionState): ConnectionJson => ({
  ...rest,
  linkUrl: Redacted.value(linkUrl)
})

/** A fault as JSON can hold it: a program can give a function for `match`, an object for `duration`, a date in `body`. */
const sendable = (fault: Fault): typeof FaultJson.Type =>
  JSON.parse(
    JSON.stringify(
      fault.kind !== "latency" || Predicate.isString(fault.duration)
        ? fault
        : { ...fault, duration: Duration.toMillis(fault.duration) }
    )
  )

export const table = {
  health: row(
    "Report that the sandbox is running, and its time",
    "GET /health",
    Schemas.HealthOut,
    (control) => control.health
  ),
  reset: row("Put everything back to the start", "POST /reset", nothing, (control) => control.reset),
  state: row("The whole state of the sandbox", "GET /state", StateJson, (control) => control.state),
  replaceState: rowOf(
    "Replace the state of the sandbox",
    "PUT /state",
    ["payload", StateJson],
    nothing,
    (control, state) => control.replaceState(state)
  ),
  companies: row("All companies", "GET /companies", list(Company), (control) =>
    Effect.map(control.companies, (all) => all.map(company))
  ),
  makeCompany: rowOf(
    "Create a company, with connections of all kinds and states",
    "POST /companies",
    ["payload", Inputs.NewCompany],
    Company,
    (control, options) => Effect.map(control.makeCompany(options), company)
  ),
  connections: rowOf(
    "All connections of a company, by default of the fixed company",
    "GET /connections",
    ["query", struct({ companyId: Schema.optional(Schema.String) })],
    list(Connection),
    (control, query) =>
      Effect.map(control.connections(query.companyId ?? companyId), (all) => all.map(connection))
  ),
  authorize: rowOf(
    "Act as the end user who completes the link",
    "POST /authorize",
    ["payload", Inputs.ConnectionRef],
    Connection,
    (control, ref) => Effect.map(control.authorize(ref), connection)
  ),
  deauthorize: rowOf(
    "Act as the end user who revokes the permission",
    "POST /deauthorize",
    ["payload", Inputs.ConnectionRef],
    Connection,
    (control, ref) => Effect.map(control.deauthorize(ref), connection)
  ),
  failLink: rowOf(
    "Act as the end user whose attempt to link fails",
    "POST /fail-link",
    ["payload", Inputs.FailedLink],
    Connection,
    (control, link) => Effect.map(control.failLink(link), connection)
  ),
  requests: row("The recorded requests, oldest first", "GET /requests", list(Schemas.Request), (control) =>
    Effect.map(control.requests, (all) => all.map(shown))
  ),
  clearRequests: row(
    "Delete the recorded requests",
    "DELETE /requests",
    nothing,
    (control) => control.clearRequests
  ),
  faults: row("The faults that can still occur", "GET /faults", list(Schemas.Armed), (control) =>
    Effect.map(control.faults, (all) =>
      all.map(({ fault, ...rest }) => ({ ...rest, fault: sendable(fault) }))
    )
  ),
  fail: rowOf("Add a fault", "POST /faults", ["payload", FaultJson], nothing, (control, fault) =>
    // A cast, because the control itself checks the kind.
    control.fail(fault as Fault)
  ),
  clearFaults: row("Remove all faults", "DELETE /faults", nothing, (control) => control.clearFaults),
  advance: rowOf(
    'Move the clock forward: milliseconds, or a text such as "10 hours"',
    "POST /clock/advance",
    ["payload", struct({ by: Schema.Union([Schema.Finite, Schema.String]) })],
    Schemas.HealthOut,
    // A cast, because the control itself checks the duration.
    (control, { by }) => control.advance(by as number)
  ),
  quota: row("How much of the daily quota is left", "GET /quota", Schemas.Quota, (control) => control.quota),
  setQuota: rowOf(
    "Set the daily quota, or how much of it is used today",
    "PATCH /quota",
    ["payload", Inputs.QuotaChange],
    Schemas.Quota,
    (control, change) => control.setQuota(change)
  ),
  subscriptions: row(
    "The subscriptions, without their secrets",
    "GET /subscriptions",
    list(Schemas.SubscriptionOut),
    (control) => control.subscriptions
  ),
  subscribe: rowOf(
    "Post a webhook to an endpoint for every event from now on",
    "POST /subscriptions",
    ["payload", Schemas.Subscription],
    Schemas.SubscriptionOut,
    (control, { secret, ...subscription }) =>
      control.subscribe({ ...subscription, secret: Redacted.make(secret) })
  ),
  unsubscribe: rowOf(
    "End a subscription",
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
