/**
 * One connection as an endpoint: what `Connections.get` reads, and what is read again and again to wait for a change.
 */
import { Connection } from "../Connection.ts"
import type { ConnectionOptions } from "../Connections.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Input from "./Input.ts"

export const connectionOf = { companyId: Input.id, connectionId: Input.id }

export const connectionPath = ({ companyId, connectionId }: ConnectionOptions): string =>
  Endpoint.path`/companies/${companyId}/connections/${connectionId}`

export const endpoint: Endpoint.Endpoint<ConnectionOptions, Connection> = {
  operation: "Connections.get",
  method: "GET",
  input: connectionOf,
  path: connectionPath,
  output: Endpoint.json(Connection)
}
