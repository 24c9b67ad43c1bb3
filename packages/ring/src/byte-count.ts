const BYTES = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i;
const UNITS = ['', 'k', 'm', 'g', 't'];

/**
 * Reads a number of bytes as people write it: `0`, `4096`, `100M`, `1.5 GiB`; units count by 1024.
 *
 * @returns A whole number of bytes; `undefined` where the text is none, or more than 2⁵³ − 1.
 */
export function parseBytes(text: string): number | undefined {
  const [, count = '', unit = ''] = BYTES.exec(text.trim()) ?? [];
  if (count === '') return undefined;
  const bytes = Math.round(Number(count) * 1024 ** UNITS.indexOf(unit.toLowerCase()));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
