/**
 * The levels of Tracebuf, on pino's scale, so that a pino level is stored as it is.
 * Any integer from 0 to 65535 is a level; these are the ones that have a name everywhere.
 */
export const Level = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
} as const;

/** Name of a standard level. */
export type LevelName = keyof typeof Level;

/** The highest number a level can have; a record holds its level in 16 bits. */
export const MAX_LEVEL = 0xffff;

const NAMES = new Map<number, LevelName>(
  (Object.keys(Level) as LevelName[]).map((name) => [Level[name], name]),
);

/**
 * Names a level: the label of the buffer that wrote it, else the standard name, else the number as text.
 *
 * @param severity The level as a number.
 * @param labels Names that the writing buffer has defined for its own levels.
 */
export function levelName(severity: number, labels?: ReadonlyMap<number, string>): string {
  return labels?.get(severity) ?? NAMES.get(severity) ?? String(severity);
}

/**
 * Reads a level that a person or an option gave: a standard name (any case, `warning` too) or a number.
 *
 * @returns The level as a number, or `undefined` where the text is neither.
 */
export function parseLevel(text: string | number): number | undefined {
  if (typeof text === 'number') {
    return Number.isInteger(text) && text >= 0 && text <= MAX_LEVEL ? text : undefined;
  }
  const name = text.trim().toLowerCase();
  if (name === 'warning') return Level.warn;
  if (Object.hasOwn(Level, name)) return Level[name as LevelName];
  return /^\d{1,5}$/.test(name) ? parseLevel(Number(name)) : undefined;
}
