import { Provider } from '@tracebuf/etw';
import { InvalidOptionError } from '@tracebuf/ring';
import { CommonSchemaEvent } from './common-schema-event.ts';
import type { BatchTarget } from './export-batch.ts';
import { reportDrop } from './report-drop.ts';
import type { Attributes, SpanContextLike } from './types.ts';

/** Options of {@link EtwSpanExporter} and {@link EtwLogRecordExporter}. */
export interface EtwExporterOptions {
  /**
   * The provider: its name, 1 to 233 characters of `A-Za-z0-9_-.`, or one that the program has; that one it closes itself.
   */
  readonly provider: string | Provider;
  /** Name of the events. Default `'Span'` and `'Log'`. */
  readonly eventName?: string;
  /** Keyword of the events, a mask of 64 bits. Default 1. */
  readonly keyword?: number | bigint;
  /** Attributes of the resource that go into each event. Default: none; name and instance of the service always do. */
  readonly resourceAttributes?: readonly string[];
  /** Whether the span's id is the activity id of the event as well. Default `false`. */
  readonly activityId?: boolean;
}

const PROVIDER_NAME = /^[\w.-]{1,233}$/;
const KEYS: readonly string[] = ['provider', 'eventName', 'keyword', 'resourceAttributes', 'activityId'];

/** A provider as exporters use it. */
export class EtwTarget implements BatchTarget {
  readonly provider: Provider;
  readonly event: CommonSchemaEvent = new CommonSchemaEvent();
  readonly eventName: string;
  readonly keyword: bigint;
  readonly resourceAttributes: readonly string[];
  readonly #ownsProvider: boolean;
  readonly #hasActivityId: boolean;
  #isClosed = false;
  #dropped = 0;

  /** @throws InvalidOptionError */
  constructor(options: EtwExporterOptions, eventName: string) {
    if (typeof options !== 'object' || options === null) {
      throw new InvalidOptionError(
        'options',
        options,
        "give an object such as { provider: 'MyCompany_Shop' }",
      );
    }
    for (const key of Object.keys(options)) {
      if (!KEYS.includes(key)) {
        throw new InvalidOptionError('options', key, `there is no such option; there are ${KEYS.join(', ')}`);
      }
    }
    const { provider, keyword = 1n, resourceAttributes = [], activityId = false } = options;
    const isName = typeof provider === 'string';
    if (isName ? !PROVIDER_NAME.test(provider) : !(provider instanceof Provider)) {
      throw new InvalidOptionError(
        'provider',
        provider,
        'give a Provider, or a name of letters, digits, _ - and .',
      );
    }
    this.keyword = keywordOf(keyword);
    this.provider = isName ? new Provider(provider) : provider;
    this.#ownsProvider = isName;
    this.#hasActivityId = activityId;
    this.eventName = options.eventName ?? eventName;
    this.resourceAttributes = resourceAttributes;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get label(): string {
    return `ETW provider "${this.provider.name}"`;
  }

  /** Events that could not be encoded or written. */
  get dropped(): number {
    return this.#dropped;
  }

  drop(error: unknown): void {
    if (this.#dropped++ === 0) reportDrop(this.label, error);
  }

  /** Part A: when it was, the span, and the service. */
  partA(time: string, context: SpanContextLike | undefined, resource: Attributes): void {
    const { event } = this;
    event.open('PartA');
    event.text('time', time);
    if (context !== undefined) {
      event.open('ext_dt');
      event.text('traceId', context.traceId);
      event.text('spanId', context.spanId);
      event.close();
    }
    const role = resource['service.name'];
    const instance = resource['service.instance.id'];
    if (typeof role === 'string' || typeof instance === 'string') {
      event.open('ext_cloud');
      if (typeof role === 'string') event.text('role', role);
      if (typeof instance === 'string') event.text('roleInstance', instance);
      event.close();
    }
    event.close();
  }

  /** Writes the event. */
  write(context: SpanContextLike | undefined): void {
    const activity = this.#hasActivityId && context !== undefined ? activityOf(context.spanId) : null;
    this.provider.write(this.event.builder, activity);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#ownsProvider) this.provider.close();
  }
}

function keywordOf(keyword: unknown): bigint {
  const isNumber =
    typeof keyword === 'bigint' || (typeof keyword === 'number' && Number.isSafeInteger(keyword));
  const mask = isNumber ? BigInt(keyword) : -1n;
  if (mask >= 0n && BigInt.asUintN(64, mask) === mask) return mask;
  throw new InvalidOptionError('keyword', keyword, 'give a mask of 64 bits, such as 0x21n');
}

/** The bytes of the span id, and eight zeros: a GUID in memory order. */
function activityOf(spanId: string): Uint8Array {
  const activity = new Uint8Array(16);
  activity.set(Buffer.from(spanId, 'hex').subarray(0, 8));
  return activity;
}
