import { assert, describe, it } from "@effect/vitest"
import * as Idempotency from "../../src/internal/sandbox/Idempotency.ts"

const key = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`

const answer = (body: string) => ({ status: 200, body, contentType: "application/json", headers: {} })

/** Sends a request with a key and a body of 10 characters, and returns what was found. */
const send = (kept: Idempotency.Idempotency, n: number, now: number) => {
  const found = kept.find(key(n), "POST /x\n{}", now)
  if (found._tag === "New") found.keep(answer("0123456789"), now)
  return found._tag
}

describe("idempotency keys", () => {
  it("are kept for 90 minutes", () => {
    const kept = Idempotency.make(1000)
    assert.strictEqual(send(kept, 1, 0), "New")
    assert.strictEqual(send(kept, 1, 90 * 60_000 - 1), "Kept")
    assert.strictEqual(send(kept, 1, 90 * 60_000), "New")
  })

  it("are forgotten, oldest first, when there are too many bytes of them", () => {
    // Each takes 20 characters.
    const kept = Idempotency.make(45)
    for (const n of [1, 2, 3]) assert.strictEqual(send(kept, n, n), "New")
    for (const n of [2, 3]) assert.strictEqual(send(kept, n, 4), "Kept")
    assert.strictEqual(send(kept, 1, 5), "New")
    assert.strictEqual(send(kept, 3, 6), "Kept")
    assert.strictEqual(send(kept, 2, 7), "New")
  })

  it("are not forgotten while their request is running, and their bytes count once", () => {
    const kept = Idempotency.make(45)
    const running = kept.find(key(0), "POST /x\n{}", 0)
    for (const n of [1, 2, 3]) send(kept, n, n)
    assert.strictEqual(send(kept, 0, 4), "Running")
    if (running._tag === "New") running.keep(answer("0123456789"), 5)
    assert.strictEqual(send(kept, 0, 6), "Kept")
    kept.clear()
    for (const n of [4, 5]) send(kept, n, 7)
    assert.strictEqual(send(kept, 4, 8), "Kept")
  })
})
