/**
 * The data of the client: Codat's customer, who owns all companies.
 */
import * as Schema from "effect/Schema"
import * as Must from "./Must.ts"
import type { Prng } from "./Prng.ts"

export const Profile = Must.open({
  name: Schema.String,
  logoUrl: Schema.optional(Schema.String),
  iconUrl: Schema.optional(Schema.String),
  redirectUrl: Schema.String,
  whiteListUrls: Schema.optional(Schema.Array(Schema.String)),
  apiKey: Schema.String,
  confirmCompanyName: Schema.optional(Schema.Boolean)
})

/** A profile as in Codat's JSON. */
export type ProfileJson = typeof Profile.Type

export interface Account {
  readonly clientId: string
  profile: ProfileJson
  corsOrigins: ReadonlyArray<string>
  /** Makes a new key for Zapier; the previous one no longer works. */
  readonly rotateZapierKey: () => string
  /** The supplemental data of a platform and data type, with keys such as `gbol/invoices`. */
  readonly supplementalData: Map<string, unknown>
}

export const make = (random: Prng, apiKey: string): Account => {
  return {
    clientId: random.uuid(),
    profile: {
      name: "Sandbox Client",
      logoUrl: "https://static.codat.io/public/sandbox/logo.png",
      iconUrl: "https://static.codat.io/public/sandbox/icon.ico",
      redirectUrl: "https://example.com/{companyId}",
      whiteListUrls: [],
      apiKey,
      confirmCompanyName: false
    },
    corsOrigins: [],
    rotateZapierKey: () => `sk_integ_${random.hex(32)}.us`,
    supplementalData: new Map()
  }
}
