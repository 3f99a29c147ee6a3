/**
 * Compiles a library that uses this one with each supported version of TypeScript, as `nodenext` and as `bundler`, with
 * `skipLibCheck: false`; and then the declarations of that library alone.
 *
 *     npm run consumers -- [--only VERSION] [--tarball FILE]
 */
import { execFile } from "node:child_process"
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { consumer, fileOf, root } from "./runtimes/install.ts"

const execute = promisify(execFile)

const versions = ["5.8.3", "5.9.3", "6.0.3", "7.0.2"]
const newest = "7.0.2"
const modes = [
  { module: "nodenext", moduleResolution: "nodenext" },
  { module: "esnext", moduleResolution: "bundler" }
]

const folder = await consumer()
copyFileSync(join(root, "scripts/runtimes/consumer.ts"), join(folder, "consumer.ts"))

/** The compiler's errors as text; empty when there are none. */
const compile = async (version: string, name: string, file: string, mode: object): Promise<string> => {
  // The newest compiler is a development dependency.
  const compiler =
    version === newest
      ? join(root, "node_modules/typescript/bin/tsc")
      : await fileOf("typescript", version, "bin/tsc")
  const project = join(folder, name)
  mkdirSync(project, { recursive: true })
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        ...mode,
        target: "es2022",
        lib: ["es2022", "dom", "dom.iterable"],
        types: [],
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        declaration: true,
        rootDir: "..",
        outDir: "."
      },
      files: [`../${file}`]
    })
  )
  try {
    await execute(process.execPath, [compiler, "--project", project])
    return ""
  } catch (error) {
    const { stdout } = error as { readonly stdout?: string } // what `execFile` rejects with
    return stdout || String(error)
  }
}

const one = async (version: string, mode: (typeof modes)[number]): Promise<string> => {
  const name = `typescript-${version}-${mode.moduleResolution}`
  const complaints = await compile(version, name, "consumer.ts", mode)
  if (complaints !== "") return complaints
  const file = `${name}/consumer.d.ts`
  const hidden = /^.*\binternal\b.*$/m.exec(readFileSync(join(folder, file), "utf8"))
  if (hidden !== null) return `a declaration names what is not exported: ${hidden[0]}`
  return compile(newest, `${name}-declarations`, file, mode)
}

const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : undefined
const wanted = versions.filter((version) => only === undefined || version === only)
const jobs = wanted.flatMap((version) => modes.map((mode) => ({ version, mode })))
const work = async (): Promise<void> => {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    const { mode, version } = job
    const complaints = await one(version, mode)
    const name = `TypeScript ${version}, ${mode.moduleResolution}`
    console.log(complaints === "" ? `${name}: compiles` : `${name}: does not compile\n${complaints}`)
    if (complaints !== "") process.exitCode = 1
  }
}
for (const version of wanted) if (version !== newest) await fileOf("typescript", version, "bin/tsc")
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
