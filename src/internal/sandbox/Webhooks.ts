/**
 * Codat's webhook events for what happens in the sandbox.
 */
import type { Change } from "./Entries.ts"
import * as Events from "./Events.ts"
import type { CompanyJson, ConnectionJson } from "./Model.ts"

/** An event before it is a message. */
export interface Event {
  readonly eventType: string
  readonly payload: unknown
  /** The company of the event, if it has one. */
  readonly company?: CompanyJson | undefined
}

/** The event for a change, if there is one. */
export const ofChange = (change: Change): Event | undefined => {
  const eventType = Events.eventTypeOf(change)
  return eventType === undefined
    ? undefined
    : { eventType, payload: Events.payloadOf(change), company: change.company }
}

/** The event for a connection that could not be linked. */
export const connectionFailed = (company: CompanyJson, connection: ConnectionJson): Event => ({
  eventType: "connection.failed",
  payload: { referenceCompany: Events.reference(company), connection },
  company
})

/** The event for the daily quota. */
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
