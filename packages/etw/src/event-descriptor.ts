import { EtwError, shown } from './errors.ts';

/**
 * EVENT_DESCRIPTOR of Windows: what an event is filtered by.
 *
 * ```
 *   0     2         3         4       5        6      8           16
 *   ┌─────┬─────────┬─────────┬───────┬────────┬──────┬────────────┐
 *   │ id  │ version │ channel │ level │ opcode │ task │ keyword    │
 *   └─────┴─────────┴─────────┴───────┴────────┴──────┴────────────┘
 *     u16   u8        u8        u8      u8       u16    u64, all little-endian
 * ```
 */
export const DescriptorField = {
  ID: 0,
  VERSION: 2,
  CHANNEL: 3,
  LEVEL: 4,
  OPCODE: 5,
  TASK: 6,
  KEYWORD: 8,
} as const;

/** Bytes of an event descriptor. */
export const DESCRIPTOR_SIZE = 16;

/** The values of an event descriptor. */
export interface EventDescriptor {
  readonly id: number;
  readonly version: number;
  readonly channel: number;
  readonly level: number;
  readonly opcode: number;
  readonly task: number;
  readonly keyword: bigint;
}

/** Channel of all TraceLogging events: decoders know by it that the event describes itself. */
export const TRACELOGGING_CHANNEL = 11;

const MAX_KEYWORD = 0xffff_ffff_ffff_ffffn;
/** Keywords of so few bits need no work with bigints, which allocates. */
const MAX_SIMPLE = 0xffff_ffffn;

/**
 * Writes a descriptor.
 *
 * @param keyword 64 bits, as a bigint or as a number up to 2^53.
 * @throws EtwError `range` or `not_a_number`; the bytes may then hold some of the values.
 */
export function writeDescriptor(
  bytes: Buffer,
  id: number,
  version: number,
  channel: number,
  level: number,
  opcode: number,
  task: number,
  keyword: number | bigint,
): void {
  checked('id', id, 0xffff);
  bytes[DescriptorField.ID] = id;
  bytes[DescriptorField.ID + 1] = id >>> 8;
  bytes[DescriptorField.VERSION] = checked('version', version, 0xff);
  bytes[DescriptorField.CHANNEL] = checked('channel', channel, 0xff);
  bytes[DescriptorField.LEVEL] = checked('level', level, 0xff);
  bytes[DescriptorField.OPCODE] = checked('opcode', opcode, 0xff);
  checked('task', task, 0xffff);
  bytes[DescriptorField.TASK] = task;
  bytes[DescriptorField.TASK + 1] = task >>> 8;
  writeKeyword(bytes, keyword);
}

/** Byte by byte: the methods of Buffer check once more, and take as long as all the rest of an event. */
function writeKeyword(bytes: Buffer, keyword: number | bigint): void {
  let low: number;
  let high: number;
  if (typeof keyword === 'bigint' && keyword >= 0n && keyword <= MAX_SIMPLE) {
    low = Number(keyword);
    high = 0;
  } else {
    const mask = checkedKeyword(keyword);
    low = Number(BigInt.asUintN(32, mask));
    high = Number(mask >> 32n);
  }
  const at = DescriptorField.KEYWORD;
  bytes[at] = low;
  bytes[at + 1] = low >>> 8;
  bytes[at + 2] = low >>> 16;
  bytes[at + 3] = low >>> 24;
  bytes[at + 4] = high;
  bytes[at + 5] = high >>> 8;
  bytes[at + 6] = high >>> 16;
  bytes[at + 7] = high >>> 24;
}

function checked(what: string, value: number, max: number): number {
  if (!Number.isInteger(value)) {
    throw new EtwError('not_a_number', `The ${what} of an event is no whole number: ${shown(value)}.`);
  }
  if (value < 0 || value > max) {
    throw new EtwError('range', `The ${what} of an event is ${shown(value)}; give one from 0 to ${max}.`);
  }
  return value;
}

/**
 * A mask of 64 keywords as a bigint.
 *
 * @throws EtwError `range` or `not_a_number`
 */
export function checkedKeyword(keyword: number | bigint): bigint {
  if (typeof keyword !== 'bigint' && !Number.isInteger(keyword)) {
    throw new EtwError('not_a_number', `The keyword of an event is no whole number: ${shown(keyword)}.`);
  }
  const mask = BigInt(keyword);
  if (mask < 0n || mask > MAX_KEYWORD) {
    throw new EtwError(
      'range',
      `The keyword of an event is ${shown(keyword)}; it has 64 bits, such as 0x21n.`,
    );
  }
  return mask;
}

/** Reads the 16 bytes of a descriptor. */
export function readDescriptor(bytes: Buffer, at = 0): EventDescriptor {
  return {
    id: bytes.readUInt16LE(at + DescriptorField.ID),
    version: bytes[at + DescriptorField.VERSION] as number,
    channel: bytes[at + DescriptorField.CHANNEL] as number,
    level: bytes[at + DescriptorField.LEVEL] as number,
    opcode: bytes[at + DescriptorField.OPCODE] as number,
    task: bytes.readUInt16LE(at + DescriptorField.TASK),
    keyword: bytes.readBigUInt64LE(at + DescriptorField.KEYWORD),
  };
}
