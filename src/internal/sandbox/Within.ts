/**
 * Handlers for a company or one of its connections; they answer 404 when it does not exist.
 */
import type { CompanyEntry, ConnectionEntry } from "./Entries.ts"
import type { Handler, Incoming } from "./Gate.ts"
import * as Reply from "./Reply.ts"
import type { State } from "./State.ts"

export const company =
  (state: State, f: (company: CompanyEntry, incoming: Incoming) => Reply.Reply): Handler =>
  (incoming) => {
    const id = incoming.params["companyId"] ?? ""
    const found = state.company(id)
    return found === undefined ? Reply.noCompany(id) : f(found, incoming)
  }

export const connection = (
  state: State,
  f: (connection: ConnectionEntry, incoming: Incoming, company: CompanyEntry) => Reply.Reply
): Handler =>
  company(state, (found, incoming) => {
    const id = incoming.params["connectionId"] ?? ""
    const entry = found.connection(id)
    return entry === undefined ? Reply.noConnection(id) : f(entry, incoming, found)
  })
