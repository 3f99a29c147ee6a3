import { spawn } from "node:child_process"
import { openSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Sandbox } from "effect-codat"
import * as Table from "../../cli/Table.ts"
import packageJson from "../../package.json" with { type: "json" }
import {
  ask,
  call,
  callSandbox,
  command,
  environment,
  folder,
  rowsOf,
  run,
  served,
  setup
} from "./support.ts"

setup()

const { companyId } = Sandbox
const sandbox = Effect.provide(served({ connections: 30, companies: 3 }))

const first = Effect.map(Sandbox.connections(), ([one]) => one?.id ?? "")

describe("effect-codat", () => {
  it.live("says its version and its help", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* run(["--version"]), {
        code: 0,
        stdout: `effect-codat ${packageJson.version}\n`,
        stderr: ""
      })
      const help = yield* run(["connections", "unlink", "--help"])
      assert.strictEqual(help.code, 0)
      assert.include(help.stdout, "effect-codat connections unlink [flags] [<connection...>]")
      assert.include(help.stdout, "EXAMPLES")
      const group = yield* run(["connections"])
      assert.strictEqual(group.code, 2)
      assert.strictEqual(group.stdout, "")
      assert.include(group.stderr, "SUBCOMMANDS")
    })
  )

  const wrong: ReadonlyArray<readonly [args: ReadonlyArray<string>, said: string]> = [
    [["conections"], "there is no command conections; did you mean connections?"],
    [["connections", "lst"], "there is no command connections lst; did you mean list?"],
    [["connections", "list", "--compny", "x"], "there is no flag --compny; did you mean --company?"],
    [
      ["connections", "list", "--page-size", "9999"],
      '--page-size must be a whole number from 1 to 5000, not "9999"'
    ],
    [["connections", "list", "--page-size", "x"], '--page-size must be a whole number, not "x"'],
    [
      ["connections", "list", "--query", "status=Linked sourceType=Banking"],
      "--query must be a filter such as status=Linked && sourceType=Banking; at character 25, a second comparison " +
        "stands in a value: && or || is missing before it"
    ],
    // Each letter of what was meant as the value is read as a flag.
    [
      ["companies", "list", "--order-by", "-created"],
      "--order-by needs a value; one that begins with - follows =, as in --order-by=-x"
    ],
    // Arguments that were taken for flags.
    [
      ["connections", "create", "--platform", "gbol", "--company", "id"],
      "platform is given without a flag: effect-codat connections create [flags] <platform>"
    ],
    [
      ["companies", "get", "--company", "id"],
      "company is given without a flag: effect-codat companies get [flags] <company>"
    ],
    [["connections", "get"], "connection is missing"],
    [["connections", "get", "id"], "--company is missing"],
    [
      ["connections", "create", "Xero", "--company", "id"],
      'platform must be a platform key of four lower-case letters, such as gbol, not "Xero"'
    ],
    [["sandbox", "--port", "70000"], '--port must be a whole number from 0 to 65535, not "70000"'],
    [
      ["sandbox", "--requests-per-minute", "1000000001"],
      '--requests-per-minute must be a whole number from 1 to 1000000000, not "1000000001"'
    ],
    [["companies", "create", "x", "--tag", "a=1", "--tag", "a=2"], "--tag: the same name is given twice"],
    // As a shell variable that is not set makes them.
    [["companies", "list", "--fields", ""], "--fields needs a value"],
    [["companies", "list", "--fields", ","], '--fields must be at least one name, not ","'],
    [["companies", "list", "--profile", ""], "--profile needs a value"],
    [["login", "--profile", ""], "--profile needs a value"]
  ]
  for (const [args, said] of wrong) {
    it.live(`refuses ${args.join(" ")}`, () =>
      Effect.gen(function* () {
        const { code, stderr, stdout } = yield* call(args)
        assert.strictEqual(code, 2)
        assert.strictEqual(stdout, "")
        assert.strictEqual(stderr.split("\n")[0], `error: ${said}`)
        assert.match(stderr.split("\n")[1] ?? "", /^( {2}help: .*)?$/)
      })
    )
  }

  it.live("refuses in JSON with --json", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["connections", "list", "--json", "--page-size", "0"])
      assert.strictEqual(code, 2)
      assert.deepStrictEqual(JSON.parse(stderr), {
        error: {
          reason: "Usage",
          message: '--page-size must be a whole number from 1 to 5000, not "0"',
          hint: "effect-codat connections list --help"
        }
      })
    })
  )

  it.live("says what it needs when there are no credentials", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["companies", "list"])
      assert.strictEqual(code, 1)
      assert.match(
        stderr,
        /^error: .*no credentials: set one of CODAT_API_KEY.*\n {2}hint: .*effect-codat login\n$/
      )
    })
  )
})

