import { hostname } from 'node:os';
import { LEVEL_DEFINITION, Level, levelName, type TraceBuffer } from '@tracebuf/ring';

/** Type of the definitions that tell readers how a logger's lines are made. */
export const PINO_DEFINITION = 'pino';

/** Names of the keys that a logger puts message, error and the rest under. */
export interface LoggerKeys {
  /** Default `'msg'`. */
  readonly messageKey?: string;
  /** Default `'err'`. */
  readonly errorKey?: string;
  /** Default: fields stand at the top of the line. */
  readonly nestedKey?: string;
}

/** A definition's value: what a decoder has to know of a line, beyond the line. */
export interface LoggerShape extends LoggerKeys {
  /** What pino's default `base` repeats in every line, and readers need not. */
  readonly pid?: number;
  readonly hostname?: string;
}

/** Id of each shape that a logger of this thread has, so that the same one is the same everywhere. */
const ids = new Map<string, number>();

/** Tells the readers of a buffer how the lines of a logger are made. A system call: not for every line. */
export function defineShape(buffer: TraceBuffer, keys: LoggerKeys): void {
  const shape: LoggerShape = { ...keys, pid: process.pid, hostname: hostname() };
  const text = JSON.stringify(shape);
  const id = ids.get(text) ?? ids.size;
  ids.set(text, id);
  buffer.define({ type: PINO_DEFINITION, id, value: shape });
}

/** Tells the readers the names of levels that are not called so by everybody. */
export function defineLevels(buffer: TraceBuffer, labels: ReadonlyMap<number, string>): void {
  for (const [level, label] of labels) {
    if (label !== levelName(level)) buffer.define({ type: LEVEL_DEFINITION, id: level, value: label });
  }
}

/** What pino tells a stream that has an `emit`, when a logger is made on it. */
export interface PinoConfig {
  readonly labels: ReadonlyMap<number, string>;
  readonly messageKey: string | undefined;
  readonly errorKey: string | undefined;
}

/** Reads pino's `PINO_CONFIG` message. */
export function parsePinoConfig(message: unknown): PinoConfig | undefined {
  if (!isObject(message) || message.code !== 'PINO_CONFIG' || !isObject(message.config)) return undefined;
  const { levels, messageKey, errorKey } = message.config;
  return {
    labels: labelsOf(levels),
    messageKey: typeof messageKey === 'string' ? messageKey : undefined,
    errorKey: typeof errorKey === 'string' ? errorKey : undefined,
  };
}

function labelsOf(levels: unknown): Map<number, string> {
  const labels = new Map<number, string>();
  const given = isObject(levels) ? levels.labels : undefined;
  if (!isObject(given)) return labels;
  for (const [level, label] of Object.entries(given)) {
    if (Number.isFinite(Number(level)) && typeof label === 'string') labels.set(Number(level), label);
  }
  return labels;
}

/**
 * Numbers of labels that mean something else than what they say: with `levelComparison: 'DESC'` or levels of one's
 * own `error` may be 10. What is called `error` is kept, compared and filtered as an error.
 */
export function renumbered(labels: ReadonlyMap<number, string>): ReadonlyMap<number, number> {
  const severities = new Map<number, number>();
  for (const [level, label] of labels) {
    if (!Object.hasOwn(Level, label)) continue;
    const severity = Level[label as keyof typeof Level];
    if (severity !== level) severities.set(level, severity);
  }
  return severities;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
