/**
 * A Codat with as many companies as it is told to, five connections each, for the mirror; a process of its own.
 *
 * `mirror-server.ts <companies>` writes its port on stdout, and ends with its stdin. `GET /change?percent=10&version=2`
 * has one company in ten come with another status from then on.
 */
import { createServer } from "node:http"
import { uuid } from "./fixture.ts"

const companies = Number(process.argv[2])
const each = 5

let percent = 0
let version = 0

const connection = (company: string, n: number, status: string): string =>
  `{"id":"${uuid(n)}","integrationId":"${uuid(n % 50)}","integrationKey":"gbol","sourceId":"${uuid(n % 60)}",` +
  `"sourceType":"Accounting","platformName":"Platform ${n % 50}","linkUrl":"https://link-api.codat.io/companies/${company}/connections/${uuid(n)}/start",` +
  `"status":"${status}","lastSync":"2022-10-27T10:22:43.6464237Z","created":"2022-10-27T09:53:29Z"}`

const company = (n: number): string => {
  const id = uuid(n)
  const status = n % 100 < percent ? `Changed ${version}` : "Linked"
  let connections = ""
  for (let index = 0; index < each; index++) {
    connections +=
      (index === 0 ? "" : ",") + connection(id, n * each + index, index === 0 ? status : "Linked")
  }
  return (
    `{"id":"${id}","name":"Company ${n}","redirect":"https://link.codat.io/company/${id}","created":"2022-10-27T09:53:29Z",` +
    `"createdByUserName":"Bench","products":[],"tags":{},"dataConnections":[${connections}]}`
  )
}

const page = (url: URL): string => {
  const number = Number(url.searchParams.get("page") ?? 1)
  const size = Number(url.searchParams.get("pageSize") ?? 100)
  const from = (number - 1) * size
  const rows: Array<string> = []
  for (let n = from; n < Math.min(from + size, companies); n++) rows.push(company(n))
  const next = from + size < companies ? `,"next":{"href":"/companies?page=${number + 1}"}` : ""
  return (
    `{"results":[${rows.join(",")}],"pageNumber":${number},"pageSize":${size},"totalResults":${companies},` +
    `"_links":{"self":{"href":"/companies"},"current":{"href":"/companies?page=${number}"}${next}}}`
  )
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://localhost")
  const id = url.pathname.split("/")[2]
  if (url.pathname === "/change") {
    percent = Number(url.searchParams.get("percent"))
    version = Number(url.searchParams.get("version"))
  }
  const body = url.pathname === "/companies" ? page(url) : company(Number.parseInt(id?.slice(-12) ?? "0", 16))
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
  response.end(body)
})

server.keepAliveTimeout = 60_000
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  if (address !== null && typeof address === "object") console.log(address.port)
})
process.stdin.on("end", () => process.exit(0)).resume()
