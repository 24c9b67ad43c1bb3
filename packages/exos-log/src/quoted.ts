import { inspect } from 'node:util';
import { visibleText } from '@tracebuf/ring';

const MAX_LENGTH = 100;

/** Shows a value in an error message: text in quotes, on one line, bounded, harmless to a terminal. */
export function quoted(value: unknown): string {
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, customInspect: false });
  const shown = visibleText(text);
  return shown.length <= MAX_LENGTH ? shown : `${shown.slice(0, MAX_LENGTH)}…`;
}

/** Values one after another, quoted: `"a", "b" or "c"`. */
export function quotedList(values: readonly string[], last: 'and' | 'or' = 'and'): string {
  const shown = values.map(quoted);
  const end = shown.pop() ?? 'none';
  return shown.length === 0 ? end : `${shown.join(', ')} ${last} ${end}`;
}
