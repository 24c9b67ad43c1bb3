import { parseEventLevel } from '@tracebuf/etw';
import { UsageError } from '../errors.ts';

/**
 * Reads a level of events: a name of Windows, or a number from 0 to 255.
 *
 * @throws UsageError
 */
export function eventLevelValue(text: string): number {
  const level = parseEventLevel(text);
  if (level === undefined) {
    throw new UsageError(
      `There is no event level ${JSON.stringify(text)}; give critical, error, warning, info, verbose or a number from 0 to 255`,
    );
  }
  return level;
}

/**
 * Reads a mask of 64 keywords: hexadecimal with `0x`, or decimal.
 *
 * @throws UsageError
 */
export function keywordValue(text: string): bigint {
  const mask = /^(?:0x[\da-f]{1,16}|\d{1,20})$/i.test(text) ? BigInt(text) : -1n;
  if (mask < 0n || mask >= 2n ** 64n) {
    throw new UsageError(
      `The keyword mask ${JSON.stringify(text)} is no number of 64 bits; give one such as 0x21`,
    );
  }
  return mask;
}
