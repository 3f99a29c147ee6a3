import { describe, expectTypeOf, it } from "@effect/vitest"
import type { DateTime, Effect, Redacted, Schema } from "effect"
import {
  type AccessToken,
  type ApiKey,
  ApiKeys,
  Client,
  Companies,
  CustomData,
  type CustomDataType,
  Data,
  DataStatus,
  type DataType,
  type Model,
  Operations,
  type Page,
  Products,
  type Profile,
  PullOperation,
  Pushes,
  type PushOperation,
  PushOption,
  Query,
  SupplementalData,
  type SupplementalDataConfiguration,
  type SyncSetting,
  SyncSettings,
  type ValidationResult,
  type WebhookConsumer,
  WebhookConsumers
} from "effect-codat"
import { effect, type Fails, type Needs, stream } from "../support/types.ts"

const companyId = "8a210b68-6988-11ed-a1eb-0242ac120002"
const connectionId = "2e2eb431-c1fa-4dc9-93fa-d29781c12bcd"
const datasetId = "05a27c8b-8a5c-4b0b-9c8e-0c3f3f2f2a11"
const settings: ReadonlyArray<SyncSetting.SyncSetting> = []
const ofPlatform = { platformKey: "gbol", customDataIdentifier: "Orders" }
const ofRecords = { companyId, connectionId, customDataIdentifier: "Orders" }

