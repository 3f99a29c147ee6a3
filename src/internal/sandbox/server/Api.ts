/**
 * The controls as an HTTP API with an OpenAPI document, made from the table.
 */
import * as Effect from "effect/Effect"
import { memoize } from "effect/Function"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { Control, SandboxError } from "../Control.ts"
import * as Must from "../Must.ts"
import { type Row, table } from "./Table.ts"

/** The path of everything that is the sandbox's own and not Codat's. */
export const prefix = "/__sandbox"

type Reason = SandboxError["reason"]

const failure = <const R extends ReadonlyArray<Reason>>(httpApiStatus: number, reasons: R) =>
  Schema.Struct({
    _tag: Schema.Literal("SandboxError"),
    control: Schema.String,
    reason: Schema.Literals(reasons),
    message: Schema.String
  }).annotate({ httpApiStatus })

const errors = [
  failure(400, ["InvalidOption"]),
  failure(404, ["CompanyNotFound", "ConnectionNotFound", "SubscriptionNotFound", "DeliveryNotFound"]),
  failure(409, ["InvalidTransition"])
] as const

/** Answers invalid input with the same kind of error as the controls' own checks. */
class Explained extends HttpApiMiddleware.Service<Explained>()("effect-codat/sandbox/Explained", {
  error: errors[0]
}) {}

const explained = HttpApiMiddleware.layerSchemaErrorTransform(Explained, (error, { endpoint }) =>
  error.kind === "Body"
    ? Effect.fail(error)
    : Effect.fail({
        _tag: "SandboxError" as const,
        control: endpoint.identifier,
        reason: "InvalidOption" as const,
        message: Must.explain(error.cause.issue)
      })
)

type Table = { readonly [name: string]: Row }

const endpoint = (name: string, { input, method, output, path, summary }: Row): HttpApiEndpoint.Top => {
  const [place, schema] = input ?? []
  const made = HttpApiEndpoint.make(method)(name, path, {
    ...(place === undefined ? undefined : { [place]: schema }),
    success: output as Schema.Codec<unknown, unknown>,
    error: errors
  })
  // A cast, because the types of the table's rows are not known in a list of endpoints.
  return made.annotate(OpenApi.Summary, summary) as unknown as HttpApiEndpoint.Top
}

/** The controls of a sandbox over HTTP. Made with the first server and not at import, because it takes long. */
const apiOf = memoize((table: Table) => {
  // A cast, because the table is not empty.
  const [first, ...others] = Object.entries(table).map(([name, row]) => endpoint(name, row)) as [
    HttpApiEndpoint.Top,
    ...ReadonlyArray<HttpApiEndpoint.Top>
  ]
  const group = HttpApiGroup.make("sandbox", { topLevel: true })
    .add(first, ...others)
    .middleware(Explained)
    .prefix(prefix)
  return HttpApi.make("effect-codat-sandbox")
    .add(group)
    .annotateMerge(
      OpenApi.annotations({
        title: "Controls of the Codat sandbox",
        version: "1",
        description:
          "Controls with which a test or a person changes and inspects a sandbox. A sandbox that was started with a " +
          "control token requires it as `Authorization: Bearer <token>`.",
        transform: (document) => ({
          ...document,
          components: {
            ...document["components"],
            securitySchemes: { controlToken: { type: "http", scheme: "bearer" } }
          },
          security: [{}, { controlToken: [] }]
        })
      })
    )
})

interface Request {
  readonly payload?: unknown
  readonly query?: unknown
  readonly params?: unknown
}

/** The effect that answers a request for a control. */
export const make = (control: Control) => {
  const api = apiOf(table)
  const handlers = HttpApiBuilder.group(api, "sandbox", (handlers) => {
    let all = handlers
    for (const [name, { input, run }] of Object.entries<Row>(table)) {
      all = all.handle(name, (request: Request) =>
        run(control, input === undefined ? undefined : request[input[0]])
      ) as typeof handlers
    }
    return all as never
  })
  const notFound = HttpRouter.add(
    "*",
    "/*",
    HttpServerResponse.jsonUnsafe(
      { error: `There is no such control: see ${prefix}/openapi.json` },
      { status: 404 }
    )
  )
  return HttpRouter.toHttpEffect(
    Layer.merge(
      HttpApiBuilder.layer(api, { openapiPath: `${prefix}/openapi.json` }).pipe(
        // A cast, because the service of the group does not depend on the types of its endpoints.
        Layer.provide(handlers as Layer.Layer<HttpApiGroup.Service<"effect-codat-sandbox", "sandbox">>),
        Layer.provide(explained)
      ),
      notFound
    ).pipe(Layer.provide(HttpServer.layerServices))
  )
}
