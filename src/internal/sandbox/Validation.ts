/**
 * The issues that Codat finds in data that was read.
 */

interface Subject {
  readonly id: string
  readonly companyId: string
  readonly dataType: string
}

const rules: ReadonlyMap<string, readonly [ruleId: string, message: string, validatorName: string]> = new Map(
  [
    [
      "bills",
      ["accounting-bill-032", "The lines add up to 3201.20, and the bill says 3201.25", "BillValidator"]
    ],
    ["invoices", ["accounting-invoice-012", "The invoice is due before it was issued", "InvoiceValidator"]]
  ]
)

/** The response of `GET …/sync/{datasetId}/validation`: every read of bills or invoices has a warning. */
export const resultOf = (read: Subject) => {
  const rule = rules.get(read.dataType)
  if (rule === undefined) return { errors: [], warnings: [] }
  const [ruleId, message, validatorName] = rule
  return { errors: [], warnings: [{ ruleId, itemId: read.id, message, validatorName }] }
}

/** The issues as they are shown in an event. */
export const issues = (read: Subject, status: string): ReadonlyArray<unknown> => {
  const found =
    status !== "Complete"
      ? { type: `error.${status}`, message: `The read ended with the status ${status}.` }
      : rules.has(read.dataType)
        ? { type: "warning.validation", message: `There are warnings about these ${read.dataType}.` }
        : undefined
  if (found === undefined) return []
  return [
    {
      ...found,
      links: {
        logs: `https://api.codat.io/companies/${read.companyId}/sync/${read.id}/validation`,
        portal: `https://app.codat.io/companies/${read.companyId}/pull-history`,
        readMore: `https://docs.codat.io/using-the-api/get-data-troubleshooting#${found.type}`
      }
    }
  ]
}