describe("operations", () => {
  it("answer with nothing where Codat does", () => {
    const all = [
      effect(Data.refreshAll({ companyId })),
      effect(Products.add({ companyId, productIdentifier: "lending" })),
      effect(Products.remove({ companyId, productIdentifier: "lending" })),
      effect(Products.refresh({ companyId, productIdentifier: "lending", dataTypes: ["invoices"] })),
      effect(SyncSettings.set({ companyId, settings, overridesDefaults: true })),
      effect(SyncSettings.setDefaults({ clientId: "c", settings, overridesDefaults: true })),
      effect(WebhookConsumers.delete({ webhookId: "w" })),
      effect(ApiKeys.delete({ apiKeyId: "k" })),
      effect(
        SupplementalData.configure({ platformKey: "gbol", dataType: "invoices", supplementalDataConfig: {} })
      )
    ] as const
    for (const self of all) {
      self.value.toEqualTypeOf<void>()
      self.error.toEqualTypeOf<Fails>()
      self.needs.toEqualTypeOf<Needs>()
    }
  })

  it("answer with a read", () => {
    const all = [
      effect(Data.refresh({ companyId, dataType: "invoices" })),
      effect(Data.operation({ companyId, datasetId })),
      effect(CustomData.refresh(ofRecords))
    ] as const
    for (const self of all) {
      self.value.toEqualTypeOf<PullOperation.PullOperation>()
      self.error.toEqualTypeOf<Fails>()
      self.needs.toEqualTypeOf<Needs>()
    }
  })

  it("answer with what each is about", () => {
    const status = effect(Data.status({ companyId }))
    status.value.toEqualTypeOf<DataStatus.DataStatuses>()
    const validation = effect(Data.validation({ companyId, datasetId }))
    validation.value.toEqualTypeOf<ValidationResult.ValidationResult>()
    const refreshed = effect(Data.awaitRefresh({ companyId, dataTypes: ["invoices"] }))
    refreshed.value.toEqualTypeOf<Data.Refreshed>()
    const recordCount = effect(CustomData.recordCount(ofRecords))
    recordCount.value.toEqualTypeOf<number>()
    const historyCount = effect(Data.historyCount({ companyId }))
    historyCount.value.toEqualTypeOf<number>()
    const token = effect(Companies.accessToken({ companyId }))
    token.value.toEqualTypeOf<AccessToken.AccessToken>()
    const consumers = effect(WebhookConsumers.list())
    consumers.value.toEqualTypeOf<ReadonlyArray<WebhookConsumer.WebhookConsumer>>()
    const consumer = effect(WebhookConsumers.create({ url: "https://example.com" }))
    consumer.value.toEqualTypeOf<WebhookConsumer.WebhookConsumer>()
    const zapier = effect(WebhookConsumers.rotateZapierKey())
    zapier.value.toEqualTypeOf<Redacted.Redacted<string>>()
    const ofCompany = effect(SyncSettings.get({ companyId }))
    ofCompany.value.toEqualTypeOf<SyncSetting.CompanySettings>()
    const defaults = effect(SyncSettings.getDefaults())
    defaults.value.toEqualTypeOf<SyncSetting.DefaultSettings>()
    const pushCount = effect(Pushes.count({ companyId }))
    pushCount.value.toEqualTypeOf<number>()
    const push = effect(Pushes.get({ companyId, pushOperationKey: "p" }))
    push.value.toEqualTypeOf<PushOperation.PushOperation>()
    const option = effect(Pushes.options({ companyId, connectionId, dataType: "invoices" }))
    option.value.toEqualTypeOf<PushOption.PushOption>()
    const keys = effect(ApiKeys.list())
    keys.value.toEqualTypeOf<ReadonlyArray<ApiKey.ApiKey>>()
    const key = effect(ApiKeys.create({}))
    key.value.toEqualTypeOf<ApiKey.ApiKey>()
    const profile = effect(Client.profile())
    profile.value.toEqualTypeOf<Profile.Profile>()
    const updated = effect(Client.updateProfile({ name: "n", redirectUrl: "r" }))
    updated.value.toEqualTypeOf<Profile.Profile>()
    const origins = effect(Client.corsOrigins())
    origins.value.toEqualTypeOf<ReadonlyArray<string>>()
    const allowed = effect(Client.setCorsOrigins({ allowedOrigins: [] }))
    allowed.value.toEqualTypeOf<ReadonlyArray<string>>()
    const configuration = effect(CustomData.configuration(ofPlatform))
    configuration.value.toEqualTypeOf<CustomDataType.CustomDataConfiguration>()
    const configured = effect(CustomData.configure(ofPlatform))
    configured.value.toEqualTypeOf<CustomDataType.CustomDataConfiguration>()
    const supplemental = effect(SupplementalData.get({ platformKey: "gbol", dataType: "invoices" }))
    supplemental.value.toEqualTypeOf<SupplementalDataConfiguration.SupplementalDataConfiguration>()
    for (const self of [
      status,
      validation,
      refreshed,
      historyCount,
      recordCount,
      token,
      consumers,
      consumer,
      zapier,
      ofCompany,
      defaults,
      pushCount,
      push,
      option,
      keys,
      key,
      profile,
      updated,
      origins,
      allowed,
      configuration,
      configured,
      supplemental
    ] as const) {
      self.error.toEqualTypeOf<Fails>()
      self.needs.toEqualTypeOf<Needs>()
    }
  })

  it("stream rows and pages, and read one page", () => {
    const history = stream(Data.history({ companyId }))
    history.value.toEqualTypeOf<PullOperation.PullOperation>()
    const historyPages = stream(Data.historyPages({ companyId }))
    historyPages.value.toEqualTypeOf<Page.Page<PullOperation.PullOperation>>()
    const historyPage = effect(Data.historyPage({ companyId }))
    historyPage.value.toEqualTypeOf<Page.Page<PullOperation.PullOperation>>()
    const pushes = stream(Pushes.list({ companyId }))
    pushes.value.toEqualTypeOf<PushOperation.PushOperation>()
    const pushPages = stream(Pushes.pages({ companyId }))
    pushPages.value.toEqualTypeOf<Page.Page<PushOperation.PushOperation>>()
    const pushPage = effect(Pushes.page({ companyId }))
    pushPage.value.toEqualTypeOf<Page.Page<PushOperation.PushOperation>>()
    const records = stream(CustomData.records(ofRecords))
    records.value.toEqualTypeOf<CustomDataType.CustomDataRecord>()
    const recordPages = stream(CustomData.recordPages(ofRecords))
    recordPages.value.toEqualTypeOf<Page.Page<CustomDataType.CustomDataRecord>>()
    const recordPage = effect(CustomData.recordPage(ofRecords))
    recordPage.value.toEqualTypeOf<Page.Page<CustomDataType.CustomDataRecord>>()
    for (const self of [
      history,
      historyPages,
      historyPage,
      pushes,
      pushPages,
      pushPage,
      records,
      recordPages,
      recordPage
    ] as const) {
      self.error.toEqualTypeOf<Fails>()
      self.needs.toEqualTypeOf<Needs>()
    }
  })

  it("keep tokens by a function like the one that makes them", () => {
    const self = effect(Companies.accessTokens())
    self.value.toEqualTypeOf<typeof Companies.accessToken>()
    self.error.toEqualTypeOf<Fails>()
    self.needs.toEqualTypeOf<never>()
  })
})

