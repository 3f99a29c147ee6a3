import type { Handler } from "./Gate.ts"
import * as Integrations from "./Integrations.ts"
import type { IntegrationState } from "./Model.ts"
import * as Paging from "./Paging.ts"
import * as Query from "./Query.ts"
import * as Reply from "./Reply.ts"

const fields = Query.fields<IntegrationState>({
  of: "Integration",
  plain: [
    "key",
    "logoUrl",
    "name",
    "enabled",
    "sourceId",
    "sourceType",
    "integrationId",
    "isOfflineConnector",
    "isBeta",
    "dataProvidedBy"
  ],
  nested: ["datatypeFeatures"],
  from: (integration) => integration
})

/** `GET /integrations` */
export const list: Handler = ({ path, search }) =>
  Paging.page({
    items: Integrations.integrations,
    fields,
    path,
    search,
    json: (item) => JSON.stringify(item)
  })

const ofKey =
  (f: (integration: IntegrationState) => unknown): Handler =>
  ({ params }) => {
    const key = params["platformKey"] ?? ""
    const integration = Integrations.get(key)
    return integration === undefined
      ? Reply.problem(404, `No integration was found with platform key ${key}`)
      : Reply.json(JSON.stringify(f(integration)))
  }

/** `GET /integrations/{platformKey}` */
export const get: Handler = ofKey((integration) => integration)

/** `GET /integrations/{platformKey}/branding` */
export const branding: Handler = ofKey(Integrations.branding)
