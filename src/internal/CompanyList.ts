/**
 * The list of companies as an endpoint: what `Companies` reads, and `Connections.listAll` after it.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import type { ListOptions, PageOptions } from "../Companies.ts"
import { Company } from "../Company.ts"
import { Connection } from "../Connection.ts"
import * as Page from "../Page.ts"
import * as Input from "./Input.ts"
import * as List from "./List.ts"
import * as Decode from "./model/Decode.ts"

const decodeConnection = Decode.compile(Connection)

/** One connection that cannot be decoded is no reason to lose a company and all of its others. */
const withoutBadConnections = (row: unknown): List.Mended => {
  if (!Predicate.isObject(row) || !Array.isArray(row["dataConnections"])) return { row, faults: [] }
  const faults: Array<Decode.DecodeIssue> = []
  const dataConnections = row["dataConnections"].filter((value, index) => {
    const decoded = decodeConnection(value)
    if (Result.isSuccess(decoded)) return true
    const { message, path } = decoded.failure
    faults.push({ path: ["dataConnections", index, ...path], message })
    return false
  })
  return { row: { ...row, dataConnections }, faults }
}

export const companies: List.Description<PageOptions, ListOptions, Company> = {
  input: {
    query: Input.optional(Input.query),
    orderBy: Input.optional(Input.orderBy),
    tags: Input.optional(Input.query),
    ...List.paged
  },
  path: () => "/companies",
  query: ({ orderBy, query, tags }) => [
    ["query", query],
    ["orderBy", orderBy],
    ["tags", tags]
  ],
  one: ({ orderBy, pageSize, query, tags }, page) => ({ query, orderBy, tags, page, pageSize }),
  page: Page.make(Company),
  item: Company,
  mend: withoutBadConnections
}
