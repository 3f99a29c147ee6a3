/**
 * What is told of a change, as an event of Codat's.
 */
import type { CompanyState, ConnectionState } from "./Model.ts"
import type { Change } from "./State.ts"

/** An event before it is a message. */
export interface Event {
  readonly eventType: string
  readonly payload: unknown
}

/** The type of event that Codat has for a change, where it has one. */
const eventTypeOf = (change: Change): string | undefined => {
  if (change.of === "company") return change.isNew ? "company.created" : "company.deleted"
  const { after, before } = change
  if (before === undefined) return "connection.created"
  if (after === undefined) return "connection.deleted"
  if (after.status === "Linked") {
    if (before.status === "Linked") return undefined
    return before.status === "PendingAuth" ? "connection.connected" : "connection.reconnected"
  }
  return before.status === "Linked" ? "connection.disconnected" : undefined
}

const reference = ({ description, id, name, tags }: CompanyState) => ({
  id,
  name,
  description,
  links: { portal: `https://app.codat.io/companies/${id}/summary` },
  tags
})

/** What Codat tells of a change, if anything. */
export const ofChange = (change: Change): Event | undefined => {
  const eventType = eventTypeOf(change)
  if (eventType === undefined) return undefined
  return {
    eventType,
    payload:
      change.of === "company"
        ? change.company
        : { referenceCompany: reference(change.company), connection: change.after ?? change.before }
  }
}

/** What Codat tells of a connection that could not be linked. */
export const connectionFailed = (company: CompanyState, connection: ConnectionState): Event => ({
  eventType: "connection.failed",
  payload: { referenceCompany: reference(company), connection }
})

/** What Codat tells of the daily quota. */
export const rateLimit = (
  what: "reached" | "reset",
  quota: { readonly limit: number; readonly remaining: number; readonly resetsAt: number }
): Event => ({
  eventType: `client.rateLimit.${what}`,
  payload: {
    dailyQuota: quota.limit,
    quotaRemaining: quota.remaining,
    expiryDate: new Date(quota.resetsAt).toISOString()
  }
})
