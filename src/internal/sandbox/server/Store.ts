/**
 * A file that a sandbox's state is read from and saved in.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type { PlatformError } from "effect/PlatformError"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import type { Scope } from "effect/Scope"
import type { Changes } from "../Changes.ts"
import { SandboxError } from "../Control.ts"
import type { SandboxState } from "../SandboxState.ts"
import * as Snapshot from "../SandboxState.ts"

/**
 * Where a sandbox's state is read from at its start, and saved after each change.
 *
 * @since 0.1.0
 */
export interface StateStore {
  /** The state to start with; left out when there is none yet. */
  readonly initial?: SandboxState | undefined
  /** Saves a state atomically. */
  readonly save: (state: SandboxState) => Effect.Effect<void, PlatformError>
}

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Unknown))

const unreadable = (message: string) =>
  new SandboxError({ control: "stateFile", reason: "InvalidOption", message })

export const file = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  /** Changes when the file is written; undefined when there is none. */
  const mark = fs.stat(path).pipe(
    Effect.map(({ ino, mtime, size }) => {
      const written = Option.match(mtime, { onNone: () => 0, onSome: (date) => date.getTime() })
      return `${Option.getOrElse(ino, () => 0)} ${written} ${size}`
    }),
    Effect.orElseSucceed(() => undefined)
  )
  let known = yield* mark

  const save = Effect.fnUntraced(function* (state: SandboxState) {
    // A name of its own, so that two sandboxes with one file do not write into each other's.
    const next = `${path}.${yield* Random.nextIntBetween(0, 1e12)}.next`
    yield* Effect.scoped(
      Effect.gen(function* () {
        const file = yield* fs.open(next, { flag: "wx" })
        yield* file.writeAll(new TextEncoder().encode(`${JSON.stringify(state, undefined, 2)}\n`))
        // Synced to the disk before the rename, so that the final name never has an incomplete file.
        yield* file.sync
      })
    ).pipe(
      Effect.andThen(mark),
      Effect.tap((found) =>
        found === undefined || found === known
          ? Effect.void
          : Effect.logWarning(
              `sandbox: another program, such as a second sandbox, has changed ${path}: its changes are overwritten`
            )
      ),
      Effect.andThen(fs.rename(next, path)),
      Effect.onError(() => Effect.ignore(fs.remove(next)))
    )
    known = yield* mark
  })

  if (!(yield* fs.exists(path))) return { save } satisfies StateStore
  const json = yield* decode(yield* fs.readFileString(path)).pipe(
    Effect.mapError((error) => unreadable(`${path}: ${error.message}`))
  )
  // A cast, because `invalid` checks every part of it.
  const initial = json as SandboxState
  const message = Snapshot.invalid(initial)
  if (message !== undefined) return yield* unreadable(`${path}: ${message}`)
  return { initial, save } satisfies StateStore
})

/** The message of the system, such as `ENOSPC: no space left on device`, where there is one. */
const why = (cause: Cause.Cause<unknown>): string | undefined => {
  const [error] = Cause.prettyErrors(cause)
  return error?.cause instanceof Error ? error.cause.message : error?.message
}

/** Saves the state soon after each change, and at the end when something is not saved yet. */
export const keep = Effect.fnUntraced(function* (
  store: StateStore,
  state: Effect.Effect<SandboxState>,
  changes: Changes
): Effect.fn.Return<void, never, Scope> {
  const changed = yield* Queue.sliding<void>(1)
  // Without a change there is nothing to save: the file may have another sandbox's changes in it.
  let isSaved = true
  const now = Effect.suspend(() => {
    // Before the state is taken: a change that comes in between may not be in it, and is saved the next time.
    isSaved = true
    return Effect.flatMap(state, store.save)
  }).pipe(
    // Also a defect must not end the fiber that saves.
    Effect.catchCause((cause) => {
      isSaved = false
      return Effect.logError(`sandbox: the state is not saved: ${why(cause)}`)
    })
  )

  const save = Effect.suspend(() => (isSaved ? Effect.void : now))

  yield* Effect.addFinalizer(() => save)
  yield* Queue.take(changed).pipe(
    // Changes within this time are saved together.
    Effect.andThen(Effect.sleep("200 millis")),
    Effect.andThen(Effect.uninterruptible(save)),
    Effect.forever,
    Effect.forkScoped
  )
  changes.listen((kind) => {
    isSaved = false
    if (kind === "made") Queue.offerUnsafe(changed, undefined)
  })
})
