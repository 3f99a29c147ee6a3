/**
 * The hand-written decoders of a connection: see `Fast` for the why, and `Connection` for the schemas they follow.
 */
import type {
  Connection,
  ConnectionStatus,
  DataConnectionError,
  DataConnectionErrorStatus,
  SourceType
} from "../Connection.ts"
import * as Fast from "./Fast.ts"

export const dataConnectionError: Fast.Decoder<DataConnectionError> = (input) => {
  if (!Fast.isObject<DataConnectionError>(input)) return Fast.declined
  const statusCode = Fast.optionalString(input.statusCode)
  const statusText = Fast.optionalString(input.statusText)
  const errorMessage = Fast.optionalString(input.errorMessage)
  const erroredOnUtc = Fast.optionalUtc(input.erroredOnUtc)
  const status = Fast.optionalOpen<DataConnectionErrorStatus>(input.status)
  const resolvedOnUtc = Fast.optionalUtc(input.resolvedOnUtc)
  if (
    statusCode === Fast.declined ||
    statusText === Fast.declined ||
    errorMessage === Fast.declined ||
    erroredOnUtc === Fast.declined ||
    status === Fast.declined ||
    resolvedOnUtc === Fast.declined
  ) {
    return Fast.declined
  }
  const out: Fast.Mutable<DataConnectionError> = {}
  if (statusCode !== undefined) out.statusCode = statusCode
  if (statusText !== undefined) out.statusText = statusText
  if (errorMessage !== undefined) out.errorMessage = errorMessage
  if (erroredOnUtc !== undefined) out.erroredOnUtc = erroredOnUtc
  if (status !== undefined) out.status = status
  if (resolvedOnUtc !== undefined) out.resolvedOnUtc = resolvedOnUtc
  return out
}

export const connection: Fast.Decoder<Connection> = (input) => {
  if (!Fast.isObject<Connection>(input)) return Fast.declined
  const { id, integrationId, sourceId, platformName, linkUrl } = input
  if (
    typeof id !== "string" ||
    typeof integrationId !== "string" ||
    typeof sourceId !== "string" ||
    typeof platformName !== "string" ||
    typeof linkUrl !== "string"
  ) {
    return Fast.declined
  }
  const integrationKey = Fast.optionalString(input.integrationKey)
  const sourceType = Fast.optionalOpen<SourceType>(input.sourceType)
  const status = Fast.optionalOpen<ConnectionStatus>(input.status)
  const lastSync = Fast.optionalUtc(input.lastSync)
  const created = Fast.optionalUtc(input.created)
  const dataConnectionErrors = Fast.optionalArray(input.dataConnectionErrors, dataConnectionError)
  const connectionInfo = Fast.optionalObject(input.connectionInfo)
  if (
    integrationKey === Fast.declined ||
    sourceType === Fast.declined ||
    status === Fast.declined ||
    lastSync === Fast.declined ||
    created === Fast.declined ||
    dataConnectionErrors === Fast.declined ||
    connectionInfo === Fast.declined
  ) {
    return Fast.declined
  }
  const out: Fast.Mutable<Connection> = { id, integrationId, sourceId, platformName, linkUrl }
  if (integrationKey !== undefined) out.integrationKey = integrationKey
  if (sourceType !== undefined) out.sourceType = sourceType
  if (status !== undefined) out.status = status
  if (lastSync !== undefined) out.lastSync = lastSync
  if (created !== undefined) out.created = created
  if (dataConnectionErrors !== undefined) out.dataConnectionErrors = dataConnectionErrors
  if (connectionInfo !== undefined) out.connectionInfo = connectionInfo
  return out
}
