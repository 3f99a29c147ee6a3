/**
 * 5. What one call costs beside the request itself.
 */
import { undici } from "../test/support/Transports.ts"
import * as Clients from "./clients.ts"
import { alternate, median, serve, spread, table, verdict } from "./measure.ts"

const times = 200

await using server = await serve({ pages: 1, size: 100 })
const sides = [
  { name: "`fetch` and `JSON.parse`", client: Clients.raw(server.url) },
  { name: "Effect's `HttpClient` and `JSON.parse`", client: Clients.bare(server.url) },
  { name: "effect-codat, `Connections.get`", client: Clients.ours(server.url) },
  { name: "@codat/platform, `connectionsGet`", client: Clients.peer(server.url) },
  { name: "undici and `JSON.parse`", client: Clients.raw(server.url, Clients.byUndici) },
  { name: "Effect's `HttpClient` over undici, and `JSON.parse`", client: Clients.bare(server.url, undici) },
  { name: "effect-codat over undici", client: Clients.ours(server.url, { transport: undici }) }
].map(({ client, name }) => ({ name, run: () => client.get(times) }))
const samples = (await alternate(sides, { rounds: 60, warmup: 20 })).map((side) =>
  side.map((millis) => millis / times)
)
const raw = median(samples[0] ?? [])

console.log(
  table(
    ["one connection, one call after another", "µs a call", "µs over `fetch`"],
    samples.map((side, index) => [
      sides[index]?.name ?? "",
      spread(side, "µs"),
      index === 0 ? "" : ((median(side) - raw) * 1000).toFixed(0)
    ])
  )
)
const [, , ours = [], peer = [], , , overUndici = []] = samples
console.log()
console.log(verdict("effect-codat to @codat/platform", median(ours) / median(peer), "at most", 1.05))
console.log(
  verdict("effect-codat over undici to @codat/platform", median(overUndici) / median(peer), "at most", 1)
)
