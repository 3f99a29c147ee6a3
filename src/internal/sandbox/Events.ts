/**
 * The webhook events of changes.
 */
import type { Change } from "./Entries.ts"
import type { CompanyJson } from "./Model.ts"

/** Codat's event type for a change, where there is one. */
export const eventTypeOf = (change: Change): string | undefined => {
  switch (change.of) {
    case "company":
      return change.isNew ? "company.created" : "company.deleted"
    case "product":
      return change.isNew ? "company.product.added" : "company.product.removed"
    case "read":
      return change.isInitial ? "read.completed.initial" : "read.completed"
    case "connection": {
      const { after, before } = change
      if (before === undefined) return "connection.created"
      if (after === undefined) return "connection.deleted"
      if (after.status === "Linked") {
        if (before.status === "Linked") return undefined
        return before.status === "PendingAuth" ? "connection.connected" : "connection.reconnected"
      }
      return before.status === "Linked" ? "connection.disconnected" : undefined
    }
  }
}

export const reference = ({ description, id, name, tags }: CompanyJson) => ({
  id,
  name,
  description,
  links: { portal: `https://app.codat.io/companies/${id}/summary` },
  tags
})

/** `bank-feeds` as a person would write it: `Bank feeds`. */
const productName = (id: string): string => `${id.charAt(0).toUpperCase()}${id.slice(1).replaceAll("-", " ")}`

export const payloadOf = (change: Change) => {
  const { company } = change
  switch (change.of) {
    case "company":
      return company
    case "connection":
      return { referenceCompany: reference(company), connection: change.after ?? change.before }
    case "product":
      return {
        id: company.id,
        name: company.name,
        description: company.description,
        productId: change.productId,
        productName: productName(change.productId),
        products: company.products
      }
    case "read":
      return {
        referenceCompany: reference(company),
        modifiedFromDate: change.modifiedFrom,
        dataTypes: change.reads
      }
  }
}
