/** The fields of a module's public types, and the comment that an editor shows for each. */

export interface Field {
  /** The declaration and the field, such as `Company.name`. */
  readonly place: string
  readonly name: string
  /** The text of the comment before it, up to its tags; empty where there is none. */
  readonly docs: string
}

const spaces = (text: string): string => text.replace(/[^\n]/g, " ")

const contentOf = (comment: string): string =>
  comment
    .replace(/^\/\*\*|\*\/$|^ *\*/gm, "")
    .replace(/^\s*@[\s\S]*/m, "")
    .replace(/\s+/g, " ")
    .trim()

/**
 * The fields of the declarations for which `isPublic` is true. Of a function, these are the fields of its options that
 * have a line each. `name?: undefined`, which forbids a name in one part of a union, is not a field.
 */
export const fieldsOf = (text: string, isPublic: (declaration: string) => boolean): ReadonlyArray<Field> => {
  // Examples in comments are not code. All positions stay the same.
  const code = text.replace(/\/\*[\s\S]*?\*\//g, spaces).replace(/^ *\/\/.*/gm, spaces)
  const starts = Array.from(
    code.matchAll(/^(?:export )?(const|class|interface|type|namespace|function) (\w+)/gm)
  )
  return starts.flatMap((start, i) => {
    const [, kind, owner = ""] = start
    if (!isPublic(owner)) return []
    const body = code.slice(start.index, starts[i + 1]?.index).replace(/constructor\([^)]*\)/g, spaces)
    const fields =
      kind === "const"
        ? /^ +readonly (\w+)\??:(?! undefined)/gm
        : /(?:declare )?\breadonly ("[^"]+"|\w+)\??:(?! undefined)/g
    return Array.from(body.matchAll(fields), ({ 0: whole, 1: name = "", index }) => {
      const before = text.slice(0, start.index + index + whole.search(/\S/)).trimEnd()
      const docs = before.endsWith("*/") ? contentOf(before.slice(before.lastIndexOf("/**"))) : ""
      return { place: `${owner}.${name}`, name, docs }
    })
  })
}

const fillers = new Set("a an the of it its this that is are in for one each or and".split(" "))

const stem = (word: string): string => word.toLowerCase().replace(/s$/, "")

/** Whether a text has no word that is not in the name: `The ids of the company.` for `companyIds`. */
export const isNameOnly = (name: string, docs: string): boolean => {
  const named = new Set((name.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? []).map(stem))
  return (docs.match(/[A-Za-z]+/g) ?? []).every(
    (word) => fillers.has(word.toLowerCase()) || named.has(stem(word))
  )
}
