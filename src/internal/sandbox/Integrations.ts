import type { IntegrationState, SourceType } from "./Model.ts"
import * as Prng from "./Prng.ts"

const features = (...datatypes: ReadonlyArray<string>): IntegrationState["datatypeFeatures"] =>
  datatypes.map((datatype) => ({
    datatype,
    supportedFeatures: [{ featureType: "Get", featureState: "Release" }]
  }))

const datatypes: { readonly [Type in SourceType]: IntegrationState["datatypeFeatures"] } = {
  Accounting: features("invoices", "bills", "customers", "chartOfAccounts"),
  Banking: features("banking-accounts", "banking-transactions"),
  BankFeed: features("bankAccounts"),
  Commerce: features("commerce-orders", "commerce-payments"),
  Expense: [],
  Other: [],
  Unknown: []
}

// Identifiers of an integration are Codat's own, so they are the same whatever the sandbox's seed.
const ids = Prng.make("integrations", "ids")

const integration = (
  key: string,
  name: string,
  sourceType: SourceType,
  more: { readonly offline?: boolean; readonly beta?: boolean; readonly enabled?: boolean } = {}
): IntegrationState => {
  const integrationId = ids.uuid()
  return {
    key,
    logoUrl: `https://static.codat.io/public/officialLogos/Full/${integrationId}.png`,
    name,
    enabled: more.enabled ?? true,
    sourceId: ids.uuid(),
    sourceType,
    integrationId,
    isOfflineConnector: more.offline ?? false,
    isBeta: more.beta ?? false,
    dataProvidedBy: name,
    datatypeFeatures: datatypes[sourceType]
  }
}

/** The platforms this Codat knows, of every documented source type. */
export const integrations: ReadonlyArray<IntegrationState> = [
  integration("gbol", "Xero", "Accounting"),
  integration("dfxm", "Basiq", "Banking"),
  integration("qhyg", "QuickBooks Online", "Accounting"),
  integration("fcws", "Shopify", "Commerce"),
  integration("tpld", "Plaid", "Banking"),
  integration("mqjo", "Dynamics 365 Business Central", "Accounting"),
  integration("sbfd", "Sandbox Bank Feeds", "BankFeed"),
  integration("pdvj", "QuickBooks Desktop", "Accounting", { offline: true }),
  integration("zett", "Zettle", "Commerce"),
  integration("xpns", "Sandbox Expenses", "Expense"),
  integration("tlyr", "TrueLayer", "Banking"),
  integration("rwuv", "Oracle NetSuite", "Accounting", { beta: true }),
  integration("othr", "Business files", "Other"),
  integration("unkn", "Retired platform", "Unknown", { enabled: false })
]

const byKey: ReadonlyMap<string, IntegrationState> = new Map(integrations.map((item) => [item.key, item]))

export const get = (key: string): IntegrationState | undefined => byKey.get(key)

/** The JSON of `GET /integrations/{platformKey}/branding`. */
export const branding = (item: IntegrationState) => {
  const image = (folder: string, alt: string) => ({
    image: {
      src: `https://static.codat.io/public/${folder}/${item.integrationId}.png`,
      alt: `${item.name.toLowerCase()} ${alt}`
    }
  })
  return {
    logo: {
      full: image("officialLogos/Full", "full icon"),
      square: image("officialLogos/Square", "square icon")
    },
    button: {
      default: image("officialButtons/Full", "default button icon"),
      hover: image("officialButtons/Hover", "hover button icon")
    },
    sourceId: item.sourceId
  }
}
