/**
 * The schemas of the controls' inputs and outputs over HTTP.
 */
import * as Schema from "effect/Schema"
import type { Health } from "../Control.ts"
import type { Delivery, SubscriptionState } from "../Deliveries.ts"
import * as FaultSchema from "../FaultSchema.ts"
import { open } from "../Must.ts"
import type { QuotaState } from "../Quota.ts"

// Assigned one by one, because a bundler keeps the whole module when a namespace is destructured.
const Num = Schema.Finite
const Str = Schema.String
const optional = Schema.optional
const texts = Schema.Record(Str, Str)
const millis = Num.annotate({ description: "Milliseconds since 1970" })

const named = <S extends Schema.Top>(identifier: string, schema: S) => schema.annotate({ identifier })

export const HealthOut: Schema.Codec<Health, unknown> = named(
  "Health",
  Schema.Struct({ status: Schema.Literal("ok"), now: millis, clockOffset: Num })
)

export const Quota: Schema.Codec<QuotaState, unknown> = named(
  "Quota",
  Schema.Struct({ limit: Num, used: Num, remaining: Num, resetsAt: millis })
)

export const Armed = Schema.Struct({
  fault: FaultSchema.FaultJson,
  skip: Num,
  left: Schema.Union([Num, Schema.Literal("always")])
})

/** A recorded request. Of its credentials only the scheme is shown. */
export const Request = named(
  "Request",
  Schema.Struct({
    method: Str,
    path: Str,
    operation: optional(Str),
    query: texts,
    headers: texts,
    authorization: optional(Str.annotate({ description: "The scheme of the credentials" })),
    idempotencyKey: optional(Str),
    body: optional(Schema.Unknown),
    origin: Str,
    receivedAt: millis,
    status: optional(Num),
    answer: optional(Str.annotate({ description: "The first 4,000 characters of the answer's body" })),
    faults: Schema.Array(FaultSchema.Kind)
  })
)

export const Subscription = open({
  url: Str,
  secret: Str.annotate({ description: "Base64, with or without whsec_ before it" }),
  eventTypes: optional(Schema.Array(Str))
})

export const SubscriptionOut: Schema.Codec<SubscriptionState, unknown> = named(
  "Subscription",
  Schema.Struct({ id: Str, url: Str, eventTypes: optional(Schema.Array(Str)) })
)

export const DeliveryOut: Schema.Codec<Delivery, unknown> = named(
  "Delivery",
  Schema.Struct({
    id: Str,
    eventType: Str,
    subscriptionId: Str,
    url: Str,
    createdAt: millis,
    state: Schema.Literals(["pending", "delivered", "failed"]),
    attempts: Schema.Array(Schema.Struct({ at: millis, status: optional(Num), error: optional(Str) })),
    body: Str
  })
)
