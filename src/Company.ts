/**
 * The models: a company that gives Codat access to its data, and the page of them that Codat answers with.
 *
 * The rules are those of Codat's OpenAPI specification. What may be null there may be absent too, and either decodes.
 *
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import { Connection, type ConnectionEncoded } from "./Connection.ts"
import { CompanyReference, Tags } from "./internal/CompanyReference.ts"
import { UtcFromString } from "./internal/Dates.ts"
import * as Fast from "./internal/Fast.ts"
import * as FastCompany from "./internal/FastCompany.ts"
import * as Nullish from "./internal/Nullish.ts"
import * as Page from "./internal/Page.ts"

// -----------------------------------------------------------------------------
// Parts of a company
// -----------------------------------------------------------------------------

export { CompanyReference, Tags } from "./internal/CompanyReference.ts"

/**
 * Enough of a company to know it by, as Codat's JSON has it.
 *
 * @since 0.1.0
 */
export interface CompanyReferenceEncoded extends Schema.Codec.Encoded<typeof CompanyReference> {}

// -----------------------------------------------------------------------------
// Companies
// -----------------------------------------------------------------------------

/**
 * A business that shares its data, typically one of your customers.
 *
 * **Details**
 *
 * `id`, `name` and `redirect` are always there, and so is `dataConnections`, which is empty where Codat sends none.
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
 * @since 0.1.0
 */
export interface Company {
  /** A UUID. */
  readonly id: string
  /** The name, to show to people. Codat has taken out of it the characters that it does not allow. */
  readonly name: string
  readonly description?: string | undefined
  /** Where the company begins to link its accounts. It can carry a one-time password: never log it. */
  readonly redirect: string
  /** When data of any connection was last fetched; absent until it has been. */
  readonly lastSync?: DateTime.Utc | undefined
  readonly created?: DateTime.Utc | undefined
  /** Who created the company in Codat. */
  readonly createdByUserName?: string | undefined
  /** Codat's products that are enabled for the company, such as `lending`. */
  readonly products?: ReadonlyArray<string> | undefined
  readonly tags?: Tags | undefined
  /** The company that this one belongs to; absent when there is none. */
  readonly referenceParentCompany?: CompanyReference | undefined
  /** The companies that belong to this one. */
  readonly referenceSubsidiaryCompanies?: ReadonlyArray<CompanyReference> | undefined
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
 * @since 0.1.0
 */
export const Company = Fast.attach(
  Schema.Struct({
    id: Schema.String,
    name: Schema.String,
    description: Nullish.optional(Schema.String),
    redirect: Schema.String,
    lastSync: Nullish.optional(UtcFromString),
    created: Nullish.optional(UtcFromString),
    createdByUserName: Nullish.optional(Schema.String),
    products: Nullish.optional<ReadonlyArray<string>, ReadonlyArray<string>>(Schema.Array(Schema.String)),
    tags: Nullish.optional(Tags),
    referenceParentCompany: Nullish.optional<CompanyReference, CompanyReferenceEncoded>(CompanyReference),
    referenceSubsidiaryCompanies: Nullish.optional<
      ReadonlyArray<CompanyReference>,
      ReadonlyArray<CompanyReferenceEncoded>
    >(Schema.Array(CompanyReference)),
    dataConnections: Nullish.withDefault<ReadonlyArray<Connection>, ReadonlyArray<ConnectionEncoded>>(
      Schema.Array(Connection),
      () => []
    )
  }),
  FastCompany.company
)

/**
 * A company as Codat's JSON has it: dates as text, and null wherever a property may be absent.
 *
 * @since 0.1.0
 */
export interface CompanyEncoded extends Schema.Codec.Encoded<typeof Company> {}

// -----------------------------------------------------------------------------
// Pages
// -----------------------------------------------------------------------------

/**
 * One page of companies.
 *
 * **When to use**
 *
 * With `Companies.pages` or `Companies.page`, to keep what a stream of companies leaves out: the page's number, to
 * resume from, and the total.
 *
 * **Details**
 *
 * Missing results become an empty array, and a missing `pageNumber` or `pageSize` becomes 0.
 *
 * @since 0.1.0
 */
export interface CompaniesPage extends Page.Page<Company> {}

/**
 * A page of companies as Codat's JSON has it.
 *
 * @since 0.1.0
 */
export interface CompaniesPageEncoded extends Page.PageEncoded<CompanyEncoded> {}

/**
 * The schema of {@link CompaniesPage}, from and to Codat's JSON.
 *
 * @since 0.1.0
 */
export const CompaniesPage: Schema.Codec<CompaniesPage, CompaniesPageEncoded> = Page.make(Company)
