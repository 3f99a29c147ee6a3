/** A folder for what the test files of one run share. It goes with the run, so that nothing in it is of older sources. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { TestProject } from "vitest/node"
import { checkKept } from "./Answers.ts"

declare module "vitest" {
  export interface ProvidedContext {
    readonly shared: string
  }
}

// Inside the repository, so that what is installed is found from there; under node_modules, so that nothing else looks at it.
const cache = fileURLToPath(new URL("../../node_modules/.cache", import.meta.url))

export default (project: TestProject) => {
  mkdirSync(cache, { recursive: true })
  const shared = mkdtempSync(join(cache, "tests-"))
  project.provide("shared", shared)
  const remove = () => rmSync(shared, { recursive: true, force: true })
  // While vitest watches, the sources have changed since.
  project.onTestsRerun(() => {
    remove()
    mkdirSync(shared)
  })
  return () => {
    try {
      const count = checkKept(shared)
      if (count > 0)
        console.log(`${count} answers of sandboxes in other processes are as Codat's specification says.`)
    } finally {
      remove()
    }
  }
}
