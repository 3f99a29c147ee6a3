/** Checks every link and anchor between pages of the built site, and that nothing internal shows. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, posix } from "node:path"
import { fileURLToPath } from "node:url"

const dist = fileURLToPath(new URL(".vitepress/dist", import.meta.url))
const pages = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".html")
)
const texts = new Map(pages.map((page) => [page, readFileSync(join(dist, page), "utf8")]))
const idsOf = (text) => new Set([...text.matchAll(/ (?:id|name)="([^"]+)"/g)].map(([, id]) => id))
const ids = new Map([...texts].map(([page, text]) => [page, idsOf(text)]))

/** The page that a link leads to, as the server that shows the site finds it. */
const pageOf = (page, path) => {
  if (path === "") return page
  const target = path.startsWith("/") ? path.slice(1) : posix.join(dirname(page), path)
  return [target, `${target}.html`, posix.join(target, "index.html")].find((file) => texts.has(file))
}

const broken = []
let count = 0
for (const [page, text] of texts) {
  for (const [, href] of text.matchAll(/<a [^>]*?href="([^"]*)"/g)) {
    if (/^(?:[a-z]+:|\/\/)/.test(href)) continue
    count++
    const [path = "", anchor] = href.replaceAll("&amp;", "&").split("#")
    const target = pageOf(page, decodeURI(path))
    if (target === undefined && !existsSync(join(dist, path))) broken.push(`${page}: ${href}`)
    else if (anchor && target !== undefined && !ids.get(target)?.has(decodeURIComponent(anchor))) {
      broken.push(`${page}: ${href} (no such heading)`)
    }
  }
  if (page.startsWith("reference/") && /(?<!\.)\binternal\//.test(text))
    broken.push(`${page}: shows something internal`)
}
console.log(`${count} links between ${pages.length} pages, ${broken.length} broken`)
for (const link of broken) console.error(link)
if (broken.length > 0 || pages.length < 20) process.exitCode = 1
