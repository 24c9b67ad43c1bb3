import { visibleText } from '@tracebuf/ring';

/** A column of a listing. */
export interface Column {
  readonly title: string;
  /** That of its dashes: the one of EXOS, for names as short as those of EXOS. */
  readonly width: number;
  /** Default left. */
  readonly align?: 'left' | 'right';
}

/**
 * Widens columns to the cells that are to stand in them: names of one's own may be longer than those of EXOS. Behind the last one
 * nothing has to be aligned, unless it is so itself.
 */
export function fittedColumns(columns: readonly Column[], rows: readonly (readonly string[])[]): Column[] {
  return columns.map((column, index) => {
    if (index === columns.length - 1 && column.align !== 'right') return column;
    const widest = rows.reduce((width, cells) => Math.max(width, visibleText(cells[index] ?? '').length), 0);
    return { ...column, width: Math.max(column.width, widest) };
  });
}

/** One line of a listing. */
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
