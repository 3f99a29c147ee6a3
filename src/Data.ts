/**
 * The data that Codat reads from platforms: start reads, and follow their progress.
 *
 * Every operation requires `HttpClient` and `Auth` and fails with `CodatError`: with `NotFound` when what an option
 * names does not exist or was deleted. `CodatConfig` and `RetryPolicy` have defaults and are read at each call.
 *
 * @module Data
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Schedule from "effect/Schedule"
import type * as Stream from "effect/Stream"
import type { Auth } from "./Auth.ts"
import type { CodatError } from "./CodatError.ts"
import { DataStatuses } from "./DataStatus.ts"
import type { DataType } from "./DataType.ts"
import * as Call from "./internal/call/Call.ts"
import * as Endpoint from "./internal/call/Endpoint.ts"
import * as Input from "./internal/call/Input.ts"
import * as Poll from "./internal/call/Poll.ts"
import * as List from "./internal/list/List.ts"
import type { Page, PageSelection, PagingOptions } from "./Page.ts"
import { hasEnded, hasFailed, PullOperation } from "./PullOperation.ts"
import type { OrderBy, Query } from "./Query.ts"
import { ValidationResult } from "./ValidationResult.ts"

// -----------------------------------------------------------------------------
// Options
// -----------------------------------------------------------------------------

/**
 * One company.
 *
 * @category models
 * @since 0.1.0
 */
export interface CompanyOptions {
  /** The id of the company, a UUID. */
  readonly companyId: string
}

/**
 * The company whose data is read.
 *
 * @category models
 * @since 0.1.0
 */
export interface RefreshAllOptions extends CompanyOptions {
  /** The GUID under which Codat keeps the first response for 90 minutes. Made for each call when left out. */
  readonly idempotencyKey?: string | undefined
}

/**
 * The data type that is read.
 *
 * @category models
 * @since 0.1.0
 */
export interface RefreshOptions extends CompanyOptions {
  /** The data type to read, such as `invoices`. */
  readonly dataType: DataType
  /** The connection to read from; required where several connections of the company have the data type. */
  readonly connectionId?: string | undefined
  /** The GUID under which Codat keeps the first response for 90 minutes. Made for each call when left out. */
  readonly idempotencyKey?: string | undefined
}

/**
 * One read.
 *
 * @category models
 * @since 0.1.0
 */
export interface DatasetOptions extends CompanyOptions {
  /** The `id` of the pull operation. */
  readonly datasetId: string
}

/**
 * Which reads of a company are listed, and in what order.
 *
 * @category models
 * @since 0.1.0
 */
export interface HistoryFilter {
  /** The company whose reads are listed. */
  readonly companyId: string
  /**
   * Codat's query language, such as `status=FetchError && dataType=invoices`, as text or made by `Query`; fewer than
   * 2048 characters.
   *
   * @see https://docs.codat.io/using-the-api/querying
   */
  readonly query?: string | Query<PullOperation> | undefined
  /**
   * A field name, with `-` before it for descending order.
   *
   * @see https://docs.codat.io/using-the-api/ordering-results
   */
  readonly orderBy?: OrderBy<PullOperation> | undefined
}

/**
 * One page of the history.
 *
 * @category models
 * @since 0.1.0
 */
export interface HistoryPageOptions extends HistoryFilter, PageSelection {}

/**
 * All pages of the history.
 *
 * @category models
 * @since 0.1.0
 */
export interface HistoryOptions extends HistoryFilter, PagingOptions {}

const companyRules = { companyId: Input.id }

const historyPath = "/companies/{companyId}/data/history"

const operationPath = "/companies/{companyId}/data/history/{datasetId}"

const datasetRules = { ...companyRules, datasetId: Input.id }

// -----------------------------------------------------------------------------
// Refreshing
// -----------------------------------------------------------------------------

