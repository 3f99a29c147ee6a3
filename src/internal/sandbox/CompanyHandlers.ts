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
  // What is read of the connections is read only where a query is about them.
  from: (entry) => entry.data,
  part: {
    dataConnections: (entry) => entry.connections.map((connection) => connection.data)
  }
})

/** In the `tags` parameter the names are the company's own tags, whatever they are. */
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

/** The name, description and tags of a body; those that are absent or null are left out, but null takes tags away. */
const details = (body: string): Result.Result<Details, Reply.Problem> => {
  const read = Body.object(body)
  if (Result.isFailure(read)) return Result.fail(read.failure)
  const { description, name, tags } = read.success
  let found: Details = tags === null ? { tags: {} } : {}
  if (Predicate.isNotNullish(name)) {
    if (!Predicate.isString(name)) return Result.fail(invalid("name", "name must be a string."))
    // Codat makes the company all the same, without the characters it does not allow.
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

/** `PUT /companies/{companyId}`: what the body leaves out is emptied. */
export const replace = (state: State): Handler =>
  Within.company(state, (company, { body }) => {
    const read = details(body)
    if (Result.isFailure(read)) return read.failure
    const { description, name, tags } = read.success
    if (name === undefined) return nameless
    company.update({ name, description, tags: { ...tags } })
    return Reply.json(company.json)
  })

/** `PATCH /companies/{companyId}`: what the body leaves out stays, and tags take the place of those before. */
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
