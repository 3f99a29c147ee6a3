/**
 * The operations of `Pushes`.
 */
import * as DataTypes from "./DataTypes.ts"
import type { Handler } from "./Gate.ts"
import * as Paging from "./Paging.ts"
import * as Pushes from "./Pushes.ts"
import * as Query from "./Query.ts"
import * as Reply from "./Reply.ts"
import type { State } from "./State.ts"
import * as Within from "./Within.ts"

const fields = Query.fields<Pushes.PushJson>({
  of: "PushOperation",
  plain: [
    "dataType",
    "companyId",
    "pushOperationKey",
    "dataConnectionKey",
    "requestedOnUtc",
    "completedOnUtc",
    "timeoutInMinutes",
    "status",
    "errorMessage",
    "statusCode"
  ],
  nested: ["changes", "validation"],
  from: (push) => push
})

/** `GET /companies/{companyId}/push` */
export const list = (state: State): Handler =>
  Within.company(state, (company, { path, search }) =>
    Paging.page({
      items: state.pushes.of(company),
      fields,
      path,
      search,
      json: (push) => JSON.stringify(push)
    })
  )

/** `GET /companies/{companyId}/push/{pushOperationKey}` */
export const get = (state: State): Handler =>
  Within.company(state, (company, { params }) => {
    const key = params["pushOperationKey"] ?? ""
    const push = state.pushes.find(company, key)
    return push === undefined
      ? Reply.problem(404, `No push operation was found with key ${key}`)
      : Reply.value(push)
  })

/** `GET /companies/{companyId}/connections/{connectionId}/options/{dataType}` */
export const options = (state: State): Handler =>
  Within.connection(state, ({ data }, { params }) => {
    const dataType = params["dataType"] ?? ""
    return DataTypes.writable.has(dataType) && DataTypes.of(data.sourceType).includes(dataType)
      ? Reply.value(Pushes.optionsOf(dataType))
      : Reply.problem(404, `${data.platformName} takes no records of ${dataType}`)
  })
