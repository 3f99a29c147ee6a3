import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import * as Sandbox from "effect-codat/Sandbox"
import * as SandboxServer from "effect-codat/SandboxServer"
import * as fc from "fast-check"
import type { Control } from "../src/internal/sandbox/Control.ts"
import { node } from "./SandboxMounts.ts"

/** One use of a control: in this process, and as a request. */
interface Use {
  readonly here: Effect.Effect<unknown, Sandbox.SandboxError, Sandbox.Sandbox>
  readonly there: readonly [method: string, path: string, body?: unknown]
}

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
const fault = fc.oneof(
  fc.record(
    {
      status: fc.constantFrom(429, 500, 503, 99),
      times: fc.constantFrom<number | "always">(1, 3, "always", 0),
      skip: fc.nat(2),
      probability: fc.constantFrom(0.5, 2),
      retryAfter: fc.nat(9)
    },
    { requiredKeys: ["status"] }
  ),
  fc.record({
    kind: fc.constantFrom(
      "reset",
      "stall",
      "truncated",
      "malformed",
      "html",
      "contentType"
    ) as fc.Arbitrary<"reset">
  }),
  fc.record({ kind: fc.constant("latency" as const), duration: fc.constantFrom("1 second" as const, 5, -1) }),
  fc.constant({ kind: "reset", tims: 1 } as unknown as Sandbox.Fault)
)

/** What the uses of a control are drawn from, given the connections that there are. */
const uses = (connections: ReadonlyArray<string>): { readonly [K in keyof Control]: fc.Arbitrary<Use> } => {
  const ref = fc.record({
    companyId: fc.constantFrom(Sandbox.companyId, Sandbox.companyId.toUpperCase(), "nowhere"),
    connectionId: fc.constantFrom(...connections, "nothing")
  })
  const name = fc.constantFrom("Harbour Ltd", "Ünïcödé & Sons", "")
  return {
    health: fc.constant({ here: Sandbox.health, there: ["GET", "/health"] }),
    reset: fc.constant({ here: Sandbox.reset, there: ["POST", "/reset"] }),
    state: fc.constant({ here: Sandbox.state, there: ["GET", "/state"] }),
    replaceState: fc
      .record({
        version: fc.constantFrom(1, 1, 1, 2) as fc.Arbitrary<1>,
        companies: fc.constantFrom(
          [],
          [{ company: bare, connections: [] }],
          [{ company: bare, connections: [{ ...joined, extra: 1 }] }]
        ),
        clockOffset: fc.constantFrom(undefined, 0, 60_000),
        quota: fc.constantFrom(undefined, { limit: 7, used: 3 }, { limit: -1, used: 0 })
      })
      .map((state) => ({ here: Sandbox.replaceState(state), there: ["PUT", "/state", state] })),
    companies: fc.constant({ here: Sandbox.companies, there: ["GET", "/companies"] }),
    makeCompany: fc
      .record(
        {
          name,
          description: fc.constantFrom("d"),
          tags: fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("1", "2")),
          connections: fc.constantFrom(0, 1, 3, -1, 1.5)
        },
        { requiredKeys: [] }
      )
      .map((company) => ({ here: Sandbox.makeCompany(company), there: ["POST", "/companies", company] })),
    connections: fc.constantFrom(Sandbox.companyId, "nowhere").map((companyId) => ({
      here: Sandbox.connections(companyId),
      there: ["GET", `/connections?companyId=${companyId}`]
    })),
    authorize: ref.map((one) => ({ here: Sandbox.authorize(one), there: ["POST", "/authorize", one] })),
    deauthorize: ref.map((one) => ({ here: Sandbox.deauthorize(one), there: ["POST", "/deauthorize", one] })),
    failLink: fc
      .tuple(ref, fc.record({ statusCode: fc.constant("402"), errorMessage: name }, { requiredKeys: [] }))
      .map(([one, more]) => ({
        here: Sandbox.failLink({ ...one, ...more }),
        there: ["POST", "/fail-link", { ...one, ...more }]
      })),
    requests: fc.constant({ here: Sandbox.requests, there: ["GET", "/requests"] }),
    clearRequests: fc.constant({ here: Sandbox.clearRequests, there: ["DELETE", "/requests"] }),
    fail: fault.map((one) => ({
      here: Sandbox.fail(one as Sandbox.Fault),
      there: ["POST", "/faults", one]
    })),
    faults: fc.constant({ here: Sandbox.faults, there: ["GET", "/faults"] }),
    clearFaults: fc.constant({ here: Sandbox.clearFaults, there: ["DELETE", "/faults"] }),
    advance: fc
      .constantFrom(0, 1500, "1 hour" as const, "2 days" as const, -5)
      .map((by) => ({ here: Sandbox.advance(by), there: ["POST", "/clock/advance", { by }] })),
    quota: fc.constant({ here: Sandbox.quota, there: ["GET", "/quota"] }),
    setQuota: fc
      .record({ limit: fc.constantFrom(0, 5, -1), used: fc.constantFrom(0, 3, 2.5) }, { requiredKeys: [] })
      .map((change) => ({ here: Sandbox.setQuota(change), there: ["PATCH", "/quota", change] })),
    subscribe: fc
      .record({
        url: fc.constantFrom("http://127.0.0.1:9/", "not a url"),
        // Nobody is posted to, since that takes a time of its own.
        eventTypes: fc.constant(["none"])
      })
      .map((one) => ({
        here: Sandbox.subscribe({ ...one, secret: Redacted.make(secret) }),
        there: ["POST", "/subscriptions", { ...one, secret }]
      })),
    subscriptions: fc.constant({ here: Sandbox.subscriptions, there: ["GET", "/subscriptions"] }),
    unsubscribe: fc
      .constantFrom("sub_1", "sub_2", "sub_9")
      .map((id) => ({ here: Sandbox.unsubscribe(id), there: ["DELETE", `/subscriptions/${id}`] })),
    deliveries: fc.constant({ here: Sandbox.deliveries, there: ["GET", "/deliveries"] }),
    replay: fc.constant({ here: Sandbox.replay("msg_0"), there: ["POST", "/deliveries/msg_0/replay"] })
  }
}

