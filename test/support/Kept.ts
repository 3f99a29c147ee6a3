/**
 * Takes the place of the sandbox's gate in programs that tests make, and keeps each answer in a file: when the tests are
 * done, they are checked like those of the tests' own process.
 */
import { appendFileSync, mkdirSync } from "node:fs"
import * as Gate from "../../src/internal/sandbox/Gate.ts"
import * as Outgoing from "./Outgoing.ts"

export * from "../../src/internal/sandbox/Gate.ts"

// The tests that make a program put the folder's path here.
const folder = "FOLDER"

export const make: typeof Gate.make = Outgoing.telling(Gate.make, (answer) => {
  mkdirSync(folder, { recursive: true })
  // Before the answer is out, so that nothing is lost when the process is killed.
  appendFileSync(`${folder}/${process.pid}`, `${JSON.stringify(answer)}\n`)
})
