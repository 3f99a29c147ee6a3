/**
 * What becomes of a connection when its end user, or the platform behind it, says yes or no.
 */
import type { ConnectionErrorState, ConnectionState } from "./Model.ts"
import * as Seed from "./Seed.ts"
import type { CompanyEntry, ConnectionEntry } from "./State.ts"

/** Where an error has no state of its own, and is no longer in force, it is left as it is. */
const resolved = (errors: ReadonlyArray<ConnectionErrorState>, at: string) =>
  errors.map((error) =>
    error.status === "Active" ? { ...error, status: "Resolved" as const, resolvedOnUtc: at } : error
  )

const withError = (connection: ConnectionState, error: ConnectionErrorState): Partial<ConnectionState> => ({
  dataConnectionErrors: [...(connection.dataConnectionErrors ?? []), error]
})

/**
 * Links a connection: its data is synchronised at once, and what was wrong is resolved. With `isOnlyAccounting` the
 * company's other accounting connections are unlinked, since a company has one active at a time.
 */
export const link = (
  company: CompanyEntry,
  connection: ConnectionEntry,
  options: { readonly now: number; readonly isOnlyAccounting: boolean }
): void => {
  const at = Seed.wholeSeconds(options.now)
  if (options.isOnlyAccounting && connection.data.sourceType === "Accounting") {
    for (const other of company.connections) {
      if (other === connection) continue
      if (other.data.sourceType === "Accounting" && other.data.status === "Linked") {
        other.update({ status: "Unlinked" })
      }
    }
  }
  const { dataConnectionErrors } = connection.data
  connection.update({
    status: "Linked",
    lastSync: at,
    ...(dataConnectionErrors === undefined
      ? undefined
      : { dataConnectionErrors: resolved(dataConnectionErrors, at) })
  })
  company.update({ lastSync: at })
}

/** The platform no longer lets Codat in. */
export const deauthorize = (connection: ConnectionEntry, now: number): void =>
  connection.update({
    status: "Deauthorized",
    ...withError(connection.data, {
      statusCode: "401",
      statusText: "Unauthorized",
      errorMessage: "The data source no longer accepts the token.",
      erroredOnUtc: Seed.wholeSeconds(now)
    })
  })

/** Linking came to nothing: the state stays, and the error is there to see. */
export const fail = (
  connection: ConnectionEntry,
  now: number,
  error: { readonly statusCode: string; readonly statusText: string; readonly errorMessage: string }
): void =>
  connection.update(
    withError(connection.data, { ...error, erroredOnUtc: Seed.wholeSeconds(now), status: "Active" })
  )
