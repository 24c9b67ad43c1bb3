/** ETW TraceLogging: events, their encoder and decoder, and providers. */
export { type DecodedEvent, type DecodedField, decodeEvent, type FieldValue } from './decode-event.ts';
export { etwDecoder } from './decoder.ts';
export { EnableState } from './enable-state.ts';
export type { EncodedEvent } from './encoded-event.ts';
export { EtwError, type EtwErrorCategory } from './errors.ts';
export { DataType, type EtwApi, type EventDataDescriptor } from './etw-api.ts';
export { type EtwSinkOptions, etwSink } from './etw-sink.ts';
export { EventBuilder, type EventBuilderOptions } from './event-builder.ts';
export type { EventDescriptor } from './event-descriptor.ts';
export { EventLevel, eventLevelText, parseEventLevel } from './event-level.ts';
export type { EventChannel, EventSink, OpenSink, ProviderIdentity } from './event-sink.ts';
export { FieldType } from './field-type.ts';
export { type FieldTypes, type Schema, t, type ValuesOf } from './field-types.ts';
export { InType, inTypeName } from './in-type.ts';
export { OutType, outTypeName } from './out-type.ts';
export { Provider, type ProviderOptions } from './provider.ts';
export { providerIdFromName } from './provider-id.ts';
export {
  controlProvider,
  type DeclaredEvent,
  listProviders,
  type ProviderList,
  type ProviderStatus,
} from './provider-status.ts';
export type { Integer } from './put-numbers.ts';
export {
  type EventDeclaration,
  type FieldDeclaration,
  type FieldShape,
  readMetadata,
} from './read-metadata.ts';
export {
  forgetProvider,
  type RememberedProvider,
  rememberedProvider,
  rememberedProviders,
  rememberProvider,
} from './remembered-providers.ts';
export { type EventSelection, type RingSinkOptions, ringSink } from './ring-sink.ts';
export { shownFields } from './shown-fields.ts';
export type { ActivityId, EventOptions, TypedEvent } from './typed-event.ts';
