/** Decoder of {@link RecordKind.WINSTON} records; importing it registers it. It needs neither winston nor its transport. */
import { stripVTControlCharacters } from 'node:util';
import {
  type DecodedPayload,
  LEVEL_DEFINITION,
  Level,
  parseJsonPayload,
  type RecordDecoder,
  RecordKind,
  type RecordPayload,
  registerDecoder,
  spanIdsIn,
  textOf,
} from '@tracebuf/ring';

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
    const info = parseJsonPayload(payload);
    if (info !== undefined) return decodeInfo(info, payload);
    const { bytes, start, end, flags } = payload;
    return { message: plain(textOf(bytes, start, end, flags)) };
  },
};

registerDecoder(winstonDecoder);

function decodeInfo(info: Record<string, unknown>, payload: RecordPayload): DecodedPayload {
  const { level, message, ...fields } = info;
  const decoded: Mutable<DecodedPayload> = { message: '' };
  if (typeof message === 'string') {
    decoded.message = plain(withoutStack(message, fields));
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
  return { ...decoded, ...spanIdsIn(info) };
}

/**
 * A message without the stack that stands behind it, and in `fields` once: winston's records of exceptions and rejections have it in
 * the message, as `stack`, and in the error.
 */
function withoutStack(message: string, fields: Record<string, unknown>): string {
  const { stack, error } = fields;
  if (typeof stack !== 'string' || stack === '') return message;
  if (isObject(error) && error.stack === stack) {
    const { stack: _, ...rest } = error;
    fields.error = rest;
  }
  const end = `\n${stack}`;
  return message.length > end.length && message.endsWith(end) ? message.slice(0, -end.length) : message;
}

/** What `format.logstash()` makes: `{"@fields":{…},"@message":"…","@timestamp":"…"}`. */
function decodeLogstash(line: Record<string, unknown>, payload: RecordPayload): DecodedPayload {
  const { '@message': message, '@timestamp': timestamp, '@fields': rest, ...others } = line;
  const info: Record<string, unknown> = { ...others, ...(isObject(rest) ? rest : undefined), message };
  if (timestamp !== undefined) info.timestamp = timestamp;
  return decodeInfo(info, payload);
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

function hasEntries(value: object): boolean {
  for (const _ in value) return true;
  return false;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
