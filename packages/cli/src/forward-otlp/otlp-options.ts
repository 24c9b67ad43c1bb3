import { UsageError } from '../errors.ts';
import type { Protocol } from './signals.ts';

/** Options of `forward --otlp`, as they are on the command line. */
export interface OtlpOptions {
  readonly otlp?: URL;
  readonly protocol?: Protocol;
  readonly header?: readonly (readonly [name: string, value: string])[];
  readonly gzip?: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly timeout?: number;
  readonly batch?: number;
  readonly db?: string;
  readonly once?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const MAX_TIMEOUT = 600_000;
const MAX_BATCH = 10_000;

/**
 * Reads the URL of a collector: `http` or `https`.
 *
 * @throws UsageError
 */
export function collectorUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new UsageError(
    `The collector ${JSON.stringify(text)} is no URL of http or https; give one such as http://localhost:4318`,
  );
}

/**
 * Reads a header, `name=value` or `name: value`, and puts it behind those before it.
 *
 * @throws UsageError
 */
export function headerValue(
  text: string,
  before: readonly (readonly [string, string])[] = [],
): (readonly [string, string])[] {
  const found = /^\s*([\w!#$%&'*+.^`|~-]+)\s*[=:]\s*([\t\x20-\x7e\x80-\xff]*?)\s*$/.exec(text);
  if (found === null) {
    // Not its text: a header may hold a secret.
    throw new UsageError('A header makes no sense; give one such as "authorization=Bearer 123"');
  }
  return [...before, [found[1] ?? '', found[2] ?? ''] as const];
}

/**
 * Reads the protocol.
 *
 * @throws UsageError
 */
export function protocolValue(text: string): Protocol {
  const name = text
    .trim()
    .toLowerCase()
    .replace(/^http\//, '');
  if (name === 'protobuf' || name === 'json') return name;
  throw new UsageError(`There is no protocol ${JSON.stringify(text)}; give protobuf or json`);
}

/**
 * Reads how long a request may take, to milliseconds.
 *
 * @throws UsageError
 */
export function timeoutValue(text: string): number {
  const found = /^(\d{1,6}(?:\.\d{1,3})?)\s*(ms|s|m)$/.exec(text.trim().toLowerCase());
  const factor = { ms: 1, s: 1000, m: 60_000 }[found?.[2] ?? 'ms'] ?? 1;
  const milliseconds = Number(found?.[1] ?? 0) * factor;
  if (milliseconds >= 1 && milliseconds <= MAX_TIMEOUT) return milliseconds;
  throw new UsageError(`The time ${JSON.stringify(text)} can't be used; give one such as 500ms, 10s or 1m`);
}

/**
 * Reads how many records a request may have.
 *
 * @throws UsageError
 */
export function batchValue(text: string): number {
  const count = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  if (count >= 1 && count <= MAX_BATCH) return count;
  throw new UsageError(`The count ${JSON.stringify(text)} can't be used; give one from 1 to ${MAX_BATCH}`);
}

/** The URL of one signal, below that of the collector. */
export function signalUrl(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  return url;
}
