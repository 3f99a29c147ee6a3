/**
 * Which data types a source has, and which of them Codat reads at first, supplements and writes.
 */
import * as DataType from "../../DataType.ts"
import type { SourceType } from "./Model.ts"

type Known = DataType.KnownDataType

const all = DataType.knownDataTypes
const banking = all.filter((dataType) => dataType.startsWith("banking-"))
const commerce = all.filter((dataType) => dataType.startsWith("commerce-"))
const accounting = all.filter((dataType) => !banking.includes(dataType) && !commerce.includes(dataType))

const bySource: { readonly [Type in SourceType]: ReadonlyArray<Known> } = {
  Accounting: accounting,
  Banking: banking,
  BankFeed: ["bankAccounts"],
  Commerce: commerce,
  Expense: [],
  Other: [],
  Unknown: []
}

/** The data types that a source of this type has. */
export const of = (sourceType: SourceType): ReadonlyArray<string> => bySource[sourceType]

/** The data types that are read when a company links, unless its sync settings say otherwise. */
export const onFirstLink: ReadonlySet<string> = new Set<Known>([
  "balanceSheet",
  "bankAccounts",
  "bills",
  "chartOfAccounts",
  "company",
  "customers",
  "invoices",
  "profitAndLoss",
  "suppliers",
  "banking-accounts",
  "banking-transactions",
  "commerce-companyInfo",
  "commerce-orders",
  "commerce-payments"
])

/** The data types that can have supplemental data. */
export const supplemental: ReadonlySet<string> = new Set<Known>([
  "chartOfAccounts",
  "bills",
  "company",
  "creditNotes",
  "customers",
  "invoices",
  "items",
  "journalEntries",
  "suppliers",
  "taxRates",
  ...commerce
])

/** The data types that can be written to accounting software. */
export const writable: ReadonlySet<string> = new Set<Known>([
  "bankAccounts",
  "bankTransactions",
  "billCreditNotes",
  "billPayments",
  "bills",
  "chartOfAccounts",
  "creditNotes",
  "customers",
  "directCosts",
  "directIncomes",
  "invoices",
  "items",
  "journalEntries",
  "journals",
  "payments",
  "purchaseOrders",
  "suppliers",
  "transfers"
])
