/**
 * Writes to accounting software, which Codat calls push operations: their history, and the options for new ones.
 */
import * as Schema from "effect/Schema"
import type { CompanyEntry } from "./Entries.ts"
import * as Ids from "./Ids.ts"
import type { ConnectionJson } from "./Model.ts"
import * as Must from "./Must.ts"
import * as Prng from "./Prng.ts"

export const Push = Must.open({
  changes: Schema.optional(
    Schema.Array(
      Must.open({
        type: Schema.Literals(["Created", "Modified", "Deleted"]),
        recordRef: Must.open({ id: Schema.String, dataType: Schema.String })
      })
    )
  ),
  dataType: Schema.String,
  companyId: Schema.String,
  pushOperationKey: Schema.String,
  dataConnectionKey: Schema.String,
  requestedOnUtc: Schema.String,
  completedOnUtc: Schema.optional(Schema.String),
  timeoutInMinutes: Schema.Finite,
  status: Schema.Literals(["Pending", "Failed", "Success", "TimedOut"]),
  errorMessage: Schema.optional(Schema.String),
  validation: Schema.optional(
    Must.open({ errors: Schema.Array(Schema.Unknown), warnings: Schema.Array(Schema.Unknown) })
  ),
  statusCode: Schema.Finite
})

/** A push operation as in Codat's JSON. */
export type PushJson = typeof Push.Type

export interface Pushes {
  /** The writes of a company, oldest first. */
  readonly of: (company: CompanyEntry) => ReadonlyArray<PushJson>
  readonly find: (company: CompanyEntry, key: string) => PushJson | undefined
  /** Gives a new company a history that fits its accounting connections. */
  readonly adopt: (company: CompanyEntry) => void
  readonly forget: (company: CompanyEntry) => void
  readonly restore: (company: CompanyEntry, pushes: ReadonlyArray<PushJson>) => void
}

const dataTypes = ["bills", "invoices", "customers", "suppliers", "journalEntries"] as const
const kinds = ["Created", "Created", "Modified", "Deleted"] as const

const outcomes: ReadonlyArray<Pick<PushJson, "status" | "statusCode" | "errorMessage" | "validation">> = [
  { status: "Success", statusCode: 200, validation: { errors: [], warnings: [] } },
  { status: "Success", statusCode: 200, validation: { errors: [], warnings: [] } },
  {
    status: "Failed",
    statusCode: 400,
    errorMessage: "The accounting software refused the record.",
    validation: {
      errors: [
        { itemId: "currency", message: "The currency is not enabled.", validatorName: "CurrencyValidator" }
      ],
      warnings: []
    }
  },
  { status: "TimedOut", statusCode: 504, errorMessage: "The accounting software did not answer in time." },
  { status: "Pending", statusCode: 202 }
]

const historyOf = (
  companyId: string,
  connections: ReadonlyArray<ConnectionJson>,
  random: Prng.Prng
): ReadonlyArray<PushJson> => {
  const pick = <A>(from: ReadonlyArray<A>, otherwise: A): A =>
    from[random.between(0, from.length - 1)] ?? otherwise
  const pushes: Array<PushJson> = []
  for (const { created, id, sourceType, status } of connections) {
    if (sourceType !== "Accounting" || status !== "Linked") continue
    for (let left = random.between(1, 4); left > 0; left--) {
      const requested = Date.parse(created) + random.between(1, 300) * 86_400_000
      const outcome = pick(outcomes, { status: "Pending", statusCode: 202 })
      const dataType = pick(dataTypes, "bills")
      pushes.push({
        changes:
          outcome.status === "Success"
            ? [{ type: pick(kinds, "Created"), recordRef: { id: random.uuid(), dataType } }]
            : [],
        dataType,
        companyId,
        pushOperationKey: random.uuid(),
        dataConnectionKey: id,
        requestedOnUtc: new Date(requested).toISOString(),
        ...(outcome.status === "Pending"
          ? undefined
          : { completedOnUtc: new Date(requested + random.between(300, 9000)).toISOString() }),
        timeoutInMinutes: 60,
        ...outcome
      })
    }
  }
  return pushes.sort((a, b) => Date.parse(a.requestedOnUtc) - Date.parse(b.requestedOnUtc))
}

export const make = (seed: number | string): Pushes => {
  const seeded = new Map<CompanyEntry, ReadonlyArray<ConnectionJson>>()
  const byCompany = new Map<CompanyEntry, ReadonlyArray<PushJson>>()
  const of = (company: CompanyEntry): ReadonlyArray<PushJson> => {
    const found = byCompany.get(company)
    if (found !== undefined) return found
    const { id } = company.data
    const made = historyOf(id, seeded.get(company) ?? [], Prng.make(seed, `pushes:${id}`))
    byCompany.set(company, made)
    seeded.delete(company)
    return made
  }
  return {
    of,
    find: (company, key) => of(company).find((push) => Ids.isSame(push.pushOperationKey, key)),
    adopt: (company) => {
      seeded.set(
        company,
        company.connections.map((connection) => connection.data)
      )
    },
    forget: (company) => {
      seeded.delete(company)
      byCompany.delete(company)
    },
    restore: (company, pushes) => {
      byCompany.set(company, pushes)
    }
  }
}

const property = (displayName: string, type: string, required: boolean, more?: object) => ({
  type,
  displayName,
  description: `${displayName} of the record`,
  required,
  ...more
})

const choice = (value: string, displayName: string) => ({
  value,
  type: "String",
  displayName,
  description: displayName,
  required: false
})

/** The options for writing a record of a data type: objects in lists in an object, nested as deep as Codat's. */
export const optionsOf = (dataType: string) => ({
  type: "Object",
  displayName: dataType,
  description: `What a record of ${dataType} takes`,
  required: true,
  properties: {
    reference: property("Reference", "String", false),
    issueDate: property("Issue date", "DateTime", true),
    currency: property("Currency", "String", true, {
      options: [choice("GBP", "British pound"), choice("USD", "US dollar")],
      validation: {
        warnings: [
          { field: "currency", details: "The currency must be enabled in the accounting software." }
        ],
        information: []
      }
    }),
    lineItems: property("Line items", "Array", true, {
      properties: {
        quantity: property("Quantity", "Number", true),
        accountRef: property("Account", "Object", true, {
          properties: { id: property("Account id", "String", true) }
        })
      }
    })
  }
})
