/**
 * The table of routes: which handler serves which operation, and what is answered everywhere else.
 */
import * as Effect from "effect/Effect"
import type * as HttpMethod from "effect/http/HttpMethod"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as ClientHandlers from "./ClientHandlers.ts"
import * as CompanyHandlers from "./CompanyHandlers.ts"
import * as ConnectionHandlers from "./ConnectionHandlers.ts"
import * as ConsumerHandlers from "./ConsumerHandlers.ts"
import * as CustomDataHandlers from "./CustomDataHandlers.ts"
import * as DataHandlers from "./DataHandlers.ts"
import type { Gate, Handler } from "./Gate.ts"
import * as IntegrationHandlers from "./IntegrationHandlers.ts"
import type { Operation } from "./Model.ts"
import * as ProductHandlers from "./ProductHandlers.ts"
import * as PushHandlers from "./PushHandlers.ts"
import * as Reply from "./Reply.ts"
import * as SettingsHandlers from "./SettingsHandlers.ts"
import type { State } from "./State.ts"
import * as SupplementalDataHandlers from "./SupplementalDataHandlers.ts"

/** The handler of each operation, by its name in the library. */
const handlers: { readonly [operation in Operation]: (state: State) => Handler } = {
  "Data.refreshAll": DataHandlers.refreshAll,
  "Data.refresh": DataHandlers.refresh,
  "Data.status": DataHandlers.status,
  "Data.history": DataHandlers.history,
  "Data.operation": DataHandlers.operation,
  "Data.validation": DataHandlers.validation,
  "Companies.list": CompanyHandlers.list,
  "Companies.create": CompanyHandlers.create,
  "Companies.get": CompanyHandlers.get,
  "Companies.replace": CompanyHandlers.replace,
  "Companies.update": CompanyHandlers.update,
  "Companies.delete": CompanyHandlers.remove,
  "Companies.accessToken": CompanyHandlers.accessToken,
  "Connections.list": ConnectionHandlers.list,
  "Connections.create": ConnectionHandlers.create,
  "Connections.get": ConnectionHandlers.get,
  "Connections.unlink": ConnectionHandlers.unlink,
  "Connections.delete": ConnectionHandlers.remove,
  "Connections.updateAuthorization": ConnectionHandlers.updateAuthorization,
  "Integrations.list": () => IntegrationHandlers.list,
  "Integrations.get": () => IntegrationHandlers.get,
  "Integrations.branding": () => IntegrationHandlers.branding,
  "WebhookConsumers.list": ConsumerHandlers.list,
  "WebhookConsumers.create": ConsumerHandlers.create,
  "WebhookConsumers.delete": ConsumerHandlers.remove,
  "WebhookConsumers.rotateZapierKey": ConsumerHandlers.rotateZapierKey,
  "Products.add": ProductHandlers.add,
  "Products.remove": ProductHandlers.remove,
  "Products.refresh": ProductHandlers.refresh,
  "SyncSettings.get": SettingsHandlers.get,
  "SyncSettings.set": SettingsHandlers.set,
  "SyncSettings.getDefaults": SettingsHandlers.getDefaults,
  "SyncSettings.setDefaults": SettingsHandlers.setDefaults,
  "Pushes.list": PushHandlers.list,
  "Pushes.get": PushHandlers.get,
  "Pushes.options": PushHandlers.options,
  "ApiKeys.list": ClientHandlers.apiKeys,
  "ApiKeys.create": ClientHandlers.createApiKey,
  "ApiKeys.delete": ClientHandlers.deleteApiKey,
  "Client.profile": ClientHandlers.profile,
  "Client.updateProfile": ClientHandlers.updateProfile,
  "Client.corsOrigins": ClientHandlers.corsOrigins,
  "Client.setCorsOrigins": ClientHandlers.setCorsOrigins,
  "CustomData.configuration": CustomDataHandlers.configuration,
  "CustomData.configure": CustomDataHandlers.configure,
  "CustomData.refresh": CustomDataHandlers.refresh,
  "CustomData.records": CustomDataHandlers.records,
  "SupplementalData.get": SupplementalDataHandlers.get,
  "SupplementalData.configure": SupplementalDataHandlers.configure
}

