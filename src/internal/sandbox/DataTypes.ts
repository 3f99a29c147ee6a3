import type { SourceType } from "./Model.ts"

const accounting: ReadonlyArray<string> = [
  "accountTransactions",
  "balanceSheet",
  "bankAccounts",
  "bankTransactions",
  "billCreditNotes",
  "billPayments",
  "bills",
  "cashFlowStatement",
  "chartOfAccounts",
  "company",
  "creditNotes",
  "customers",
  "directCosts",
  "directIncomes",
  "invoices",
  "itemReceipts",
  "items",
  "journalEntries",
  "journals",
  "paymentMethods",
  "payments",
  "profitAndLoss",
  "purchaseOrders",
  "salesOrders",
  "suppliers",
  "taxRates",
  "trackingCategories",
  "transfers"
]

const banking: ReadonlyArray<string> = [
  "banking-accountBalances",
  "banking-accounts",
  "banking-transactionCategories",
  "banking-transactions"
]

const commerce: ReadonlyArray<string> = [
  "commerce-companyInfo",
  "commerce-customers",
  "commerce-disputes",
  "commerce-locations",
  "commerce-orders",
  "commerce-paymentMethods",
  "commerce-payments",
  "commerce-productCategories",
  "commerce-products",
  "commerce-taxComponents",
  "commerce-transactions"
]

/** Every data type that Codat documents. */
export const all: ReadonlyArray<string> = [...accounting, ...banking, ...commerce]

const known = new Set(all)

export const isKnown = (dataType: string): boolean => known.has(dataType)

const bySource: { readonly [Type in SourceType]: ReadonlyArray<string> } = {
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

/** What is read when a company links, unless its sync settings say otherwise. */
export const onFirstLink: ReadonlySet<string> = new Set([
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

/** The data types that can carry supplemental data. */
export const supplemental: ReadonlySet<string> = new Set([
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
export const writable: ReadonlySet<string> = new Set([
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
