/**
 * The table of every operation: its name, its method and its path, as the client, the sandbox and the documentation
 * read it.
 *
 * @module Operations
 * @since 0.1.0
 */
import * as ApiKeys from "./ApiKeys.ts"
import * as Client from "./Client.ts"
import * as Companies from "./Companies.ts"
import * as Connections from "./Connections.ts"
import * as CustomData from "./CustomData.ts"
import * as Data from "./Data.ts"
import * as Integrations from "./Integrations.ts"
import * as Endpoint from "./internal/call/Endpoint.ts"
import * as Products from "./Products.ts"
import * as Pushes from "./Pushes.ts"
import * as SupplementalData from "./SupplementalData.ts"
import * as SyncSettings from "./SyncSettings.ts"
import * as WebhookConsumers from "./WebhookConsumers.ts"

/**
 * The description of an operation.
 *
 * @category models
 * @since 0.1.0
 */
export interface Operation {
  /** The name that spans, metrics and errors carry, such as `Connections.get`. */
  readonly name: string
  /** The HTTP method of the endpoint. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** The path as Codat writes it, such as `/companies/{companyId}`. */
  readonly path: string
  /** The options that it takes. */
  readonly options: ReadonlyArray<string>
}

const modules: ReadonlyArray<object> = [
  Connections,
  Companies,
  Data,
  Integrations,
  WebhookConsumers,
  Products,
  SyncSettings,
  Pushes,
  CustomData,
  SupplementalData,
  ApiKeys,
  Client
]

/**
 * Every operation that is one endpoint of Codat, module by module, and by name in each.
 *
 * **Example** (The operations that write)
 *
 * ```ts
 * import { Operations } from "effect-codat"
 *
 * const writes = Operations.all.filter(({ method }) => method !== "GET").map(({ name }) => name)
 * ```
 *
 * @category operations
 * @since 0.1.0
 */
export const all: ReadonlyArray<Operation> = modules.flatMap((module) =>
  // Exports are in alphabetical order in most runtimes, but in the order of declaration after some bundlers.
  Object.entries(module)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([, value]) => {
      const endpoint = Endpoint.of(value)
      return endpoint === undefined
        ? []
        : [
            {
              name: endpoint.operation,
              method: endpoint.method,
              path: endpoint.path,
              options: Object.keys(endpoint.input)
            }
          ]
    })
)

/**
 * An operation of Codat that has no function here.
 *
 * @category models
 * @since 0.1.0
 */
export interface Deprecated {
  /** Codat's own name for it. */
  readonly operationId: string
  /** The HTTP method of the endpoint. */
  readonly method: Operation["method"]
  /** The path as Codat writes it. */
  readonly path: string
  /** The function to use instead. */
  readonly replacement: string
}

/**
 * The operations of Codat that have no function here, because Codat has deprecated them, and what replaces each.
 *
 * **Example** (What to use instead)
 *
 * ```ts
 * import { Operations } from "effect-codat"
 *
 * const hints = Operations.deprecated.map(({ operationId, replacement }) => `${operationId}: use ${replacement}`)
 * ```
 *
 * @category operations
 * @since 0.1.0
 */
export const deprecated: ReadonlyArray<Deprecated> = [
  {
    // Codat answers 404 here since 12 October 2026.
    operationId: "get-connection-management-access-token",
    method: "GET",
    path: "/companies/{companyId}/connectionManagement/accessToken",
    replacement: "Companies.accessToken"
  },
  {
    operationId: "get-connection-management-cors-settings",
    method: "GET",
    path: "/connectionManagement/corsSettings",
    replacement: "Client.corsOrigins"
  },
  {
    operationId: "set-connection-management-cors-settings",
    method: "POST",
    path: "/connectionManagement/corsSettings",
    replacement: "Client.setCorsOrigins"
  }
]
