/**
 * The operations of `Integrations`.
 */
import type { Handler, Incoming } from "./Gate.ts"
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

/** Answers with a value of an integration, or 404. */
export const within =
  (f: (integration: IntegrationState, incoming: Incoming) => Reply.Reply): Handler =>
  (incoming) => {
    const key = incoming.params["platformKey"] ?? ""
    const integration = Integrations.get(key)
    return integration === undefined
      ? Reply.problem(404, `No integration was found with platform key ${key}`)
      : f(integration, incoming)
  }

/** `GET /integrations/{platformKey}` */
export const get: Handler = within((integration) => Reply.value(integration))

/** `GET /integrations/{platformKey}/branding` */
export const branding: Handler = within((integration) => Reply.value(Integrations.branding(integration)))
