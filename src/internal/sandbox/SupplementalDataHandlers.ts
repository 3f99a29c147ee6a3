/**
 * The operations of `SupplementalData`.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Body from "./Body.ts"
import * as DataTypes from "./DataTypes.ts"
import type { Handler, Incoming } from "./Gate.ts"
import * as IntegrationHandlers from "./IntegrationHandlers.ts"
import * as Reply from "./Reply.ts"
import type { State } from "./State.ts"

const ofDataType = (f: (key: string, incoming: Incoming) => Reply.Reply): Handler =>
  IntegrationHandlers.within((integration, incoming) => {
    const dataType = incoming.params["dataType"] ?? ""
    return DataTypes.supplemental.has(dataType)
      ? f(`${integration.key}/${dataType}`, incoming)
      : Reply.problem(404, `${dataType} has no supplemental data`)
  })

/** `GET /integrations/{platformKey}/dataTypes/{dataType}/supplementalDataConfig` */
export const get = (state: State): Handler =>
  ofDataType((key) => {
    const found = state.account.supplementalData.get(key)
    return found === undefined
      ? Reply.problem(404, "No supplemental data is configured for this integration and data type")
      : Reply.value({ supplementalDataConfig: found })
  })

/** A data source with the properties that Codat has. */
const known = ([name, source]: readonly [string, unknown]) => {
  const { dataSource, pullData, pushData } = Body.isRecord(source) ? source : {}
  return [name, { dataSource, pullData, pushData }] as const
}

const isSource = (value: unknown): boolean =>
  Body.isRecord(value) &&
  (value["dataSource"] === undefined || Predicate.isString(value["dataSource"])) &&
  (value["pullData"] === undefined || Body.isStrings(value["pullData"])) &&
  (value["pushData"] === undefined || Body.isStrings(value["pushData"]))

/** `PUT /integrations/{platformKey}/dataTypes/{dataType}/supplementalDataConfig` */
export const configure = (state: State): Handler =>
  ofDataType((key, { body }) => {
    const read = Body.object(body)
    if (Result.isFailure(read)) return read.failure
    const config = read.success["supplementalDataConfig"] ?? {}
    if (!Body.isRecord(config) || !Object.values(config).every(isSource)) {
      return Reply.invalid(
        "supplementalDataConfig",
        "supplementalDataConfig must be an object of data sources.",
        "SupplementalDataValidator"
      )
    }
    state.account.supplementalData.set(key, Object.fromEntries(Object.entries(config).map(known)))
    return Reply.empty(200)
  })
