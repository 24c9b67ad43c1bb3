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

/** So many loggers of a buffer are told apart: each line is compared with all of them. */
const MAX_SHAPES = 256;

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
  const fields: Record<string, unknown> = {};
  let hasFields = false;
  let message: unknown;
  for (const key of Object.keys(line)) {
    const value = line[key];
    if (isToldElsewhere(key, value, shape)) continue;
    if (key === messageKey) {
      message = value;
      if (typeof value === 'string') continue;
    }
    if (key === '__proto__') define(fields, key, value);
    else fields[key] = value;
    hasFields = true;
  }
  const decoded: Mutable<DecodedPayload> = { message: messageOf(message, fields, shape, isCut) };
  if (hasFields) decoded.fields = fields;
  const name = levelNameOf(line.level, payload);
  if (name !== undefined) decoded.level = name;
  const nested = shape.nestedKey === undefined ? undefined : ownValue(fields, shape.nestedKey);
  let ids = spanIdsIn(line);
  if (ids.traceId === undefined && isObject(nested)) ids = spanIdsIn(nested);
  if (ids.traceId !== undefined) decoded.traceId = ids.traceId;
  if (ids.spanId !== undefined) decoded.spanId = ids.spanId;
  return decoded;
}

/** Whether an entry is no field, as the record says it itself. */
function isToldElsewhere(key: string, value: unknown, shape: LoggerShape): boolean {
  switch (key) {
    case 'level':
      return !isObject(value);
    case 'time':
      return value === undefined || milliseconds(value) !== undefined;
    case 'pid':
      return value === shape.pid;
    case 'hostname':
      return value === shape.hostname;
    default:
      return false;
  }
}

/** The sound shapes among definitions, which are the same object for many lines. */
const knownShapes = new WeakMap<Definitions, readonly LoggerShape[]>();

function shapesIn(definitions: Definitions): readonly LoggerShape[] {
  let shapes = knownShapes.get(definitions);
  if (shapes === undefined) {
    shapes = [...(definitions.get(PINO_DEFINITION)?.values() ?? [])].slice(0, MAX_SHAPES).map(soundShape);
    knownShapes.set(definitions, shapes);
  }
  return shapes;
}

/** The shape whose message key the line has; several loggers may write to one buffer. */
function shapeOf(line: Record<string, unknown>, definitions: Definitions): LoggerShape {
  let fallback: LoggerShape | undefined;
  for (const shape of shapesIn(definitions)) {
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
