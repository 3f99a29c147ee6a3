import * as Effect from "effect/Effect"
import type * as HttpMethod from "effect/http/HttpMethod"
import * as HttpRouter from "effect/http/HttpRouter"
import * as CompanyHandlers from "./CompanyHandlers.ts"
import * as ConnectionHandlers from "./ConnectionHandlers.ts"
import type { Gate, Handler } from "./Gate.ts"
import * as IntegrationHandlers from "./IntegrationHandlers.ts"
import type { Operation } from "./Model.ts"
import * as Reply from "./Reply.ts"
import type { State } from "./State.ts"

type Row = readonly [
  operation: Operation,
  method: HttpMethod.HttpMethod,
  path: `/${string}`,
  handler: (state: State) => Handler
]

const companies = "/companies" as const
const company = `${companies}/:companyId` as const
const connections = `${company}/connections` as const
const connection = `${connections}/:connectionId` as const
const integrations = "/integrations" as const
const integration = `${integrations}/:platformKey` as const

const table: ReadonlyArray<Row> = [
  ["Connections.list", "GET", connections, ConnectionHandlers.list],
  ["Connections.create", "POST", connections, ConnectionHandlers.create],
  ["Connections.get", "GET", connection, ConnectionHandlers.get],
  ["Connections.unlink", "PATCH", connection, ConnectionHandlers.unlink],
  ["Connections.delete", "DELETE", connection, ConnectionHandlers.remove],
  [
    "Connections.updateAuthorization",
    "PUT",
    `${connection}/authorization`,
    ConnectionHandlers.updateAuthorization
  ],
  ["Companies.list", "GET", companies, CompanyHandlers.list],
  ["Companies.create", "POST", companies, CompanyHandlers.create],
  ["Companies.get", "GET", company, CompanyHandlers.get],
  ["Companies.replace", "PUT", company, CompanyHandlers.replace],
  ["Companies.update", "PATCH", company, CompanyHandlers.update],
  ["Companies.delete", "DELETE", company, CompanyHandlers.remove],
  ["Integrations.list", "GET", integrations, () => IntegrationHandlers.list],
  ["Integrations.get", "GET", integration, () => IntegrationHandlers.get],
  ["Integrations.branding", "GET", `${integration}/branding`, () => IntegrationHandlers.branding]
]

const methods: ReadonlyArray<HttpMethod.HttpMethod> = [
  "GET",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "HEAD",
  "OPTIONS"
]

/** The answer to a path that leads nowhere. */
export const notFound: Handler = ({ path }) => Reply.problem(404, `No route matches ${path}`)

const notAllowed =
  (allowed: ReadonlyArray<string>): Handler =>
  () =>
    Reply.problem(405, "This method is not allowed here.", { headers: { allow: allowed.join(", ") } })

/** Every route of the sandbox, each behind the gate. */
export const make = (state: State, gate: Gate) => {
  const route = (
    method: HttpMethod.HttpMethod | "*",
    path: `/${string}`,
    operation: Operation | undefined,
    handler: Handler
  ) =>
    // The mount decides what may be interrupted.
    HttpRouter.route(method, path, Effect.flatMap(HttpRouter.params, gate(operation, handler)), {
      uninterruptible: true
    })

  const known = table.map(([operation, method, path, handler]) =>
    route(method, path, operation, handler(state))
  )
  const paths = new Set(table.map(([, , path]) => path))
  const refused = [...paths].flatMap((path) => {
    const allowed = table.filter((row) => row[2] === path).map((row) => row[1])
    return methods
      .filter((method) => !allowed.includes(method))
      .map((method) => route(method, path, undefined, notAllowed(allowed)))
  })
  return HttpRouter.addAll([...known, ...refused, route("*", "/*", undefined, notFound)])
}
