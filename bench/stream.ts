/**
 * Streams as many connections as it is told to and says what that took; `node --expose-gc`, see `memory.ts`.
 *
 * `stream.ts <connections> <live | peak>`: `live` collects the garbage before it looks at the heap, `peak` does not.
 */
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Auth from "effect-codat/Auth"
import * as CodatConfig from "effect-codat/CodatConfig"
import * as Connections from "effect-codat/Connections"
import { authHeader, companyId } from "./fixture.ts"
import { serve } from "./measure.ts"

const total = Number(process.argv[2])
const live = process.argv[3] === "live"
const first = 10_000
const every = live ? 50_000 : 1000

await using server = await serve({ pages: total / 100, size: 100 })

const heap = (): number => {
  if (live) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

let after = 0
let most = 0
const startedAt = performance.now()
const count = await Connections.list({ companyId, pageSize: 100 }).pipe(
  Stream.runFold(
    () => 0,
    (count, _connection) => {
      const now = count + 1
      if (now === first) after = heap()
      else if (now > first && now % every === 0) most = Math.max(most, heap())
      return now
    }
  ),
  Effect.provide(
    Layer.mergeAll(
      Auth.layerAuthHeader({ authHeader: Redacted.make(authHeader) }),
      CodatConfig.layer({ baseUrl: server.url }),
      FetchHttpClient.layer
    )
  ),
  Effect.runPromise
)
const seconds = (performance.now() - startedAt) / 1000
if (count !== total) throw new Error(`${count} connections, not ${total}`)
console.log(JSON.stringify({ seconds, after, most: Math.max(most, after) }))
