/** What is made once in a run, by the first test file that needs it. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { inject } from "vitest"
// Declares what is injected.
import type {} from "./run.ts"

/** Makes a folder of this name unless another test file has or is about to, and gives its path when all is in it. */
export const once = async (name: string, make: (folder: string) => Promise<void>): Promise<string> => {
  const folder = join(inject("shared"), name)
  const ready = `${folder}.ready`
  const failed = `${folder}.failed`
  // Of those that come at once, one makes the folder.
  if (mkdirSync(folder, { recursive: true }) !== undefined) {
    try {
      await make(folder)
    } catch (cause) {
      writeFileSync(`${failed}.new`, String(cause))
      renameSync(`${failed}.new`, failed)
      throw cause
    }
    writeFileSync(ready, "")
    return folder
  }
  while (!existsSync(ready)) {
    if (existsSync(failed)) throw new Error(`${name} was not made: ${readFileSync(failed, "utf8")}`)
    await setTimeout(20)
  }
  return folder
}
