/**
 * The operations of `SyncSettings`.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as DataType from "../../DataType.ts"
import * as Body from "./Body.ts"
import type { Handler } from "./Gate.ts"
import * as Ids from "./Ids.ts"
import * as Reply from "./Reply.ts"
import type { State } from "./State.ts"
import type { SyncSettingJson } from "./SyncSettings.ts"
import * as Within from "./Within.ts"

const invalid = (itemId: string, message: string): Reply.Problem =>
  Reply.invalid(itemId, message, "SyncSettingsValidator")

const isCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0

const optional =
  <A>(test: (value: unknown) => value is A) =>
  (value: unknown): value is A | undefined | null =>
    value === undefined || value === null || test(value)

const isDate = (value: unknown): value is string =>
  Predicate.isString(value) && !Number.isNaN(Date.parse(value))

const setting = (value: unknown, at: number): Result.Result<SyncSettingJson, Reply.Problem> => {
  const wrong = (name: string, rule: string) =>
    Result.fail(invalid(`settings[${at}].${name}`, `${name} must be ${rule}.`))
  if (!Body.isRecord(value)) return Result.fail(invalid(`settings[${at}]`, "a setting must be an object."))
  const { dataType, fetchOnFirstLink, isLocked, monthsToSync } = value
  const { syncFromUtc, syncFromWindow, syncOrder, syncSchedule } = value
  if (!Predicate.isString(dataType) || !DataType.isKnownDataType(dataType))
    return wrong("dataType", "a data type")
  if (!Predicate.isBoolean(fetchOnFirstLink)) return wrong("fetchOnFirstLink", "true or false")
  if (!isCount(syncSchedule)) return wrong("syncSchedule", "a number of hours")
  if (!isCount(syncOrder)) return wrong("syncOrder", "a whole number, 0 or more")
  if (!optional(isDate)(syncFromUtc)) return wrong("syncFromUtc", "a date")
  if (!optional(isCount)(syncFromWindow)) return wrong("syncFromWindow", "a number of months")
  if (Predicate.isNotNullish(syncFromUtc) && Predicate.isNotNullish(syncFromWindow)) {
    return wrong("syncFromWindow", "left out where there is a syncFromUtc")
  }
  if (!optional(isCount)(monthsToSync)) return wrong("monthsToSync", "a number of months")
  if (!optional(Predicate.isBoolean)(isLocked)) return wrong("isLocked", "true or false")
  return Result.succeed({
    dataType,
    fetchOnFirstLink,
    syncSchedule,
    syncOrder,
    syncFromUtc: syncFromUtc ?? undefined,
    syncFromWindow: syncFromWindow ?? undefined,
    monthsToSync: monthsToSync ?? undefined,
    isLocked: isLocked ?? false
  })
}

/** The settings of a body, which must name their owner. */
const settings = (body: string, ownerName: "companyId" | "clientId", ownerId: string) =>
  Result.flatMap(Body.object(body), (value) => {
    const owner = value[ownerName]
    const { overridesDefaults, settings } = value
    if (!Predicate.isString(owner) || !Ids.isSame(owner, ownerId)) {
      return Result.fail(invalid(ownerName, `${ownerName} must be ${ownerId}.`))
    }
    if (!Predicate.isBoolean(overridesDefaults)) {
      return Result.fail(invalid("overridesDefaults", "overridesDefaults must be true or false."))
    }
    if (!Array.isArray(settings)) return Result.fail(invalid("settings", "settings must be a list."))
    const read: Array<SyncSettingJson> = []
    for (const [at, item] of settings.entries()) {
      const found = setting(item, at)
      if (Result.isFailure(found)) return Result.fail(found.failure)
      read.push(found.success)
    }
    return Result.succeed({ settings: read, overridesDefaults })
  })

/** `GET /companies/{companyId}/syncSettings` */
export const get = (state: State): Handler =>
  Within.company(state, (company) => Reply.value(state.syncSettings.of(company)))

/** `POST /companies/{companyId}/syncSettings` */
export const set = (state: State): Handler =>
  Within.company(state, (company, { body }) => {
    const read = settings(body, "companyId", company.data.id)
    if (Result.isFailure(read)) return read.failure
    state.syncSettings.set(company, read.success)
    return Reply.noContent
  })

/** `GET /profile/syncSettings` */
export const getDefaults =
  (state: State): Handler =>
  () =>
    Reply.value(state.syncSettings.defaults())

/** `POST /profile/syncSettings` */
export const setDefaults =
  (state: State): Handler =>
  ({ body }) => {
    const read = settings(body, "clientId", state.account.clientId)
    if (Result.isFailure(read)) return read.failure
    state.syncSettings.setDefaults(read.success)
    return Reply.noContent
  }
