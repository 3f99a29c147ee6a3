/**
 * A Codat that answers from memory and does nothing else, in a process of its own: it is not what is measured.
 *
 * `server.ts <pages> <page size> <latency in milliseconds>` writes its port on stdout, and ends with its stdin.
 */
import { createServer } from "node:http"
import * as Fixture from "./fixture.ts"

const [pages = 1, size = 100, latency = 0] = process.argv.slice(2).map(Number)

const rows = Fixture.results(size)
const prepared =
  pages > 1000
    ? undefined
    : Array.from({ length: pages }, (_, n) => Buffer.from(Fixture.page(rows, n + 1, pages, size)))
const one = Buffer.from(JSON.stringify(Fixture.connection(1)))

const answer = (url: string): Buffer => {
  const query = url.indexOf("?")
  if (query < 0) return url.endsWith("/connections") ? bodyOf(1) : one
  return bodyOf(Number(new URLSearchParams(url.slice(query)).get("page") ?? 1))
}

const bodyOf = (number: number): Buffer =>
  prepared?.[number - 1] ?? Buffer.from(Fixture.page(rows, number, pages, size))

const server = createServer((request, response) => {
  const body = answer(request.url ?? "/")
  const send = () => {
    response.writeHead(200, {
      "content-type": "application/json; charset=utf-8",
      "content-length": body.length,
      "x-rate-limit-limit": "1000",
      "x-rate-limit-remaining": "998",
      "x-rate-limit-reset": "2022-10-28T00:00:00.0000000Z"
    })
    response.end(body)
  }
  if (latency > 0) setTimeout(send, latency)
  else send()
})

server.keepAliveTimeout = 60_000
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  if (address !== null && typeof address === "object") console.log(address.port)
})
process.stdin.on("end", () => process.exit(0)).resume()
