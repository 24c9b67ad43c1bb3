import type { EncodedEvent } from './encoded-event.ts';
import { EtwError } from './errors.ts';
import { etwSink } from './etw-sink.ts';
import type { EventBuilder } from './event-builder.ts';
import { checkedKeyword } from './event-descriptor.ts';
import { type EventSink, type OpenSink, type ProviderIdentity, Status } from './event-sink.ts';
import type { Schema } from './field-types.ts';
import { guidBytes, guidText } from './guid.ts';
import { checkKnownOptions } from './known-options.ts';
import { nameBytes } from './name-bytes.ts';
import { providerIdBytesFromName } from './provider-id.ts';
import { providerTraits } from './provider-traits.ts';
import { type RingSinkOptions, ringSink } from './ring-sink.ts';
import { declareEvent, type EventOptions, type EventOwner, type TypedEvent } from './typed-event.ts';

/** Options of a {@link Provider}. */
export interface ProviderOptions {
  /** Its GUID, as text or as 16 bytes in memory order; default: the one that goes with the name. */
  readonly id?: string | Uint8Array;
  /** GUID of the group it belongs to; default: none. */
  readonly groupId?: string | Uint8Array;
  /** Whether the constructor throws where events can't be written; default `false`: the provider does nothing then. */
  readonly throwOnError?: boolean;
  /** Where events go; default: to a trace buffer, and on Windows to ETW as well. */
  readonly sinks?: readonly OpenSink[];
  /** How the trace buffer is to be, where `sinks` is not given. */
  readonly buffer?: RingSinkOptions;
}

const OPTIONS: readonly (keyof ProviderOptions)[] = ['id', 'groupId', 'throwOnError', 'sinks', 'buffer'];

/**
 * A source of events, found by its name or GUID. Its events are wanted or not by level and keyword, which is decided
 * from outside while the program runs: until somebody enables it, it stores nothing.
 *
 * ```ts
 * const provider = new Provider('MyCompany.MyComponent');
 * const opened = provider.event('FileOpened', { path: t.unicodeString, size: t.uint64 }, { level: 4, keyword: 0x21n });
 * opened({ path, size });
 * ```
 */
export class Provider {
  /** Its name. */
  readonly name: string;
  /** Its GUID, in lower case. */
  readonly id: string;
  /** GUID of its group, `undefined` without one. */
  readonly groupId: string | undefined;
  readonly #identity: ProviderIdentity;
  readonly #sinks: readonly EventSink[];
  #dropped = 0;

