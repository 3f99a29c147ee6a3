/**
 * The state of a sandbox as one JSON value, to read, to save in a file and to start from.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Engine } from "./Engine.ts"
import * as Known from "./Known.ts"
import type { CompanyJson, ConnectionJson } from "./Model.ts"
import * as OffsetClock from "./OffsetClock.ts"
import type { Position } from "./Prng.ts"
import type { Links } from "./Seed.ts"
import type { CompanySnapshot, Snapshot } from "./Snapshot.ts"
import * as StateSchema from "./StateSchema.ts"

/**
 * A company in a {@link SandboxState}, with what belongs to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface SandboxCompany extends Partial<CompanySnapshot> {
  readonly company: CompanyJson
  readonly connections: ReadonlyArray<ConnectionJson>
}

/**
 * The state of a sandbox: its companies and account, how far its clock is ahead, how much of the quota is used, and the
 * positions of its random generators. A state that is written by hand needs only `version` and `companies`; parts that
 * are left out do not change. Idempotency keys, faults, requests and deliveries are not part of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface SandboxState extends Partial<Omit<Snapshot, "version" | "companies">> {
  /** The version of this format. */
  readonly version: 1
  readonly companies: ReadonlyArray<SandboxCompany>
  /** How far the clock is ahead, in milliseconds. */
  readonly clockOffset?: number | undefined
  /** The daily quota and how much of it is used; from `resetsAt` on, nothing is used. */
  readonly quota?:
    | { readonly limit: number; readonly used: number; readonly resetsAt?: number | undefined }
    | undefined
  /** The positions of the random generators that are not for data, by their names. */
  readonly chance?: { readonly [stream: string]: Position } | undefined
}

const streams = ["faults", "webhooks", "correlation", "links"] as const

/** The parts of the state that are not in the snapshot. */
const restOf = (engine: Engine, now: number): Omit<SandboxState, keyof Snapshot> => {
  const { limit, resetsAt, used } = engine.quota.read(now)
  return {
    clockOffset: engine.clock.offset(),
    quota: { limit, used, resetsAt },
    chance: Object.fromEntries(streams.map((name) => [name, engine.random[name].position()]))
  }
}

/** A copy that later changes do not affect, without properties whose value is undefined. */
const copied = (state: SandboxState): SandboxState => JSON.parse(JSON.stringify(state))

export const take = (engine: Engine, now: number): SandboxState =>
  copied({ ...engine.state.snapshot(), ...restOf(engine, now) })

/**
 * The first state of a sandbox that has just been made from its options alone. Its companies are made again when the
 * state is needed, because a copy of every history would take longer than making the sandbox.
 */
export const beginning = (engine: Engine, now: number): (() => SandboxState) => {
  const rest = restOf(engine, now)
  return () => copied({ ...engine.fresh().snapshot(), ...rest })
}

const names = [
  "version",
  "companies",
  "clockOffset",
  "quota",
  "chance",
  "random",
  "account",
  "apiKeys",
  "consumers",
  "customData",
  "syncSettings"
]

const companyNames = ["company", "connections", "reads", "running", "pushes", "syncSettings"]

const decode = Schema.decodeUnknownResult(StateSchema.State)

/** What is wrong with a state, or undefined for a valid one. */
export const invalid = (state: SandboxState): string | undefined => {
  if (!Predicate.isObject(state) || Array.isArray(state)) return "the state must be an object"
  if (state.version !== 1) return `the version is ${String(state.version)}; this sandbox reads version 1`
  const unknown = Known.unknown(state, names)
  if (unknown !== undefined) return unknown
  const decoded = decode(state)
  if (Result.isFailure(decoded)) return decoded.failure.message
  const ids = new Set<string>()
  for (const [index, kept] of state.companies.entries()) {
    const other = Known.unknown(kept, companyNames)
    if (other !== undefined) return `companies[${index}]: ${other}`
    for (const link of [kept.company.redirect, ...kept.connections.map(({ linkUrl }) => linkUrl)]) {
      if (!URL.canParse(link)) return `companies[${index}] has a redirect or linkUrl that is not a URL`
    }
    for (const thing of [kept.company, ...kept.connections]) {
      if (thing.id === "") {
        return `companies[${index}] has a company or connection without an id`
      }
      const id = thing.id.toLowerCase()
      if (ids.has(id)) return `companies[${index}] has an id that occurs twice: ${thing.id}`
      ids.add(id)
    }
  }
  const { clockOffset = 0, quota } = state
  if (!Number.isSafeInteger(clockOffset)) return "clockOffset must be a whole number"
  if (Math.abs(clockOffset) > OffsetClock.maxOffset) return OffsetClock.tooFar
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0
  if (quota !== undefined && !(isCount(quota.limit) && isCount(quota.used))) {
    return "quota.limit and quota.used must be whole numbers, 0 or more"
  }
  const positions = [...Object.values(state.chance ?? {}), ...Object.values(state.random ?? {})]
  const isPosition = (position: Position) =>
    Array.isArray(position) && position.length === 4 && position.every(Number.isSafeInteger)
  if (!positions.every(isPosition)) return "chance and random must hold lists of four whole numbers"
  return undefined
}

/** Makes links lead to this sandbox, also when the state is from another one. */
const relinked = (companies: SandboxState["companies"], links: Links): Snapshot["companies"] =>
  companies.map(({ company, connections, pushes = [], reads = [], running = [], ...rest }) => ({
    ...rest,
    pushes,
    reads,
    running,
    company: {
      ...company,
      redirect: company.redirect.replace(/^https?:\/\/[^/]+(?=\/company\/)/, links.company)
    },
    connections: connections.map((connection) => ({
      ...connection,
      linkUrl: connection.linkUrl.replace(/^https?:\/\/[^/]+(?=\/companies\/)/, links.connection)
    }))
  }))

/** Puts the sandbox into a valid state. `now` is the time without the sandbox's clock offset. */
export const put = (engine: Engine, state: SandboxState, now: number): void => {
  const { chance, clockOffset, companies, quota, ...rest } = state
  const current = engine.state.snapshot()
  engine.state.restore({
    ...current,
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    random: { ...current.random, ...rest.random },
    companies: relinked(companies, engine.links)
  })
  for (const name of streams) {
    const position = chance?.[name]
    if (position !== undefined) engine.random[name].goTo(position)
  }
  if (clockOffset !== undefined) engine.clock.set(clockOffset)
  if (quota === undefined) return
  const at = now + engine.clock.offset()
  const { limit, resetsAt = Number.POSITIVE_INFINITY, used } = quota
  engine.quota.set({ limit, used: at < resetsAt ? used : 0 }, at)
}
