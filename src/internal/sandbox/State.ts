import type { CompanyState, ConnectionState, IntegrationState } from "./Model.ts"
import * as Prng from "./Prng.ts"
import * as Seed from "./Seed.ts"

/**
 * What has just happened to a company, or to one of its connections: `before` is absent from what is new, and `after`
 * from what is gone.
 */
export type Change =
  | { readonly of: "company"; readonly company: CompanyState; readonly isNew: boolean }
  | {
      readonly of: "connection"
      readonly company: CompanyState
      readonly before?: ConnectionState | undefined
      readonly after?: ConnectionState | undefined
    }

/** A connection and its JSON, written once and kept until the connection changes. */
export class ConnectionEntry {
  #data: ConnectionState
  #json: string | undefined = undefined
  readonly #onUpdate: (before: ConnectionState, after: ConnectionState) => void

  constructor(data: ConnectionState, onUpdate: (before: ConnectionState, after: ConnectionState) => void) {
    this.#data = data
    this.#onUpdate = onUpdate
  }

  get data(): ConnectionState {
    return this.#data
  }

  get json(): string {
    this.#json ??= JSON.stringify(this.#data)
    return this.#json
  }

  update(changes: Partial<ConnectionState>): void {
    const before = this.#data
    this.#data = { ...before, ...changes }
    this.#json = undefined
    this.#onUpdate(before, this.#data)
  }
}

/** A company and its connections, in the order they were made. */
export class CompanyEntry {
  #data: CompanyState
  readonly #byId = new Map<string, ConnectionEntry>()
  readonly #connections: Array<ConnectionEntry> = []
  readonly #onChange: (change: Change) => void

  constructor(data: CompanyState, onChange: (change: Change) => void) {
    this.#data = data
    this.#onChange = onChange
  }

  get data(): CompanyState {
    return this.#data
  }

  get connections(): ReadonlyArray<ConnectionEntry> {
    return this.#connections
  }

  get json(): string {
    const own = JSON.stringify(this.#data)
    return `${own.slice(0, -1)},"dataConnections":[${this.#connections.map((entry) => entry.json).join(",")}]}`
  }

  update(changes: Partial<CompanyState>): void {
    this.#data = { ...this.#data, ...changes }
  }

  connection(id: string): ConnectionEntry | undefined {
    return this.#byId.get(id.toLowerCase())
  }

  add(data: ConnectionState): ConnectionEntry {
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

/** Everything that a {@link State} remembers, as JSON has it. */
export interface Snapshot {
  readonly companies: ReadonlyArray<
    CompanyState & { readonly dataConnections: ReadonlyArray<ConnectionState> }
  >
  readonly random: Prng.Place
}

/** What a new company may be told. */
export interface NewCompany {
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly tags?: { readonly [key: string]: string } | undefined
  readonly connections?: number | undefined
  readonly created: string
}

/** Everything this Codat remembers. Each change is one synchronous step, so no request sees half of one. */
export interface State {
  readonly companies: ReadonlyArray<CompanyEntry>
  readonly company: (id: string) => CompanyEntry | undefined
  readonly makeCompany: (options: NewCompany) => CompanyEntry
  readonly removeCompany: (company: CompanyEntry) => void
  readonly makeConnection: (
    company: CompanyEntry,
    platform: IntegrationState,
    created: string
  ) => ConnectionEntry
  readonly snapshot: () => Snapshot
  /** Puts everything to what a snapshot says; nobody is told of it. */
  readonly restore: (snapshot: Snapshot) => void
  /** Has a function told of each change from now on, within the step that makes it. */
  readonly listen: (listener: (change: Change) => void) => void
}

const latestSync = (company: CompanyEntry): string | undefined => {
  let latest: string | undefined
  for (const { data } of company.connections) {
    if (
      data.lastSync !== undefined &&
      (latest === undefined || Date.parse(data.lastSync) > Date.parse(latest))
    ) {
      latest = data.lastSync
    }
  }
  return latest
}

export const make = (options: {
  readonly seed: number | string
  readonly companyId: string
  readonly connections: number
  readonly companies: number
  readonly links: Seed.Links
}): State => {
  const { links } = options
  const random = Prng.make(options.seed, "data")
  const companies: Array<CompanyEntry> = []
  const byId = new Map<string, CompanyEntry>()
  const listeners: Array<(change: Change) => void> = []
  const tell = (change: Change): void => {
    for (const listener of listeners) listener(change)
  }

  const makeCompany = (company: NewCompany): CompanyEntry => {
    const id = company.id ?? random.uuid()
    const data: CompanyState = {
      id,
      name: company.name ?? Seed.companyName(random),
      ...(company.description === undefined ? undefined : { description: company.description }),
      redirect: `${links.company}/company/${id}`,
      created: company.created,
      createdByUserName: "Sandbox User",
      products: [],
      tags: { ...company.tags },
      referenceSubsidiaryCompanies: []
    }
    const entry = new CompanyEntry(data, tell)
    for (let index = 0; index < (company.connections ?? 0); index++) {
      entry.add(Seed.connection(id, index, random, links))
    }
    const lastSync = latestSync(entry)
    if (lastSync !== undefined) entry.update({ lastSync })
    companies.push(entry)
    byId.set(id.toLowerCase(), entry)
    tell({ of: "company", company: entry.data, isNew: true })
    return entry
  }

  makeCompany({
    id: options.companyId,
    name: "Sandbox Company Ltd",
    tags: { region: "uk" },
    connections: options.connections,
    created: Seed.companyCreated(0)
  })
  for (let index = 1; index <= options.companies; index++) {
    makeCompany({
      tags: { region: index % 2 === 0 ? "uk" : "us" },
      connections: random.between(0, 4),
      created: Seed.companyCreated(index)
    })
  }

  return {
    companies,
    company: (id) => byId.get(id.toLowerCase()),
    makeCompany,
    removeCompany: (company) => {
      byId.delete(company.data.id.toLowerCase())
      companies.splice(companies.indexOf(company), 1)
      tell({ of: "company", company: company.data, isNew: false })
    },
    makeConnection: (company, platform, created) => {
      const entry = company.add(Seed.pending(company.data.id, platform, created, random, links))
      tell({ of: "connection", company: company.data, after: entry.data })
      return entry
    },
    snapshot: () => ({
      companies: companies.map((entry) => ({
        ...entry.data,
        dataConnections: entry.connections.map((connection) => connection.data)
      })),
      random: random.save()
    }),
    restore: (snapshot) => {
      companies.length = 0
      byId.clear()
      for (const { dataConnections, ...data } of snapshot.companies) {
        const entry = new CompanyEntry(data, tell)
        for (const connection of dataConnections) entry.add(connection)
        companies.push(entry)
        byId.set(data.id.toLowerCase(), entry)
      }
      random.restore(snapshot.random)
    },
    listen: (listener) => {
      listeners.push(listener)
    }
  }
}