  /**
   * @param name Text, or its UTF-8 as bytes. Use ASCII: beyond it, programs disagree on the GUID.
   * @throws EtwError `encoding`, `empty_name`, `name_has_nul`, `provider_name_too_long`, `bad_guid`; InvalidOptionError; and
   *   what sinks throw where `throwOnError` is set.
   */
  constructor(name: string | Uint8Array, options: ProviderOptions = {}) {
    checkKnownOptions(options, OPTIONS);
    const id = options.id === undefined ? providerIdBytesFromName(name) : guidBytes(options.id, 'The id');
    const groupId = options.groupId === undefined ? undefined : guidBytes(options.groupId, 'The group id');
    const bytes = nameBytes(name);
    const traits = providerTraits(bytes, groupId);
    this.name = bytes.toString('utf8');
    this.id = guidText(id);
    this.groupId = groupId === undefined ? undefined : guidText(groupId);
    this.#identity = { name: this.name, id, groupId, traits };
    this.#sinks = openSinks(
      options.sinks ?? usualSinks(options.buffer),
      this.#identity,
      options.throwOnError === true,
    );
  }

  /** Provider metadata: what is sent with every event. A copy. */
  get traits(): Buffer {
    return Buffer.from(this.#identity.traits);
  }

  /** Whether events can be written. */
  get isOpen(): boolean {
    return this.#sinks.some(({ isOpen }) => isOpen);
  }

  /** Declared events that could not be encoded, because getting their values threw. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Declares an event, once, to be written often: its encoders are prepared now, and while nobody wants it, a call costs one
   * test.
   *
   * @param schema Fields by name; see `t`.
   * @returns A function that writes the event. It never throws.
   * @throws EtwError where the event can't be encoded: `bad_schema`, `too_many_fields`, `metadata_too_long`, `range` and others;
   *   InvalidOptionError.
   */
  event<const S extends Schema>(name: string, schema: S, options?: EventOptions): TypedEvent<S> {
    const owner: EventOwner = {
      traitsSize: this.#identity.traits.length,
      declare: (event) => this.#sinks.map((sink) => sink.declare(event)),
      countDropped: () => {
        this.#dropped++;
      },
    };
    return declareEvent(owner, name, schema, options);
  }

  /**
   * Whether anybody wants such events. With the defaults: whether anybody listens at all.
   *
   * @param level 0 to 255.
   * @param keyword 64 bits.
   */
  isEnabled(level = 0, keyword: number | bigint = 0n): boolean {
    const mask = checkedKeyword(keyword);
    return this.#sinks.some((sink) => sink.isEnabled(level, mask));
  }

  /**
   * Writes an event where it is wanted. It may be written again, and more fields may be added first.
   *
   * @param activityId GUID of the activity it belongs to, as text or as 16 bytes; default: none.
   * @param relatedActivityId GUID of the activity that this one came from, by convention with opcode 1 only.
   * @returns 0 where it was written or nobody wanted it; else the status of Windows: 6 closed, 8 no memory, 234 larger
   *   than the buffers of a session.
   * @throws EtwError `builder_state`; `bad_guid`; `etw_event_too_large` and `etw_invalid_parameter` where Windows says so.
   */
  write(
    event: EventBuilder,
    activityId?: string | Uint8Array | null,
    relatedActivityId?: string | Uint8Array | null,
  ): number {
    const encoded = event.encode();
    const status = this.#write(encoded, activityOf(activityId), activityOf(relatedActivityId));
    if (status === Status.INVALID_PARAMETER) {
      throw new EtwError(
        'etw_invalid_parameter',
        'Windows refused the event as malformed (status 87).',
        status,
      );
    }
    if (status === Status.ARITHMETIC_OVERFLOW) {
      throw new EtwError(
        'etw_event_too_large',
        `The event of ${event.size} bytes is too large for Windows (status 534), which takes somewhat less than 64 KB; shorten it.`,
        status,
      );
    }
    return status;
  }

  #write(event: EncodedEvent, activityId: Buffer | null, relatedActivityId: Buffer | null): number {
    let worst: number = this.#sinks.length === 0 ? Status.INVALID_HANDLE : Status.SUCCESS;
    for (const sink of this.#sinks) {
      const status = sink.write(event, activityId, relatedActivityId);
      if (status !== Status.SUCCESS) worst = status;
    }
    return worst;
  }

  /** Ends the provider: what it wrote stays. Later events are dropped; again does nothing. */
  close(): void {
    for (const sink of this.#sinks) sink.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function usualSinks(buffer: RingSinkOptions | undefined): readonly OpenSink[] {
  return process.platform === 'win32' ? [ringSink(buffer), etwSink()] : [ringSink(buffer)];
}

/** Opens them all or, where one throws, none. */
function openSinks(
  openers: readonly OpenSink[],
  identity: ProviderIdentity,
  throwOnError: boolean,
): readonly EventSink[] {
  const sinks: EventSink[] = [];
  try {
    for (const open of openers) sinks.push(open(identity, throwOnError));
  } catch (error) {
    for (const sink of sinks) sink.close();
    throw error;
  }
  return sinks;
}

function activityOf(id: string | Uint8Array | null | undefined): Buffer | null {
  return id === null || id === undefined ? null : guidBytes(id, 'The activity id');
}
