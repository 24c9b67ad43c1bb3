import { Level } from '@tracebuf/ring';

/** Levels of events, as Windows names them. Any number up to 255 is one; the higher, the less important. */
export const EventLevel = {
  /** Passes every filter by level. */
  LogAlways: 0,
  Critical: 1,
  Error: 2,
  Warning: 3,
  Info: 4,
  Verbose: 5,
} as const;

const SEVERITIES = [Level.info, Level.fatal, Level.error, Level.warn, Level.info, Level.debug] as const;

/** The level of a record that holds an event: critical is `fatal`, verbose `debug`, what is beyond `trace`. */
export function severityOf(level: number): number {
  return SEVERITIES[level] ?? Level.trace;
}

const NAMES = new Map<string, number>([
  ['always', EventLevel.LogAlways],
  ['logalways', EventLevel.LogAlways],
  ['critical', EventLevel.Critical],
  ['fatal', EventLevel.Critical],
  ['error', EventLevel.Error],
  ['warning', EventLevel.Warning],
  ['warn', EventLevel.Warning],
  ['info', EventLevel.Info],
  ['information', EventLevel.Info],
  ['informational', EventLevel.Info],
  ['verbose', EventLevel.Verbose],
  ['debug', EventLevel.Verbose],
]);

/**
 * Reads a level that a person gave: a name of Windows in any case, or a number up to 255, also as `0x5`.
 *
 * @returns `undefined` where it is neither.
 */
export function parseEventLevel(text: string): number | undefined {
  const name = text.trim().toLowerCase();
  const named = NAMES.get(name);
  if (named !== undefined) return named;
  if (!/^(?:\d{1,3}|0x[\da-f]{1,2})$/.test(name)) return undefined;
  const level = Number(name);
  return level <= 255 ? level : undefined;
}

/** A level as people read it: its name and number. */
export function eventLevelText(level: number): string {
  const [name] = Object.entries(EventLevel).find(([, value]) => value === level) ?? [];
  return name === undefined ? String(level) : `${name.toLowerCase()} (${level})`;
}
