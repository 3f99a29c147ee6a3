/**
 * Weighs the library as programs bundle it: minified by Rolldown and gzipped. Fails when a bundle is larger than its
 * limit, which is a little more than its present size. The size that is wanted is smaller.
 *
 * `--json` writes the figures for the bench, `--markdown` a table for the documentation, and `--modules` says what each
 * of this library's modules weighs.
 */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { type Plugin, rolldown } from "rolldown"

interface Bundle {
  readonly name: string
  readonly source: string
  /** Without Effect, which a program on Effect has anyway. */
  readonly own: boolean
  /** What is wanted, in bytes, gzipped. */
  readonly wanted?: number
  /** What fails the check. */
  readonly limit?: number
}

/** The README's first program, as it stands there. */
const program = /```ts\n([\s\S]*?)```/.exec(
  readFileSync(new URL("../README.md", import.meta.url), "utf8")
)?.[1]
if (program === undefined) throw new Error("README.md has no program")

const everything = 'export * from "effect-codat"'

/** Everything but the sandbox, which is for tests. */
const client = everything.replace(
  "*",
  "{ AccessToken, ApiKey, ApiKeys, Auth, Client, Codat, CodatConfig, CodatError, Companies, Company, Connection, Connections, CustomData, CustomDataType, Data, DataStatus, DataType, Integration, Integrations, Page, Products, Profile, PullOperation, PushOperation, PushOption, Pushes, Query, RateLimit, RetryPolicy, SupplementalData, SupplementalDataConfiguration, SyncSetting, SyncSettings, ValidationResult, Webhook, WebhookConsumer, WebhookConsumers, WebhookError, WebhookEvent }"
)

const bundles: ReadonlyArray<Bundle> = [
  {
    name: "`Connections.list` alone",
    source: 'export { list } from "effect-codat/Connections"',
    own: true,
    wanted: 6_000,
    limit: 17_900
  },
  { name: "everything but the sandbox", source: client, own: true, wanted: 10_000, limit: 36_175 },
  { name: "everything", source: everything, own: true },
  { name: "the README's program, with Effect", source: program, own: false, wanted: 55_000, limit: 70_300 },
  {
    name: "`connectionsList` of @codat/platform, with what it needs",
    source: `
      export { CodatPlatformCore } from "@codat/platform/core.js"
      export { connectionsList } from "@codat/platform/funcs/connectionsList.js"`,
    own: false
  }
]

const root = fileURLToPath(new URL("..", import.meta.url))
const entry = "\0entry"

/** The entry, as if it were a file of this repository, and this library as built. */
const resolve = (source: string): Plugin => ({
  name: "size",
  resolveId(id, importer) {
    if (id === entry) return id
    if (id === "effect-codat") return `${root}dist/index.js`
    if (id.startsWith("effect-codat/")) return `${root}dist/${id.slice("effect-codat/".length)}.js`
    return importer === entry ? this.resolve(id, `${root}package.json`) : null
  },
  load: (id) => (id === entry ? { code: source, moduleType: "js" } : null)
})

const weigh = async ({ own, source }: Bundle) => {
  const bundle = await rolldown({
    input: entry,
    platform: "browser",
    logLevel: "warn",
    external: own ? /^effect(\/|$)/ : [],
    plugins: [resolve(source)]
  })
  const { output } = await bundle.generate({ format: "esm", minify: true, codeSplitting: false })
  await bundle.close()
  const [chunk] = output
  const modules = Object.entries(chunk.modules)
    .map(([id, module]) => [id.replace(root, ""), module.code?.length ?? 0] as const)
    .filter(([, length]) => length > 0)
    .sort((a, b) => b[1] - a[1])
  return { raw: Buffer.byteLength(chunk.code), gzipped: gzipSync(chunk.code, { level: 9 }).length, modules }
}

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`

const asJson = process.argv.includes("--json")
const asMarkdown = process.argv.includes("--markdown")
const sizes = []
for (const bundle of bundles) {
  const { gzipped, modules, raw } = await weigh(bundle)
  const { limit = Number.POSITIVE_INFINITY, name, own, wanted } = bundle
  sizes.push({ name, raw, gzipped, wanted })
  if (gzipped > limit) process.exitCode = 1
  if (asJson || asMarkdown) continue
  console.log(
    [
      `${kB(gzipped).padStart(8)}  ${name}`,
      ...(wanted === undefined ? [] : [`${kB(wanted)} wanted`]),
      ...(bundle.limit === undefined ? [] : [`${kB(limit)} at most${gzipped > limit ? ": OUTGROWN" : ""}`])
    ].join(", ")
  )
  if (process.argv.includes("--modules") && own) {
    for (const [id, length] of modules) console.log(`            ${String(length).padStart(6)} ${id}`)
  }
}
if (asJson) console.log(JSON.stringify(sizes))
if (asMarkdown) {
  const rows = sizes.map(({ gzipped, name, raw }) => [name, kB(raw), kB(gzipped)])
  const heads = ["Bundled by Rolldown", "Minified", "Gzipped"]
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0))
  )
  const line = (cells: ReadonlyArray<string>): string => {
    const padded = cells.map((cell, column) => {
      const width = widths[column] ?? 0
      return column === 0 ? cell.padEnd(width) : cell.padStart(width)
    })
    return `| ${padded.join(" | ")} |`
  }
  console.log(line(heads))
  console.log(
    line(widths.map((width, column) => "-".repeat(width - Math.min(column, 1)) + (column > 0 ? ":" : "")))
  )
  for (const row of rows) console.log(line(row))
}
