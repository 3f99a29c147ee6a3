/**
 * A file that a sandbox's state is read from and saved in.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import type { Scope } from "effect/Scope"
import { SandboxError } from "../Control.ts"
import type { SandboxState } from "../SandboxState.ts"
import * as Snapshot from "../SandboxState.ts"
import * as Schemas from "./Schemas.ts"

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

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Schemas.State))

const unreadable = (message: string) =>
  new SandboxError({ control: "stateFile", reason: "InvalidOption", message })

export const file = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem

  const save = Effect.fnUntraced(function* (state: SandboxState) {
    const next = `${path}.next`
    yield* Effect.scoped(
      Effect.gen(function* () {
        const file = yield* fs.open(next, { flag: "w" })
        yield* file.writeAll(new TextEncoder().encode(`${JSON.stringify(state, undefined, 2)}\n`))
        // Synced to the disk before the rename, so that the final name never has an incomplete file.
        yield* file.sync
      })
    )
    yield* fs.rename(next, path)
  })

  if (!(yield* fs.exists(path))) return { save } satisfies StateStore
  const initial = yield* decode(yield* fs.readFileString(path)).pipe(
    Effect.mapError((error) => unreadable(`${path}: ${error.message}`))
  )
  const message = Snapshot.invalid(initial)
  if (message !== undefined) return yield* unreadable(`${path}: ${message}`)
  return { initial, save } satisfies StateStore
})

/** Saves the state soon after each change, and at the end. Call the result after each change. */
export const keep = Effect.fnUntraced(function* (
  store: StateStore,
  state: Effect.Effect<SandboxState>
): Effect.fn.Return<() => void, never, Scope> {
  const changed = yield* Queue.sliding<void>(1)
  let isSaved = false
  const save = Effect.gen(function* () {
    isSaved = true
    yield* store.save(yield* state)
  }).pipe(Effect.catch((error) => Effect.logError(`sandbox: the state is not saved: ${error.message}`)))

  yield* Effect.addFinalizer(() => Effect.suspend(() => (isSaved ? Effect.void : save)))
  yield* Queue.take(changed).pipe(
    // Changes within this time are saved together.
    Effect.andThen(Effect.sleep("200 millis")),
    Effect.andThen(Effect.uninterruptible(save)),
    Effect.forever,
    Effect.forkScoped
  )
  return () => {
    isSaved = false
    Queue.offerUnsafe(changed, undefined)
  }
})