/**
 * Asks Codat to read again all data types of a company that have `fetchOnFirstLink` in the company's sync settings.
 *
 * **Details**
 *
 * Returns as soon as Codat has accepted the request. The data is read afterwards: {@link status}, {@link history} and
 * webhooks show the result. Fails with `NotFound` when the company does not exist. Carries an `Idempotency-Key`.
 *
 * **Example** (All of a company's data)
 *
 * ```ts
 * import { Data } from "effect-codat"
 *
 * const refreshing = Data.refreshAll({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002" })
 * ```
 *
 * @function
 * @category refreshing
 * @since 0.1.0
 */
export const refreshAll: (
  options: RefreshAllOptions
) => Effect.Effect<void, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Data.refreshAll",
  method: "POST",
  path: "/companies/{companyId}/data/all",
  input: companyRules,
  output: Endpoint.nothing
})

/**
 * Asks Codat to read one data type of a company again, and returns the read that was started.
 *
 * **Details**
 *
 * {@link operation} shows its progress, and {@link awaitRefresh} waits for its end. Fails with `BadRequest` when no
 * linked connection has the data type. Carries an `Idempotency-Key`, so a lost response never starts a second read.
 *
 * **Example** (The invoices)
 *
 * ```ts
 * import { Data } from "effect-codat"
 *
 * const begun = Data.refresh({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   dataType: "invoices"
 * })
 * ```
 *
 * @function
 * @category refreshing
 * @since 0.1.0
 */
export const refresh: (
  options: RefreshOptions
) => Effect.Effect<PullOperation, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Data.refresh",
  method: "POST",
  path: "/companies/{companyId}/data/queue/{dataType}",
  input: { ...companyRules, dataType: Input.dataType, connectionId: Input.optional(Input.id) },
  query: ["connectionId"],
  output: PullOperation
})

/**
 * Which data types to read, and for how long to wait for them.
 *
 * @category models
 * @since 0.1.0
 */
export interface AwaitRefreshOptions extends CompanyOptions {
  /** The data types to read, in this order. */
  readonly dataTypes: ReadonlyArray<DataType>
  /** The connection to read from; required where several connections of the company have a data type. */
  readonly connectionId?: string | undefined
  /**
   * The waits between one check of the reads and the next; its input is the reads at the last check. When it ends, so
   * does the waiting.
   *
   * @default 1, 2, 4, 8, 16 and then 30 seconds, each with ±20 % jitter
   */
  readonly schedule?: Schedule.Schedule<unknown, ReadonlyArray<PullOperation>> | undefined
  /**
   * The time limit of the wait, from when all reads have been started; `Duration.infinity` is none.
   *
   * @default "10 minutes"
   */
  readonly timeout?: Duration.Input | undefined
}

/**
 * The reads of a refresh that has ended.
 *
 * @category models
 * @since 0.1.0
 */
export interface Refreshed {
  /** The reads that ended with data, in the order of the data types. */
  readonly completed: ReadonlyArray<PullOperation>
  /** The reads that ended without data; `status` and `errorMessage` say why, and {@link validation} says more. */
  readonly failed: ReadonlyArray<PullOperation>
}

const awaitRules: Input.Rules<AwaitRefreshOptions> = {
  ...companyRules,
  dataTypes: Input.dataTypes,
  connectionId: Input.optional(Input.id),
  schedule: Input.optional(Input.schedule),
  timeout: Input.optional(Input.duration)
}

