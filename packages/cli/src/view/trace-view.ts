import { formatRecord, type TraceRecord, visibleText } from '@tracebuf/ring';
import { callRecord } from '@tracebuf/sqlite';
import { formatDuration } from '../show-spans/duration.ts';
import { RowCursor } from './row-cursor.ts';
import { parseStyled, plainLine, type StyledLine } from './styled-line.ts';
import type { Key } from './terminal/key-decoder.ts';
import { type OutlineNode, type OutlineRow, outlineOf, outlineRows } from './trace-outline.ts';

const OFFSET_WIDTH = 11;
const INDENT = 2;

/** The spans and calls of a trace as a tree whose branches fold. */
export class TraceView {
  readonly #roots: readonly OutlineNode[];
  readonly #folded = new Set<string>();
  readonly #start: number;
  readonly #color: boolean;
  readonly #cursor: RowCursor<OutlineRow>;

  /** @param current The record to begin at. */
  constructor(records: readonly TraceRecord[], current: TraceRecord, color: boolean) {
    this.#roots = outlineOf(records);
    this.#start = this.#roots[0]?.start ?? 0;
    this.#color = color;
    const rows = outlineRows(this.#roots, this.#folded);
    const index = rows.findIndex(({ record }) => record?.seq === current.seq && record.time === current.time);
    this.#cursor = new RowCursor(rows, Math.max(0, index >= 0 ? index : rowAround(rows, current)));
  }

  /** Whether there is anything to show. */
  get isEmpty(): boolean {
    return this.#cursor.rows.length === 0;
  }

  /** The record under the cursor. */
  get current(): TraceRecord | undefined {
    return this.#cursor.current?.record;
  }

  /** @returns Whether the key means something here. */
  press(key: Key): boolean {
    switch (key) {
      case 'z':
      case ' ':
        return this.#fold(undefined);
      case 'Z':
        return this.#foldAll();
      case '<left>':
        return this.#cursor.isAside ? this.#cursor.press(key) : this.#fold(true);
      case '<right>':
        return this.#isFolded() ? this.#fold(false) : this.#cursor.press(key);
      case 'u':
        return this.#cursor.to(this.#parentIndex());
      case '<tab>':
        return this.#sibling(1);
      case '<backtab>':
        return this.#sibling(-1);
      default:
        return this.#cursor.press(key);
    }
  }

  /** What is seen. */
  body(width: number, height: number): StyledLine[] {
    return this.#cursor.body(width, height, (row) => this.#line(row));
  }

  #line({ depth, node, record }: OutlineRow): StyledLine {
    const time = node?.start ?? record?.time ?? 0;
    const offset = `+${formatDuration(Math.max(0, time - this.#start) / 1000)}`.padStart(OFFSET_WIDTH);
    const before = plainLine(`${offset}  ${' '.repeat(depth * INDENT)}`, this.#color ? '2' : '');
    if (node === undefined) {
      if (record === undefined) return before;
      const { traceId: _trace, spanId: _span, ...rest } = record;
      const [text = ''] = formatRecord(rest, { color: this.#color }).split('\n');
      return [...before, { text: '  ', style: '' }, ...parseStyled(text)];
    }
    const isFolded = this.#folded.has(node.id);
    const fold = node.inside.length === 0 ? '  ' : isFolded ? '+ ' : '- ';
    const result = node.result === '' ? '' : `  ${visibleText(node.result)}`;
    const took = node.duration === undefined ? 'not ended' : formatDuration(node.duration / 1000);
    const hidden = isFolded ? `  (${node.inside.length} inside)` : '';
    const failed = node.isFailed && node.result === '' ? '  failed' : '';
    const style = node.isFailed && this.#color ? '31' : '1';
    return [
      ...before,
      { text: `${fold}${visibleText(node.name)}`, style },
      { text: `${result}  ${took}${failed}${hidden}`, style: '' },
    ];
  }

  /** What is under the cursor, or around the record under it. */
  #node(): OutlineNode | undefined {
    return this.#cursor.current?.node ?? this.#cursor.rows[this.#parentIndex()]?.node;
  }

  #isFolded(): boolean {
    const { node } = this.#cursor.current ?? {};
    return node !== undefined && this.#folded.has(node.id);
  }

  /** @param folded Whether it is to be folded; `undefined` turns it round. */
  #fold(folded: boolean | undefined): true {
    const node = this.#node();
    if (node === undefined) return true;
    if (folded ?? !this.#folded.has(node.id)) this.#folded.add(node.id);
    else this.#folded.delete(node.id);
    return this.#unfold(node);
  }

  #foldAll(): true {
    const node = this.#node();
    const all = outlineRows(this.#roots, new Set()).flatMap((row) => row.node ?? []);
    if (this.#folded.size > 0) this.#folded.clear();
    else for (const { id } of all) this.#folded.add(id);
    return this.#unfold(node);
  }

  /** Shows what is not folded, from where the node is. */
  #unfold(node: OutlineNode | undefined): true {
    const rows = outlineRows(this.#roots, this.#folded);
    return this.#cursor.show(
      rows,
      rows.findIndex((row) => row.node === node),
    );
  }

  #parentIndex(): number {
    const { rows, index: start } = this.#cursor;
    const depth = rows[start]?.depth ?? 0;
    for (let index = start - 1; index >= 0; index--) {
      const row = rows[index];
      if (row?.node !== undefined && row.depth < depth) return index;
    }
    return start;
  }

  #sibling(step: number): true {
    const { rows, index: start } = this.#cursor;
    const depth = rows[start]?.depth ?? 0;
    for (let index = start + step; index >= 0 && index < rows.length; index += step) {
      const row = rows[index];
      if (row === undefined || row.depth < depth) break;
      if (row.depth === depth && row.node !== undefined) return this.#cursor.to(index);
    }
    return true;
  }
}

/** The row of the call that a record ends, or of the span that it is in. */
function rowAround(rows: readonly OutlineRow[], current: TraceRecord): number {
  const call = callRecord(current)?.call;
  const index = rows.findIndex(
    ({ node, record }) =>
      node !== undefined &&
      record !== undefined &&
      call !== undefined &&
      callRecord(record)?.call === call &&
      record.thread === current.thread &&
      record.pid === current.pid,
  );
  if (index >= 0 || current.spanId === undefined) return index;
  return rows.findIndex(({ node }) => node?.id === current.spanId);
}
