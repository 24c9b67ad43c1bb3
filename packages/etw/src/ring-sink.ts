import {
  InvalidOptionError,
  openRoot,
  RecordKind,
  TraceBuffer,
  TraceBufferAlreadyExistsError,
  type TraceBufferOptions,
} from '@tracebuf/ring';
import { ClosedSink } from './closed-sink.ts';
import { EnableState, highHalf, lowHalf } from './enable-state.ts';
import type { EncodedEvent } from './encoded-event.ts';
import {
  definitionNumber,
  EVENT_DEFINITION,
  eventDefinition,
  PROVIDER_DEFINITION,
  type ProviderDefinition,
} from './event-definition.ts';
import { DescriptorField } from './event-descriptor.ts';
import { severityOf } from './event-level.ts';
import { EventPayload } from './event-record.ts';
import {
  type EventChannel,
  type EventSink,
  type OpenSink,
  type ProviderIdentity,
  Status,
} from './event-sink.ts';
import { guidText } from './guid.ts';
import { rememberedProvider } from './remembered-providers.ts';

/** Options of {@link ringSink}. */
export interface RingSinkOptions
  extends Pick<TraceBufferOptions, 'keepLevel' | 'keepSize' | 'policy' | 'mode' | 'directory'> {
  /** Bytes of the trace buffer, at least 4096; default 65536. */
  readonly size?: number;
  /**
   * Whether events are wanted from the start: `true` for all, or those of a level and keywords. Default `false`: when
   * somebody enables the provider, as with `trace-cli provider enable`; also if that was before the program started.
   */
  readonly enabled?: boolean | EventSelection;
}

/** Which events are wanted. */
export interface EventSelection {
  /** Events up to this level, 0 to 255; default 0: all. */
  readonly level?: number;
  /** Events with one of these keywords, and those without any; default: all. */
  readonly keyword?: bigint;
}

// As this module's own, V8 makes it part of the code; an imported one is looked up at each use.
const { ETW } = RecordKind;

const DEFAULT_SIZE = 65_536;
const MAX_NAME_BYTES = 64;
/** All 64 keywords. */
export const ALL_KEYWORDS = 0xffff_ffff_ffff_ffffn;

/** Buffers of this thread by the GUID of their provider: two of the same share one. */
const shared = new Map<string, ProviderBuffer>();

/**
 * Stores events in a trace buffer, on every platform: `trace-cli show trace` reads them, `trace-cli provider` switches them.
 * The buffer has the provider's name, or its GUID where the name is too long or taken.
 */
export function ringSink(options: RingSinkOptions = {}): OpenSink {
  return (provider, throwOnError) => {
    const id = guidText(provider.id);
    let buffer = shared.get(id);
    if (buffer === undefined) {
      try {
        buffer = new ProviderBuffer(provider, id, options);
      } catch (error) {
        // A wrong option is a fault of the program, also where a full disk is none.
        if (throwOnError || error instanceof InvalidOptionError) throw error;
        return new ClosedSink();
      }
      shared.set(id, buffer);
    }
    return new RingSink(buffer);
  };
}

/** What the sinks of one provider have in common: the buffer, and what is wanted of it. */
class ProviderBuffer {
  readonly buffer: TraceBuffer;
  readonly #id: string;
  readonly #state = new EnableState();
  readonly #payload = new EventPayload();
  /** Numbers of the events that are defined in the buffer, by what tells them apart. */
  readonly #defined = new Map<string, number>();
  readonly #numbers = new Set<number>();
  #users = 0;
  #changes: number;

  constructor(
    provider: ProviderIdentity,
    id: string,
    { size = DEFAULT_SIZE, enabled = false, ...options }: RingSinkOptions,
  ) {
    this.#id = id;
    if (typeof enabled === 'object' && enabled !== null) checkSelection(enabled);
    else if (typeof enabled !== 'boolean') {
      throw new InvalidOptionError('buffer.enabled', enabled, 'give true, false or { level, keyword }');
    }
    this.buffer = openBuffer(provider.name, id, size, { ...options, enabled: enabled !== false });
    const definition: ProviderDefinition = {
      name: provider.name,
      id,
      ...(provider.groupId === undefined ? {} : { groupId: guidText(provider.groupId) }),
    };
    this.buffer.define({ type: PROVIDER_DEFINITION, id: 0, value: definition });
    this.#obeyFromStart(enabled, options.directory);
    this.#changes = this.buffer.controlChanges();
    this.#adopt();
  }

  /**
   * What is remembered counts more than what the program says. It is read when the buffer can be found already: who
   * enables a provider first writes down that it is, then looks for buffers, so one of the two sees the other.
   */
  #obeyFromStart(enabled: boolean | EventSelection, directory: string | undefined): void {
    const root = openRoot(directory === undefined ? {} : { path: directory });
    const remembered = root === undefined ? undefined : rememberedProvider(root, this.#id);
    root?.close();
    const wanted = remembered ?? (typeof enabled === 'object' ? enabled : undefined);
    if (wanted === undefined) return;
    const { level = 0, keyword = ALL_KEYWORDS } = wanted;
    this.buffer.command({ enabled: true, minLevel: 0, policy: level, keywords: keyword });
  }

  open(): void {
    this.#users++;
  }

