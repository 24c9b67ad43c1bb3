/** ETW TraceLogging: events, their encoder and decoder, and providers. */
export { EnableState } from './enable-state.ts';
export type { EncodedEvent } from './encoded-event.ts';
export { EtwError, type EtwErrorCategory } from './errors.ts';
export { DataType, type EtwApi, type EventDataDescriptor } from './etw-api.ts';
export { type EtwSinkOptions, etwSink } from './etw-sink.ts';
export { EventBuilder, type EventBuilderOptions } from './event-builder.ts';
export type { EventChannel, EventSink, OpenSink, ProviderIdentity } from './event-sink.ts';
export { InType } from './in-type.ts';
export { OutType } from './out-type.ts';
export { Provider, type ProviderOptions } from './provider.ts';
export { providerIdFromName } from './provider-id.ts';
export type { Integer } from './put-numbers.ts';
