import { MAX_LEVEL } from '@tracebuf/ring';

const COLON = 0x3a;
const COMMA = 0x2c;
const CLOSE = 0x7d;
const LETTER_L = 0x6c;
const ZERO = 0x30;

/** Where the number stands in `{"level":30,`, and the first place behind five digits. */
const LEVEL_AT = 9;
const LEVEL_END = 14;

/** A number that {@link lineLevel} does not read, or a label, whatever `formatters.level` called its key. */
const OTHER_LEVEL = /^\{(?:"level":(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)|"[^"\\]{1,32}":"([^"\\]{1,64})")[,}]/;

/**
 * Reads the level from the beginning of a line as pino makes it, `{"level":30,`, without allocating anything.
 *
 * @returns A number from 0 to 99999, or -1 where the line does not begin so.
 */
export function lineLevel(line: string): number {
  if (line.charCodeAt(8) !== COLON || line.charCodeAt(6) !== LETTER_L || line.charCodeAt(2) !== LETTER_L) {
    return -1;
  }
  let level = line.charCodeAt(LEVEL_AT) - ZERO;
  if (!(level >= 0 && level <= 9)) return -1;
  for (let at = LEVEL_AT + 1; at <= LEVEL_END; at++) {
    const code = line.charCodeAt(at);
    if (code === COMMA || code === CLOSE) return level;
    const digit = code - ZERO;
    if (!(digit >= 0 && digit <= 9)) return -1;
    level = level * 10 + digit;
  }
  return -1;
}

/**
 * Reads a level that {@link lineLevel} could not: a fraction, a huge number, or a label that `formatters.level` wrote.
 *
 * @param levels Numbers of the labels that are known, in lower case.
 * @returns `undefined` where the line does not say.
 */
export function unusualLineLevel(line: string, levels: ReadonlyMap<string, number>): number | undefined {
  const [, number, label] = OTHER_LEVEL.exec(line.slice(0, 160)) ?? [];
  if (number !== undefined) return Number(number);
  return label === undefined ? undefined : levels.get(label.toLowerCase());
}

/** The level as a record can hold it: a whole number from 0 to 65535, the next lower one where there is a choice. */
export function storableLevel(level: number): number {
  return level >= 0 ? Math.min(Math.floor(level), MAX_LEVEL) : 0;
}
