/**
 * How often, and how far back, Codat reads each data type: for one company, and for all companies without settings of
 * their own.
 *
 * Every operation requires `HttpClient` and `Auth` and fails with `CodatError`: with `NotFound` when what an option
 * names does not exist or was deleted. `CodatConfig` and `RetryPolicy` have defaults and are read at each call.
 *
 * @module SyncSettings
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type { Auth } from "./Auth.ts"
import type { CodatError } from "./CodatError.ts"
import * as Call from "./internal/call/Call.ts"
import * as Endpoint from "./internal/call/Endpoint.ts"
import * as Input from "./internal/call/Input.ts"
import { CompanySettings, DefaultSettings, type SyncSetting } from "./SyncSetting.ts"

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
 * The new settings of a company.
 *
 * @category models
 * @since 0.1.0
 */
export interface SetOptions extends CompanyOptions {
  /** The new settings, one for each data type; at least one. */
  readonly settings: ReadonlyArray<SyncSetting>
  /** Whether the company has settings of its own, in place of the client's. */
  readonly overridesDefaults: boolean
  /** The GUID under which Codat keeps the first response for 90 minutes. Made for each call when left out. */
  readonly idempotencyKey?: string | undefined
}

/**
 * The new settings of a client.
 *
 * @category models
 * @since 0.1.0
 */
export interface SetDefaultsOptions {
  /** The id of your client, which {@link getDefaults} returns. */
  readonly clientId: string
  /** The new settings, one for each data type; at least one. */
  readonly settings: ReadonlyArray<SyncSetting>
  /** Whether the client has settings of its own, in place of Codat's. */
  readonly overridesDefaults: boolean
  /** The GUID under which Codat keeps the first response for 90 minutes. Made for each call when left out. */
  readonly idempotencyKey?: string | undefined
}

/**
 * Reads the settings of a company.
 *
 * **Example** (The hours between two reads of invoices)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { SyncSettings } from "effect-codat"
 *
 * const hours = SyncSettings.get({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002" }).pipe(
 *   Effect.map(({ settings }) => settings.find(({ dataType }) => dataType === "invoices")?.syncSchedule)
 * )
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const get: (
  options: CompanyOptions
) => Effect.Effect<CompanySettings, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "SyncSettings.get",
  method: "GET",
  path: "/companies/{companyId}/syncSettings",
  input: { companyId: Input.id },
  output: CompanySettings
})

/**
 * Sets the settings of a company.
 *
 * **Details**
 *
 * An invalid setting, such as a `syncSchedule` of half an hour, fails with `InvalidRequest` before anything is
 * sent, and the error names it: `settings[2].syncSchedule`. Carries an `Idempotency-Key`.
 *
 * **Example** (Invoices every day, from 2020 on)
 *
 * ```ts
 * import { DateTime } from "effect"
 * import { SyncSettings } from "effect-codat"
 *
 * const set = SyncSettings.set({
 *   companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
 *   overridesDefaults: true,
 *   settings: [
 *     {
 *       dataType: "invoices",
 *       fetchOnFirstLink: true,
 *       syncSchedule: 24,
 *       syncOrder: 0,
 *       syncFromUtc: DateTime.makeUnsafe("2020-01-01")
 *     }
 *   ]
 * })
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
export const set: (options: SetOptions) => Effect.Effect<void, CodatError, HttpClient.HttpClient | Auth> =
  Call.make({
    operation: "SyncSettings.set",
    method: "POST",
    path: "/companies/{companyId}/syncSettings",
    input: { companyId: Input.id, settings: Input.syncSettings, overridesDefaults: Input.boolean },
    body: ({ companyId, overridesDefaults, settings }) => ({ companyId, settings, overridesDefaults }),
    output: Endpoint.nothing
  })

/**
 * Reads the settings of your client, which apply to each company without settings of its own.
 *
 * **Example** (What is read as soon as a connection is linked)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { SyncSettings } from "effect-codat"
 *
 * const first = SyncSettings.getDefaults().pipe(
 *   Effect.map(({ settings }) => settings.filter((setting) => setting.fetchOnFirstLink))
 * )
 * ```
 *
 * @function
 * @category reading
 * @since 0.1.0
 */
export const getDefaults: () => Effect.Effect<DefaultSettings, CodatError, HttpClient.HttpClient | Auth> =
  Call.makeOptional({
    operation: "SyncSettings.getDefaults",
    method: "GET",
    path: "/profile/syncSettings",
    input: {},
    output: DefaultSettings
  })

/**
 * Sets the settings of your client. Refuses invalid settings as {@link set} does, and carries an `Idempotency-Key`.
 *
 * **Example** (Everything every day)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { SyncSettings } from "effect-codat"
 *
 * const daily = SyncSettings.getDefaults().pipe(
 *   Effect.flatMap(({ clientId = "", settings }) =>
 *     SyncSettings.setDefaults({
 *       clientId,
 *       overridesDefaults: true,
 *       settings: settings.map((setting) => ({ ...setting, syncSchedule: 24 }))
 *     })
 *   )
 * )
 * ```
 *
 * @function
 * @category writing
 * @since 0.1.0
 */
export const setDefaults: (
  options: SetDefaultsOptions
) => Effect.Effect<void, CodatError, HttpClient.HttpClient | Auth> = Call.make({
  operation: "SyncSettings.setDefaults",
  method: "POST",
  path: "/profile/syncSettings",
  input: { clientId: Input.id, settings: Input.syncSettings, overridesDefaults: Input.boolean },
  body: ({ clientId, overridesDefaults, settings }) => ({ clientId, settings, overridesDefaults }),
  output: Endpoint.nothing
})
