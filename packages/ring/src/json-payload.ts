import { parseCutJson } from './cut-json.ts';
import type { DecodedPayload, RecordPayload } from './decode.ts';
import { RecordFlag } from './layout.ts';

/** Values nested more deeply than this are shown as a mark: who prints them may not be able to. */
const MAX_DEPTH = 64;

/**
 * Parses the payload of a record kind that holds one JSON object, a cut one as far as it goes.
 *
 * @returns The object, nested no deeper than 64 levels; `undefined` where the payload is none.
 */
export function parseJsonPayload({
  bytes,
  start,
  end,
  flags,
}: RecordPayload): Record<string, unknown> | undefined {
  const text = bytes.toString('utf8', start, end);
  const value = (flags & RecordFlag.CUT) !== 0 ? parseCutJson(text) : parseObject(text);
  if (value !== undefined) prune(value, MAX_DEPTH);
  return value;
}

/** The ids of a span among some fields, by the names that OpenTelemetry and people use; none where they are no ids. */
export function spanIdsIn(
  fields: Readonly<Record<string, unknown>>,
): Pick<DecodedPayload, 'traceId' | 'spanId'> {
  const traceId = idOf(fields.trace_id ?? fields.traceId, 32);
  if (traceId === undefined) return {};
  const spanId = idOf(fields.span_id ?? fields.spanId, 16);
  return spanId === undefined ? { traceId } : { traceId, spanId };
}

function idOf(value: unknown, digits: number): string | undefined {
  return typeof value === 'string' && value.length === digits && /^[\da-f]+$/i.test(value)
    ? value.toLowerCase()
    : undefined;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Puts a mark in place of what is nested too deeply. */
function prune(value: object, depth: number): void {
  for (const key in value) {
    const entry = (value as Record<string, unknown>)[key];
    if (typeof entry !== 'object' || entry === null) continue;
    if (depth > 1) prune(entry, depth - 1);
    else define(value, key, '[Too deep]');
  }
}

/** Not an assignment: the key may be `__proto__`. */
function define(value: object, key: string, entry: unknown): void {
  Object.defineProperty(value, key, { value: entry, enumerable: true, configurable: true, writable: true });
}
