/**
 * 3. A list from a server that takes its time, pages fetched ahead.
 */
import { undici } from "../test/support/Transports.ts"
import * as Clients from "./clients.ts"
import { alternate, median, serve, spread, table, verdict } from "./measure.ts"

await using server = await serve({ pages: 64, size: 100, latency: 20 })
const sides = [
  { name: "`fetch` and `JSON.parse`, 8 loops by hand", run: Clients.rawAhead(server.url, 64, 8) },
  { name: "effect-codat, `concurrency: 8`", run: Clients.ours(server.url, { concurrency: 8 }).list },
  { name: "effect-codat, one after another", run: Clients.ours(server.url).list },
  { name: "@codat/platform, looped by hand", run: Clients.peer(server.url).list },
  {
    name: "effect-codat over undici, `concurrency: 8`",
    run: Clients.ours(server.url, { concurrency: 8, transport: undici }).list
  }
]
const samples = await alternate(sides, { rounds: 15, warmup: 20 })
const [raw = [], ahead = [], , peer = [], overUndici = []] = samples

console.log(
  table(
    ["64 pages of 100 connections, each answered after 20 ms", "ms"],
    samples.map((side, index) => [sides[index]?.name ?? "", spread(side)])
  )
)
console.log()
console.log(verdict("`fetch` by hand to `concurrency: 8`", median(raw) / median(ahead), "at least", 0.93))
console.log(`- @codat/platform to \`concurrency: 8\`: **${(median(peer) / median(ahead)).toFixed(2)}**`)
console.log(
  `- @codat/platform to \`concurrency: 8\` over undici: **${(median(peer) / median(overUndici)).toFixed(2)}**`
)
