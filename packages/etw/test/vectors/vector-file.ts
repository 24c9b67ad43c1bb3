import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Expected bytes: all of them as hex, or what tells them. */
export type ExpectedBytes =
  | string
  | { readonly length: number; readonly sha256: string; readonly head: string; readonly tail: string };

/** What a step is expected to do, if it is not merely expected to succeed. */
export interface Outcome {
  readonly throws?: { readonly category: string } | string;
  readonly noThrow?: boolean;
  readonly expect?: unknown;
  readonly thenWrite?: { readonly eventMeta: ExpectedBytes; readonly data: ExpectedBytes };
}

/** One call. */
export interface Step extends Outcome {
  readonly op: string;
  readonly args?: Readonly<Record<string, unknown>>;
  readonly status?: number;
  readonly alsoAllowed?: readonly Outcome[];
}

/** One case of the file. */
export interface Case extends Outcome {
  readonly id: string;
  readonly group: string;
  readonly kind: 'event' | 'provider' | 'providerId' | 'enabled';
  readonly provider?: Readonly<Record<string, unknown>>;
  readonly pointerSize?: number;
  readonly native?: Readonly<Record<string, number>>;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly expectProvider?: {
    readonly id: string;
    readonly groupId: string | null;
    readonly traits?: ExpectedBytes;
  };
  readonly expectNative?: readonly NativeCall[];
  readonly steps?: readonly Step[];
  readonly alsoAllowed?: readonly Outcome[];
}

/** A call of a function of Windows. */
export interface NativeCall {
  readonly fn: string;
  readonly handle?: string;
  readonly returns: number;
  readonly [argument: string]: unknown;
}

/**
 * The cases of a file. `TRACELOGGING_VECTORS` may name another file of the same format, such as a set kept for acceptance.
 */
export function readCases(): readonly Case[] {
  const other = process.env.TRACELOGGING_VECTORS;
  const text =
    other === undefined
      ? gunzipSync(readFileSync(join(import.meta.dirname, 'tracelogging.json.gz'))).toString('utf8')
      : readFileSync(other, 'utf8');
  return (JSON.parse(text) as { readonly cases: readonly Case[] }).cases;
}

/** Undoes `{"$rep": [x, n]}`. */
function expand(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$rep' in value)) {
    return Array.isArray(value) ? value.map(expand) : value;
  }
  const [element, count] = value.$rep as [unknown, number];
  return typeof element === 'string' ? element.repeat(count) : Array.from({ length: count }, () => element);
}

/** A name: text, or bytes as `nameHex`. */
export function nameIn(args: Readonly<Record<string, unknown>>): string | Uint8Array {
  if (args.nameHex !== undefined) return Buffer.from(args.nameHex as string, 'hex');
  return expand(args.name) as string;
}

const WIDE = /^add_(u?int64|u?intptr|hexint64|hexintptr|filetime_int64)(_seq)?$/;
const FLOAT = /^add_float/;

/** The value of an `add_` step, as our methods take it. */
export function valueIn(step: Step): unknown {
  const { args = {}, op } = step;
  const raw = args.value;
  // An element that is repeated is text for all types but those whose whole value is.
  const isSequence = op.endsWith('_seq');
  const repeated = typeof raw === 'object' && raw !== null && '$rep' in raw;
  let value: unknown;
  if (isSequence && repeated) {
    const [element, count] = raw.$rep as [unknown, number];
    value = Array.from({ length: count }, () => expand(element));
  } else value = expand(raw);
  const one = (element: unknown): unknown => {
    if (op.includes('_bytes')) return Buffer.from(element as string, 'hex');
    if (WIDE.test(op) && typeof element === 'string') return BigInt(element);
    if (FLOAT.test(op) && typeof element === 'string') return Number(element);
    return element;
  };
  return isSequence ? (value as unknown[]).map(one) : one(value);
}

/** Whether bytes are those that are expected. */
export function sameBytes(actual: Buffer, expected: ExpectedBytes): boolean {
  if (typeof expected === 'string') return actual.toString('hex') === expected;
  return (
    actual.length === expected.length && createHash('sha256').update(actual).digest('hex') === expected.sha256
  );
}