/**
 * Deprecated paths that Codat still serves. It has deprecated a third one, the access token under
 * `connectionManagement`, and answers 404 there.
 */
const deprecatedPaths: { readonly [operation in Operation]?: `/${string}` } = {
  "Client.corsOrigins": "/connectionManagement/corsSettings",
  "Client.setCorsOrigins": "/connectionManagement/corsSettings"
}

/** The library's description of an operation. */
export interface Described {
  readonly name: string
  readonly method: HttpMethod.HttpMethod
  /** The path as in Codat's documentation, such as `/companies/{companyId}`. */
  readonly path: string
}

type Row = readonly [operation: Operation, method: HttpMethod.HttpMethod, path: `/${string}`]

const isServed = (name: string): name is Operation => Object.hasOwn(handlers, name)

const isPath = (path: string): path is `/${string}` => path.startsWith("/")

/** The method and path of each operation that is served here, from the library's descriptions. */
export const tableOf = (operations: ReadonlyArray<Described>): ReadonlyArray<Row> =>
  operations.flatMap(({ method, name, path }) =>
    isServed(name) && isPath(path) ? [[name, method, path] as const] : []
  )

/** A path in the router's syntax. */
const routed = (path: `/${string}`): `/${string}` => path.replace(/\{(\w+)\}/g, ":$1") as `/${string}` // its first character stays

const methods: ReadonlyArray<HttpMethod.HttpMethod> = [
  "GET",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "HEAD",
  "OPTIONS"
]

/** The response to an unknown path. */
export const notFound: Handler = ({ path }) => Reply.problem(404, `No route matches ${path}`)

const notAllowed =
  (allowed: ReadonlyArray<string>): Handler =>
  () =>
    Reply.problem(405, "This method is not allowed here.", { headers: { allow: allowed.join(", ") } })

/** An effect that answers a request. */
type Answer<E, R> = Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>

/**
 * Every route of the sandbox, each behind the gate: `known` has those of its operations and passes all other requests
 * to an effect; `others` has the routes that refuse these.
 */
export const make = (state: State, gate: Gate, operations: ReadonlyArray<Described>) => {
  const table = tableOf(operations).flatMap(([operation, method, path]): ReadonlyArray<Row> => {
    const deprecated = deprecatedPaths[operation]
    const row = [operation, method, path] as const
    return deprecated === undefined ? [row] : [row, [operation, method, deprecated]]
  })
  const route = (
    method: HttpMethod.HttpMethod | "*",
    path: `/${string}`,
    operation: Operation | undefined,
    handler: Handler
  ) =>
    // The router must not make routes interruptible: their caller and the gate decide that.
    HttpRouter.route(method, path, Effect.flatMap(HttpRouter.params, gate(operation, handler)), {
      uninterruptible: true
    })

  const settled = (handler: Handler): Handler => {
    return (incoming) => {
      state.reads.settle(incoming.now)
      return handler(incoming)
    }
  }

  const known = <E, R>(others: Answer<E, R>) =>
    HttpRouter.addAll([
      ...table.map(([operation, method, path]) =>
        route(method, routed(path), operation, settled(handlers[operation](state)))
      ),
      HttpRouter.route("*", "/*", others, { uninterruptible: true })
    ])

  const others = () => {
    const paths = new Set(table.map(([, , path]) => path))
    const refused = [...paths].flatMap((path) => {
      const allowed = methods.filter((method) => table.some((row) => row[1] === method && row[2] === path))
      return methods
        .filter((method) => !allowed.includes(method))
        .map((method) => route(method, routed(path), undefined, notAllowed(allowed)))
    })
    return HttpRouter.addAll([...refused, route("*", "/*", undefined, notFound)])
  }

  return { known, others }
}
