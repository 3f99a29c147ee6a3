/**
 * Makes rows of Codat's models. A row has no secret and nothing that a database cannot store. The same value always
 * becomes the same text, so that two reads can be compared.
 */
import * as DateTime from "effect/DateTime"
import type { Company } from "../../Company.ts"
import type { Connection } from "../../Connection.ts"

/** What is in a column of a row. */
export type Cell = string | null

/** The type of a column. */
export type Type = "text" | "time" | "json" | "int"

/** The columns of a company that come from Codat, what Codat calls them, and what they hold. */
export const companyColumns = [
  ["name", "name", "text"],
  ["description", "description", "text"],
  ["created_by_user_name", "createdByUserName", "text"],
  ["tags", "tags", "json"],
  ["created", "created", "time"],
  ["last_sync", "lastSync", "time"]
] as const

/** The columns of a connection that come from Codat, what Codat calls them, and what they hold. */
export const connectionColumns = [
  ["integration_id", "integrationId", "text"],
  ["integration_key", "integrationKey", "text"],
  ["source_id", "sourceId", "text"],
  ["source_type", "sourceType", "text"],
  ["platform_name", "platformName", "text"],
  ["status", "status", "text"],
  ["created", "created", "time"],
  ["last_sync", "lastSync", "time"],
  ["data_connection_errors", "dataConnectionErrors", "json"]
] as const

/** A connection's id, and its cells in the order of {@link connectionColumns}. */
export interface ConnectionRow {
  readonly id: string
  readonly cells: ReadonlyArray<Cell>
}

/** A company's id, its cells in the order of {@link companyColumns}, and its connections by id. */
export interface CompanyRow {
  readonly id: string
  readonly cells: ReadonlyArray<Cell>
  readonly connections: ReadonlyArray<ConnectionRow>
  /** Connections that could not be decoded: their ids, or null for one that has none. */
  readonly leftOut: ReadonlyArray<string | null>
  /** A hash of the content: rows with the same content have the same digest. */
  readonly digest: string
}

/** PostgreSQL stores no NUL, and half of a surrogate pair becomes another character on the way to it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what is looked for.
const unstorable = /[\u0000\ud800-\udfff]/

/** A text as both databases store it. */
export const storable = (value: string): string =>
  unstorable.test(value) ? value.toWellFormed().replaceAll("\u0000", "\ufffd") : value

/** PostgreSQL limits a key to 2,700 bytes. Codat's ids have 36 characters. */
export const maxId = 200

/** Whether both databases can store an id in a key as it is. A changed id could be the same as another one. */
export const isStorableId = (id: string): boolean => id.length <= maxId && storable(id) === id

/** An id that is only compared with others, as a text that a key can hold. */
export const keyOf = (id: string): string => (isStorableId(id) ? id : `digest:${digest(id)}`)

const text = (value: string | undefined): Cell => (value === undefined ? null : storable(value))

/** A time as ISO 8601, or null for a year that the databases do not both read: outside 1 to 9999. */
const time = (value: DateTime.Utc | undefined): Cell => {
  if (value === undefined) return null
  const iso = DateTime.formatIso(value)
  return iso.length === 24 && !iso.startsWith("0000") ? iso : null
}

/** PostgreSQL stores JSON with such characters in it, as escapes, but then fails each query that looks into it. */
const json = (value: unknown): Cell =>
  value === undefined
    ? null
    : JSON.stringify(value, (_, part: unknown) => (typeof part === "string" ? storable(part) : part))

const tags = (value: Company["tags"]): Cell =>
  value === undefined
    ? null
    : json(
        Object.fromEntries(
          Object.entries(value)
            .map(([name, tag]) => [storable(name), tag] as const)
            .sort(([a], [b]) => (a < b ? -1 : 1))
        )
      )

const errors = (value: Connection["dataConnectionErrors"]): Cell =>
  value === undefined || value.length === 0
    ? null
    : json(
        value.map((error) => ({
          statusCode: error.statusCode,
          statusText: error.statusText,
          errorMessage: error.errorMessage,
          erroredOnUtc: time(error.erroredOnUtc) ?? undefined,
          status: error.status,
          resolvedOnUtc: time(error.resolvedOnUtc) ?? undefined
        }))
      )

const connectionRow = (connection: Connection): ConnectionRow => ({
  id: connection.id,
  cells: [
    text(connection.integrationId),
    text(connection.integrationKey),
    text(connection.sourceId),
    text(connection.sourceType),
    text(connection.platformName),
    text(connection.status),
    time(connection.created),
    time(connection.lastSync),
    errors(connection.dataConnectionErrors)
  ]
})

export const companyRow = (company: Company, leftOut: CompanyRow["leftOut"] = []): CompanyRow => {
  const cells = [
    text(company.name),
    text(company.description),
    text(company.createdByUserName),
    tags(company.tags),
    time(company.created),
    time(company.lastSync)
  ]
  // One row for an id, whatever the answer says twice; in the order of the ids, whatever order they came in.
  const byId = new Map<string, ConnectionRow>()
  for (const connection of company.dataConnections) {
    if (isStorableId(connection.id)) byId.set(connection.id, connectionRow(connection))
  }
  const connections = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  // A company with a connection left out is not the same as one that does not have it.
  const content = leftOut.length === 0 ? [cells, connections] : [cells, connections, leftOut]
  return { id: company.id, cells, connections, leftOut, digest: digest(JSON.stringify(content)) }
}

/** The fields, by Codat's names, in which two rows differ. */
export const differences = (
  columns: ReadonlyArray<readonly [column: string, field: string, type: Type]>,
  before: ReadonlyArray<Cell>,
  after: ReadonlyArray<Cell>
): ReadonlyArray<string> =>
  columns.flatMap(([, field], index) => (before[index] === after[index] ? [] : [field]))

/**
 * 106 bits of a text. It only has to tell one version of a company from the next, so that a page of companies which have
 * not changed costs one statement; a digest of `effect/crypto` would cost an asynchronous call for each company.
 */
const digest = (value: string): string => {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  let c = a ^ 0x9e3779b9
  let d = b ^ 0x9e3779b9
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index)
    a = Math.imul(a ^ code, 2654435761)
    b = Math.imul(b ^ code, 1597334677)
    c = Math.imul(c ^ code, 2654435761)
    d = Math.imul(d ^ code, 1597334677)
  }
  return `${mixed(a, b)}.${mixed(c, d)}`
}

const mixed = (left: number, right: number): number => {
  const a = Math.imul(left ^ (left >>> 16), 2246822507) ^ Math.imul(right ^ (right >>> 13), 3266489909)
  const b = Math.imul(right ^ (right >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return 4294967296 * (2097151 & b) + (a >>> 0)
}
