import { type Expression, type Filter, parseFilter } from '@tracebuf/query';
import { isAll } from '../target.ts';
import { timeValue } from '../time-value.ts';

/** Options that narrow what is shown, besides a filter. */
export interface NarrowingOptions {
  readonly level?: number;
  readonly since?: string;
  readonly until?: string;
  readonly process?: string;
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

/** The filter that all of some filters let pass. */
export function bothFilters(left: Filter, right: Filter): Filter {
  return filterOf([...rootsOf(left), ...rootsOf(right)], right.text);
}

function filterOf(parts: readonly Expression[], text: string): Filter {
  const [first] = parts;
  return { text, root: parts.length > 1 ? { type: 'and', operands: parts, ...NOWHERE } : first };
}

function rootsOf({ root }: Filter): Expression[] {
  return root === undefined ? [] : [root];
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
  const name = (text: string): string => `process == '${text.replace(/[\\'%_]/g, '\\$&')}'`;
  let text = /^\d+$/.test(process) ? `pid == ${process} or ${name(process)}` : name(process);
  if (both !== null) text = `(${text}) or (${name(both[1] ?? '')} and pid == ${both[2]})`;
  return rootsOf(parseFilter(text))[0] as Expression;
}
