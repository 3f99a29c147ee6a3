/** Lets one process at a time write a file. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Failure from "./Failure.ts"

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return Failure.codeOf(error) === "EPERM"
  }
}

/**
 * Holds the lock until the scope ends; fails when another process holds it. `doing` says what that process does.
 *
 * Each process has a lock file of its own, named after its id, and creates it before it looks for others. So of two that
 * start at the same moment at least one sees the other, and no process removes the file of one that is alive.
 */
export const acquire = Effect.fnUntraced(function* (path: string, doing: string) {
  const files = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const own = `${path}.${process.pid}`
  const release = Effect.ignore(files.remove(own, { force: true }))
  yield* Effect.acquireRelease(files.writeFileString(own, "", { mode: 0o600 }), () => release)
  const folder = paths.dirname(path)
  const prefix = `${paths.basename(path)}.`
  for (const name of yield* files.readDirectory(folder)) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : process.pid
    if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) continue
    const other = paths.join(folder, name)
    if (isAlive(pid)) {
      // The caller may try again before its scope ends.
      yield* release
      return yield* new Failure.CommandError({
        message: `process ${pid} is ${doing}`,
        hint: `if that is another program, remove ${other}`
      })
    }
    yield* files.remove(other, { force: true })
  }
})
