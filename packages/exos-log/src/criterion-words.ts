import type { ComponentDefinition } from './component.ts';
import { LogConfigurationError } from './errors.ts';
import { includesCondition } from './events.ts';
import type { Criterion, Selection } from './filter-item.ts';
import { PARAMETER_TYPES, type ParameterRole, type ParameterType } from './parameter-type.ts';
import { quoted, quotedList } from './quoted.ts';
import { severityBit } from './severity.ts';

/** A kind of parameter that a criterion can ask for. */
type CriterionKind = Omit<Criterion, 'value'>;

/** Every kind, by its words: `ipaddress`, `source ipaddress`, `vlan`, `vlan tag`, … */
const KINDS: ReadonlyMap<string, CriterionKind> = new Map(
  Object.values(PARAMETER_TYPES).flatMap(({ type, words, roles }) => [
    [words, { type }] as const,
    ...roles.map((role) => [`${role} ${words}`, { type, role }] as const),
  ]),
);

/** A criterion as a command writes it: `source ipaddress 10.0.0.1`. */
export function criterionWords({ type, role, value }: Criterion): string[] {
  return [...kindWords(type, role).split(' '), value];
}

function kindWords(type: ParameterType, role: ParameterRole | undefined): string {
  const { words } = PARAMETER_TYPES[type];
  return role === undefined ? words : `${role} ${words}`;
}

/**
 * Reads what follows `match` or `strict-match`: `<type> <value> {and <type> <value>}...`. Types are read in any case; a
 * VLAN that is called `tag` cannot be asked for by name.
 *
 * @throws {LogConfigurationError} A word means no type, or a value or a type is missing.
 */
export function parseCriteria(words: readonly string[]): Criterion[] {
  const criteria: Criterion[] = [];
  let rest = [...words];
  for (;;) {
    const [words, kind] = kindAt(rest);
    const value = rest[words];
    if (value === undefined) {
      throw new LogConfigurationError(`A value is missing after ${quoted(rest.join(' '))}; write one.`);
    }
    criteria.push({ ...kind, value });
    const and = rest[words + 1];
    if (and === undefined) return criteria;
    if (and.toLowerCase() !== 'and') {
      throw new LogConfigurationError(
        `${quoted(and)} cannot follow a parameter's value; write "and", or nothing.`,
      );
    }
    rest = rest.slice(words + 2);
  }
}

/** The kind of parameter that words begin with, and how many words it takes: the longest that fits. */
function kindAt(words: readonly string[]): [count: number, kind: CriterionKind] {
  for (const count of [3, 2, 1]) {
    const start = words.slice(0, count).join(' ').toLowerCase();
    for (const [name, kind] of KINDS) if (name.toLowerCase() === start) return [count, kind];
  }
  throw new LogConfigurationError(
    `${quoted(words[0] ?? '')} is no type of parameter; write ${quotedList([...KINDS.keys()], 'or')}.`,
  );
}

/** The kinds of parameters that conditions of a selection define, as words, for completion. */
export function relevantCriteria(components: readonly ComponentDefinition[], selection: Selection): string[] {
  const relevant = new Set<string>();
  for (const { name, conditions } of components) {
    for (const condition of conditions) {
      if ((selection.severities & severityBit(condition.severity)) === 0) continue;
      if (!includesCondition(selection.events, name, condition)) continue;
      for (const { type, role } of condition.parameters) {
        relevant.add(kindWords(type, undefined));
        if (role !== undefined) relevant.add(kindWords(type, role));
      }
    }
  }
  return [...KINDS.keys()].filter((words) => relevant.has(words));
}
