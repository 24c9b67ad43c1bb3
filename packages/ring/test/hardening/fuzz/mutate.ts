import { HEADER_SIZE, Header, headerCheck, RecordField } from '../../../src/layout.ts';

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const FIELDS = Object.values(Header);
const VALUES = [
  0, 1, 7, 8, 24, 1016, 1024, 1032, 4096, 0x00ff_ffff, 0x0100_0000, 0x3fff_fff8, 0x4000_0000, 0x7fff_ffff,
];
const EXTREMES = [0x8000_0000, 0xffff_fff8, 0xffff_ffff];

/** Makes another ring file of one: knows where fields and records are, and can put a check word right again. */
export function mutate(original: Buffer, random: (below: number) => number): Buffer {
  let bytes = Buffer.from(original);
  const pick = <T>(of: readonly T[]): T => of[random(of.length)] as T;
  const value = (): number => pick([...VALUES, ...EXTREMES, random(2048) * 8, random(2 ** 32)]);
  const put = (at: number, word: number): void => {
    if (at + 4 <= bytes.length) bytes.writeUInt32LE(word >>> 0, at);
  };
  for (let rounds = 1 + random(6); rounds > 0; rounds--) {
    const data = HEADER_SIZE + random(Math.max(1, bytes.length - HEADER_SIZE));
    switch (random(9)) {
      case 0:
        put(pick(FIELDS) + 4 * random(2), value());
        break;
      case 1:
        if (bytes.length >= HEADER_SIZE)
          bytes.writeDoubleLE(pick([Number.NaN, -1, 2 ** 53, 1e300, 0.5]), pick(FIELDS));
        break;
      case 2:
        if (data < bytes.length) bytes[data] = (bytes[data] ?? 0) ^ (1 << random(8));
        break;
      case 3:
        put(data & -4, value());
        break;
      case 4:
        bytes = Buffer.from(bytes.subarray(0, random(bytes.length + 1)));
        break;
      case 5:
        bytes = Buffer.concat([bytes, Buffer.alloc(random(64) * 8, random(256))]);
        break;
      case 6:
        bytes.copyWithin(data, HEADER_SIZE + random(1024), HEADER_SIZE + 1024);
        break;
      default:
        sign(bytes, data & -8, value(), random(2) === 0 ? undefined : random(4) * 85, put);
    }
  }
  return bytes;
}

/** Makes a sound header at a place, for the position that the ring's head would have there. */
function sign(
  bytes: Buffer,
  at: number,
  size: number,
  kind: number | undefined,
  put: (at: number, word: number) => void,
): void {
  if (at + 24 > bytes.length || bytes.length < HEADER_SIZE) return;
  const capacity = bytes.readUInt32LE(Header.CAPACITY) || 1;
  const oldest = bytes.readUInt32LE(Header.OLDEST);
  const offset = at - HEADER_SIZE;
  const position = oldest + ((((offset - (oldest % capacity)) % capacity) + capacity) % capacity);
  put(at, size);
  if (kind !== undefined) put(at + RecordField.TYPE, kind);
  const word = (field: number): number => bytes.readInt32LE(at + field);
  const { SEQ, TIME, TYPE, CHECK } = RecordField;
  put(at + CHECK, headerCheck(position | 0, word(0), word(SEQ), word(TIME), word(TIME + 4), word(TYPE)));
}
