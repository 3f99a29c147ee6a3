import * as Effect from "effect/Effect"
import type * as HttpMethod from "effect/http/HttpMethod"
import * as HttpRouter from "effect/http/HttpRouter"
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

/** What carries out each operation. */
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

type Row = readonly [operation: Operation, method: HttpMethod.HttpMethod, path: `/${string}`]

/** Where each operation is, as Codat writes it. */
export const table: ReadonlyArray<Row> = [
  ["Data.refreshAll", "POST", "/companies/{companyId}/data/all"],
  ["Data.refresh", "POST", "/companies/{companyId}/data/queue/{dataType}"],
  ["Data.status", "GET", "/companies/{companyId}/dataStatus"],
  ["Data.history", "GET", "/companies/{companyId}/data/history"],
  ["Data.operation", "GET", "/companies/{companyId}/data/history/{datasetId}"],
  ["Data.validation", "GET", "/companies/{companyId}/sync/{datasetId}/validation"],
  ["Companies.list", "GET", "/companies"],
  ["Companies.create", "POST", "/companies"],
  ["Companies.get", "GET", "/companies/{companyId}"],
  ["Companies.replace", "PUT", "/companies/{companyId}"],
  ["Companies.update", "PATCH", "/companies/{companyId}"],
  ["Companies.delete", "DELETE", "/companies/{companyId}"],
  ["Companies.accessToken", "GET", "/companies/{companyId}/accessToken"],
  ["Connections.list", "GET", "/companies/{companyId}/connections"],
  ["Connections.create", "POST", "/companies/{companyId}/connections"],
  ["Connections.get", "GET", "/companies/{companyId}/connections/{connectionId}"],
  ["Connections.unlink", "PATCH", "/companies/{companyId}/connections/{connectionId}"],
  ["Connections.delete", "DELETE", "/companies/{companyId}/connections/{connectionId}"],
  [
    "Connections.updateAuthorization",
    "PUT",
    "/companies/{companyId}/connections/{connectionId}/authorization"
  ],
  ["Integrations.list", "GET", "/integrations"],
  ["Integrations.get", "GET", "/integrations/{platformKey}"],
  ["Integrations.branding", "GET", "/integrations/{platformKey}/branding"],
  ["WebhookConsumers.list", "GET", "/webhooks"],
  ["WebhookConsumers.create", "POST", "/webhooks"],
  ["WebhookConsumers.delete", "DELETE", "/webhooks/{webhookId}"],
  ["WebhookConsumers.rotateZapierKey", "POST", "/webhooks/integrationKeys/zapier"],
  ["Products.add", "PUT", "/companies/{companyId}/products/{productIdentifier}"],
  ["Products.remove", "DELETE", "/companies/{companyId}/products/{productIdentifier}"],
  ["Products.refresh", "POST", "/companies/{companyId}/products/{productIdentifier}/refresh"],
  ["SyncSettings.get", "GET", "/companies/{companyId}/syncSettings"],
  ["SyncSettings.set", "POST", "/companies/{companyId}/syncSettings"],
  ["SyncSettings.getDefaults", "GET", "/profile/syncSettings"],
  ["SyncSettings.setDefaults", "POST", "/profile/syncSettings"],
  ["Pushes.list", "GET", "/companies/{companyId}/push"],
  ["Pushes.get", "GET", "/companies/{companyId}/push/{pushOperationKey}"],
  ["Pushes.options", "GET", "/companies/{companyId}/connections/{connectionId}/options/{dataType}"],
  ["ApiKeys.list", "GET", "/apiKeys"],
  ["ApiKeys.create", "POST", "/apiKeys"],
  ["ApiKeys.delete", "DELETE", "/apiKeys/{apiKeyId}"],
  ["Client.profile", "GET", "/profile"],
  ["Client.updateProfile", "PUT", "/profile"],
  ["Client.corsOrigins", "GET", "/corsSettings"],
  ["Client.setCorsOrigins", "POST", "/corsSettings"],
  ["CustomData.configuration", "GET", "/integrations/{platformKey}/dataTypes/custom/{customDataIdentifier}"],
  ["CustomData.configure", "PUT", "/integrations/{platformKey}/dataTypes/custom/{customDataIdentifier}"],
  [
    "CustomData.refresh",
    "POST",
    "/companies/{companyId}/connections/{connectionId}/data/queue/custom/{customDataIdentifier}"
  ],
  [
    "CustomData.records",
    "GET",
    "/companies/{companyId}/connections/{connectionId}/data/custom/{customDataIdentifier}"
  ],
  ["SupplementalData.get", "GET", "/integrations/{platformKey}/dataTypes/{dataType}/supplementalDataConfig"],
  [
    "SupplementalData.configure",
    "PUT",
    "/integrations/{platformKey}/dataTypes/{dataType}/supplementalDataConfig"
  ]
]

/** A path as the router wants it. */
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

  const settled = (handler: Handler): Handler => {
    return (incoming) => {
      state.reads.settle(incoming.now)
      return handler(incoming)
    }
  }

  const known = table.map(([operation, method, path]) =>
    route(method, routed(path), operation, settled(handlers[operation](state)))
  )
  const paths = new Set(table.map(([, , path]) => path))
  const refused = [...paths].flatMap((path) => {
    const allowed = table.filter((row) => row[2] === path).map((row) => row[1])
    return methods
      .filter((method) => !allowed.includes(method))
      .map((method) => route(method, routed(path), undefined, notAllowed(allowed)))
  })
  return HttpRouter.addAll([...known, ...refused, route("*", "/*", undefined, notFound)])
}
