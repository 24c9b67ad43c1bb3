import type { TraceRecord } from '@tracebuf/ring';

const NAME = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u;
const SEGMENT = /^[\p{ID_Continue}$]+$/u;

/** Fields of records as a filter may name them, with how many have them; those inside of others and arguments too. */
export function fieldsOf(records: readonly TraceRecord[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const add = (name: string): unknown => counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const { fields } of records) {
    for (const [key, value] of Object.entries(fields ?? {})) {
      if (!NAME.test(key)) continue;
      add(key);
      if (key === 'args' && Array.isArray(value)) {
        for (const name of argumentNames(value)) add(`arg.${name}`);
      }
      if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
      for (const inner of Object.keys(value)) if (SEGMENT.test(inner)) add(`${key}.${inner}`);
    }
  }
  return counts;
}

function argumentNames(list: readonly unknown[]): string[] {
  return list.flatMap((each) => {
    const name = typeof each === 'object' && each !== null && 'name' in each ? each.name : undefined;
    return typeof name === 'string' && SEGMENT.test(name) ? name : [];
  });
}
