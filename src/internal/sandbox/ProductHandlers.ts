/**
 * The operations of `Products`.
 */
import * as Result from "effect/Result"
import * as DataType from "../../DataType.ts"
import * as Body from "./Body.ts"
import * as DataHandlers from "./DataHandlers.ts"
import type { CompanyEntry } from "./Entries.ts"
import type { Handler, Incoming } from "./Gate.ts"
import * as Reply from "./Reply.ts"
import type { State } from "./State.ts"
import * as Within from "./Within.ts"

/** Codat's own products; any other product is a custom one. */
const standard = new Set(["bank-feeds", "lending", "payables", "expenses"])

const noProduct = (id: string): Reply.Problem =>
  Reply.problem(404, `No product was found with identifier ${id}`)

const ofProduct = (
  state: State,
  f: (company: CompanyEntry, id: string, incoming: Incoming) => Reply.Reply
): Handler =>
  Within.company(state, (company, incoming) => {
    const id = incoming.params["productIdentifier"] ?? ""
    return /^[a-z0-9][a-z0-9-]*$/i.test(id) ? f(company, id, incoming) : noProduct(id)
  })

/** `PUT /companies/{companyId}/products/{productIdentifier}` */
export const add = (state: State): Handler =>
  ofProduct(state, (company, id) => {
    if (!company.data.products.includes(id)) state.setProduct(company, id, true)
    return Reply.noContent
  })

/** `DELETE /companies/{companyId}/products/{productIdentifier}` */
export const remove = (state: State): Handler =>
  ofProduct(state, (company, id) => {
    if (!company.data.products.includes(id)) return noProduct(id)
    state.setProduct(company, id, false)
    return Reply.noContent
  })

const dataTypesOf = (body: string): Result.Result<ReadonlyArray<string> | undefined, Reply.Problem> => {
  if (body === "") return Result.succeed(undefined)
  const read = Body.object(body)
  if (Result.isFailure(read)) return Result.fail(read.failure)
  const { dataTypes, ...others } = read.success
  const [other] = Object.keys(others)
  if (other !== undefined) return Result.fail(Reply.badRequest(`the body has no property ${other}.`))
  if (dataTypes === undefined) return Result.succeed(undefined)
  if (!Body.isStringArray(dataTypes)) {
    return Result.fail(Reply.badRequest("dataTypes must be a list of strings."))
  }
  const wrong = dataTypes.find((dataType) => !DataType.isKnownDataType(dataType))
  return wrong === undefined
    ? Result.succeed(dataTypes)
    : Result.fail(
        Reply.badRequest(`${wrong} is not valid here; valid are ${DataType.knownDataTypes.join(", ")}.`)
      )
}

/** `POST /companies/{companyId}/products/{productIdentifier}/refresh`, for custom products only. */
export const refresh = (state: State): Handler =>
  ofProduct(state, (company, id, { body, now }) => {
    if (standard.has(id)) return Reply.badRequest(`${id} is not a custom product.`)
    if (!company.data.products.includes(id)) return noProduct(id)
    const dataTypes = dataTypesOf(body)
    if (Result.isFailure(dataTypes)) return dataTypes.failure
    if (state.reads.isRunning(company, id)) {
      return Reply.badRequest(`a sync of ${id} is in progress already.`)
    }
    const connections = company.connections.filter((connection) => connection.data.status === "Linked")
    if (connections.length === 0) return DataHandlers.notLinked(`Company ${company.data.id}`)
    state.reads.start({
      company,
      connections,
      dataTypes: dataTypes.success ?? [...state.syncSettings.onFirstLink(company)],
      kind: { of: "product", productId: id },
      now
    })
    return Reply.empty(202)
  })
