/**
 * Data types that you define: how they are configured, and their records.
 *
 * Every operation requires `HttpClient` and `Auth` and fails with `CodatError`: with `NotFound` when what an option
 * names does not exist or was deleted. `CodatConfig` and `RetryPolicy` have defaults and are read at each call.
 *
 * @module CustomData
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Stream from "effect/Stream"
import type { Auth } from "./Auth.ts"
import type { CodatError } from "./CodatError.ts"
import { CustomDataConfiguration, CustomDataRecord } from "./CustomDataType.ts"
import * as Call from "./internal/call/Call.ts"
import * as Input from "./internal/call/Input.ts"
import * as List from "./internal/list/List.ts"
import type { Page, PageSelection, PagingOptions } from "./Page.ts"
import { PullOperation } from "./PullOperation.ts"

/**
 * A custom data type on a platform.
 *
 * @category models
 * @since 0.1.0
 */
export interface ConfigurationOptions {
  /** The platform: four lower-case letters, such as `gbol`. */
  readonly platformKey: string
  /** Your name for the data type, such as `DynamicsPurchaseOrders`. */
  readonly customDataIdentifier: string
}

/**
 * A custom data type on a platform, and its new configuration.
 *
 * @category models
 * @since 0.1.0
 */
export interface ConfigureOptions extends ConfigurationOptions, CustomDataConfiguration {}

/**
 * The custom data type of a connection.
 *
 * @category models
 * @since 0.1.0
 */
export interface Filter {
  /** The id of the company, a UUID. */
  readonly companyId: string
  /** The id of the connection, a UUID. */
  readonly connectionId: string
  /** Your name for the data type, such as `DynamicsPurchaseOrders`. */
  readonly customDataIdentifier: string
}

/**
 * The custom data type that is read.
 *
 * @category models
 * @since 0.1.0
 */
export interface RefreshOptions extends Filter {
  /** The GUID under which Codat keeps the first response for 90 minutes. Made for each call when left out. */
  readonly idempotencyKey?: string | undefined
}

/**
 * One page of the records.
 *
 * @category models
 * @since 0.1.0
 */
export interface RecordPageOptions extends Filter, PageSelection {}

/**
 * All pages of the records.
 *
 * @category models
 * @since 0.1.0
 */
export interface RecordsOptions extends Filter, PagingOptions {}

const configurationRules = {
  platformKey: Input.platformKey,
  customDataIdentifier: Input.customDataIdentifier
}

const recordRules = {
  companyId: Input.id,
  connectionId: Input.id,
  customDataIdentifier: Input.customDataIdentifier
}

// -----------------------------------------------------------------------------
// Configuration
// -----------------------------------------------------------------------------

/**
 * Reads how a custom data type is configured.
 *
 * **Details**
 *
 * Fails with `NotFound` when it is not configured for the platform.
 *
 * **Example** (Where its data is)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { CustomData } from "effect-codat"
 *
 * const source = CustomData.configuration({
 *   platformKey: "trji",
 *   customDataIdentifier: "DynamicsPurchaseOrders"
 * }).pipe(Effect.map(({ dataSource }) => dataSource))
 * ```
 *
 * @function
 * @category configuration
 * @since 0.1.0
 */
export const configuration: (
  options: ConfigurationOptions
) => Effect.Effect<CustomDataConfiguration, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "CustomData.configuration",
  method: "GET",
  path: "/integrations/{platformKey}/dataTypes/custom/{customDataIdentifier}",
  input: configurationRules,
  output: CustomDataConfiguration
})

/**
 * Configures a custom data type. The new configuration replaces the previous one.
 *
 * **Example** (Purchase orders of Dynamics 365)
 *
 * ```ts
 * import { CustomData } from "effect-codat"
 *
 * const configured = CustomData.configure({
 *   platformKey: "trji",
 *   customDataIdentifier: "DynamicsPurchaseOrders",
 *   dataSource: "api/purchaseOrders",
 *   requiredData: { currency: "$[*].currencyCode", number: "$[*].number" },
 *   keyBy: ["$[*].id"],
 *   sourceModifiedDate: ["$[*].lastModifiedDateTime"]
 * })
 * ```
 *
 * @function
 * @category configuration
 * @since 0.1.0
 */
export const configure: (
  options: ConfigureOptions
) => Effect.Effect<CustomDataConfiguration, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "CustomData.configure",
  method: "PUT",
  path: "/integrations/{platformKey}/dataTypes/custom/{customDataIdentifier}",
  input: { ...configurationRules, ...Input.customDataConfiguration },
  body: ({ customDataIdentifier: _, platformKey: __, ...configuration }) => configuration,
  output: CustomDataConfiguration
})

