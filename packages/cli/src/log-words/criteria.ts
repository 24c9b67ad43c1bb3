import {
  type ComponentDefinition,
  type Criterion,
  PARAMETER_TYPES,
  parseCriteria,
  relevantCriteria,
  type Selection,
} from '@tracebuf/exos-log';
import type { WordReader } from '../word-reader.ts';

/** Types of parameters as criteria write them, each in its words: `source ipaddress`, `vlan tag`. */
const TYPES: readonly (readonly string[])[] = Object.values(PARAMETER_TYPES).flatMap(({ words, roles }) => [
  words.split(' '),
  ...roles.map((role) => [role, ...words.split(' ')]),
]);

/**
 * Reads what follows `match` or `strict-match`: `<type> <value> {and <type> <value>}...`.
 *
 * @param selection What the criteria are for: completion offers the types that its conditions have.
 * @throws UsageError, LogConfigurationError
 */
export function demandCriteria(
  reader: WordReader,
  components: readonly ComponentDefinition[],
  selection: Selection,
): Criterion[] {
  const offered = relevantCriteria(components, selection).map((words) => words.split(' '));
  const words: string[] = [];
  do {
    if (words.length > 0) words.push('and');
    words.push(...demandType(reader, offered));
    words.push(reader.text('<value>'));
  } while (reader.flag('and'));
  return parseCriteria(words);
}

function demandType(reader: WordReader, offered: readonly (readonly string[])[]): readonly string[] {
  const first = reader.demand(wordsAt(TYPES, 0), wordsAt(offered, 0));
  const types = TYPES.filter(([word]) => word === first);
  const isWhole = types.some((type) => type.length === 1);
  const next = wordsAt(types, 1);
  if (next.length === 0) return [first];
  // Where the first word is a type already, anything else is its value.
  const second = isWhole ? reader.takeFull(next) : reader.demand(next, wordsAt(offered, 1, first));
  return second === undefined ? [first] : [first, second];
}

/** Words at a place of types, each once. */
function wordsAt(types: readonly (readonly string[])[], place: number, before?: string): string[] {
  const fitting = before === undefined ? types : types.filter(([word]) => word === before);
  return [...new Set(fitting.flatMap((type) => type[place] ?? []))];
}
