import { execFile, spawn } from "node:child_process"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { IncomingMessage, Server, ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Sandbox, SandboxServer } from "effect-codat"
import { afterAll, beforeAll, type TestContext } from "vitest"
import * as Postgres from "../support/postgres.ts"
import { compile as build } from "../support/programs.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const run = promisify(execFile)

/** A block of code in the documentation. */
interface Block {
  readonly file: string
  /** Of the block's first line, from 1. */
  readonly line: number
  /**
   * What stands behind `ts`. A program is run until it ends, and a `service` until it has printed what it says. A
   * program on Effect 3 (`effect-3`) imports the `module` before it as `codat`.
   */
  readonly info: string
  readonly code: string
  /** The block of text behind a program, if any: lines that it prints. */
  output?: ReadonlyArray<string>
}

const blocksOf = (file: string): ReadonlyArray<Block> => {
  const blocks: Array<Block> = []
  let line = 0
  let code: Array<string> | undefined
  let language = ""
  let info = ""
  for (const raw of readFileSync(join(root, file), "utf8").split("\n")) {
    line++
    const text = /\.(?:md|txt)$/.test(file) ? raw : raw.replace(/^ *\* ?/, "")
    const fence = /^```(\w*) *(.*)$/.exec(text)
    if (code === undefined && fence !== null) {
      code = []
      language = fence[1] ?? ""
      info = fence[2] ?? ""
    } else if (code !== undefined && fence !== null) {
      const last = blocks.at(-1)
      if (language === "ts") {
        blocks.push({ file, line: line - code.length, info, code: code.join("\n") })
      } else if (language === "text" && info === "printed" && last !== undefined) {
        last.output = code
      }
      code = undefined
    } else {
      code?.push(text)
    }
  }
  return blocks
}

const readme = blocksOf("README.md")
const guides = readdirSync(join(root, "docs"))
  .filter((file) => file.endsWith(".md"))
  .map((file) => `docs/${file}`)
const inGuides = guides.flatMap(blocksOf)
// What assistants are told is a guide as well.
const manuals = ["AGENTS.md", "llms.txt"].flatMap(blocksOf)
const written = [...readme, ...inGuides, ...manuals]

/** Run by vitest. */
const isTest = ({ code }: Block) => code.includes('from "@effect/vitest"')
const tests = written.filter(isTest)

/** Run by Node. */
const programs = written.filter((block) => !isTest(block) && block.info !== "module")

// What a public module hands on from an internal one is documented there.
const docstrings = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .flatMap((file) => blocksOf(`src/${file}`))

// Inside the repository, so that `effect` is found from there; under node_modules, so that nothing else looks at it.
let folder: string

beforeAll(() => {
  const cache = join(root, "node_modules", ".cache")
  mkdirSync(cache, { recursive: true })
  folder = mkdtempSync(join(cache, "readme-"))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The modules that a program imports. */
const imported = new Set<Block>()

/** Writes a block into the folder, and gives the name of its file. */
const write = (block: Block): string => {
  const { code, file, info, line } = block
  const name = `${file.replaceAll("/", "+")}+${line}.ts`
  // As far down as in its file, so that the compiler names the right line.
  const text = "\n".repeat(line - 1) + code
  if (info !== "effect-3") {
    writeFileSync(join(folder, name), text)
    return name
  }
  // An application with an `effect` of its own, and a package that has another one.
  const codat = written.findLast(
    (other) => other.file === file && other.line < line && other.info === "module"
  )
  if (codat === undefined) throw new Error(`${file}:${line}: there is no module before it`)
  imported.add(codat)
  const application = join(folder, name.replace(/\.ts$/, ""))
  if (!existsSync(application)) {
    const installed = join(application, "node_modules")
    mkdirSync(join(installed, "codat"), { recursive: true })
    symlinkSync(join(root, "node_modules", "effect-3"), join(installed, "effect"))
    symlinkSync(join(folder, write(codat)), join(installed, "codat", "index.ts"))
    writeFileSync(
      join(installed, "codat", "package.json"),
      `{ "name": "codat", "type": "module", "exports": "./index.ts" }`
    )
    writeFileSync(join(application, name), text)
  }
  return join(basename(application), name)
}

/** Of commands alone. */
const recipe = "docs/container.md"

describe("the documentation", () => {
  it("has code in it", () => {
    assert.isAbove(readme.length, 4)
    assert.isAbove(docstrings.length, 20)
    // Blocks that would not be seen, and so not be run.
    for (const file of ["README.md", "AGENTS.md", "llms.txt", ...guides]) {
      const text = readFileSync(join(root, file), "utf8")
      assert.notMatch(text, /^ +```|^~~~|^```(?:typescript|[cm]ts|tsx|js|javascript)\b/m, file)
    }
  })

  it("has code that compiles", async () => {
    const files = [...written, ...docstrings].map(write)
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: join(root, "tsconfig.json"),
        compilerOptions: {
          noUnusedLocals: false,
          noUnusedParameters: false,
          paths: {
            "effect-codat": [join(root, "src/index.ts")],
            "effect-codat/*": [join(root, "src/*.ts")]
          }
        },
        include: [],
        files
      })
    )
    const complaints = await compile(folder)
    assert.deepStrictEqual(complaints, [])
  }, 120_000)

  it("says what an unsound block is", async () => {
    const wrong = join(folder, "wrong")
    mkdirSync(wrong)
    writeFileSync(join(wrong, "README.md+3.ts"), `\n\nexport const total: number = "1"\n`)
    writeFileSync(
      join(wrong, "tsconfig.json"),
      JSON.stringify({ extends: join(root, "tsconfig.json"), include: [], files: ["README.md+3.ts"] })
    )
    const [complaint] = await compile(wrong)
    assert.match(complaint ?? "", /^README\.md:3: error TS2322/)
  }, 120_000)
})

/** What the compiler has to say, with the places in the documentation. */
const compile = async (project: string): Promise<ReadonlyArray<string>> => {
  const output = await run(process.execPath, [
    join(root, "node_modules/typescript/bin/tsc"),
    "--noEmit",
    "--pretty",
    "false",
    "-p",
    project
  ]).then(
    () => "",
    // A compiler that finds something exits with a status of its own, and says it on stdout.
    (error: { readonly stdout?: string; readonly stderr?: string }) =>
      `${error.stdout ?? ""}${error.stderr ?? ""}` || String(error)
  )
  return output
    .split("\n")
    .filter((text) => text !== "" && !text.startsWith(" "))
    .map((text) =>
      text.replace(/^(?:.*\/)?([^/]+?)\+\d+\.(?:test\.)?ts\((\d+),\d+\)/, (_, file: string, line: string) => {
        return `${file.replaceAll("+", "/")}:${line}`
      })
    )
}

const programOf = ({ file, line }: Block): string => `${file.replace(/\W/g, "-")}-${line}`

beforeAll(async () => {
  await build(
    Object.fromEntries(programs.map((block) => [programOf(block), join(folder, write(block))])),
    join(folder, "built")
  )
}, 120_000)

/** What programs ask that the sandbox does not have, and the answers. */
const elsewhere = {
  "POST /token": { access_token: Sandbox.accessToken, expires_in: 3600 },
  "POST /v1/traces": {},
  "POST /v1/metrics": {},
  "POST /v1/logs": {},
  "GET /companies/8a210b68-6988-11ed-a1eb-0242ac120002/data/invoices": {
    results: [{ id: "invoice-1", totalAmount: 99.5 }],
    pageNumber: 1,
    pageSize: 100,
    totalResults: 1,
    _links: { self: { href: "/" }, current: { href: "/" } }
  }
}
const asked = new Set<string>()

/** A server that answers those itself. */
class Beside extends Server {
  override emit(event: string, ...args: ReadonlyArray<unknown>): boolean {
    const [request, response] = args
    if (!(request instanceof IncomingMessage && response instanceof ServerResponse)) {
      return super.emit(event, ...args)
    }
    const call = `${request.method} ${request.url?.split("?")[0]}`
    const found = Object.entries(elsewhere).find(([known]) => known === call)
    if (found === undefined) return super.emit(event, ...args)
    asked.add(call)
    request.resume()
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(found[1]))
    return true
  }
}

/** A sandbox over HTTP, and the variables that point a program at it. */
const overHttp = SandboxServer.layer({ connections: 250, companies: 12 }).pipe(
  Layer.provideMerge(NodeHttpServer.layerServer(() => new Beside(), { host: "127.0.0.1", port: 0 }))
)

/** The lines that are not printed. Where one has an ellipsis, anything stands in its place. */
const missingOf = ({ output = [] }: Block, printed: string): ReadonlyArray<string> =>
  output.filter((line) => {
    const pattern = line
      .split("…")
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")
    return !new RegExp(`^${pattern}$`, "m").test(printed)
  })

/** Where Codat's link sends the end user, whom the test plays. The program looks again after a second. */
const link = /\/companies\/([\w-]+)\/connections\/([\w-]+)\/start\?/

/** Runs a program as a reader of the documentation does, beside a sandbox of its own, and gives what it prints. */
const runProgram = Effect.fnUntraced(function* (block: Block, env: Readonly<Record<string, string>> = {}) {
  const baseUrl = yield* SandboxServer.baseUrl
  const endUser = Effect.runPromiseWith(yield* Effect.context<Sandbox.Sandbox>())
  const cwd = mkdtempSync(join(tmpdir(), "documentation-"))
  return yield* Effect.callback<string>((resume) => {
    const child = spawn(process.execPath, [join(folder, "built", `${programOf(block)}.mjs`)], {
      cwd,
      // Then what it has printed is shown.
      timeout: 100_000,
      env: {
        PATH: process.env["PATH"],
        CODAT_BASE_URL: baseUrl,
        CODAT_API_KEY: Sandbox.apiKey,
        CODAT_WEBHOOK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        TOKEN_URL: `${baseUrl}/token`,
        TOKEN_SECRET: "secret",
        OTEL_EXPORTER_OTLP_ENDPOINT: baseUrl,
        NO_COLOR: "1",
        // Node 22 calls its SQLite experimental.
        NODE_NO_WARNINGS: "1",
        ...env
      }
    })
    let printed = ""
    let complaints = ""
    let isLinked = false
    child.stderr.setEncoding("utf8").on("data", (chunk) => {
      complaints += chunk
    })
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      printed += chunk
      const [, companyId, connectionId] = link.exec(printed) ?? []
      if (!isLinked && companyId !== undefined && connectionId !== undefined) {
        isLinked = true
        void endUser(Sandbox.authorize({ companyId, connectionId }))
      }
      if (block.info === "service" && missingOf(block, printed).length === 0) child.kill("SIGTERM")
    })
    child.on("close", (code, signal) =>
      resume(
        complaints === "" && (code === 0 || block.info === "service")
          ? Effect.succeed(printed)
          : Effect.die(new Error(`${code ?? signal}\n${printed}${complaints}`))
      )
    )
    return Effect.sync(() => child.kill("SIGKILL"))
  }).pipe(Effect.ensuring(Effect.sync(() => rmSync(cwd, { recursive: true, force: true }))))
})

describe.concurrent("the programs", () => {
  for (const block of programs) {
    it.live(
      `${block.file}:${block.line} runs${block.output === undefined ? "" : " and prints what it says"}`,
      (context) =>
        Effect.gen(function* () {
          assert.include(["", "service", "effect-3"], block.info)
          // Where a program needs a database of many processes, as it says itself.
          const env = block.code.includes("DATABASE_URL") ? yield* postgres(context) : {}
          const printed = yield* runProgram(block, env)
          assert.notStrictEqual(printed, "")
          assert.deepStrictEqual(missingOf(block, printed), [], printed)
        }).pipe(Effect.provide(overHttp), Effect.scoped),
      120_000
    )
  }
})

// Not below node_modules, whose files vitest does not compile, but with what is installed there.
const testFolder = mkdtempSync(join(tmpdir(), "documentation-"))
symlinkSync(join(root, "node_modules"), join(testFolder, "node_modules"))

afterAll(() => rmSync(testFolder, { recursive: true, force: true }))

describe("the tests", () => {
  for (const { code, file, line } of tests) {
    // One that has no tests fails.
    describe(`${file}:${line}`, async () => {
      const path = join(testFolder, `${file.replaceAll("/", "+")}+${line}.test.ts`)
      writeFileSync(path, code)
      await import(path)
    })
  }
})

describe("the programs together", () => {
  it("are of every guide, import every module, and have asked for all that stands beside the sandbox", () => {
    for (const guide of guides) {
      if (guide !== recipe)
        assert.isNotEmpty(
          written.filter(({ file }) => file === guide),
          guide
        )
    }
    assert.sameMembers(
      [...imported],
      written.filter(({ info }) => info === "module")
    )
    assert.sameMembers([...asked], Object.keys(elsewhere))
  })
})

const postgres = (context: TestContext) =>
  Effect.gen(function* () {
    const server = yield* Effect.acquireRelease(
      Effect.promise(() => Postgres.start()),
      (server) => Effect.promise(async () => server?.stop())
    )
    const running = yield* Postgres.required(server, context)
    const database = yield* Postgres.createDatabase(running)
    return { DATABASE_URL: `postgres://codat@127.0.0.1:${running.port}/${database}` }
  })

