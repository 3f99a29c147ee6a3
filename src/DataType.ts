/**
 * The types of data that Codat reads from a platform, and the status of reading one.
 *
 * Both are open enumerations: Codat adds values, and a value that this version does not know keeps its text. The values
 * are those of Codat's OpenAPI specification.
 *
 * @module DataType
 * @since 0.1.0
 */
import type * as Schema from "effect/Schema"
import * as OpenEnum from "./internal/model/OpenEnum.ts"
import type * as Model from "./Model.ts"

const dataTypes = [
  "accountTransactions",
  "balanceSheet",
  "bankAccounts",
  "bankTransactions",
  "billCreditNotes",
  "billPayments",
  "bills",
  "cashFlowStatement",
  "chartOfAccounts",
  "company",
  "creditNotes",
  "customers",
  "directCosts",
  "directIncomes",
  "invoices",
  "itemReceipts",
  "items",
  "journalEntries",
  "journals",
  "paymentMethods",
  "payments",
  "profitAndLoss",
  "purchaseOrders",
  "salesOrders",
  "suppliers",
  "taxRates",
  "trackingCategories",
  "transfers",
  "banking-accountBalances",
  "banking-accounts",
  "banking-transactionCategories",
  "banking-transactions",
  "commerce-companyInfo",
  "commerce-customers",
  "commerce-disputes",
  "commerce-locations",
  "commerce-orders",
  "commerce-paymentMethods",
  "commerce-payments",
  "commerce-productCategories",
  "commerce-products",
  "commerce-taxComponents",
  "commerce-transactions"
] as const

const datasetStatuses = [
  "Initial",
  "Queued",
  "Fetching",
  "MapQueued",
  "Mapping",
  "Complete",
  "FetchError",
  "MapError",
  "InternalError",
  "ProcessingQueued",
  "Processing",
  "ProcessingError",
  "ValidationQueued",
  "Validating",
  "ValidationError",
  "AuthError",
  "Cancelled",
  "NotSupported",
  "RateLimitError",
  "PermissionsError",
  "PrerequisiteNotMet"
] as const

/**
 * A data type that this version knows.
 *
 * @category data types
 * @since 0.1.0
 */
export type KnownDataType = (typeof dataTypes)[number]

/**
 * A type of data, such as `invoices`, `banking-accounts` or `commerce-orders`.
 *
 * @category data types
 * @since 0.1.0
 */
export type DataType = KnownDataType | Model.Unrecognized

/**
 * The schema of {@link DataType}: any string.
 *
 * @category data types
 * @since 0.1.0
 */
export const DataType: Schema.Codec<DataType, string> = OpenEnum.make(dataTypes)

/**
 * Every data type that this version knows: those of accounting, then of banking, then of commerce, each in alphabetical
 * order.
 *
 * **Example** (The data types of commerce)
 *
 * ```ts
 * import { DataType } from "effect-codat"
 *
 * const commerce = DataType.knownDataTypes.filter((dataType) => dataType.startsWith("commerce-"))
 * ```
 *
 * @category data types
 * @since 0.1.0
 */
export const knownDataTypes: ReadonlyArray<KnownDataType> = dataTypes

/**
 * Tells a data type that this version knows from other text. The comparison is case-sensitive.
 *
 * **Example** (Known data types only)
 *
 * ```ts
 * import { DataType } from "effect-codat"
 *
 * const known = ["invoices", "Invoices", "bills"].filter(DataType.isKnownDataType)
 * // ["invoices", "bills"]
 * ```
 *
 * @function
 * @category data types
 * @since 0.1.0
 */
export const isKnownDataType: (dataType: string) => dataType is KnownDataType = OpenEnum.isKnown(dataTypes)

/**
 * A dataset status that this version knows.
 *
 * @category dataset statuses
 * @since 0.1.0
 */
export type KnownDatasetStatus = (typeof datasetStatuses)[number]

/**
 * The status of a dataset: of one read of one data type.
 *
 * **Details**
 *
 * - `Initial`, `Queued`, `Fetching`, `MapQueued`, `Mapping`, `ProcessingQueued`, `Processing`, `ValidationQueued`,
 *   `Validating`: in progress.
 * - `Complete`: ended with the data.
 * - `Cancelled`, `NotSupported`, `PrerequisiteNotMet` and every status that ends in `Error`: ended without the data.
 *
 * @category dataset statuses
 * @since 0.1.0
 */
export type DatasetStatus = KnownDatasetStatus | Model.Unrecognized

/**
 * The schema of {@link DatasetStatus}: any string.
 *
 * @category dataset statuses
 * @since 0.1.0
 */
export const DatasetStatus: Schema.Codec<DatasetStatus, string> = OpenEnum.make(datasetStatuses)

/**
 * Tells a dataset status that this version knows from other text. The comparison is case-sensitive.
 *
 * **Example** (Every status but the new ones)
 *
 * ```ts
 * import { DataType } from "effect-codat"
 *
 * const label = (status: DataType.DatasetStatus): string =>
 *   DataType.isKnownDatasetStatus(status) ? status : `unknown status: ${status}`
 * ```
 *
 * @function
 * @category dataset statuses
 * @since 0.1.0
 */
export const isKnownDatasetStatus: (status: string) => status is KnownDatasetStatus =
  OpenEnum.isKnown(datasetStatuses)
