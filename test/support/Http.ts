/** A server of `node:http` on a free port of 127.0.0.1 that keeps what it was asked. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http"
import { Effect, type Scope } from "effect"

export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Server {
  readonly origin: string
  readonly received: Array<Received>
}

export const serve = (
  answer: (received: Received, response: ServerResponse, request: IncomingMessage) => void
): Effect.Effect<Server, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<Server & { readonly close: () => void }>((resume) => {
        const received: Array<Received> = []
        const server = createServer((request, response) => {
          let body = ""
          request.setEncoding("utf8")
          request.on("data", (chunk: string) => {
            body += chunk
          })
          request.on("end", () => {
            const one = {
              method: request.method ?? "",
              url: request.url ?? "",
              headers: request.headers,
              body
            }
            received.push(one)
            answer(one, response, request)
          })
        })
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          const port = typeof address === "object" && address !== null ? address.port : 0
          resume(
            Effect.succeed({
              origin: `http://127.0.0.1:${port}`,
              received,
              close: () => {
                server.closeAllConnections()
                server.close()
              }
            })
          )
        })
      }),
      (server) => Effect.sync(server.close)
    ),
    ({ origin, received }) => ({ origin, received })
  )