const bare = {
  id: Sandbox.companyId,
  name: "Put Ltd",
  redirect: `https://link.codat.io/company/${Sandbox.companyId}`,
  created: "2026-01-01T00:00:00Z",
  products: [],
  tags: {},
  ownerUserIds: [],
  referenceSubsidiaryCompanies: []
}

const joined = {
  id: "c",
  integrationId: "i",
  integrationKey: "gbol",
  sourceId: "s",
  platformName: "Xero",
  linkUrl: `https://link-api.codat.io/companies/${Sandbox.companyId}/connections/c/start?otp=1`,
  status: "PendingAuth" as const,
  created: "2026-01-01T00:00:00Z",
  sourceType: "Accounting" as const
}

/** What is hidden in this process, and is not over HTTP. */
function revealed(this: unknown, key: string, value: unknown): unknown {
  const held = Predicate.hasProperty(this, key) ? this[key] : undefined
  return Redacted.isRedacted(held) ? Redacted.value(held) : value
}

/** As JSON has it, without what differs by where a sandbox is. */
const plain = (value: unknown): unknown =>
  value === undefined
    ? undefined
    : JSON.parse(
        JSON.stringify(value, revealed).replaceAll(
          /(http:\/\/127\.0\.0\.1:\d+|https:\/\/link(-api)?\.codat\.io)(?=\/compan)/g,
          ""
        )
      )

const options = { connections: 12, companies: 1 }

describe("every control", () => {
  it.effect(
    "does the same in this process and over HTTP",
    () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2026, 5, 1, 12))
        const context = yield* Effect.context<never>()
        const ids = (yield* Effect.provide(Sandbox.connections(), Sandbox.layer(options), {
          local: true
        })).map(({ id }) => id)
        const sequence = fc.array(fc.oneof(...Object.values(uses(ids))), { minLength: 1, maxLength: 25 })

        const same = Effect.fnUntraced(function* (sequence: ReadonlyArray<Use>) {
          const scope = yield* Effect.scope
          const build = <A, E>(layer: Layer.Layer<A, E>) => Layer.buildWithScope(Layer.fresh(layer), scope)
          const here = yield* build(Sandbox.layer(options))
          const there = yield* build(Layer.provideMerge(SandboxServer.layer(options), node()))
          const base = yield* Effect.provideContext(SandboxServer.baseUrl, there)
          for (const use of sequence) {
            const exit = yield* Effect.exit(Effect.provideContext(use.here, here))
            const [method, path, body] = use.there
            const response = yield* Effect.promise(() =>
              fetch(`${base}/__sandbox${path}`, {
                method,
                ...(body === undefined
                  ? undefined
                  : { body: JSON.stringify(body), headers: { "content-type": "application/json" } })
              })
            )
            const text = yield* Effect.promise(() => response.text())
            const answer = text === "" ? undefined : (JSON.parse(text) as unknown)
            const label = `${method} ${path} ${JSON.stringify(body)}`
            if (Exit.isSuccess(exit)) {
              assert.isBelow(response.status, 300, `${label}: ${text}`)
              assert.deepStrictEqual(plain(answer), plain(exit.value), label)
            } else {
              const error = yield* Effect.flip(Effect.provideContext(use.here, here))
              assert.isAtLeast(response.status, 400, label)
              assert.deepStrictEqual(plain(answer), plain(error), label)
            }
          }
          // A read that a link has begun is on a fiber of its own, which gets its turn here.
          yield* TestClock.adjust(0)
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
          for (const read of [
            Sandbox.state,
            Sandbox.faults,
            Sandbox.subscriptions,
            Sandbox.quota,
            Sandbox.health
          ]) {
            const [left, right] = [
              yield* Effect.provideContext(read as Effect.Effect<unknown, never, Sandbox.Sandbox>, here),
              yield* Effect.provideContext(read as Effect.Effect<unknown, never, Sandbox.Sandbox>, there)
            ]
            assert.deepStrictEqual(plain(right), plain(left))
          }
        }, Effect.scoped)

        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(sequence, (uses) => Effect.runPromiseWith(context)(same(uses))),
            { numRuns: 40 }
          )
        )
      }),
    60_000
  )
})
