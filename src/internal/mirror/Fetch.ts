/**
 * Reads a page of companies, and makes the rows that are written to the tables.
 */
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import { CodatError, Pagination } from "../../CodatError.ts"
import { totalOf } from "../list/Numbers.ts"
import * as Faults from "./Faults.ts"
import * as Reader from "./Reader.ts"
import * as Rows from "./Rows.ts"
import type { Store } from "./Store.ts"

/** A page that waits to be written. It holds rows and no models, so that pages fetched ahead take less memory. */
export interface Fetched extends Omit<Reader.Page, "results" | "skipped"> {
  readonly number: number
  readonly seq: number
  /** Rows that Codat sent. */
  readonly length: number
  readonly companies: ReadonlyArray<Rows.CompanyRow>
  readonly faults: ReadonlyArray<Faults.Fault>
  /** Rows that have no id that can be stored. */
  readonly anonymous: number
  /** Set when the page counts as empty because reading it failed with `Pagination`: the list may not end here. */
  readonly failure?: CodatError | undefined
}

const fetchedOf = (
  { results, skipped = [], ...page }: Reader.Page & Pick<Fetched, "failure">,
  number: number,
  seq: number
): Fetched => {
  const { anonymous, faults, leftOut } = Faults.of(skipped, results)
  return {
    ...page,
    totalResults: totalOf(page),
    number,
    seq,
    length: results.length + skipped.filter(({ isPart }) => !isPart).length,
    companies: results
      .filter(({ id }) => Rows.isStorableId(id))
      .map((company) => Rows.companyRow(company, leftOut.get(company.id))),
    faults,
    anonymous
  }
}

/**
 * Makes a function that reads a page. After the first row that cannot be decoded, which costs a second request, every
 * page is read by `lenientPage`.
 */
export const make = <R>(
  store: Store,
  reader: Reader.Reader<R>,
  reserve: number
): ((number: number) => Effect.Effect<Fetched, CodatError | SqlError, R>) => {
  let isLenient = false
  const read = (number: number): Effect.Effect<Reader.Page, CodatError, R> => {
    if (isLenient) return reader.lenientPage(number)
    return Effect.catchIf(reader.page(number), isFaultInRow, () => {
      isLenient = true
      return reader.lenientPage(number)
    })
  }
  return (number) =>
    Reader.withinQuota(
      reader,
      reserve,
      Effect.gen(function* () {
        const seq = yield* store.next
        const page = yield* read(number).pipe(
          // Companies were deleted during the walk, so that the page no longer exists; or it is empty although its
          // total says otherwise, or it is another page. It counts as an empty last page: the companies that were seen
          // are then compared with the total.
          Effect.catchIf(
            ({ reason }) => (number > 1 && reason._tag === "NotFound") || reason._tag === "Pagination",
            (failure) =>
              Effect.succeed<Reader.Page & Pick<Fetched, "failure">>({
                results: [],
                pageNumber: number,
                pageSize: 0,
                failure: failure.reason._tag === "Pagination" ? failure : undefined
              })
          )
        )
        return fetchedOf(page, number, seq)
      })
    )
}

export const paginationError = (page: number, message: string): CodatError =>
  new CodatError({
    operation: "Companies.page",
    reason: new Pagination({ page, message }),
    attempts: [],
    page
  })

const isFaultInRow = ({ reason }: CodatError): boolean =>
  reason._tag === "InvalidResponse" && (reason.index !== undefined || reason.path.startsWith("results["))

/** The ids of the rows that have one. */
export const idsOf = ({ companies, faults }: Fetched): ReadonlyArray<string> => [
  ...companies.map(({ id }) => id),
  ...faults.map(({ companyId }) => companyId)
]
