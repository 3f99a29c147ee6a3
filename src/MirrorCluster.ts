/**
 * A mirror that several processes share: one of them at a time reads Codat, and all of them receive webhooks and serve
 * changes.
 *
 * Effect's cluster decides which process reads, and the tables are in PostgreSQL. No other service is needed between the
 * machines.
 *
 * @module MirrorCluster
 * @since 0.1.0
 */
import type * as Sharding from "effect/cluster/Sharding"
import type * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as Singleton from "effect/cluster/Singleton"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type { Auth } from "./Auth.ts"
import * as MirrorOptions from "./internal/mirror/Options.ts"
import * as Mirror from "./Mirror.ts"

/**
 * Runs the mirror as `Mirror.run` does, in one process of the cluster at a time.
 *
 * **When to use**
 *
 * When one machine is not enough, or when the mirror must survive the failure of a machine. The program is the same as
 * with a SQLite file; only its layers change.
 *
 * **Details**
 *
 * Invalid options are a defect. Each account is a singleton of its own, so the accounts spread over the processes. When
 * the process that reads stops, another goes on at the same page. When a process was only paused and another has gone on
 * meanwhile, the writes of the paused one are rolled back.
 *
 * **Example** (A worker of a fleet)
 *
 * ```ts
 * import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
 * import * as PgClient from "@effect/sql-pg/PgClient"
 * import { Layer, Option, Redacted } from "effect"
 * import { RunnerAddress } from "effect/cluster"
 * import { FetchHttpClient } from "effect/http"
 * import { Auth } from "effect-codat"
 * import * as Mirror from "effect-codat/Mirror"
 * import * as MirrorCluster from "effect-codat/MirrorCluster"
 *
 * const Worker = MirrorCluster.layer({ reconcileEvery: "1 hour" }).pipe(
 *   Layer.provideMerge(Mirror.layer()),
 *   Layer.provide(Mirror.layerMigrations),
 *   Layer.provide(
 *     NodeClusterSocket.layer({
 *       storage: "sql",
 *       shardingConfig: {
 *         ...MirrorCluster.shardingConfig,
 *         runnerAddress: Option.some(RunnerAddress.make("10.0.0.7", 31000))
 *       }
 *     })
 *   ),
 *   Layer.provide([Auth.layerConfig, FetchHttpClient.layer]),
 *   Layer.provideMerge(PgClient.layer({ url: Redacted.make("postgres://codat@db.internal/codat") }))
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: Mirror.RunOptions = {}
): Layer.Layer<never, never, Sharding.Sharding | Mirror.Mirror | HttpClient.HttpClient | Auth> =>
  Layer.unwrap(
    Effect.flatMap(Mirror.Mirror, ({ account }) => {
      const wrong = MirrorOptions.mistake("MirrorCluster.layer", MirrorOptions.run, options)
      return wrong === undefined
        ? Effect.succeed(Singleton.make(`effect-codat/Mirror/${account}`, Mirror.run(options)))
        : Effect.die(wrong)
    })
  )

/**
 * Settings of Effect's cluster with which another process takes over in less than 10 seconds, instead of 35 or more:
 * for `ShardingConfig.layer`, or the `shardingConfig` of `NodeClusterSocket.layer`.
 *
 * **Gotchas**
 *
 * Every process of the cluster needs the same settings. A runner's port should be below 32768: the system uses ports
 * above that for outgoing connections, so the port could be in use when the runner starts.
 *
 * @category models
 * @since 0.1.0
 */
export const shardingConfig: Partial<ShardingConfig.ShardingConfig["Service"]> = {
  shardLockRefreshInterval: "2 seconds",
  shardLockExpiration: "9 seconds",
  runnerHealthCheckInterval: "2 seconds",
  refreshAssignmentsInterval: "1 second"
}
