import type { TraceRecord } from '@tracebuf/ring';

/** A number that a program has marked. */
export interface Counter {
  readonly name: string;
  readonly value: number;
}

/** What a mark says whose data is a number, as `mark('queue', 5)` makes it; `undefined` for all other records. */
export function counterOf({ kind, message, fields }: TraceRecord): Counter | undefined {
  if (kind !== 'mark' || !Array.isArray(fields?.args)) return undefined;
  const [data] = fields.args as readonly unknown[];
  if (typeof data !== 'object' || data === null) return undefined;
  const { type, value } = data as Readonly<Record<string, unknown>>;
  if (type !== 'number' || typeof value !== 'string' || !message.endsWith(` ${value}`)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? { name: message.slice(0, -value.length - 1), value: number } : undefined;
}