describe("what is shown", () => {
  it.live("is one JSON object a line, without secrets, in a pipe", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* ask(["connections", "list", "--company", companyId])
      assert.strictEqual(code, 0)
      assert.strictEqual(stderr, "")
      const connections = yield* Sandbox.connections()
      const rows = rowsOf(stdout)
      assert.deepStrictEqual(
        rows.map(({ id }) => id),
        connections.map(({ id }) => id)
      )
      assert.isTrue(rows.every(({ linkUrl }) => linkUrl === "<redacted>"))
      const shown = yield* ask(["connections", "list", "--company", companyId, "--show-secrets"])
      assert.deepStrictEqual(
        rowsOf(shown.stdout).map(({ linkUrl }) => linkUrl),
        connections.map(({ linkUrl }) => Redacted.value(linkUrl))
      )
    }).pipe(sandbox)
  )

  it.live("has no link in it, whatever shows one, unless --show-secrets is given", () =>
    Effect.gen(function* () {
      const id = yield* first
      const commands = [
        ["companies", "list"],
        ["companies", "get", companyId],
        ["companies", "create", "New"],
        ["companies", "update", companyId, "--name", "Other"],
        ["companies", "replace", companyId, "--name", "Another"],
        ["connections", "list"],
        ["connections", "get", id, "--company", companyId],
        ["connections", "create", "gbol", "--company", companyId],
        [
          "connections",
          "await",
          id,
          "--company",
          companyId,
          "--until",
          "Linked,PendingAuth,Deauthorized,Unlinked"
        ],
        ["request", "GET", "/companies"]
      ]
      for (const args of commands) {
        const { code, stdout } = yield* callSandbox(args)
        assert.strictEqual(code, 0)
        assert.isAtLeast(rowsOf(stdout).length, 1)
        assert.match(stdout, /"(redirect|linkUrl)":"<redacted>"/)
        assert.notMatch(stdout, /"(redirect|linkUrl)":"(?!<redacted>")/)
        assert.notInclude(stdout, "otp")
      }
      const [shown] = rowsOf((yield* callSandbox(["companies", "get", companyId, "--show-secrets"])).stdout)
      assert.match(String(shown?.["redirect"]), /^http/)
    }).pipe(sandbox)
  )

  it.live("is of every company without --company, and no more than asked for", () =>
    Effect.gen(function* () {
      const all = yield* callSandbox(["connections", "list"])
      const companies = new Set(rowsOf(all.stdout).map(({ companyId }) => companyId))
      assert.isAbove(companies.size, 1)
      yield* Sandbox.clearRequests
      const some = yield* callSandbox(["connections", "list", "--company", companyId, "--limit", "3"])
      assert.strictEqual(rowsOf(some.stdout).length, 3)
      const [request] = yield* Sandbox.requests
      assert.strictEqual(request?.query["pageSize"], "3")
    }).pipe(sandbox)
  )

  it.live("is in the order that is asked for, of platforms too", () =>
    Effect.gen(function* () {
      const list = ["integrations", "list", "--query", "sourceType=Banking", "--fields", "key,sourceType"]
      const keys = (...flags: ReadonlyArray<string>) =>
        Effect.map(callSandbox([...list, ...flags]), ({ stdout }) => rowsOf(stdout).map(({ key }) => key))
      const all = yield* keys("--order-by=-key")
      assert.isAbove(all.length, 1)
      assert.deepStrictEqual(all, all.toSorted().toReversed())
      assert.deepStrictEqual(yield* keys("--order-by=-key", "--limit", "1"), all.slice(0, 1))
      assert.deepStrictEqual(yield* keys("--limit", "0"), [])
      const [key] = all
      const { stdout } = yield* callSandbox(["integrations", "get", String(key)])
      assert.deepInclude(rowsOf(stdout)[0], { key, sourceType: "Banking" })
    }).pipe(sandbox)
  )

  it.live("has the fields that are asked for, and no others", () =>
    Effect.gen(function* () {
      const args = ["connections", "list", "--company", companyId, "--limit", "1"]
      const { stdout } = yield* callSandbox([...args, "--fields", "status,id,connectionInfo.city"])
      assert.deepStrictEqual(Object.keys(rowsOf(stdout)[0] ?? {}), ["status", "id", "connectionInfo.city"])
      const { code, stderr } = yield* callSandbox([...args, "--fields", "statu"])
      assert.strictEqual(code, 2)
      assert.match(stderr, /^error: --fields: there is no statu; did you mean status\?/)
    }).pipe(sandbox)
  )

  it.live("is a table that fits at a terminal", () =>
    Effect.gen(function* () {
      const { stderr, stdout } = yield* ask(["connections", "list", "--limit", "5"], { terminal: true })
      const lines = stdout.trimEnd().split("\n")
      assert.match(lines[0] ?? "", /^id +companyName +platformName +status$/)
      assert.strictEqual(lines.length, 6)
      assert.isTrue(lines.every((line) => line.length <= 80))
      assert.include(lines[1] ?? "", yield* first)
      assert.strictEqual(stderr, "")
      const one = yield* callSandbox(["connections", "get", yield* first, "--company", companyId], {
        terminal: true
      })
      assert.match(one.stdout, /^id +[0-9a-f-]{36}\n/)
      assert.match(one.stdout, /\nlinkUrl +<redacted>\n/)
      const company = yield* callSandbox(["companies", "get", companyId], { terminal: true })
      assert.match(company.stdout, /\ndataConnections +\(30 items; --json or --fields shows them\)\n/)
      assert.isTrue(company.stdout.split("\n").every((line) => line.length <= 80))
      const none = yield* callSandbox(["companies", "list", "--query", "name=nobody"], { terminal: true })
      assert.deepStrictEqual(none, { code: 0, stdout: "", stderr: "There are none.\n" })
    }).pipe(sandbox)
  )

  it.live("is a table in which the widest columns become narrower, and the id never does", () =>
    Effect.gen(function* () {
      yield* Sandbox.makeCompany({
        name: "The Inn by the Sea",
        description: "Rooms, breakfast and ".repeat(9)
      })
      const args = ["companies", "list", "--query", "name~Inn", "--fields"]
      const listed = (fields: string) =>
        Effect.map(callSandbox([...args, fields], { terminal: true }), ({ stdout }) => stdout.split("\n"))
      const [head = "", line = ""] = yield* listed("id,name,description")
      assert.match(head, /^id {36}name {16}description$/)
      assert.match(line, /^[0-9a-f-]{36} {2}The Inn by the Sea {2}Rooms, breakfast and …$/)
      assert.strictEqual(line.length, 80)
      // A first column that is too wide by itself stays whole, and what is beside it has eight columns.
      const [, wide = ""] = yield* listed("description,name")
      assert.match(wide, /^(Rooms, breakfast and ){9} {2}The Inn…$/)
    }).pipe(sandbox)
  )

  it.live("says what it waits for to a person, and to nobody else", () =>
    Effect.gen(function* () {
      const again = /^ServerError: trying again in \S+\n$/
      const file = join(folder, "watched.ndjson")
      const page = "\r\u001b[2Kpage 1 of 1, 30 connections\r\u001b[2K"
      for (const isWatched of [true, false]) {
        yield* Sandbox.fail({ status: 503, retryAfter: 0 })
        const { stderr } = yield* callSandbox(["companies", "list"], { isWatched })
        if (isWatched) assert.match(stderr, again)
        else assert.strictEqual(stderr, "")
        const args = ["export", file, "--company", companyId, "--force"]
        assert.strictEqual(
          (yield* callSandbox(args, { isWatched })).stderr,
          `${isWatched ? page : ""}${file}: 30 connections.\n`
        )
        const wait = ["--until", "Linked,PendingAuth,Deauthorized,Unlinked"]
        const awaited = yield* callSandbox(
          ["connections", "await", yield* first, "--company", companyId, ...wait],
          { isWatched }
        )
        // One line of 39 columns at most, so that it can be redrawn.
        const drawn = "waiting for Linked or PendingAuth or Dea"
        assert.strictEqual(awaited.stderr, isWatched ? `\r\u001b[2K${drawn.slice(0, 39)}\r\u001b[2K` : "")
      }
    }).pipe(sandbox)
  )

  it.live("has its columns below each other, whatever script the texts are in", () =>
    Effect.gen(function* () {
      for (const name of ["Plain Ltd Q", "漢字株式会社 Q", "Zoe\u0308 🎉 Q", `${"🎉".repeat(40)} Q`])
        yield* Sandbox.makeCompany({ name })
      const listed = (query: string, fields: string) =>
        callSandbox(["companies", "list", "--query", query, "--fields", fields], { terminal: true })
      const { stdout } = yield* listed("name~Ltd Q || name~会社 Q || name~Zoe", "name,id")
      const [, plain = "", east = "", accent = ""] = stdout.split("\n")
      assert.match(plain, /^Plain Ltd Q {5}[0-9a-f]{8}-/)
      assert.match(east, /^漢字株式会社 Q {2}[0-9a-f]{8}-/)
      assert.match(accent, /^Zoe\u0308 🎉 Q {8}[0-9a-f]{8}-/)
      // No half of an emoji, which two code units make.
      const long = yield* listed("name~🎉🎉", "id,name")
      assert.match(long.stdout, / {2}(🎉){20}…\n$/u)
    }).pipe(sandbox)
  )

  it("shortens a text of 100,000 characters, whose parts nobody could wait for", () => {
    const row = ["1", "漢".repeat(100_000)]
    assert.strictEqual(Table.line(Table.layout(["id", "name"], [row], 12), row), "1   漢漢漢…")
  })

  it.live("cannot steer the terminal", () =>
    Effect.gen(function* () {
      yield* Sandbox.makeCompany({ name: "Evil \u001b[2J\u202e Ltd" })
      const { stdout } = yield* callSandbox(["companies", "list"], { terminal: true })
      assert.include(stdout, "Evil  [2J  Ltd")
    }).pipe(sandbox)
  )
})

