/**
 * The operations of `WebhookConsumers`.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Body from "./Body.ts"
import * as Consumers from "./Consumers.ts"
import type { Handler } from "./Gate.ts"
import * as Reply from "./Reply.ts"
import type { State } from "./State.ts"

const invalid = (itemId: string, message: string): Reply.Problem =>
  Reply.invalid(itemId, message, "WebhookConsumerValidator")

/** `GET /webhooks` */
export const list =
  (state: State): Handler =>
  () =>
    Reply.value({ results: state.consumers.all() })

/** `POST /webhooks` */
export const create =
  (state: State): Handler =>
  ({ body }) => {
    const read = Body.object(body)
    if (Result.isFailure(read)) return read.failure
    const { companyTags, disabled, eventTypes, url } = read.success
    if (!Predicate.isString(url) || !/^https?:\/\//i.test(url) || !URL.canParse(url)) {
      return invalid("url", "url must be an absolute http or https URL.")
    }
    if (Predicate.isNotNullish(disabled) && !Predicate.isBoolean(disabled)) {
      return invalid("disabled", "disabled must be true or false.")
    }
    if (!Body.isStringArray(eventTypes) || eventTypes.length === 0) {
      return invalid("eventTypes", "eventTypes must be a list of at least one type of event.")
    }
    if (
      Predicate.isNotNullish(companyTags) &&
      !(
        Body.isStringArray(companyTags) &&
        companyTags.length <= 10 &&
        companyTags.every((tag) => tag.length <= 128 && tag.includes(":"))
      )
    ) {
      return invalid("companyTags", "companyTags must be at most 10, as tagKey:tagValue, of 128 characters.")
    }
    const consumer = state.consumers.create({
      url,
      disabled: disabled ?? false,
      eventTypes,
      ...(Predicate.isNullish(companyTags) ? undefined : { companyTags })
    })
    return consumer === undefined
      ? Reply.badRequest(`there are ${Consumers.max} webhook consumers already; delete one that is not used.`)
      : Reply.value(consumer, 201)
  }

/** `DELETE /webhooks/{webhookId}` */
export const remove =
  (state: State): Handler =>
  ({ params }) => {
    const id = params["webhookId"] ?? ""
    return state.consumers.delete(id)
      ? Reply.noContent
      : Reply.problem(404, `No webhook consumer was found with ID ${id}`)
  }

/** `POST /webhooks/integrationKeys/zapier` */
export const rotateZapierKey =
  (state: State): Handler =>
  () =>
    Reply.value({ key: state.account.rotateZapierKey() }, 201)
