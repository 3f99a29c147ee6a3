import { Effect, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { Auth, Connections } from "effect-codat"

const companyId = "8a210b68-6988-11ed-a1eb-0242ac120002"

const linked = Connections.list({ companyId }).pipe(
  Stream.filter((connection) => connection.status === "Linked")
)

linked.pipe(
  Stream.runForEach((connection) => Effect.log(connection.platformName)),
  Effect.catchReason("CodatError", "NotFound", () => Effect.log("no such company")),
  Effect.provide([Auth.layerConfig, FetchHttpClient.layer]),
  Effect.runPromise
)