describe("a failure", () => {
  it.live("is one block on stderr, and JSON with --json", () =>
    Effect.gen(function* () {
      const args = ["connections", "get", "nope", "--company", companyId]
      const { code, stderr, stdout } = yield* ask(args)
      assert.strictEqual(code, 1)
      assert.strictEqual(stdout, "")
      assert.match(
        stderr,
        /^error: Connections\.get: NotFound 404: .*\n {2}correlation id: [0-9a-f]+\n {2}hint: .*\n$/
      )
      const json = yield* ask([...args, "--json"])
      assert.strictEqual(json.code, 1)
      const { error } = JSON.parse(json.stderr)
      assert.strictEqual(error.reason, "NotFound")
      assert.strictEqual(error.statusCode, 404)
      assert.match(error.correlationId, /^[0-9a-f]+$/)
      assert.isString(error.hint)
    }).pipe(sandbox)
  )

  it.live("of a write that may have been made says how to run it again without making it twice", () =>
    Effect.gen(function* () {
      const create = ["companies", "create", "Once Ltd"]
      yield* Sandbox.fail({ operation: "Companies.create", kind: "malformed" })
      const { code, stderr } = yield* callSandbox(create)
      assert.strictEqual(code, 1)
      const key =
        /\n {2}hint: Check .* It may have been done .*(--idempotency-key) (\S+)\n$/.exec(stderr)?.slice(1) ??
        []
      assert.strictEqual((yield* callSandbox([...create, ...key])).code, 0)
      const { stdout } = yield* callSandbox(["companies", "list", "--query", "name=Once Ltd"])
      assert.lengthOf(rowsOf(stdout), 1)
      // Codat has refused this one.
      assert.notInclude((yield* callSandbox([...create, ...key, "--tag", "a=b"])).stderr, "hint")
    }).pipe(sandbox)
  )

  it.live("of credentials has a hint that is no second mistake", () =>
    Effect.gen(function* () {
      const { stderr } = yield* callSandbox(["companies", "list"], { env: { CODAT_ACCESS_TOKEN: "a" } })
      assert.match(stderr, /are set: set only one of them\n {2}hint: Set CODAT_API_KEY alone, or /)
    }).pipe(sandbox)
  )

  it.live("says how many attempts were made, where one was not enough", () =>
    Effect.gen(function* () {
      const get = ["connections", "get", "nope", "--company", companyId]
      assert.notInclude((yield* callSandbox(get)).stderr, "attempts")
      yield* Sandbox.fail({ operation: "Connections.get", status: 503, retryAfter: 0 })
      assert.match((yield* callSandbox(get)).stderr, /^error: .*NotFound 404.*\n.*\n {2}attempts: 2\n/)
      yield* Sandbox.fail({ operation: "Connections.get", status: 503, retryAfter: 0 })
      const json = yield* callSandbox([...get, "--json"])
      assert.deepInclude(JSON.parse(json.stderr).error, { reason: "NotFound", attempts: 2 })
    }).pipe(sandbox)
  )

  it.live("to wait long enough says what can be done", () =>
    Effect.gen(function* () {
      const wait = ["--until", "NeverSuch", "--timeout", "1 second"]
      const { code, stderr } = yield* callSandbox([
        "connections",
        "await",
        yield* first,
        "--company",
        companyId,
        ...wait
      ])
      assert.strictEqual(code, 1)
      assert.match(stderr, /^error: Connections\.awaitStatus: Timeout: .*\n {2}hint: It may happen later/)
    }).pipe(sandbox)
  )

  it.live("does not quote the key", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* ask(["companies", "list"], {
        env: { CODAT_API_KEY: "wrong-and-secret" }
      })
      assert.strictEqual(code, 1)
      assert.match(stderr, /^error: Companies\.list: Unauthorized 401/)
      assert.notInclude(stderr, "wrong-and-secret")
    }).pipe(sandbox)
  )

  it.live("to write is silent when the reader is gone, and says when the disk is full", () =>
    Effect.gen(function* () {
      const env = { ...process.env, ...(yield* environment) }
      const args = [command, "connections", "list", "--company", companyId, "--page-size", "1"]
      const gone = yield* Effect.callback<{ code: number | null; stderr: string }>((resume) => {
        const child = spawn(process.execPath, args, { env })
        let stderr = ""
        child.stdout.once("data", () => child.stdout.destroy())
        child.stderr.on("data", (chunk) => {
          stderr += chunk
        })
        child.on("close", (code) => resume(Effect.succeed({ code, stderr })))
      })
      assert.deepStrictEqual(gone, { code: 0, stderr: "" })
      // Linux has a device that is always full.
      const full = yield* Effect.callback<{ code: number | null; stderr: string }>((resume) => {
        const child = spawn(process.execPath, args, {
          env,
          stdio: ["ignore", openSync("/dev/full", "w"), "pipe"]
        })
        let stderr = ""
        child.stderr?.on("data", (chunk) => {
          stderr += chunk
        })
        child.on("close", (code) => resume(Effect.succeed({ code, stderr })))
      })
      assert.deepStrictEqual(full, {
        code: 1,
        stderr: "error: cannot write the output: no space is left on the disk\n"
      })
    }).pipe(sandbox)
  )
})

