/**
 * The data that a sandbox begins with, and the forms of its texts.
 */
import { integrations } from "./Integrations.ts"
import type { ConnectionErrorState, ConnectionJson, ConnectionStatus, IntegrationState } from "./Model.ts"
import type { Prng } from "./Prng.ts"

// The dates of seeded data are fixed and do not depend on the clock, so that every run is the same.
const firstCreated = Date.UTC(2022, 9, 27, 9, 53, 29)
const day = 86_400_000

/** Codat's format of a time with whole seconds: `2022-10-27T09:53:29Z`. */
export const wholeSeconds = (millis: number): string => `${new Date(millis).toISOString().slice(0, 19)}Z`

/** Codat's format of a time with .NET's seven digits: `2022-10-27T10:22:43.6464237Z`. */
const sevenDigits = (millis: number, rest: number): string =>
  `${new Date(millis).toISOString().slice(0, 23)}${String(rest).padStart(4, "0")}Z`

/** The origins of links: Codat's own, or that of a sandbox over HTTP. */
export interface Links {
  readonly company: string
  readonly connection: string
}

export const codatLinks: Links = { company: "https://link.codat.io", connection: "https://link-api.codat.io" }

/** The link on which the end user authorises the connection; the password in it works once. */
export const linkUrl = (companyId: string, connectionId: string, random: Prng, links: Links): string =>
  `${links.connection}/companies/${companyId}/connections/${connectionId}/start?otp=${random.hex(20)}`

/** A new connection that is not authorised yet. */
export const pending = (
  companyId: string,
  platform: IntegrationState,
  created: string,
  random: Prng,
  links: Links
): ConnectionJson => {
  const id = random.uuid()
  return {
    id,
    integrationId: platform.integrationId,
    integrationKey: platform.key,
    sourceId: platform.sourceId,
    platformName: platform.name,
    linkUrl: linkUrl(companyId, id, random, links),
    status: "PendingAuth",
    created,
    sourceType: platform.sourceType
  }
}

const statusOf = (draw: number): ConnectionStatus =>
  draw < 0.7 ? "Linked" : draw < 0.82 ? "PendingAuth" : draw < 0.92 ? "Unlinked" : "Deauthorized"

const failures: ReadonlyArray<Pick<ConnectionErrorState, "statusCode" | "statusText" | "errorMessage">> = [
  {
    statusCode: "401",
    statusText: "Unauthorized",
    errorMessage: "The data source no longer accepts the token."
  },
  {
    statusCode: "402",
    statusText: "Payment Required",
    errorMessage: "The data source's subscription has expired."
  },
  {
    statusCode: "503",
    statusText: "Service Unavailable",
    errorMessage: "The data source could not be reached."
  }
]

const errorsOf = (
  status: ConnectionStatus,
  since: number,
  random: Prng
): ReadonlyArray<ConnectionErrorState> => {
  const failure = failures[random.between(0, failures.length - 1)]
  if (failure === undefined) return []
  const error = { ...failure, erroredOnUtc: sevenDigits(since, random.between(0, 9999)) }
  // Only a transient error has its own `status`.
  if (failure.statusCode !== "503") return [error]
  return status === "Deauthorized"
    ? [{ ...error, status: "Active" }]
    : [{ ...error, status: "Resolved", resolvedOnUtc: wholeSeconds(since + 3_600_000) }]
}

/** The errors of a connection after its data could be read again. */
export const resolved = (
  { dataConnectionErrors }: ConnectionJson,
  resolvedOnUtc: string
): Pick<ConnectionJson, "dataConnectionErrors"> =>
  dataConnectionErrors?.some((error) => error.status === "Active") === true
    ? {
        dataConnectionErrors: dataConnectionErrors.map((error) =>
          error.status === "Active" ? { ...error, status: "Resolved", resolvedOnUtc } : error
        )
      }
    : {}

/** The connection of a company at an index. Any fifty of them in sequence have all platforms and all statuses. */
export const connection = (companyId: string, index: number, random: Prng, links: Links): ConnectionJson => {
  const platform = integrations[index % integrations.length] as IntegrationState // the index is in range
  const created = firstCreated + index * 61_000
  const fresh = pending(companyId, platform, wholeSeconds(created), random, links)
  const status = statusOf(random.next())
  const synced = status !== "PendingAuth" && random.next() < 0.85
  const broken = status === "Deauthorized" || (status === "Linked" && random.next() < 0.1)
  const informed = status !== "PendingAuth" && random.next() < 0.2
  const touched = created + random.between(1, 400) * day
  return {
    ...fresh,
    status,
    ...(synced
      ? {
          lastSync:
            random.next() < 0.7
              ? sevenDigits(touched + random.between(0, day - 1), random.between(0, 9999))
              : wholeSeconds(touched)
        }
      : undefined),
    ...(broken ? { dataConnectionErrors: errorsOf(status, touched, random) } : undefined),
    ...(informed
      ? { connectionInfo: { organisationName: `Organisation ${index + 1}`, accountType: "Business" } }
      : undefined)
  }
}

const trades = ["Bakery", "Logistics", "Studio", "Hardware", "Dental", "Roofing", "Coffee", "Textiles"]
const places = ["Harbour", "Northgate", "Willow", "Kingsway", "Fenland", "Bramley", "Castle", "Mill Lane"]

/** A company's name from two words, `Harbour Bakery Ltd`. */
export const companyName = (random: Prng): string => {
  const place = places[random.between(0, places.length - 1)]
  const trade = trades[random.between(0, trades.length - 1)]
  return `${place} ${trade} Ltd`
}

/** When the company at an index was created. */
export const companyCreated = (index: number): string =>
  wholeSeconds(firstCreated - 30 * day + index * 3_600_000)
