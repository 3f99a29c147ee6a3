/**
 * The schema of a sandbox's state, for states that come from files, from requests and from JSON of a program.
 */
import * as Schema from "effect/Schema"
import { open } from "./Must.ts"

// Assigned one by one, because a bundler keeps the whole module when a namespace is destructured.
const Num = Schema.Finite
const Str = Schema.String
const Bool = Schema.Boolean
const optional = Schema.optional
const list = Schema.Array
const struct = Schema.Struct
const texts = Schema.Record(Str, Str)

const ConnectionError = struct({
  statusCode: Str,
  statusText: Str,
  errorMessage: Str,
  erroredOnUtc: Str,
  status: optional(Schema.Literals(["Active", "Resolved"])),
  resolvedOnUtc: optional(Str)
})

export const connection = {
  id: Str,
  integrationId: Str,
  integrationKey: Str,
  sourceId: Str,
  platformName: Str,
  linkUrl: Str,
  status: Schema.Literals(["PendingAuth", "Linked", "Unlinked", "Deauthorized"]),
  lastSync: optional(Str),
  created: Str,
  sourceType: Schema.Literals([
    "Accounting",
    "Banking",
    "BankFeed",
    "Commerce",
    "Expense",
    "Other",
    "Unknown"
  ]),
  dataConnectionErrors: optional(list(ConnectionError)),
  connectionInfo: optional(Schema.Record(Str, Schema.Unknown))
}

export const company = {
  id: Str,
  name: Str,
  description: optional(Str),
  redirect: Str,
  lastSync: optional(Str),
  created: Str,
  createdByUserName: optional(Str),
  products: list(Str),
  tags: texts,
  ownerUserIds: list(Str),
  referenceSubsidiaryCompanies: list(Schema.Never)
}

const Read = open({
  id: Str,
  companyId: Str,
  connectionId: Str,
  dataType: Str,
  requestedAt: Num,
  requested: Str,
  end: optional(open({ status: Str, completed: optional(Str), errorMessage: optional(Str) }))
})

const Running = open({
  ids: list(Str),
  due: Num,
  kind: Schema.Union([
    struct({ of: Schema.Literals(["refresh", "initial", "custom"]) }),
    struct({ of: Schema.Literal("product"), productId: Str })
  ]),
  modifiedFrom: optional(Str)
})

const Push = open({
  dataType: Str,
  companyId: Str,
  pushOperationKey: Str,
  dataConnectionKey: Str,
  requestedOnUtc: Str,
  completedOnUtc: optional(Str),
  timeoutInMinutes: Num,
  status: Schema.Literals(["Pending", "Failed", "Success", "TimedOut"]),
  statusCode: Num
})

const SyncSettings = open({
  settings: list(
    open({
      dataType: Str,
      fetchOnFirstLink: Bool,
      syncSchedule: Num,
      syncOrder: Num,
      syncFromUtc: optional(Str),
      syncFromWindow: optional(Num),
      monthsToSync: optional(Num),
      isLocked: optional(Bool)
    })
  ),
  overridesDefaults: Bool
})

const Account = open({
  profile: open({
    name: Str,
    logoUrl: optional(Str),
    iconUrl: optional(Str),
    redirectUrl: Str,
    whiteListUrls: optional(list(Str)),
    apiKey: Str,
    confirmCompanyName: optional(Bool)
  }),
  corsOrigins: list(Str),
  supplementalData: Schema.Record(Str, Schema.Unknown)
})

const CustomConfig = open({
  dataSource: optional(Str),
  requiredData: optional(texts),
  keyBy: optional(list(Str)),
  sourceModifiedDate: optional(list(Str))
})

const Position = Schema.Tuple([Num, Num, Num, Num])

export const State = open({
  version: Num.annotate({ description: "1" }),
  companies: list(
    open({
      company: open(company),
      connections: list(open(connection)),
      reads: optional(list(Read)),
      running: optional(list(Running)),
      pushes: optional(list(Push)),
      syncSettings: optional(SyncSettings)
    })
  ),
  clockOffset: optional(Num.annotate({ description: "How far the clock is ahead, in milliseconds" })),
  quota: optional(
    struct({
      limit: Num,
      used: Num,
      resetsAt: optional(Num.annotate({ description: "Milliseconds since 1970" }))
    })
  ),
  chance: optional(Schema.Record(Str, Position)),
  random: optional(Schema.Record(Str, Position)),
  account: optional(Account),
  apiKeys: optional(list(open({ id: Str, name: optional(Str), apiKey: Str, createdDate: Str }))),
  consumers: optional(
    list(
      open({
        id: Str,
        url: Str,
        disabled: Bool,
        eventTypes: list(Str),
        companyTags: optional(list(Str))
      })
    )
  ),
  customData: optional(Schema.Record(Str, CustomConfig)),
  syncSettings: optional(SyncSettings)
}).annotate({ identifier: "State" })
