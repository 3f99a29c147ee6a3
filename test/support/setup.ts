/** What every test file runs first: every answer that a sandbox gives in a test is checked, and a wrong one fails it. */
import { afterAll, afterEach, vi } from "vitest"
import type * as Gate from "../../src/internal/sandbox/Gate.ts"
import * as Answers from "./Answers.ts"

vi.mock("../../src/internal/sandbox/Gate.ts", async (original) => {
  const gate = await original<typeof Gate>()
  return { ...gate, make: Answers.checking(gate.make) }
})

afterEach(Answers.tell)
afterAll(Answers.tell)
