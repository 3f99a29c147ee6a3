import { createServer } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Sandbox from "effect-codat/Sandbox"
import * as SandboxServer from "effect-codat/SandboxServer"
import type { Page } from "playwright-core"
import { basic, connections, node } from "../SandboxMounts.ts"
import * as Chromium from "../support/Chromium.ts"

/** The application that the end user comes back to, and that is told of events. */
const application = Effect.acquireRelease(
  Effect.callback<{ readonly origin: string; readonly events: Array<string>; readonly close: () => void }>(
    (resume) => {
      const events: Array<string> = []
      const server = createServer((request, response) => {
        let body = ""
        request.on("data", (chunk) => {
          body += chunk
        })
        request.on("end", () => {
          if (request.method === "POST") events.push(JSON.parse(body).eventType)
          response.setHeader("content-type", "text/html")
          response.end("<h1>Welcome back</h1>")
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        const close = () => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed({ origin: `http://127.0.0.1:${port}`, events, close }))
      })
    }
  ),
  ({ close }) => Effect.sync(close)
)

const secret = Redacted.make("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

const serve = (options?: SandboxServer.Options) =>
  Layer.provideMerge(SandboxServer.layer({ connections: 20, ...options }), node())

const pending = (name?: string) =>
  Effect.map(Sandbox.connections(), (all) => {
    const found = all.find(
      ({ platformName, status }) => status === "PendingAuth" && (name === undefined || platformName === name)
    )
    assert.isDefined(found)
    return { ...found, linkUrl: Redacted.value(found.linkUrl) }
  })

const status = (id: string) =>
  Effect.map(Sandbox.connections(), (all) => all.find((connection) => connection.id === id)?.status)

/** What a page says in the browser's console, which is nothing when all is well. */
const complaints = (page: Page): ReadonlyArray<string> => {
  const found: Array<string> = []
  page.on("console", (message) => {
    if (message.type() === "error") found.push(message.text())
  })
  page.on("pageerror", (error) => found.push(String(error)))
  return found
}

const picture = (page: Page, name: string) =>
  Effect.promise(async () => {
    const folder = process.env["PICTURES"]
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
  })

const chromium = Chromium.browser()

// A browser takes seconds to start, and many on a machine that does other things too.
const patience = 120_000

describe("the Link page, in a browser", { timeout: patience }, () => {
  it.live("lets an end user allow, cancel and fail, and comes back as Codat does", (context) =>
    Effect.gen(function* () {
      const app = yield* application
      yield* Effect.gen(function* () {
        const browser = yield* chromium(context)
        const page = yield* Effect.promise(() => browser.newPage())
        const errors = complaints(page)
        const visit = Effect.fnUntraced(function* (linkUrl: string, choice: string) {
          // As a link in the application leads there.
          yield* Effect.promise(() => page.goto(app.origin))
          yield* Effect.promise(() =>
            page.setContent(`<a href="${linkUrl.replaceAll("&", "&amp;")}">Link</a>`)
          )
          yield* Effect.promise(() => page.click("a"))
          yield* Effect.promise(() => page.waitForURL("**/start?**"))
          yield* picture(page, `link-${choice.toLowerCase().replaceAll(" ", "-")}`)
          assert.include(yield* Effect.promise(() => page.textContent("main")), "Sandbox Company Ltd")
          yield* Effect.promise(() => page.getByRole("button", { name: choice }).click())
          yield* Effect.promise(() => page.waitForURL(`${app.origin}/linked/**`))
          return new URL(page.url())
        })

        const first = yield* pending()
        const cancelled = yield* visit(`${first.linkUrl}&order=a%26b`, "Cancel")
        assert.strictEqual(cancelled.pathname, `/linked/${first.sourceType.toLowerCase()}`)
        assert.deepStrictEqual(Object.fromEntries(cancelled.searchParams), {
          code: "403",
          error: "User cancelled.",
          connection: first.id,
          company: Sandbox.companyId,
          order: "a&b"
        })
        assert.strictEqual(yield* status(first.id), "PendingAuth")

        const again = yield* pending()
        assert.strictEqual(again.id, first.id)
        assert.notStrictEqual(again.linkUrl, first.linkUrl)
        const failed = yield* visit(again.linkUrl, "Let it fail")
        assert.strictEqual(failed.searchParams.get("code"), "500")
        assert.strictEqual(failed.searchParams.get("error"), "Unknown error occurred.")
        const broken = yield* pending()
        assert.strictEqual(broken.dataConnectionErrors?.at(-1)?.status, "Active")

        const linked = yield* visit(broken.linkUrl, "Allow")
        assert.strictEqual(linked.searchParams.get("code"), "200")
        assert.strictEqual(linked.searchParams.get("error"), "")
        assert.notInclude(linked.href, "otp")
        assert.strictEqual(yield* status(first.id), "Linked")
        const done = (yield* Sandbox.connections()).find(({ id }) => id === first.id)
        assert.strictEqual(done?.dataConnectionErrors?.at(-1)?.status, "Resolved")

        const unchanged = yield* visit(Redacted.value(done?.linkUrl ?? Redacted.make("")), "Continue")
        assert.strictEqual(unchanged.searchParams.get("code"), "201")

        // A password is good once.
        const used = yield* Effect.promise(() => page.goto(broken.linkUrl))
        assert.strictEqual(used?.status(), 410)
        yield* picture(page, "link-used")
        assert.include(yield* Effect.promise(() => page.textContent("main")), "has been used")
        assert.lengthOf(
          errors.filter((error) => !error.includes("410")),
          0,
          errors.join("\n")
        )

        yield* Effect.promise(async () => {
          while (app.events.length < 3) await new Promise((resolve) => setTimeout(resolve, 5))
        })
        assert.deepStrictEqual(app.events, ["connection.failed", "connection.failed", "connection.connected"])
      }).pipe(
        Effect.scoped,
        Effect.provide(
          serve({
            webhooks: { url: `${app.origin}/webhooks`, secret },
            redirectUrl:
              `${app.origin}/linked/{sourceType}?code={statusCode}&error={errorMessage}` +
              "&connection={connectionId}&company={companyId}&order={order}"
          })
        )
      )
    })
  )

  it.live(
    "begins with the platform where a company's link is followed, and ends on a page of its own",
    (context) =>
      Effect.gen(function* () {
        const browser = yield* chromium(context)
        const page = yield* Effect.promise(() => browser.newPage())
        const made = yield* Sandbox.makeCompany({ name: "<b>Ampersand</b> & Sons" })
        yield* Effect.promise(() => page.goto(Redacted.value(made.redirect)))
        yield* picture(page, "company")
        assert.strictEqual(
          yield* Effect.promise(() => page.textContent("h1")),
          "Link <b>Ampersand</b> & Sons"
        )
        yield* Effect.promise(() => page.getByRole("button", { name: "Xero" }).click())
        yield* Effect.promise(() => page.getByRole("button", { name: "Allow" }).click())
        yield* Effect.promise(() => page.getByRole("heading", { name: "Linked" }).waitFor())
        yield* picture(page, "linked")
        const [connection] = yield* Sandbox.connections(made.id)
        assert.strictEqual(connection?.status, "Linked")
        assert.strictEqual(connection?.platformName, "Xero")
      }).pipe(Effect.scoped, Effect.provide(serve()))
  )

  it.live("takes no decision from another site, and none without the password", () =>
    Effect.gen(function* () {
      const { linkUrl, id } = yield* pending()
      const post = (url: string, headers: Record<string, string>) =>
        Effect.promise(async () => {
          const { status } = await fetch(url, {
            method: "POST",
            redirect: "manual",
            headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
            body: "decision=allow"
          })
          return status
        })
      assert.strictEqual(yield* post(linkUrl, { origin: "http://evil.example" }), 403)
      assert.strictEqual(yield* post(linkUrl.replace(/otp=.*/, "otp=0"), {}), 410)
      assert.strictEqual(yield* post(linkUrl.replace(/\?.*/, ""), {}), 410)
      assert.strictEqual(yield* status(id), "PendingAuth")
      assert.strictEqual(yield* post(linkUrl, {}), 200)
      assert.strictEqual(yield* status(id), "Linked")
      assert.strictEqual(yield* post(linkUrl, {}), 410)
    }).pipe(Effect.provide(serve()))
  )
})

describe("the page that shows the state, in a browser", { timeout: patience }, () => {
  it.live("shows what happens as it happens, and takes nothing from elsewhere", (context) =>
    Effect.gen(function* () {
      const app = yield* application
      yield* Effect.gen(function* () {
        const browser = yield* chromium(context)
        const base = yield* SandboxServer.baseUrl
        const page = yield* Effect.promise(() => browser.newPage())
        const errors = complaints(page)
        const elsewhere: Array<string> = []
        page.on("request", (request) => {
          if (!request.url().startsWith(base) && !request.url().startsWith("data:"))
            elsewhere.push(request.url())
        })
        yield* Effect.promise(() => page.goto(`${base}/__sandbox/#token=t0ken`))
        yield* Effect.promise(() => page.getByText("live").waitFor())
        const call = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
          Effect.promise(() =>
            fetch(`${base}${path}`, {
              headers: { authorization: basic, "content-type": "application/json", ...headers },
              ...(body === undefined ? undefined : { method: "POST", body: JSON.stringify(body) })
            })
          )
        yield* call(`${connections}?page=1`)
        yield* call(connections, { platformKey: "gbol" })
        yield* call("/companies", { name: "Harbour Ltd" })
        yield* Sandbox.makeCompany({ name: "<img src=x onerror=alert(1)>" })
        yield* call(connections, undefined, { "x-sandbox-fault": '{"status":503}' })
        yield* Sandbox.fail({ status: 429, operation: "Connections.list", times: 3 })

        const tab = (name: string) => Effect.promise(() => page.getByRole("tab", { name }).click())
        const row = (text: string) =>
          Effect.promise(() => page.locator("summary", { hasText: text }).first().waitFor())
        yield* row(connections)
        yield* row("503")
        yield* Effect.promise(() =>
          page.locator("summary", { hasText: "POST" }).filter({ hasText: connections }).click()
        )
        assert.include(yield* Effect.promise(() => page.textContent("#view")), "gbol")
        yield* picture(page, "requests")

        yield* tab("Webhooks")
        yield* row("connection.created")
        yield* row("delivered")
        yield* Effect.promise(() => page.locator("summary", { hasText: "connection.created" }).click())
        yield* Effect.promise(() => page.getByRole("button", { name: "Send again" }).first().click())
        yield* Effect.promise(async () => {
          while (app.events.length < 3) await new Promise((resolve) => setTimeout(resolve, 5))
        })
        yield* picture(page, "webhooks")

        yield* tab("Faults")
        yield* Effect.promise(() => page.getByText("3 more").waitFor())
        yield* picture(page, "faults")
        yield* Effect.promise(() => page.getByRole("button", { name: "Disarm all" }).click())
        yield* Effect.promise(() => page.getByText("No fault is armed.").waitFor())

        yield* tab("Companies")
        // Text from the API is text on the page.
        yield* row("<img src=x onerror=alert(1)>")
        yield* Effect.promise(() => page.locator("summary", { hasText: "Sandbox Company Ltd" }).click())
        const { id } = yield* pending()
        yield* Effect.promise(() =>
          page.getByRole("row").filter({ hasText: id }).getByRole("button", { name: "Authorise" }).click()
        )
        yield* Effect.promise(() =>
          page.getByRole("row").filter({ hasText: id }).getByText("Linked").waitFor()
        )
        assert.strictEqual(yield* status(id), "Linked")
        yield* picture(page, "companies")

        yield* Effect.promise(() => page.getByRole("button", { name: "Advance 1 hour" }).click())
        yield* Effect.promise(() => page.getByText("ahead of the clock").waitFor())
        yield* Effect.promise(() => page.getByRole("button", { name: "Reset" }).click())
        yield* Effect.promise(() => page.locator("#tab-requests span", { hasText: /^0$/ }).waitFor())
        assert.lengthOf(yield* Sandbox.requests, 0)
        assert.deepStrictEqual(elsewhere, [])
        assert.lengthOf(
          errors.filter((error) => !error.includes("503")),
          0,
          errors.join("\n")
        )
      }).pipe(
        Effect.scoped,
        Effect.provide(
          serve({
            controlToken: Redacted.make("t0ken"),
            webhooks: { url: `${app.origin}/webhooks`, secret }
          })
        )
      )
    })
  )
})
