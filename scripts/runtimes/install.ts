/**
 * Where the runtimes and compilers come from, and this library as a program of its own gets it.
 */
import { execFile } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const execute = promisify(execFile)

export const root = fileURLToPath(new URL("../..", import.meta.url))

/** A folder that is gone when the process is. */
export const temporary = (name: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`))
  process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** What was downloaded is kept from run to run, outside of the repository. */
const cache = process.env["EFFECT_CODAT_CACHE"] ?? join(tmpdir(), "effect-codat-runtimes")

// Nothing of what is installed runs a script of its own.
const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]

const install = async (folder: string, ...specifiers: ReadonlyArray<string>): Promise<void> => {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
  await execute("npm", ["install", "--prefix", folder, ...quiet, ...specifiers])
}

/** A file of a package of npm's, in that very version; the package has to be one without dependencies. */
export const fileOf = async (name: string, version: string, path: string): Promise<string> => {
  const home = join(cache, `${name.replace("/", "+")}@${version}`)
  const file = join(home, "node_modules", name, path)
  if (!existsSync(file)) {
    mkdirSync(cache, { recursive: true })
    const folder = mkdtempSync(join(cache, "new-"))
    try {
      await install(folder, `${name}@${version}`)
      rmSync(home, { recursive: true, force: true })
      renameSync(folder, home)
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }
  return file
}

/** A program's folder, with this library in it as npm installs it from its package, and Effect. */
export const consumer = async (): Promise<string> => {
  const folder = temporary("effect-codat-consumer")
  const given = process.argv.indexOf("--tarball")
  let tarball = given === -1 ? undefined : process.argv[given + 1]
  if (tarball === undefined) {
    const packed = await execute("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: root })
    tarball = join(folder, packed.stdout.trim().split("\n").at(-1) ?? "")
  }
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  await install(folder, resolve(tarball), `effect@${devDependencies.effect}`)
  return folder
}
