import { execFile } from "node:child_process"
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
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Sandbox, SandboxServer } from "effect-codat"
import { afterAll, beforeAll } from "vitest"
import { compile as build } from "./support/programs.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const run = promisify(execFile)

/** A block of code in the documentation. */
interface Block {
  readonly file: string
  /** Of the block's first line, from 1. */
  readonly line: number
  /** What stands behind `ts`: `run` is a program that the tests run. */
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

/** Of commands alone. */
const recipe = "docs/container.md"

describe("the documentation", () => {
  it("has code in it", () => {
    assert.isAbove(readme.length, 4)
    for (const guide of guides) if (guide !== recipe) assert.isNotEmpty(blocksOf(guide), guide)
    assert.isAbove(docstrings.length, 20)
  })

  it("has code that compiles", async () => {
    const files = [...readme, ...inGuides, ...manuals, ...docstrings].map(({ code, file, line }) => {
      const name = `${file.replaceAll("/", "+")}+${line}.ts`
      // As far down as in its file, so that the compiler names the right line.
      writeFileSync(join(folder, name), "\n".repeat(line - 1) + code)
      return name
    })
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

const programOf = ({ file, line }: Block): string => `${file.replace(/\W/g, "-")}-${line}.mts`

/** The programs that are run, by the name of their files. */
const programs = new Map([
  ["first.mts", readme[0]?.code ?? ""],
  ...inGuides.filter(({ info }) => info === "run").map((block) => [programOf(block), block.code] as const)
])

beforeAll(async () => {
  const input = Object.fromEntries([...programs.keys()].map((name) => [name, join(folder, name)]))
  for (const [name, code] of programs) writeFileSync(join(folder, name), code)
  await build(input, join(folder, "built"))
}, 120_000)

/** A sandbox over HTTP, and the variables that point a program at it. */
const overHttp = SandboxServer.layer({ connections: 250, companies: 12 }).pipe(
  Layer.provideMerge(NodeHttpServer.layerServer(createServer, { host: "127.0.0.1", port: 0 }))
)

/** Runs a program as a reader of the documentation does, beside a sandbox of its own, and gives what it prints. */
const runProgram = (name: string) =>
  Effect.gen(function* () {
    const baseUrl = yield* SandboxServer.baseUrl
    const cwd = mkdtempSync(join(tmpdir(), "documentation-"))
    const { stdout } = yield* Effect.promise(() =>
      run(process.execPath, [join(folder, "built", `${name}.mjs`)], {
        cwd,
        env: {
          ...process.env,
          CODAT_AUTH_HEADER: "",
          CODAT_ACCESS_TOKEN: "",
          CODAT_BASE_URL: baseUrl,
          CODAT_API_KEY: Sandbox.apiKey,
          CODAT_WEBHOOK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
          NO_COLOR: "1"
        }
      }).finally(() => rmSync(cwd, { recursive: true, force: true }))
    )
    return stdout.trimEnd().split("\n")
  }).pipe(Effect.provide(overHttp))

describe.concurrent("the guides", () => {
  for (const block of inGuides.filter(({ info }) => info === "run")) {
    const { file, info, line, output } = block
    it.live(
      `${file}:${line} runs${output === undefined ? "" : " and prints what it says"}`,
      () =>
        Effect.gen(function* () {
          const printed = yield* runProgram(programOf(block))
          // Where a line has an ellipsis, anything stands in its place.
          for (const expected of output ?? []) {
            const pattern = new RegExp(
              `^${expected
                .split("…")
                .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
                .join(".*")}$`
            )
            assert.isTrue(
              printed.some((text) => pattern.test(text)),
              `${info}: ${expected} is not among\n${printed.join("\n")}`
            )
          }
        }),
      120_000
    )
  }

  it("are programs that run, and not only compile", () => {
    for (const guide of guides) {
      // The first page of the site has the README's program; the mirror's programs are run by tests of its own.
      if (guide === "docs/index.md" || guide === "docs/mirror.md" || guide === recipe) continue
      const runs = blocksOf(guide).filter(
        ({ code, info }) => info === "run" || code.includes('from "@effect/vitest"')
      )
      assert.isNotEmpty(runs, guide)
    }
  })
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

  it.live(
    "starts with a program that runs as it stands against the sandbox",
    () =>
      Effect.gen(function* () {
        const names = yield* runProgram("first.mts")
        assert.isAbove(names.length, 50)
        for (const name of names) assert.match(name, /INFO.*: .+/)
      }),
    120_000
  )

  it("has tests that pass, as have the guides", async () => {
    const tests = [...readme, ...inGuides, ...manuals].filter(({ code }) =>
      code.includes('from "@effect/vitest"')
    )
    assert.isAbove(tests.length, 1)
    // Not below node_modules, where no runner looks for tests, but with what is installed there.
    const elsewhere = mkdtempSync(join(tmpdir(), "readme-"))
    try {
      symlinkSync(join(root, "node_modules"), join(elsewhere, "node_modules"))
      writeFileSync(join(elsewhere, "package.json"), `{ "type": "module" }`)
      mkdirSync(join(elsewhere, "test"))
      for (const { code, file, line } of tests) {
        writeFileSync(join(elsewhere, "test", `${file.replaceAll("/", "+")}+${line}.test.ts`), code)
      }
      const { stdout } = await run(
        process.execPath,
        [
          join(root, "node_modules/vitest/vitest.mjs"),
          "run",
          "--root",
          elsewhere,
          "--config",
          join(root, "vitest.config.ts"),
          "--maxWorkers",
          "1",
          "--typecheck.enabled=false"
        ],
        { env: { ...process.env, NO_COLOR: "1" } }
      )
      assert.include(stdout, `Test Files  ${tests.length} passed`)
    } finally {
      rmSync(elsewhere, { recursive: true, force: true })
    }
  }, 120_000)

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
