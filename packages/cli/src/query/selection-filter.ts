import { type Expression, type Filter, parseFilter } from '@tracebuf/query';
import { isAll } from '../target.ts';
import { timeValue } from '../time-value.ts';

/** Options that narrow what is shown, besides a filter. */
export interface NarrowingOptions {
  readonly level?: number | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly process?: string | undefined;
}

const NOWHERE = { position: 0, length: 0 };

/**
 * Puts options in the words of a filter.
 *
 * @param now Milliseconds since 1970.
 * @throws UsageError for a time.
 */
export function narrowingFilter(options: NarrowingOptions, now: number): Filter {
  const { level, since, until, process } = options;
  const parts: Expression[] = [];
  if (level !== undefined) parts.push(...rootsOf(parseFilter(`level >= ${level}`)));
  if (since !== undefined) parts.push(timeBound('>=', timeValue(since, now)));
  if (until !== undefined) parts.push(timeBound('<=', timeValue(until, now)));
  if (process !== undefined && !isAll(process)) parts.push(processCondition(process));
  return filterOf(parts, '');
}

/** A filter that lets pass what both of two filters let pass. */
export function bothFilters(left: Filter, right: Filter): Filter {
  return filterOf([...rootsOf(left), ...rootsOf(right)], right.text);
}

/** A filter that lets pass what all of some filters let pass. */
export function allFilters(filters: readonly Filter[]): Filter {
  return filterOf(filters.flatMap(rootsOf), '');
}

/** A filter that lets pass the records of any of some processes: `web`, `4711`, `web.4711` or `all`; of none, all. */
export function processesFilter(words: readonly string[]): Filter {
  return words.some(isAll) ? ALL : anyOf(words.map(processCondition));
}

/** A filter that lets pass the records of any of some trace buffers, by their names; of none, all. */
export function buffersFilter(names: readonly string[]): Filter {
  return anyOf(names.map((name) => rootOf(`buffer == ${quoted(name)}`)));
}

/** A filter that lets pass what another one lets pass, and what tells of lost records. */
export function orLost(filter: Filter): Filter {
  return filter.root === undefined ? filter : anyOf([filter.root, rootOf("kind == 'lost'")]);
}

const ALL: Filter = { text: '', root: undefined };

function anyOf(parts: readonly Expression[]): Filter {
  const [first] = parts;
  return { text: '', root: parts.length > 1 ? { type: 'or', operands: parts, ...NOWHERE } : first };
}

/** Names in any case. */
function quoted(name: string): string {
  return `'${name.replace(/[\\'%_]/g, '\\$&')}'`;
}

function rootOf(text: string): Expression {
  return rootsOf(parseFilter(text))[0] as Expression;
}

function filterOf(parts: readonly Expression[], text: string): Filter {
  const [first] = parts;
  return { text, root: parts.length > 1 ? { type: 'and', operands: parts, ...NOWHERE } : first };
}

function rootsOf({ root }: Filter): Expression[] {
  return root === undefined ? [] : [root];
}

/** A filter that lets pass what is not before, or not beyond, a time in microseconds. */
export function timeFilter(operator: '>=' | '<=', value: number): Filter {
  return filterOf([timeBound(operator, value)], '');
}

function timeBound(operator: '>=' | '<=', value: number): Expression {
  return {
    type: 'comparison',
    field: { path: ['time'], exact: false, ...NOWHERE },
    operator,
    values: [{ type: 'time', value, text: String(value), ...NOWHERE }],
    ...NOWHERE,
  };
}

/** `web`, `4711` or `web.4711`; names in any case, and not abbreviated: a database may hold others that begin alike. */
function processCondition(process: string): Expression {
  const both = /^(.+)\.(\d+)$/.exec(process);
  const name = (text: string): string => `process == ${quoted(text)}`;
  let text = /^\d+$/.test(process) ? `pid == ${process} or ${name(process)}` : name(process);
  if (both !== null) text = `(${text}) or (${name(both[1] ?? '')} and pid == ${both[2]})`;
  return rootOf(text);
}
