/**
 * 1. A whole list, page after page, over loopback.
 */
import * as Clients from "./clients.ts"
import { alternate, median, serve, spread, table, verdict } from "./measure.ts"

await using server = await serve({ pages: 100, size: 100 })
const sides = [
  { name: "`fetch` and `JSON.parse`, looped by hand", run: Clients.raw(server.url).list },
  { name: "Effect's `HttpClient` and `JSON.parse`, looped by hand", run: Clients.bare(server.url).list },
  { name: "effect-codat, `Connections.list`", run: Clients.ours(server.url).list },
  { name: "@codat/platform, `connectionsList`, looped by hand", run: Clients.peer(server.url).list }
]
for (const { name, run } of sides) {
  const count = await run()
  if (count !== 10_000) throw new Error(`${name}: ${count} connections`)
}
const [raw = [], bare = [], ours = [], peer = []] = await alternate(sides, { rounds: 40, warmup: 5 })

console.log(
  table(
    ["100 pages of 100 connections, one after another", "ms", "to `fetch`"],
    [raw, bare, ours, peer].map((samples, index) => [
      sides[index]?.name ?? "",
      spread(samples),
      (median(samples) / median(raw)).toFixed(2)
    ])
  )
)
console.log()
console.log(verdict("effect-codat to `fetch`", median(ours) / median(raw), "at most", 1.2))
console.log(verdict("@codat/platform to effect-codat", median(peer) / median(ours), "at least", 1.5))
