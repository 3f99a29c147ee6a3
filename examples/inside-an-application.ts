/**
 * The SDK inside an application: a service of the application wraps it, with the application's own types and errors.
 *
 *   CODAT_API_KEY=… node --import tsx examples/inside-an-application.ts COMPANY_ID
 *
 * Its test is next to it, in inside-an-application.test.ts.
 */

import { fileURLToPath } from "node:url"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Context, Effect, Layer, Schema, Stream } from "effect"
import { FetchHttpClient, type HttpClient } from "effect/http"
import { type Auth, Codat, type CodatError, type Connection, Connections } from "effect-codat"

/** What the application needs of a connection. */
export interface LinkedAccount {
  readonly id: string
  readonly name: string
  readonly isBank: boolean
}

/** The customer has never linked a company: ask them to. */
export class UnknownCustomer extends Schema.TaggedError<UnknownCustomer>()("UnknownCustomer", {
  customerId: Schema.String
}) {
  override get message() {
    return `${this.customerId} has never been linked`
  }
}

/** The call failed: try again later, or investigate with the reference. */
export class AccountsUnavailable extends Schema.TaggedError<AccountsUnavailable>()("AccountsUnavailable", {
  customerId: Schema.String,
  tryLater: Schema.Boolean,
  reference: Schema.optional(Schema.String)
}) {
  override get message() {
    return `the accounts of ${this.customerId} are not available${this.tryLater ? " now" : ""} (reference: ${this.reference ?? "none"})`
  }
}

export class LinkedAccounts extends Context.Service<
  LinkedAccounts,
  {
    readonly of: (
      customerId: string
    ) => Effect.Effect<ReadonlyArray<LinkedAccount>, UnknownCustomer | AccountsUnavailable>
  }
>()("app/LinkedAccounts") {
  static readonly layer = Layer.effect(
    LinkedAccounts,
    Effect.gen(function* () {
      // Captured here once, so that the rest of the application does not depend on the SDK.
      const context = yield* Effect.context<HttpClient.HttpClient | Auth.Auth>()
      return LinkedAccounts.of({
        of: Effect.fn("LinkedAccounts.of")(function* (customerId: string) {
          return yield* Connections.list({ companyId: customerId, query: "status=Linked" }).pipe(
            Stream.filter(({ status }) => status === "Linked"),
            Stream.map(fromConnection),
            Stream.runCollect,
            Effect.provideContext(context),
            Effect.mapError((error) => fromCodat(customerId, error))
          )
        })
      })
    })
  )
}

const fromConnection = ({ id, platformName, sourceType }: Connection.Connection): LinkedAccount => ({
  id,
  name: platformName,
  isBank: sourceType === "Banking" || sourceType === "BankFeed"
})

const fromCodat = (customerId: string, { isRetryable, reason }: CodatError.CodatError) =>
  reason._tag === "NotFound"
    ? new UnknownCustomer({ customerId })
    : new AccountsUnavailable({
        customerId,
        tryLater: isRetryable,
        reference: "correlationId" in reason ? reason.correlationId : undefined
      })

/** A part of the application that does not depend on the SDK. */
export const greeting = Effect.fn("greeting")(function* (customerId: string) {
  const accounts = yield* LinkedAccounts
  const linked = yield* accounts.of(customerId)
  const banks = linked.filter((account) => account.isBank).length
  return `${linked.length} accounts are linked, ${banks} of them at banks.`
})

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const codat = Layer.merge(Codat.layerConfig, FetchHttpClient.layer)
  greeting(process.argv[2] ?? "").pipe(
    Effect.flatMap(Console.log),
    Effect.provide(LinkedAccounts.layer.pipe(Layer.provide(codat))),
    NodeRuntime.runMain
  )
}
