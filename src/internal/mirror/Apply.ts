/**
 * Writes the result of a request to the tables, inside a transaction. A result replaces a row only when its request
 * started after the request that the row shows had ended.
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

/** The result of one request, and the sequence number that was taken before the request was sent. */
export interface Read {
  readonly seq: number
  readonly companies: ReadonlyArray<Rows.CompanyRow>
  /** The companies, and parts of companies, that could not be decoded. */
  readonly faults: ReadonlyArray<Faults.Fault>
}

/** The state of a company's row in the table. */
interface Known {
  readonly readSeq: number
  readonly appliedSeq: number
  readonly digest: string
  readonly exists: boolean
}

type Written = Effect.fn.Return<void, SqlError>

/**
 * Whether a read is newer or older than the read that the row shows. Codat can have answered two overlapping reads in
 * either order, so neither is newer, and the company is read again.
 */
const compare = (seq: number, known: Known): "newer" | "older" | "overlapping" =>
  seq > known.appliedSeq ? "newer" : seq < known.readSeq ? "older" : "overlapping"

const knownRows = Effect.fnUntraced(function* (
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
        exists: row["removed_at"] === null
      }
    ])
  )
})

// -----------------------------------------------------------------------------
// Companies that exist
// -----------------------------------------------------------------------------

/** Writes the companies that a request returned, and records those that could not be decoded. */
export const found = Effect.fnUntraced(function* (
  store: Store,
  transaction: Transaction,
  { companies, faults, seq }: Read
): Written {
  const byId = new Map(companies.map((company) => [company.id, company]))
  // When an answer has a company twice, and one of the two can be decoded, that one is used.
  const faulty = faults.filter(({ companyId, kind }) => kind === "connection" || !byId.has(companyId))
  const ids = [...new Set([...byId.keys(), ...faulty.map(({ companyId }) => companyId)])]
  if (ids.length === 0) return
  const known = yield* knownRows(store, ids)
  const added: Array<Rows.CompanyRow> = []
  const changed: Array<Rows.CompanyRow> = []
  const unchanged: Array<string> = []
  const uncertain: Array<string> = []
  for (const company of byId.values()) {
    const row = known.get(company.id)
    if (row === undefined) {
      added.push(company)
      continue
    }
    const order = compare(seq, row)
    if (order === "older") continue
    const isSame = row.exists && row.digest === company.digest
    if (order === "overlapping") {
      if (!isSame) uncertain.push(company.id)
    } else if (isSame) unchanged.push(company.id)
    else if (row.exists) changed.push(company)
    else added.push(company)
  }
  for (const { companyId, kind } of faulty) {
    const row = known.get(companyId)
    if (kind === "company" && row !== undefined && compare(seq, row) === "overlapping")
      uncertain.push(companyId)
  }
  if (unchanged.length > 0) yield* confirmUnchanged(store, transaction, seq, unchanged)
  if (added.length > 0) yield* add(store, transaction, seq, added)
  if (changed.length > 0) yield* change(store, transaction, seq, changed)
  yield* Faults.removeOlder(store, seq, ids)
  if (faulty.length > 0) yield* keepRows(store, transaction, seq, faulty, known)
  yield* finishEvents(store, transaction, seq, ids)
  yield* readAgain(store, transaction, uncertain)
})

/** Notes that a newer read has shown the same content. */
const confirmUnchanged = (
  { account, isOneOf, sql }: Store,
  { at, seq: appliedSeq }: Transaction,
  seq: number,
  ids: ReadonlyArray<string>
) =>
  sql`UPDATE codat_companies SET read_seq = ${seq}, applied_seq = ${appliedSeq}, read_at = ${at}
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
  const removed: Array<readonly [companyId: string, connectionIds: ReadonlyArray<string>]> = []
  const changes: Array<Change> = []
  for (const company of companies) {
    const companyId = company.id
    const old = before.get(companyId) ?? {
      cells: [],
      connections: new Map<string, ReadonlyArray<Rows.Cell>>()
    }
    const present = new Set([...company.connections.map(({ id }) => id), ...company.leftOut])
    // A connection that could not be decoded and has no id can be any of the missing ones, so none is removed.
    const missing = present.has(null) ? [] : [...old.connections.keys()].filter((id) => !present.has(id))
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
    if (missing.length > 0) removed.push([companyId, missing])
    for (const connectionId of missing) {
      changes.push({ kind: "connection.removed", companyId, connectionId, fields: [] })
    }
  }
  yield* Put.companies(store, transaction, seq, companies)
  yield* Put.connections(store, transaction, connections)
  yield* Effect.forEach(
    removed,
    ([companyId, connectionIds]) =>
      store.sql`DELETE FROM codat_connections WHERE account = ${store.account} AND company_id = ${companyId}
        AND ${store.isOneOf(connectionIds, "connection_id")}`,
    { discard: true }
  )
  // One call with all of them could have more arguments than a function takes.
  for (const one of changes) transaction.changes.push(one)
})

// -----------------------------------------------------------------------------
// Companies that do not exist, or cannot be decoded
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

/** Removes a company for which Codat answered 404. Returns whether the table had it. */
export const notFound = Effect.fnUntraced(function* (
  store: Store,
  transaction: Transaction,
  seq: number,
  id: string
): Effect.fn.Return<boolean, SqlError> {
  const { account, sql } = store
  const row = (yield* knownRows(store, [id])).get(id)
  yield* Faults.removeOlder(store, seq, [id])
  yield* finishEvents(store, transaction, seq, [id])
  const order = row === undefined ? "newer" : compare(seq, row)
  if (order === "older") return false
  if (order === "overlapping") {
    if (row?.exists === true) yield* readAgain(store, transaction, [id])
    return false
  }
  // The row stays for a time, without content: a page that was requested before the removal may still arrive.
  const { at, seq: appliedSeq } = transaction
  yield* store.insert(intoRemoved, [account], [[id, "", at, at, seq, appliedSeq, ""]])
  if (row?.exists !== true) return false
  const connections = yield* sql<{ readonly connection_id: string }>`
    DELETE FROM codat_connections WHERE account = ${account} AND company_id = ${id} RETURNING connection_id`
  for (const { connection_id: connectionId } of connections) {
    transaction.changes.push({ kind: "connection.removed", companyId: id, connectionId, fields: [] })
  }
  transaction.changes.push({ kind: "company.removed", companyId: id, fields: [] })
  return true
})

/** Keeps the rows of companies that exist but cannot be decoded, and records the reasons. */
const keepRows = Effect.fnUntraced(function* (
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
  yield* Faults.record(store, transaction, seq, newest)
  const companies = newest.filter(({ kind }) => kind === "company").map(({ companyId }) => companyId)
  if (companies.length === 0) return
  yield* sql`UPDATE codat_companies SET read_seq = ${seq}, applied_seq = ${transaction.seq}
    WHERE account = ${account} AND removed_at IS NULL AND ${isOneOf(companies)}`
})

// -----------------------------------------------------------------------------
// Events
// -----------------------------------------------------------------------------

/** The event type with which the mirror itself marks a company, to read it again. */
export const readAgainType = "mirror.reread"

/** An event is done when the result of a read that started after it has been written. */
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
