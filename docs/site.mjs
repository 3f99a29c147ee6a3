/**
 * Builds the guides and the reference as one static site: `npm run docs` in the repository's root. `--serve` shows it.
 *
 * TypeDoc wants a TypeScript of its own, so this folder has its own package.json; what it needs is installed when it is
 * missing.
 */
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const cwd = fileURLToPath(new URL(".", import.meta.url))

const run = (command, ...args) => {
  const { status } = spawnSync(command, args, { cwd, stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}

if (!existsSync(`${cwd}node_modules/vitepress`)) run("npm", "ci", "--no-audit", "--no-fund")

// Pages of modules that are no more would stay.
rmSync(`${cwd}reference`, { recursive: true, force: true })
run("npx", "typedoc")
for (const file of readdirSync(`${cwd}reference`)) {
  const path = `${cwd}reference/${file}`
  const text = readFileSync(path, "utf8")
  // A category is a heading here.
  writeFileSync(
    path,
    text.replace(/^## ([a-z])/gm, (_, letter) => `## ${letter.toUpperCase()}`)
  )
}
run("npx", "vitepress", "build")
await import("./links.mjs")
if (process.exitCode === undefined) {
  console.log(`\nThe site is in ${cwd}.vitepress/dist`)
  if (process.argv.includes("--serve")) run("npx", "vitepress", "serve", "--port", "4173")
}
