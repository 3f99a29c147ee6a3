/**
 * The keys that programs authenticate with: list, make and delete them.
 *
 * Every operation requires `HttpClient` and `Auth` and fails with `CodatError`. `CodatConfig` and `RetryPolicy` have
 * defaults and are read at each call.
 *
 * @module ApiKeys
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import { ApiKey } from "./ApiKey.ts"
import type { Auth } from "./Auth.ts"
import type { CodatError } from "./CodatError.ts"
import * as Call from "./internal/call/Call.ts"
import * as Endpoint from "./internal/call/Endpoint.ts"
import * as Input from "./internal/call/Input.ts"
import * as Unwrap from "./internal/model/Unwrap.ts"

/**
 * A new key.
 *
 * @category models
 * @since 0.1.0
 */
export interface CreateOptions {
  /** What the key is for, to show to people: at most 50 characters. */
  readonly name?: string | undefined
  /** The GUID under which Codat keeps the first response for 90 minutes. Made for each call when left out. */
  readonly idempotencyKey?: string | undefined
}

/**
 * The key to delete.
 *
 * @category models
 * @since 0.1.0
 */
export interface DeleteOptions {
  /** The `id` of the key, which {@link list} returns: not the key itself. */
  readonly apiKeyId: string
}

/**
 * Reads all keys of your Codat client. They are not paged, since there are at most ten.
 *
 * **Gotchas**
 *
 * The keys are `Redacted`: a key gives access to everything that the client has access to.
 *
 * **Example** (Keys by name)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { ApiKeys } from "effect-codat"
 *
 * const names = ApiKeys.list().pipe(Effect.map((keys) => keys.map(({ name }) => name)))
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const list: () => Effect.Effect<ReadonlyArray<ApiKey>, CodatError, HttpClient.HttpClient | Auth> =
  Call.makeOptional({
    operation: "ApiKeys.list",
    method: "GET",
    path: "/apiKeys",
    input: {},
    output: Unwrap.list("results", ApiKey)
  })

/**
 * Makes a key, which is `Redacted`.
 *
 * **Details**
 *
 * Fails with `Conflict` when the client has ten keys, which is the most that Codat allows. The request carries an
 * `Idempotency-Key` that all of its attempts share, so a lost response never leads to a second key.
 *
 * **Example** (A key for one service)
 *
 * ```ts
 * import { ApiKeys } from "effect-codat"
 *
 * const created = ApiKeys.create({ name: "nightly import" })
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
export const create: (
  options: CreateOptions
) => Effect.Effect<ApiKey, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "ApiKeys.create",
  method: "POST",
  path: "/apiKeys",
  input: { name: Input.optional(Input.apiKeyName) },
  body: ({ name }) => ({ name }),
  output: ApiKey
})

/**
 * Deletes a key: programs that use it are refused from then on.
 *
 * **Details**
 *
 * Fails with `NotFound` when there is no such key, except when an earlier attempt of the same call may have deleted it.
 *
 * **Example** (An old key)
 *
 * ```ts
 * import { ApiKeys } from "effect-codat"
 *
 * const deleted = ApiKeys.delete({ apiKeyId: "05a27c8b-8a5c-4b0b-9c8e-0c3f3f2f2a11" })
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
const delete_: (options: DeleteOptions) => Effect.Effect<void, CodatError, HttpClient.HttpClient | Auth> =
  Call.make({
    operation: "ApiKeys.delete",
    method: "DELETE",
    path: "/apiKeys/{apiKeyId}",
    input: { apiKeyId: Input.id },
    output: Endpoint.nothing
  })

export { delete_ as delete }
