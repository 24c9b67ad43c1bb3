import type { Severity } from './severity.ts';

/** What is logged beside the message. */
export type LogFields = Readonly<Record<string, unknown>>;

type LogMethod = (fields: object, message?: string) => unknown;

/** A logger that takes fields first, then the message: pino, fastify's logger, bunyan. */
export interface FieldsFirstLogger {
  readonly fatal?: LogMethod;
  readonly error: LogMethod;
  readonly warn: LogMethod;
  readonly info: LogMethod;
  readonly debug: LogMethod;
  readonly trace?: LogMethod;
  readonly isLevelEnabled?: (level: string) => boolean;
}

/** A logger that takes one entry with its level: winston. */
export interface EntryLogger {
  readonly levels: Readonly<Record<string, number>>;
  readonly isLevelEnabled?: (level: string) => boolean;
  readonly log: (entry: { level: string; message: string; [field: string]: unknown }) => unknown;
}

/** Any pino or winston logger, or an object like it. */
export type LogHandler = FieldsFirstLogger | EntryLogger;

/** Passes one entry on. Never throws. */
export type HandlerWriter = (severity: Severity, fields: LogFields, message: string) => void;

/** Names that a severity has among level names, best first: pino's, npm's, syslog's. */
const LEVEL_NAMES: Readonly<Record<Severity, readonly string[]>> = {
  critical: ['fatal', 'crit', 'critical', 'error', 'err'],
  error: ['error', 'err'],
  warning: ['warn', 'warning'],
  notice: ['notice', 'info'],
  info: ['info'],
  'debug-summary': ['debug'],
  'debug-verbose': ['trace', 'silly', 'debug'],
  'debug-data': ['trace', 'silly', 'debug'],
};

/** Fields that loggers write themselves: a parameter of that name is logged as `param_<name>`. */
const LOGGER_FIELDS: ReadonlySet<string> = new Set([
  'condition',
  'component',
  'hostname',
  'label',
  'level',
  'message',
  'meta',
  'msg',
  'name',
  'pid',
  'splat',
  'stack',
  'time',
  'timestamp',
  'v',
]);

/** The field that a parameter is logged as. */
export function fieldOfParameter(name: string): string {
  return LOGGER_FIELDS.has(name) ? `param_${name}` : name;
}

/** Whether a value is a logger that can be written to; see {@link LogHandler}. */
export function isLogHandler(value: unknown): value is LogHandler {
  return isEntryLogger(value) || isFieldsFirstLogger(value);
}

/** Prepares writing to a handler: the level names are looked up once, the logger's own level on each entry. */
export function handlerWriter(handler: LogHandler): HandlerWriter {
  if (isEntryLogger(handler)) {
    const levels = levelsAmong((name) => Object.hasOwn(handler.levels, name));
    return (severity, fields, message) => {
      const level = levels[severity];
      if (level === undefined) return;
      try {
        if (handler.isLevelEnabled?.(level) === false) return;
        handler.log({ ...fields, level, message });
      } catch {
        // A handler that fails is its owner's concern: logging never breaks the program.
      }
    };
  }
  const methods = handler as unknown as Readonly<Record<string, LogMethod>>;
  const levels = levelsAmong((name) => typeof methods[name] === 'function');
  return (severity, fields, message) => {
    const level = levels[severity];
    if (level === undefined) return;
    try {
      if (handler.isLevelEnabled?.(level) === false) return;
      methods[level]?.(fields, message);
    } catch {
      // As above.
    }
  };
}

function levelsAmong(has: (name: string) => boolean): Readonly<Partial<Record<Severity, string>>> {
  const found: Partial<Record<Severity, string>> = {};
  for (const [severity, names] of Object.entries(LEVEL_NAMES) as [Severity, readonly string[]][]) {
    const name = names.find(has);
    if (name !== undefined) found[severity] = name;
  }
  return found;
}

function isEntryLogger(value: unknown): value is EntryLogger {
  if (typeof value !== 'object' || value === null || !('log' in value) || !('levels' in value)) return false;
  const { log, levels } = value;
  return typeof log === 'function' && typeof levels === 'object' && levels !== null && !('values' in levels);
}

function isFieldsFirstLogger(value: unknown): value is FieldsFirstLogger {
  if (typeof value !== 'object' || value === null) return false;
  const methods = value as Record<string, unknown>;
  return ['error', 'warn', 'info', 'debug'].every((name) => typeof methods[name] === 'function');
}
