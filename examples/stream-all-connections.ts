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
import { Codat, Connections } from "effect-codat"

/** Prints each linked connection as soon as its page has arrived, and returns how many there are. */
export const program = (companyId: string) =>
  Connections.list({ companyId, query: "status=Linked", pageSize: 500 }).pipe(
    // Codat's documentation does not promise that this list can be filtered, so the rows are filtered as well.
    Stream.filter(({ status }) => status === "Linked"),
    Stream.tap(({ id, platformName }) => Console.log(`${id}  ${platformName}`)),
    Stream.runCount,
    Effect.catchReason("CodatError", "NotFound", () =>
      Effect.as(Console.error(`There is no company ${companyId}.`), 0)
    )
  )

/** Credentials and settings from the environment, and an HTTP client. */
export const live = Layer.merge(Codat.layerConfig, FetchHttpClient.layer)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  program(process.argv[2] ?? "").pipe(Effect.provide(live), NodeRuntime.runMain)
}
