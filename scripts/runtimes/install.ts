/**
 * Installs runtimes and compilers from npm, and this library as a program would install it.
 */
import { execFile } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const execute = promisify(execFile)

export const root = fileURLToPath(new URL("../..", import.meta.url))

/** Creates a folder that is removed when the process ends. */
export const temporary = (name: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`))
  process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** Downloads are kept here between runs, outside the repository. */
const cache = process.env["EFFECT_CODAT_CACHE"] ?? join(tmpdir(), "effect-codat-runtimes")

// No installed package may run its own scripts.
const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]

const install = async (folder: string, ...specifiers: ReadonlyArray<string>): Promise<void> => {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
  await execute("npm", ["install", "--prefix", folder, ...quiet, ...specifiers])
}

/** The path of a file of an npm package in exactly this version. */
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

/** Makes the folder of a program in which npm has installed this library's package and Effect. */
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
