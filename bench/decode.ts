/**
 * 2. Decoding a page that is parsed already.
 */
import { createRequire } from "node:module"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ConnectionsPage } from "../src/Connection.ts"
// Not among the package's exports, and what it is built into has no module of its own.
import * as Decode from "../src/internal/Decode.ts"
import * as Fixture from "./fixture.ts"
import { alternateSync, median, type Side, spread, table, verdict } from "./measure.ts"

// The peer's schemas are not in its types' exports, and are CommonJS.
const peer: { readonly Connections$inboundSchema: { readonly parse: (input: unknown) => unknown } } =
  createRequire(import.meta.url)("@codat/platform/sdk/models/shared/connections.js")

const page = (extras?: (n: number) => object): string => Fixture.page(Fixture.results(100, extras), 1, 3, 100)

const pages = {
  "as in the example of Codat's specification": page(),
  "with errors (one connection in ten) and `connectionInfo`": page((n) => ({
    dataConnectionErrors:
      n % 10 !== 0
        ? []
        : [
            {
              statusCode: "401",
              statusText: "Unauthorized",
              errorMessage: "The credentials were revoked at the source.",
              erroredOnUtc: "2022-10-27T09:53:29Z",
              status: "Active"
            }
          ],
    connectionInfo: { accountName: "Main", branch: null }
  }))
}

const compiled = Decode.compile(ConnectionsPage)
const interpreted = Schema.decodeUnknownSync(ConnectionsPage)

const sidesOf = (body: string): ReadonlyArray<Side> => {
  const parsed: unknown = JSON.parse(body)
  return [
    { name: "`JSON.parse` alone", run: () => JSON.parse(body) },
    { name: "effect-codat", run: () => Result.getOrThrow(compiled(parsed)) },
    { name: "effect-codat, by its schema alone", run: () => interpreted(parsed) },
    { name: "@codat/platform, dates left as text", run: () => peer.Connections$inboundSchema.parse(parsed) }
  ]
}

const runs = 200

for (const [name, body] of Object.entries(pages)) {
  const sides = sidesOf(body)
  const samples = alternateSync(sides, { rounds: 31, warmup: 5, runs })
  const peerMedian = median(samples.at(-1) ?? [])
  console.log(
    table(
      [
        `a page of 100 connections ${name}, ${body.length.toLocaleString("en-GB")} characters`,
        "µs",
        "@codat/platform to it"
      ],
      samples.map((side, index) => [
        sides[index]?.name ?? "",
        spread(side, "µs"),
        (peerMedian / median(side)).toFixed(1)
      ])
    )
  )
  console.log()
  console.log(
    verdict("@codat/platform to effect-codat", peerMedian / median(samples[1] ?? []), "at least", 4, 1)
  )
  console.log()
}
