import type { TargetChange } from '@tracebuf/exos-log';
import type { WordReader } from '../word-reader.ts';
import { demandFilterName } from './filter.ts';
import { demandFormat } from './format.ts';
import { demandSeverityLimit } from './severity.ts';

/** What can be set of every target. */
export const SESSION_CLAUSES = ['filter', 'severity', 'match', 'repeats', 'format'] as const;

/** One of {@link TARGET_CLAUSES}. */
type TargetClause = (typeof SESSION_CLAUSES)[number] | 'number-of-messages' | 'from';

/** What can be set of some target or other. */
export const TARGET_CLAUSES: readonly TargetClause[] = [...SESSION_CLAUSES, 'number-of-messages', 'from'];

/**
 * Reads what is to be set of a target: clauses in any order, each once; `format` goes on to the end.
 *
 * @param clauses Those that may stand here.
 * @throws UsageError
 */
export function takeTargetChange(reader: WordReader, clauses: readonly TargetClause[]): TargetChange {
  const change: { -readonly [Key in keyof TargetChange]: TargetChange[Key] } = {};
  let open = clauses;
  for (;;) {
    const clause = reader.take(open);
    if (clause === undefined) return change;
    open = clause === 'format' ? [] : open.filter((other) => other !== clause);
    if (clause === 'filter') change.filter = demandFilterName(reader);
    else if (clause === 'severity') Object.assign(change, demandSeverityLimit(reader));
    else if (clause === 'match') change.match = reader.text('<expression>', () => ['any']);
    else if (clause === 'repeats')
      change.suppressRepeats = reader.demand(['suppress', 'show']) === 'suppress';
    else if (clause === 'format') change.format = demandFormat(reader);
    else if (clause === 'from') change.from = reader.text('<source-address>');
    else change.numberOfMessages = wholeNumber(reader.text('<200-20000>'));
  }
}

/** A number for those who check it; what is none is none for them, too. */
function wholeNumber(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}
