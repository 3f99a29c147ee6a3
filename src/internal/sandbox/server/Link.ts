/**
 * The pages on which an end user links: the targets of a connection's `linkUrl` and a company's `redirect`.
 */
import * as ByteSize from "effect/ByteSize"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Engine } from "../Engine.ts"
import * as Integrations from "../Integrations.ts"
import * as Linking from "../Linking.ts"
import * as Seed from "../Seed.ts"
import type { CompanyEntry, ConnectionEntry } from "../State.ts"
import * as Webhooks from "../Webhooks.ts"
import * as Access from "./Access.ts"
import * as Html from "./Html.ts"

const connectionPath = /^\/companies\/([^/]+)\/connections\/([^/]+)\/start\/?$/i
const companyPath = /^\/company\/([^/]+)\/?$/i

/** Whether a path is that of a page on which an end user links. */
export const isLink = (path: string): boolean => connectionPath.test(path) || companyPath.test(path)

/** How an attempt to link ends, in the status codes of https://docs.codat.io/auth-flow/customize/set-up-redirects */
interface Outcome {
  readonly statusCode: "200" | "201" | "403" | "500" | "501"
  readonly errorMessage: string
  readonly statusText: string
}

const outcomes = {
  linked: { statusCode: "200", errorMessage: "", statusText: "OK" },
  unchanged: { statusCode: "201", errorMessage: "", statusText: "No Content" },
  cancelled: { statusCode: "403", errorMessage: "User cancelled.", statusText: "access_denied" },
  failed: { statusCode: "500", errorMessage: "Unknown error occurred.", statusText: "server_error" },
  unsupported: { statusCode: "501", errorMessage: "Not supported.", statusText: "unsupported" }
} as const satisfies { readonly [name: string]: Outcome }

const look = `${Html.style}
body { display: grid; place-items: center; min-height: 100vh; padding: 1.5rem; }
main { width: 100%; max-width: 27rem; border: 1px solid var(--line); border-radius: 12px; padding: 2rem; }
h1 { font-size: 1.4rem; margin-bottom: 1rem; }
p { margin: 0 0 1rem; }
form { display: flex; flex-wrap: wrap; gap: .6rem; margin-top: 1.5rem; }
ul { list-style: none; padding: 0; margin: 0; }
li form { margin: .4rem 0; }
li button { width: 100%; text-align: left; }
.foot { margin: 1.5rem 0 0; }
small { opacity: .7; }
`

