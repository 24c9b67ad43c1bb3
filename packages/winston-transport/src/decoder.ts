/** Decoder of {@link RecordKind.WINSTON} records; importing it registers it. It needs neither winston nor its transport. */
import { stripVTControlCharacters } from 'node:util';
import {
  type DecodedPayload,
  LEVEL_DEFINITION,
  Level,
  type RecordDecoder,
  RecordFlag,
  RecordKind,
  type RecordPayload,
  registerDecoder,
  textOf,
} from '@tracebuf/ring';
import { parseCutJson } from './partial-json.ts';

/** Values nested more deeply than this are shown as a mark: who prints them may not be able to. */
const MAX_DEPTH = 64;

/** Longest name of a level that is believed. */
const MAX_LEVEL_NAME = 64;

const STANDARD_SEVERITIES: ReadonlySet<number> = new Set(Object.values(Level));

/**
 * Decodes what `TraceBufferTransport` stores: `message` is the info's, `fields` are the rest of it (stack included),
 * the level's name comes from the buffer's definitions. Colours that `format.colorize()` put into message and level
 * are taken out. Any bytes may be given: what is no JSON object is shown as text.
 */
export const winstonDecoder: RecordDecoder = {
  kind: RecordKind.WINSTON,
  name: 'winston',
  decode(payload) {
    const { bytes, start, end, flags } = payload;
    const text = bytes.toString('utf8', start, end);
    const info = (flags & RecordFlag.CUT) !== 0 ? parseCutJson(text) : parseObject(text);
    if (info === undefined) return { message: plain(textOf(bytes, start, end, flags)) };
    return decodeInfo(info, payload);
  },
};

registerDecoder(winstonDecoder);

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function decodeInfo(info: Record<string, unknown>, payload: RecordPayload): DecodedPayload {
  prune(info, MAX_DEPTH);
  const { level, message, ...fields } = info;
  const decoded: Mutable<DecodedPayload> = { message: '' };
  if (typeof message === 'string') {
    decoded.message = plain(message);
  } else if (message !== undefined) {
    // An object as message: the text to read first, and the whole beside it.
    decoded.message = textOfMessage(message);
    fields.message = message;
  } else if (typeof fields['@message'] === 'string') {
    return decodeLogstash(fields, payload);
  }
  if (hasEntries(fields)) decoded.fields = fields;
  const name = levelNameOf(level, payload);
  if (name !== undefined) decoded.level = name;
  identify(decoded, info);
  return decoded;
}

/** What `format.logstash()` makes: `{"@fields":{…},"@message":"…","@timestamp":"…"}`. */
function decodeLogstash(line: Record<string, unknown>, payload: RecordPayload): DecodedPayload {
  const { '@message': message, '@timestamp': timestamp, '@fields': rest, ...others } = line;
  const info: Record<string, unknown> = { ...others, ...(isObject(rest) ? rest : undefined), message };
  if (timestamp !== undefined) info.timestamp = timestamp;
  return decodeInfo(info, payload);
}

/** Ids of the span that the record belongs to, by the names that OpenTelemetry and people use. */
function identify(decoded: Mutable<DecodedPayload>, info: Record<string, unknown>): void {
  const traceId = idOf(info.trace_id ?? info.traceId, 32);
  if (traceId === undefined) return;
  decoded.traceId = traceId;
  const spanId = idOf(info.span_id ?? info.spanId, 16);
  if (spanId !== undefined) decoded.spanId = spanId;
}

function idOf(value: unknown, digits: number): string | undefined {
  return typeof value === 'string' && value.length === digits && /^[\da-f]+$/i.test(value)
    ? value.toLowerCase()
    : undefined;
}

/** The name in the record, where neither the scale nor the buffer's definitions have one for its severity. */
function levelNameOf(level: unknown, { severity, definitions }: RecordPayload): string | undefined {
  if (STANDARD_SEVERITIES.has(severity) || definitions.get(LEVEL_DEFINITION)?.has(severity)) return undefined;
  if (typeof level !== 'string') return undefined;
  const name = plain(level.slice(0, MAX_LEVEL_NAME * 2)).trim();
  return name === '' || name.length > MAX_LEVEL_NAME ? undefined : name;
}

function textOfMessage(message: unknown): string {
  if (isObject(message) && typeof message.message === 'string') return plain(message.message);
  return JSON.stringify(message) ?? '';
}

function plain(text: string): string {
  return text.includes('\u001b') ? stripVTControlCharacters(text) : text;
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

function hasEntries(value: object): boolean {
  for (const _ in value) return true;
  return false;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
