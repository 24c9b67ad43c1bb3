import { UsageError } from '../errors.ts';

/**
 * Reads a trace id, or its first digits.
 *
 * @returns Lower-case hexadecimal digits.
 * @throws UsageError
 */
export function traceIdValue(text: string): string {
  const id = text.trim().toLowerCase();
  if (/^[\da-f]{1,32}$/.test(id)) return id;
  throw new UsageError(
    `The trace id ${JSON.stringify(text)} is none; give up to 32 hexadecimal digits, such as 0af7651916cd43dd`,
  );
}
