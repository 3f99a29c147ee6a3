/**
 * Refreshes a company's data, waits for it, and reads the history. It needs no account: the sandbox plays Codat and the
 * end user who follows the link.
 *
 *   node --import tsx examples/follow-a-refresh.ts
 */

import { fileURLToPath } from "node:url"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Stream } from "effect"
import { Connections, Data, Sandbox } from "effect-codat"

export const program = Effect.gen(function* () {
  // A company with a linked connection.
  const { id: companyId } = yield* Sandbox.makeCompany({ name: "Bank of Dave" })
  const { id: connectionId, platformName } = yield* Connections.create({ companyId, platformKey: "gbol" })
  yield* Sandbox.authorize({ companyId, connectionId })
  yield* Connections.awaitStatus({ companyId, connectionId })
  yield* Console.log(`${platformName}: linked`)

  // Refresh invoices and bills, and wait until both reads have ended.
  const { completed, failed } = yield* Data.awaitRefresh({
    companyId,
    connectionId,
    dataTypes: ["invoices", "bills"],
    timeout: "5 minutes"
  })
  for (const { dataType } of completed) yield* Console.log(`${dataType}: read`)
  for (const { dataType, errorMessage, status } of failed) {
    yield* Console.error(`${dataType}: ${errorMessage ?? status}`)
  }

  // The data types that Codat has data of now.
  const { invoices } = yield* Data.status({ companyId })
  yield* Console.log(`invoices: ${invoices?.currentStatus ?? "never read"}`)

  // Every read so far, newest first, page after page.
  const reads = yield* Data.history({ companyId, orderBy: "-requested", query: "dataType=invoices" }).pipe(
    Stream.tap(({ dataType, progress, status }) =>
      Console.log(`history: ${dataType} ${status} ${progress} %`)
    ),
    Stream.runCount
  )
  return { completed: completed.length, failed: failed.length, status: invoices?.currentStatus, reads }
})

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  program.pipe(Effect.provide(Sandbox.layer()), NodeRuntime.runMain)
}
