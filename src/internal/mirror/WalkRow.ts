/**
 * The row of `codat_walks` that stores how far an account's walk is: its checkpoint.
 */

/**
 * - `pages`: pages are being read.
 * - `confirm`: all pages have been read, and each company that no page showed is read by its id.
 * - `done`: no walk is open.
 */
export type Phase = "pages" | "confirm" | "done"

export interface Walk {
  readonly phase: Phase
  /** The number taken before the walk's first request. The walk has not seen a company with a smaller `read_seq`. */
  readonly firstSeq: number
  readonly pageSize: number
  readonly nextPage: number
  /** How many times this walk has started to read the listing. */
  readonly round: number
  readonly total: number | undefined
  readonly totalPages: number | undefined
  /** Pages that were read, including repeated ones. */
  readonly pages: number
  /** Rows of this round that could not be decoded and have no id. Those of a page that is read again count twice. */
  readonly skipped: number
  readonly candidates: number
  readonly removed: number
  readonly changes: number
  readonly startedAt: string | undefined
  /** When the newest page was written, or, before the first one, when the walk started. */
  readonly pageAt: string | undefined
  readonly finishedAt: string | undefined
  /** The number of the newest change. */
  readonly changeSeq: number
  /** The number of the newest change that has been pruned. */
  readonly prunedSeq: number
}

const optional = <A>(value: unknown, read: (value: unknown) => A): A | undefined =>
  value === null || value === undefined ? undefined : read(value)

/** A time as ISO text. Drivers return a time as a `Date` or as a string. */
export const timeOf = (value: unknown): string =>
  value instanceof Date ? value.toISOString() : new Date(String(value)).toISOString()

const phases: ReadonlyArray<unknown> = ["pages", "confirm", "done"] satisfies ReadonlyArray<Phase>

const isPhase = (value: unknown): value is Phase => phases.includes(value)

export const walkOf = (row: Readonly<Record<string, unknown>> | undefined): Walk => {
  const phase = row?.["phase"]
  if (row === undefined || !isPhase(phase)) throw new Error("codat_walks has no row of this account")
  return {
    phase,
    firstSeq: Number(row["first_seq"]),
    pageSize: Number(row["page_size"]),
    nextPage: Number(row["next_page"]),
    round: Number(row["round"]),
    total: optional(row["total"], Number),
    totalPages: optional(row["total_pages"], Number),
    pages: Number(row["pages"]),
    skipped: Number(row["skipped"]),
    candidates: Number(row["candidates"]),
    removed: Number(row["removed"]),
    changes: Number(row["changes"]),
    startedAt: optional(row["started_at"], timeOf),
    pageAt: optional(row["page_at"], timeOf),
    finishedAt: optional(row["finished_at"], timeOf),
    changeSeq: Number(row["change_seq"]),
    prunedSeq: Number(row["pruned_seq"])
  }
}
