/**
 * The platforms that the sandbox knows.
 */
import * as DataTypes from "./DataTypes.ts"
import type { IntegrationState, SourceType } from "./Model.ts"
import * as Prng from "./Prng.ts"

const features = (dataTypes: ReadonlyArray<string>): IntegrationState["datatypeFeatures"] =>
  dataTypes.map((datatype) => ({
    datatype,
    supportedFeatures: [
      { featureType: "Get", featureState: "Release" },
      ...(DataTypes.writable.has(datatype) ? [{ featureType: "Post", featureState: "Release" }] : [])
    ]
  }))

const dataTypeFeatures: { readonly [Type in SourceType]: IntegrationState["datatypeFeatures"] } = {
  Accounting: features(DataTypes.of("Accounting")),
  Banking: features(DataTypes.of("Banking")),
  BankFeed: features(DataTypes.of("BankFeed")),
  Commerce: features(DataTypes.of("Commerce")),
  Expense: [],
  Other: [],
  Unknown: []
}

// The ids of integrations are Codat's own, so they do not depend on the sandbox's seed.
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
    datatypeFeatures: dataTypeFeatures[sourceType]
  }
}

/** The platforms whose keys Codat publishes, alternating by source type. */
export const integrations: ReadonlyArray<IntegrationState> = [
  integration("gbol", "Xero", "Accounting"),
  integration("dfxm", "Basiq", "Banking"),
  integration("qhyg", "QuickBooks Online", "Accounting"),
  integration("fztf", "Shopify", "Commerce"),
  integration("suuo", "Plaid", "Banking"),
  integration("trji", "Dynamics 365 Business Central", "Accounting"),
  integration("ugxp", "Zettle", "Commerce"),
  integration("pqsw", "QuickBooks Desktop", "Accounting", { offline: true }),
  integration("upvr", "TrueLayer", "Banking"),
  integration("exgd", "Stripe", "Commerce"),
  integration("akxx", "Oracle NetSuite", "Accounting"),
  integration("zsth", "Square", "Commerce"),
  integration("tgff", "Sage Accounting", "Accounting"),
  integration("qkdj", "Amazon Seller Central", "Commerce"),
  integration("fbrh", "FreeAgent", "Accounting"),
  integration("ltpp", "WooCommerce", "Commerce"),
  integration("knfz", "Sage Intacct", "Accounting"),
  integration("vqzp", "BigCommerce", "Commerce"),
  integration("vxvy", "FreshBooks", "Accounting"),
  integration("fqly", "Clover", "Commerce"),
  integration("rwuv", "Zoho Books", "Accounting"),
  integration("ldgh", "Lightspeed K", "Commerce"),
  integration("pdvj", "MYOB Business", "Accounting"),
  integration("hbql", "Sage 50", "Accounting", { offline: true }),
  integration("jcrp", "Sage 200", "Accounting"),
  integration("qudb", "Exact (Netherlands)", "Accounting"),
  integration("pbbf", "Exact (UK)", "Accounting"),
  integration("rqwd", "Dynamics 365 Finance & Operations", "Accounting"),
  integration("pbtz", "Wave", "Accounting"),
  integration("rvam", "Workday", "Accounting", { beta: true }),
  integration("mqjo", "Sandbox", "Accounting"),
  integration("ndsk", "QuickBooks Online Sandbox", "Accounting"),
  integration("aiwb", "Commerce Sandbox", "Commerce"),
  integration("lrhd", "Lightspeed K Sandbox", "Commerce"),
  integration("ltes", "Lightspeed K Trial", "Commerce"),
  integration("xcwv", "Square Sandbox", "Commerce"),
  integration("yzth", "Stripe Test", "Commerce"),
  integration("lqai", "Partner Commerce", "Commerce", { enabled: false })
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
