/**
 * The changes of a connection when its end user, or its platform, allows or refuses access.
 */
import type { ConnectionErrorState, ConnectionJson } from "./Model.ts"
import * as Seed from "./Seed.ts"
import type { CompanyEntry, ConnectionEntry } from "./State.ts"

const withError = (connection: ConnectionJson, error: ConnectionErrorState): Partial<ConnectionJson> => ({
  dataConnectionErrors: [...(connection.dataConnectionErrors ?? []), error]
})

/**
 * Links a connection and resolves its errors; its first read sets `lastSync`. With `isOnlyAccounting` the company's other
 * accounting connections are unlinked, because a company can have only one.
 */
export const link = (
  company: CompanyEntry,
  connection: ConnectionEntry,
  options: { readonly now: number; readonly isOnlyAccounting: boolean }
): void => {
  if (options.isOnlyAccounting && connection.data.sourceType === "Accounting") {
    for (const other of company.connections) {
      if (other === connection) continue
      if (other.data.sourceType === "Accounting" && other.data.status === "Linked") {
        other.update({ status: "Unlinked" })
      }
    }
  }
  const at = Seed.wholeSeconds(options.now)
  connection.update({ status: "Linked", ...Seed.resolved(connection.data, at) })
}

/** The platform no longer allows access. */
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

/** Linking failed: the status does not change, and the connection gets an error. */
export const fail = (
  connection: ConnectionEntry,
  now: number,
  error: { readonly statusCode: string; readonly statusText: string; readonly errorMessage: string }
): void =>
  connection.update(
    withError(connection.data, { ...error, erroredOnUtc: Seed.wholeSeconds(now), status: "Active" })
  )
