/** What the demo counts while it reads. */
import type { Connection, Page } from "effect-codat"

/** Counts of the connections that have been read so far. */
export class Tally {
  connections = 0
  pages = 0
  /** The total number of connections, when the responses have it. */
  total: number | undefined
  /** The platform of the connection read last. */
  platform = ""
  readonly byStatus = new Map<string, number>()
  readonly bySourceType = new Map<string, number>()

  add(page: Page.Page<Connection.Connection>): void {
    this.pages++
    this.connections += page.results.length
    this.total = page.totalResults
    this.platform = page.results.at(-1)?.platformName ?? this.platform
    for (const { sourceType, status } of page.results) {
      count(this.byStatus, status ?? "(none)")
      count(this.bySourceType, sourceType ?? "(none)")
    }
  }
}

const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)
