/**
 * Reads of data from its source, which Codat calls pull operations. Their statuses change with time.
 */
import * as Schema from "effect/Schema"
import * as DataTypes from "./DataTypes.ts"
import type { Change, CompanyEntry, ConnectionEntry } from "./Entries.ts"
import * as Ids from "./Ids.ts"
import type { ConnectionJson } from "./Model.ts"
import * as Must from "./Must.ts"
import * as Prng from "./Prng.ts"
import { duration, type End, historyOf, iso, type Read, summary } from "./Read.ts"
import * as Seed from "./Seed.ts"

interface Batch {
  readonly company: CompanyEntry
  readonly reads: ReadonlyArray<Read>
  readonly due: number
  readonly kind: Kind
  readonly modifiedFrom: string | undefined
}

const Kind = Schema.Union([
  Schema.Struct({ of: Schema.Literals(["refresh", "initial", "custom"]) }),
  Schema.Struct({ of: Schema.Literal("product"), productId: Schema.String })
])

/** Why data is read: only a custom data type is read without an event. */
export type Kind = typeof Kind.Type

export const Running = Must.open({
  ids: Schema.Array(Schema.String),
  due: Schema.Finite,
  kind: Kind,
  modifiedFrom: Schema.optional(Schema.String)
})

/** Reads that are running together, by their ids. */
export type Running = typeof Running.Type

export interface Reads {
  /** The reads of a company, oldest first. */
  readonly of: (company: CompanyEntry) => ReadonlyArray<Read>
  readonly find: (company: CompanyEntry, id: string) => Read | undefined
  /** Starts a read of each data type for each connection that has it. A data type that no connection has ends at once. */
  readonly start: (options: {
    readonly company: CompanyEntry
    readonly connections: ReadonlyArray<ConnectionEntry>
    readonly dataTypes: ReadonlyArray<string>
    readonly kind: Kind
    readonly now: number
  }) => ReadonlyArray<Read>
  /** Whether data of a product is being read. */
  readonly isRunning: (company: CompanyEntry, productId: string) => boolean
  /** Whether a connection's data of this type has been read. */
  readonly hasRead: (company: CompanyEntry, connectionId: string, dataType: string) => boolean
  /** Ends the reads that are due, and starts the first reads of connections that have been linked since the last call. */
  readonly settle: (now: number) => void
  /** The next time at which {@link settle} has something to do; undefined until there is more work. */
  readonly nextDue: () => number | undefined
  /** Adds a function that is called when {@link nextDue} may have become earlier. */
  readonly onWork: (listener: () => void) => void
  /** Gives a new company a history that fits its connections. */
  readonly adopt: (company: CompanyEntry) => void
  readonly forget: (company: CompanyEntry) => void
  /** The reads of a company that are running. */
  readonly running: (company: CompanyEntry) => ReadonlyArray<Running>
  readonly restore: (
    company: CompanyEntry,
    reads: ReadonlyArray<Read>,
    running: ReadonlyArray<Running>
  ) => void
  /** Reacts to a change of a connection: one that was linked is read, one that is no longer linked fails its reads. */
  readonly follow: (company: CompanyEntry, before?: ConnectionJson, after?: ConnectionJson) => void
}

