/**
 * The types of events that are known, and what each is about.
 */

export const connectionEvents = [
  "connection.created",
  "connection.connected",
  "connection.disconnected",
  "connection.reconnected",
  "connection.failed",
  "connection.deleted"
] as const

export const companyEvents = ["company.created", "company.deleted"] as const

export const rateLimitEvents = ["client.rateLimit.reached", "client.rateLimit.reset"] as const

const tags: ReadonlyMap<string, "Connection" | "Company" | "RateLimit"> = new Map([
  ...connectionEvents.map((eventType) => [eventType, "Connection"] as const),
  ...companyEvents.map((eventType) => [eventType, "Company"] as const),
  ...rateLimitEvents.map((eventType) => [eventType, "RateLimit"] as const)
])

/** The `_tag` of the event that a type of event becomes. */
export const tagOf = (eventType: string) => tags.get(eventType) ?? "Unrecognized"
