/**
 * One of several processes that keep one mirror: see README.md in this folder. The program is that of `../mirror.ts`;
 * only its layers differ.
 */
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as PgClient from "@effect/sql-pg/PgClient"
import { Config, Console, Effect, Layer, Option } from "effect"
import { RunnerAddress } from "effect/cluster"
import { RateLimiter } from "effect/persistence"
import { RateLimit } from "effect-codat"
import * as Mirror from "effect-codat/Mirror"
import * as MirrorCluster from "effect-codat/MirrorCluster"
import * as RateLimitSql from "effect-codat/RateLimitSql"
import { codat, report, webhooks } from "../mirror.ts"

const database = PgClient.layerConfig({ url: Config.Redacted("DATABASE_URL") })

const cluster = Layer.unwrap(
  Effect.gen(function* () {
    const host = yield* Config.String("RUNNER_HOST").pipe(Config.withDefault("127.0.0.1"))
    const port = yield* Config.Int("RUNNER_PORT")
    return NodeClusterSocket.layer({
      storage: "sql",
      shardingConfig: {
        ...MirrorCluster.shardingConfig,
        runnerAddress: Option.some(RunnerAddress.make(host, port))
      }
    })
  })
)

const mirror = Layer.unwrap(
  Effect.gen(function* () {
    const pageSize = yield* Config.Int("PAGE_SIZE").pipe(Config.withDefault(500))
    return Mirror.layer({
      pageSize,
      concurrency: 2,
      onPage: ({ page, totalPages }) => Console.log(`page ${page} of ${totalPages}`)
    })
  })
)

/** One budget for the fleet, in the same database. */
const limit = Layer.unwrap(
  Effect.gen(function* () {
    const requestsPerMinute = yield* Config.Int("REQUESTS_PER_MINUTE").pipe(Config.withDefault(1000))
    return RateLimit.layerShared({ requestsPerMinute, key: "codat/default" })
  })
).pipe(Layer.provide(RateLimiter.layer), Layer.provide(RateLimitSql.layerStore))

/** Every worker can read the changes; one worker that handles them is enough. */
const follow = Effect.gen(function* () {
  if (yield* Config.Boolean("REPORT").pipe(Config.withDefault(true))) yield* Effect.forkScoped(report)
})

Layer.effectDiscard(follow).pipe(
  Layer.merge(webhooks),
  Layer.merge(MirrorCluster.layer({ reconcileEvery: "1 hour", healEvery: "1 second" })),
  Layer.provide(mirror),
  Layer.provide(Mirror.layerMigrations),
  Layer.provide([cluster, codat, limit]),
  Layer.provide(database),
  Layer.launch,
  NodeRuntime.runMain
)
