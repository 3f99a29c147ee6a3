/**
 * Checks every answer of every sandbox against the facts of Codat's specification, in whatever test, and in whatever
 * process a test starts. Of an error that a test ordered the body is checked, and not whether the operation documents its
 * status.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type * as Gate from "../../src/internal/sandbox/Gate.ts"
import { faultsOf } from "./Conformance.ts"
import * as Outgoing from "./Outgoing.ts"

// The setup file runs again for each test file of a worker, and this module does not.
const found: Array<string> = []
let count = 0

/** How many answers have been checked in this worker. */
export const checked = (): number => count

const check = (answer: Outgoing.Answer): void => {
  count++
  const { method, path, status } = answer
  for (const one of faultsOf(answer)) found.push(`${method} ${path} ${status}: ${one}`)
}

/** Fails when an answer since the last time was not as described. */
export const tell = (): void => {
  const faults = new Set(found.splice(0))
  if (faults.size > 0) {
    throw new Error(
      `The sandbox gave answers that Codat's specification does not have:\n${[...faults].join("\n")}`
    )
  }
}

/** The gate of a sandbox in this process. */
export const checking = (make: typeof Gate.make): typeof Gate.make => Outgoing.telling(make, check)

/** Where the sandboxes of other processes keep their answers, in the folder that the tests of a run share. */
export const keptIn = (shared: string): string => join(shared, "answers")

/** Checks what the sandboxes of other processes have kept, and gives how many answers that was. */
export const checkKept = (shared: string): number => {
  const folder = keptIn(shared)
  const before = count
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    // The last line may be half a one, of a process that was killed.
    const lines = readFileSync(join(folder, name), "utf8").split("\n").slice(0, -1)
    // Each line is what `Kept` has written.
    for (const line of lines) check(JSON.parse(line) as Outgoing.Answer)
  }
  tell()
  return count - before
}