const page = (status: number, title: string, body: string) =>
  HttpServerResponse.text(
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${Html.escaped(title)}</title>
<style>${look}</style>
</head>
<body>
<main>
<h1>${Html.escaped(title)}</h1>
${body}
<p class="foot"><small>This is the Codat sandbox: nobody's data is shared.</small></p>
</main>
</body>
</html>
`,
    {
      status,
      contentType: "text/html; charset=utf-8",
      headers: {
        "cache-control": "no-store",
        // The password in the URL must not be sent to other sites as the referrer, such as to the redirect URL.
        "referrer-policy": "same-origin",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
      }
    }
  )

const note = (status: number, title: string, text: string) =>
  page(status, title, `<p>${Html.escaped(text)}</p>`)

const consent = (company: CompanyEntry, connection: ConnectionEntry) => {
  const name = Html.escaped(company.data.name)
  const platform = Html.escaped(connection.data.platformName)
  const button = (decision: string, text: string, kind = "") =>
    `<button name="decision" value="${decision}"${kind}>${text}</button>`
  return page(
    200,
    `Link ${connection.data.platformName}`,
    connection.data.status === "Linked"
      ? `<p><strong>${name}</strong> has linked <strong>${platform}</strong> already.</p>
<form method="post">${button("continue", "Continue", ' class="main"')}</form>`
      : `<p>Allow <strong>${name}</strong>'s data at <strong>${platform}</strong> to be read?</p>
<form method="post">
${button("allow", "Allow", ' class="main"')}
${button("cancel", "Cancel")}
${button("fail", "Let it fail")}
</form>`
  )
}

/** The password in a link. */
const passwordOf = (linkUrl: string): string | null => new URL(linkUrl).searchParams.get("otp")

const sourceTypeOf = (connection: ConnectionEntry): string => connection.data.sourceType.toLowerCase()

/**
 * The URL that the end user is redirected to: each parameter in braces is replaced with Codat's value of that name, else
 * with the query parameter of the link, else with nothing.
 */
const redirect = (
  template: string,
  company: CompanyEntry,
  connection: ConnectionEntry,
  outcome: Outcome,
  search: URLSearchParams
): string => {
  const { data } = connection
  const reserved: ReadonlyMap<string, string> = new Map([
    ["clientId", "00000000-0000-4000-8000-000000000000"],
    ["companyId", company.data.id],
    ["connectionId", data.id],
    ["integrationId", data.integrationId],
    ["sourceId", data.sourceId],
    ["platform", data.integrationKey],
    ["platformName", data.platformName],
    ["sourceType", sourceTypeOf(connection)],
    ["statusCode", outcome.statusCode],
    ["errorMessage", outcome.errorMessage],
    ["statusText", outcome.statusText],
    ["data.company.companyName", company.data.name]
  ])
  const url = template.replace(/\{([^{}]*)\}/g, (_, name: string) =>
    encodeURIComponent(reserved.get(name) ?? (name === "otp" ? "" : (search.get(name) ?? "")).toWellFormed())
  )
  // Encodes the template's own characters that a header cannot hold. A parameter can make a host that is not valid.
  return URL.canParse(url) ? new URL(url).href : encodeURI(url.toWellFormed())
}

const formOf = (request: HttpServerRequest.HttpServerRequest) =>
  request.text.pipe(
    Effect.provideService(HttpServerRequest.MaxBodySize, ByteSize.fromInputUnsafe(10_000)),
    // A form that cannot be read counts as empty.
    Effect.orElseSucceed(() => ""),
    Effect.map((text) => new URLSearchParams(text))
  )

/** The effect that answers a request for one of the pages. */
export const make = (engine: Engine, options: { readonly redirect: string | undefined }) => {
  const decide = (
    company: CompanyEntry,
    connection: ConnectionEntry,
    decision: string,
    now: number
  ): Outcome => {
    // With any decision, the password has been used.
    connection.update({
      linkUrl: Seed.linkUrl(company.data.id, connection.data.id, engine.random.links, engine.links)
    })
    const failed = (outcome: Outcome): Outcome => {
      engine.publish(Webhooks.connectionFailed(company.data, connection.data))
      return outcome
    }
    if (connection.data.status === "Linked") return outcomes.unchanged
    if (decision === "allow" && Integrations.get(connection.data.integrationKey)?.enabled === false) {
      return failed(outcomes.unsupported)
    }
    if (decision === "allow") {
      Linking.link(company, connection, { now, isOnlyAccounting: engine.settings.oneAccountingConnection })
      return outcomes.linked
    }
    if (decision !== "fail") return failed(outcomes.cancelled)
    Linking.fail(connection, now, {
      statusCode: outcomes.failed.statusCode,
      statusText: "Internal Server Error",
      errorMessage: outcomes.failed.errorMessage
    })
    return failed(outcomes.failed)
  }

  const ended = ({ errorMessage, statusCode }: Outcome, platform: string) => {
    const text =
      errorMessage === ""
        ? `${platform} is linked. You can close this page.`
        : `${platform} is not linked: ${errorMessage}`
    return note(200, statusCode === "200" ? "Linked" : "Done", text)
  }

  const ofConnection = Effect.fnUntraced(function* (
    request: HttpServerRequest.HttpServerRequest,
    companyId: string,
    connectionId: string,
    search: URLSearchParams
  ) {
    const company = engine.state.company(companyId)
    const connection = company?.connection(connectionId)
    if (company === undefined || connection === undefined) {
      return note(404, "No such link", "There is no such connection.")
    }
    if (search.get("otp") !== passwordOf(connection.data.linkUrl)) {
      return note(410, "This link has been used", "A link works only once. Ask for a new one.")
    }
    if (request.method !== "POST") return consent(company, connection)
    const form = yield* formOf(request)
    const outcome = decide(company, connection, form.get("decision") ?? "", yield* Clock.currentTimeMillis)
    return options.redirect === undefined
      ? ended(outcome, connection.data.platformName)
      : HttpServerResponse.redirect(redirect(options.redirect, company, connection, outcome, search), {
          status: 303,
          headers: { "referrer-policy": "same-origin", "cache-control": "no-store" }
        })
  })

  const ofCompany = Effect.fnUntraced(function* (
    request: HttpServerRequest.HttpServerRequest,
    companyId: string,
    search: string
  ) {
    const company = engine.state.company(companyId)
    if (company === undefined) return note(404, "No such link", "There is no such company.")
    if (request.method !== "POST") {
      const choices = Integrations.integrations
        .filter(({ enabled }) => enabled)
        .map(
          ({ key, name }) =>
            `<li><form method="post"><button name="platform" value="${key}">${Html.escaped(name)}</button></form></li>`
        )
      return page(
        200,
        `Link ${company.data.name}`,
        `<p>Which platform holds the data?</p>\n<ul>\n${choices.join("\n")}\n</ul>`
      )
    }
    const form = yield* formOf(request)
    const platform = Integrations.get(form.get("platform") ?? "")
    if (platform === undefined) return note(400, "No such platform", "Choose one of the list.")
    const at = Seed.wholeSeconds(yield* Clock.currentTimeMillis)
    const url = new URL(engine.state.makeConnection(company, platform, at).data.linkUrl)
    // Without an origin, so that the browser stays on the name by which it has reached the server.
    return HttpServerResponse.redirect(`${url.pathname}${url.search}${search.replace(/^\?/, "&")}`, {
      status: 303
    })
  })

  return Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const url = new URL(request.url, "http://sandbox.invalid")
    if (!["GET", "HEAD", "POST"].includes(request.method)) {
      return note(405, "Method not allowed", "Open the link in a browser.")
    }
    // Only a form of this page can decide.
    if (request.method === "POST" && !Access.isOwn(request)) {
      return note(403, "Not allowed", "Another site cannot decide for you.")
    }
    const [, companyId, connectionId] = connectionPath.exec(url.pathname) ?? []
    if (companyId !== undefined && connectionId !== undefined) {
      return yield* ofConnection(request, companyId, connectionId, url.searchParams)
    }
    return yield* ofCompany(request, companyPath.exec(url.pathname)?.[1] ?? "", url.search)
  }).pipe(engine.clock.within)
}
