import type { ConditionDefinition } from './condition.ts';
import { includesCondition } from './events.ts';
import type { Criterion, FilterItem, ParameterMatch, Selection } from './filter-item.ts';
import { PARAMETER_TYPES } from './parameter-type.ts';
import { ALL_SEVERITIES, severityRank } from './severity.ts';

/** A named, ordered list of items: the first that matches decides, and what none matches is blocked. Plain data. */
export interface Filter {
  readonly name: string;
  readonly items: readonly FilterItem[];
}

/** Name of the filter that every target starts with. */
export const DEFAULT_FILTER_NAME = 'DefaultFilter';

/** The filter that every target starts with: everything at or above its sub-component's threshold. */
export const DEFAULT_FILTER: Filter = {
  name: DEFAULT_FILTER_NAME,
  items: [{ action: 'include', events: {}, severities: ALL_SEVERITIES, threshold: true, except: [] }],
};

/** What of an incident is known before it happens. */
export interface FilterSubject {
  /** Name of the component. */
  readonly component: string;
  readonly condition: ConditionDefinition;
  /** Rank of the threshold that applies: the least urgent severity that passes it. */
  readonly threshold: number;
}

/** What a filter says of all incidents of a condition. */
export type StaticVerdict = 'yes' | 'no' | 'depends on parameters';

/** What a filter says of one incident. */
export interface Verdict {
  readonly passes: boolean;
  /** The item that decided; absent: none matched, so it is blocked. */
  readonly item?: FilterItem;
  /** Index of that item; -1: none matched. */
  readonly index: number;
}

/** A filter prepared for one condition: the items that can't match it are gone, and so are those after a certain one. */
export interface PreparedFilter {
  /** What it says of all incidents of the condition. */
  readonly verdict: StaticVerdict;
  /**
   * Decides on one incident.
   *
   * @param values Values of the parameters as text, in the order of the condition.
   */
  readonly decide: (values: readonly string[]) => Verdict;
}

/** Whether values match: always, never, or as a function says. */
type Test = boolean | ((values: readonly string[]) => boolean);

interface PreparedItem {
  readonly verdict: Verdict;
  readonly test: Test;
}

const BLOCKED: Verdict = { passes: false, index: -1 };

/** Prepares a filter for a condition: to be done again when filter, threshold or debug mode change. */
export function prepareFilter(filter: Filter, subject: FilterSubject): PreparedFilter {
  const items: PreparedItem[] = [];
  let certain = false;
  for (const [index, item] of filter.items.entries()) {
    const test = itemTest(item, subject);
    if (test === false) continue;
    items.push({ verdict: { passes: item.action === 'include', item, index }, test });
    certain = test === true;
    if (certain) break;
  }
  const outcomes = new Set(items.map(({ verdict }) => verdict.passes));
  if (!certain) outcomes.add(false);
  return {
    verdict: outcomes.size > 1 ? 'depends on parameters' : outcomes.has(true) ? 'yes' : 'no',
    decide: (values) => {
      for (const { test, verdict } of items)
        if (test === true || (test !== false && test(values))) return verdict;
      return BLOCKED;
    },
  };
}

/** What a filter says of one incident, and which item decides. @param values As for {@link PreparedFilter.decide}. */
export function evaluateFilter(filter: Filter, subject: FilterSubject, values: readonly string[]): Verdict {
  return prepareFilter(filter, subject).decide(values);
}

/** What a filter says of all incidents of a condition. */
export function staticVerdict(filter: Filter, subject: FilterSubject): StaticVerdict {
  return prepareFilter(filter, subject).verdict;
}

function itemTest(item: FilterItem, subject: FilterSubject): Test {
  let test = selectionTest(item, subject);
  for (const exception of item.except) {
    if (test === false) return false;
    test = both(test, negated(selectionTest(exception, subject)));
  }
  return test;
}

function selectionTest({ events, severities, threshold, match }: Selection, subject: FilterSubject): Test {
  const rank = severityRank(subject.condition.severity);
  if ((severities & (1 << rank)) === 0) return false;
  if (threshold && rank > subject.threshold) return false;
  if (!includesCondition(events, subject.component, subject.condition)) return false;
  return match === undefined ? true : matchTest(match, subject.condition);
}

function matchTest({ strict, criteria }: ParameterMatch, condition: ConditionDefinition): Test {
  let test: Test = true;
  for (const criterion of criteria) test = both(test, criterionTest(criterion, condition, strict));
  return test;
}

function criterionTest(
  { type, role, value }: Criterion,
  condition: ConditionDefinition,
  strict: boolean,
): Test {
  const indexes: number[] = [];
  for (const [index, parameter] of condition.parameters.entries()) {
    if (parameter.type === type && (role === undefined || parameter.role === role)) indexes.push(index);
  }
  if (indexes.length === 0) return !strict;
  const { normalize } = PARAMETER_TYPES[type];
  const wanted = normalize(value);
  if (wanted === undefined) return false;
  return (values) =>
    indexes.some((index) => {
      const actual = values[index];
      return actual !== undefined && normalize(actual) === wanted;
    });
}

function both(a: Test, b: Test): Test {
  if (a === true || b === false) return b;
  if (b === true || a === false) return a;
  return (values) => a(values) && b(values);
}

function negated(test: Test): Test {
  return typeof test === 'boolean' ? !test : (values) => !test(values);
}
