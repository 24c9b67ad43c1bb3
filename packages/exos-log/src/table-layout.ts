import { visibleText } from '@tracebuf/ring';

/** A column of a listing: its width is that of its dashes. */
export interface Column {
  readonly title: string;
  readonly width: number;
  /** Default left. */
  readonly align?: 'left' | 'right';
}

/** One line of a listing. A cell that is wider than its column is shown whole, and moves what follows. */
export function tableRow(columns: readonly Column[], cells: readonly string[]): string {
  const laidOut = columns.map(({ width, align }, index) => {
    const cell = visibleText(cells[index] ?? '');
    return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
  });
  return laidOut.join(' ').trimEnd();
}

/** The titles of the columns, and the rules under them. */
export function tableHead(columns: readonly Column[]): string[] {
  const titles = columns.map(({ title }) => title);
  const rules = columns.map(({ width }) => '-'.repeat(width));
  // Titles stand at the left, over numbers, too.
  const left = columns.map(({ title, width }) => ({ title, width }));
  return [tableRow(left, titles), tableRow(left, rules)];
}
