/**
 * The hand-written decoder of a company: see `Fast` for the why, and `Company` for the schema it follows.
 */
import type { Company, CompanyReference, Tags } from "../Company.ts"
import * as Fast from "./Fast.ts"
import * as FastConnection from "./FastConnection.ts"

const string: Fast.Decoder<string> = (input) => (typeof input === "string" ? input : Fast.declined)

const optionalTags = (input: unknown): Tags | undefined | Fast.Declined => {
  const tags = Fast.optionalObject(input)
  if (tags === undefined || tags === Fast.declined) return tags
  const names = Object.keys(tags)
  const out: Record<string, string> = {}
  for (const name of names) {
    const value = tags[name]
    // A tag without a value, and a name that an object literal would take for something else, are the schema's.
    if (typeof value !== "string" || name === "__proto__") return Fast.declined
    out[name] = value
  }
  return out
}

const optionalLinks = (input: unknown): CompanyReference["links"] | Fast.Declined => {
  if (input === undefined || input === null) return undefined
  if (!Fast.isObject<NonNullable<CompanyReference["links"]>>(input)) return Fast.declined
  const portal = Fast.optionalString(input.portal)
  return portal === Fast.declined ? portal : portal === undefined ? {} : { portal }
}

const reference: Fast.Decoder<CompanyReference> = (input) => {
  if (!Fast.isObject<CompanyReference>(input)) return Fast.declined
  const id = Fast.optionalString(input.id)
  const name = Fast.optionalString(input.name)
  const description = Fast.optionalString(input.description)
  const links = optionalLinks(input.links)
  const tags = optionalTags(input.tags)
  if (
    id === Fast.declined ||
    name === Fast.declined ||
    description === Fast.declined ||
    links === Fast.declined ||
    tags === Fast.declined
  ) {
    return Fast.declined
  }
  const out: Fast.Mutable<CompanyReference> = {}
  if (id !== undefined) out.id = id
  if (name !== undefined) out.name = name
  if (description !== undefined) out.description = description
  if (links !== undefined) out.links = links
  if (tags !== undefined) out.tags = tags
  return out
}

export const company: Fast.Decoder<Company> = (input) => {
  if (!Fast.isObject<Company>(input)) return Fast.declined
  const { id, name, redirect } = input
  if (typeof id !== "string" || typeof name !== "string" || typeof redirect !== "string") return Fast.declined
  const description = Fast.optionalString(input.description)
  const lastSync = Fast.optionalUtc(input.lastSync)
  const created = Fast.optionalUtc(input.created)
  const createdByUserName = Fast.optionalString(input.createdByUserName)
  const products = Fast.optionalArray(input.products, string)
  const tags = optionalTags(input.tags)
  const parent = input.referenceParentCompany
  const referenceParentCompany = parent === undefined || parent === null ? undefined : reference(parent)
  const referenceSubsidiaryCompanies = Fast.optionalArray(input.referenceSubsidiaryCompanies, reference)
  const dataConnections = Fast.optionalArray(input.dataConnections, FastConnection.connection)
  if (
    description === Fast.declined ||
    lastSync === Fast.declined ||
    created === Fast.declined ||
    createdByUserName === Fast.declined ||
    products === Fast.declined ||
    tags === Fast.declined ||
    referenceParentCompany === Fast.declined ||
    referenceSubsidiaryCompanies === Fast.declined ||
    dataConnections === Fast.declined
  ) {
    return Fast.declined
  }
  const out: Fast.Mutable<Company> = { id, name, redirect, dataConnections: dataConnections ?? [] }
  if (description !== undefined) out.description = description
  if (lastSync !== undefined) out.lastSync = lastSync
  if (created !== undefined) out.created = created
  if (createdByUserName !== undefined) out.createdByUserName = createdByUserName
  if (products !== undefined) out.products = products
  if (tags !== undefined) out.tags = tags
  if (referenceParentCompany !== undefined) out.referenceParentCompany = referenceParentCompany
  if (referenceSubsidiaryCompanies !== undefined) {
    out.referenceSubsidiaryCompanies = referenceSubsidiaryCompanies
  }
  return out
}
