/** Every public name says what it is, and every public function shows how it is used. */
import { readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { fieldsOf, isNameOnly } from "./support/Fields.ts"

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

/** The internal types that a public module gives on, by the name of their file. */
const givenOn = files.flatMap((file) =>
  Array.from(
    textOf(file).matchAll(/^export (?:type )?\{([^}]*)\} from "(\.\/internal\/[^"]+)"/gm),
    ([, names = "", from = ""]) => ({ file: from, names: names.match(/\w+/g) ?? [] })
  )
)

const fields = [
  ...files.map((file) => ({
    file,
    names: publics.filter((one) => one.file === file).map(({ name }) => name)
  })),
  ...givenOn
].flatMap(({ file, names }) =>
  fieldsOf(textOf(file), (declaration) => names.includes(declaration)).map((field) => ({
    ...field,
    place: `${file}: ${field.place}`
  }))
)

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

  it("of fields are there, and say more than the name", () => {
    assert.isAbove(fields.length, 650)
    assert.deepStrictEqual(
      fields.filter(({ docs }) => docs === "").map(({ place }) => place),
      []
    )
    assert.deepStrictEqual(
      fields.filter(({ docs, name }) => isNameOnly(name, docs)).map(({ place }) => place),
      []
    )
  })

  it("of fields are missed where they are absent, on a line of its own or inside one", () => {
    const text =
      "/** A row. */\nexport interface Row {\n  /** A UUID. */\n  readonly id: string\n  readonly name?: string\n" +
      "  /** Pages. */\n  readonly links: { readonly portal?: string }\n}\n\ninterface Hidden {\n  readonly id: string\n}\n"
    assert.deepStrictEqual(
      fieldsOf(text, (declaration) => declaration === "Row"),
      [
        { place: "Row.id", name: "id", docs: "A UUID." },
        { place: "Row.name", name: "name", docs: "" },
        { place: "Row.links", name: "links", docs: "Pages." },
        { place: "Row.portal", name: "portal", docs: "" }
      ]
    )
    assert.isTrue(isNameOnly("companyId", "The id of the company."))
    assert.isFalse(isNameOnly("companyId", "The id of the company, a UUID."))
  })

  it("of modules name the module", () => {
    const unnamed = files.filter((file) => !textOf(file).includes(` * @module ${file.replace(".ts", "")}\n`))
    assert.deepStrictEqual(unnamed, [])
  })
})
