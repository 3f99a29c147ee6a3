/**
 * Codat's companies: whose connections they are. Each endpoint an Effect, the list a Stream.
 *
 * Every operation requires `HttpClient` and `Auth` and fails with `CodatError`. `CodatConfig` and `RetryPolicy` have
 * defaults and are read at each call.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Stream from "effect/Stream"
import type { Auth } from "./Auth.ts"
import type { CodatError } from "./CodatError.ts"
import { Company, type Tags } from "./Company.ts"
import { companies } from "./internal/CompanyList.ts"
import * as Endpoint from "./internal/Endpoint.ts"
import * as Input from "./internal/Input.ts"
import * as List from "./internal/List.ts"
import * as Pipeline from "./internal/Pipeline.ts"
import { write } from "./internal/Write.ts"
import type * as Page from "./Page.ts"

// -----------------------------------------------------------------------------
// Options
// -----------------------------------------------------------------------------

/**
 * Which companies are listed, and in what order.
 *
 * @since 0.1.0
 */
export interface Filter {
  /**
   * Codat's query language over a company's properties, such as `name~Bakery && created>2024-01-01`; fewer than
   * 2048 characters.
   *
   * @see https://docs.codat.io/using-the-api/querying
   */
  readonly query?: string | undefined
  /**
   * Codat's query language over the company's own tags, such as `region=uk && team=invoice-finance`; fewer than 2048
   * characters. It knows `=`, `!=` and `~`.
   *
   * @see https://docs.codat.io/using-the-api/managing-companies
   */
  readonly tags?: string | undefined
  /**
   * A field name, with `-` before it for descending order.
   *
   * @see https://docs.codat.io/using-the-api/ordering-results
   */
  readonly orderBy?: string | undefined
}

/**
 * One page of a list.
 *
 * @since 0.1.0
 */
export interface PageOptions extends Filter {
  /**
   * The page, from 1.
   *
   * @default 1
   */
  readonly page?: number | undefined
  /**
   * Companies on a page, from 1 to 5000.
   *
   * @default 100
   */
  readonly pageSize?: number | undefined
}

/**
 * All pages of a list.
 *
 * @since 0.1.0
 */
export interface ListOptions extends Filter, List.Options {}

/**
 * One company.
 *
 * @since 0.1.0
 */
export interface CompanyOptions {
  readonly companyId: string
}

/**
 * What a company is called and known by.
 *
 * @since 0.1.0
 */
export interface Details {
  /** Codat leaves out of it what is not a letter, a digit, a space or one of `- ' , & @ . ? !`. */
  readonly name: string
  /** Anything of use to you, such as a reference of your own. */
  readonly description?: string | undefined
  /** At most 10, with names of 1 to 27 characters and values of at most 100. */
  readonly tags?: Tags | undefined
}

/**
 * Of {@link Details}, what is to change.
 *
 * @since 0.1.0
 */
export type Changes = { readonly [Name in keyof Details]?: Details[Name] | undefined }

/**
 * A new company.
 *
 * @since 0.1.0
 */
export interface CreateOptions extends Details, Endpoint.WriteOptions {}

/**
 * The company to change, and what of it.
 *
 * @since 0.1.0
 */
export interface UpdateOptions extends CompanyOptions, Changes, Endpoint.WriteOptions {}

/**
 * The company to describe anew, and how.
 *
 * @since 0.1.0
 */
export interface ReplaceOptions extends CompanyOptions, Details {}

type Requirements = HttpClient.HttpClient | Auth

const companyOf = { companyId: Input.id }
const companyPath = ({ companyId }: CompanyOptions) => Endpoint.path`/companies/${companyId}`

const described = {
  name: Input.name,
  description: Input.optional(Input.text),
  tags: Input.optional(Input.tags)
}
const description = ({ description, name, tags }: Changes) => ({ name, description, tags })

// -----------------------------------------------------------------------------
// Reading
// -----------------------------------------------------------------------------

const rows = List.rows("Companies.list", companies)

/**
 * Streams every company, page after page, each with its connections.
 *
 * **When to use**
 *
 * For the companies themselves. `Connections.listAll` streams their connections, from the same pages.
 *
 * **Details**
 *
 * Nothing is sent before the stream is pulled, and a page is fetched only when the one before it is used up, unless
 * `concurrency` asks for pages ahead. Each page is one request, retried by itself. Beside the reasons that any request
 * can have, fails with `BadRequest` when Codat cannot read `query` or `tags`, with `Pagination` when pages do not
 * advance and with `InvalidResponse`, naming page, row and path, when a row cannot be decoded (or, with
 * `invalid: "skip"`, logs a warning and leaves out the connection at fault, or the company, where the fault is in it).
 *
 * **Example** (Names of a region's companies)
 *
 * ```ts
 * import { Stream } from "effect"
 * import { Companies } from "effect-codat"
 *
 * const names = Companies.list({ tags: "region=uk", orderBy: "name" }).pipe(Stream.map((company) => company.name))
 * ```
 *
 * @see https://docs.codat.io/using-the-api/paging
 * @since 0.1.0
 */
