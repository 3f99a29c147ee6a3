/** Every public name says what it is, and every public function shows how it is used. */
import { readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"

const folder = new URL("../src/", import.meta.url)

const textOf = (file: string): string => readFileSync(new URL(file, folder), "utf8")

const files = readdirSync(folder).filter((file) => file.endsWith(".ts") && file !== "index.ts")

interface Exported {
  readonly name: string
  readonly kind: string
  /** The comment before it, or nothing. */
  readonly docs: string
  /** Whether it is called: declared as a function, or with the type of one. */
  readonly isFunction: boolean
}

const exportsOf = (text: string): ReadonlyArray<Exported> =>
  Array.from(
    text.matchAll(/^(?:export )?(const|class|interface|type) (\w+)(?=([\s\S]*?)(?:\n\n|$(?![\s\S])))/gm),
    (match) => {
      const [, kind = "", name = "", rest = ""] = match
      const before = text.slice(0, match.index).trimEnd()
      return {
        name,
        kind,
        docs: before.endsWith("*/") ? before.slice(before.lastIndexOf("/**")) : "",
        isFunction: kind === "const" && /^\s*(?::|=)\s*(?:<[^=]*?>)?\([^)]*\)[\s\S]*?=>/.test(rest),
        isPublic: match[0].startsWith("export ") || text.includes(`export { ${name} as `)
      }
    }
  ).filter(({ docs, isPublic }) => isPublic && !docs.includes("@internal"))

const publics = files.flatMap((file) => exportsOf(textOf(file)).map((one) => ({ file, ...one })))

/** The names that break a rule. */
const breaking = (rule: (one: (typeof publics)[number]) => boolean): ReadonlyArray<string> =>
  publics.filter((one) => !rule(one)).map(({ file, name }) => `${file}: ${name}`)

/** The interface that gives a class its fields is documented with the class. */
const isOfClass = ({ file, kind, name }: (typeof publics)[number]): boolean =>
  kind === "interface" &&
  publics.some((one) => one.file === file && one.kind === "class" && one.name === name)

describe("the docstrings", () => {
  it("are there, with a category and then the version", () => {
    assert.isAbove(publics.length, 400)
    assert.deepStrictEqual(
      breaking((one) => one.docs !== "" && (isOfClass(one) || /@category .+\n \* @since /.test(one.docs))),
      []
    )
  })

  it("of functions have an example", () => {
    assert.isAbove(publics.filter(({ isFunction }) => isFunction).length, 120)
    assert.deepStrictEqual(
      breaking(({ docs, isFunction }) => !isFunction || /\*\*Example\*\* \(.+\)/.test(docs)),
      []
    )
  })

  for (const file of files.filter((name) => name.endsWith("Error.ts"))) {
    it(`of ${file} are on every field`, () => {
      const bare = textOf(file).match(/(?<!\*\/\n)^ {2}(?:declare )?readonly \w+\??: .+$/gm)
      assert.deepStrictEqual(bare, null)
    })
  }

  it("of modules name the module", () => {
    const unnamed = files.filter((file) => !textOf(file).includes(` * @module ${file.replace(".ts", "")}\n`))
    assert.deepStrictEqual(unnamed, [])
  })
})
