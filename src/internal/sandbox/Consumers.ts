/**
 * Those who are told of changes because a request to `POST /webhooks` asked for it.
 */
import type { CompanyJson } from "./Model.ts"
import type { Prng } from "./Prng.ts"

/** A webhook consumer as Codat writes it in JSON. */
export interface ConsumerJson {
  readonly id: string
  readonly url: string
  readonly disabled: boolean
  readonly eventTypes: ReadonlyArray<string>
  readonly companyTags?: ReadonlyArray<string> | undefined
}

export interface Consumers {
  readonly all: () => ReadonlyArray<ConsumerJson>
  /** Makes a consumer, or none when there are as many as there may be. */
  readonly create: (consumer: Omit<ConsumerJson, "id">) => ConsumerJson | undefined
  /** Whether there was such a consumer. */
  readonly delete: (id: string) => boolean
  readonly restore: (consumers: ReadonlyArray<ConsumerJson>) => void
}

/** How many consumers there may be. */
export const max = 50

/** Whether a consumer is to hear of an event, which may be about a company. */
export const wants = (
  consumer: ConsumerJson,
  company: CompanyJson | undefined,
  eventType: string
): boolean => {
  if (consumer.disabled || !consumer.eventTypes.includes(eventType)) return false
  const tags = consumer.companyTags ?? []
  // A tag that has no colon in it names no value, and so no company.
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
      const rest = consumers.filter((consumer) => consumer.id !== id.toLowerCase())
      const found = rest.length < consumers.length
      consumers = rest
      return found
    },
    restore: (kept) => {
      consumers = kept
    }
  }
}
