import { Level } from '@tracebuf/ring';

/** Levels by the four steps each that OpenTelemetry has for them: 1 to 4 trace, … 21 to 24 fatal. */
const LEVELS = [Level.trace, Level.debug, Level.info, Level.warn, Level.error, Level.fatal] as const;
const STEPS = 4;

/** The level of a severity number; info where there is none. */
export function levelOfSeverity(severity: number | undefined): number {
  if (severity === undefined || !(severity >= 1)) return Level.info;
  return LEVELS[Math.min(Math.floor((severity - 1) / STEPS), LEVELS.length - 1)] as number;
}

/** The severity number of a level: the first step of the nearest one below. */
export function severityOfLevel(level: number): number {
  let index = 0;
  while (index < LEVELS.length - 1 && level >= (LEVELS[index + 1] as number)) index++;
  return index * STEPS + 1;
}
