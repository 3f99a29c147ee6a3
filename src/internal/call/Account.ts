/**
 * The account that a call is sent for, as a key for what is kept between calls.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { Auth } from "../../Auth.ts"
import * as CodatConfig from "../../CodatConfig.ts"
import type * as CodatError from "../../CodatError.ts"
import * as Call from "./Call.ts"

/** Two of the same account are equal, as `Equal` compares them. */
export interface Account {
  readonly baseUrl: string
  readonly authorization: Redacted.Redacted<string>
}

/** The account of the current credentials. The wait for them is limited to the timeout of one attempt. */
export const current = (operation: string): Effect.Effect<Account, CodatError.CodatError, Auth> =>
  Effect.contextWith((context: Context.Context<Auth>) => {
    const auth = Context.get(context, Auth)
    const settings = CodatConfig.current(context, auth.defaults?.config)
    const endpoint = { operation, method: "GET" }
    if (Result.isFailure(settings)) return Call.fail(endpoint, settings.failure)
    return Call.withAttemptTimeout({ settings: settings.success }, auth.authorization).pipe(
      Effect.matchEffect({
        onFailure: (reason) => Call.fail(endpoint, reason),
        onSuccess: (authorization) => Effect.succeed({ baseUrl: settings.success.baseUrl, authorization })
      })
    )
  })
