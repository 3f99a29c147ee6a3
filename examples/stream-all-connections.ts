/**
 * Streams every linked connection of a company.
 *
 *   CODAT_API_KEY=… node --import tsx examples/stream-all-connections.ts COMPANY_ID
 *
 * Without an account, `npm run sandbox` prints the values to run it with.
 */

import { fileURLToPath } from "node:url"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Layer, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { Auth, CodatConfig, Connections } from "effect-codat"

/** Prints each linked connection as soon as its page is there, and answers how many there were. */
export const program = (companyId: string) =>
  Connections.list({ companyId, query: "status=Linked", pageSize: 500 }).pipe(
    // Codat's documentation has its doubts about filters on this list, so the rows are looked at as well.
    Stream.filter(({ status }) => status === "Linked"),
    Stream.tap(({ id, platformName }) => Console.log(`${id}  ${platformName}`)),
    Stream.runCount,
    Effect.catchReason("CodatError", "NotFound", () =>
      Effect.as(Console.error(`There is no company ${companyId}.`), 0)
    )
  )

/** What the program needs: someone to ask, and a way to reach them. */
export const live = Layer.mergeAll(Auth.layerConfig, CodatConfig.layerConfig, FetchHttpClient.layer)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  program(process.argv[2] ?? "").pipe(Effect.provide(live), NodeRuntime.runMain)
}
