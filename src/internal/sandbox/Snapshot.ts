/**
 * The data of a sandbox as JSON, as it is saved in a file.
 */
import type { ProfileJson } from "./Account.ts"
import type { ConsumerJson } from "./Consumers.ts"
import type { ApiKeyJson } from "./Credentials.ts"
import type { Configs } from "./CustomData.ts"
import type { CompanyJson, ConnectionJson } from "./Model.ts"
import type { Position } from "./Prng.ts"
import type { PushJson } from "./Pushes.ts"
import type { Read } from "./Read.ts"
import type { Running } from "./Reads.ts"
import type { Kept } from "./SyncSettings.ts"

/** A company with all that belongs to it. */
export interface CompanySnapshot {
  readonly company: CompanyJson
  readonly connections: ReadonlyArray<ConnectionJson>
  readonly reads: ReadonlyArray<Read>
  /** The reads that are running. */
  readonly running: ReadonlyArray<Running>
  readonly pushes: ReadonlyArray<PushJson>
  readonly syncSettings?: Kept | undefined
}

export interface Snapshot {
  readonly version: 1
  /** The positions of the random generators, so that no identifier is given twice. */
  readonly random: {
    readonly data: Position
    readonly account: Position
    readonly consumers: Position
    readonly credentials: Position
    readonly reads: Position
  }
  readonly account: {
    readonly profile: ProfileJson
    readonly corsOrigins: ReadonlyArray<string>
    readonly supplementalData: { readonly [key: string]: unknown }
  }
  readonly apiKeys: ReadonlyArray<ApiKeyJson>
  readonly consumers: ReadonlyArray<ConsumerJson>
  readonly customData: Configs
  readonly syncSettings: Kept
  readonly companies: ReadonlyArray<CompanySnapshot>
}