export const make = (options: {
  readonly seed: number | string
  readonly random: Prng.Prng
  readonly tell: (change: Change) => void
  /** The data types that are read when a company has linked. */
  readonly onFirstLink: (company: CompanyEntry) => ReadonlySet<string>
}): Reads => {
  const { random, seed, tell } = options
  const seeded = new Map<CompanyEntry, ReadonlyArray<ConnectionJson>>()
  const byCompany = new Map<CompanyEntry, Array<Read>>()
  const listeners: Array<() => void> = []
  // Sorted by the time at which they end.
  let batches: Array<Batch> = []
  let linked: Array<readonly [CompanyEntry, connectionId: string, isInitial: boolean]> = []
  let broken: Array<Read> = []

  const of = (company: CompanyEntry): Array<Read> => {
    const found = byCompany.get(company)
    if (found !== undefined) return found
    const { id } = company.data
    const made = historyOf(seeded.get(company) ?? [], id, Prng.make(seed, `history:${id}`))
    byCompany.set(company, made)
    seeded.delete(company)
    return made
  }

  const work = (): void => {
    for (const listener of listeners) listener()
  }

  const add = (batch: Batch): void => {
    const last = batches.at(-1)
    batches.push(batch)
    // All reads take the same time, so a new one ends last, unless the clock was set back.
    if (last !== undefined && last.due > batch.due) batches.sort((a, b) => a.due - b.due)
  }

  const start: Reads["start"] = ({ company, connections, dataTypes, kind, now }) => {
    const has = (connection: ConnectionEntry, dataType: string) =>
      kind.of === "custom" || DataTypes.of(connection.data.sourceType).includes(dataType)
    const read = (connection: ConnectionEntry, dataType: string, end?: End): Read => ({
      id: random.uuid(),
      companyId: company.data.id,
      connectionId: connection.data.id,
      dataType,
      requestedAt: now,
      requested: iso(now),
      end
    })
    const reads = dataTypes.flatMap((dataType) => {
      const able = connections.filter((connection) => has(connection, dataType))
      if (able.length > 0) return able.map((connection) => read(connection, dataType))
      return connections
        .slice(0, 1)
        .map((connection) => read(connection, dataType, { status: "NotSupported", completed: iso(now) }))
    })
    if (reads.length === 0) return reads
    of(company).push(...reads)
    add({ company, reads, due: now + duration, kind, modifiedFrom: company.data.lastSync })
    work()
    return reads
  }

  const finish = ({ company, due, kind, modifiedFrom, reads }: Batch): void => {
    const complete = new Set<string>()
    for (const read of reads) {
      read.end ??= { status: "Complete", completed: iso(due) }
      if (read.end.status === "Complete") complete.add(read.connectionId)
    }
    for (const id of complete) {
      const connection = company.connection(id)
      connection?.update({ lastSync: iso(due), ...Seed.resolved(connection.data, iso(due)) })
    }
    if (complete.size > 0) company.update({ lastSync: company.latestSync })
    if (kind.of === "custom") return
    tell({
      of: "read",
      company: company.data,
      isInitial: kind.of === "initial",
      modifiedFrom,
      reads: reads.map((read) => summary(read, read.end?.status ?? "Complete"))
    })
  }

  return {
    of,
    find: (company, id) => of(company).find((read) => Ids.isSame(read.id, id)),
    start,
    isRunning: (company, productId) =>
      batches.some(
        (batch) =>
          batch.company === company && batch.kind.of === "product" && batch.kind.productId === productId
      ),
    hasRead: (company, connectionId, dataType) =>
      of(company).some(
        (read) =>
          read.connectionId === connectionId && read.dataType === dataType && read.end?.status === "Complete"
      ),
    settle: (now) => {
      for (const read of broken) {
        if (read.end !== undefined) read.end = { ...read.end, completed: iso(now) }
      }
      broken = []
      const fresh = linked
      linked = []
      for (const [company, id, isInitial] of fresh) {
        const connection = company.connection(id)
        if (connection?.data.status !== "Linked") continue
        const wanted = options.onFirstLink(company)
        start({
          company,
          connections: [connection],
          dataTypes: DataTypes.of(connection.data.sourceType).filter((dataType) => wanted.has(dataType)),
          kind: { of: isInitial ? "initial" : "refresh" },
          now
        })
      }
      const first = batches.findIndex((batch) => batch.due > now)
      const due = batches.splice(0, first === -1 ? batches.length : first)
      for (const batch of due) finish(batch)
    },
    nextDue: () => (linked.length > 0 || broken.length > 0 ? 0 : batches[0]?.due),
    onWork: (listener) => {
      listeners.push(listener)
    },
    adopt: (company) => {
      if (company.connections.length > 0) {
        seeded.set(
          company,
          company.connections.map((connection) => connection.data)
        )
      }
    },
    forget: (company) => {
      seeded.delete(company)
      byCompany.delete(company)
      batches = batches.filter((batch) => batch.company !== company)
      linked = linked.filter(([other]) => other !== company)
    },
    running: (company) =>
      batches.flatMap((batch) =>
        batch.company !== company
          ? []
          : {
              ids: batch.reads.map((read) => read.id),
              due: batch.due,
              kind: batch.kind,
              modifiedFrom: batch.modifiedFrom
            }
      ),
    restore: (company, kept, running) => {
      // A copy, because a read is changed when it ends.
      const reads = kept.map((read) => ({ ...read }))
      byCompany.set(company, reads)
      for (const { due, ids, kind, modifiedFrom } of running) {
        const own = new Set(ids)
        add({ company, reads: reads.filter(({ id }) => own.has(id)), due, kind, modifiedFrom })
      }
      work()
    },
    follow: (company, before, after) => {
      if (after?.status === "Linked" && before?.status !== "Linked") {
        linked.push([company, after.id, after.lastSync === undefined])
        return work()
      }
      if (before?.status !== "Linked" || after?.status === "Linked") return
      const end: End = {
        status: after?.status === "Deauthorized" ? "AuthError" : "Cancelled",
        completed: undefined,
        errorMessage:
          after?.status === "Deauthorized"
            ? "The data source no longer accepts the token."
            : "The connection is linked no more."
      }
      for (const batch of batches) {
        if (batch.company !== company) continue
        for (const read of batch.reads) {
          if (read.connectionId !== before.id || read.end !== undefined) continue
          read.end = end
          broken.push(read)
        }
      }
      if (broken.length > 0) work()
    }
  }
}
