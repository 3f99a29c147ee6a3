/**
 * Companies that could not be decoded when they were last read, including companies that the table has never had; and
 * single connections that could not be decoded although the rest of their company could.
 */
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Company } from "../../Company.ts"
import type { Skipped } from "../../Page.ts"
import type { Into } from "./Insert.ts"
import { isStorableId, maxId, storable } from "./Rows.ts"
import type { Store, Transaction } from "./Store.ts"

export interface Fault {
  readonly companyId: string
  /** Whether the whole company or only one of its connections could not be decoded. */
  readonly kind: "company" | "connection"
  /** Absent when the connection's id is not a string. */
  readonly connectionId?: string | undefined
  /** Where in the company the fault is. */
  readonly path: string
  readonly message: string
}

/** A path is part of a key, and can contain the name of a tag. */
const maxPath = 500

/** The fault with texts that both databases can store. */
export const make = (fault: Fault): Fault => ({
  ...fault,
  path: storable(fault.path.slice(0, maxPath)),
  message: storable(fault.message)
})

/** The connections of a company whose ids cannot be stored. Those at the places `leftOut` are not in the model. */
export const ofIds = (
  { dataConnections, id: companyId }: Company,
  leftOut: ReadonlySet<number> = new Set()
): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = []
  let place = 0
  for (const { id } of dataConnections) {
    while (leftOut.has(place)) place++
    if (!isStorableId(id)) {
      const message = `Expected at most ${maxId} characters, without NUL and without half of a surrogate pair`
      faults.push(make({ companyId, kind: "connection", path: `dataConnections[${place}].id`, message }))
    }
    place++
  }
  return faults
}

const placeOf = (path: string): number => Number(/^dataConnections\[(\d+)\]/.exec(path)?.[1])

/** What is wrong with the companies of a page. */
export interface OfPage {
  readonly faults: ReadonlyArray<Fault>
  /** The connections that could not be decoded, by company: their ids, or null for one that has none. */
  readonly leftOut: ReadonlyMap<string, ReadonlyArray<string | null>>
  /** How many rows have no id that can be stored. They cannot be told apart, so they are only counted. */
  readonly anonymous: number
}

/** The faults of a page: of what could not be decoded, and of what could. */
export const of = (skipped: ReadonlyArray<Skipped>, companies: ReadonlyArray<Company>): OfPage => {
  // A page can have a company twice, but one statement can insert a key only once.
  const faults = new Map<string, Fault>()
  const add = (fault: Fault) => faults.set(JSON.stringify([fault.companyId, fault.path]), fault)
  const leftOut = new Map<string, Array<string | null>>()
  const places = new Map<string, Set<number>>()
  let anonymous = 0
  for (const { id, isPart, message, partId, path } of skipped) {
    if (id === undefined || !isStorableId(id)) {
      // A row of which a part was left out is among the decoded ones, and is counted there.
      if (!isPart) anonymous++
      continue
    }
    const connectionId = partId !== undefined && isStorableId(partId) ? partId : undefined
    add(make({ companyId: id, kind: isPart ? "connection" : "company", connectionId, path, message }))
    if (!isPart) continue
    const ids = leftOut.get(id)
    if (ids === undefined) leftOut.set(id, [partId ?? null])
    else ids.push(partId ?? null)
    places.set(id, (places.get(id) ?? new Set()).add(placeOf(path)))
  }
  for (const company of companies) {
    if (isStorableId(company.id)) for (const fault of ofIds(company, places.get(company.id))) add(fault)
    else anonymous++
  }
  return { faults: [...faults.values()], leftOut, anonymous }
}

const into: Into = {
  table: "codat_faults",
  shared: [
    ["account", "text"],
    ["seq", "int"],
    ["at", "time"]
  ],
  columns: [
    ["company_id", "text"],
    ["path", "text"],
    ["kind", "text"],
    ["connection_id", "text"],
    ["message", "text"]
  ],
  onConflict: `ON CONFLICT (account, company_id, path) DO UPDATE SET kind = excluded.kind,
    connection_id = excluded.connection_id, message = excluded.message, seq = excluded.seq, at = excluded.at
    WHERE codat_faults.seq < excluded.seq`
}

/** Writes the faults that a read has found, except over those of a newer read. `seq` is the number of the read. */
export const record = (
  { account, insert }: Store,
  { at }: Transaction,
  seq: number,
  faults: ReadonlyArray<Fault>
): Effect.Effect<void, SqlError> =>
  insert(
    into,
    [account, seq, at],
    faults.map(({ companyId, connectionId, kind, message, path }) => [
      companyId,
      path,
      kind,
      connectionId ?? null,
      message
    ])
  )

/** Removes the faults that earlier reads of these companies have found. */
export const removeOlder = ({ account, isOneOf, sql }: Store, seq: number, ids: ReadonlyArray<string>) =>
  sql`DELETE FROM codat_faults WHERE account = ${account} AND seq < ${seq} AND ${isOneOf(ids)}`

/** Removes the faults from before the walk: no read has shown those companies since. */
export const removeBefore = ({ account, sql }: Store, firstSeq: number) =>
  sql`DELETE FROM codat_faults WHERE account = ${account} AND seq < ${firstSeq}`

export interface Counts {
  readonly companies: number
  readonly connections: number
}

export const count = ({ account, sql }: Pick<Store, "account" | "sql">): Effect.Effect<Counts, SqlError> =>
  Effect.map(
    sql<{ readonly companies: unknown; readonly connections: unknown }>`
      SELECT count(DISTINCT CASE WHEN kind = 'company' THEN company_id END) AS companies,
        count(CASE WHEN kind = 'connection' THEN 1 END) AS connections
      FROM codat_faults WHERE account = ${account}`,
    ([row]) => ({ companies: Number(row?.companies), connections: Number(row?.connections) })
  )

/** How many companies of a walk could not be decoded and are not in the table. */
export const countNew = ({ account, sql }: Store, firstSeq: number): Effect.Effect<number, SqlError> =>
  Effect.map(
    sql<{ readonly n: unknown }>`
      SELECT count(DISTINCT company_id) AS n FROM codat_faults
      WHERE account = ${account} AND kind = 'company' AND seq >= ${firstSeq} AND NOT EXISTS (
        SELECT 1 FROM codat_companies WHERE codat_companies.account = codat_faults.account
        AND codat_companies.company_id = codat_faults.company_id AND removed_at IS NULL)`,
    ([row]) => Number(row?.n)
  )

/** The first faults, ordered by company. */
export const list = ({ account, sql }: Store, limit: number): Effect.Effect<ReadonlyArray<Fault>, SqlError> =>
  Effect.map(
    sql<Readonly<Record<string, unknown>>>`
      SELECT company_id, kind, connection_id, path, message FROM codat_faults WHERE account = ${account}
      ORDER BY company_id, path LIMIT ${limit}`,
    (rows) =>
      rows.map((row) => ({
        companyId: String(row["company_id"]),
        kind: row["kind"] === "connection" ? "connection" : "company",
        ...(row["connection_id"] === null ? {} : { connectionId: String(row["connection_id"]) }),
        path: String(row["path"]),
        message: String(row["message"])
      }))
  )
