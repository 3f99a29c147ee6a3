import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { CodatError, Companies, Sandbox } from "effect-codat"
import * as Export from "../../cli/export/Export.ts"
import { ask, callSandbox, environment, folder, rowsOf, served, setup } from "./support.ts"

setup()

const { companyId } = Sandbox

/** The ids of all connections that there are, in the order that they are exported in. */
const everyId = Effect.gen(function* () {
  const companies = yield* Sandbox.companies
  const sorted = [...companies].sort((a, b) => (a.created < b.created ? -1 : a.created > b.created ? 1 : 0))
  const ids: Array<string> = []
  for (const { id } of sorted)
    ids.push(...(yield* Sandbox.connections(id)).map((connection) => connection.id))
  return ids
})

const idsIn = (file: string): ReadonlyArray<unknown> => rowsOf(readFileSync(file, "utf8")).map(({ id }) => id)

describe("effect-codat export", () => {
  const sandbox = Effect.provide(served({ connections: 20, companies: 40 }))

  it.live("writes every connection of every company, once", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* ask([
        "export",
        "all.ndjson",
        "--page-size",
        "7",
        "--concurrency",
        "3"
      ])
      assert.strictEqual(code, 0)
      assert.strictEqual(stdout, "")
      const file = join(folder, "all.ndjson")
      const ids = yield* everyId
      assert.sameMembers([...idsIn(file)], ids)
      assert.strictEqual(idsIn(file).length, ids.length)
      assert.strictEqual(stderr, `all.ndjson: ${ids.length} connections.\n`)
      assert.notInclude(readFileSync(file, "utf8"), "otp")
      assert.isFalse(existsSync(`${file}.part`) || existsSync(`${file}.part.tmp`))
      assert.isFalse(readdirSync(folder).some((name) => name.includes(".lock")))
      const again = yield* ask(["export", "all.ndjson"])
      assert.strictEqual(again.code, 1)
      assert.include(again.stderr, "all.ndjson exists already\n  hint: --force replaces it")
    }).pipe(sandbox)
  )

  it.live("writes CSV", () =>
    Effect.gen(function* () {
      yield* Sandbox.makeCompany({ name: 'Bed, "Breakfast" Ltd', connections: 1 })
      yield* ask(["export", "all.csv"])
      const lines = readFileSync(join(folder, "all.csv"), "utf8").split("\r\n")
      assert.match(lines[0] ?? "", /^id,companyId,companyName,integrationId,/)
      assert.strictEqual(lines.length, (yield* everyId).length + 2)
      assert.include(lines.at(-2) ?? "", ',"Bed, ""Breakfast"" Ltd",')
    }).pipe(sandbox)
  )

  it.live("is whole after however many times it was killed", () =>
    Effect.gen(function* () {
      const file = join(folder, "killed.ndjson")
      const written = () => (existsSync(`${file}.part`) ? statSync(`${file}.part`).size : 0)
      // Slow enough for a kill to fall into it, wherever it falls.
      yield* Sandbox.fail({ kind: "latency", duration: "20 millis", times: "always" })
      let kills = 0
      for (;;) {
        const until = written() + Math.random() * 8000
        const { code } = yield* ask(["export", "killed.ndjson", "--page-size", "2"], {
          onStart: (child) => {
            if (kills === 3) return
            const timer = setInterval(() => {
              if (written() > until) child.kill("SIGKILL")
            }, 1)
            child.on("close", () => clearInterval(timer))
          }
        })
        if (code === 0) break
        assert.strictEqual(code, null)
        kills++
      }
      assert.isAtLeast(kills, 1)
      const ids = yield* everyId
      assert.sameMembers([...idsIn(file)], ids)
      assert.strictEqual(idsIn(file).length, ids.length)
    }).pipe(sandbox)
  )

  it.live("does not mix two exports, nor two processes", () =>
    Effect.gen(function* () {
      yield* Sandbox.fail({ operation: "Companies.list", page: 3, status: 403, times: 1 })
      const cut = yield* ask(["export", "mixed.ndjson", "--page-size", "5"])
      assert.strictEqual(cut.code, 1)
      assert.include(cut.stderr, "error: Companies.pages: Forbidden 403")
      const other = yield* ask(["export", "mixed.ndjson", "--page-size", "6"])
      assert.strictEqual(other.code, 1)
      assert.match(
        other.stderr,
        /mixed\.ndjson\.part belongs to another export: pageSize was 5\n {2}hint: .*--force/
      )
      const held = join(folder, `mixed.ndjson.lock.${process.pid}`)
      writeFileSync(held, "")
      const locked = yield* ask(["export", "mixed.ndjson", "--page-size", "5"])
      assert.strictEqual(locked.code, 1)
      assert.match(locked.stderr, new RegExp(`^error: process ${process.pid} is exporting to the same file`))
      rmSync(held)
      // No process has this id any more.
      const left = join(folder, "mixed.ndjson.lock.4194305")
      writeFileSync(left, "")
      const whole = yield* ask(["export", "mixed.ndjson", "--page-size", "5"])
      assert.strictEqual(whole.code, 0)
      assert.match(whole.stderr, /of them from earlier runs\.\n$/)
      assert.deepStrictEqual(
        readdirSync(folder).filter((name) => name.includes(".lock")),
        []
      )
      assert.sameMembers([...idsIn(join(folder, "mixed.ndjson"))], yield* everyId)
    }).pipe(sandbox)
  )

  it.live("says how many rows a file has that only had to be put in its place", () =>
    Effect.gen(function* () {
      const { CODAT_BASE_URL: host } = yield* environment
      const subject = { host, companyId, query: null, pageSize: 100, secrets: false }
      const some = (yield* Sandbox.connections()).slice(0, 2).map(({ id }) => id)
      for (const [name, keys, said] of [
        ["none", [], "0 connections."],
        ["some", some, "2 connections, 2 of them from earlier runs."]
      ] as const) {
        const path = join(folder, `placed-${name}.ndjson`)
        const journal = [
          { $export: 1, of: subject },
          ...keys.map((id) => ({ id })),
          { $page: 1, keys, rows: keys.length, last: false },
          { $page: 1, keys, rows: 0, last: true }
        ]
        writeFileSync(`${path}.part`, journal.map((line) => `${JSON.stringify(line)}\n`).join(""))
        const { code, stderr } = yield* callSandbox(["export", path, "--company", companyId])
        assert.deepStrictEqual([code, stderr], [0, `${path}: ${said}\n`])
        assert.deepStrictEqual(idsIn(path), keys)
      }
    }).pipe(sandbox)
  )

  it.live("says that it cannot write", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* ask(["export", "no/such/folder.ndjson", "--company", companyId])
      assert.strictEqual(code, 1)
      assert.strictEqual(stderr, "error: no/such/folder.ndjson: there is no such file or directory\n")
    }).pipe(sandbox)
  )

  it.live("writes to no folder and to no standard output, also with --force", () =>
    Effect.gen(function* () {
      mkdirSync(join(folder, "a-folder"))
      const isFolder = yield* ask(["export", "a-folder", "--force"])
      assert.strictEqual(isFolder.stderr, "error: a-folder is not a file\n  hint: choose another name\n")
      assert.isFalse(existsSync(join(folder, "a-folder.part")))
      for (const name of ["", "-", "/dev/stdout"]) {
        const { code, stderr } = yield* callSandbox(["export", name])
        assert.strictEqual(code, 2)
        assert.match(stderr, /^error: file must be a file, which an interrupted export can go on with; /)
      }
      // Shared memory holds files as others do.
      const shared = yield* callSandbox(["export", "/dev/shm/no-such-folder/all.ndjson"])
      assert.strictEqual(
        shared.stderr,
        "error: /dev/shm/no-such-folder/all.ndjson: there is no such file or directory\n"
      )
    }).pipe(sandbox)
  )

  it.live("leaves other files beside its own as they are", () =>
    Effect.gen(function* () {
      const path = join(folder, "other.ndjson")
      writeFileSync(`${path}.tmp`, "precious")
      writeFileSync(`${path}.part`, "precious, without a line break")
      const refused = yield* callSandbox(["export", path])
      assert.strictEqual(
        refused.stderr,
        `error: ${path}.part does not belong to an export of this version\n  hint: --force starts again\n`
      )
      assert.strictEqual(readFileSync(`${path}.part`, "utf8"), "precious, without a line break")
      rmSync(`${path}.part`)
      // As one that a run of somebody else has left.
      writeFileSync(`${path}.part.tmp`, "", { mode: 0o644 })
      assert.strictEqual((yield* callSandbox(["export", path])).code, 0)
      assert.strictEqual(readFileSync(`${path}.tmp`, "utf8"), "precious")
      assert.strictEqual(statSync(path).mode & 0o777, 0o600)
    }).pipe(sandbox)
  )

  it.live("that has written no page yet is not in the way of another one", () =>
    Effect.gen(function* () {
      const path = join(folder, "mistaken.ndjson")
      const mistaken = yield* callSandbox(["export", path, "--company", "mistaken"])
      assert.match(mistaken.stderr, /NotFound 404/)
      const corrected = yield* callSandbox(["export", path, "--company", companyId])
      assert.strictEqual(corrected.stderr, `${path}: 20 connections.\n`)
      // Nor does it allow another one to replace a file.
      const replacing = yield* callSandbox(["export", path, "--force", "--company", "mistaken"])
      assert.match(replacing.stderr, /NotFound 404/)
      const other = yield* callSandbox(["export", path])
      assert.match(other.stderr, /exists already\n {2}hint: --force replaces it/)
      assert.strictEqual(idsIn(path).length, 20)
    }).pipe(sandbox)
  )
})

