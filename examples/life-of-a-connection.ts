/**
 * Creates a connection, waits until it is linked, unlinks and deletes it. It needs no account: the sandbox plays Codat
 * and the end user who follows the link.
 *
 *   node --import tsx examples/life-of-a-connection.ts
 */

import { fileURLToPath } from "node:url"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Redacted } from "effect"
import { Connections, Sandbox } from "effect-codat"

export const program = Effect.fn("program")(function* (companyId: string) {
  const {
    id: connectionId,
    linkUrl,
    platformName
  } = yield* Connections.create({
    companyId,
    platformKey: "gbol"
  })
  // The link contains a one-time password: give the whole link to the end user, and log only its host.
  yield* Console.log(
    `${platformName}: the end user authorises it at ${new URL(Redacted.value(linkUrl)).host}`
  )
  yield* Effect.forkChild(endUser(companyId, connectionId))

  const linked = yield* Connections.awaitStatus({ companyId, connectionId, until: "Linked" })
  yield* Console.log(`${platformName}: ${linked.status}`)

  const unlinked = yield* Connections.unlink({ companyId, connectionId })
  yield* Console.log(`${platformName}: ${unlinked.status}`)

  yield* Connections.delete({ companyId, connectionId })
  const isGone = yield* Connections.get({ companyId, connectionId }).pipe(
    Effect.as(false),
    Effect.catchReason("CodatError", "NotFound", () => Effect.succeed(true))
  )
  yield* Console.log(`${platformName}: ${isGone ? "deleted" : "still there"}`)
  return [linked.status, unlinked.status, isGone] as const
})

/** Takes five seconds to follow the link and agree. */
const endUser = (companyId: string, connectionId: string) =>
  Effect.delay(Sandbox.authorize({ companyId, connectionId }), "5 seconds")

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  program(Sandbox.companyId).pipe(Effect.provide(Sandbox.layer()), NodeRuntime.runMain)
}
