/**
 * A control of the sandbox refuses what it cannot take with a `SandboxError` that names the field and its rule, also what
 * only a program in plain JavaScript can give. It never dies, and what it refuses changes nothing.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Predicate, Redacted } from "effect"
import { Sandbox } from "effect-codat"

const { companyId } = Sandbox
const connectionId = "11111111-2222-4333-8444-555555555555"
const ref = { companyId, connectionId }

/** What each control takes: an object with all of its properties, or the name of the one value. */
const inputs: { readonly [Name in keyof Sandbox.Control]?: object | string } = {
  makeCompany: { name: "a", description: "b", tags: { a: "b" }, connections: 1 },
  connections: "companyId",
  authorize: ref,
  deauthorize: ref,
  failLink: { ...ref, statusCode: "500", statusText: "a", errorMessage: "b" },
  replaceState: {
    version: 1,
    companies: [],
    random: {},
    chance: {},
    quota: { limit: 1, used: 0 },
    clockOffset: 0,
    account: undefined,
    apiKeys: [],
    consumers: [],
    customData: {},
    syncSettings: {}
  },
  fail: {
    status: 500,
    operation: "Connections.get",
    method: "GET",
    page: 1,
    skip: 1,
    times: 1,
    at: "origin"
  },
  advance: "duration",
  setQuota: { limit: 1, used: 0 },
  subscribe: {
    url: "http://localhost",
    secret: Redacted.make(Sandbox.webhookSecret),
    eventTypes: ["connection.created"],
    client: undefined
  },
  unsubscribe: "subscriptionId",
  replay: "deliveryId"
}

/** Values that no property and no control takes. */
const wrong: ReadonlyArray<unknown> = [null, true, Symbol("x"), () => 1, [Symbol("x")], [[]], "\0not this"]

/** Values in place of an object. */
const objects: ReadonlyArray<unknown> = [...wrong, 5, Number.NaN, "", 5n, [], [1]]

/** The calls of a control, each with what its error has to name. */
const callsOf = (takes: object | string): ReadonlyArray<readonly [RegExp, unknown]> => {
  if (Predicate.isString(takes)) {
    const values = takes === "duration" ? wrong : [...wrong, Object.create(null), {}, 5]
    // Such a text is an id that there is not.
    return values.filter((value) => !Predicate.isString(value)).map((value) => [new RegExp(takes), value])
  }
  return [
    ...objects.map((value) => [/^the \w+ must be an object$/, value] as const),
    [/^novel is not an option/, { ...takes, novel: 1 }],
    ...Object.keys(takes).flatMap((field) =>
      wrong
        .filter(
          (value) =>
            !(Predicate.isString(value) && /^(?:name|description|errorMessage|status\w+|c\w+Id)$/.test(field))
        )
        .map((value) => [new RegExp(`\\b${field}\\b`), { ...takes, [field]: value }] as const)
    )
  ]
}

const control = (sandbox: Sandbox.Control, name: string) =>
  // Anything is given to it on purpose.
  sandbox[name as keyof Sandbox.Control] as (input: unknown) => Effect.Effect<unknown, Sandbox.SandboxError>

describe("a control of the sandbox", () => {
  it.effect("is in this test when it takes something", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      const taking = Object.entries(sandbox).filter(([, value]) => !Effect.isEffect(value))
      assert.deepStrictEqual(taking.map(([name]) => name).sort(), Object.keys(inputs).sort())
    }).pipe(Effect.provide(Sandbox.layer({ connections: 1 })))
  )

  it.effect.each(Object.entries(inputs))("refuses what it cannot take: %s", ([name, takes]) =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      const before = yield* sandbox.state
      for (const [names, input] of callsOf(takes)) {
        const error = yield* Effect.flip(control(sandbox, name)(input))
        assert.instanceOf(error, Sandbox.SandboxError)
        assert.strictEqual(error.control, name)
        assert.strictEqual(error.reason, "InvalidOption", error.message)
        assert.match(error.message, names)
      }
      assert.deepStrictEqual(yield* sandbox.state, before)
      assert.deepStrictEqual(yield* sandbox.faults, [])
      assert.deepStrictEqual(yield* sandbox.subscriptions, [])
    }).pipe(Effect.provide(Sandbox.layer({ connections: 1 })))
  )

  it.effect("takes an unknown property that is undefined as not given", () =>
    Effect.gen(function* () {
      const other = { other: undefined }
      yield* Sandbox.makeCompany({ name: "a", ...other })
      yield* Sandbox.fail({ status: 500, ...other })
      yield* Sandbox.setQuota({ limit: 1, ...other })
    }).pipe(Effect.provide(Sandbox.layer({ connections: 1 })))
  )
})

describe("the options of a sandbox", () => {
  it.effect("are refused as a defect when a value is of another type, and not ignored", () =>
    Effect.gen(function* () {
      const options: ReadonlyArray<readonly [string, object]> = [
        ["options must be an object", [1]],
        ["connections must be a whole number, 0 or more", { connections: "5" }],
        ["seed must be a number or a text", { seed: {} }],
        ["apiKey must be a text", { apiKey: Redacted.make("key") }],
        ["token must be a text", { token: 5 }],
        ["webhookSecret must be a redacted text", { webhookSecret: Sandbox.apiKey }],
        ["webhooks must be a subscription, or a list of subscriptions", { webhooks: "http://localhost" }],
        ['webhookSchedule must be "codat", "fast" or a list of durations', { webhookSchedule: "slow" }],
        ["requestsPerMinute must be a whole number from 1", { requestsPerMinute: 0 }],
        ...["nulls", "filter", "strict", "oneAccountingConnection"].map(
          (name) => [`${name} must be true or false`, { [name]: "false" }] as const
        ),
        ["conections is not an option: did you mean connections?", { conections: 5 }]
      ]
      for (const [message, wrong] of options) {
        const exit = yield* Effect.exit(Effect.provide(Effect.void, Sandbox.layer(wrong)))
        assert.include(String(exit), `Sandbox: ${message}`)
      }
    })
  )
})

describe("a state", () => {
  it.effect("is refused when a part has a property that would be ignored", () =>
    Effect.gen(function* () {
      const state = yield* Sandbox.state
      for (const [part, message] of [
        [{ random: { ...state.random, foo: [1, 2, 3, 4] } }, /^random: foo is not an option/],
        [
          { chance: { ...state.chance, fault: [1, 2, 3, 4] } },
          /^chance: fault is not an option: did you mean faults\?$/
        ],
        [
          { quota: { limit: 1, used: 0, resetAt: 5 } },
          /^quota: resetAt is not an option: did you mean resetsAt\?$/
        ]
      ] as const) {
        const error = yield* Effect.flip(Sandbox.replaceState({ ...state, ...(part as object) }))
        assert.match(error.message, message)
      }
      yield* Sandbox.replaceState(state)
    }).pipe(Effect.provide(Sandbox.layer({ connections: 1 })))
  )
})
