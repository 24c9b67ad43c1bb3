/** Decoder of {@link RecordKind.PINO} records; importing it registers it. It needs neither pino nor its transports. */
import {
  CUT_MARK,
  type DecodedPayload,
  type Definitions,
  LEVEL_DEFINITION,
  Level,
  parseJsonPayload,
  type RecordDecoder,
  RecordFlag,
  RecordKind,
  type RecordPayload,
  registerDecoder,
  spanIdsIn,
  textOf,
} from '@tracebuf/ring';
import { milliseconds } from './line-time.ts';
import { type LoggerShape, PINO_DEFINITION } from './logger-shape.ts';

/** Longest name of a level that is believed. */
const MAX_LEVEL_NAME = 64;

const STANDARD_SEVERITIES: ReadonlySet<number> = new Set(Object.values(Level));

/** How a line is made where no definition says otherwise. */
const DEFAULT_SHAPE: LoggerShape = {};

/**
 * Decodes lines that pino made. `message` is what stands under the message key; `fields` are all others but `level`,
 * `time`, and the `pid` and `hostname` that are the writer's own. Any bytes may be given: what is no JSON object is
 * shown as text.
 */
export const pinoDecoder: RecordDecoder = {
  kind: RecordKind.PINO,
  name: 'pino',
  decode(payload) {
    const { bytes, start, end, flags } = payload;
    const line = parseJsonPayload(payload);
    if (line === undefined) return { message: textOf(bytes, start, end, flags) };
    return decodeLine(line, payload, (flags & RecordFlag.CUT) !== 0);
  },
};

registerDecoder(pinoDecoder);

function decodeLine(line: Record<string, unknown>, payload: RecordPayload, isCut: boolean): DecodedPayload {
  const shape = shapeOf(line, payload.definitions);
  const { messageKey = 'msg' } = shape;
  const { level, time, ...fields } = line;
  if (isObject(level)) define(fields, 'level', level);
  if (time !== undefined && milliseconds(time) === undefined) define(fields, 'time', time);
  if (fields.pid === shape.pid) delete fields.pid;
  if (fields.hostname === shape.hostname) delete fields.hostname;
  const message = ownValue(fields, messageKey);
  if (typeof message === 'string') delete fields[messageKey];
  const decoded: Mutable<DecodedPayload> = { message: messageOf(message, fields, shape, isCut) };
  if (hasEntries(fields)) decoded.fields = fields;
  const name = levelNameOf(level, payload);
  if (name !== undefined) decoded.level = name;
  const nested = shape.nestedKey === undefined ? undefined : ownValue(fields, shape.nestedKey);
  const ids = spanIdsIn(line);
  return { ...decoded, ...(ids.traceId === undefined && isObject(nested) ? spanIdsIn(nested) : ids) };
}

/** The shape whose message key the line has; several loggers may write to one buffer. */
function shapeOf(line: Record<string, unknown>, definitions: Definitions): LoggerShape {
  let fallback: LoggerShape | undefined;
  for (const value of definitions.get(PINO_DEFINITION)?.values() ?? []) {
    const shape = soundShape(value);
    if (Object.hasOwn(line, shape.messageKey ?? 'msg')) return shape;
    if (fallback === undefined || hasError(line, shape)) fallback = shape;
  }
  return fallback ?? DEFAULT_SHAPE;
}

/** A definition comes from a file: what is no text is left out. */
function soundShape(value: unknown): LoggerShape {
  if (!isObject(value)) return DEFAULT_SHAPE;
  const shape: Mutable<LoggerShape> = {};
  for (const key of ['messageKey', 'errorKey', 'nestedKey', 'hostname'] as const) {
    const text = value[key];
    if (typeof text === 'string') shape[key] = text;
  }
  if (typeof value.pid === 'number') shape.pid = value.pid;
  return shape;
}

function hasError(line: Record<string, unknown>, shape: LoggerShape): boolean {
  return Object.hasOwn(line, shape.errorKey ?? 'err');
}

/** The text to read first: the message, else that of the error; a cut line may have lost it. */
function messageOf(
  message: unknown,
  fields: Record<string, unknown>,
  shape: LoggerShape,
  isCut: boolean,
): string {
  if (typeof message === 'string') return message;
  if (message !== undefined) return JSON.stringify(message) ?? '';
  const { errorKey = 'err', nestedKey } = shape;
  const nested = nestedKey === undefined ? undefined : ownValue(fields, nestedKey);
  for (const holder of isObject(nested) ? [fields, nested] : [fields]) {
    const error = ownValue(holder, errorKey);
    if (isObject(error) && typeof error.message === 'string') return error.message;
  }
  return isCut ? CUT_MARK : '';
}

/** The level's own name, where the record's severity does not say it. */
function levelNameOf(level: unknown, { severity, definitions }: RecordPayload): string | undefined {
  const labels = definitions.get(LEVEL_DEFINITION);
  if (typeof level === 'number') {
    // A level that a record can't hold, such as 30.5, or one that is called by a standard name, such as error 10.
    if (level === severity) return undefined;
    const label = labels?.get(level);
    if (typeof label === 'string') return label;
    return STANDARD_SEVERITIES.has(severity) || labels?.has(severity) ? undefined : String(level);
  }
  if (typeof level !== 'string' || STANDARD_SEVERITIES.has(severity) || labels?.has(severity))
    return undefined;
  const name = level.trim();
  return name === '' || name.length > MAX_LEVEL_NAME ? undefined : name;
}

/** Not an assignment: the key may be `__proto__`. */
function define(value: object, key: string, entry: unknown): void {
  Object.defineProperty(value, key, { value: entry, enumerable: true, configurable: true, writable: true });
}

function ownValue(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function hasEntries(value: object): boolean {
  for (const _ in value) return true;
  return false;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
