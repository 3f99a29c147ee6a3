/**
 * A program that changes the list which it reads, row by row, against the sandbox: every row is met.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { Connections, Sandbox } from "effect-codat"

const { companyId } = Sandbox

/** So many connections of the sandbox's company are linked. */
const linkedAre = Effect.fnUntraced(function* (count: number) {
  let left = count
  for (const { id: connectionId, status } of yield* Sandbox.connections()) {
    const connection = { companyId, connectionId }
    const isLinked = status === "Linked"
    if (left > 0) {
      left--
      if (!isLinked) yield* Sandbox.authorize(connection)
    } else if (isLinked) yield* Sandbox.deauthorize(connection)
  }
})

for (const concurrency of [1, 4]) {
  describe(`by ${concurrency}`, () => {
    it.effect("unlinking each linked connection as it comes unlinks all of them", () =>
      Effect.gen(function* () {
        yield* linkedAre(700)
        const linked = { companyId, query: "status=Linked" }
        assert.strictEqual(yield* Connections.count(linked), 700)
        const met = new Set<string>()
        yield* Connections.list({ ...linked, concurrency }).pipe(
          Stream.runForEach(({ id: connectionId }) => {
            met.add(connectionId)
            return Connections.unlink({ companyId, connectionId })
          })
        )
        assert.strictEqual(met.size, 700)
        assert.strictEqual(yield* Connections.count(linked), 0)
      }).pipe(Effect.provide(Sandbox.layer({ connections: 720 })))
    )

    it.effect("deleting each connection as it comes deletes all of them", () =>
      Effect.gen(function* () {
        let deleted = 0
        yield* Connections.list({ companyId, concurrency }).pipe(
          Stream.runForEach(({ id: connectionId }) => {
            deleted++
            return Connections.delete({ companyId, connectionId })
          })
        )
        assert.strictEqual(deleted, 1000)
        assert.strictEqual(yield* Connections.count({ companyId }), 0)
      }).pipe(Effect.provide(Sandbox.layer({ connections: 1000 })))
    )
  })
}