describe("options", () => {
  it("know Codat's data types, and refuse others", () => {
    expectTypeOf<Data.RefreshOptions["dataType"]>().toEqualTypeOf<DataType.DataType>()
    // @ts-expect-error: no data type has this name
    void Data.refresh({ companyId, dataType: "invoice" })
    // @ts-expect-error: a list of data types
    void Data.awaitRefresh({ companyId, dataTypes: "invoices" })
  })

  it("filter and order by the fields of what is listed", () => {
    void Data.history({ companyId, query: Query.eq("dataType", "invoices"), orderBy: "-requested" })
    void Pushes.list({ companyId, query: Query.eq("status", "Failed"), orderBy: "-requestedOnUtc" })
    // @ts-expect-error: Codat cannot be asked for it
    void Data.history({ companyId, query: Query.eq("isCompleted", true) })
    // @ts-expect-error: no such status
    void Pushes.list({ companyId, query: Query.eq("status", "Done") })
  })

  it("take secrets redacted alone", () => {
    // @ts-expect-error: not redacted
    void Client.updateProfile({ name: "n", redirectUrl: "r", apiKey: "secret" })
  })

  it("are none where an endpoint takes none", () => {
    expectTypeOf(Client.profile).parameters.toEqualTypeOf<[]>()
    expectTypeOf(ApiKeys.list).parameters.toEqualTypeOf<[]>()
    expectTypeOf(SyncSettings.getDefaults).parameters.toEqualTypeOf<[]>()
  })
})

describe("models", () => {
  it("have schemas of their types, from and to their JSON form", () => {
    expectTypeOf(PullOperation.PullOperation).toEqualTypeOf<
      Schema.Codec<PullOperation.PullOperation, Model.Encoded<PullOperation.PullOperation>>
    >()
    expectTypeOf(PushOption.PushOption).toEqualTypeOf<
      Schema.Codec<PushOption.PushOption, Model.Encoded<PushOption.PushOption>>
    >()
    expectTypeOf(DataStatus.DataStatuses).toEqualTypeOf<
      Schema.Codec<DataStatus.DataStatuses, Model.Encoded<DataStatus.DataStatuses>>
    >()
    expectTypeOf<PullOperation.PullOperation["requested"]>().toEqualTypeOf<DateTime.Utc>()
    expectTypeOf<ApiKey.ApiKey["apiKey"]>().toEqualTypeOf<Redacted.Redacted<string> | undefined>()
    expectTypeOf<AccessToken.AccessToken["accessToken"]>().toEqualTypeOf<Redacted.Redacted<string>>()
  })

  it("name each data type's status", () => {
    expectTypeOf<DataStatus.DataStatuses["invoices"]>().toEqualTypeOf<DataStatus.DataStatus | undefined>()
    expectTypeOf<DataStatus.DataStatuses["anything"]>().toEqualTypeOf<DataStatus.DataStatus | undefined>()
  })

  it("are as deep as they are", () => {
    type Properties = NonNullable<PushOption.PushOption["properties"]>
    expectTypeOf<Properties[string]>().toEqualTypeOf<PushOption.PushOption>()
  })
})

it("the table of operations is data", () => {
  expectTypeOf(Operations.all).toEqualTypeOf<ReadonlyArray<Operations.Operation>>()
  expectTypeOf<Effect.Success<ReturnType<typeof Data.awaitRefresh>>["failed"]>().toEqualTypeOf<
    ReadonlyArray<PullOperation.PullOperation>
  >()
})
