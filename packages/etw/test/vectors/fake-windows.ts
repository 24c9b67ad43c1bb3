import { DataType, type EtwApi } from '../../src/etw-api.ts';
import type { NativeCall } from './vector-file.ts';

const HANDLE = 1234605616436508552n;
const ERROR_INVALID_HANDLE = 6;

/** A call of {@link FakeWindows} with the bytes it saw. */
interface RecordedCall extends NativeCall {
  readonly dataDescriptors?: readonly { readonly type: number; readonly bytes: string }[];
}

/** Writes every call down, and answers as it is told. */
export class FakeWindows implements EtwApi {
  readonly calls: RecordedCall[] = [];
  /** What the next EventWriteTransfer returns. */
  status = 0;
  readonly #returns: Readonly<Record<string, number>>;

  constructor(returns: Readonly<Record<string, number>> = {}) {
    this.#returns = returns;
  }

  eventRegister(providerId: Buffer, handle: BigUint64Array): number {
    const returns = this.#returns.EventRegister ?? 0;
    this.calls.push({
      fn: 'EventRegister',
      providerId: providerId.toString('hex'),
      callback: false,
      context: false,
      returns,
    });
    if (returns === 0) handle[0] = HANDLE;
    return returns;
  }

  eventSetInformation(handle: bigint, informationClass: number, information: Buffer): number {
    const returns = this.#returns.EventSetInformation ?? 0;
    this.calls.push({
      fn: 'EventSetInformation',
      handle: String(handle),
      informationClass,
      bytes: information.toString('hex'),
      returns,
    });
    return returns;
  }

  eventProviderEnabled(handle: bigint, level: number, keyword: bigint): number {
    const returns = this.#returns.EventProviderEnabled ?? 0;
    this.calls.push({
      fn: 'EventProviderEnabled',
      handle: String(handle),
      level,
      keyword: String(keyword),
      returns,
    });
    return returns;
  }

  eventWriteTransfer(
    ...[handle, descriptor, activityId, relatedActivityId, data]: Parameters<EtwApi['eventWriteTransfer']>
  ): number {
    const returns = handle === 0n ? ERROR_INVALID_HANDLE : this.status;
    this.calls.push({
      fn: 'EventWriteTransfer',
      handle: String(handle),
      descriptorBytes: descriptor.toString('hex'),
      dataDescriptors: data.map(({ Ptr, Size, Reserved }) => ({
        type: Reserved,
        bytes: Ptr.toString('hex', 0, Size),
      })),
      activityId: activityId?.toString('hex') ?? null,
      relatedActivityId: relatedActivityId?.toString('hex') ?? null,
      returns,
    });
    return returns;
  }

  eventUnregister(handle: bigint): number {
    const returns = this.#returns.EventUnregister ?? 0;
    this.calls.push({ fn: 'EventUnregister', handle: String(handle), returns });
    return returns;
  }

  /** The parts of the last event. */
  lastWrite(): {
    readonly call: RecordedCall;
    readonly providerMeta: Buffer;
    readonly eventMeta: Buffer;
    readonly data: Buffer;
  } {
    const call = this.calls.at(-1);
    if (call?.fn !== 'EventWriteTransfer') throw new Error(`the last call was ${call?.fn}`);
    const part = (type: number): Buffer => {
      const found = call.dataDescriptors?.find((descriptor) => descriptor.type === type);
      if (found === undefined) throw new Error(`no part of type ${type}`);
      return Buffer.from(found.bytes, 'hex');
    };
    return {
      call,
      providerMeta: part(DataType.PROVIDER_METADATA),
      eventMeta: part(DataType.EVENT_METADATA),
      data: part(DataType.EVENT_DATA),
    };
  }
}
