/**
 * The models: a platform that Codat can connect to, and its branding.
 *
 * The rules are those of Codat's OpenAPI specification. A property that may be absent may be null too; both decode.
 *
 * @module Integration
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { SourceType } from "./Connection.ts"
import * as Nullish from "./internal/model/Nullish.ts"
import * as OpenEnum from "./internal/model/OpenEnum.ts"
import type { Encoded, Unrecognized } from "./Model.ts"

const featureTypes = [
  "Get",
  "Post",
  "Categorization",
  "Delete",
  "Put",
  "GetAsPdf",
  "DownloadAttachment",
  "GetAttachment",
  "GetAttachments",
  "UploadAttachment"
] as const

const featureStates = ["Release", "Alpha", "Beta", "Deprecated", "NotSupported", "NotImplemented"] as const

// -----------------------------------------------------------------------------
// Features
// -----------------------------------------------------------------------------

/**
 * A type of feature that this version knows.
 *
 * @category models
 * @since 0.1.0
 */
export type KnownFeatureType = (typeof featureTypes)[number]

/**
 * What can be done with a type of data; any text that this version does not know is a `Model.Unrecognized`.
 *
 * @category models
 * @since 0.1.0
 */
export type FeatureType = KnownFeatureType | Unrecognized

/**
 * The schema of {@link FeatureType}: any string.
 *
 * @category models
 * @since 0.1.0
 */
export const FeatureType: Schema.Codec<FeatureType, string> = OpenEnum.make(featureTypes)

/**
 * Tells a type of feature that this version knows from other text. The comparison is case-sensitive.
 *
 * **Example** (A label for each)
 *
 * ```ts
 * import { Integration } from "effect-codat"
 *
 * const label = (type: Integration.FeatureType): string =>
 *   Integration.isKnownFeatureType(type) ? type : `new to us: ${type}`
 * ```
 *
 * @function
 * @category guards
 * @since 0.1.0
 */
export const isKnownFeatureType: (type: string) => type is KnownFeatureType = OpenEnum.isKnown(featureTypes)

/**
 * A state of a feature that this version knows.
 *
 * @category models
 * @since 0.1.0
 */
export type KnownFeatureState = (typeof featureStates)[number]

/**
 * The state of a feature, such as `Beta`; any text that this version does not know is a `Model.Unrecognized`.
 *
 * @category models
 * @since 0.1.0
 */
export type FeatureState = KnownFeatureState | Unrecognized

/**
 * The schema of {@link FeatureState}: any string.
 *
 * @category models
 * @since 0.1.0
 */
export const FeatureState: Schema.Codec<FeatureState, string> = OpenEnum.make(featureStates)

/**
 * Tells a state of a feature that this version knows from other text. The comparison is case-sensitive.
 *
 * **Example** (A label for each)
 *
 * ```ts
 * import { Integration } from "effect-codat"
 *
 * const label = (state: Integration.FeatureState): string =>
 *   Integration.isKnownFeatureState(state) ? state : `new to us: ${state}`
 * ```
 *
 * @function
 * @category guards
 * @since 0.1.0
 */
export const isKnownFeatureState: (state: string) => state is KnownFeatureState =
  OpenEnum.isKnown(featureStates)

/**
 * One thing that can be done with a type of data.
 *
 * @category models
 * @since 0.1.0
 */
export interface SupportedFeature {
  /** What can be done with the data type, such as `Get` or `Post`. */
  readonly featureType: FeatureType
  /** How far it is released; that it is listed does not mean that it works, because it can be `NotSupported`. */
  readonly featureState: FeatureState
}

const SupportedFeature: Schema.Codec<SupportedFeature, Encoded<SupportedFeature>> = Schema.Struct({
  featureType: FeatureType,
  featureState: FeatureState
})

/**
 * What an integration can do with one type of data.
 *
 * @category models
 * @since 0.1.0
 */
export interface DatatypeFeatures {
  /** The type of data, such as `invoices`. */
  readonly datatype: string
  /** Each thing that can be done, and how far it is released; empty where Codat sends none. */
  readonly supportedFeatures: ReadonlyArray<SupportedFeature>
}

const EitherName = Schema.Struct({
  datatype: Nullish.optional(Schema.String),
  dataType: Nullish.optional(Schema.String),
  supportedFeatures: Nullish.withDefault(Schema.Array(SupportedFeature), () => [])
})

/**
 * The schema of {@link DatatypeFeatures}.
 *
 * **Details**
 *
 * Codat's OpenAPI specification describes a `dataType` and requires a `datatype`. Both decode.
 *
 * @category models
 * @since 0.1.0
 */
export const DatatypeFeatures: Schema.Codec<DatatypeFeatures, Encoded<DatatypeFeatures>> = EitherName.pipe(
  Schema.decodeTo(
    Schema.Struct({
      datatype: Schema.String,
      supportedFeatures: Schema.Array(Schema.toType(SupportedFeature))
    }),
    SchemaTransformation.transformEffect({
      decode: ({ dataType, datatype = dataType, supportedFeatures }) =>
        datatype === undefined
          ? Effect.fail(new SchemaIssue.Pointer(["datatype"], new SchemaIssue.MissingKey(undefined)))
          : Effect.succeed({ datatype, supportedFeatures }),
      encode: (features) => Effect.succeed<typeof EitherName.Type>(features)
    })
  ),
  // The encoded form always has `datatype`, so the type does not have the other name.
  (schema) => schema as unknown as Schema.Codec<DatatypeFeatures, Encoded<DatatypeFeatures>>
)

