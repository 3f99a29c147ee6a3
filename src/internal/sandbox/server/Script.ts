/**
 * The browser script of the page that shows the state. It is a text because it does not run here. Data of the sandbox is
 * added to the page as text, never as HTML.
 */
export const script = `"use strict"
const prefix = "/__sandbox"
const token = () => new URLSearchParams(location.hash.slice(1)).get("token")
const $ = (id) => document.getElementById(id)
let revision = -1
let shown = "requests"
let open = new Set()

const el = (name, props, ...children) => {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(props || {})) {
    if (key === "on") for (const [type, f] of Object.entries(value)) node.addEventListener(type, f)
    else node.setAttribute(key, value)
  }
  node.append(...children.map((child) => child instanceof Node ? child : String(child)))
  return node
}
const time = (at) => el("time", { datetime: new Date(at).toISOString() }, new Date(at).toISOString().slice(11, 23))
const badge = (text, kind) => el("span", { class: "badge " + kind }, text)
const ofStatus = (status) =>
  status === undefined ? badge("no answer", "bad") : badge(status, status < 300 ? "good" : status < 500 ? "warn" : "bad")
const ofState = (state) =>
  badge(state, { Linked: "good", delivered: "good", Deauthorized: "bad", failed: "bad" }[state] || "warn")
const pretty = (text) => {
  try { return JSON.stringify(typeof text === "string" ? JSON.parse(text) : text, null, 2) } catch { return String(text) }
}
const section = (title, value) => value === undefined || value === "" ? "" :
  el("div", {}, el("h3", {}, title), el("pre", {}, pretty(value)))
const row = (id, summary, ...details) => {
  const node = el("details", open.has(id) ? { open: "" } : {}, el("summary", {}, ...summary), ...details)
  node.addEventListener("toggle", () => node.open ? open.add(id) : open.delete(id))
  return node
}
const call = async (method, path, body) => {
  const headers = {}
  if (token()) headers.authorization = "Bearer " + token()
  if (body !== undefined) headers["content-type"] = "application/json"
  const response = await fetch(prefix + path, { method, headers, body: body && JSON.stringify(body) })
  if (!response.ok) throw new Error((await response.json().catch(() => ({}))).message || "HTTP " + response.status)
  return response
}
const act = (method, path, body) => async () => {
  try { await call(method, path, body); await load() } catch (error) { say(error.message) }
}
const say = (text) => { $("message").textContent = text }
const button = (text, method, path, body) => el("button", { type: "button", on: { click: act(method, path, body) } }, text)

const views = {
  companies: ({ companies }) => companies.map((company) => row("c" + company.id,
    [el("strong", {}, company.name), " ", el("code", {}, company.id), " ",
      company.total + (company.total === 1 ? " connection" : " connections")],
    el("table", {}, el("thead", {}, el("tr", {}, ...["Platform", "Status", "Last sync", "Connection", ""].map((name) => el("th", {}, name)))),
      el("tbody", {}, ...company.connections.map((connection) => {
        const ref = { companyId: company.id, connectionId: connection.id }
        return el("tr", {}, el("td", {}, connection.platformName), el("td", {}, ofState(connection.status)),
          el("td", {}, connection.lastSync || "never"), el("td", {}, el("code", {}, connection.id)),
          el("td", {}, connection.status === "Linked"
            ? button("Deauthorise", "POST", "/deauthorize", ref)
            : button("Authorise", "POST", "/authorize", ref), " ",
            el("a", { href: connection.linkUrl, target: "_blank", rel: "noreferrer" }, "Link page")))
      }))),
    company.total > company.connections.length ? el("p", {}, "The first " + company.connections.length + " are shown.") : "")),
  requests: ({ requests }) => requests.toReversed().map((request) => row("r" + request.number,
    [time(request.receivedAt), " ", ofStatus(request.status), " ", el("strong", {}, request.method), " ",
      el("code", {}, request.path), " ", ...request.faults.map((kind) => badge(kind, "bad"))],
    section("Query", Object.keys(request.query).length ? request.query : undefined),
    section("Headers", request.headers), section("Body", request.body), section("Answer", request.answer))),
  webhooks: ({ deliveries, subscriptions }) => [
    el("p", {}, subscriptions.length === 0 ? "There are no subscriptions." :
      "Subscriptions: " + subscriptions.map((one) => one.url).join(", ")),
    ...deliveries.toReversed().map((delivery) => row("d" + delivery.id,
      [time(delivery.createdAt), " ", ofState(delivery.state), " ", el("strong", {}, delivery.eventType), " ",
        el("code", {}, delivery.url)],
      el("ul", {}, ...delivery.attempts.map((attempt) =>
        el("li", {}, time(attempt.at), " ", attempt.status === undefined ? "" : ofStatus(attempt.status), " ", attempt.error || "taken"))),
      button("Send again", "POST", "/deliveries/" + delivery.id + "/replay"), section("Body", delivery.body)))],
  faults: ({ faults }) => [
    el("p", {}, faults.length === 0 ? "No fault is armed." : button("Disarm all", "DELETE", "/faults")),
    ...faults.map(({ fault, left, skip }) => el("div", { class: "card" },
      badge(fault.kind || "status", "bad"), " ", left === "always" ? "always" : left + " more",
      skip > 0 ? ", after " + skip : "", el("pre", {}, pretty(fault))))]
}

let latest
const draw = () => {
  if (latest === undefined) return
  for (const name of Object.keys(views)) {
    $("tab-" + name).setAttribute("aria-selected", String(name === shown))
    const count = { companies: latest.totals.companies, requests: latest.totals.requests, webhooks: latest.totals.deliveries, faults: latest.faults.length }[name]
    $("tab-" + name).querySelector("span").textContent = count
  }
  const content = views[shown](latest)
  $("view").replaceChildren(...(content.length ? content : [el("p", {}, "Nothing yet.")]))
  $("now").textContent = new Date(latest.now).toISOString().slice(0, 19).replace("T", " ") + " UTC" +
    (latest.clockOffset ? ", ahead of the clock" : "")
  $("quota").textContent = latest.quota.remaining.toLocaleString("en") + " of " + latest.quota.limit.toLocaleString("en") + " requests left today"
}
const load = async () => {
  const response = await call("GET", "/page.json?since=" + revision)
  if (response.status === 200) {
    latest = await response.json()
    revision = latest.revision
    draw()
  }
  $("live").textContent = "live"
}
const poll = async () => {
  try { await load(); say("") } catch (error) { $("live").textContent = "not reached"; say(error.message) }
  setTimeout(poll, 500)
}
for (const name of Object.keys(views)) $("tab-" + name).addEventListener("click", () => { shown = name; draw() })
for (const [id, method, path, body] of [
  ["clear", "DELETE", "/requests"], ["reset", "POST", "/reset"], ["hour", "POST", "/clock/advance", { by: "1 hour" }]
]) $(id).addEventListener("click", act(method, path, body))
poll()
`
