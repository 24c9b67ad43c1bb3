import { parseBytes, parseLevel } from '@tracebuf/ring';
import { UsageError } from './errors.ts';

/** Names of levels, for completion. */
export const LEVEL_NAMES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/**
 * Reads a level: a name or a number from 0 to 65535.
 *
 * @throws UsageError
 */
export function levelValue(text: string): number {
  const level = parseLevel(text);
  if (level === undefined) {
    throw new UsageError(
      `There is no level ${JSON.stringify(text)}; give ${LEVEL_NAMES.join(', ')} or a number from 0 to 65535`,
    );
  }
  return level;
}

/**
 * Reads a count of records: a whole number of at least 0.
 *
 * @throws UsageError
 */
export function countValue(text: string): number {
  if (!/^\d{1,15}$/.test(text)) {
    throw new UsageError(`The count ${JSON.stringify(text)} is no whole number; give one such as 20`);
  }
  return Number(text);
}

/**
 * Reads a number of bytes: `0`, `4096`, `100M`, `1.5 GiB`; units count by 1024.
 *
 * @throws UsageError
 */
export function bytesValue(text: string): number {
  const bytes = parseBytes(text);
  if (bytes !== undefined) return bytes;
  throw new UsageError(
    `The size ${JSON.stringify(text)} can't be understood; give bytes, or one such as 100M`,
  );
}
