import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import packageJson from "../../package.json" with { type: "json" }
import { command, folder, setup } from "./support.ts"

setup()

const run = promisify(execFile)
const root = fileURLToPath(new URL("../../", import.meta.url))

/** Starts a sandbox, and gives what it says of itself, and how to stop it. */
const sandboxOf = async (file: string, cwd: string) => {
  const child = spawn(file, ["sandbox", "--port", "0", "--json"], { cwd })
  const [said] = await once(child.stdout, "data")
  const stop = async () => {
    child.kill("SIGTERM")
    return (await once(child, "exit"))[0]
  }
  return { ...(JSON.parse(String(said)) as { baseUrl: string; apiKey: string; companyId: string }), stop }
}

describe("the package", () => {
  it("brings a command that needs nothing beside itself", async () => {
    const stage = mkdtempSync(join(folder, "stage-"))
    mkdirSync(join(stage, "dist/bin"), { recursive: true })
    copyFileSync(join(root, "package.json"), join(stage, "package.json"))
    copyFileSync(command, join(stage, packageJson.bin["effect-codat"]))
    await run("npm", ["pack", "--ignore-scripts"], { cwd: stage })

    const empty = mkdtempSync(join(folder, "empty-"))
    const tarball = join(stage, `effect-codat-${packageJson.version}.tgz`)
    await run("npm", ["install", "--offline", "--ignore-scripts", "--legacy-peer-deps", tarball], {
      cwd: empty
    })
    const { stdout } = await run("npx", ["--no-install", "effect-codat", "--version"], { cwd: empty })
    assert.strictEqual(stdout, `effect-codat ${packageJson.version}\n`)

    const bin = join(empty, "node_modules/.bin/effect-codat")
    const { apiKey, baseUrl, companyId, stop } = await sandboxOf(bin, empty)
    const listed = await run(bin, ["connections", "list", "--company", companyId, "--limit", "3"], {
      cwd: empty,
      env: { ...process.env, CODAT_API_KEY: apiKey, CODAT_BASE_URL: baseUrl }
    })
    assert.lengthOf(listed.stdout.trimEnd().split("\n"), 3)
    assert.strictEqual(await stop(), 143)

    const [file = ""] = /^COPY (\S+) (\S+\.mjs)$/m.exec(readFileSync(join(root, "Dockerfile"), "utf8")) ?? []
    const [, from = "", to = ""] = file.split(" ")
    // What the container recipe does: the one file under another name, in a folder without a package.
    const image = join(mkdtempSync(join(folder, "image-")), basename(to))
    copyFileSync(join(empty, "node_modules/effect-codat", from), image)
    const inImage = await run(process.execPath, [image, "--version"])
    assert.strictEqual(inImage.stdout, stdout)
  })
})
