import { Effect, Stream } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"

const linked = Stream.fromEffect(HttpClient.get("https://api.codat.io")).pipe(
  Stream.filter((response) => response.status === 200)
)

linked.pipe(
  Stream.runForEach((response) => Effect.log(response.status)),
  Effect.catchTag("HttpClientError", () => Effect.log("no answer")),
  Effect.provide([FetchHttpClient.layer]),
  Effect.runPromise
)
