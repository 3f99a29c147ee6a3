/**
 * Writing what was read, inside of a transaction: only what began after the row's own read had ended replaces the row.
 */
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Change } from "./ChangeRows.ts"
import * as Faults from "./Faults.ts"
import type { Into } from "./Insert.ts"
import { load } from "./Load.ts"
import * as Put from "./Put.ts"
import * as Rows from "./Rows.ts"
import type { Store, Transaction } from "./Store.ts"

/** What one request showed, and the number that was taken before it. */
export interface Read {
  readonly seq: number
  readonly companies: ReadonlyArray<Rows.CompanyRow>
  /** What of it could not be decoded, by company. */
  readonly faults: ReadonlyArray<Faults.Fault>
}

interface Known {
  readonly readSeq: number
  readonly appliedSeq: number
  readonly digest: string
  readonly isLiving: boolean
}

type Written = Effect.fn.Return<void, SqlError>

/**
 * How a read stands to a row. Two that overlapped can have been answered in either order, so neither is newer: the
 * company is read again.
 */
const compare = (seq: number, known: Known): "newer" | "older" | "overlapping" =>
  seq > known.appliedSeq ? "newer" : seq < known.readSeq ? "older" : "overlapping"

const lookUp = Effect.fnUntraced(function* (
  { account, isOneOf, sql }: Store,
  ids: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyMap<string, Known>, SqlError> {
  const rows = yield* sql<Readonly<Record<string, unknown>>>`
    SELECT company_id, read_seq, applied_seq, digest, removed_at FROM codat_companies
    WHERE account = ${account} AND ${isOneOf(ids)}`
  return new Map(
    rows.map((row) => [
      String(row["company_id"]),
      {
        readSeq: Number(row["read_seq"]),
        appliedSeq: Number(row["applied_seq"]),
        digest: String(row["digest"]),
        isLiving: row["removed_at"] === null
      }
    ])
  )
})

// -----------------------------------------------------------------------------
// Companies that are there
// -----------------------------------------------------------------------------

export const read = Effect.fnUntraced(function* (
  store: Store,
  transaction: Transaction,
  { companies, faults, seq }: Read
): Written {
  const byId = new Map(companies.map((company) => [company.id, company]))
  // Shown twice, once as it should be: that is the one to believe.
  const faulty = faults.filter(({ companyId, kind }) => kind === "connection" || !byId.has(companyId))
  const ids = [...new Set([...byId.keys(), ...faulty.map(({ companyId }) => companyId)])]
  if (ids.length === 0) return
  const known = yield* lookUp(store, ids)
  const added: Array<Rows.CompanyRow> = []
  const changed: Array<Rows.CompanyRow> = []
  const same: Array<string> = []
  const doubtful: Array<string> = []
  for (const company of byId.values()) {
    const row = known.get(company.id)
    if (row === undefined) {
      added.push(company)
      continue
    }
    const order = compare(seq, row)
    if (order === "older") continue
    const isSame = row.isLiving && row.digest === company.digest
    if (order === "overlapping") {
      if (!isSame) doubtful.push(company.id)
    } else if (isSame) same.push(company.id)
    else if (row.isLiving) changed.push(company)
    else added.push(company)
  }
  if (same.length > 0) yield* touch(store, transaction, seq, same)
  if (added.length > 0) yield* add(store, transaction, seq, added)
  if (changed.length > 0) yield* change(store, transaction, seq, changed)
  yield* Faults.forget(store, seq, ids)
  if (faulty.length > 0) yield* doubt(store, transaction, seq, faulty, known)
  yield* finishEvents(store, transaction, seq, ids)
  yield* readAgain(store, transaction, doubtful)
})

const touch = (
  { account, isOneOf, sql }: Store,
  { at, seq: now }: Transaction,
  seq: number,
  ids: ReadonlyArray<string>
) =>
  sql`UPDATE codat_companies SET read_seq = ${seq}, applied_seq = ${now}, read_at = ${at}
    WHERE account = ${account} AND ${isOneOf(ids)}`

const add = Effect.fnUntraced(function* (
  store: Store,
  transaction: Transaction,
  seq: number,
  companies: ReadonlyArray<Rows.CompanyRow>
): Written {
  yield* Put.companies(store, transaction, seq, companies)
  yield* Put.connections(
    store,
    transaction,
    companies.flatMap(({ connections, id }) =>
      connections.map((connection) => ({ companyId: id, connection }))
    )
  )
  for (const { connections, id } of companies) {
    transaction.changes.push({ kind: "company.added", companyId: id, fields: [] })
    for (const connection of connections) {
      transaction.changes.push({
        kind: "connection.added",
        companyId: id,
        connectionId: connection.id,
        fields: []
      })
    }
  }
})

const change = Effect.fnUntraced(function* (
  store: Store,
  transaction: Transaction,
  seq: number,
  companies: ReadonlyArray<Rows.CompanyRow>
): Written {
  const before = yield* load(
    store,
    companies.map(({ id }) => id)
  )
  const connections: Array<{ readonly companyId: string; readonly connection: Rows.ConnectionRow }> = []
  const removed: Array<{ readonly companyId: string; readonly connectionId: string }> = []
  const changes: Array<Change> = []
  for (const company of companies) {
    const companyId = company.id
    const old = before.get(companyId) ?? {
      cells: [],
      connections: new Map<string, ReadonlyArray<Rows.Cell>>()
    }
    const present = new Set([...company.connections.map(({ id }) => id), ...company.leftOut])
    // One that was left out and has no id can be any of those that are not there.
    const gone = present.has(null) ? [] : [...old.connections.keys()].filter((id) => !present.has(id))
    const fields = Rows.differences(Rows.companyColumns, old.cells, company.cells)
    if (fields.length > 0) changes.push({ kind: "company.changed", companyId, fields })
    for (const connection of company.connections) {
      const cells = old.connections.get(connection.id)
      const fields =
        cells === undefined ? [] : Rows.differences(Rows.connectionColumns, cells, connection.cells)
      if (cells !== undefined && fields.length === 0) continue
      connections.push({ companyId, connection })
      const kind = cells === undefined ? "connection.added" : "connection.changed"
      changes.push({ kind, companyId, connectionId: connection.id, fields })
    }
    for (const connectionId of gone) {
      removed.push({ companyId, connectionId })
      changes.push({ kind: "connection.removed", companyId, connectionId, fields: [] })
    }
  }
  yield* Put.companies(store, transaction, seq, companies)
  yield* Put.connections(store, transaction, connections)
  yield* Effect.forEach(
    removed,
    ({ companyId, connectionId }) =>
      store.sql`DELETE FROM codat_connections
        WHERE account = ${store.account} AND company_id = ${companyId} AND connection_id = ${connectionId}`,
    { discard: true }
  )
  transaction.changes.push(...changes)
})

// -----------------------------------------------------------------------------
// Companies that are not there, or cannot be decoded
// -----------------------------------------------------------------------------

const intoRemoved: Into = {
  table: "codat_companies",
  shared: [["account", "text"]],
  columns: [
    ["company_id", "text"],
    ["name", "text"],
    ["read_at", "time"],
    ["removed_at", "time"],
    ["read_seq", "int"],
    ["applied_seq", "int"],
    ["digest", "text"]
  ],
  onConflict: `ON CONFLICT (account, company_id) DO UPDATE SET
    name = '', description = NULL, created_by_user_name = NULL, tags = NULL, created = NULL, last_sync = NULL,
    digest = '', read_at = excluded.read_at, removed_at = excluded.removed_at,
    read_seq = excluded.read_seq, applied_seq = excluded.applied_seq`
}

/** Codat said that there is no such company. Gives whether the table had it. */
export const gone = Effect.fnUntraced(function* (
  store: Store,
  transaction: Transaction,
  seq: number,
  id: string
): Effect.fn.Return<boolean, SqlError> {
  const { account, sql } = store
  const row = (yield* lookUp(store, [id])).get(id)
  yield* Faults.forget(store, seq, [id])
  yield* finishEvents(store, transaction, seq, [id])
  const order = row === undefined ? "newer" : compare(seq, row)
  if (order === "older") return false
  if (order === "overlapping") {
    if (row?.isLiving === true) yield* readAgain(store, transaction, [id])
    return false
  }
  // The row stays for a time, without content: a page that was read before the company went may still be on its way.
  const { at, seq: now } = transaction
  yield* store.insert(intoRemoved, [account], [[id, "", at, at, seq, now, ""]])
  if (row?.isLiving !== true) return false
  const connections = yield* sql<{ readonly connection_id: string }>`
    DELETE FROM codat_connections WHERE account = ${account} AND company_id = ${id} RETURNING connection_id`
  for (const { connection_id: connectionId } of connections) {
    transaction.changes.push({ kind: "connection.removed", companyId: id, connectionId, fields: [] })
  }
  transaction.changes.push({ kind: "company.removed", companyId: id, fields: [] })
  return true
})

/** What is there and cannot be decoded stays as it was, and it is noted why. */
const doubt = Effect.fnUntraced(function* (
  store: Store,
  transaction: Transaction,
  seq: number,
  faults: ReadonlyArray<Faults.Fault>,
  known: ReadonlyMap<string, Known>
): Written {
  const { account, isOneOf, sql } = store
  const newest = faults.filter(({ companyId }) => {
    const row = known.get(companyId)
    return row === undefined || compare(seq, row) === "newer"
  })
  yield* Faults.note(store, transaction, seq, newest)
  const companies = newest.filter(({ kind }) => kind === "company").map(({ companyId }) => companyId)
  if (companies.length === 0) return
  yield* sql`UPDATE codat_companies SET read_seq = ${seq}, applied_seq = ${transaction.seq}
    WHERE account = ${account} AND removed_at IS NULL AND ${isOneOf(companies)}`
})

// -----------------------------------------------------------------------------
// Events
// -----------------------------------------------------------------------------

/** The type of the event by which a mirror marks a company for itself. */
export const readAgainType = "mirror.reread"

/** An event is done when a read that began after it is in. */
const finishEvents = (
  { account, isOneOf, sql }: Store,
  { at }: Transaction,
  seq: number,
  ids: ReadonlyArray<string>
) =>
  sql`UPDATE codat_events SET done_at = ${at}
    WHERE account = ${account} AND done_at IS NULL AND seq < ${seq} AND ${isOneOf(ids)}`

const intoEvents: Into = {
  table: "codat_events",
  shared: [
    ["account", "text"],
    ["event_type", "text"],
    ["seq", "int"],
    ["received_at", "time"]
  ],
  columns: [
    ["webhook_id", "text"],
    ["company_id", "text"]
  ],
  onConflict: "ON CONFLICT (account, webhook_id) DO NOTHING"
}

const readAgain = (
  { account, insert }: Store,
  { at, seq }: Transaction,
  ids: ReadonlyArray<string>
): Effect.Effect<void, SqlError> =>
  insert(
    intoEvents,
    [account, readAgainType, seq, at],
    ids.map((id) => [`reread:${seq}:${id}`, id])
  )
