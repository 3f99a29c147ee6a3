/**
 * Webhook events: marks their companies, and reads marked companies again.
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { SqlError } from "effect/sql/SqlError"
import { type CodatError, isCodatError } from "../../CodatError.ts"
import type { WebhookEvent } from "../../WebhookEvent.ts"
import * as Apply from "./Apply.ts"
import type { Reader } from "./Reader.ts"
import { type OnWritten, type Options, type Outcome, refetch } from "./Refetch.ts"
import { isStorableId, keyOf, storable } from "./Rows.ts"
import { now, type Store } from "./Store.ts"

/** How many marked companies one query returns. */
const batch = 200

/**
 * Marks the event's company. The payload is not stored, because events can be late, repeated and out of order. A message
 * that is delivered again changes nothing: its company has been read since the first delivery, or is still marked.
 */
export const apply = Effect.fnUntraced(function* (
  store: Store,
  event: WebhookEvent
): Effect.fn.Return<void, SqlError> {
  const { account, next, sql } = store
  const subject = subjectOf(event)
  if (subject === undefined) return
  const { connectionId } = subject
  const companyId =
    subject.companyId ??
    (connectionId !== undefined && isStorableId(connectionId)
      ? yield* companyOf(store, connectionId)
      : undefined)
  const id = companyId !== undefined && isStorableId(companyId) ? companyId : null
  yield* sql`INSERT INTO codat_events (account, webhook_id, event_type, company_id, seq, received_at)
    VALUES (${account}, ${keyOf(event.id)}, ${storable(event.eventType)}, ${id}, ${yield* next}, ${yield* now})
    ON CONFLICT (account, webhook_id) DO NOTHING`
})

interface Subject {
  readonly companyId?: string | undefined
  readonly connectionId?: string | undefined
}

/**
 * What an event is about, if it is a company or a connection. Only the ids are needed, so an event counts also when its
 * type is new, or another part of its payload does not have the documented form.
 */
const subjectOf = (event: WebhookEvent): Subject | undefined => {
  switch (event._tag) {
    case "Company":
      return { companyId: event.payload.id }
    case "Connection": {
      const { connection, referenceCompany } = event.payload
      return { companyId: referenceCompany?.id, connectionId: connection.id }
    }
    case "Unrecognized": {
      const { eventType, payload } = event
      if (eventType.startsWith("connection.")) {
        return {
          companyId: textAt(payload, "referenceCompany", "id"),
          connectionId: textAt(payload, "connection", "id")
        }
      }
      return eventType.startsWith("company.") ? { companyId: textAt(payload, "id") } : undefined
    }
    default:
      return undefined
  }
}

const textAt = (value: unknown, ...path: ReadonlyArray<string>): string | undefined => {
  const found = path.reduce<unknown>(
    (part, name) => (Predicate.isObject(part) && Object.hasOwn(part, name) ? part[name] : undefined),
    value
  )
  return Predicate.isString(found) ? found : undefined
}

/**
 * The company of a connection. Scans all connections of the account: events without a company are rare, and an index
 * would make each insert of a connection a third slower.
 */
const companyOf = ({ account, sql }: Store, connectionId: string) =>
  Effect.map(
    sql<{ readonly company_id: string }>`SELECT company_id FROM codat_connections
      WHERE account = ${account} AND connection_id = ${connectionId} LIMIT 1`,
    ([row]) => row?.company_id
  )

/**
 * Reads the companies that are marked when it starts, and once more each company whose read overlapped with another
 * read. A company that could not be read stays marked.
 */
export const heal = Effect.fnUntraced(function* <R>(
  store: Store,
  reader: Reader<R>,
  options: Options,
  onWritten?: OnWritten
): Effect.fn.Return<Outcome, CodatError | SqlError, R> {
  const total = { read: 0, removed: 0, invalid: 0, changes: 0 }
  const until = yield* store.next
  while (true) {
    const marked = yield* store.sql<{ readonly company_id: string }>`
      SELECT company_id FROM codat_events
      WHERE account = ${store.account} AND done_at IS NULL AND company_id IS NOT NULL
      AND (seq <= ${until} OR event_type = ${Apply.readAgainType})
      GROUP BY company_id ORDER BY min(seq) LIMIT ${batch}`
    if (marked.length === 0) return total
    const ids = marked.map(({ company_id }) => company_id)
    const outcome = yield* refetch(store, reader, ids, options, onWritten).pipe(
      Effect.tapError((error) => (isCodatError(error) ? postpone(store, ids) : Effect.void))
    )
    for (const key of ["read", "removed", "invalid", "changes"] as const) total[key] += outcome[key]
  }
})

/** Moves companies that could not be read to the end of the queue, so that the next call starts with the other ones. */
const postpone = ({ account, isOneOf, sql, write }: Store, ids: ReadonlyArray<string>) =>
  write(
    ({ seq }) =>
      sql`UPDATE codat_events SET seq = ${seq} WHERE account = ${account} AND done_at IS NULL AND ${isOneOf(ids)}`
  )
