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
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { afterAll, beforeAll } from "vitest"

const root = fileURLToPath(new URL("..", import.meta.url))
const run = promisify(execFile)

/** A block of code in the documentation. */
interface Block {
  readonly file: string
  /** Of the block's first line, from 1. */
  readonly line: number
  readonly code: string
}

const blocksOf = (file: string): ReadonlyArray<Block> => {
  const blocks: Array<Block> = []
  let line = 0
  let code: Array<string> | undefined
  for (const raw of readFileSync(join(root, file), "utf8").split("\n")) {
    line++
    const text = file.endsWith(".md") ? raw : raw.replace(/^ *\* ?/, "")
    if (code === undefined) {
      if (/^```ts\b/.test(text)) code = []
    } else if (text.startsWith("```")) {
      blocks.push({ file, line: line - code.length, code: code.join("\n") })
      code = undefined
    } else {
      code.push(text)
    }
  }
  return blocks
}

const readme = blocksOf("README.md")
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

describe("the documentation", () => {
  it("has code in it", () => {
    assert.isAbove(readme.length, 8)
    assert.isAbove(docstrings.length, 20)
  })

  it("has code that compiles", async () => {
    const files = [...readme, ...docstrings].map(({ code, file, line }) => {
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
      text.replace(/^(?:.*\/)?([^/]+?)\+\d+\.ts\((\d+),\d+\)/, (_, file: string, line: string) => {
        return `${file.replaceAll("+", "/")}:${line}`
      })
    )
}

describe("the README", () => {
  it("starts with a program that runs against the sandbox when its layers are swapped", async () => {
    const first = readme[0]?.code ?? ""
    const provided = "Effect.provide([Auth.layerConfig, FetchHttpClient.layer])"
    assert.include(first, provided)
    const library = JSON.stringify(new URL("../src/index.ts", import.meta.url))
    const program = first
      .replace(provided, "Effect.provide(Sandbox.layer())")
      .replace('{ Auth, Connections } from "effect-codat"', `{ Connections, Sandbox } from ${library}`)
    const script = join(folder, "first.mts")
    writeFileSync(script, program)
    const { stdout } = await run(process.execPath, ["--import", "tsx", script], { cwd: root })
    const names = stdout.trimEnd().split("\n")
    assert.isAbove(names.length, 50)
    for (const name of names) assert.match(name, /INFO.*: .+/)
  }, 120_000)

  it("has a test that passes", async () => {
    const tests = readme.filter(({ code }) => code.includes('from "@effect/vitest"'))
    assert.strictEqual(tests.length, 1)
    // Not below node_modules, where no runner looks for tests, but with what is installed there.
    const elsewhere = mkdtempSync(join(tmpdir(), "readme-"))
    try {
      symlinkSync(join(root, "node_modules"), join(elsewhere, "node_modules"))
      writeFileSync(join(elsewhere, "package.json"), `{ "type": "module" }`)
      mkdirSync(join(elsewhere, "test"))
      for (const { code, line } of tests) writeFileSync(join(elsewhere, "test", `${line}.test.ts`), code)
      const { stdout } = await run(
        process.execPath,
        [
          join(root, "node_modules/vitest/vitest.mjs"),
          "run",
          "--root",
          elsewhere,
          "--config",
          join(root, "vitest.config.ts")
        ],
        { env: { ...process.env, NO_COLOR: "1" } }
      )
      assert.match(stdout, /Tests +1 passed/)
    } finally {
      rmSync(elsewhere, { recursive: true, force: true })
    }
  }, 120_000)

  it("has the names of the scripts that there are", () => {
    const text = readFileSync(join(root, "README.md"), "utf8")
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
    const named = [...text.matchAll(/npm (?:run ([\w-]+)|(start|test)\b)/g)].map(([, a, b]) => a ?? b ?? "")
    assert.includeMembers(named, ["start", "test", "sandbox"])
    assert.containsAllKeys(scripts, named)
  })

  it("links to files that there are", () => {
    const text = readFileSync(join(root, "README.md"), "utf8")
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path ?? "")
    assert.isAbove(links.length, 3)
    for (const link of links) assert.isTrue(existsSync(join(root, link)), link)
  })
})
