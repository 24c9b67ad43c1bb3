import { SEVERITIES, type Severity, type SeverityMask, severityMask } from '@tracebuf/exos-log';
import type { WordReader } from '../word-reader.ts';

const NAMES = SEVERITIES.map(({ severity }) => severity);

/** What follows the word `severity`. */
export interface SeverityLimit {
  readonly severity: Severity;
  /** Whether just that severity is meant; else more urgent ones, too. */
  readonly only: boolean;
}

/** Reads a severity. @throws UsageError */
export function demandSeverity(reader: WordReader): Severity {
  return reader.demand(NAMES);
}

/** Reads a severity or a word that stands for one. @throws UsageError */
export function demandSeverityOr<K extends string>(reader: WordReader, other: K): Severity | K {
  return reader.demand([...NAMES, other]);
}

/** Reads `<severity> {only}`. @throws UsageError */
export function demandSeverityLimit(reader: WordReader): SeverityLimit {
  return { severity: demandSeverity(reader), only: reader.flag('only') };
}

/** Reads `severity <severity> {only}` where it may stand. @throws UsageError */
export function takeSeverityLimit(reader: WordReader): SeverityLimit | undefined {
  return reader.flag('severity') ? demandSeverityLimit(reader) : undefined;
}

/** The severities that a limit lets through. @param limit `undefined`: all. */
export function severitiesOf(limit: SeverityLimit | undefined): SeverityMask {
  return limit === undefined ? severityMask('debug-data') : severityMask(limit.severity, limit.only);
}
