import { styleText } from 'node:util';
import { visibleText } from '@tracebuf/ring';
import { fitWidth, textWidth } from './text-width.ts';

/** One column of a table of `T`. */
export interface Column<T> {
  readonly title: string;
  /** Numbers stand right; default `left`. */
  readonly align?: 'left' | 'right';
  /** Longest text, in columns of the terminal; the rest is cut. Default: no limit. */
  readonly max?: number;
  /** Text of a row's cell; anything in it is made harmless. */
  readonly text: (row: T) => string;
  /** Style of a row's cell, such as `red`. */
  readonly style?: (row: T) => Style | undefined;
}

type Style = Parameters<typeof styleText>[0];

const GAP = '  ';

/**
 * Lays rows out in columns as wide as their widest cell, below a line of titles. No frames: lines are for `grep`
 * and `awk` too.
 *
 * @returns Lines, each with a newline.
 */
export function formatTable<T>(columns: readonly Column<T>[], rows: readonly T[], color: boolean): string {
  const cells = rows.map((row) =>
    columns.map(({ text, max }) => {
      const shown = visibleText(text(row)) || '-';
      return max === undefined ? shown : fitWidth(shown, max);
    }),
  );
  const widths = columns.map(({ title }, index) =>
    cells.reduce((width, row) => Math.max(width, textWidth(row[index] ?? '')), textWidth(title)),
  );
  const line = (texts: readonly string[], styleOf: (index: number) => Style | undefined): string => {
    const padded = texts.map((text, index) => {
      const space = ' '.repeat((widths[index] ?? 0) - textWidth(text));
      const style = color ? styleOf(index) : undefined;
      const shown = style === undefined ? text : styleText(style, text, { validateStream: false });
      return columns[index]?.align === 'right' ? space + shown : shown + space;
    });
    return `${padded.join(GAP).trimEnd()}\n`;
  };
  const titles = line(
    columns.map(({ title }) => title),
    () => 'bold',
  );
  const body = cells.map((texts, at) =>
    line(texts, (index) => {
      const row = rows[at];
      return row === undefined ? undefined : columns[index]?.style?.(row);
    }),
  );
  return titles + body.join('');
}
