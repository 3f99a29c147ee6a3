/**
 * The companies, connections and other data of a sandbox.
 */
import * as Record from "effect/Record"
import * as Account from "./Account.ts"
import * as Consumers from "./Consumers.ts"
import * as Credentials from "./Credentials.ts"
import * as CustomData from "./CustomData.ts"
import { type Change, CompanyEntry, type ConnectionEntry } from "./Entries.ts"
import * as Ids from "./Ids.ts"
import type { CompanyJson, ConnectionJson, IntegrationState } from "./Model.ts"
import * as Prng from "./Prng.ts"
import * as Pushes from "./Pushes.ts"
import * as Reads from "./Reads.ts"
import * as Seed from "./Seed.ts"
import type { Snapshot } from "./Snapshot.ts"
import * as SyncSettings from "./SyncSettings.ts"

export type { Change, CompanyEntry, ConnectionEntry } from "./Entries.ts"

/** The properties of a new company. */
export interface NewCompany {
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly tags?: { readonly [key: string]: string } | undefined
  readonly connections?: number | undefined
  readonly created: string
}

/** All data of a sandbox. Each change is one synchronous step, so no request sees a part of a change. */
export interface State {
  readonly companies: ReadonlyArray<CompanyEntry>
  readonly company: (id: string) => CompanyEntry | undefined
  readonly account: Account.Account
  readonly consumers: Consumers.Consumers
  readonly credentials: Credentials.Credentials
  readonly customData: CustomData.CustomData
  readonly pushes: Pushes.Pushes
  readonly reads: Reads.Reads
  readonly syncSettings: SyncSettings.SyncSettings
  readonly makeCompany: (options: NewCompany) => CompanyEntry
  readonly removeCompany: (company: CompanyEntry) => void
  readonly makeConnection: (
    company: CompanyEntry,
    platform: IntegrationState,
    created: string
  ) => ConnectionEntry
  /** Enables a product for a company, or disables it. */
  readonly setProduct: (company: CompanyEntry, productId: string, enabled: boolean) => void
  /** All data as JSON, except the access tokens of companies. */
  readonly snapshot: () => Snapshot
  /** Replaces all data with a snapshot; listeners are not called. */
  readonly restore: (snapshot: Snapshot) => void
  /** Adds a function that is called with each later change, synchronously. */
  readonly listen: (listener: (change: Change) => void) => void
}