// -----------------------------------------------------------------------------
// At any moment
// -----------------------------------------------------------------------------

const options = {
  format: "ndjson",
  columns: ["id"],
  subject: { host: "codat", companyId: null, query: null, pageSize: 1, secrets: false },
  force: false,
  onPage: () => Effect.void
} as const

describe("an export that was cut off", () => {
  const source =
    (pageSize: number, failAt: number): Export.Source<Stream.Services<ReturnType<typeof Companies.pages>>> =>
    (startPage) =>
      Companies.pages({ pageSize, startPage, orderBy: "created" }).pipe(
        Stream.mapEffect((page) =>
          page.pageNumber === failAt
            ? Effect.fail(
                new CodatError.CodatError({
                  operation: "test",
                  reason: new CodatError.Transport({ message: "cut off" }),
                  attempts: []
                })
              )
            : Effect.succeed({
                number: page.pageNumber,
                total: page.totalResults,
                keys: page.results.map(({ id }) => id),
                rows: page.results.flatMap(({ dataConnections }) => dataConnections.map(({ id }) => ({ id })))
              })
        )
      )

  const exportTo = (path: string, failAt = 0) =>
    Export.run({
      path,
      format: "ndjson",
      columns: ["id"],
      subject: { host: "sandbox", companyId: null, query: null, pageSize: 4, secrets: false },
      force: false,
      source: source(4, failAt),
      onPage: () => Effect.void
    })

  const layer = Layer.merge(Sandbox.layer({ connections: 5, companies: 20 }), NodeServices.layer)

  it.live("goes on from wherever the last byte is", () =>
    Effect.gen(function* () {
      const path = join(folder, "bytes.ndjson")
      yield* Effect.flip(exportTo(path, 4))
      const part = readFileSync(`${path}.part`)
      const ids = yield* everyId
      for (let length = 0; length <= part.length; length += 23) {
        const cut = join(folder, `bytes-${length}.ndjson`)
        writeFileSync(`${cut}.part`, part.subarray(0, length))
        yield* exportTo(cut)
        assert.deepStrictEqual(idsIn(cut), ids, `cut off after ${length} bytes`)
      }
    }).pipe(Effect.provide(layer))
  )

  it.live("does not replace a file that another process finishes while this one waits for the lock", () =>
    Effect.gen(function* () {
      const path = join(folder, "finished.ndjson")
      const files = yield* FileSystem.FileSystem
      const finishing: typeof files = {
        ...files,
        writeFileString: (...args) =>
          Effect.tap(files.writeFileString(...args), () => Effect.sync(() => writeFileSync(path, "theirs\n")))
      }
      const error = yield* Effect.flip(
        Effect.provideService(exportTo(path), FileSystem.FileSystem, finishing)
      )
      assert.include(error.message, "exists already")
      assert.strictEqual(readFileSync(path, "utf8"), "theirs\n")
    }).pipe(Effect.provide(layer))
  )

  it.live("does not take a page for whole that has lost a row, or holds what is no row", () =>
    Effect.gen(function* () {
      const path = join(folder, "lost.ndjson")
      yield* Effect.flip(exportTo(path, 4))
      const lines = readFileSync(`${path}.part`, "utf8").split("\n")
      const ids = yield* everyId
      for (const [name, bad] of [
        ["gone", lines.filter((_, index) => index !== lines.length - 4)],
        ["zeros", lines.map((line, index) => (index === lines.length - 4 ? "\0\0\0" : line))]
      ] as const) {
        const cut = join(folder, `lost-${name}.ndjson`)
        writeFileSync(`${cut}.part`, bad.join("\n"))
        yield* exportTo(cut)
        assert.deepStrictEqual(idsIn(cut), ids)
      }
    }).pipe(Effect.provide(layer))
  )

  it.live("is put in its place when it was killed between its last page and its end", () =>
    Effect.gen(function* () {
      const path = join(folder, "end.ndjson")
      yield* Effect.flip(exportTo(path, 4))
      const mark = JSON.stringify({ $page: 0, keys: [], rows: 0, last: true })
      writeFileSync(`${path}.part`, `${readFileSync(`${path}.part`, "utf8")}${mark}\n`)
      writeFileSync(`${path}.part.tmp`, "half a ro")
      yield* exportTo(path)
      assert.isAbove(idsIn(path).length, 0)
      assert.isFalse(existsSync(`${path}.part`))
    }).pipe(Effect.provide(layer))
  )

  it.live("is begun anew with the credentials of another account", () =>
    Effect.gen(function* () {
      const listOf =
        (account: string, pages: number): Export.Source<never> =>
        (startPage) =>
          Stream.fromIterable(
            Array.from({ length: Math.max(0, pages - startPage + 1) }, (_, index) => {
              const id = `${account}-${startPage + index}`
              return { number: startPage + index, total: undefined, keys: [id], rows: [{ id }] }
            })
          )
      const interrupted =
        (pages: number): Export.Source<never> =>
        (startPage) =>
          Stream.concat(listOf("ours", pages)(startPage), Stream.fromEffect(Effect.interrupt))
      for (const pages of [1, 3]) {
        for (const isComplete of [false, true]) {
          const path = join(folder, `account-${pages}-${isComplete}.ndjson`)
          yield* Effect.exit(Export.run({ ...options, path, source: interrupted(pages) }))
          if (isComplete) {
            const mark = { $page: pages, keys: [`ours-${pages}`], rows: 0, last: true }
            appendFileSync(`${path}.part`, `${JSON.stringify(mark)}\n`)
          }
          const { before } = yield* Export.run({ ...options, path, source: listOf("theirs", 2) })
          assert.strictEqual(before, 0)
          assert.deepStrictEqual(idsIn(path), ["theirs-1", "theirs-2"])
        }
      }
    }).pipe(Effect.provide(layer))
  )

  it.live("is begun anew also when the last page before the interruption had no item", () =>
    Effect.gen(function* () {
      const pageOf = (number: number, ids: ReadonlyArray<string>): Export.Page => ({
        number,
        total: undefined,
        keys: ids,
        rows: ids.map((id) => ({ id }))
      })
      const path = join(folder, "empty-page.ndjson")
      const ours: Export.Source<never> = (start) =>
        Stream.concat(
          Stream.fromIterable([pageOf(1, ["ours"]), pageOf(2, [])].slice(start - 1)),
          Stream.fromEffect(Effect.interrupt)
        )
      yield* Effect.exit(Export.run({ ...options, path, source: ours }))
      const theirs = [pageOf(1, ["theirs", "theirs"]), pageOf(2, ["theirs", "more"])]
      const { before } = yield* Export.run({
        ...options,
        path,
        source: (start) => Stream.fromIterable(theirs.slice(start - 1))
      })
      assert.strictEqual(before, 0)
      // Once each, although one comes twice on a page.
      assert.deepStrictEqual(idsIn(path), ["theirs", "more"])
    }).pipe(Effect.provide(layer))
  )

  it.live("leaves nothing out when companies before it are deleted, and takes up those that are new", () =>
    Effect.gen(function* () {
      const path = join(folder, "moved.ndjson")
      yield* Effect.flip(exportTo(path, 4))
      const written = rowsOf(readFileSync(`${path}.part`, "utf8")).flatMap(({ id }) =>
        id === undefined ? [] : [String(id)]
      )
      const before = yield* everyId
      const sorted = [...(yield* Sandbox.companies)].sort((a, b) => (a.created < b.created ? -1 : 1))
      for (const { id } of sorted.slice(1, 8)) yield* Companies.delete({ companyId: id })
      yield* Sandbox.makeCompany({ name: "New", connections: 2 })
      const after = yield* everyId
      yield* exportTo(path)
      const ids = idsIn(path)
      assert.strictEqual(new Set(ids).size, ids.length)
      assert.sameMembers([...ids], [...new Set([...written, ...after])])
      assert.isBelow(after.length, before.length)
    }).pipe(Effect.provide(layer))
  )
})
