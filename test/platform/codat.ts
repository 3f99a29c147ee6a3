/**
 * Codat's operations as its OpenAPI specification names them, and the errors that it documents for each.
 */

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"

export interface CodatOperation {
  readonly operationId: string
  readonly method: Method
  readonly path: string
  /** The documented statuses of errors. */
  readonly errors: ReadonlyArray<number>
}

const row = (
  operationId: string,
  method: Method,
  path: string,
  ...errors: ReadonlyArray<number>
): CodatOperation => ({
  operationId,
  method,
  path,
  // Every operation documents these.
  errors: [...errors, 401, 402, 403, 429, 500, 503].sort()
})

const company = "/companies/{companyId}"
const connection = `${company}/connections/{connectionId}`
const product = `${company}/products/{productIdentifier}`
const dataTypes = "/integrations/{platformKey}/dataTypes"

export const operations: ReadonlyArray<CodatOperation> = [
  row("list-companies", "GET", "/companies", 400, 404),
  row("create-company", "POST", "/companies", 400),
  row("get-company", "GET", company, 404),
  row("replace-company", "PUT", company, 404),
  row("update-company", "PATCH", company, 404),
  row("delete-company", "DELETE", company, 404),
  row("add-product", "PUT", product, 404),
  row("remove-product", "DELETE", product, 404),
  row("refresh-product-data", "POST", `${product}/refresh`, 400, 404),
  row("list-connections", "GET", `${company}/connections`, 400, 404),
  row("create-connection", "POST", `${company}/connections`, 404),
  row("get-connection", "GET", connection, 404),
  row("unlink-connection", "PATCH", connection, 404),
  row("delete-connection", "DELETE", connection, 404),
  row("update-connection-authorization", "PUT", `${connection}/authorization`, 404),
  row("get-company-access-token", "GET", `${company}/accessToken`, 404),
  row("get-company-syncSettings", "GET", `${company}/syncSettings`, 404),
  row("set-company-syncSettings", "POST", `${company}/syncSettings`, 400, 404),
  row("get-connection-management-access-token", "GET", `${company}/connectionManagement/accessToken`, 404),
  row("get-connection-management-cors-settings", "GET", "/connectionManagement/corsSettings", 404),
  row("set-connection-management-cors-settings", "POST", "/connectionManagement/corsSettings", 404),
  row("get-cors-settings", "GET", "/corsSettings", 404),
  row("set-cors-settings", "POST", "/corsSettings", 404),
  row("refresh-company-data", "POST", `${company}/data/all`, 400, 404),
  row("refresh-data-type", "POST", `${company}/data/queue/{dataType}`, 400, 404),
  row("get-company-data-status", "GET", `${company}/dataStatus`, 404),
  row("list-pull-operations", "GET", `${company}/data/history`, 400, 404),
  row("get-pull-operation", "GET", `${company}/data/history/{datasetId}`, 404),
  row("list-webhook-consumers", "GET", "/webhooks", 400),
  row("create-webhook-consumer", "POST", "/webhooks", 400),
  row("delete-webhook-consumer", "DELETE", "/webhooks/{webhookId}", 404),
  row("rotate-zapier-key", "POST", "/webhooks/integrationKeys/zapier"),
  row("list-integrations", "GET", "/integrations", 400),
  row("get-integration", "GET", "/integrations/{platformKey}", 404),
  row("get-integrations-branding", "GET", "/integrations/{platformKey}/branding", 404),
  row("get-profile", "GET", "/profile"),
  row("update-profile", "PUT", "/profile"),
  row("get-profile-syncSettings", "GET", "/profile/syncSettings"),
  row("update-profile-syncSettings", "POST", "/profile/syncSettings"),
  row("list-api-keys", "GET", "/apiKeys"),
  row("create-api-key", "POST", "/apiKeys", 400, 409),
  row("delete-api-key", "DELETE", "/apiKeys/{apiKeyId}", 404),
  row("get-read-validation-results", "GET", `${company}/sync/{datasetId}/validation`, 404),
  row("get-create-update-model-options-by-data-type", "GET", `${connection}/options/{dataType}`, 404),
  row("get-company-push-history", "GET", `${company}/push`, 400, 404),
  row("get-push-operation", "GET", `${company}/push/{pushOperationKey}`, 404),
  row("get-supplemental-data-configuration", "GET", `${dataTypes}/{dataType}/supplementalDataConfig`, 404),
  row("configure-supplemental-data", "PUT", `${dataTypes}/{dataType}/supplementalDataConfig`, 404),
  row("get-custom-data-type-configuration", "GET", `${dataTypes}/custom/{customDataIdentifier}`, 404),
  row("configure-custom-data-type", "PUT", `${dataTypes}/custom/{customDataIdentifier}`, 404),
  row("refresh-custom-data-type", "POST", `${connection}/data/queue/custom/{customDataIdentifier}`, 404, 451),
  row(
    "list-custom-data-type-records",
    "GET",
    `${connection}/data/custom/{customDataIdentifier}`,
    400,
    404,
    451
  )
]
