/**
 * Writes the address of this repository to `repository`, `homepage` and `bugs` of package.json.
 *
 *     npm run repository -- https://github.com/someone/effect-codat
 *
 * Without an argument it fails when package.json has no address yet, so that no package is published without one.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const file = new URL("../package.json", import.meta.url)

/** The placeholder in package.json until the repository has an address. */
const nowhere = "https://github.com/OWNER/effect-codat"

/** The fields of package.json that say where the repository is. */
export const fieldsOf = (address: string) => ({
  homepage: `${address}#readme`,
  bugs: { url: `${address}/issues` },
  repository: { type: "git", url: `git+${address}.git` }
})

/** The address that package.json gives. */
export const addressIn = (packageJson: { readonly repository: { readonly url: string } }): string =>
  packageJson.repository.url.replace(/^git\+|\.git$/g, "")

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const packageJson = JSON.parse(readFileSync(file, "utf8"))
  const [address] = process.argv.slice(2)
  if (address === undefined) {
    if (addressIn(packageJson) === nowhere) {
      console.error("error: package.json does not say where the repository is: npm run repository -- ADDRESS")
      process.exitCode = 1
    }
  } else if (/^https:\/\/[\w.-]+(\/[\w.-]+)+$/.test(address)) {
    const fields = fieldsOf(address.replace(/\.git$/, ""))
    writeFileSync(file, `${JSON.stringify({ ...packageJson, ...fields }, undefined, 2)}\n`)
  } else {
    console.error(`error: ${address} is not an https address of a repository`)
    process.exitCode = 1
  }
}
