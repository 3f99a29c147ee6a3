/**
 * Streams and creates against a sandbox that fails one request in five over
 * real HTTP, and prints what was lost or doubled on the way.
 */

import { createServer } from "node:http"
import { fileURLToPath } from "node:url"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as ChildProcess from "effect/process/ChildProcess"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import { Sandbox, SandboxServer } from "effect-codat"
import * as Flags from "../cli/Flags.ts"
import { whole } from "../cli/Progress.ts"
import * as Run from "../cli/Run.ts"
import * as Scenarios from "./soak/scenarios.ts"

const flags = {
  pages: Flag.Int("pages").pipe(Flags.between(1, 1000), Flag.withDefault(1000)),
  pageSize: Flag.Int("page-size").pipe(Flags.between(1, 5000), Flag.withDefault(100)),
  creates: Flag.Int("creates").pipe(Flags.between(1, 100_000), Flag.withDefault(2000)),
  seed: Flag.Int("seed").pipe(Flag.withDefault(1)),
  peer: Flag.Boolean("peer").pipe(Flag.withDefault(true))
}

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    const value = yield* effect
    return { value, seconds: (((yield* Clock.currentTimeMillis) - start) / 1000).toFixed(1) }
  })

const soakList = Effect.fnUntraced(function* (size: Scenarios.Size) {
  const { seconds, value } = yield* timed(Scenarios.list(size))
  yield* Console.log(
    `  list    ${plural(size.workers, "worker")}: ${whole(value.received)} of ${whole(value.expected)} connections, ` +
      `lost ${value.lost}, doubled ${value.doubled}, ${value.inOrder ? "in order" : "NOT in order"}; ` +
      `${whole(value.requests)} requests, ${whole(value.faults)} of them failed on purpose; ${seconds} s`
  )
  return value.lost === 0 && value.doubled === 0 && value.inOrder && value.received === value.expected
})

const soakCreate = Effect.fnUntraced(function* (size: Scenarios.Size) {
  const { seconds, value } = yield* timed(Scenarios.create(size))
  yield* Console.log(
    `  create  ${plural(size.workers, "worker")}: ${whole(value.asked)} asked, ${whole(value.succeeded)} answered, ` +
      `${whole(value.made)} made; ${whole(value.requests)} requests, ` +
      `${whole(value.faults)} of them committed and cut off; ${seconds} s`
  )
  return value.made === value.asked && value.succeeded === value.asked
})

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? " " : "s"}`

interface PeerOutcome {
  readonly ids: ReadonlyArray<string>
  readonly failed: number
  readonly hung: number
  readonly thrown: number
  readonly uncaught: number
}

const peer = (...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const url = yield* SandboxServer.baseUrl
    const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
    const [what = "", ...sizes] = args
    const output = yield* spawner.string(
      ChildProcess.make(process.execPath, [
        "--import",
        "tsx",
        fileURLToPath(new URL("soak/peer.ts", import.meta.url)),
        what,
        url,
        `Basic ${btoa(Sandbox.apiKey)}`,
        Sandbox.companyId,
        ...sizes
      ])
    )
    // Written by peer.ts, in this shape.
    return JSON.parse(output) as PeerOutcome
  })

const soakPeer = Effect.fnUntraced(function* (size: Scenarios.Size) {
  yield* Sandbox.clearFaults
  const expected = (yield* Sandbox.connections()).slice(0, size.pages * size.pageSize)
  yield* Scenarios.listWeather
  const listed = yield* timed(peer("list", String(size.pages), String(size.pageSize)))
  const seen = new Set(listed.value.ids)
  yield* Console.log(
    `  list    1 worker : ${whole(listed.value.ids.length)} of ${whole(expected.length)} connections, ` +
      `lost ${whole(expected.filter(({ id }) => !seen.has(id)).length)}; ${listed.value.failed} pages failed ` +
      `(${listed.value.thrown} by throwing, ${listed.value.hung} by never settling), ` +
      `${listed.value.uncaught} errors past every catch, the first of which ends a process; ${listed.seconds} s`
  )
  yield* Sandbox.clearFaults
  const before = (yield* Sandbox.connections()).length
  yield* Scenarios.createWeather
  const created = yield* timed(peer("create", String(size.creates)))
  const made = (yield* Sandbox.connections()).length - before
  yield* Console.log(
    `  create  1 worker : ${whole(size.creates)} asked, ${whole(size.creates - created.value.failed)} answered, ` +
      `${whole(made)} made, ${whole(Math.max(0, made - size.creates))} too many; ${created.seconds} s`
  )
})

const soak = Command.make("soak", flags, ({ creates, pageSize, pages, peer, seed }) =>
  Effect.gen(function* () {
    const alone = { pages, pageSize, creates, workers: 1 }
    const four = { ...alone, workers: 4 }
    yield* Console.log(`effect-codat, one request in five failing over real HTTP (seed ${seed})`)
    const good = [
      yield* soakList(alone),
      yield* soakCreate(alone),
      yield* soakList(four),
      yield* soakCreate(four)
    ]
    if (peer) {
      yield* Console.log("@codat/platform, the same server, its retries on (for the record)")
      yield* soakPeer(alone)
    }
    if (good.includes(false))
      return yield* Effect.fail(new Error("something was lost, doubled or out of order"))
    return yield* Console.log("Nothing lost, nothing doubled, all in order.")
  }).pipe(
    Effect.provide(
      SandboxServer.layerClient.pipe(
        Layer.merge(FetchHttpClient.layer),
        Layer.provideMerge(
          SandboxServer.layer({ seed, connections: pages * pageSize, recordedRequests: 1_000_000 })
        ),
        Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
      )
    )
  )
)

Run.main(Run.program(soak, { args: process.argv.slice(2), version: "0.1.0" }))
