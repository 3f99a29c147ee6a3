/**
 * Writes the tables of operations, from their descriptions: the one of docs/operations.md, and the README's.
 *
 *   node --import tsx scripts/operations.ts
 */
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Operations from "../src/Operations.ts"

/** What every stream and page takes, which the README says once. */
const ofEveryList = ["page", "pageSize", "startPage", "concurrency", "invalid"]

const code = (text: string) => `\`${text}\``

/** The functions of one endpoint, the first by its whole name: `Connections.list`, `.page`. */
const namesOf = (operations: ReadonlyArray<Operations.Operation>): string =>
  operations
    .map(({ name }) => name)
    .sort((left, right) => rank(left) - rank(right) || left.localeCompare(right))
    .map((name, index) => code(index === 0 ? name : `.${name.split(".")[1]}`))
    .join(", ")

/** The stream of all rows first, then its pages, one page, and the count. */
const rank = (name: string): number =>
  [/\.(list|history|records)$/, /Pages$|\.pages$/, /Page$|\.page$/].findIndex((kind) => kind.test(name)) >>> 0

const optionsOf = (operations: ReadonlyArray<Operations.Operation>, path: string): string => {
  const names = new Set(operations.flatMap(({ options }) => options))
  return [...names]
    .filter((name) => !path.includes(`{${name}}`) && !ofEveryList.includes(name))
    .map(code)
    .join(", ")
}

const rows = (): ReadonlyArray<readonly [string, string, string]> => {
  const endpoints = new Map<string, ReadonlyArray<Operations.Operation>>()
  for (const operation of Operations.all) {
    const request = `${operation.method} ${operation.path}`
    endpoints.set(request, [...(endpoints.get(request) ?? []), operation])
  }
  return [
    ...Array.from(
      endpoints,
      ([request, operations]) => [namesOf(operations), code(request), optionsOf(operations, request)] as const
    ),
    ...Operations.deprecated.map(
      ({ method, path, replacement }) =>
        [`none: deprecated, use ${code(replacement)}`, code(`${method} ${path}`), ""] as const
    )
  ]
}

const tableOf = (all: ReadonlyArray<ReadonlyArray<string>>): string => {
  const [head = [], ...body] = all
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (cells: ReadonlyArray<string>) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n")
}

/** Every request and its functions, in Markdown. */
export const table = (): string =>
  tableOf([["functions", "request", "options beside those in the path"], ...rows()])

/** What is made of several requests, and has no description of its own. */
const composed: { readonly [module: string]: ReadonlyArray<string> } = {
  Connections: ["listAcrossCompanies", "awaitStatus", "watch"],
  Companies: ["accessTokens"],
  Data: ["awaitRefresh"]
}

/** Every module and its functions, in Markdown. */
export const summary = (): string => {
  const modules = new Map<string, ReadonlyArray<string>>()
  for (const { name } of [...Operations.all].sort((left, right) => rank(left.name) - rank(right.name))) {
    const [module = "", operation = ""] = name.split(".")
    modules.set(module, [...(modules.get(module) ?? []), operation])
  }
  const order = [...new Set(Operations.all.map(({ name }) => name.split(".")[0] ?? ""))]
  return tableOf([
    ["module", "operations"],
    ...order.map((module) => [
      code(module),
      [...(modules.get(module) ?? []), ...(composed[module] ?? [])].map(code).join(", ")
    ]),
    [code("Codat"), "`request`, `requestPages`, `download`: any other endpoint of Codat's"]
  ])
}

/** The tables by the file that has them. */
export const tables: { readonly [file: string]: () => string } = {
  "docs/operations.md": table,
  "README.md": summary
}

/** A table with the marks around it. */
const marked = /(<!-- operations: [^\n]*-->\n\n)([\s\S]*?)(\n\n<!-- \/operations -->)/

/** The table in a text. */
export const tableIn = (text: string): string | undefined => marked.exec(text)?.[2]

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, made] of Object.entries(tables)) {
    const url = new URL(`../${file}`, import.meta.url)
    const text = readFileSync(url, "utf8")
    writeFileSync(
      url,
      text.replace(marked, (_, before, __, after) => `${before}${made()}${after}`)
    )
  }
}
