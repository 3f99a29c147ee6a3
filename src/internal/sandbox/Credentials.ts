/**
 * The credentials that a request can have: an API key, the access token, or the token of one company.
 */
import * as Base64 from "effect/encoding/Base64"
import * as Schema from "effect/Schema"
import * as Ids from "./Ids.ts"
import * as Must from "./Must.ts"
import type { Prng } from "./Prng.ts"

export const ApiKey = Must.open({
  id: Schema.String,
  name: Schema.optional(Schema.String),
  apiKey: Schema.String,
  createdDate: Schema.String
})

/** An API key as in Codat's JSON. */
export type ApiKeyJson = typeof ApiKey.Type

/** A company's access token as in Codat's JSON. */
export interface CompanyTokenJson {
  readonly expiresIn: number
  readonly accessToken: string
  readonly tokenType: "Bearer"
}

export interface Credentials {
  /** Whether an `Authorization` header is valid for a path. */
  readonly accepts: (authorization: string | undefined, path: string, now: number) => boolean
  readonly keys: () => ReadonlyArray<ApiKeyJson>
  /** Creates an API key, or returns undefined when there are {@link maxKeys} already. */
  readonly createKey: (name: string | undefined, createdDate: string) => ApiKeyJson | undefined
  /** Whether there was such a key. */
  readonly deleteKey: (id: string) => boolean
  /** Creates a token for one company that is valid for a day. */
  readonly companyToken: (companyId: string, now: number) => CompanyTokenJson
  /** Replaces all keys, and deletes the tokens of companies. */
  readonly restore: (keys: ReadonlyArray<ApiKeyJson>) => void
}

/** The maximum number of API keys. */
export const maxKeys = 10

/** The lifetime of a company's access token, in seconds. */
const lifetime = 86_400

/** The maximum number of company tokens, so that the memory of a long-running server is bounded. */
const maxTokens = 10_000

interface Token {
  readonly companyId: string
  readonly expires: number
}

export const make = (options: {
  readonly random: Prng
  readonly apiKey: string
  readonly token: string
}): Credentials => {
  const { random } = options
  let keys: ReadonlyArray<ApiKeyJson> = [
    { id: random.uuid(), name: "sandbox", apiKey: options.apiKey, createdDate: "2022-09-27T09:53:29Z" }
  ]
  const tokens = new Map<string, Token>()

  const isCompanyToken = (token: string, path: string, now: number): boolean => {
    const found = tokens.get(token)
    if (found === undefined || found.expires <= now) return false
    const own = `/companies/${found.companyId}`.toLowerCase()
    const asked = path.toLowerCase()
    return asked === own || asked.startsWith(`${own}/`)
  }

  return {
    accepts: (authorization, path, now) => {
      const [scheme, value] = (authorization ?? "").trim().split(/ +/)
      if (value === undefined) return false
      switch (scheme?.toLowerCase()) {
        case "basic":
          return keys.some(({ apiKey }) => value === Base64.encode(apiKey))
        case "bearer":
          return value === options.token || isCompanyToken(value, path, now)
        default:
          return false
      }
    },
    keys: () => keys,
    createKey: (name, createdDate) => {
      if (keys.length >= maxKeys) return undefined
      const key = {
        id: random.uuid(),
        ...(name === undefined ? undefined : { name }),
        apiKey: random.hex(40),
        createdDate
      }
      keys = [...keys, key]
      return key
    },
    deleteKey: (id) => {
      const rest = keys.filter((key) => !Ids.isSame(key.id, id))
      const found = rest.length < keys.length
      keys = rest
      return found
    },
    companyToken: (companyId, now) => {
      for (const [token, { expires }] of tokens) {
        // All tokens have the same lifetime, so the first in the map expires first.
        if (expires > now && tokens.size < maxTokens) break
        tokens.delete(token)
      }
      const accessToken = random.hex(64)
      tokens.set(accessToken, { companyId, expires: now + lifetime * 1000 })
      return { expiresIn: lifetime, accessToken, tokenType: "Bearer" }
    },
    restore: (kept) => {
      keys = kept
      tokens.clear()
    }
  }
}
