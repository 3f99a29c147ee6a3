/**
 * The one row that says how far the walk of an account is.
 */

/**
 * - `pages`: pages are being read.
 * - `confirm`: all pages have been read, and what they did not show is being asked for.
 * - `done`: no walk is open.
 */
export type Phase = "pages" | "confirm" | "done"

export interface Walk {
  readonly phase: Phase
  /** The number that was taken before the walk's first request. A company with a smaller `read_seq` was not seen. */
  readonly firstSeq: number
  readonly pageSize: number
  readonly nextPage: number
  /** How often the listing has been begun for this walk. */
  readonly round: number
  readonly total: number | undefined
  readonly totalPages: number | undefined
  /** Pages that were read, those read again included. */
  readonly pages: number
  /** Rows of this round that could not be decoded and have no id: a page that was read again counts twice. */
  readonly skipped: number
  readonly candidates: number
  readonly removed: number
  readonly changes: number
  readonly startedAt: string | undefined
  readonly finishedAt: string | undefined
  /** The number of the newest change. */
  readonly changeSeq: number
  /** The number of the newest change that has been pruned. */
  readonly prunedSeq: number
}

const optional = <A>(value: unknown, read: (value: unknown) => A): A | undefined =>
  value === null || value === undefined ? undefined : read(value)

/** Drivers differ in how they give a time and a 64-bit number. */
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
    finishedAt: optional(row["finished_at"], timeOf),
    changeSeq: Number(row["change_seq"]),
    prunedSeq: Number(row["pruned_seq"])
  }
}
