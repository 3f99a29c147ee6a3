/**
 * The page that shows the data of a sandbox and the requests to it, and updates itself.
 */
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Control } from "../Control.ts"
import type { Engine } from "../Engine.ts"
import { prefix } from "./Api.ts"
import * as Html from "./Html.ts"
import { script } from "./Script.ts"
import { shown } from "./Table.ts"

/** How many connections of a company, and how many requests and webhooks, are shown. */
const limit = 200

const css = `${Html.style}
header { display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; align-items: baseline; padding: 1rem 1.5rem; border-bottom: 1px solid var(--line); }
header h1 { font-size: 1.2rem; }
header .tools { margin-left: auto; display: flex; gap: .5rem; }
header button, td button { padding: .2em .7em; font-size: .9em; }
[role=tablist] { display: flex; gap: .3rem; padding: .6rem 1.5rem 0; border-bottom: 1px solid var(--line); }
[role=tab] { border-bottom: 0; border-radius: 6px 6px 0 0; }
[role=tab][aria-selected=true] { background: var(--accent); border-color: var(--accent); color: #fff; }
main { padding: 1rem 1.5rem 3rem; }
details, .card { border: 1px solid var(--line); border-radius: 6px; margin-bottom: .4rem; padding: .4rem .8rem; overflow-x: auto; }
summary { cursor: pointer; overflow-wrap: anywhere; }
code, pre, time { font: 13px/1.5 ui-monospace, monospace; }
pre { background: var(--soft); border-radius: 4px; padding: .6rem .8rem; overflow: auto; max-height: 24rem; margin: .3rem 0 .8rem; }
h3 { font-size: .85rem; margin: .6rem 0 0; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; }
th, td { text-align: left; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); }
td:last-child { white-space: nowrap; }
.badge { border-radius: 99px; padding: .05em .6em; font-size: .85em; border: 1px solid currentColor; white-space: nowrap; }
.good { color: #15803d; } .warn { color: #a16207; } .bad { color: #c02626; }
@media (prefers-color-scheme: dark) { .good { color: #4ade80; } .warn { color: #facc15; } .bad { color: #f87171; } }
#message { color: #c02626; }
`

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Codat sandbox</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${prefix}/page.css">
</head>
<body>
<header>
<h1>Codat sandbox</h1>
<span id="live" role="status">…</span>
<span id="now"></span>
<span id="quota"></span>
<span id="message" role="alert"></span>
<div class="tools">
<button type="button" id="hour">Advance 1 hour</button>
<button type="button" id="clear">Forget requests</button>
<button type="button" id="reset">Reset</button>
</div>
</header>
<div role="tablist">
${["requests", "companies", "webhooks", "faults"]
  .map((name) => {
    const title = `${name.charAt(0).toUpperCase()}${name.slice(1)}`
    return `<button type="button" role="tab" id="tab-${name}" aria-controls="view">${title} <span>0</span></button>`
  })
  .join("\n")}
</div>
<main id="view" role="tabpanel"></main>
<script src="${prefix}/page.js"></script>
</body>
</html>
`

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const served = (body: string, type: string) =>
  HttpServerResponse.text(body, {
    contentType: `${type}; charset=utf-8`,
    headers: {
      "cache-control": "no-store",
      "content-security-policy": policy,
      "referrer-policy": "same-origin",
      "x-content-type-options": "nosniff"
    }
  })

/** The files of the page, which show no data of the sandbox. */
const assets: ReadonlyMap<string, () => HttpServerResponse.HttpServerResponse> = new Map([
  ["/", () => served(html, "text/html")],
  ["/page.css", () => served(css, "text/css")],
  ["/page.js", () => served(script, "text/javascript")]
])

/** The response to a request for a file of the page, or undefined for any other path. */
export const asset = (path: string): HttpServerResponse.HttpServerResponse | undefined => {
  const rest = path.slice(prefix.length)
  return assets.get(rest === "" ? "/" : rest)?.()
}

/** The path from which the page reads its data. */
export const dataPath = `${prefix}/page.json`

/** The data of the page; 204 when nothing has happened since the page last asked. */
export const data = Effect.fnUntraced(function* (
  request: HttpServerRequest.HttpServerRequest,
  engine: Engine,
  control: Control,
  revision: number
) {
  const since = new URL(request.url, "http://sandbox.invalid").searchParams.get("since")
  if (since === String(revision)) return HttpServerResponse.empty({ status: 204 })
  const requests = engine.journal.latest(limit)
  const recorded = engine.journal.size()
  const deliveries = yield* control.deliveries
  const { companies } = engine.state
  const { clockOffset, now } = yield* control.health
  return HttpServerResponse.jsonUnsafe(
    {
      revision,
      now,
      clockOffset,
      quota: yield* control.quota,
      totals: { companies: companies.length, requests: recorded, deliveries: deliveries.length },
      companies: companies.slice(0, limit).map(({ connections, data }) => ({
        id: data.id,
        name: data.name,
        total: connections.length,
        connections: connections.slice(0, limit).map((connection) => connection.data)
      })),
      requests: requests.map((one, index) => ({ ...shown(one), number: recorded - requests.length + index })),
      subscriptions: yield* control.subscriptions,
      deliveries: deliveries.slice(-limit),
      faults: yield* control.faults
    },
    { headers: { "cache-control": "no-store" } }
  )
})
