/**
 * Who may use the controls.
 */
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

/** Who may use the controls. */
export interface Access {
  readonly token: Redacted.Redacted<string> | undefined
  readonly isRemoteAllowed: boolean
}

const refuse = (status: 401 | 403, error: string) =>
  HttpServerResponse.jsonUnsafe(
    { error },
    { status, ...(status === 401 ? { headers: { "www-authenticate": "Bearer" } } : undefined) }
  )

const isLoopbackAddress = (address: string): boolean =>
  /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address) || address === "::1"

const isLoopbackName = (host: string): boolean => {
  const name = host.replace(/:\d*$/, "").toLowerCase()
  return (
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(name)
  )
}

/** Whether a request is from a page of this server, or from no page at all. */
export const isOwn = ({ headers }: HttpServerRequest.HttpServerRequest): boolean => {
  const site = headers["sec-fetch-site"]
  const { host, origin } = headers
  return (
    (site === undefined || site === "same-origin" || site === "none") &&
    (origin === undefined || origin === `http://${host}` || origin === `https://${host}`)
  )
}

/**
 * The response that refuses a request for a control, or undefined when it is allowed. `isOpen` is for files that
 * show no data of the sandbox: they need no token.
 */
export const refusal = (
  request: HttpServerRequest.HttpServerRequest,
  { isRemoteAllowed, token }: Access,
  isOpen: boolean
): HttpServerResponse.HttpServerResponse | undefined => {
  if (!isRemoteAllowed) {
    // Checks the name as well: the name server of a malicious page can point its name at this machine (DNS rebinding).
    const isLocal =
      Option.exists(request.remoteAddress, isLoopbackAddress) && isLoopbackName(request.headers["host"] ?? "")
    if (!isLocal) return refuse(403, "The controls accept requests from the loopback address only")
  }
  if (!isOwn(request)) return refuse(403, "The controls accept no requests from other origins")
  if (token === undefined || isOpen) return undefined
  const given = /^Bearer +(.+)$/i.exec(request.headers["authorization"] ?? "")?.[1]?.trim()
  return given === Redacted.value(token) ? undefined : refuse(401, "The controls require their token")
}
