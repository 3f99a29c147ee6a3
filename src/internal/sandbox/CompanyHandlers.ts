/**
 * The operations of `Companies`.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Body from "./Body.ts"
import type { Handler } from "./Gate.ts"
import * as Paging from "./Paging.ts"
import * as Query from "./Query.ts"
import * as Reply from "./Reply.ts"
import * as Seed from "./Seed.ts"
import type { CompanyEntry, State } from "./State.ts"
import * as Within from "./Within.ts"

const fields = Query.fields<CompanyEntry>({
  of: "Company",
  plain: ["id", "name", "description", "redirect", "lastSync", "created", "createdByUserName", "products"],
  nested: ["tags", "dataConnections"],
  // The data of the connections is read only for a query that names them.
  from: (entry) => entry.data,
  part: {
    dataConnections: (entry) => entry.connections.map((connection) => connection.data)
  }
})

/** The fields of the `tags` parameter: the names of the company's own tags. */
const tagFields: Query.Fields<CompanyEntry> = {
  of: "Tags",
  read: (path) => (entry) => {
    const found = Object.entries(entry.data.tags).find(([tag]) => tag.toLowerCase() === path.toLowerCase())
    return found === undefined ? [] : [found[1]]
  }
}

/** `GET /companies` */
export const list =
  (state: State): Handler =>
  ({ path, search }) => {
    const tags = search.get("tags")
    return Paging.page({
      items: state.companies,
      fields,
      path,
      search,
      json: (entry) => entry.json,
      ...(tags === null || tags === ""
        ? undefined
        : { also: { name: "tags", test: Query.parse(tags, tagFields, ["=", "!=", "~"]) } })
    })
  }

interface Details {
  readonly name?: string
  readonly description?: string
  readonly tags?: { readonly [key: string]: string }
}

const invalid = (itemId: string, message: string): Reply.Problem =>
  Reply.invalid(itemId, message, "CompanyValidator")

/** The name, description and tags of a body. Absent and null properties are left out, but `tags: null` removes all tags. */
const details = (body: string): Result.Result<Details, Reply.Problem> => {
  const read = Body.object(body)
  if (Result.isFailure(read)) return Result.fail(read.failure)
  const { description, name, tags } = read.success
  let found: Details = tags === null ? { tags: {} } : {}
  if (Predicate.isNotNullish(name)) {
    if (!Predicate.isString(name)) return Result.fail(invalid("name", "name must be a string."))
    // Codat does not refuse a name with characters that are not allowed, but removes them.
    const allowed = name.replace(/[^A-Za-z0-9\s\-',&@.?!]/g, "")
    if (allowed.trim() === "") return Result.fail(invalid("name", "name must not be empty."))
    found = { ...found, name: allowed }
  }
  if (Predicate.isNotNullish(description)) {
    if (!Predicate.isString(description)) {
      return Result.fail(invalid("description", "description must be a string."))
    }
    found = { ...found, description }
  }
  if (Predicate.isNotNullish(tags)) {
    if (!Body.isStrings(tags)) return Result.fail(invalid("tags", "tags must be an object of strings."))
    const entries = Object.entries(tags)
    if (entries.length > 10) return Result.fail(invalid("tags", "there can be at most 10 tags."))
    if (entries.some(([tag, text]) => tag.length < 1 || tag.length > 27 || text.length > 100)) {
      return Result.fail(invalid("tags", "a tag has 1 to 27 characters, its value at most 100."))
    }
    found = { ...found, tags }
  }
  return Result.succeed(found)
}

const nameless = invalid("name", "name is required.")

/** `POST /companies` */
export const create =
  (state: State): Handler =>
  ({ body, now }) => {
    const read = details(body)
    if (Result.isFailure(read)) return read.failure
    if (read.success.name === undefined) return nameless
    return Reply.json(state.makeCompany({ ...read.success, created: Seed.wholeSeconds(now) }).json)
  }

/** `GET /companies/{companyId}` */
export const get = (state: State): Handler => Within.company(state, (company) => Reply.json(company.json))

/** `PUT /companies/{companyId}`: properties that the body leaves out are cleared. */
export const replace = (state: State): Handler =>
  Within.company(state, (company, { body }) => {
    const read = details(body)
    if (Result.isFailure(read)) return read.failure
    const { description, name, tags } = read.success
    if (name === undefined) return nameless
    company.update({ name, description, tags: { ...tags } })
    return Reply.json(company.json)
  })

/** `PATCH /companies/{companyId}`: properties that the body leaves out do not change; `tags` replaces all tags. */
export const update = (state: State): Handler =>
  Within.company(state, (company, { body }) => {
    const read = details(body)
    if (Result.isFailure(read)) return read.failure
    company.update(read.success)
    return Reply.json(company.json)
  })

/** `DELETE /companies/{companyId}`, and with it all its connections. */
export const remove = (state: State): Handler =>
  Within.company(state, (company) => {
    state.removeCompany(company)
    return Reply.noContent
  })

/** `GET /companies/{companyId}/accessToken` */
export const accessToken = (state: State): Handler =>
  Within.company(state, (company, { now }) =>
    Reply.value(state.credentials.companyToken(company.data.id, now))
  )
