/**
 * The operations of `Data`.
 */
import * as DataType from "../../DataType.ts"
import * as DataTypes from "./DataTypes.ts"
import type { CompanyEntry, ConnectionEntry } from "./Entries.ts"
import type { Handler } from "./Gate.ts"
import * as Paging from "./Paging.ts"
import * as Query from "./Query.ts"
import * as Read from "./Read.ts"
import * as Reply from "./Reply.ts"
import type { State } from "./State.ts"
import * as Validation from "./Validation.ts"
import * as Within from "./Within.ts"

const fields = Query.fields<Read.ReadJson>({
  of: "Dataset",
  plain: [
    "id",
    "companyId",
    "connectionId",
    "dataType",
    "status",
    "statusDescription",
    "errorMessage",
    "requested",
    "completed",
    "progress",
    // Not `isCompleted`, which Codat says cannot be queried.
    "isErrored"
  ],
  nested: [],
  from: (read) => read
})

const linkedOf = (company: CompanyEntry): ReadonlyArray<ConnectionEntry> =>
  company.connections.filter((connection) => connection.data.status === "Linked")

/** The problem of a refresh for a connection or company that is not linked. */
export const notLinked = (what: string): Reply.Problem =>
  Reply.badRequest(`${what} is not linked, so there is no data to refresh.`)

export const noDataType = (dataType: string): Reply.Problem =>
  Reply.invalid("dataType", `${dataType} is not a data type.`, "DataTypeValidator")

/** `POST /companies/{companyId}/data/all` */
export const refreshAll = (state: State): Handler =>
  Within.company(state, (company, { now }) => {
    const connections = linkedOf(company)
    if (connections.length === 0) return notLinked(`Company ${company.data.id}`)
    const wanted = state.syncSettings.onFirstLink(company)
    const dataTypes = DataType.knownDataTypes.filter(
      (dataType) =>
        wanted.has(dataType) &&
        connections.some(({ data }) => DataTypes.of(data.sourceType).includes(dataType))
    )
    state.reads.start({ company, connections, dataTypes, kind: { of: "refresh" }, now })
    return Reply.noContent
  })

/** `POST /companies/{companyId}/data/queue/{dataType}` */
export const refresh = (state: State): Handler =>
  Within.company(state, (company, { now, params, search }) => {
    const dataType = params["dataType"] ?? ""
    if (!DataType.isKnownDataType(dataType)) return noDataType(dataType)
    const id = search.get("connectionId")
    let connections = linkedOf(company)
    if (id !== null) {
      const connection = company.connection(id)
      if (connection === undefined) return Reply.noConnection(id)
      if (connection.data.status !== "Linked") return notLinked(`Data connection ${id}`)
      connections = [connection]
    }
    const [read] = state.reads.start({
      company,
      connections,
      dataTypes: [dataType],
      kind: { of: "refresh" },
      now
    })
    return read === undefined ? notLinked(`Company ${company.data.id}`) : Reply.value(Read.toJson(read, now))
  })

/** `GET /companies/{companyId}/dataStatus`, for each data type that has ever been read. */
export const status = (state: State): Handler =>
  Within.company(state, (company, { now, settings }) => {
    const latest = new Map<string, Read.ReadJson>()
    const successful = new Map<string, Read.ReadJson>()
    for (const read of state.reads.of(company)) {
      if (!DataType.isKnownDataType(read.dataType)) continue
      const json = Read.toJson(read, now)
      latest.set(read.dataType, json)
      if (json.status === "Complete") successful.set(read.dataType, json)
    }
    const never = settings.nulls ? DataType.knownDataTypes.map((dataType) => [dataType, null] as const) : []
    return Reply.value({
      ...Object.fromEntries(never),
      ...Object.fromEntries(
        [...latest].map(([dataType, { id, status }]) => [
          dataType,
          {
            dataType,
            lastSuccessfulSync: successful.get(dataType)?.completed,
            currentStatus: status,
            latestSyncId: id,
            latestSuccessfulSyncId: successful.get(dataType)?.id
          }
        ])
      )
    })
  })

/** `GET /companies/{companyId}/data/history` */
export const history = (state: State): Handler =>
  Within.company(state, (company, { now, path, search }) =>
    Paging.page({
      items: state.reads.of(company).map((read) => Read.toJson(read, now)),
      fields,
      path,
      search,
      json: (read) => JSON.stringify(read)
    })
  )

const ofRead = (state: State, f: (read: Read.Read, now: number) => unknown): Handler =>
  Within.company(state, (company, { now, params }) => {
    const id = params["datasetId"] ?? ""
    const read = state.reads.find(company, id)
    return read === undefined
      ? Reply.problem(404, `No dataset was found with ID ${id}`)
      : Reply.value(f(read, now))
  })

/** `GET /companies/{companyId}/data/history/{datasetId}` */
export const operation = (state: State): Handler => ofRead(state, Read.toJson)

/** `GET /companies/{companyId}/sync/{datasetId}/validation`; data that has not been read has no issues. */
export const validation = (state: State): Handler =>
  ofRead(state, (read) =>
    read.end?.status === "Complete" ? Validation.resultOf(read) : { errors: [], warnings: [] }
  )
