/**
 * Every connection of every company: `Connections.listAll`.
 */
import type * as HttpClient from "effect/http/HttpClient"
import * as Stream from "effect/Stream"
import type { Auth } from "../Auth.ts"
import type { CodatError } from "../CodatError.ts"
import type { ListOptions } from "../Companies.ts"
import type { Company } from "../Company.ts"
import type { Connection } from "../Connection.ts"
import { companies } from "./CompanyList.ts"
import * as List from "./List.ts"

/**
 * Which companies' connections are listed, and how the companies' pages are read.
 *
 * **Details**
 *
 * `query`, `tags` and `orderBy` are about companies, and `pageSize` counts them: Codat filters and orders no connections
 * here. Of a company that is listed, all connections are.
 *
 * @since 0.1.0
 */
export interface ListAllOptions extends ListOptions {}

/**
 * A connection, and the company that it is of.
 *
 * @since 0.1.0
 */
export interface CompanyConnection {
  readonly company: Company
  readonly connection: Connection
  /** The page of companies that it was on: give it as `startPage` to go on from there. */
  readonly pageNumber: number
}

const pages = List.pages("Connections.listAll", companies)

/**
 * Streams every connection of every company.
 *
 * **When to use**
 *
 * Instead of a list for each company. Codat's companies carry their connections, so a page of 100 companies costs one
 * request and 10,000 companies cost 100, or fewer with a larger `pageSize`. Finding the companies and listing the
 * connections of each would cost 10,100.
 *
 * **Details**
 *
 * Lazy and retried as `Connections.list` is: a page of companies is fetched only when the one before it is used up,
 * unless `concurrency` asks for pages ahead. Companies without connections have no part in the stream, but in the
 * requests.
 *
 * To resume, store the `pageNumber` of what was handled last and begin with it as `startPage`: that page comes again
 * from its beginning, and nothing is left out. Pages are stable where their order is, so give `orderBy: "created"` when
 * companies come and go meanwhile.
 *
 * Fails as `Companies.list` does. With `invalid: "skip"` a connection that cannot be decoded is left out, or a company
 * with all of its connections, where the fault is in the company; a warning says which.
 *
 * **Example** (Whose access is lost)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { Connections } from "effect-codat"
 *
 * const lost = Connections.listAll({ orderBy: "created" }).pipe(
 *   Stream.filter(({ connection }) => connection.status === "Deauthorized"),
 *   Stream.runForEach(({ company, connection }) => Effect.log(company.name, connection.platformName))
 * )
 * ```
 *
 * @since 0.1.0
 */
export const listAll = (
  options: ListAllOptions = {}
): Stream.Stream<CompanyConnection, CodatError, HttpClient.HttpClient | Auth> =>
  pages(options).pipe(
    Stream.map(({ pageNumber, results }) =>
      results.flatMap((company) =>
        company.dataConnections.map((connection) => ({ company, connection, pageNumber }))
      )
    ),
    Stream.flatMap(Stream.fromIterable)
  )
