import { readdirSync, readFileSync } from "node:fs"
import { defineConfig } from "vitepress"

const folder = new URL("../reference/", import.meta.url)

/** The modules of the reference, by what they are for; those that no group names come last. */
const groups = {
  "Start here": [
    "Codat",
    "Auth",
    "CodatConfig",
    "CodatError",
    "RetryPolicy",
    "RateLimit",
    "RateLimitSql",
    "Query"
  ],
  Operations: [
    "Connections",
    "Companies",
    "Data",
    "Integrations",
    "WebhookConsumers",
    "Products",
    "SyncSettings",
    "Pushes",
    "CustomData",
    "SupplementalData",
    "ApiKeys",
    "Client",
    "Operations"
  ],
  Webhooks: ["Webhook", "WebhookEvent", "WebhookError"],
  Testing: ["Sandbox", "SandboxServer"],
  Mirror: ["Mirror", "MirrorSqlite", "MirrorCluster", "MirrorError"]
}

const modules = readdirSync(folder)
  .filter((file) => file.endsWith(".md") && file !== "index.md")
  .map((file) => file.slice(0, -3))

const toItems = (names) =>
  names.filter((name) => modules.includes(name)).map((name) => ({ text: name, link: `/reference/${name}` }))

const grouped = Object.values(groups).flat()

const reference = [
  ...Object.entries(groups).map(([text, names]) => ({ text, items: toItems(names) })),
  { text: "Models", items: toItems(modules.filter((name) => !grouped.includes(name))) }
]

const guides = [
  {
    text: "Guides",
    items: [
      { text: "Getting started", link: "/getting-started" },
      { text: "Operations", link: "/operations" },
      { text: "Authentication", link: "/authentication" },
      { text: "Errors and troubleshooting", link: "/errors" },
      { text: "Retrying and idempotency", link: "/retrying" },
      { text: "Streaming", link: "/streaming" },
      { text: "Limits and quota", link: "/limits" },
      { text: "Webhooks", link: "/webhooks" }
    ]
  },
  {
    text: "Tools",
    items: [
      { text: "The sandbox", link: "/sandbox" },
      { text: "The mirror", link: "/mirror" },
      { text: "The command line", link: "/command-line" }
    ]
  },
  {
    text: "In your system",
    items: [
      { text: "Serving connections", link: "/serving" },
      { text: "A crash-safe export", link: "/export" },
      { text: "Promises and Effect 3", link: "/promises" },
      { text: "Observability", link: "/observability" },
      { text: "Migrating from @codat/platform", link: "/migrating" },
      { text: "Data and secrets", link: "/guarantees" }
    ]
  }
]

/** Where the repository can be looked at, once package.json names its owner. */
const { homepage } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))
const repository = homepage === undefined || homepage.includes("/OWNER/") ? undefined : homepage

/** Files that guides link to are in the repository and not on the site: linked to there, or only named. */
const toRepository = (state) => {
  for (const block of state.tokens) {
    let isNamed = false
    block.children = (block.children ?? []).filter((token) => {
      if (token.type === "link_open" && token.attrGet("href").startsWith("../")) {
        const path = token.attrGet("href").slice(3)
        if (repository === undefined) isNamed = true
        else token.attrSet("href", `${repository.replace(/#.*$/, "")}/blob/main/${path}`)
        return !isNamed
      }
      if (token.type !== "link_close" || !isNamed) return true
      isNamed = false
      return false
    })
  }
}

export default defineConfig({
  title: "effect-codat",
  description: "Codat's API as Effect programs",
  lang: "en",
  // There is no icon, and no browser need ask for one.
  head: [["link", { rel: "icon", href: "data:," }]],
  cleanUrls: true,
  markdown: {
    config: (md) => {
      md.core.ruler.push("files", toRepository)
      // A path in a table may break behind a slash.
      const { code_inline } = md.renderer.rules
      md.renderer.rules.code_inline = (...args) =>
        code_inline(...args).replace(/(?<=[a-z}])\/(?=[a-z{])/gi, "/<wbr>")
    }
  },
  themeConfig: {
    search: { provider: "local" },
    nav: [
      { text: "Guides", link: "/getting-started", activeMatch: "^/(?!reference)" },
      { text: "Reference", link: "/reference/", activeMatch: "^/reference" }
    ],
    sidebar: { "/reference/": reference, "/": guides },
    outline: [2, 3]
  }
})
