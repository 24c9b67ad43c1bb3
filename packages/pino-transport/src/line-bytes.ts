import type { Buffer } from 'node:buffer';
import { performance } from 'node:perf_hooks';
import { type LineReader, MAX_LEVEL } from '@tracebuf/ring';

const COMMA = 0x2c;
const COLON = 0x3a;
const LETTER_L = 0x6c;
const LETTER_T = 0x74;
const ZERO = 0x30;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

// Where things stand in what pino's lines begin with: `{"level":30,"time":1763740914123,`.
const LEVEL_AT = 9;
/** From the comma behind the level to the digits. */
const TIME_KEY = 8;

/** Digits of a time in milliseconds, until 2286; in two halves, which are small integers. */
const HALF = 7;
const TIME_DIGITS = 13;

/** Step of the clock between lines of one millisecond: what readers tell apart. */
const TICK = 0.001;

/**
 * Finds level and time in the bytes of a line as pino makes it.
 *
 * The clock is read once in a millisecond, because that costs an eighth of a log call: a line of the same millisecond
 * as the one before, as its own `time` says, gets the time of the thread's last record and a microsecond. So the order
 * of one thread's records is kept, whoever wrote them, and a line's time is off by less than a millisecond.
 */
export class LineBytes implements LineReader {
  ending = 0;
  #late = 0;
  #early = 0;
  #time = 0;

  read(bytes: Buffer, start: number, end: number, clock: Float64Array): number {
    this.ending = bytes[end - 1] !== NEWLINE ? 0 : bytes[end - 2] === RETURN ? 2 : 1;
    if (bytes[start + 8] !== COLON || bytes[start + 6] !== LETTER_L || bytes[start + 2] !== LETTER_L)
      return -1;
    const first = start + LEVEL_AT;
    let at = first;
    let level = 0;
    let code = bytes[at] as number;
    while (code >= ZERO && code <= ZERO + 9 && at < first + 5) {
      level = level * 10 + (code - ZERO);
      code = bytes[++at] as number;
    }
    if (at === first || code !== COMMA || level > MAX_LEVEL) return -1;
    const last = clock[0] as number;
    const isSame = this.#isSameMillisecond(bytes, at);
    const time = this.#time;
    const now = isSame ? (last > time && last < time + 1 ? last : time) + TICK : performance.now();
    // The clock of the ticks may be a little ahead.
    this.#time = now > time || now < time - 1 ? now : time;
    clock[0] = this.#time;
    return level;
  }

  /** @param comma Where the level ends. */
  #isSameMillisecond(bytes: Buffer, comma: number): boolean {
    const digits = comma + TIME_KEY;
    if (
      bytes[digits + TIME_DIGITS] !== COMMA ||
      bytes[digits - 1] !== COLON ||
      bytes[comma + 2] !== LETTER_T
    ) {
      return false;
    }
    const early = digitsAt(bytes, digits, TIME_DIGITS - HALF);
    const late = digitsAt(bytes, digits + TIME_DIGITS - HALF, HALF);
    if (late === this.#late && early === this.#early) return true;
    this.#late = late;
    this.#early = early;
    return false;
  }
}

/** A number for the bytes, the same for the same digits. */
function digitsAt(bytes: Buffer, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value = (Math.imul(value, 10) + (bytes[at + i] as number)) | 0;
  return value;
}
