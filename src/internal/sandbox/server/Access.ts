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

/** Whether a request comes from a page of this server, or from no page at all. */
export const isOwn = ({ headers }: HttpServerRequest.HttpServerRequest): boolean => {
  const site = headers["sec-fetch-site"]
  const { host, origin } = headers
  return (
    (site === undefined || site === "same-origin" || site === "none") &&
    (origin === undefined || origin === `http://${host}` || origin === `https://${host}`)
  )
}

/** What a request for a control is refused with, if it is. `isOpen` is for what shows nothing of the sandbox. */
export const refusal = (
  request: HttpServerRequest.HttpServerRequest,
  { isRemoteAllowed, token }: Access,
  isOpen: boolean
): HttpServerResponse.HttpServerResponse | undefined => {
  if (!isRemoteAllowed) {
    // A name that is not of this machine leads here too, where a page has its own name server say so.
    const isLocal =
      Option.exists(request.remoteAddress, isLoopbackAddress) && isLoopbackName(request.headers["host"] ?? "")
    if (!isLocal) return refuse(403, "The controls answer on the loopback address only")
  }
  if (!isOwn(request)) return refuse(403, "The controls answer no other origin")
  if (token === undefined || isOpen) return undefined
  const given = /^Bearer +(.+)$/i.exec(request.headers["authorization"] ?? "")?.[1]?.trim()
  return given === Redacted.value(token) ? undefined : refuse(401, "The controls want their token")
}