/**
 * Asks Codat to read data types of a company again, and waits until each read has ended, with or without success.
 *
 * **Details**
 *
 * Each data type costs one request that starts its read, as {@link refresh} does, and one for each check of the read
 * until it has ended, sent and retried as {@link operation} does. Reads that have ended are not checked again.
 *
 * A read that fails at the platform does not make this effect fail: it is in `failed`. Fails as {@link refresh} does
 * when a read cannot be started, with `InvalidResponse` when a response is about another read, and with a `Timeout`
 * whose `bound` is `await` when the timeout passes or the schedule ends first. Codat then continues with the reads, and
 * {@link history} shows their results.
 *
 * **Example** (Fresh invoices and bills, or why not)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Data } from "effect-codat"
 *
 * const fresh = Data.awaitRefresh({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   dataTypes: ["invoices", "bills"],
 *   timeout: "30 minutes"
 * }).pipe(
 *   Effect.tap(({ failed }) =>
 *     Effect.forEach(failed, ({ dataType, errorMessage, status }) =>
 *       Effect.logWarning(`${dataType}: ${errorMessage ?? status}`)
 *     )
 *   )
 * )
 * ```
 *
 * @function
 * @category refreshing
 * @since 0.1.0
 */
export const awaitRefresh: (
  options: AwaitRefreshOptions
) => Effect.Effect<Refreshed, CodatError, HttpClient.HttpClient | Auth> = Poll.operation(
  "Data.awaitRefresh",
  awaitRules,
  Effect.fnUntraced(function* (options: AwaitRefreshOptions) {
    const { companyId, connectionId } = options
    let reads: ReadonlyArray<PullOperation> = yield* Effect.forEach(options.dataTypes, (dataType) =>
      refresh({ companyId, dataType, connectionId })
    )
    const checkReads = Effect.suspend(() =>
      Effect.forEach(reads, (read) =>
        hasEnded(read) ? Effect.succeed(read) : readAgain({ companyId, datasetId: read.id })
      )
    )
    reads = yield* Poll.until({
      operation: "Data.awaitRefresh",
      path: Endpoint.pathOf(historyPath, { companyId }),
      read: Effect.tap(checkReads, (found) =>
        Effect.sync(() => {
          reads = found
        })
      ),
      isDone: (found) => found.every(hasEnded),
      statusOf: (found) => found.map(({ dataType, status }) => `${dataType} ${status}`).join(", "),
      schedule: options.schedule ?? Poll.backoff("30 seconds"),
      timeout: Duration.fromInputUnsafe(options.timeout ?? "10 minutes")
    })
    return { completed: reads.filter((read) => !hasFailed(read)), failed: reads.filter(hasFailed) }
  })
)

const readAgain = (options: DatasetOptions) =>
  Effect.tap(operation(options), ({ id }) =>
    Poll.isSameId(id, options.datasetId)
      ? Effect.void
      : Poll.otherItem(
          "Data.awaitRefresh",
          Endpoint.pathOf(operationPath, { ...options }),
          "read that was started"
        )
  )

// -----------------------------------------------------------------------------
// Status
// -----------------------------------------------------------------------------

/**
 * Reads the status of each data type of a company.
 *
 * **Example** (Are the invoices there?)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Data } from "effect-codat"
 *
 * const isThere = Data.status({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002" }).pipe(
 *   Effect.map((statuses) => statuses.invoices?.currentStatus === "Complete")
 * )
 * ```
 *
 * @function
 * @category status
 * @since 0.1.0
 */
export const status: (
  options: CompanyOptions
) => Effect.Effect<DataStatuses, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Data.status",
  method: "GET",
  path: "/companies/{companyId}/dataStatus",
  input: companyRules,
  output: DataStatuses
})

/**
 * Gets one read, with its status and progress.
 *
 * **Details**
 *
 * Fails with `NotFound` when there is no such read.
 *
 * **Example** (The progress of a read)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Data } from "effect-codat"
 *
 * const progress = (datasetId: string) =>
 *   Data.operation({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002", datasetId }).pipe(
 *     Effect.map((operation) => operation.progress)
 *   )
 * ```
 *
 * @function
 * @category status
 * @since 0.1.0
 */
export const operation: (
  options: DatasetOptions
) => Effect.Effect<PullOperation, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Data.operation",
  method: "GET",
  path: operationPath,
  input: datasetRules,
  output: PullOperation
})

