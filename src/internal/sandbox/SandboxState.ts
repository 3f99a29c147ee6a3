/**
 * The state of a sandbox as one JSON value, to read, to save in a file and to start from.
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { Profile } from "./Account.ts"
import { Consumer } from "./Consumers.ts"
import { ApiKey } from "./Credentials.ts"
import { Configs } from "./CustomData.ts"
import type { Engine } from "./Engine.ts"
import * as Ids from "./Ids.ts"
import * as Known from "./Known.ts"
import { Company, type CompanyJson, Connection, type ConnectionJson } from "./Model.ts"
import * as Must from "./Must.ts"
import * as OffsetClock from "./OffsetClock.ts"
import { Position } from "./Prng.ts"
import { Push } from "./Pushes.ts"
import { Read } from "./Read.ts"
import { Running } from "./Reads.ts"
import type { Links } from "./Seed.ts"
import type { CompanySnapshot, Snapshot } from "./Snapshot.ts"
import { Kept } from "./SyncSettings.ts"

/** A model of which any part may be left out. */
type Part<A> = { readonly [K in keyof A]?: A[K] | undefined }

/**
 * A company in a {@link SandboxState}, with what belongs to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface SandboxCompany extends Part<CompanySnapshot> {
  /** The company in Codat's JSON, with its link in plain text. */
  readonly company: CompanyJson
  /** The company's connections in Codat's JSON, with their links in plain text. */
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
export interface SandboxState extends Part<Omit<Snapshot, "version" | "companies" | "random">> {
  /** The version of this format. */
  readonly version: 1
  /** All companies, in the order in which they were created. */
  readonly companies: ReadonlyArray<SandboxCompany>
  /** The positions of the random generators of data; one that is left out does not change. */
  readonly random?: Partial<Snapshot["random"]> | undefined
  /** How far the clock is ahead, in milliseconds. */
  readonly clockOffset?: number | undefined
  /** The daily quota and how much of it is used; from `resetsAt` on, nothing is used. */
  readonly quota?:
    | {
        /** Requests per day. */
        readonly limit: number
        /** How many of them are used today. */
        readonly used: number
        /** When the next day starts, in milliseconds since 1970; without it, `used` counts for today. */
        readonly resetsAt?: number | undefined
      }
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

const companyFields = {
  company: Company,
  connections: Schema.Array(Connection),
  reads: Schema.optional(Schema.Array(Read)),
  running: Schema.optional(Schema.Array(Running)),
  pushes: Schema.optional(Schema.Array(Push)),
  syncSettings: Schema.optional(Kept)
} satisfies Must.Fields<SandboxCompany>

const otherVersion = (version: number): string | undefined =>
  version === 1 ? undefined : `the version is ${version}; this sandbox reads version 1`

const isVersion = Schema.makeFilter(otherVersion)

const isInTime = Schema.makeFilter((offset: number) =>
  Math.abs(offset) > OffsetClock.maxOffset ? OffsetClock.tooFar : undefined
)

const generators = {
  data: Schema.optionalKey(Position),
  account: Schema.optionalKey(Position),
  consumers: Schema.optionalKey(Position),
  credentials: Schema.optionalKey(Position),
  reads: Schema.optionalKey(Position)
}

const quotaFields = {
  limit: Must.atLeast(0),
  used: Must.atLeast(0),
  resetsAt: Schema.optional(Schema.Finite.annotate({ description: "Milliseconds since 1970" }))
}

const fields = {
  // It is the first, because nothing is known of the parts of another version. A cast, because only 1 passes the check.
  version: Must.be(
    "1",
    Schema.Finite.annotate({ description: "1" }).check(isVersion)
  ) as Schema.Codec<number> as Schema.Codec<1>,
  companies: Schema.Array(Must.open(companyFields)),
  clockOffset: Schema.optional(
    Must.be(
      "a whole number",
      // Before the check: see `FaultSchema.ts`.
      Schema.Int.annotate({ description: "How far the clock is ahead, in milliseconds" }).check(isInTime)
    )
  ),
  quota: Schema.optional(Schema.Struct(quotaFields)),
  chance: Schema.optional(Schema.Record(Schema.String, Position)),
  random: Schema.optional(Must.open(generators)),
  account: Schema.optional(
    Must.open({
      profile: Profile,
      corsOrigins: Schema.Array(Schema.String),
      supplementalData: Schema.Record(Schema.String, Schema.Unknown)
    })
  ),
  apiKeys: Schema.optional(Schema.Array(ApiKey)),
  consumers: Schema.optional(Schema.Array(Consumer)),
  customData: Schema.optional(Configs),
  syncSettings: Schema.optional(Kept)
} satisfies Must.Fields<SandboxState>

export const StateJson: Schema.Codec<SandboxState, unknown> = Must.open(fields).annotate({
  identifier: "State"
})

const wrong = Must.invalid("the state", StateJson)

/** The parts of which no other property is kept. */
const parts = [
  ["random", Object.keys(generators)],
  ["chance", streams],
  ["quota", Object.keys(quotaFields)]
] as const

/** What is wrong with a state, or undefined for a valid one. */
export const invalid = (state: SandboxState): string | undefined => {
  // Its version comes first: a state of another one may have parts that are not known here.
  const version: unknown = Predicate.isObject(state) ? state.version : undefined
  const message = (Predicate.isNumber(version) ? otherVersion(version) : undefined) ?? wrong(state)
  if (message !== undefined) return message
  for (const [part, names] of parts) {
    const other = Known.unknown(state[part] ?? {}, names)
    if (other !== undefined) return `${part}: ${other}`
  }
  const ids = new Ids.IdMap<true>()
  for (const [index, kept] of state.companies.entries()) {
    const other = Known.unknown(kept, Object.keys(companyFields))
    if (other !== undefined) return `companies[${index}]: ${other}`
    for (const link of [kept.company.redirect, ...kept.connections.map(({ linkUrl }) => linkUrl)]) {
      if (!URL.canParse(link)) return `companies[${index}] has a redirect or linkUrl that is not a URL`
    }
    for (const thing of [kept.company, ...kept.connections]) {
      if (thing.id === "") {
        return `companies[${index}] has a company or connection without an id`
      }
      if (ids.has(thing.id)) return `companies[${index}] has an id that occurs twice: ${thing.id}`
      ids.set(thing.id, true)
    }
  }
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
  engine.changes.made()
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
