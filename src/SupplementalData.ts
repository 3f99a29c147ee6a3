/**
 * What Codat reads and writes of a data type in addition to its standard properties.
 *
 * Every operation requires `HttpClient` and `Auth` and fails with `CodatError`: with `NotFound` when what an option
 * names does not exist or was deleted. `CodatConfig` and `RetryPolicy` have defaults and are read at each call.
 *
 * @module SupplementalData
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type { Auth } from "./Auth.ts"
import type { CodatError } from "./CodatError.ts"
import type { DataType } from "./DataType.ts"
import * as Call from "./internal/call/Call.ts"
import * as Endpoint from "./internal/call/Endpoint.ts"
import * as Input from "./internal/call/Input.ts"
import { SupplementalDataConfiguration } from "./SupplementalDataConfiguration.ts"

/**
 * A data type on a platform.
 *
 * @category models
 * @since 0.1.0
 */
export interface ConfigurationOptions {
  /** The platform: four lower-case letters, such as `gbol`. */
  readonly platformKey: string
  /** The data type, such as `invoices`; not every data type has supplemental data. */
  readonly dataType: DataType
}

/**
 * A data type on a platform, and its new supplemental data.
 *
 * @category models
 * @since 0.1.0
 */
export interface ConfigureOptions extends ConfigurationOptions, SupplementalDataConfiguration {}

const configurationRules = { platformKey: Input.platformKey, dataType: Input.dataType }

/**
 * Reads which supplemental data is configured.
 *
 * **Details**
 *
 * Fails with `NotFound` when the platform does not exist.
 *
 * **Example** (Is any configured?)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { SupplementalData } from "effect-codat"
 *
 * const isConfigured = SupplementalData.get({ platformKey: "gbol", dataType: "invoices" }).pipe(
 *   Effect.map(({ supplementalDataConfig }) => Object.keys(supplementalDataConfig).length > 0)
 * )
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const get: (
  options: ConfigurationOptions
) => Effect.Effect<SupplementalDataConfiguration, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "SupplementalData.get",
  method: "GET",
  path: "/integrations/{platformKey}/dataTypes/{dataType}/supplementalDataConfig",
  input: configurationRules,
  output: SupplementalDataConfiguration
})

/**
 * Configures supplemental data. The new configuration replaces the previous one.
 *
 * **Example** (The platform's number of an order)
 *
 * ```ts
 * import { SupplementalData } from "effect-codat"
 *
 * const configured = SupplementalData.configure({
 *   platformKey: "fztf",
 *   dataType: "commerce-orders",
 *   supplementalDataConfig: {
 *     orderNumbers: { dataSource: "/orders", pullData: { orderNumber: "order_num" } }
 *   }
 * })
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
export const configure: (
  options: ConfigureOptions
) => Effect.Effect<void, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "SupplementalData.configure",
  method: "PUT",
  path: "/integrations/{platformKey}/dataTypes/{dataType}/supplementalDataConfig",
  input: { ...configurationRules, supplementalDataConfig: Input.supplementalDataConfig },
  body: ({ supplementalDataConfig }) => ({ supplementalDataConfig }),
  output: Endpoint.nothing
})
