/**
 * Which of Codat's products are enabled for a company.
 *
 * Every operation requires `HttpClient` and `Auth` and fails with `CodatError`: with `NotFound` when what an option
 * names does not exist or was deleted. `CodatConfig` and `RetryPolicy` have defaults and are read at each call.
 *
 * @module Products
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

/**
 * A company and a product.
 *
 * @category models
 * @since 0.1.0
 */
export interface ProductOptions {
  /** The id of the company, a UUID. */
  readonly companyId: string
  /** The product, such as `lending`, `expenses` or `bank-feeds`. */
  readonly productIdentifier: string
}

/**
 * The product whose data to read, and which of its data types.
 *
 * @category models
 * @since 0.1.0
 */
export interface RefreshOptions extends ProductOptions {
  /** The data types to read; when left out, all data types of the product. */
  readonly dataTypes?: ReadonlyArray<DataType> | undefined
  /** The GUID under which Codat keeps the first response for 90 minutes. Made for each call when left out. */
  readonly idempotencyKey?: string | undefined
}

const productRules = { companyId: Input.id, productIdentifier: Input.productIdentifier }

/**
 * Enables a product for a company.
 *
 * **Example** (Lending)
 *
 * ```ts
 * import { Products } from "effect-codat"
 *
 * const added = Products.add({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   productIdentifier: "lending"
 * })
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
export const add: (options: ProductOptions) => Effect.Effect<void, CodatError, HttpClient.HttpClient | Auth> =
  Call.make({
    operation: "Products.add",
    method: "PUT",
    path: "/companies/{companyId}/products/{productIdentifier}",
    input: productRules,
    output: Endpoint.nothing
  })

/**
 * Disables a product for a company.
 *
 * **Details**
 *
 * Fails with `NotFound` when the company does not have the product, except when an earlier attempt of the same call may
 * have removed it.
 *
 * **Example** (Removing lending)
 *
 * ```ts
 * import { Products } from "effect-codat"
 *
 * const removed = Products.remove({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   productIdentifier: "lending"
 * })
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
export const remove: (
  options: ProductOptions
) => Effect.Effect<void, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Products.remove",
  method: "DELETE",
  path: "/companies/{companyId}/products/{productIdentifier}",
  input: productRules,
  output: Endpoint.nothing
})

/**
 * Asks Codat to read the data of a product again.
 *
 * **Details**
 *
 * Returns as soon as Codat has accepted the request. The data is read afterwards: `Data.history` and webhooks show the
 * result.
 * Carries an `Idempotency-Key`.
 *
 * **Example** (The invoices that lending needs)
 *
 * ```ts
 * import { Products } from "effect-codat"
 *
 * const refreshing = Products.refresh({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   productIdentifier: "lending",
 *   dataTypes: ["invoices"]
 * })
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
export const refresh: (
  options: RefreshOptions
) => Effect.Effect<void, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "Products.refresh",
  method: "POST",
  path: "/companies/{companyId}/products/{productIdentifier}/refresh",
  input: { ...productRules, dataTypes: Input.optional(Input.dataTypes) },
  body: ({ dataTypes }) => ({ dataTypes }),
  output: Endpoint.nothing
})
