/**
 * 2. Decoding a page that is parsed already.
 */
import { createRequire } from "node:module"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Company } from "../src/Company.ts"
import { Connection } from "../src/Connection.ts"
import { Integration } from "../src/Integration.ts"
// Not among the package's exports, and what it is built into has no module of its own.
import * as Decode from "../src/internal/model/Decode.ts"
import * as Page from "../src/Page.ts"
import { PullOperation } from "../src/PullOperation.ts"
import * as Fixture from "./fixture.ts"
import { alternateSync, median, type Side, spread, table, verdict } from "./measure.ts"

interface Parser {
  readonly parse: (input: unknown) => unknown
}

// The peer's schemas are not in its types' exports, and are CommonJS.
const require = createRequire(import.meta.url)
const peers: {
  readonly Connections$inboundSchema: Parser
  readonly Companies$inboundSchema: Parser
  readonly Integrations$inboundSchema: Parser
  readonly PullOperations$inboundSchema: Parser
} = {
  ...require("@codat/platform/sdk/models/shared/connections.js"),
  ...require("@codat/platform/sdk/models/shared/companies.js"),
  ...require("@codat/platform/sdk/models/shared/integrations.js"),
  ...require("@codat/platform/sdk/models/shared/pulloperations.js")
}

const connections = (extras?: (n: number) => object): string =>
  Fixture.page(Fixture.results(100, extras), 1, 3, 100)

const pageOf = (row: (n: number) => object): string =>
  Fixture.page(JSON.stringify(Array.from({ length: 100 }, (_, n) => row(n))), 1, 3, 100)

interface Subject {
  readonly name: string
  readonly body: string
  readonly compiled: (input: unknown) => Result.Result<unknown, unknown>
  readonly interpreted: (input: unknown) => unknown
  readonly peer: Parser
}

const ofConnections = {
  compiled: Decode.compile(Page.make(Connection)),
  interpreted: Schema.decodeUnknownSync(Page.make(Connection)),
  peer: peers.Connections$inboundSchema
}

const subjects: ReadonlyArray<Subject> = [
  { name: "connections as in the example of Codat's specification", body: connections(), ...ofConnections },
  {
    name: "connections with errors (one in ten) and `connectionInfo`",
    body: connections((n) => ({
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
    })),
    ...ofConnections
  },
  {
    name: "companies with two connections each",
    body: pageOf(Fixture.company),
    compiled: Decode.compile(Page.make(Company)),
    interpreted: Schema.decodeUnknownSync(Page.make(Company)),
    peer: peers.Companies$inboundSchema
  },
  {
    name: "integrations with four data types each",
    body: pageOf(Fixture.integration),
    compiled: Decode.compile(Page.make(Integration)),
    interpreted: Schema.decodeUnknownSync(Page.make(Integration)),
    peer: peers.Integrations$inboundSchema
  },
  {
    name: "reads of a company's history",
    body: pageOf(Fixture.pullOperation),
    compiled: Decode.compile(Page.make(PullOperation)),
    interpreted: Schema.decodeUnknownSync(Page.make(PullOperation)),
    peer: peers.PullOperations$inboundSchema
  }
]

const sidesOf = ({ body, compiled, interpreted, peer }: Subject): ReadonlyArray<Side> => {
  const parsed: unknown = JSON.parse(body)
  return [
    { name: "`JSON.parse` alone", run: () => JSON.parse(body) },
    { name: "effect-codat", run: () => Result.getOrThrow(compiled(parsed)) },
    { name: "effect-codat, by its schema alone", run: () => interpreted(parsed) },
    { name: "@codat/platform, dates left as text", run: () => peer.parse(parsed) }
  ]
}

for (const subject of subjects) {
  const sides = sidesOf(subject)
  const samples = alternateSync(sides, { rounds: 31, warmup: 5, runs: 100 })
  const peerMedian = median(samples.at(-1) ?? [])
  console.log(
    table(
      [
        `a page of 100 ${subject.name}, ${subject.body.length.toLocaleString("en-GB")} characters`,
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
