/**
 * The operations of `CustomData`.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Body from "./Body.ts"
import type { CustomConfigJson, CustomRecordJson } from "./CustomData.ts"
import * as DataHandlers from "./DataHandlers.ts"
import type { CompanyEntry, ConnectionEntry } from "./Entries.ts"
import type { Handler, Incoming } from "./Gate.ts"
import * as IntegrationHandlers from "./IntegrationHandlers.ts"
import * as Paging from "./Paging.ts"
import type * as Query from "./Query.ts"
import * as Read from "./Read.ts"
import * as Reply from "./Reply.ts"
import type { State } from "./State.ts"
import * as Within from "./Within.ts"

const invalid = (itemId: string, message: string): Reply.Problem =>
  Reply.invalid(itemId, message, "CustomDataTypeValidator")

const notConfigured = (identifier: string): Reply.Problem =>
  Reply.problem(404, `No custom data type ${identifier} is configured for this integration`)

/** `GET /integrations/{platformKey}/dataTypes/custom/{customDataIdentifier}` */
export const configuration = (state: State): Handler =>
  IntegrationHandlers.within(({ key }, { params }) => {
    const identifier = params["customDataIdentifier"] ?? ""
    const found = state.customData.get(key, identifier)
    return found === undefined ? notConfigured(identifier) : Reply.value(found)
  })

const configOf = (body: string): Result.Result<CustomConfigJson, Reply.Problem> =>
  Result.flatMap(Body.object(body), ({ dataSource, keyBy, requiredData, sourceModifiedDate }) => {
    if (Predicate.isNotNullish(dataSource) && !Predicate.isString(dataSource)) {
      return Result.fail(invalid("dataSource", "dataSource must be a string."))
    }
    if (Predicate.isNotNullish(requiredData) && !Body.isStrings(requiredData)) {
      return Result.fail(invalid("requiredData", "requiredData must be an object of strings."))
    }
    if (Predicate.isNotNullish(keyBy) && !(Body.isStringArray(keyBy) && keyBy.length > 0)) {
      return Result.fail(invalid("keyBy", "keyBy must be a list of at least one string."))
    }
    if (Predicate.isNotNullish(sourceModifiedDate) && !Body.isStringArray(sourceModifiedDate)) {
      return Result.fail(invalid("sourceModifiedDate", "sourceModifiedDate must be a list of strings."))
    }
    return Result.succeed({
      dataSource: dataSource ?? undefined,
      requiredData: requiredData ?? undefined,
      keyBy: keyBy ?? undefined,
      sourceModifiedDate: sourceModifiedDate ?? undefined
    })
  })

/** `PUT /integrations/{platformKey}/dataTypes/custom/{customDataIdentifier}` */
export const configure = (state: State): Handler =>
  IntegrationHandlers.within(({ key }, { body, params }) => {
    const config = configOf(body)
    if (Result.isFailure(config)) return config.failure
    state.customData.set(key, params["customDataIdentifier"] ?? "", config.success)
    return Reply.value(config.success)
  })

const ofCustomData = (
  state: State,
  f: (about: {
    readonly company: CompanyEntry
    readonly connection: ConnectionEntry
    readonly identifier: string
    readonly config: CustomConfigJson
    readonly incoming: Incoming
  }) => Reply.Reply
): Handler =>
  Within.connection(state, (connection, incoming, company) => {
    const identifier = incoming.params["customDataIdentifier"] ?? ""
    const config = state.customData.get(connection.data.integrationKey, identifier)
    return config === undefined
      ? notConfigured(identifier)
      : f({ company, connection, identifier, config, incoming })
  })

/** `POST /companies/{companyId}/connections/{connectionId}/data/queue/custom/{customDataIdentifier}` */
export const refresh = (state: State): Handler =>
  ofCustomData(state, ({ company, connection, identifier, incoming: { now } }) => {
    const connections = connection.data.status === "Linked" ? [connection] : []
    const dataTypes = [identifier]
    const [read] = state.reads.start({ company, connections, dataTypes, kind: { of: "custom" }, now })
    return read === undefined
      ? DataHandlers.notLinked(`Data connection ${connection.data.id}`)
      : Reply.value(Read.toJson(read, now))
  })

// Codat documents neither `query` nor `orderBy` for these records.
const fields: Query.Fields<CustomRecordJson> = { of: "CustomDataTypeRecord", read: () => undefined }

/** `GET /companies/{companyId}/connections/{connectionId}/data/custom/{customDataIdentifier}` */
export const records = (state: State): Handler =>
  ofCustomData(state, ({ company, config, connection, identifier, incoming: { path, search } }) =>
    Paging.page({
      items: state.reads.hasRead(company, connection.data.id, identifier)
        ? state.customData.records(connection.data.id, identifier, config)
        : [],
      fields,
      path,
      search,
      json: (record) => JSON.stringify(record),
      links: false
    })
  )
