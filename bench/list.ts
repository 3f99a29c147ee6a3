/**
 * 1. A whole list, page after page, over loopback.
 */
import { undici } from "../test/support/Transports.ts"
import * as Clients from "./clients.ts"
import { alternate, median, serve, spread, table, verdict } from "./measure.ts"

await using server = await serve({ pages: 100, size: 100 })
const sides = [
  { name: "`fetch` and `JSON.parse`, looped by hand", run: Clients.raw(server.url).list },
  { name: "Effect's `HttpClient` and `JSON.parse`, looped by hand", run: Clients.bare(server.url).list },
  { name: "effect-codat, `Connections.list`", run: Clients.ours(server.url).list },
  { name: "@codat/platform, `connectionsList`, looped by hand", run: Clients.peer(server.url).list },
  { name: "undici and `JSON.parse`, looped by hand", run: Clients.raw(server.url, Clients.byUndici).list },
  { name: "Effect's `HttpClient` over undici, and `JSON.parse`", run: Clients.bare(server.url, undici).list },
  { name: "effect-codat over undici", run: Clients.ours(server.url, { transport: undici }).list }
]
for (const { name, run } of sides) {
  const count = await run()
  if (count !== 10_000) throw new Error(`${name}: ${count} connections`)
}
// It takes some thousand requests until the machine code of all that a request goes through is settled.
const samples = await alternate(sides, { rounds: 40, warmup: 40 })
const [raw = [], bare = [], ours = [], peer = [], , bareUndici = [], overUndici = []] = samples

console.log(
  table(
    ["100 pages of 100 connections, one after another", "ms", "to `fetch`"],
    samples.map((side, index) => [
      sides[index]?.name ?? "",
      spread(side),
      (median(side) / median(raw)).toFixed(2)
    ])
  )
)
console.log()
console.log(verdict("effect-codat to Effect's client", median(ours) / median(bare), "at most", 1.25))
console.log(
  verdict(
    "effect-codat to Effect's client, over undici",
    median(overUndici) / median(bareUndici),
    "at most",
    1.25
  )
)
console.log(verdict("effect-codat over undici to `fetch`", median(overUndici) / median(raw), "at most", 1.2))
console.log(verdict("@codat/platform to effect-codat", median(peer) / median(ours), "at least", 1.4))
console.log(
  verdict("@codat/platform to effect-codat over undici", median(peer) / median(overUndici), "at least", 2)
)
