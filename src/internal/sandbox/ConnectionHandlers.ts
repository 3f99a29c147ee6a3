/**
 * The operations of `Connections`.
 */
import * as Predicate from "effect/Predicate"
import * as Body from "./Body.ts"
import type { Handler } from "./Gate.ts"
import * as Integrations from "./Integrations.ts"
import * as Linking from "./Linking.ts"
import * as Paging from "./Paging.ts"
import * as Query from "./Query.ts"
import * as Reply from "./Reply.ts"
import * as Seed from "./Seed.ts"
import type { ConnectionEntry, State } from "./State.ts"
import * as Within from "./Within.ts"

const fields = Query.fields<ConnectionEntry>({
  of: "Connection",
  plain: [
    "id",
    "integrationId",
    "integrationKey",
    "sourceId",
    "platformName",
    "linkUrl",
    "status",
    "lastSync",
    "created",
    "sourceType"
  ],
  nested: ["dataConnectionErrors", "connectionInfo"],
  from: (entry) => entry.data
})

/** `GET /companies/{companyId}/connections` */
export const list = (state: State): Handler =>
  Within.company(state, (company, { path, search }) =>
    Paging.page({ items: company.connections, fields, path, search, json: (entry) => entry.json })
  )

/** `GET /companies/{companyId}/connections/{connectionId}` */
export const get = (state: State): Handler =>
  Within.connection(state, (connection) => Reply.json(connection.json))

/** `POST /companies/{companyId}/connections`. Its body is an object; earlier versions of the API took a JSON string. */
export const create = (state: State): Handler =>
  Within.company(state, (company, { body, now, settings }) => {
    const value = Body.parse(body)
    if (value === Body.malformed) return Body.notJson
    if (settings.strict && Predicate.isString(value)) {
      return Reply.badRequest("the body must be an object with a platformKey.")
    }
    const key = Predicate.isObject(value) && !Array.isArray(value) ? value["platformKey"] : value
    if (!Predicate.isString(key) || !/^[a-z]{4}$/.test(key)) {
      return Reply.badRequest("not valid.", [
        {
          itemId: "platformKey",
          message: "platformKey must be four lower-case letters.",
          validatorName: "PlatformKey"
        }
      ])
    }
    const platform = Integrations.get(key)
    if (platform === undefined) return Reply.badRequest(`no integration has the platform key ${key}.`)
    return Reply.json(state.makeConnection(company, platform, Seed.wholeSeconds(now)).json)
  })

/** `PATCH /companies/{companyId}/connections/{connectionId}`, which can only unlink. */
export const unlink = (state: State): Handler =>
  Within.connection(state, (connection, { body }) => {
    const value = Body.parse(body)
    if (value === Body.malformed) return Body.notJson
    if (!Predicate.isObject(value) || value["status"] !== "Unlinked") {
      return Reply.badRequest("the status can only be set to Unlinked.", [
        {
          itemId: "status",
          message: "status must be Unlinked, spelled so.",
          validatorName: "DataConnectionStatus"
        }
      ])
    }
    const other = Object.keys(value).find((name) => name !== "status")
    if (other !== undefined) return Reply.badRequest(`the body has no property ${other}.`)
    const { status } = connection.data
    if (status !== "Linked" && status !== "Deauthorized") {
      return Reply.badRequest(`a connection in the ${status} state cannot be unlinked.`)
    }
    connection.update({ status: "Unlinked" })
    return Reply.json(connection.json)
  })

/** `PUT /companies/{companyId}/connections/{connectionId}/authorization` */
export const updateAuthorization = (state: State): Handler =>
  Within.connection(state, (connection, { body, now, settings }, company) => {
    const value = Body.parse(body)
    if (value === Body.malformed) return Body.notJson
    if (!Body.isStrings(value))
      return Reply.badRequest("the body must be an object whose values are strings.")
    if (Object.keys(value).length === 0) return Reply.badRequest("the body holds no credentials.")
    Linking.link(company, connection, { now, isOnlyAccounting: settings.oneAccountingConnection })
    return Reply.json(connection.json)
  })

/** `DELETE /companies/{companyId}/connections/{connectionId}` */
export const remove = (state: State): Handler =>
  Within.connection(state, (connection, _, company) => {
    company.remove(connection)
    return Reply.json("true")
  })
