/** Credentials in a file that nobody else can read. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import type * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Failure from "./Failure.ts"
import { Host } from "./Host.ts"
import * as Lock from "./Lock.ts"

export interface Profile {
  readonly apiKey: Redacted.Redacted<string>
  /** The host that the key belongs to; it is sent to no other. */
  readonly baseUrl?: string | undefined
}

const Profiles = Schema.fromJsonString(
  Schema.Struct({
    profiles: Schema.Record(
      Schema.String,
      Schema.Struct({
        apiKey: Schema.RedactedFromValue(Schema.String),
        baseUrl: Schema.optionalKey(Schema.String)
      })
    )
  })
)

type Stored = typeof Profiles.Type

/**
 * `~/.config/effect-codat/profiles.json`, or the same below `XDG_CONFIG_HOME` or, on Windows, `APPDATA`. Without a home,
 * as of some services, there is none: in the working directory, others could find the keys.
 */
const file = Effect.gen(function* () {
  const path = yield* Path.Path
  const { APPDATA, HOME, USERPROFILE, XDG_CONFIG_HOME } = (yield* Host).env
  const home = HOME || USERPROFILE
  const folder =
    XDG_CONFIG_HOME ||
    (process.platform === "win32" && APPDATA) ||
    (home ? path.join(home, ".config") : undefined)
  return folder === undefined ? undefined : path.join(folder, "effect-codat", "profiles.json")
})

const read: Effect.Effect<Stored["profiles"], Failure.CommandError, FileSystem.FileSystem | Path.Path> =
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const path = yield* file
    if (path === undefined) return {}
    const cannot = (problem: string, hint?: string) =>
      new Failure.CommandError({ message: `${path}: ${problem}`, hint })
    const info = yield* files.stat(path).pipe(
      Effect.catchReason("PlatformError", "NotFound", () => Effect.succeed(undefined)),
      Effect.mapError((error) => cannot(Failure.messageOf(error)))
    )
    if (info === undefined) return {}
    if (process.platform !== "win32" && (info.mode & 0o077) !== 0) {
      return yield* cannot("other users can read it, and it holds keys", `chmod 600 ${path}`)
    }
    const text = yield* Effect.mapError(files.readFileString(path), (error) =>
      cannot(Failure.messageOf(error))
    )
    const decoded = yield* Effect.mapError(Schema.decodeEffect(Profiles)(text), () =>
      cannot("it is not a file of profiles")
    )
    return decoded.profiles
  })

/** Replaces the file atomically. The new file has mode 0600 from its creation on. */
const write = Effect.fnUntraced(function* (path: string, profiles: Stored["profiles"]) {
  const files = yield* FileSystem.FileSystem
  const text = yield* Effect.orDie(Schema.encodeEffect(Profiles)({ profiles }))
  const temporary = `${path}.${process.pid}`
  // One with keys must not stay behind, and a process that was killed may have had the same id.
  const remove = files.remove(temporary, { force: true })
  yield* Effect.gen(function* () {
    yield* remove
    yield* files.writeFileString(temporary, `${text}\n`, { mode: 0o600, flag: "wx" })
    yield* files.rename(temporary, path)
  }).pipe(
    Effect.onError(() => Effect.ignore(remove)),
    Effect.mapError(failedAt(path))
  )
  return path
})

const failedAt = (path: string) => (error: PlatformError.PlatformError) =>
  new Failure.CommandError({ message: `${path}: ${Failure.messageOf(error)}` })

/** Reads and writes the file while no other process does, so that two logins at the same time both save their profile. */
const change = Effect.fnUntraced(function* (to: (profiles: Stored["profiles"]) => Stored["profiles"]) {
  const files = yield* FileSystem.FileSystem
  const path = yield* file
  if (path === undefined) {
    return yield* new Failure.CommandError({ message: "HOME is not set, so there is no place for profiles" })
  }
  const folder = (yield* Path.Path).dirname(path)
  yield* files.makeDirectory(folder, { recursive: true, mode: 0o700 }).pipe(
    // Node's code for a read-only file system, since all folders above are made too.
    Effect.catchReason("PlatformError", "NotFound", () =>
      Effect.fail(
        new Failure.CommandError({
          message: `${folder}: the folder cannot be made, as on a read-only file system`
        })
      )
    ),
    Effect.catchTag("PlatformError", (error) => Effect.fail(failedAt(path)(error)))
  )
  const lock = Lock.acquire(`${path}.lock`, "changing the profiles").pipe(
    // Another login takes milliseconds.
    Effect.retry({
      schedule: Schedule.jittered(Schedule.spaced("100 millis")),
      times: 30,
      while: ({ _tag }) => _tag === "CommandError"
    }),
    Effect.catchTag("PlatformError", (error) => Effect.fail(failedAt(path)(error)))
  )
  return yield* Effect.scoped(
    Effect.andThen(
      lock,
      Effect.flatMap(read, (profiles) => write(path, to(profiles)))
    )
  )
})

/** Only own properties count: no profile is called `constructor` unless somebody saved it. */
const find = (profiles: Stored["profiles"], name: string): Profile | undefined =>
  Object.hasOwn(profiles, name) ? profiles[name] : undefined

export const get = (name: string) => Effect.map(read, (profiles) => find(profiles, name))

export const names = Effect.map(read, (profiles) => Object.keys(profiles))

/** Saves a profile; returns the path of the file. */
export const set = (name: string, { apiKey, baseUrl }: Profile) =>
  change((profiles) => ({
    ...profiles,
    [name]: { apiKey, ...(baseUrl === undefined ? undefined : { baseUrl }) }
  }))

/** Removes a profile; returns whether there was one. */
export const remove = Effect.fnUntraced(function* (name: string) {
  if ((yield* get(name)) === undefined) return false
  yield* change(({ [name]: _, ...others }) => others)
  return true
})
