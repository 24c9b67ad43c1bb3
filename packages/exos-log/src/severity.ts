import { InvalidSeverityError } from './errors.ts';

/** The severities of conditions, most urgent first, as EXOS names them. */
export const Severity = {
  CRITICAL: 'critical',
  ERROR: 'error',
  WARNING: 'warning',
  NOTICE: 'notice',
  INFO: 'info',
  DEBUG_SUMMARY: 'debug-summary',
  DEBUG_VERBOSE: 'debug-verbose',
  DEBUG_DATA: 'debug-data',
} as const;

/** One of {@link Severity}. */
export type Severity = (typeof Severity)[keyof typeof Severity];

/** What a severity is called and numbered elsewhere. */
export interface SeverityInfo {
  readonly severity: Severity;
  /** Urgency rank, 0 (critical) to 7 (debug-data); also the bit of the severity in a {@link SeverityMask}. */
  readonly rank: number;
  /** As tables spell it: `Critical`, `Debug-Summary`. */
  readonly label: string;
  /** One letter, as filter listings show it: `C E W N I S V D`. */
  readonly letter: string;
  /** Four letters, as log lines show it: `Crit`, `Summ`. */
  readonly tag: string;
  /** Severity number of syslog (RFC 5424): 2 to 7. `emergency` and `alert` are not used. */
  readonly syslog: number;
  /** Number on the scale of Python's logging. */
  readonly python: number;
  /** Level on the scale of pino, which is also the scale of trace buffers. */
  readonly pino: {
    readonly name: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
    readonly level: number;
  };
  /** SeverityNumber of OpenTelemetry. */
  readonly openTelemetry: number;
}

/** The severities and their equals elsewhere, most urgent first: an entry's index is its rank. */
export const SEVERITIES: readonly SeverityInfo[] = [
  info('critical', 'Critical', 'C', 'Crit', 2, 50, 'fatal', 60, 18),
  info('error', 'Error', 'E', 'Erro', 3, 40, 'error', 50, 17),
  info('warning', 'Warning', 'W', 'Warn', 4, 30, 'warn', 40, 13),
  info('notice', 'Notice', 'N', 'Noti', 5, 25, 'info', 30, 10),
  info('info', 'Info', 'I', 'Info', 6, 20, 'info', 30, 9),
  info('debug-summary', 'Debug-Summary', 'S', 'Summ', 7, 10, 'debug', 20, 5),
  info('debug-verbose', 'Debug-Verbose', 'V', 'Verb', 7, 8, 'trace', 10, 3),
  info('debug-data', 'Debug-Data', 'D', 'Data', 7, 5, 'trace', 10, 1),
].map((entry, rank) => ({ ...entry, rank }));

function info(
  severity: Severity,
  label: string,
  letter: string,
  tag: string,
  syslog: number,
  python: number,
  name: SeverityInfo['pino']['name'],
  level: number,
  openTelemetry: number,
): Omit<SeverityInfo, 'rank'> {
  return { severity, label, letter, tag, syslog, python, pino: { name, level }, openTelemetry };
}

const BY_NAME: ReadonlyMap<string, SeverityInfo> = new Map(
  SEVERITIES.map((entry) => [entry.severity, entry]),
);

/** What is known about a severity. */
export function severityInfo(severity: Severity): SeverityInfo {
  const entry = BY_NAME.get(severity);
  if (entry === undefined) throw new InvalidSeverityError(severity);
  return entry;
}

/** The severity of a rank, 0 to 7. */
export function severityOfRank(rank: number): Severity {
  const entry = SEVERITIES[rank];
  if (entry === undefined) throw new InvalidSeverityError(rank);
  return entry.severity;
}

/** Urgency rank of a severity: 0 (critical) to 7 (debug-data). */
export function severityRank(severity: Severity): number {
  return severityInfo(severity).rank;
}

/** Orders severities, most urgent first; usable with `sort`. */
export function compareSeverity(a: Severity, b: Severity): number {
  return severityRank(a) - severityRank(b);
}

/** Whether a value is one of {@link Severity}. */
export function isSeverity(value: unknown): value is Severity {
  return typeof value === 'string' && BY_NAME.has(value);
}

/** Whether a severity is one of the three that need debug mode. */
export function isDebugSeverity(severity: Severity): boolean {
  return (severityBit(severity) & DEBUG_SEVERITIES) !== 0;
}

/** Severities that a text abbreviates, in any case, most urgent first: one for a good abbreviation. */
export function matchSeverities(text: string): Severity[] {
  const start = text.trim().toLowerCase();
  if (start === '') return [];
  const exact = BY_NAME.get(start);
  if (exact !== undefined) return [exact.severity];
  return SEVERITIES.filter((entry) => entry.severity.startsWith(start)).map((entry) => entry.severity);
}

/**
 * Reads a severity as a person types it: any case, abbreviated as far as it stays unambiguous (`w`, `debug-s`).
 *
 * @throws {InvalidSeverityError} The text means no severity, or several.
 */
export function parseSeverity(text: string): Severity {
  const [severity, ...others] = matchSeverities(text);
  if (severity === undefined) throw new InvalidSeverityError(text);
  if (others.length > 0) throw new InvalidSeverityError(text, [severity, ...others]);
  return severity;
}

/** A set of severities: bit n is the severity of rank n. */
export type SeverityMask = number;

/** Every severity. */
export const ALL_SEVERITIES: SeverityMask = 0xff;

/** The three severities that need debug mode. */
export const DEBUG_SEVERITIES: SeverityMask = 0xe0;

/** The set of one severity. */
export function severityBit(severity: Severity): SeverityMask {
  return 1 << severityRank(severity);
}

/** The set that `severity <s>` means: `s` and what is more urgent, or with `only` just `s`. */
export function severityMask(severity: Severity, only = false): SeverityMask {
  const bit = severityBit(severity);
  return only ? bit : bit | (bit - 1);
}

/** The severities in a set, most urgent first. */
export function severitiesIn(mask: SeverityMask): Severity[] {
  return SEVERITIES.filter((entry) => (mask & (1 << entry.rank)) !== 0).map((entry) => entry.severity);
}
