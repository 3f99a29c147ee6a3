/**
 * All that a sandbox holds, as one JSON value: to read, to keep in a file, and to begin from.
 */
import * as Predicate from "effect/Predicate"
import type { Engine } from "./Engine.ts"
import * as Known from "./Known.ts"
import type { CompanyState, ConnectionState } from "./Model.ts"
import type { Place } from "./Prng.ts"
import type { Links } from "./Seed.ts"

/**
 * What a sandbox holds: its companies with their connections, how far its clock is ahead, what of the quota is used,
 * and where its random numbers are. Idempotency keys, faults, requests and webhooks are not part of it.
 *
 * @since 0.1.0
 */
export interface SandboxState {
  /** The version of this format. */
  readonly version: 1
  readonly companies: ReadonlyArray<
    CompanyState & { readonly dataConnections: ReadonlyArray<ConnectionState> }
  >
  /**
   * How far the clock is ahead, in milliseconds.
   *
   * @default as it is
   */
  readonly clockOffset?: number | undefined
  /**
   * The daily quota and how much of it is used, which counts for nothing from `resetsAt` on.
   *
   * @default as it is
   */
  readonly quota?:
    | { readonly limit: number; readonly used: number; readonly resetsAt?: number | undefined }
    | undefined
  /**
   * Where the sandbox's random numbers are, each stream by its name; whoever writes a state by hand leaves them out.
   *
   * @default as it is
   */
  readonly random?: { readonly [stream: string]: Place } | undefined
}

export const take = (engine: Engine, now: number): SandboxState => {
  const { companies, random } = engine.state.snapshot()
  const { limit, resetsAt, used } = engine.quota.read(now)
  return {
    version: 1,
    companies,
    clockOffset: engine.clock.offset(),
    quota: { limit, used, resetsAt },
    random: {
      data: random,
      faults: engine.random.faults.save(),
      webhooks: engine.random.webhooks.save(),
      correlation: engine.random.correlation.save(),
      links: engine.random.links.save()
    }
  }
}

const names = ["version", "companies", "clockOffset", "quota", "random"]

/** What is wrong with a state, if anything. */
export const invalid = (state: SandboxState): string | undefined => {
  if (!Predicate.isObject(state) || Array.isArray(state)) return "the state must be an object"
  if (state.version !== 1) return `the version is ${String(state.version)}; this sandbox reads version 1`
  const unknown = Known.unknown(state, names)
  if (unknown !== undefined) return unknown
  if (!Array.isArray(state.companies)) return "companies must be a list"
  const ids = new Set<string>()
  for (const [index, company] of state.companies.entries()) {
    for (const thing of [company, ...(company.dataConnections ?? [])]) {
      if (!Predicate.isString(thing?.id) || thing.id === "")
        return `companies[${index}] has something without an id`
      const id = thing.id.toLowerCase()
      if (ids.has(id)) return `companies[${index}] has an id that is there already: ${thing.id}`
      ids.add(id)
    }
    if (!Array.isArray(company.dataConnections)) return `companies[${index}].dataConnections must be a list`
  }
  const { clockOffset = 0, quota } = state
  if (!Number.isSafeInteger(clockOffset)) return "clockOffset must be a whole number"
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0
  if (quota !== undefined && !(isCount(quota.limit) && isCount(quota.used))) {
    return "quota.limit and quota.used must be whole numbers, 0 or more"
  }
  const places = Object.values(state.random ?? {})
  if (
    !places.every((place) => Array.isArray(place) && place.length === 4 && place.every(Number.isSafeInteger))
  ) {
    return "random must hold lists of four whole numbers"
  }
  return undefined
}

/** Links lead to the sandbox that holds them, wherever the state comes from. */
const relinked = (companies: SandboxState["companies"], links: Links): SandboxState["companies"] =>
  companies.map((company) => ({
    ...company,
    redirect: company.redirect.replace(/^https?:\/\/[^/]+(?=\/company\/)/, links.company),
    dataConnections: company.dataConnections.map((connection) => ({
      ...connection,
      linkUrl: connection.linkUrl.replace(/^https?:\/\/[^/]+(?=\/companies\/)/, links.connection)
    }))
  }))

/** Puts the sandbox to a state that is valid. `now` is the time by the clock that is not advanced. */
export const put = (engine: Engine, state: SandboxState, now: number): void => {
  const { clockOffset, quota, random } = state
  engine.state.restore({
    companies: relinked(state.companies, engine.links),
    random: random?.["data"] ?? engine.state.snapshot().random
  })
  for (const name of ["faults", "webhooks", "correlation", "links"] as const) {
    const place = random?.[name]
    if (place !== undefined) engine.random[name].restore(place)
  }
  if (clockOffset !== undefined) engine.clock.set(clockOffset)
  if (quota === undefined) return
  const at = now + engine.clock.offset()
  const { limit, resetsAt = Number.POSITIVE_INFINITY, used } = quota
  engine.quota.set({ limit, used: at < resetsAt ? used : 0 }, at)
}
