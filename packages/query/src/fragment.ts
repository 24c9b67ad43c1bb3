/** What may be bound to a parameter. */
export type SqlValue = string | number | Uint8Array;

/** A piece of SQL with what is bound to its `?`, in order. */
export interface Fragment {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

/**
 * Wraps SQL from a catalog, to be written as it is. Nothing that a user typed may come here.
 *
 * @param text Trusted SQL.
 */
export function trusted(text: string): Fragment {
  return { sql: text, params: [] };
}

/**
 * Builds a fragment: fragments are put in as they are, everything else becomes a bound parameter, so that a value can't
 * become SQL by an oversight.
 *
 * @param strings The SQL, in the source of this package.
 * @param values Fragments and values.
 */
export function sql(strings: TemplateStringsArray, ...values: readonly (Fragment | SqlValue)[]): Fragment {
  let text = strings[0] ?? '';
  const params: SqlValue[] = [];
  for (const [index, value] of values.entries()) {
    if (typeof value === 'object' && 'sql' in value) {
      text += value.sql;
      params.push(...value.params);
    } else {
      text += '?';
      params.push(value);
    }
    text += strings[index + 1] ?? '';
  }
  return { sql: text, params };
}

/**
 * Joins fragments as a balanced tree: SQLite refuses expressions deeper than 1000, and takes a chain of a thousand
 * `AND`s as that deep.
 *
 * @param fragments At least one.
 * @param operator What stands between them.
 */
export function joinBalanced(fragments: readonly Fragment[], operator: 'AND' | 'OR'): Fragment {
  const [first] = fragments;
  if (first === undefined) return trusted(operator === 'AND' ? '1' : '0');
  if (fragments.length === 1) return first;
  const middle = fragments.length >> 1;
  const left = joinBalanced(fragments.slice(0, middle), operator);
  const right = joinBalanced(fragments.slice(middle), operator);
  return { sql: `(${left.sql} ${operator} ${right.sql})`, params: [...left.params, ...right.params] };
}
