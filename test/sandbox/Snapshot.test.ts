import { assert, describe, it } from "@effect/vitest"
import * as Integrations from "../../src/internal/sandbox/Integrations.ts"
import type { Snapshot } from "../../src/internal/sandbox/Snapshot.ts"
import * as State from "../../src/internal/sandbox/State.ts"

const make = (connections: number) =>
  State.make({
    seed: 7,
    companyId: "8a210b68-6988-11ed-a1eb-0242ac120002",
    connections,
    companies: 3,
    apiKey: "key",
    token: "token"
  })

/** What a file makes of it. */
const written = (snapshot: Snapshot): Snapshot => JSON.parse(JSON.stringify(snapshot))

/** A state with something of everything in it, and a read under way at 1000. */
const lived = () => {
  const state = make(20)
  const company = state.makeCompany({
    name: "Fenland Textiles",
    tags: { a: "b" },
    created: "2026-01-01T00:00:00Z"
  })
  const xero = Integrations.get("gbol")
  assert.isDefined(xero)
  const connection = state.makeConnection(company, xero, "2026-01-01T00:00:00Z")
  connection.update({ status: "Linked" })
  state.reads.settle(1000)
  state.setProduct(company, "lending", true)
  state.account.profile = { ...state.account.profile, name: "Bob" }
  state.account.corsOrigins = ["https://bob.example"]
  state.account.supplementalData.set("gbol/bills", { orders: {} })
  state.credentials.createKey("worker", "2026-01-01T00:00:00Z")
  state.consumers.create({ url: "https://bob.example", disabled: true, eventTypes: ["company.created"] })
  state.customData.set("gbol", "orders", { dataSource: "/orders" })
  const settings = state.syncSettings.kept().settings.slice(0, 2)
  state.syncSettings.set(company, { settings, overridesDefaults: true })
  state.syncSettings.setDefaults({ settings: [], overridesDefaults: true })
  const first = state.companies[0]
  assert.isDefined(first)
  state.removeCompany(first)
  return state
}

describe("a sandbox's state", () => {
  it("is the same after it was written and read, whatever was there before", () => {
    const before = written(lived().snapshot())
    const other = lived()
    other.makeCompany({ created: "2026-01-02T00:00:00Z" })
    for (const state of [make(0), make(50), other]) {
      state.restore(before)
      assert.deepStrictEqual(written(state.snapshot()), before)
    }
  })

  it("goes on as it would have: reads end, and no identifier is given twice", () => {
    const one = lived()
    const two = make(0)
    two.restore(written(one.snapshot()))
    const told: Array<string> = []
    two.listen((change) => told.push(change.of))
    for (const state of [one, two]) {
      assert.strictEqual(state.reads.nextDue(), 3500)
      state.reads.settle(3500)
      state.makeCompany({ created: "2026-01-02T00:00:00Z" })
      state.credentials.createKey(undefined, "2026-01-02T00:00:00Z")
    }
    assert.deepStrictEqual(written(two.snapshot()), written(one.snapshot()))
    assert.deepStrictEqual(told, ["connection", "read", "company"])
    const ids = two
      .snapshot()
      .companies.flatMap(({ company, connections, reads }) => [
        company.id,
        ...connections.map(({ id }) => id),
        ...reads.map(({ id }) => id)
      ])
    assert.strictEqual(new Set(ids).size, ids.length)
    const fenland = two.companies.find(({ data }) => data.name === "Fenland Textiles")
    assert.strictEqual(fenland?.data.lastSync, "1970-01-01T00:00:03.500Z")
  })
})
