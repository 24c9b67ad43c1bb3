import { visibleText } from '@tracebuf/ring';
import type { FunctionStatistics } from '@tracebuf/sqlite';
import { formatDuration } from '../show-spans/duration.ts';
import { RowCursor } from './row-cursor.ts';
import { plainLine, type StyledLine } from './styled-line.ts';
import type { Key } from './terminal/key-decoder.ts';

/** A column of numbers, most first when it is sorted by. */
interface Column {
  readonly title: string;
  readonly width: number;
  readonly value: (of: FunctionStatistics) => number;
  readonly text: (value: number) => string;
}

const number = (value: number): string => value.toLocaleString('en-US');
const duration = (nanoseconds: number): string => formatDuration(nanoseconds / 1e6);
const COLUMNS: readonly Column[] = [
  { title: 'COUNT', width: 12, value: ({ count }) => count, text: number },
  { title: 'TOTAL', width: 10, value: ({ total }) => total, text: duration },
  { title: 'SELF', width: 10, value: ({ self }) => self, text: duration },
  { title: 'P50', width: 10, value: ({ p50 }) => p50, text: duration },
  { title: 'P99', width: 10, value: ({ p99 }) => p99, text: duration },
  { title: 'ERRORS', width: 9, value: ({ errors }) => errors, text: number },
];
const NAME = 'FUNCTION';
/** Sorted by it to begin with. */
const TOTAL = 1;

/** A table of functions and what their calls came to, sorted by any of its columns. */
export class FunctionsView {
  readonly #all: readonly FunctionStatistics[];
  readonly #cursor: RowCursor<FunctionStatistics>;
  /** Column it is sorted by; behind the last one, the name. */
  #column = TOTAL;

  constructor(functions: readonly FunctionStatistics[]) {
    this.#all = functions;
    this.#cursor = new RowCursor(this.#sorted());
  }

  /** The function under the cursor. */
  get current(): FunctionStatistics | undefined {
    return this.#cursor.current;
  }

  /** @returns Whether the key means something here. */
  press(key: Key): boolean {
    switch (key) {
      case 's':
      case '<tab>':
        return this.#sortBy(this.#column + 1);
      case 'S':
      case '<backtab>':
        return this.#sortBy(this.#column - 1);
      default:
        return this.#cursor.press(key);
    }
  }

  /** What is seen. */
  body(width: number, height: number): StyledLine[] {
    const titles = COLUMNS.map(({ title, width: columns }, index) =>
      this.#title(title, index).padStart(columns),
    );
    const head = plainLine(` ${titles.join('')}  ${this.#title(NAME, COLUMNS.length)}`, '1');
    const rows = this.#cursor.body(width, height - 1, (row) => plainLine(rowText(row)));
    return [this.#cursor.cut(head, width), ...rows];
  }

  #title(title: string, column: number): string {
    return column === this.#column ? `[${title}]` : title;
  }

  #sortBy(column: number): true {
    const columns = COLUMNS.length + 1;
    this.#column = (column + columns) % columns;
    return this.#cursor.show(this.#sorted(), 0);
  }

  #sorted(): readonly FunctionStatistics[] {
    const column = COLUMNS[this.#column];
    const byName = (left: FunctionStatistics, right: FunctionStatistics): number =>
      left.func < right.func ? -1 : left.func > right.func ? 1 : 0;
    return this.#all.toSorted((left, right) =>
      column === undefined
        ? byName(left, right)
        : column.value(right) - column.value(left) || byName(left, right),
    );
  }
}

function rowText(row: FunctionStatistics): string {
  const numbers = COLUMNS.map(({ width, value, text }) => text(value(row)).padStart(width));
  const { func, module, line } = row;
  const place = module === undefined ? '' : `  ${module}${line === undefined ? '' : `:${line}`}`;
  return `${numbers.join('')}  ${visibleText(`${func}${place}`)}`;
}

/** A filter for the calls of a function, among what is selected already. */
export function functionFilter({ func, module, line }: FunctionStatistics, among: string): string {
  const quote = (text: string): string => `'${text.replace(/[\\'%_]/g, '\\$&')}'`;
  const parts = [`func == ${quote(func)}`];
  if (module !== undefined) parts.push(`module == ${quote(module)}`);
  if (line !== undefined) parts.push(`line == ${line}`);
  if (among !== '') parts.unshift(`(${among})`);
  return parts.join(' and ');
}
