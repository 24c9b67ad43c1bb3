import {
  Header,
  headerCheck,
  RECORD_HEADER_SIZE,
  RecordKind,
  RingFlag,
  recordSize,
  TRAILER_SIZE,
} from '../../src/layout.ts';

/** Header fields by their type, as FORMAT.md lists them. */
const U16 = [Header.MAJOR, Header.MINOR, Header.BUFFER_NAME, Header.PROCESS_NAME];
const U32 = [
  Header.BYTE_ORDER,
  Header.HEADER_SIZE,
  Header.FLAGS,
  Header.CAPACITY,
  Header.PID,
  Header.THREAD,
  Header.OS_THREAD,
  Header.HEAD,
  Header.HEAD + 4,
  Header.OLDEST,
  Header.OLDEST + 4,
  Header.STATE,
  Header.CONTROL_GENERATION,
  Header.CONTROL_ENABLED,
  Header.CONTROL_MIN_LEVEL,
  Header.CONTROL_POLICY,
  Header.CONTROL_KEYWORDS,
  Header.CONTROL_KEYWORDS + 4,
  Header.CONTROL_CLEAR_MARK,
  Header.CONTROL_CLEAR_MARK + 4,
];
const F64 = [
  Header.MONOTONIC_ORIGIN,
  Header.WALL_ORIGIN,
  Header.APPENDED,
  Header.CLEARED,
  Header.DISCARDED,
  Header.CLEARED_TO,
  Header.CUT,
  Header.REPLACED,
];

/**
 * Turns a little-endian ring into what a big-endian machine would have written: every number of the header and of the
 * records between oldest and the end of the last record is swapped, and the check words are made anew.
 *
 * @param end Position behind the last record.
 */
export function toBigEndian(little: Buffer, end: number): Buffer {
  const big = Buffer.from(little);
  const swap = (at: number, bytes: number): void => void big.subarray(at, at + bytes).reverse();
  const headerSize = little.readUInt32LE(Header.HEADER_SIZE);
  const capacity = little.readUInt32LE(Header.CAPACITY);
  const positional = (little.readUInt32LE(Header.FLAGS) & RingFlag.POSITIONAL) !== 0;
  const oldest = little.readUInt32LE(Header.OLDEST + 4) * 2 ** 32 + little.readUInt32LE(Header.OLDEST);
  for (const at of U16) swap(at, 2);
  for (const at of U32) swap(at, 4);
  for (const at of F64) swap(at, 8);
  for (let position = oldest; position < end; ) {
    const offset = position % capacity;
    const toEnd = capacity - offset;
    if (toEnd < RECORD_HEADER_SIZE) {
      position += toEnd;
      continue;
    }
    const at = headerSize + offset;
    const size = little.readUInt32LE(at);
    const type = little.readUInt32LE(at + 16);
    const isPadding = (type & 0xff) === RecordKind.PADDING;
    const taken = isPadding ? toEnd : recordSize(size + (positional ? TRAILER_SIZE : 0));
    for (const field of [0, 4, 16]) swap(at + field, 4);
    swap(at + 8, 8);
    // The halves of the time are words in the file's own order, so they change places.
    const time0 = big.readInt32BE(at + 8);
    const time1 = big.readInt32BE(at + 12);
    big.writeInt32BE(
      headerCheck(position | 0, size, little.readUInt32LE(at + 4), time0, time1, type) | 0,
      at + 20,
    );
    if (positional && !isPadding) swap(at + taken - TRAILER_SIZE, 4);
    position += taken;
  }
  return big;
}
