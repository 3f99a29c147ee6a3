/**
 * Bundles the command into one file that needs only Node. The licences of the packages in it are at its end.
 */
import { appendFileSync, chmodSync, existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Plugin, rolldown } from "rolldown"

const root = fileURLToPath(new URL("..", import.meta.url))

/** The folder of the package that a module is from. */
const packageOf = (id: string): string | undefined => {
  if (!id.includes("/node_modules/")) return undefined
  for (
    let folder = dirname(id.split("?")[0] ?? id);
    folder.includes("/node_modules/");
    folder = dirname(folder)
  ) {
    const file = join(folder, "package.json")
    if (existsSync(file) && "name" in JSON.parse(readFileSync(file, "utf8"))) return folder
  }
  return undefined
}

const licenceOf = (folder: string): string => {
  const { license, name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry))
  if (file === undefined) throw new Error(`${name} has no licence text`)
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}`
}

/** The licences of all that is in the bundle. */
const notices = (moduleIds: ReadonlyArray<string>): string => {
  const folders = new Set(moduleIds.map(packageOf).filter((folder) => folder !== undefined))
  const texts = [...folders].map(licenceOf).sort()
  return `\n/*!\nThis file contains:\n\n${texts.join("\n\n---\n\n").replaceAll("*/", "* /")}\n*/\n`
}

/** Node's HTTP server makes a WebSocket server when a handler upgrades a request, which no handler of the command does. */
const noWebSockets: Plugin = {
  name: "no-web-sockets",
  resolveId: (id) => (id === "ws" ? "\0ws" : null),
  load: (id) => (id === "\0ws" ? "export class WebSocket {}\nexport class WebSocketServer {}" : null)
}

/** `plugins` is for tests. */
export const bundle = async (file: string, plugins: ReadonlyArray<Plugin> = []): Promise<void> => {
  const build = await rolldown({
    input: join(root, "cli/main.ts"),
    platform: "node",
    tsconfig: false,
    treeshake: { moduleSideEffects: false },
    plugins: [...plugins, noWebSockets],
    resolve: { alias: { "effect-codat": join(root, "src/index.ts") } }
  })
  const { output } = await build.write({
    file,
    format: "esm",
    codeSplitting: false,
    minify: { compress: true, mangle: true, codegen: { removeWhitespace: true } },
    comments: { legal: false, jsdoc: false }
  })
  await build.close()
  appendFileSync(file, notices(output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []))))
  chmodSync(file, 0o755)
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await bundle(process.argv[2] ?? join(root, "dist/bin/effect-codat.js"))
