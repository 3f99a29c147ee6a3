/** The result of a handler, before it becomes an HTTP response. */
export type Reply = Json | Empty | Problem

/** A body that is JSON text already. */
export interface Json {
  readonly _tag: "Json"
  readonly status: number
  readonly json: string
}

export interface Empty {
  readonly _tag: "Empty"
  readonly status: number
}

/** One item of an error's `validation.errors`. */
export interface ValidationItem {
  readonly itemId: string
  readonly message: string
  readonly validatorName: string
}

/** Codat's error body, without the properties that all error bodies have. */
export interface Problem {
  readonly _tag: "Problem"
  readonly status: number
  readonly error: string
  readonly service?: string | undefined
  readonly canBeRetried?: "True" | "False" | "Unknown" | undefined
  readonly detailedErrorCode?: number | undefined
  readonly validation?: ReadonlyArray<ValidationItem> | undefined
  readonly headers?: { readonly [name: string]: string } | undefined
}

/** A response as it is sent. `body` is `undefined` when there is none. */
export interface Answer {
  readonly status: number
  readonly body: string | undefined
  readonly contentType: string
  readonly headers: { readonly [name: string]: string }
}

const jsonType = "application/json; charset=utf-8"

export const json = (text: string, status = 200): Json => ({ _tag: "Json", status, json: text })

/** A value as JSON. */
export const value = (content: unknown, status = 200): Json => json(JSON.stringify(content), status)

export const empty = (status: number): Empty => ({ _tag: "Empty", status })

export const noContent: Empty = empty(204)

export const problem = (
  status: number,
  error: string,
  more?: Omit<Problem, "_tag" | "status" | "error">
): Problem => ({
  _tag: "Problem",
  status,
  error,
  ...more
})

export const badQuery = (error: string): Problem =>
  problem(400, `Error parsing query - ${error}`, { service: "ClientsApi" })

/** The problem of an invalid value in the body or the URL. */
export const invalid = (itemId: string, message: string, validatorName: string): Problem =>
  badRequest("not valid.", [{ itemId, message, validatorName }])

export const badRequest = (error: string, validation?: ReadonlyArray<ValidationItem>): Problem =>
  problem(400, `Error processing request - ${error}`, { validation })

export const noCompany = (companyId: string): Problem =>
  problem(404, `No company was found with ID ${companyId}`, { service: "ClientsApi" })

export const noConnection = (connectionId: string): Problem =>
  problem(404, `Data connection ${connectionId} not found`)

const texts: { readonly [status: number]: string } = {
  400: "Error processing request - not valid.",
  401: "Unauthorized",
  402: "You have exceeded the limit of your plan. Delete any companies you no longer need and retry the request.",
  403: "You are using an outdated API key or a key not associated with that resource.",
  404: "Not found",
  409: "The resource is not ready for this request.",
  413: "The body of the request is too large.",
  422: "The request could not be processed.",
  429: "You have made too many requests in a given amount of time; please retry later.",
  451: "Not currently available for compliance purposes.",
  500: "There is a problem with our server. Please try again later.",
  503: "The Codat API is temporarily offline for maintenance. Please try again later."
}

/** The default error text of a status. */
export const textOf = (status: number): string => texts[status] ?? `Status ${status}`

/** Codat's error body: `statusCode` is always the HTTP status, and no property is null. */
const errorBody = (reply: Problem, correlationId: string): string =>
  JSON.stringify({
    statusCode: reply.status,
    service: reply.service ?? "PublicApi",
    error: reply.error,
    correlationId,
    ...(reply.validation === undefined
      ? undefined
      : { validation: { errors: reply.validation, warnings: [] } }),
    canBeRetried: reply.canBeRetried ?? "Unknown",
    detailedErrorCode: reply.detailedErrorCode ?? 0
  })

export const answer = (reply: Reply, correlationId: () => string): Answer => {
  switch (reply._tag) {
    case "Json":
      return { status: reply.status, body: reply.json, contentType: jsonType, headers: {} }
    case "Empty":
      return { status: reply.status, body: undefined, contentType: jsonType, headers: {} }
    case "Problem":
      return {
        status: reply.status,
        body: errorBody(reply, correlationId()),
        contentType: jsonType,
        headers: reply.headers ?? {}
      }
  }
}
