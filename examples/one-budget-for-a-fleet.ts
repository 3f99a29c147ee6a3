/**
 * One budget for a fleet: all processes that use the same Redis share the requests of each minute.
 *
 * Needs a Redis: `REDIS_URL=redis://127.0.0.1:6379 node --import tsx examples/one-budget-for-a-fleet.ts`
 */

import { fileURLToPath } from "node:url"
import * as NodeRedis from "@effect/platform-node/NodeRedis"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Effect, Layer, Stream } from "effect"
import { RateLimiter } from "effect/persistence"
import { Connections, RateLimit, Sandbox } from "effect-codat"

/** Disconnects before the client is closed: closing waits for commands that a dead Redis never answers. */
const dropOnClose = Layer.effectDiscard(
  NodeRedis.NodeRedis.use(({ client }) => Effect.addFinalizer(() => Effect.sync(() => client.destroy())))
)

/** The limiter, with its counts in Redis. `prefix` begins the names of its keys. */
export const fleetLimit = ({ redisUrl, ...options }: RateLimit.Options & { readonly redisUrl: string }) =>
  RateLimit.layerShared(options).pipe(
    Layer.provide(RateLimiter.layer),
    Layer.provide(RateLimiter.layerStoreRedis({ prefix: "codat:" })),
    Layer.merge(dropOnClose),
    Layer.provide(NodeRedis.layer({ url: redisUrl }))
  )

export const program = Connections.list({ companyId: Sandbox.companyId }).pipe(
  Stream.runCount,
  Effect.tap((count) => Effect.log(`${count} connections, within the fleet's budget`))
)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  Effect.gen(function* () {
    const redisUrl = yield* Config.String("REDIS_URL").pipe(Config.withDefault("redis://127.0.0.1:6379"))
    yield* program.pipe(Effect.provide([Sandbox.layer(), fleetLimit({ requestsPerMinute: 1000, redisUrl })]))
  }).pipe(NodeRuntime.runMain)
}
