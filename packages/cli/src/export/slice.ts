import type { TraceRecord } from '@tracebuf/ring';

/** Something that took time. */
export interface Slice {
  readonly name: string;
  /** In microseconds since 1970. */
  readonly start: number;
  /** In microseconds since 1970. */
  readonly end: number;
}

const MICROSECONDS_PER_MILLISECOND = 1000;

/** What a record says as the end of a span: its `duration` is in milliseconds; `undefined` where it is none. */
export function endedSpan({ kind, time, fields, message }: TraceRecord): Slice | undefined {
  if (kind !== 'span-end') return undefined;
  const { span, duration } = fields ?? {};
  if (typeof duration !== 'number' || !(duration >= 0)) return undefined;
  const name = typeof span === 'string' ? span : message;
  return { name, start: time - duration * MICROSECONDS_PER_MILLISECOND, end: time };
}

/** Name of the span that a record says has begun; `undefined` where it is none. */
export function startedSpan({ kind, fields, message }: TraceRecord): string | undefined {
  if (kind !== 'span-start') return undefined;
  const { span } = fields ?? {};
  return typeof span === 'string' ? span : message;
}
