/**
 * The webhook consumers that were created with `POST /webhooks`.
 */
import * as Schema from "effect/Schema"
import * as Ids from "./Ids.ts"
import type { CompanyJson } from "./Model.ts"
import * as Must from "./Must.ts"
import type { Prng } from "./Prng.ts"

export const Consumer = Must.open({
  id: Schema.String,
  url: Schema.String,
  disabled: Schema.Boolean,
  eventTypes: Schema.Array(Schema.String),
  companyTags: Schema.optional(Schema.Array(Schema.String))
})

/** A webhook consumer as in Codat's JSON. */
export type ConsumerJson = typeof Consumer.Type

export interface Consumers {
  readonly all: () => ReadonlyArray<ConsumerJson>
  /** Creates a consumer, or returns undefined when there are {@link max} already. */
  readonly create: (consumer: Omit<ConsumerJson, "id">) => ConsumerJson | undefined
  /** Whether there was such a consumer. */
  readonly delete: (id: string) => boolean
  readonly restore: (consumers: ReadonlyArray<ConsumerJson>) => void
}

/** The maximum number of consumers. */
export const max = 50

/** Whether a consumer receives an event. Not every event has a company. */
export const wants = (
  consumer: ConsumerJson,
  company: CompanyJson | undefined,
  eventType: string
): boolean => {
  if (consumer.disabled || !consumer.eventTypes.includes(eventType)) return false
  const tags = consumer.companyTags ?? []
  // A tag without a colon has no value, so it matches no company.
  return (
    tags.length === 0 ||
    Object.entries(company?.tags ?? {}).some(([key, value]) => tags.includes(`${key}:${value}`))
  )
}

export const make = (random: Prng): Consumers => {
  let consumers: ReadonlyArray<ConsumerJson> = []
  return {
    all: () => consumers,
    create: (consumer) => {
      if (consumers.length >= max) return undefined
      const made = { id: random.uuid(), ...consumer }
      consumers = [...consumers, made]
      return made
    },
    delete: (id) => {
      const rest = consumers.filter((consumer) => !Ids.isSame(consumer.id, id))
      const found = rest.length < consumers.length
      consumers = rest
      return found
    },
    restore: (kept) => {
      consumers = kept
    }
  }
}