export const list = (options: ListOptions = {}): Stream.Stream<Company, CodatError, Requirements> =>
  rows(options)

const allPages = List.pages("Companies.pages", companies)

/**
 * Streams the pages of companies.
 *
 * **When to use**
 *
 * Use instead of {@link list} when progress is stored: a page says its `pageNumber`, and `startPage` goes on from
 * there.
 *
 * **Example** (Going on after page 7)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { Companies } from "effect-codat"
 *
 * const resumed = Companies.pages({ startPage: 8, orderBy: "created" }).pipe(
 *   Stream.runForEach((page) => Effect.log(`page ${page.pageNumber}: ${page.results.length} companies`))
 * )
 * ```
 *
 * @since 0.1.0
 */
export const pages = (
  options: ListOptions = {}
): Stream.Stream<Page.Page<Company>, CodatError, Requirements> => allPages(options)

const onePage = List.page("Companies.page", companies)

/**
 * Reads one page of companies.
 *
 * @since 0.1.0
 */
export const page = (
  options: PageOptions = {}
): Effect.Effect<Page.Page<Company>, CodatError, Requirements> => onePage(options)

const total = List.count("Companies.count", companies)

/**
 * Counts the companies, in one request for a page of one.
 *
 * **Details**
 *
 * Fails with `InvalidResponse` when the answer has no `totalResults`.
 *
 * @since 0.1.0
 */
export const count = (options: Filter = {}): Effect.Effect<number, CodatError, Requirements> => total(options)

/**
 * Reads one company, with its connections.
 *
 * **Details**
 *
 * Fails with `NotFound` when the company does not exist or was deleted.
 *
 * **Example** (What a company has linked)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Companies } from "effect-codat"
 *
 * const platforms = Companies.get({ companyId: "8a210b68-6988-11ed-a1eb-0242ac120002" }).pipe(
 *   Effect.map(({ dataConnections }) => dataConnections.map((connection) => connection.platformName))
 * )
 * ```
 *
 * @since 0.1.0
 */
export const get = Pipeline.operation<CompanyOptions, Company>({
  operation: "Companies.get",
  method: "GET",
  input: companyOf,
  path: companyPath,
  output: Endpoint.json(Company)
})

// -----------------------------------------------------------------------------
// Writing
// -----------------------------------------------------------------------------

/**
 * Creates a company, without connections. Its `redirect` is where the end user begins to link accounts.
 *
 * **Details**
 *
 * The request carries an `Idempotency-Key` that all of its attempts share, so a response lost on the way never makes
 * a second company. Fails with `UnprocessableContent` when `idempotencyKey` was used for another body, and with
 * `PaymentRequired` when the account may have no more companies.
 *
 * **Gotchas**
 *
 * The redirect can hold a one-time password: do not log it.
 *
 * **Example** (A customer of yours)
 *
 * ```ts
 * import { Companies } from "effect-codat"
 *
 * const created = Companies.create({ name: "Bank of Dave", tags: { region: "uk", reference: "4711" } })
 * ```
 *
 * @see https://docs.codat.io/using-the-api/write-data/idempotency
 * @since 0.1.0
 */
export const create = write<CreateOptions, Company>({
  operation: "Companies.create",
  method: "POST",
  input: { ...described, idempotencyKey: Input.optional(Input.idempotencyKey) },
  path: () => "/companies",
  body: description,
  output: Endpoint.json(Company)
})

/**
 * Changes a company's name, description or tags, and leaves alone what is not given.
 *
 * **When to use**
 *
 * For a change of one of them; {@link replace} empties what it is not given.
 *
 * **Details**
 *
 * Codat's specification does not say whether tags that are given join those that the company has or take their place;
 * with {@link replace} they are what is given. Carries an `Idempotency-Key` like {@link create}.
 *
 * @since 0.1.0
 */
export const update = write<UpdateOptions, Company>({
  operation: "Companies.update",
  method: "PATCH",
  input: {
    ...companyOf,
    ...described,
    name: Input.optional(Input.name),
    idempotencyKey: Input.optional(Input.idempotencyKey)
  },
  path: companyPath,
  body: description,
  output: Endpoint.json(Company)
})

/**
 * Describes a company anew: name, description and tags become what is given, and nothing where nothing is.
 *
 * **When to use**
 *
 * To make Codat's company the same as yours, whatever it was; {@link update} changes a part.
 *
 * @since 0.1.0
 */
export const replace = Pipeline.operation<ReplaceOptions, Company>({
  operation: "Companies.replace",
  method: "PUT",
  input: { ...companyOf, ...described },
  path: companyPath,
  body: description,
  output: Endpoint.json(Company)
})

const delete_ = Pipeline.operation<CompanyOptions, void>({
  operation: "Companies.delete",
  method: "DELETE",
  input: companyOf,
  path: companyPath,
  output: Endpoint.nothing
})

export {
  /**
   * Deletes a company, its connections and the data that Codat has of them. This cannot be undone.
   *
   * **Details**
   *
   * Fails with `NotFound` when there is no such company, except when an earlier attempt of the same call may have
   * deleted it.
   *
   * @since 0.1.0
   */
  delete_ as delete
}
