import { spawn } from "node:child_process"
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { dirname, join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as PlatformError from "effect/PlatformError"
import * as Redacted from "effect/Redacted"
import { Sandbox, SandboxServer } from "effect-codat"
import { Host } from "../../cli/Host.ts"
import * as Lock from "../../cli/Lock.ts"
import * as Profiles from "../../cli/Profiles.ts"
import { command, folder, rowsOf, run, served, setup } from "./support.ts"

setup()

const file = join(folder, ".config", "effect-codat", "profiles.json")
const list = ["companies", "list", "--fields", "id"]

describe("effect-codat login", () => {
  it.live("saves a key that is good, where nobody else can read it", () =>
    Effect.gen(function* () {
      const baseUrl = yield* SandboxServer.baseUrl
      const login = ["login", "--base-url", baseUrl]
      const wrong = yield* run(login, { input: "wrong-and-secret\n" })
      assert.strictEqual(wrong.code, 1)
      assert.match(wrong.stderr, /^error: Companies\.count: Unauthorized 401/)
      assert.notInclude(wrong.stderr, "wrong-and-secret")
      assert.strictEqual((yield* run(login)).code, 2)

      const good = yield* run(login, { input: `${Sandbox.apiKey}\n` })
      assert.deepStrictEqual(good, {
        code: 0,
        stdout: "",
        stderr: `Saved profile default, with 1 company, in ${file}.\n`
      })
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
      assert.deepStrictEqual(JSON.parse(readFileSync(file, "utf8")), {
        profiles: { default: { apiKey: Sandbox.apiKey, baseUrl } }
      })

      // Its key goes to its host, whatever the environment says of hosts.
      const used = yield* run(list, { env: { CODAT_BASE_URL: "http://127.0.0.1:9" } })
      assert.deepStrictEqual(rowsOf(used.stdout), [{ id: Sandbox.companyId }])
      assert.strictEqual(
        used.stderr,
        `CODAT_BASE_URL is ignored: the key of profile default is for ${baseUrl}.\n`
      )
      assert.strictEqual((yield* run(list, { env: { CODAT_BASE_URL: `${baseUrl}/` } })).stderr, "")
      // What the environment has of credentials comes before the profile that nobody named.
      const own = yield* run(list, { env: { CODAT_BASE_URL: baseUrl, CODAT_API_KEY: "other" } })
      assert.match(own.stderr, /Unauthorized 401/)
      const named = yield* run([...list, "--profile", "default"], { env: { CODAT_API_KEY: "other" } })
      assert.strictEqual(named.code, 0)
      const unknown = yield* run([...list, "--profile", "stagng"])
      assert.deepStrictEqual(
        [unknown.code, unknown.stderr],
        [2, "error: there is no profile stagng; there are default\n"]
      )

      chmodSync(file, 0o644)
      const open = yield* run(list)
      assert.strictEqual(open.code, 1)
      assert.strictEqual(
        open.stderr,
        `error: ${file}: other users can read it, and it holds keys\n  hint: chmod 600 ${file}\n`
      )
      chmodSync(file, 0o600)
      // The profile that every other command takes, not the default one.
      const env = { CODAT_PROFILE: "staging" }
      const staged = yield* run(["login", "--no-check"], { input: "key\n", env })
      assert.match(staged.stderr, /^Saved profile staging, /)
      assert.strictEqual((yield* run(["logout"], { env })).stderr, "Forgot profile staging.\n")
      assert.strictEqual((yield* run(["logout"])).stderr, "Forgot profile default.\n")
      assert.match((yield* run(list)).stderr, /no credentials/)
    }).pipe(Effect.provide(served()))
  )

  it.live("saves each of several profiles that are saved at the same time", () =>
    Effect.gen(function* () {
      const names = ["a", "b", "c", "d", "e", "f"]
      const saved = yield* Effect.forEach(
        names,
        (name) => run(["login", "--no-check", "--profile", name], { input: "key\n" }),
        { concurrency: names.length }
      )
      assert.deepStrictEqual(
        saved.map(({ code }) => code),
        names.map(() => 0)
      )
      assert.hasAllKeys(JSON.parse(readFileSync(file, "utf8")).profiles, names)
      assert.deepStrictEqual(readdirSync(dirname(file)), ["profiles.json"])
      // A property that every object has is no profile.
      const unknown = yield* run([...list, "--profile", "constructor"])
      assert.match(unknown.stderr, /^error: there is no profile constructor; there are /)
      assert.strictEqual(
        (yield* run(["logout", "--profile", "constructor"])).stderr,
        "There is no profile constructor.\n"
      )
      rmSync(file)
    })
  )

  it.effect("keeps profiles in the folder of the person's settings", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const denied = Effect.fail(
        PlatformError.systemError({ _tag: "PermissionDenied", module: "FileSystem", method: "stat" })
      )
      const pathIn = (env: Host["env"]) =>
        Profiles.names.pipe(
          Effect.provideService(Host, { ...process, env }),
          Effect.provideService(FileSystem.FileSystem, { ...files, stat: () => denied }),
          Effect.flip,
          Effect.map(({ message }) => message.split(": ")[0])
        )
      const USERPROFILE = "/users/ann"
      const HOME = "/home/ann"
      const below = (folder: string) => `${folder}/effect-codat/profiles.json`
      assert.strictEqual(yield* pathIn({ HOME, USERPROFILE, XDG_CONFIG_HOME: "/xdg" }), below("/xdg"))
      assert.strictEqual(yield* pathIn({ HOME, USERPROFILE, APPDATA: "/app" }), below("/home/ann/.config"))
      assert.strictEqual(
        yield* pathIn({ HOME: "", USERPROFILE, XDG_CONFIG_HOME: "" }),
        below("/users/ann/.config")
      )
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.effect("saves no key in the working directory when there is no home", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Profiles.set("one", { apiKey: Redacted.make("key") }))
      assert.strictEqual(error.message, "HOME is not set, so there is no place for profiles")
      assert.deepStrictEqual(yield* Profiles.names, [])
      assert.isFalse(yield* Profiles.remove("one"))
    }).pipe(Effect.provideService(Host, { ...process, env: {} }), Effect.provide(NodeServices.layer))
  )

  it.live("reads one line of a pipe that stays open, and not all of a long one", () =>
    Effect.gen(function* () {
      const env = { PATH: process.env["PATH"] ?? "", HOME: join(folder, "piped") }
      const login = (input: string) =>
        Effect.callback<{ readonly code: number | null; readonly stderr: string }>((resume) => {
          const child = spawn(process.execPath, [command, "login", "--no-check"], { env })
          let stderr = ""
          child.stderr.on("data", (chunk) => {
            stderr += chunk
          })
          child.stdin.on("error", () => {})
          child.stdin.write(input)
          child.on("close", (code) => resume(Effect.succeed({ code, stderr })))
          return Effect.sync(() => child.kill("SIGKILL"))
        }).pipe(Effect.timeout("10 seconds"))
      const saved = yield* login("key\nnot read\n")
      assert.strictEqual(saved.code, 0)
      assert.match(saved.stderr, /^Saved profile default, /)
      const long = yield* login("a".repeat(1_000_000))
      assert.deepStrictEqual(long, {
        code: 2,
        stderr: "error: what is on the standard input is too long for an API key\n"
      })
    })
  )

  it.live("saves nothing that no request can be made with, also without asking Codat", () =>
    Effect.gen(function* () {
      const env = { HOME: join(folder, "unusable") }
      const login = ["login", "--no-check"]
      const key = yield* run(login, { input: "two words\n", env })
      assert.strictEqual(key.code, 1)
      assert.match(key.stderr, /^error: \S+: Authentication: the API key holds a space/)
      const baseUrl = "http://ann:password@localhost"
      const host = yield* run([...login, "--base-url", baseUrl], { input: "key\n", env })
      assert.strictEqual(host.code, 1)
      assert.match(host.stderr, /^error: login: InvalidRequest: baseUrl must be /)
      assert.notInclude(host.stderr, "password")
      assert.isFalse(existsSync(env.HOME))
    })
  )

  it.effect("gives way while another process saves, so that not each of two waits for the other", () =>
    Effect.gen(function* () {
      const path = join(folder, "held.lock")
      writeFileSync(`${path}.${process.ppid}`, "")
      const files = () => readdirSync(folder).filter((name) => name.startsWith("held.lock"))
      const error = yield* Effect.flip(Lock.acquire(path, "changing the profiles"))
      assert.deepInclude(error, {
        _tag: "CommandError",
        message: `process ${process.ppid} is changing the profiles`
      })
      assert.deepStrictEqual(files(), [`held.lock.${process.ppid}`])
      rmSync(`${path}.${process.ppid}`)
      yield* Lock.acquire(path, "changing the profiles")
      assert.deepStrictEqual(files(), [`held.lock.${process.pid}`])
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.effect("fails at once when it may not write beside the profiles", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const denied = Effect.fail(
        PlatformError.systemError({
          _tag: "PermissionDenied",
          module: "FileSystem",
          method: "writeFileString"
        })
      )
      const error = yield* Profiles.set("one", { apiKey: Redacted.make("key") }).pipe(
        Effect.provideService(Host, { ...process, env: { XDG_CONFIG_HOME: join(folder, "denied") } }),
        Effect.provideService(FileSystem.FileSystem, { ...files, writeFileString: () => denied }),
        Effect.flip
      )
      assert.match(error.message, /profiles\.json: /)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("leaves no second file with keys behind, and is not stopped by one of a killed process", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const path = join(folder, "profiles", "effect-codat", "profiles.json")
      const host: Host = { ...process, env: { XDG_CONFIG_HOME: join(folder, "profiles") } }
      const save = (name: string) =>
        Profiles.set(name, { apiKey: Redacted.make("key") }).pipe(Effect.provideService(Host, host))
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(`${path}.${process.pid}`, "half a fi")
      yield* save("one")
      const full = Effect.fail(
        PlatformError.systemError({ _tag: "WriteZero", module: "FileSystem", method: "rename" })
      )
      yield* save("two").pipe(
        Effect.provideService(FileSystem.FileSystem, { ...files, rename: () => full }),
        Effect.flip
      )
      assert.deepStrictEqual(readdirSync(dirname(path)), ["profiles.json"])
      assert.hasAllKeys(JSON.parse(readFileSync(path, "utf8")).profiles, ["one"])
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
