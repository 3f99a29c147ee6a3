/** Serves HTTP for the commands that listen at a port. */
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as Failure from "./Failure.ts"
import * as Flags from "./Flags.ts"

export const port = (number: number) =>
  Flag.Int("port").pipe(
    Flag.withMetavar("number"),
    Flag.withDescription(`The port to listen on (${number}); 0 takes a free one`),
    Flags.between(0, 65_535),
    Flag.withDefault(number)
  )

export const host = Flag.String("host").pipe(
  Flag.withMetavar("address"),
  Flag.withDescription("The address to listen on (127.0.0.1); 0.0.0.0 in a container"),
  Flag.withDefault("127.0.0.1")
)

export interface Address {
  readonly host: string
  readonly port: number
}

/** A server that frees its port within a second of being stopped. */
export const layer = (address: Address) =>
  NodeHttpServer.layerServer(createServer, { ...address, gracefulShutdownTimeout: "1 second" })

/** Says in words why a server could not listen. */
export const cannotListen = (address: Address) => (error: HttpServerError.ServeError) => {
  const at = `${address.host}:${address.port}`
  const code = Failure.codeOf(error)
  return Effect.fail(
    code === "EADDRINUSE"
      ? new Failure.CommandError({ message: `${at} is in use`, hint: "choose another port with --port" })
      : new Failure.CommandError({ message: `cannot listen on ${at}: ${Failure.messageOf(error.cause)}` })
  )
}
