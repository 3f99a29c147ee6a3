/**
 * What `npm publish` would give away: these files and no others, with maps that lead to their sources.
 */
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { posix } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, beforeAll, describe, expect, it } from "vitest"
import packageJson from "../../package.json" with { type: "json" }
import { addressIn, fieldsOf } from "../../scripts/repository.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const read = (file: string): string => readFileSync(`${root}${file}`, "utf8")

let files: ReadonlyArray<string>

// The package is built anew, which takes its time on a machine that is busy.
beforeAll(() => {
  const npm = (...args: ReadonlyArray<string>) => execFileSync("npm", args, { cwd: root, encoding: "utf8" })
  npm("run", "--silent", "build")
  const [packed] = JSON.parse(npm("pack", "--dry-run", "--json", "--ignore-scripts"))
  files = packed.files.map(({ path }: { readonly path: string }) => path).sort()
}, 180_000)

describe("the package", () => {
  // After a file was added on purpose: npx vitest run test/programs/Package.test.ts --update
  it("has these files and no others", async () => {
    await expect(`${files.join("\n")}\n`).toMatchFileSnapshot("../support/package-files.txt")
  })

  it("has a JavaScript file and declarations for each public module", () => {
    const modules = files.flatMap((file) => /^src\/(\w+)\.ts$/.exec(file)?.[1] ?? [])
    assert.isAbove(modules.length, 10)
    for (const module of modules) {
      for (const ending of ["js", "d.ts"]) assert.include(files, `dist/${module}.${ending}`)
    }
  })

  it("has maps that lead to sources in it", () => {
    const maps = files.filter((file) => file.endsWith(".map"))
    assert.isAbove(maps.length, 10)
    for (const map of maps) {
      const { sourceRoot = "", sources } = JSON.parse(read(map))
      for (const source of sources) {
        const target = posix.normalize(posix.join(posix.dirname(map), sourceRoot, source))
        assert.include(files, target, `${map} names ${source}`)
      }
    }
    for (const file of files.filter((name) => /^dist\/.*\.(js|ts)$/.test(name))) {
      for (const [, map = ""] of read(file).matchAll(/^\/\/# sourceMappingURL=(.*)$/gm)) {
        assert.include(files, posix.join(posix.dirname(file), map))
      }
    }
  })

  it("runs nothing when it is installed, and asks for nothing", () => {
    for (const hook of ["preinstall", "install", "postinstall", "prepare"]) {
      assert.notProperty(packageJson.scripts, hook)
    }
    for (const field of ["funding", "bundleDependencies", "gypfile"]) assert.notProperty(packageJson, field)
    assert.isFalse(existsSync(`${root}binding.gyp`))
  })

  it("says in three fields where its one repository is", () => {
    const { bugs, homepage, repository } = packageJson
    assert.deepStrictEqual({ bugs, homepage, repository }, fieldsOf(addressIn(packageJson)))
  })
})
