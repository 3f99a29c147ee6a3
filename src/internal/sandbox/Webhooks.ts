/**
 * What is told, as events of Codat's.
 */
import type { Change } from "./Entries.ts"
import * as Events from "./Events.ts"
import type { CompanyJson, ConnectionJson } from "./Model.ts"

/** An event before it is a message. */
export interface Event {
  readonly eventType: string
  readonly payload: unknown
  /** The company that it is about, if it is about one. */
  readonly company?: CompanyJson | undefined
}

/** What Codat tells of a change, if anything. */
export const ofChange = (change: Change): Event | undefined => {
  const eventType = Events.eventTypeOf(change)
  return eventType === undefined
    ? undefined
    : { eventType, payload: Events.payloadOf(change), company: change.company }
}

/** What Codat tells of a connection that could not be linked. */
export const connectionFailed = (company: CompanyJson, connection: ConnectionJson): Event => ({
  eventType: "connection.failed",
  payload: { referenceCompany: Events.reference(company), connection },
  company
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