// -----------------------------------------------------------------------------
// Records
// -----------------------------------------------------------------------------

/**
 * Asks Codat to read a custom data type of a connection again, and returns the read that was started.
 *
 * **Details**
 *
 * `Data.operation` shows its progress. Fails with `UnexpectedStatus` 451 when Codat may not give the data for legal
 * reasons. Carries an `Idempotency-Key`.
 *
 * **Example** (Reading it again)
 *
 * ```ts
 * import { CustomData } from "effect-codat"
 *
 * const begun = CustomData.refresh({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   connectionId: "2e2eb431-c1fa-4dc9-93fa-d29781c12bcd",
 *   customDataIdentifier: "DynamicsPurchaseOrders"
 * })
 * ```
 *
 * @function
 * @category records
 * @since 0.1.0
 */
export const refresh: (
  options: RefreshOptions
) => Effect.Effect<PullOperation, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "CustomData.refresh",
  method: "POST",
  path: "/companies/{companyId}/connections/{connectionId}/data/queue/custom/{customDataIdentifier}",
  input: recordRules,
  output: PullOperation
})

const allRecords: List.List<Filter, CustomDataRecord> = List.make({
  path: "/companies/{companyId}/connections/{connectionId}/data/custom/{customDataIdentifier}",
  filter: recordRules,
  item: CustomDataRecord,
  id: null
})

/**
 * Streams every record of a custom data type, page after page.
 *
 * **Details**
 *
 * Lazy, resumable and retried like `Connections.list`. Codat does not promise that records have ids, so a record that
 * moves from one page to another while the list is read cannot be recognized. Fails with `UnexpectedStatus` 451
 * when Codat may not give the data for legal reasons.
 *
 * **Example** (All purchase orders)
 *
 * ```ts
 * import { Stream } from "effect"
 * import { CustomData } from "effect-codat"
 *
 * const contents = CustomData.records({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   connectionId: "2e2eb431-c1fa-4dc9-93fa-d29781c12bcd",
 *   customDataIdentifier: "DynamicsPurchaseOrders"
 * }).pipe(Stream.map(({ content }) => content))
 * ```
 *
 * @function
 * @category records
 * @since 0.1.0
 */
export const records: (
  options: RecordsOptions
) => Stream.Stream<CustomDataRecord, CodatError, HttpClient.HttpClient | Auth> = List.rows(
  "CustomData.records",
  allRecords
)

/**
 * Streams the pages of {@link records}: each page has its `pageNumber`, and `startPage` continues from there.
 *
 * **Example** (Continuing after page 7)
 *
 * ```ts
 * import { CustomData } from "effect-codat"
 *
 * const resumed = CustomData.recordPages({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   connectionId: "2e2eb431-c1fa-4dc9-93fa-d29781c12bcd",
 *   customDataIdentifier: "DynamicsPurchaseOrders",
 *   startPage: 8
 * })
 * ```
 *
 * @function
 * @category records
 * @since 0.1.0
 */
export const recordPages: (
  options: RecordsOptions
) => Stream.Stream<Page<CustomDataRecord>, CodatError, HttpClient.HttpClient | Auth> = List.pages(
  "CustomData.recordPages",
  allRecords
)

/**
 * Reads one page of {@link records}.
 *
 * **Example** (The first ten)
 *
 * ```ts
 * import { CustomData } from "effect-codat"
 *
 * const first = CustomData.recordPage({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   connectionId: "2e2eb431-c1fa-4dc9-93fa-d29781c12bcd",
 *   customDataIdentifier: "DynamicsPurchaseOrders",
 *   pageSize: 10
 * })
 * ```
 *
 * @function
 * @category records
 * @since 0.1.0
 */
export const recordPage: (
  options: RecordPageOptions
) => Effect.Effect<Page<CustomDataRecord>, CodatError, HttpClient.HttpClient | Auth> = List.page(
  "CustomData.recordPage",
  allRecords
)

/**
 * Counts the records, with one request, for a page of one record.
 *
 * **Example** (How many purchase orders there are)
 *
 * ```ts
 * import { CustomData } from "effect-codat"
 *
 * const total = CustomData.recordCount({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   connectionId: "2e2eb431-c1fa-4dc9-93fa-d29781c12bcd",
 *   customDataIdentifier: "DynamicsPurchaseOrders"
 * })
 * ```
 *
 * @function
 * @category records
 * @since 0.1.0
 */
export const recordCount: (
  options: Filter
) => Effect.Effect<number, CodatError, HttpClient.HttpClient | Auth> = List.count(
  "CustomData.recordCount",
  allRecords
)
