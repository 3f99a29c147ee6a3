/**
 * The models: a company that gives Codat access to its data, and its parts.
 *
 * The rules are those of Codat's OpenAPI specification. A property that may be null may be absent too; both decode.
 *
 * @module Company
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Connection } from "./Connection.ts"
import { UtcFromString } from "./internal/model/Dates.ts"
import * as Nullish from "./internal/model/Nullish.ts"
import { Secret } from "./internal/model/Secret.ts"
import type { Encoded } from "./Model.ts"

// -----------------------------------------------------------------------------
// Parts of a company
// -----------------------------------------------------------------------------

/**
 * Your own labels for a company: texts by name, such as `{ region: "uk" }`.
 *
 * **Details**
 *
 * Codat keeps at most 10, whose names have 1 to 27 characters and whose values at most 100.
 *
 * @category models
 * @since 0.1.0
 */
export interface Tags {
  readonly [name: string]: string
}

/**
 * The schema of {@link Tags}; a tag whose value is null is left out.
 *
 * @category models
 * @since 0.1.0
 */
export const Tags: Schema.Codec<Tags, Encoded<Tags>> = Nullish.record(Schema.String)

/**
 * A short description of a company, for an object that refers to it.
 *
 * **Details**
 *
 * Codat's OpenAPI specification requires none of the properties.
 *
 * @category models
 * @since 0.1.0
 */
export interface CompanyReference {
  /** The id of the company, a UUID. */
  readonly id?: string | undefined
  /** The name of the company, to show to people. */
  readonly name?: string | undefined
  /** Your own text about the company, such as your reference for it. */
  readonly description?: string | undefined
  /** Links to the company. */
  readonly links?:
    | {
        /** The URL of the company's page in Codat's portal. */
        readonly portal?: string | undefined
      }
    | undefined
  /** Your own labels for the company, by name. */
  readonly tags?: Tags | undefined
}

/**
 * The schema of {@link CompanyReference}.
 *
 * @category models
 * @since 0.1.0
 */
export const CompanyReference: Schema.Codec<CompanyReference, Encoded<CompanyReference>> = Schema.Struct({
  id: Nullish.optional(Schema.String),
  name: Nullish.optional(Schema.String),
  description: Nullish.optional(Schema.String),
  links: Nullish.optional(Schema.Struct({ portal: Nullish.optional(Schema.String) })),
  tags: Nullish.optional(Tags)
})

/**
 * A company without its connections, as webhook events about a company contain it.
 *
 * **Details**
 *
 * Only `id` is always present.
 *
 * @category models
 * @since 0.1.0
 */
export interface CompanyDetails {
  /** The id of the company, a UUID. */
  readonly id: string
  /** The name, to show to people. Codat has removed the characters that it does not allow. */
  readonly name?: string | undefined
  /** Your own text about the company, such as your reference for it. */
  readonly description?: string | undefined
  /**
   * The page where the company starts to link its accounts. It can contain a one-time password, so it is not shown when
   * it is printed. Get the text with `Redacted.value` to give it to the company, and never log it.
   */
  readonly redirect?: Redacted.Redacted<string> | undefined
  /** When data of any connection was last fetched; absent before the first time. */
  readonly lastSync?: DateTime.Utc | undefined
  /** When the company was created in Codat. */
  readonly created?: DateTime.Utc | undefined
  /** Who created the company in Codat. */
  readonly createdByUserName?: string | undefined
  /** Codat's ids of the users who own the company. */
  readonly ownerUserIds?: ReadonlyArray<string> | undefined
  /** Codat's products that are enabled for the company, such as `lending`. */
  readonly products?: ReadonlyArray<string> | undefined
  /** Your own labels for the company, by name. */
  readonly tags?: Tags | undefined
  /** The company that this one belongs to; absent when there is none. */
  readonly referenceParentCompany?: CompanyReference | undefined
  /** The companies that belong to this one. */
  readonly referenceSubsidiaryCompanies?: ReadonlyArray<CompanyReference> | undefined
}

const details = {
  id: Schema.String,
  name: Nullish.optional(Schema.String),
  description: Nullish.optional(Schema.String),
  redirect: Nullish.optional(Secret),
  lastSync: Nullish.optional(UtcFromString),
  created: Nullish.optional(UtcFromString),
  createdByUserName: Nullish.optional(Schema.String),
  ownerUserIds: Nullish.optional(Schema.Array(Schema.String)),
  products: Nullish.optional(Schema.Array(Schema.String)),
  tags: Nullish.optional(Tags),
  referenceParentCompany: Nullish.optional(CompanyReference),
  referenceSubsidiaryCompanies: Nullish.optional(Schema.Array(CompanyReference))
}

/**
 * The schema of {@link CompanyDetails}.
 *
 * @category models
 * @since 0.1.0
 */
export const CompanyDetails: Schema.Codec<CompanyDetails, Encoded<CompanyDetails>> = Schema.Struct(details)

// -----------------------------------------------------------------------------
// Companies
// -----------------------------------------------------------------------------

/**
 * A business that shares its data, typically one of your customers.
 *
 * **Details**
 *
 * `id`, `name` and `redirect` are always present, and so is `dataConnections`, which is empty where Codat sends none.
 * Every other property may be absent.
 *
 * **Example** (Companies that have linked something)
 *
 * ```ts
 * import type { Company } from "effect-codat"
 *
 * const isLinked = (company: Company.Company): boolean =>
 *   company.dataConnections.some((connection) => connection.status === "Linked")
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export interface Company extends CompanyDetails {
  /** The name, to show to people. Codat has removed the characters that it does not allow. */
  readonly name: string
  /**
   * The page where the company starts to link its accounts. It can contain a one-time password, so it is not shown when
   * it is printed. Get the text with `Redacted.value` to give it to the company, and never log it.
   */
  readonly redirect: Redacted.Redacted<string>
  /** All of the company's connections: they are not paged. */
  readonly dataConnections: ReadonlyArray<Connection>
}

/**
 * The schema of {@link Company}, from and to Codat's JSON.
 *
 * **When to use**
 *
 * To read or write a company kept somewhere else: a cache, a queue, a test's fixture. The operations of `Companies`
 * decode by themselves.
 *
 * **Details**
 *
 * Properties not named here are ignored. A `SchemaError` says where the fault is and what was expected there; it does
 * not quote the value.
 *
 * **Example** (To JSON and back)
 *
 * ```ts
 * import { Company } from "effect-codat"
 * import { Schema } from "effect"
 *
 * const Stored = Schema.fromJsonString(Company.Company)
 *
 * const write = Schema.encodeEffect(Stored)
 * const read = Schema.decodeEffect(Stored)
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export const Company: Schema.Codec<Company, Encoded<Company>> = Schema.Struct({
  ...details,
  name: Schema.String,
  redirect: Secret,
  dataConnections: Nullish.withDefault(Schema.Array(Connection), () => [])
})