  close(): void {
    if (--this.#users > 0) return;
    shared.delete(this.#id);
    this.buffer.close();
  }

  /** A number that changes when what is wanted may have. Costs one load while nothing has. */
  changes(): number {
    const changes = this.buffer.controlChanges();
    if (changes !== this.#changes) {
      this.#changes = changes;
      this.#adopt();
    }
    return changes;
  }

  #adopt(): void {
    const { enabled, policy, keywordsLow, keywordsHigh } = this.buffer.control;
    const high = BigInt.asUintN(32, BigInt(keywordsHigh)) << 32n;
    if (enabled) this.#state.enable(policy & 0xff, high | BigInt.asUintN(32, BigInt(keywordsLow)));
    else this.#state.disable();
  }

  /** Call {@link changes} first. */
  isEnabled(level: number, low: number, high: number): boolean {
    return this.#state.isEnabled(level, low, high) && this.buffer.wants(severityOf(level));
  }

  write(
    event: EncodedEvent,
    definition: number,
    severity: number,
    activityId: Buffer | null,
    relatedActivityId: Buffer | null,
    flags: number,
  ): void {
    this.#payload.set(event, definition, activityId, relatedActivityId, flags);
    this.buffer.appendPayload(ETW, severity, this.#payload);
  }

  /** @returns The number of the event's definition. */
  define(event: EncodedEvent): number {
    const value = eventDefinition(event);
    const key = `${value.descriptor} ${value.metadata}`;
    const before = this.#defined.get(key);
    if (before !== undefined) return before;
    let number = definitionNumber(value);
    while (this.#numbers.has(number)) number = (number + 1) >>> 0 || 1;
    this.#numbers.add(number);
    this.#defined.set(key, number);
    this.buffer.define({ type: EVENT_DEFINITION, id: number, value });
    return number;
  }
}

function checkSelection({ level = 0, keyword = ALL_KEYWORDS }: EventSelection): void {
  if (!Number.isInteger(level) || level < 0 || level > 255) {
    throw new InvalidOptionError('buffer.enabled.level', level, 'give a whole number from 0 to 255');
  }
  if (typeof keyword !== 'bigint' || keyword < 0n || keyword > ALL_KEYWORDS) {
    throw new InvalidOptionError('buffer.enabled.keyword', keyword, 'give a bigint of 64 bits such as 0x21n');
  }
}

function openBuffer(name: string, id: string, size: number, options: TraceBufferOptions): TraceBuffer {
  const fits = Buffer.byteLength(name) <= MAX_NAME_BYTES && !/\p{Cc}|\ufffd/u.test(name);
  if (!fits) return new TraceBuffer(id, size, options);
  try {
    return new TraceBuffer(name, size, options);
  } catch (error) {
    // The program has a buffer of that name, which is not ours to switch.
    if (!(error instanceof TraceBufferAlreadyExistsError)) throw error;
    return new TraceBuffer(id, size, options);
  }
}

class RingSink implements EventSink {
  readonly #buffer: ProviderBuffer;
  #isOpen = true;

  constructor(buffer: ProviderBuffer) {
    this.#buffer = buffer;
    buffer.open();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  isEnabled(level: number, keyword: bigint): boolean {
    return this.#isOpen && this.#isWanted(level, lowHalf(keyword), highHalf(keyword));
  }

  #isWanted(level: number, low: number, high: number): boolean {
    this.#buffer.changes();
    return this.#buffer.isEnabled(level, low, high);
  }

  write(event: EncodedEvent, activityId: Buffer | null, relatedActivityId: Buffer | null): number {
    if (!this.#isOpen) return Status.INVALID_HANDLE;
    const { descriptor } = event;
    const level = descriptor[DescriptorField.LEVEL] as number;
    const low = descriptor.readInt32LE(DescriptorField.KEYWORD);
    const high = descriptor.readInt32LE(DescriptorField.KEYWORD + 4);
    if (this.#isWanted(level, low, high)) {
      this.#buffer.write(event, 0, severityOf(level), activityId, relatedActivityId, 0);
    }
    return Status.SUCCESS;
  }

  declare(event: EncodedEvent): EventChannel {
    return new RingChannel(this, this.#buffer, event);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#buffer.close();
  }
}

/** A declared event: its descriptor and metadata are beside the ring, and whether it is wanted is known. */
class RingChannel implements EventChannel {
  readonly #sink: RingSink;
  readonly #buffer: ProviderBuffer;
  readonly #trace: TraceBuffer;
  readonly #definition: number;
  readonly #level: number;
  readonly #severity: number;
  readonly #low: number;
  readonly #high: number;
  #changes = 0;
  #wanted = false;

  constructor(sink: RingSink, buffer: ProviderBuffer, event: EncodedEvent) {
    this.#sink = sink;
    this.#buffer = buffer;
    this.#trace = buffer.buffer;
    this.#definition = buffer.define(event);
    this.#level = event.descriptor[DescriptorField.LEVEL] as number;
    this.#severity = severityOf(this.#level);
    this.#low = event.descriptor.readInt32LE(DescriptorField.KEYWORD);
    this.#high = event.descriptor.readInt32LE(DescriptorField.KEYWORD + 4);
    this.#look();
  }

  isEnabled(): boolean {
    // Nothing else while nobody wants it: this is what a disabled event costs.
    if (this.#trace.controlChanges() !== this.#changes) this.#look();
    return this.#wanted && this.#sink.isOpen;
  }

  #look(): void {
    this.#changes = this.#buffer.changes();
    this.#wanted = this.#buffer.isEnabled(this.#level, this.#low, this.#high);
  }

  write(
    event: EncodedEvent,
    activityId: Buffer | null,
    relatedActivityId: Buffer | null,
    flags: number,
  ): number {
    this.#buffer.write(event, this.#definition, this.#severity, activityId, relatedActivityId, flags);
    return Status.SUCCESS;
  }
}
