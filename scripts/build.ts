/**
 * Writes the JavaScript of the package: a file for each public module, and what several of them share in `internal/`.
 *
 * The compiler writes the declarations, one file for each source. The JavaScript is bundled into fewer files, because
 * importing a file costs a starting program about as much time as evaluating its content.
 */
import { readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type Plugin, RolldownMagicString, rolldown } from "rolldown"
import { parseSync } from "rolldown/utils"
import { bundle as command } from "./bundle.ts"

const src = fileURLToPath(new URL("../src/", import.meta.url))
const dist = fileURLToPath(new URL("../dist/", import.meta.url))

/** Keeps `index.ts` a list of modules, so that a bundler can leave out the modules that a program does not use. */
const index: Plugin = {
  name: "index",
  resolveId: (id, importer) =>
    importer === `${src}index.ts` ? { id: id.replace(/\.ts$/, ".js"), external: true } : null
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [property: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && "start" in value

/** The nodes that are evaluated when a module is imported: all but the bodies of functions and classes. */
const evaluated = function* (node: unknown): Generator<Node> {
  if (Array.isArray(node)) for (const child of node) yield* evaluated(child)
  if (!isNode(node) || node.type === "ClassBody" || /Function/.test(node.type)) return
  yield node
  for (const child of Object.values(node)) yield* evaluated(child)
}

/**
 * Marks each call that is evaluated on import as pure, so that a bundler can remove it when its result is not used.
 * That is right, because importing a module only creates its exports. Bundlers take the spread of an object for a side
 * effect, so a statement with one is put into a function, whose call is marked.
 */
const pure: Plugin = {
  name: "pure",
  transform(code, id) {
    const text = new RolldownMagicString(code)
    for (const statement of parseSync(id, code).program.body) {
      if (statement.type === "ExpressionStatement")
        throw new Error(`${id} does more than make what it exports`)
      const nodes = [...evaluated(statement)]
      const spread = nodes.find(({ type }) => type === "SpreadElement")
      const made = nodes.find(({ init, type }) => type === "VariableDeclarator" && isNode(init))?.["init"]
      if (spread !== undefined && isNode(made)) {
        text.appendLeft(made.start, "/* @__PURE__ */ (() => (").appendRight(made.end, "))()")
        continue
      }
      const calls = nodes.filter(({ type }) => type === "CallExpression" || type === "NewExpression")
      // One mark for calls that begin at the same place: it applies to the outermost one.
      for (const start of new Set(calls.map((call) => call.start))) text.appendLeft(start, "/* @__PURE__ */ ")
    }
    return { code: text.toString(), map: text.generateMap({ source: id, hires: "boundary" }).toString() }
  }
}

const modules = readdirSync(src)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => [file.slice(0, -".ts".length), src + file] as const)

const bundle = await rolldown({
  input: Object.fromEntries(modules),
  platform: "neutral",
  external: /^effect\//,
  preserveEntrySignatures: "strict",
  plugins: [index, pure]
})
await bundle.write({
  dir: dist,
  entryFileNames: "[name].js",
  chunkFileNames: "internal/[name].js",
  comments: { jsdoc: false },
  sourcemap: true,
  // The package has `src` as well.
  sourcemapExcludeSources: true
})
await bundle.close()

await command(`${dist}bin/effect-codat.js`)
