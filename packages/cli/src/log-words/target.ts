import {
  findTargets,
  type LogConfiguration,
  readLogConfiguration,
  TARGET_FACILITIES,
  TARGET_KINDS,
  type TargetKind,
} from '@tracebuf/exos-log';
import type { Candidate, WordReader } from '../word-reader.ts';

/** A target as a command names it. */
export interface NamedTarget {
  readonly kind: TargetKind;
  /** As `findTargets` takes it. */
  readonly name: string;
}

/**
 * Reads a target: `memory-buffer`, `nvram`, `console`, `session`, or `syslog` with `all` or what tells the servers apart.
 *
 * @param next Words that may follow it: where one of them stands behind `syslog`, all of them are meant.
 * @throws UsageError
 */
export function demandTarget(reader: WordReader, next: readonly string[]): NamedTarget {
  const kind = reader.demand(TARGET_KINDS);
  if (kind !== 'syslog') return { kind, name: kind };
  reader.expect('<address>{:<port>}', syslogAddresses);
  if (reader.next === undefined || isClause(reader, next)) return { kind, name: kind };
  return { kind, name: `${kind} ${demandServer(reader)}` };
}

/** Whether the next word is one of a clause: in full, or abbreviated where no server has such an address. */
function isClause(reader: WordReader, clauses: readonly string[]): boolean {
  const word = reader.next?.toLowerCase() ?? '';
  if (clauses.includes(word)) return true;
  if (word === 'all' || !clauses.some((clause) => clause.startsWith(word))) return false;
  const configuration = readLogConfiguration();
  try {
    return findTargets(configuration, `syslog ${word}`).length === 0;
  } catch {
    return reader.look(clauses) !== undefined;
  }
}

/** Reads `all`, or `<address>{:<port>} {vr <vr>} {local0..local7}`. @throws UsageError */
export function demandServer(reader: WordReader): string {
  if (reader.takeFull(['all']) !== undefined) return 'all';
  const words = [reader.text('<address>{:<port>}', syslogAddresses)];
  if (reader.flag('vr')) words.push('vr', reader.text('<vr>'));
  const facility = reader.take(TARGET_FACILITIES);
  if (facility !== undefined) words.push(facility);
  return words.join(' ');
}

function syslogAddresses(): Candidate[] {
  return syslogTargets(readLogConfiguration()).map((name) => ({ value: name.split(' ')[1] ?? '' }));
}

function syslogTargets({ targets }: LogConfiguration): string[] {
  return targets.filter(({ kind }) => kind === 'syslog').map(({ name }) => name);
}