export const make = (options: {
  readonly seed: number | string
  readonly companyId: string
  readonly connections: number
  readonly companies: number
  readonly apiKey: string
  readonly token: string
  /** @default Codat's own links */
  readonly links?: Seed.Links | undefined
}): State => {
  const { links = Seed.codatLinks, seed } = options
  const randoms = {
    data: Prng.make(seed, "data"),
    account: Prng.make(seed, "account"),
    consumers: Prng.make(seed, "consumers"),
    credentials: Prng.make(seed, "credentials"),
    reads: Prng.make(seed, "reads")
  }
  const random = randoms.data
  const owner = Prng.make(seed, "owner").uuid()
  const companies: Array<CompanyEntry> = []
  const byId = new Ids.IdMap<CompanyEntry>()
  const listeners: Array<(change: Change) => void> = []
  const tell = (change: Change): void => {
    if (change.of === "connection") follow(change.company.id, change.before, change.after)
    for (const listener of listeners) listener(change)
  }
  const account = Account.make(randoms.account, options.apiKey)
  const syncSettings = SyncSettings.make(account.clientId)
  const pushes = Pushes.make(seed)
  const consumers = Consumers.make(randoms.consumers)
  const customData = CustomData.make(seed)
  const credentials = Credentials.make({
    random: randoms.credentials,
    apiKey: options.apiKey,
    token: options.token
  })
  const reads = Reads.make({ seed, random: randoms.reads, tell, onFirstLink: syncSettings.onFirstLink })
  const follow = (id: string, ...change: [before?: ConnectionJson, after?: ConnectionJson]) => {
    const company = byId.get(id)
    if (company !== undefined) reads.follow(company, ...change)
  }

  const makeCompany = (company: NewCompany): CompanyEntry => {
    const id = company.id ?? random.uuid()
    const data: CompanyJson = {
      id,
      name: company.name ?? Seed.companyName(random),
      ...(company.description === undefined ? undefined : { description: company.description }),
      redirect: `${links.company}/company/${id}`,
      created: company.created,
      createdByUserName: "Sandbox User",
      products: [],
      tags: { ...company.tags },
      ownerUserIds: [owner],
      referenceSubsidiaryCompanies: []
    }
    const entry = new CompanyEntry(data, tell)
    for (let index = 0; index < (company.connections ?? 0); index++) {
      entry.add(Seed.connection(id, index, random, links))
    }
    const lastSync = entry.latestSync
    if (lastSync !== undefined) entry.update({ lastSync })
    reads.adopt(entry)
    pushes.adopt(entry)
    companies.push(entry)
    byId.set(id, entry)
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
    account,
    consumers,
    credentials,
    customData,
    pushes,
    reads,
    syncSettings,
    company: (id) => byId.get(id),
    makeCompany,
    removeCompany: (company) => {
      byId.delete(company.data.id)
      companies.splice(companies.indexOf(company), 1)
      reads.forget(company)
      pushes.forget(company)
      syncSettings.forget(company)
      tell({ of: "company", company: company.data, isNew: false })
    },
    makeConnection: (company, platform, created) => {
      const entry = company.add(Seed.pending(company.data.id, platform, created, random, links))
      tell({ of: "connection", company: company.data, after: entry.data })
      return entry
    },
    setProduct: (company, productId, enabled) => {
      const others = company.data.products.filter((product) => product !== productId)
      company.update({ products: enabled ? [...others, productId] : others })
      tell({ of: "product", company: company.data, productId, isNew: enabled })
    },
    snapshot: () => ({
      version: 1,
      random: Record.map(randoms, (random) => random.position()),
      account: {
        profile: account.profile,
        corsOrigins: account.corsOrigins,
        supplementalData: Object.fromEntries(account.supplementalData)
      },
      apiKeys: credentials.keys(),
      consumers: consumers.all(),
      customData: customData.all(),
      syncSettings: syncSettings.kept(),
      companies: companies.map((entry) => ({
        company: entry.data,
        connections: entry.connections.map((connection) => connection.data),
        reads: reads.of(entry).map((read) => ({ ...read })),
        running: reads.running(entry),
        pushes: pushes.of(entry),
        syncSettings: syncSettings.own(entry)
      }))
    }),
    restore: (snapshot) => {
      for (const company of companies) {
        reads.forget(company)
        pushes.forget(company)
      }
      companies.length = 0
      byId.clear()
      const own: Array<readonly [CompanyEntry, SyncSettings.Kept]> = []
      for (const kept of snapshot.companies) {
        const entry = new CompanyEntry(kept.company, tell)
        for (const connection of kept.connections) entry.add(connection)
        companies.push(entry)
        byId.set(kept.company.id, entry)
        reads.restore(entry, kept.reads, kept.running)
        pushes.restore(entry, kept.pushes)
        if (kept.syncSettings !== undefined) own.push([entry, kept.syncSettings])
      }
      syncSettings.restore(snapshot.syncSettings, own)
      customData.restore(snapshot.customData)
      consumers.restore(snapshot.consumers)
      credentials.restore(snapshot.apiKeys)
      account.profile = snapshot.account.profile
      account.corsOrigins = snapshot.account.corsOrigins
      account.supplementalData.clear()
      for (const [key, config] of Object.entries(snapshot.account.supplementalData)) {
        account.supplementalData.set(key, config)
      }
      for (const name of Record.keys(randoms)) randoms[name].goTo(snapshot.random[name])
    },
    listen: (listener) => {
      listeners.push(listener)
    }
  }
}
