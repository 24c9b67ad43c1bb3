import { formatRecord, type TraceRecord, visibleText } from '@tracebuf/ring';
import { callRecord } from '@tracebuf/sqlite';
import { formatDuration } from '../show-spans/duration.ts';
import { SIDE_STEP } from './scroll-text.ts';
import { cutLine, padLine, parseStyled, plainLine, type StyledLine } from './styled-line.ts';
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
  #rows: readonly OutlineRow[];
  #cursor = 0;
  #top = 0;
  #left = 0;
  #height = 1;

  /** @param current The record to begin at. */
  constructor(records: readonly TraceRecord[], current: TraceRecord, color: boolean) {
    this.#roots = outlineOf(records);
    this.#rows = outlineRows(this.#roots, this.#folded);
    this.#start = this.#roots[0]?.start ?? 0;
    this.#color = color;
    const index = this.#rows.findIndex(
      ({ record }) => record?.seq === current.seq && record.time === current.time,
    );
    this.#cursor = Math.max(0, index >= 0 ? index : this.#rowAround(current));
  }

  /** The row of the call that a record ends, or of the span that it is in. */
  #rowAround(current: TraceRecord): number {
    const call = callRecord(current)?.call;
    const index = this.#rows.findIndex(
      ({ node, record }) =>
        node !== undefined &&
        record !== undefined &&
        call !== undefined &&
        callRecord(record)?.call === call &&
        record.thread === current.thread &&
        record.pid === current.pid,
    );
    if (index >= 0 || current.spanId === undefined) return index;
    return this.#rows.findIndex(({ node }) => node?.id === current.spanId);
  }

  /** Whether there is anything to show. */
  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  /** The record under the cursor. */
  get current(): TraceRecord | undefined {
    return this.#rows[this.#cursor]?.record;
  }

  /** @returns Whether the key means something here. */
  press(key: Key): boolean {
    const page = Math.max(1, this.#height - 1);
    switch (key) {
      case '<down>':
      case 'j':
        return this.#to(this.#cursor + 1);
      case '<up>':
      case 'k':
        return this.#to(this.#cursor - 1);
      case '<pagedown>':
      case 'f':
        return this.#to(this.#cursor + page);
      case '<pageup>':
      case 'b':
        return this.#to(this.#cursor - page);
      case 'g':
      case '<home>':
        return this.#to(0);
      case 'G':
      case '<end>':
        return this.#to(this.#rows.length - 1);
      case 'z':
      case ' ':
        return this.#fold(undefined);
      case 'Z':
        return this.#foldAll();
      case '<left>':
        return this.#left > 0 ? this.#side(-SIDE_STEP) : this.#fold(true);
      case '<right>':
        return this.#isFolded() ? this.#fold(false) : this.#side(SIDE_STEP);
      case 'u':
        return this.#to(this.#parentIndex());
      case '<tab>':
        return this.#sibling(1);
      case '<backtab>':
        return this.#sibling(-1);
      default:
        return false;
    }
  }

  /** What is seen. */
  body(width: number, height: number): StyledLine[] {
    this.#height = height;
    this.#to(this.#cursor);
    return this.#rows.slice(this.#top, this.#top + height).map((row, index) => {
      const isCurrent = this.#top + index === this.#cursor;
      const line = [plainLine(isCurrent ? '>' : ' ')[0], ...cutLine(this.#line(row), this.#left, width - 1)];
      const whole = line.filter((segment) => segment !== undefined);
      return isCurrent
        ? padLine(
            whole.map(({ text }) => ({ text, style: '7' })),
            width,
            '7',
          )
        : whole;
    });
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

  #to(index: number): true {
    this.#cursor = Math.max(0, Math.min(index, this.#rows.length - 1));
    if (this.#cursor < this.#top) this.#top = this.#cursor;
    if (this.#cursor >= this.#top + this.#height) this.#top = this.#cursor - this.#height + 1;
    return true;
  }

  #side(columns: number): true {
    this.#left = Math.max(0, this.#left + columns);
    return true;
  }

  /** What is under the cursor, or around the record under it. */
  #node(): OutlineNode | undefined {
    const row = this.#rows[this.#cursor];
    return row?.node ?? this.#rows[this.#parentIndex()]?.node;
  }

  #isFolded(): boolean {
    const { node } = this.#rows[this.#cursor] ?? {};
    return node !== undefined && this.#folded.has(node.id);
  }

  /** @param folded Whether it is to be folded; `undefined` turns it round. */
  #fold(folded: boolean | undefined): true {
    const node = this.#node();
    if (node === undefined) return true;
    if (folded ?? !this.#folded.has(node.id)) this.#folded.add(node.id);
    else this.#folded.delete(node.id);
    this.#rows = outlineRows(this.#roots, this.#folded);
    return this.#to(this.#rows.findIndex((row) => row.node === node));
  }

  #foldAll(): true {
    const node = this.#node();
    const all = outlineRows(this.#roots, new Set()).flatMap((row) => row.node ?? []);
    if (this.#folded.size > 0) this.#folded.clear();
    else for (const { id } of all) this.#folded.add(id);
    this.#rows = outlineRows(this.#roots, this.#folded);
    return this.#to(
      Math.max(
        0,
        this.#rows.findIndex((row) => row.node === node),
      ),
    );
  }

  #parentIndex(): number {
    const depth = this.#rows[this.#cursor]?.depth ?? 0;
    for (let index = this.#cursor - 1; index >= 0; index--) {
      const row = this.#rows[index];
      if (row?.node !== undefined && row.depth < depth) return index;
    }
    return this.#cursor;
  }

  #sibling(step: number): true {
    const depth = this.#rows[this.#cursor]?.depth ?? 0;
    for (let index = this.#cursor + step; index >= 0 && index < this.#rows.length; index += step) {
      const row = this.#rows[index];
      if (row === undefined || row.depth < depth) break;
      if (row.depth === depth && row.node !== undefined) return this.#to(index);
    }
    return true;
  }
}
