import { visibleText } from '@tracebuf/ring';
import type { GroupCounts } from '@tracebuf/sqlite';
import { csvLine } from '../export/csv.ts';
import { jsonLine } from '../json-line.ts';
import { formatTable } from '../table.ts';

/** How {@link formatCounts} writes. */
export type CountFormat = 'text' | 'json' | 'csv';

/** Adds up what several sources have counted. */
export function addCounts(counts: Iterable<GroupCounts>): GroupCounts {
  const sum = new Map<unknown, number>();
  for (const each of counts) for (const [value, count] of each) sum.set(value, (sum.get(value) ?? 0) + count);
  return sum;
}

/** How many records have each value of a field, the most frequent first, equals by name. */
export function formatCounts(
  field: string,
  counts: GroupCounts,
  format: CountFormat,
  { color, terminal }: { readonly color: boolean; readonly terminal: boolean },
): string {
  const rows = [...counts].sort(
    ([value, count], [other, otherCount]) =>
      otherCount - count || (valueText(value) < valueText(other) ? -1 : 1),
  );
  if (format === 'json')
    return rows.map(([value, count]) => jsonLine({ [field]: value ?? null, count })).join('');
  if (format === 'csv') {
    const lines = [csvLine([field, 'count']), ...rows.map(csvLine)];
    return lines.map((line) => (terminal ? `${visibleText(line.trimEnd())}\n` : line)).join('');
  }
  return formatTable(
    [
      { title: 'COUNT', align: 'right', text: ([, count]) => String(count) },
      { title: field, text: ([value]) => valueText(value) },
    ],
    rows,
    color,
  );
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '(none)');
}
