/**
 * One read of data from its source: its state at a given time, and its JSON in responses and events.
 */
import * as Schema from "effect/Schema"
import * as DataTypes from "./DataTypes.ts"
import type { ReadSummary } from "./Entries.ts"
import type { ConnectionJson } from "./Model.ts"
import * as Must from "./Must.ts"
import type { Prng } from "./Prng.ts"
import * as Validation from "./Validation.ts"

/** A read as in Codat's JSON. */
export interface ReadJson {
  readonly id: string
  readonly companyId: string
  readonly connectionId: string
  readonly dataType: string
  readonly status: string
  readonly statusDescription?: string | undefined
  readonly errorMessage?: string | undefined
  readonly requested: string
  readonly completed?: string | undefined
  readonly progress: number
  readonly isCompleted: boolean
  readonly isErrored: boolean
}

const End = Must.open({
  status: Schema.String,
  completed: Schema.optional(Schema.String),
  errorMessage: Schema.optional(Schema.String)
})

/** How a read ended. */
export type End = typeof End.Type

export const Read = Must.open({
  id: Schema.String,
  companyId: Schema.String,
  connectionId: Schema.String,
  dataType: Schema.String,
  /** Milliseconds since 1970. */
  requestedAt: Schema.Finite,
  requested: Schema.String,
  end: Schema.mutableKey(Schema.optional(End))
})

/** One read. {@link toJson} gives its state at a given time. */
export type Read = typeof Read.Type

/** How long a read takes, in milliseconds. */
export const duration = 2500

const stages: ReadonlyArray<readonly [after: number, status: string, progress: number]> = [
  [2100, "Validating", 90],
  [2000, "ValidationQueued", 80],
  [1700, "Processing", 70],
  [1600, "ProcessingQueued", 60],
  [1300, "Mapping", 50],
  [1200, "MapQueued", 40],
  [500, "Fetching", 10],
  [100, "Queued", 5]
]

/** A read at a given time. */
export const toJson = (read: Read, now: number): ReadJson => {
  const { companyId, connectionId, dataType, end, id, requested } = read
  const about = { id, companyId, connectionId, dataType }
  if (end !== undefined) {
    const { completed, errorMessage, status } = end
    return {
      ...about,
      status,
      ...(errorMessage === undefined ? undefined : { errorMessage }),
      requested,
      ...(completed === undefined ? undefined : { completed }),
      progress: 100,
      // A data type that the source does not have is completed, not failed.
      isCompleted: status === "Complete" || status === "NotSupported",
      isErrored: status !== "Complete" && status !== "NotSupported"
    }
  }
  const [, status, progress] = stages.find(([after]) => now - read.requestedAt >= after) ?? [0, "Initial", 0]
  return { ...about, status, requested, progress, isCompleted: false, isErrored: false }
}

/** A time as in Codat's JSON. */
export const iso = (millis: number): string => new Date(millis).toISOString()

const failures = [
  ["FetchError", "The data source could not be reached."],
  ["RateLimitError", "The data source allows no more requests today."],
  ["PermissionsError", "The user who linked the company may not read this data."]
] as const

/** The past reads that fit a seeded connection's `lastSync`. */
export const historyOf = (
  connections: ReadonlyArray<ConnectionJson>,
  companyId: string,
  random: Prng
): Array<Read> => {
  const reads: Array<Read> = []
  for (const { id, lastSync, sourceType } of connections) {
    if (lastSync === undefined) continue
    const synced = Date.parse(lastSync)
    const dataTypes = DataTypes.of(sourceType).filter((dataType) => DataTypes.onFirstLink.has(dataType))
    const add = (dataType: string, requestedAt: number, end: End) =>
      reads.push({
        id: random.uuid(),
        companyId,
        connectionId: id,
        dataType,
        requestedAt,
        requested: iso(requestedAt),
        end
      })
    for (const dataType of dataTypes.slice(0, random.between(1, 3))) {
      if (random.next() < 0.15) {
        const [status, errorMessage] = failures[random.between(0, 2)] ?? failures[0]
        const before = synced - 86_400_000
        add(dataType, before, { status, completed: iso(before + 900), errorMessage })
      }
      add(dataType, synced - duration, { status: "Complete", completed: lastSync })
    }
  }
  return reads.sort((a, b) => a.requestedAt - b.requestedAt)
}

/** A read that ended with a status, as it is shown in an event. */
export const summary = (read: Read, status: string): ReadSummary => ({
  connectionId: read.connectionId,
  dataType: read.dataType,
  recordsModified: status === "Complete",
  status,
  issues: Validation.issues(read, status)
})
