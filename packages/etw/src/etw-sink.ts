import { ClosedSink } from './closed-sink.ts';
import type { EncodedEvent } from './encoded-event.ts';
import { EtwError } from './errors.ts';
import { DataType, type EtwApi, EVENT_PROVIDER_SET_TRAITS, type EventDataDescriptor } from './etw-api.ts';
import { DescriptorField } from './event-descriptor.ts';
import {
  type EventChannel,
  type EventSink,
  type OpenSink,
  type ProviderIdentity,
  Status,
} from './event-sink.ts';
import { loadWindowsApi } from './windows-api.ts';

/** Options of {@link etwSink}. */
export interface EtwSinkOptions {
  /** In place of the functions of Windows. */
  readonly api?: EtwApi;
  /** Library that has them; default: that of Windows. */
  readonly library?: string;
}

const NO_HANDLE = 0n;
/** Loaded once for each library; each thread loads its own. */
const apis = new Map<string, EtwApi>();

/**
 * Sends events to Windows: sessions of `tracelog`, `wpr`, PerfView and others see them. Every event is preceded by the
 * question whether anybody listens; no callback is registered, since ETW would call it from threads that had to wait for
 * the event loop.
 */
export function etwSink(options: EtwSinkOptions = {}): OpenSink {
  return (provider, throwOnError) => {
    let api: EtwApi;
    try {
      api = options.api ?? apiOf(options.library);
    } catch (error) {
      if (throwOnError) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new EtwError('register_failed', `Cannot load the functions that write ETW events: ${reason}.`);
      }
      return new ClosedSink();
    }
    return new EtwSink(api, provider, throwOnError);
  };
}

function apiOf(library: string | undefined): EtwApi {
  const key = library ?? '';
  const known = apis.get(key);
  if (known !== undefined) return known;
  const loaded = loadWindowsApi(library);
  apis.set(key, loaded);
  return loaded;
}

/** A registration that outlived its sink is given back: Windows allows about 2,000 in a process. */
const forgotten = new FinalizationRegistry<{ readonly api: EtwApi; readonly handle: bigint }>(
  ({ api, handle }) => {
    api.eventUnregister(handle);
  },
);

class EtwSink implements EventSink {
  readonly #api: EtwApi;
  readonly #parts: readonly [EventDataDescriptor, EventDataDescriptor, EventDataDescriptor];
  #handle: bigint;

  constructor(api: EtwApi, provider: ProviderIdentity, throwOnError: boolean) {
    this.#api = api;
    this.#parts = [
      { Ptr: provider.traits, Size: provider.traits.length, Reserved: DataType.PROVIDER_METADATA },
      { Ptr: provider.traits, Size: 0, Reserved: DataType.EVENT_METADATA },
      { Ptr: provider.traits, Size: 0, Reserved: DataType.EVENT_DATA },
    ];
    this.#handle = register(api, provider, throwOnError);
    if (this.#handle !== NO_HANDLE) forgotten.register(this, { api, handle: this.#handle }, this);
  }

  get isOpen(): boolean {
    return this.#handle !== NO_HANDLE;
  }

  isEnabled(level: number, keyword: bigint): boolean {
    return this.#handle !== NO_HANDLE && this.#api.eventProviderEnabled(this.#handle, level, keyword) !== 0;
  }

  write(event: EncodedEvent, activityId: Buffer | null, relatedActivityId: Buffer | null): number {
    if (this.#handle === NO_HANDLE) return Status.INVALID_HANDLE;
    const [, metadata, data] = this.#parts;
    metadata.Ptr = event.metadata;
    metadata.Size = event.metadataSize;
    data.Ptr = event.data;
    data.Size = event.dataSize;
    return this.#api.eventWriteTransfer(
      this.#handle,
      event.descriptor,
      activityId,
      relatedActivityId,
      this.#parts,
    );
  }

  declare({ descriptor }: EncodedEvent): EventChannel {
    const level = descriptor[DescriptorField.LEVEL] as number;
    const keyword = descriptor.readBigUInt64LE(DescriptorField.KEYWORD);
    return {
      isEnabled: () => this.isEnabled(level, keyword),
      write: (event, activityId, relatedActivityId) => this.write(event, activityId, relatedActivityId),
    };
  }

  close(): void {
    const handle = this.#handle;
    if (handle === NO_HANDLE) return;
    this.#handle = NO_HANDLE;
    forgotten.unregister(this);
    this.#api.eventUnregister(handle);
  }
}

/** @returns The handle, 0 where Windows refused. */
function register(api: EtwApi, { name, id, traits }: ProviderIdentity, throwOnError: boolean): bigint {
  const handle = new BigUint64Array(1);
  const status = api.eventRegister(id, handle);
  const registered = handle[0] ?? NO_HANDLE;
  if (status !== Status.SUCCESS) {
    if (throwOnError) {
      throw new EtwError(
        'register_failed',
        `Windows refused to register the provider ${JSON.stringify(name)} with status ${status}.`,
        status,
      );
    }
    return NO_HANDLE;
  }
  const traitsStatus = api.eventSetInformation(registered, EVENT_PROVIDER_SET_TRAITS, traits);
  if (traitsStatus !== Status.SUCCESS && throwOnError) {
    api.eventUnregister(registered);
    throw new EtwError(
      'set_traits_failed',
      `Windows refused the traits of the provider ${JSON.stringify(name)} with status ${traitsStatus}.`,
      traitsStatus,
    );
  }
  return registered;
}