/**
 * Gets what Codat found when it validated the data of a read.
 *
 * **Details**
 *
 * Fails with `NotFound` when there is no such read.
 *
 * **Example** (Is the data valid?)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Data } from "effect-codat"
 *
 * const isSound = (datasetId: string) =>
 *   Data.validation({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002", datasetId }).pipe(
 *     Effect.map(({ errors }) => errors.length === 0)
 *   )
 * ```
 *
 * @function
 * @category status
 * @since 0.1.0
 */
export const validation: (
  options: DatasetOptions
) => Effect.Effect<ValidationResult, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Data.validation",
  method: "GET",
  path: "/companies/{companyId}/sync/{datasetId}/validation",
  input: datasetRules,
  output: ValidationResult
})

// -----------------------------------------------------------------------------
// History
// -----------------------------------------------------------------------------

const pullOperations: List.List<HistoryFilter, PullOperation> = List.make({
  path: historyPath,
  filter: {
    companyId: Input.id,
    query: Input.optional(Input.query),
    orderBy: Input.optional(Input.orderBy)
  },
  item: PullOperation
})

/**
 * Streams every read of a company's data, page after page.
 *
 * **Details**
 *
 * Lazy, resumable and retried like `Connections.list`.
 *
 * **Gotchas**
 *
 * `query` cannot filter by `isCompleted`: for reads that failed, use `status!=Complete && status!=NotSupported`, and
 * leave out those that are still running, as here.
 *
 * **Example** (What failed, newest first)
 *
 * ```ts
 * import { Stream } from "effect"
 * import { Data, PullOperation } from "effect-codat"
 *
 * const failed = Data.history({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   query: "status!=Complete && status!=NotSupported",
 *   orderBy: "-requested"
 * }).pipe(Stream.filter(PullOperation.hasFailed))
 * ```
 *
 * @function
 * @category history
 * @since 0.1.0
 */
export const history: (
  options: HistoryOptions
) => Stream.Stream<PullOperation, CodatError, HttpClient.HttpClient | Auth> = List.rows(
  "Data.history",
  pullOperations
)

/**
 * Streams the pages of {@link history}: each page has its `pageNumber`, and `startPage` continues from there.
 *
 * **Example** (Continuing after page 7)
 *
 * ```ts
 * import { Data } from "effect-codat"
 *
 * const resumed = Data.historyPages({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002", startPage: 8 })
 * ```
 *
 * @function
 * @category history
 * @since 0.1.0
 */
export const historyPages: (
  options: HistoryOptions
) => Stream.Stream<Page<PullOperation>, CodatError, HttpClient.HttpClient | Auth> = List.pages(
  "Data.historyPages",
  pullOperations
)

/**
 * Reads one page of {@link history}.
 *
 * **Example** (The ten newest)
 *
 * ```ts
 * import { Data } from "effect-codat"
 *
 * const newest = Data.historyPage({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   orderBy: "-requested",
 *   pageSize: 10
 * })
 * ```
 *
 * @function
 * @category history
 * @since 0.1.0
 */
export const historyPage: (
  options: HistoryPageOptions
) => Effect.Effect<Page<PullOperation>, CodatError, HttpClient.HttpClient | Auth> = List.page(
  "Data.historyPage",
  pullOperations
)

/**
 * Counts the reads of a company's data, with one request, for a page of one row.
 *
 * **Example** (How many failed or are still running)
 *
 * ```ts
 * import { Data } from "effect-codat"
 *
 * const incomplete = Data.historyCount({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   query: "status!=Complete && status!=NotSupported"
 * })
 * ```
 *
 * @function
 * @category history
 * @since 0.1.0
 */
export const historyCount: (
  options: HistoryFilter
) => Effect.Effect<number, CodatError, HttpClient.HttpClient | Auth> = List.count(
  "Data.historyCount",
  pullOperations
)