describe("writing", () => {
  it.live("creates, waits for, unlinks and deletes a connection", () =>
    Effect.gen(function* () {
      const made = yield* callSandbox(["connections", "create", "gbol", "--company", companyId])
      const [connection] = rowsOf(made.stdout)
      const id = String(connection?.["id"])
      assert.strictEqual(connection?.["status"], "PendingAuth")
      yield* Sandbox.authorize({ companyId, connectionId: id })
      const linked = yield* callSandbox([
        "connections",
        "await",
        id,
        "--company",
        companyId,
        "--timeout",
        "5 seconds"
      ])
      assert.strictEqual(rowsOf(linked.stdout)[0]?.["status"], "Linked")
      const unlink = ["connections", "unlink", id, "--company", companyId, "--yes"]
      assert.deepStrictEqual(rowsOf((yield* callSandbox(unlink)).stdout), [{ id, result: "unlinked" }])
      assert.deepStrictEqual(rowsOf((yield* callSandbox(unlink)).stdout), [
        { id, result: "was unlinked before" }
      ])
      const remove = ["connections", "delete", id, "--company", companyId]
      const unasked = yield* callSandbox(remove)
      assert.strictEqual(unasked.code, 2)
      assert.match(unasked.stderr, /^error: delete 1 connection: add --yes/)
      assert.deepStrictEqual(rowsOf((yield* callSandbox([...remove, "--yes"])).stdout), [
        { id, result: "deleted" }
      ])
      assert.strictEqual((yield* callSandbox([...remove, "--yes"])).code, 1)
    }).pipe(sandbox)
  )

  it.live("shows a connection until it is stopped, and says that one is not there", () =>
    Effect.gen(function* () {
      const id = yield* first
      const watch = ["connections", "watch", "--company", companyId, "--fields", "id"]
      const { code, stderr, stdout } = yield* ask([...watch, id], {
        onOutput: (_, child) => child.kill("SIGINT")
      })
      assert.deepStrictEqual([code, stderr, stdout], [130, "", `{"id":"${id}"}\n`])
      const missing = yield* callSandbox([...watch, "nope"])
      assert.deepStrictEqual([missing.code, missing.stdout], [1, ""])
      assert.match(missing.stderr, /^error: Connections\.get: NotFound 404/)
    }).pipe(sandbox)
  )

  it.live("refuses to change a company without saying what of it", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* callSandbox(["companies", "update", companyId])
      assert.deepStrictEqual(
        [code, stderr],
        [2, "error: nothing to change: give --name, --description or --tag\n"]
      )
    }).pipe(sandbox)
  )

  it.live("waits for a status in whatever case it is typed", () =>
    Effect.gen(function* () {
      const [connection] = (yield* Sandbox.connections()).filter(({ status }) => status === "Linked")
      const args = ["connections", "await", connection?.id ?? "", "--company", companyId]
      const { code } = yield* callSandbox([...args, "--until", "linked,Other", "--timeout", "10 seconds"])
      assert.strictEqual(code, 0)
    }).pipe(sandbox)
  )

  it.live("changes nothing for a filter that is empty, such as a variable that is not set", () =>
    Effect.gen(function* () {
      for (const verb of ["unlink", "delete"]) {
        for (const empty of ["", " "]) {
          const args = ["connections", verb, "--company", companyId, "--query", empty, "--yes"]
          const { code, stderr } = yield* callSandbox(args)
          assert.strictEqual(code, 2)
          assert.match(stderr, /^error: --query is empty/)
        }
      }
      assert.lengthOf(yield* Sandbox.requests, 0)
    }).pipe(sandbox)
  )

  it.live("changes nothing unless connections are named by ids or by a filter, and not by both", () =>
    Effect.gen(function* () {
      const id = yield* first
      for (const verb of ["unlink", "delete"]) {
        for (const named of [[], [id, "--query", "status=Linked"]]) {
          const args = ["connections", verb, ...named, "--company", companyId, "--yes"]
          const { code, stderr } = yield* callSandbox(args)
          assert.deepStrictEqual(
            [code, stderr],
            [2, "error: name the connections by their ids, or with --query\n"]
          )
        }
      }
      assert.lengthOf(yield* Sandbox.requests, 0)
    }).pipe(sandbox)
  )

  it.live("in bulk goes on past what fails alone, and can be run again", () =>
    Effect.gen(function* () {
      const query = ["--company", companyId, "--query", "status=Linked"]
      const linked = (yield* Sandbox.connections()).filter(({ status }) => status === "Linked")
      yield* Sandbox.fail({ operation: "Connections.unlink", status: 500, times: 1 })
      const once = yield* ask(["connections", "unlink", ...query, "--yes", "--concurrency", "4"])
      assert.strictEqual(once.code, 1)
      assert.strictEqual(rowsOf(once.stdout).length, linked.length - 1)
      assert.include(once.stderr, `error: 1 of ${linked.length} connections failed\n  hint: Run it again`)
      const again = yield* callSandbox(["connections", "unlink", ...query, "--yes"])
      assert.strictEqual(again.code, 0)
      assert.strictEqual(rowsOf(again.stdout).length, 1)
      const ids = linked.map(({ id }) => id)
      const gone = yield* callSandbox([
        "connections",
        "delete",
        ...ids.slice(0, 3),
        "--company",
        companyId,
        "--yes"
      ])
      assert.strictEqual(rowsOf(gone.stdout).filter(({ result }) => result === "deleted").length, 3)
      const twice = yield* callSandbox([
        "connections",
        "delete",
        ...ids.slice(0, 4),
        "--company",
        companyId,
        "--yes"
      ])
      assert.strictEqual(twice.code, 0)
      assert.strictEqual(rowsOf(twice.stdout).filter(({ result }) => result === "not found").length, 3)
    }).pipe(sandbox)
  )

  it.live("makes, changes and deletes companies", () =>
    Effect.gen(function* () {
      const made = yield* ask(["companies", "create", "Bed & Breakfast Ltd", "--tag", "inn=yes"])
      const id = String(rowsOf(made.stdout)[0]?.["id"])
      const changed = yield* callSandbox(["companies", "update", id, "--name", "Inn"])
      assert.include(rowsOf(changed.stdout)[0], { name: "Inn" })
      const listed = yield* callSandbox(["companies", "list", "--tags", "inn=yes", "--fields", "id"])
      assert.deepStrictEqual(rowsOf(listed.stdout), [{ id }])
      const replaced = yield* callSandbox([
        "companies",
        "replace",
        id,
        "--name",
        "Inn",
        "--description",
        "Rooms"
      ])
      assert.deepInclude(rowsOf(replaced.stdout)[0], { name: "Inn", description: "Rooms", tags: {} })
      assert.strictEqual((yield* callSandbox(["companies", "replace", id])).code, 2)
      const gone = yield* callSandbox(["companies", "delete", id, "-y"])
      assert.deepStrictEqual(rowsOf(gone.stdout), [{ id, result: "deleted" }])
    }).pipe(sandbox)
  )

  it.live(
    "deletes the others of several that were deleted in part before, and refuses one alone that is not there",
    () =>
      Effect.gen(function* () {
        const consumer = Effect.map(
          callSandbox([
            "webhooks",
            "consumers",
            "create",
            "https://example.com/",
            "--event",
            "company.created"
          ]),
          ({ stdout }) => String(rowsOf(stdout)[0]?.["id"])
        )
        const company = Effect.map(Sandbox.makeCompany({ name: "Inn" }), ({ id }) => id)
        for (const [group, make] of [
          [["webhooks", "consumers"], consumer],
          [["companies"], company]
        ] as const) {
          const [one, other] = [yield* make, yield* make]
          const remove = (...ids: ReadonlyArray<string>) => callSandbox([...group, "delete", ...ids, "--yes"])
          assert.deepStrictEqual(rowsOf((yield* remove(one)).stdout), [{ id: one, result: "deleted" }])
          assert.strictEqual((yield* remove(one)).code, 1)
          const { code, stdout } = yield* remove(one, other, other)
          assert.strictEqual(code, 0)
          assert.deepStrictEqual(rowsOf(stdout), [
            { id: one, result: "not found" },
            { id: other, result: "deleted" }
          ])
        }
      }).pipe(sandbox)
  )

  it.live("requests a deletion with --yes only", () =>
    Effect.gen(function* () {
      const path = `/companies/${companyId}/connections/${yield* first}`
      const unasked = yield* callSandbox(["request", "DELETE", path])
      assert.deepStrictEqual([unasked.code, (yield* Sandbox.requests).length], [2, 0])
      assert.match(unasked.stderr, /^error: DELETE \S+: add --yes/)
      assert.deepStrictEqual(yield* callSandbox(["request", "DELETE", path, "--yes"]), {
        code: 0,
        stdout: "true\n",
        stderr: ""
      })
      assert.lengthOf(yield* Sandbox.connections(), 29)
    }).pipe(sandbox)
  )

  it.live("requests anything", () =>
    Effect.gen(function* () {
      const page = yield* callSandbox(["request", "GET", "/companies?pageSize=1"])
      assert.strictEqual(rowsOf(page.stdout)[0]?.["totalResults"], 4)
      const made = yield* ask(["request", "POST", "/companies", "--body", "-"], { input: '{"name":"Piped"}' })
      assert.include(rowsOf(made.stdout)[0], { name: "Piped" })
      const path = join(folder, "body.json")
      // As an editor on Windows may write it.
      writeFileSync(path, '\ufeff{"name":"M","description":"Müller"}\r\n')
      const read = yield* callSandbox(["request", "POST", "/companies", "--body", `@${path}`])
      assert.include(rowsOf(read.stdout)[0], { description: "Müller" })
      writeFileSync(path, '{"name":"M","description":"Müller"}', "latin1")
      const other = yield* callSandbox(["request", "POST", "/companies", "--body", `@${path}`])
      assert.deepStrictEqual([other.code, other.stderr], [2, "error: --body must be JSON in UTF-8\n"])
      const { code, stderr } = yield* callSandbox(["request", "GET", "//evil.example/companies"])
      assert.strictEqual(code, 2)
      assert.match(stderr, /^error: path must be a path that begins with one \//)
    }).pipe(sandbox)
  )
})
