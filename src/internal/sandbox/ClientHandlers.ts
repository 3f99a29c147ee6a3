/**
 * The operations of `ApiKeys` and `Client`.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Body from "./Body.ts"
import { maxKeys } from "./Credentials.ts"
import type { Handler } from "./Gate.ts"
import * as Reply from "./Reply.ts"
import * as Seed from "./Seed.ts"
import type { State } from "./State.ts"

const invalid = (itemId: string, message: string): Reply.Problem =>
  Reply.invalid(itemId, message, "ClientValidator")

/** `GET /profile` */
export const profile =
  (state: State): Handler =>
  () =>
    Reply.value(state.account.profile)

/** `PUT /profile`: properties that the body leaves out are cleared. It cannot change the API key. */
export const updateProfile =
  (state: State): Handler =>
  ({ body }) => {
    const read = Body.object(body)
    if (Result.isFailure(read)) return read.failure
    const { confirmCompanyName, iconUrl, logoUrl, name, redirectUrl, whiteListUrls } = read.success
    if (!Predicate.isString(name) || name.trim() === "") return invalid("name", "name is required.")
    if (!Predicate.isString(redirectUrl) || redirectUrl.trim() === "") {
      return invalid("redirectUrl", "redirectUrl is required.")
    }
    for (const [itemId, value] of Object.entries({ iconUrl, logoUrl })) {
      if (Predicate.isNotNullish(value) && !Predicate.isString(value)) {
        return invalid(itemId, `${itemId} must be a string.`)
      }
    }
    if (Predicate.isNotNullish(whiteListUrls)) {
      if (!Body.isStringArray(whiteListUrls) || !whiteListUrls.every((url) => URL.canParse(url))) {
        return invalid("whiteListUrls", "whiteListUrls must be a list of URLs.")
      }
    }
    state.account.profile = {
      name,
      ...(Predicate.isString(logoUrl) ? { logoUrl } : undefined),
      ...(Predicate.isString(iconUrl) ? { iconUrl } : undefined),
      redirectUrl,
      whiteListUrls: whiteListUrls ?? [],
      apiKey: state.account.profile.apiKey,
      confirmCompanyName: confirmCompanyName === true
    }
    return Reply.value(state.account.profile)
  }

const origins = (state: State): Reply.Reply => Reply.value({ allowedOrigins: state.account.corsOrigins })

/** `GET /corsSettings` */
export const corsOrigins =
  (state: State): Handler =>
  () =>
    origins(state)

/** `POST /corsSettings`: replaces all origins. */
export const setCorsOrigins =
  (state: State): Handler =>
  ({ body }) => {
    const read = Body.object(body)
    if (Result.isFailure(read)) return read.failure
    const { allowedOrigins } = read.success
    const isOrigin = (text: string) => /^https?:\/\/[^/?#]+\/?$/i.test(text) && URL.canParse(text)
    if (!Body.isStringArray(allowedOrigins) || !allowedOrigins.every(isOrigin)) {
      return invalid(
        "allowedOrigins",
        "allowedOrigins must be a list of origins, such as https://example.com."
      )
    }
    state.account.corsOrigins = allowedOrigins
    return origins(state)
  }

/** `GET /apiKeys` */
export const apiKeys =
  (state: State): Handler =>
  () =>
    Reply.value({ results: state.credentials.keys() })

/** `POST /apiKeys` */
export const createApiKey =
  (state: State): Handler =>
  ({ body, now }) => {
    const read = Body.object(body)
    if (Result.isFailure(read)) return read.failure
    const { name } = read.success
    if (Predicate.isNotNullish(name) && (!Predicate.isString(name) || name.length > 50)) {
      return invalid("name", "name must be a string of at most 50 characters.")
    }
    const key = state.credentials.createKey(name ?? undefined, Seed.wholeSeconds(now))
    return key === undefined
      ? Reply.problem(409, `There are ${maxKeys} API keys already; delete one that is not used.`)
      : Reply.value(key, 201)
  }

/** `DELETE /apiKeys/{apiKeyId}`, also for the key that the request itself uses. */
export const deleteApiKey =
  (state: State): Handler =>
  ({ params }) => {
    const id = params["apiKeyId"] ?? ""
    return state.credentials.deleteKey(id)
      ? Reply.noContent
      : Reply.problem(404, `No API key was found with ID ${id}`)
  }
