/**
 * The data of the client: Codat's customer, who owns all companies.
 */
import type { Prng } from "./Prng.ts"

/** A profile as in Codat's JSON. */
export interface ProfileJson {
  readonly name: string
  readonly logoUrl?: string | undefined
  readonly iconUrl?: string | undefined
  readonly redirectUrl: string
  readonly whiteListUrls?: ReadonlyArray<string> | undefined
  readonly apiKey: string
  readonly confirmCompanyName?: boolean | undefined
}

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
