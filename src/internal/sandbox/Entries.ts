/**
 * Companies and connections as the state holds them, and the changes that it reports.
 */
import * as Ids from "./Ids.ts"
import type { CompanyJson, ConnectionJson } from "./Model.ts"

/** One read as it is shown in an event. */
export interface ReadSummary {
  readonly connectionId: string
  readonly dataType: string
  readonly recordsModified: boolean
  readonly status: string
  readonly issues: ReadonlyArray<unknown>
}

/**
 * A change of a company, of one of its connections, or of its data. A new connection has no `before`, and a removed one
 * no `after`.
 */
export type Change =
  | { readonly of: "company"; readonly company: CompanyJson; readonly isNew: boolean }
  | {
      readonly of: "connection"
      readonly company: CompanyJson
      readonly before?: ConnectionJson | undefined
      readonly after?: ConnectionJson | undefined
    }
  | {
      readonly of: "product"
      readonly company: CompanyJson
      readonly productId: string
      readonly isNew: boolean
    }
  | {
      readonly of: "read"
      readonly company: CompanyJson
      /** Whether it was the first after a connection was linked. */
      readonly isInitial: boolean
      readonly modifiedFrom: string | undefined
      readonly reads: ReadonlyArray<ReadSummary>
    }

/** A connection and its JSON, written once and kept until the connection changes. */
export class ConnectionEntry {
  #data: ConnectionJson
  #json: string | undefined = undefined
  readonly #onUpdate: (before: ConnectionJson, after: ConnectionJson) => void

  constructor(data: ConnectionJson, onUpdate: (before: ConnectionJson, after: ConnectionJson) => void) {
    this.#data = data
    this.#onUpdate = onUpdate
  }

  get data(): ConnectionJson {
    return this.#data
  }

  get json(): string {
    this.#json ??= JSON.stringify(this.#data)
    return this.#json
  }

  update(changes: Partial<ConnectionJson>): void {
    const before = this.#data
    this.#data = { ...before, ...changes }
    this.#json = undefined
    this.#onUpdate(before, this.#data)
  }
}

/** A company and its connections, in the order they were made. */
export class CompanyEntry {
  #data: CompanyJson
  readonly #byId = new Ids.IdMap<ConnectionEntry>()
  readonly #connections: Array<ConnectionEntry> = []
  readonly #onChange: (change: Change) => void

  constructor(data: CompanyJson, onChange: (change: Change) => void) {
    this.#data = data
    this.#onChange = onChange
  }

  get data(): CompanyJson {
    return this.#data
  }

  get connections(): ReadonlyArray<ConnectionEntry> {
    return this.#connections
  }

  get json(): string {
    const own = JSON.stringify(this.#data)
    return `${own.slice(0, -1)},"dataConnections":[${this.#connections.map((entry) => entry.json).join(",")}]}`
  }

  /** The latest `lastSync` of its connections. */
  get latestSync(): string | undefined {
    let latest: string | undefined
    for (const { data } of this.#connections) {
      if (
        data.lastSync !== undefined &&
        (latest === undefined || Date.parse(data.lastSync) > Date.parse(latest))
      ) {
        latest = data.lastSync
      }
    }
    return latest
  }

  update(changes: Partial<CompanyJson>): void {
    this.#data = { ...this.#data, ...changes }
  }

  connection(id: string): ConnectionEntry | undefined {
    return this.#byId.get(id)
  }

  add(data: ConnectionJson): ConnectionEntry {
    const entry = new ConnectionEntry(data, (before, after) =>
      this.#onChange({ of: "connection", company: this.#data, before, after })
    )
    this.#connections.push(entry)
    this.#byId.set(data.id, entry)
    return entry
  }

  remove(entry: ConnectionEntry): void {
    this.#byId.delete(entry.data.id)
    this.#connections.splice(this.#connections.indexOf(entry), 1)
    this.#onChange({ of: "connection", company: this.#data, before: entry.data })
  }
}