/** Every link to a file, of a text in Markdown, and the headings that it can go to. */
const linksOf = (text: string): ReadonlyArray<string> =>
  [...text.replace(/```[\s\S]*?```/g, "").matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(
    ([, link]) => link ?? ""
  )

const anchorsOf = (text: string): ReadonlyArray<string> =>
  [...text.replace(/```[\s\S]*?```/g, "").matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    (title ?? "")
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .trim()
      .replace(/ /g, "-")
  )

describe("links", () => {
  for (const file of ["README.md", "AGENTS.md", "llms.txt", ...guides]) {
    it(`of ${file} lead somewhere`, () => {
      for (const link of linksOf(readFileSync(join(root, file), "utf8"))) {
        const [path = "", anchor] = link.split("#")
        const target = path === "" ? join(root, file) : join(root, dirname(file), path)
        assert.isTrue(existsSync(target), `${file}: ${link}`)
        if (anchor !== undefined) {
          assert.include(anchorsOf(readFileSync(target, "utf8")), anchor, `${file}: ${link}`)
        }
      }
    })
  }
})

describe("the README", () => {
  it("can be read in one go", () => {
    assert.isAtMost(readFileSync(join(root, "README.md"), "utf8").trimEnd().split("\n").length, 220)
  })

  it("has the names of the scripts that there are", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
    for (const file of ["README.md", ...guides]) {
      const text = readFileSync(join(root, file), "utf8")
      const named = [...text.matchAll(/npm (?:run ([\w-]+)|(start|test)\b)/g)].map(([, a, b]) => a ?? b ?? "")
      if (file === "README.md") assert.includeMembers(named, ["start", "test"])
      for (const name of named) assert.property(scripts, name, file)
    }
  })
})