// -----------------------------------------------------------------------------
// Integrations
// -----------------------------------------------------------------------------

/**
 * A platform that Codat can connect to.
 *
 * **Details**
 *
 * `key`, `name`, `logoUrl` and `enabled` are always present; every other property may be absent.
 *
 * @category models
 * @since 0.1.0
 */
export interface Integration {
  /** The platform key: four letters, which `Connections.create` takes. */
  readonly key: string
  /** The platform's name, to show to people. */
  readonly name: string
  /** The address of its logo. */
  readonly logoUrl: string
  /** Whether your customers can link it. */
  readonly enabled: boolean
  /** The kind of platform, such as `Accounting` or `Banking`. */
  readonly sourceType?: SourceType | undefined
  /** Codat's id for the integration, a UUID. */
  readonly integrationId?: string | undefined
  /** Codat's id for the source, a UUID. */
  readonly sourceId?: string | undefined
  /** Whether it is a program on the customer's own computer. */
  readonly isOfflineConnector?: boolean | undefined
  /** Whether the integration is a beta release at present. */
  readonly isBeta?: boolean | undefined
  /** The name of the data provider. */
  readonly dataProvidedBy?: string | undefined
  /** What can be done with each type of data. */
  readonly datatypeFeatures?: ReadonlyArray<DatatypeFeatures> | undefined
}

/**
 * The schema of {@link Integration}, from and to Codat's JSON.
 *
 * **When to use**
 *
 * To read or write an integration kept somewhere else, such as a cache: integrations rarely change.
 *
 * **Example** (To JSON and back)
 *
 * ```ts
 * import { Integration } from "effect-codat"
 * import { Schema } from "effect"
 *
 * const Stored = Schema.fromJsonString(Schema.Array(Integration.Integration))
 *
 * const write = Schema.encodeEffect(Stored)
 * const read = Schema.decodeEffect(Stored)
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export const Integration: Schema.Codec<Integration, Encoded<Integration>> = Schema.Struct({
  key: Schema.String,
  name: Schema.String,
  logoUrl: Schema.String,
  enabled: Schema.Boolean,
  sourceType: Nullish.optional(SourceType),
  integrationId: Nullish.optional(Schema.String),
  sourceId: Nullish.optional(Schema.String),
  isOfflineConnector: Nullish.optional(Schema.Boolean),
  isBeta: Nullish.optional(Schema.Boolean),
  dataProvidedBy: Nullish.optional(Schema.String),
  datatypeFeatures: Nullish.optional(Schema.Array(DatatypeFeatures))
})

// -----------------------------------------------------------------------------
// Branding
// -----------------------------------------------------------------------------

const BrandingImage: Schema.Codec<BrandingImage, Encoded<BrandingImage>> = Schema.Struct({
  image: Nullish.optional(
    Schema.Struct({ src: Nullish.optional(Schema.String), alt: Nullish.optional(Schema.String) })
  )
})

/**
 * An image: its address, and the text to show in its place.
 *
 * @category models
 * @since 0.1.0
 */
export interface BrandingImage {
  /** The image and its alternative text. */
  readonly image?:
    | {
        /** The URL of the image. */
        readonly src?: string | undefined
        /** The text to show when the image is not available. */
        readonly alt?: string | undefined
      }
    | undefined
}

/**
 * The branding of a platform: its logo, and the button that leads to it.
 *
 * **Details**
 *
 * Codat's OpenAPI specification requires none of the properties.
 *
 * @category models
 * @since 0.1.0
 */
export interface Branding {
  /** The logo, in full and as a square. */
  readonly logo?:
    | {
        /** The full logo, as an image. */
        readonly full?: BrandingImage | undefined
        /** The square logo, as an image. */
        readonly square?: BrandingImage | undefined
      }
    | undefined
  /** The button that leads to the platform, in its two states. */
  readonly button?:
    | {
        /** The button as it usually is. */
        readonly default?: BrandingImage | undefined
        /** The button while the pointer is over it. */
        readonly hover?: BrandingImage | undefined
      }
    | undefined
  /** Codat's id for the source, a UUID. */
  readonly sourceId?: string | undefined
}

/**
 * The schema of {@link Branding}, from and to Codat's JSON.
 *
 * @category models
 * @since 0.1.0
 */
export const Branding: Schema.Codec<Branding, Encoded<Branding>> = Schema.Struct({
  logo: Nullish.optional(
    Schema.Struct({ full: Nullish.optional(BrandingImage), square: Nullish.optional(BrandingImage) })
  ),
  button: Nullish.optional(
    Schema.Struct({ default: Nullish.optional(BrandingImage), hover: Nullish.optional(BrandingImage) })
  ),
  sourceId: Nullish.optional(Schema.String)
})
