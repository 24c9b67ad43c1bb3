import { parseFilter } from '@tracebuf/query';
import type { TraceRecord } from '@tracebuf/ring';
import { LiveSource } from '@tracebuf/sqlite';
import { Reader, type ReaderOptions } from '../../src/view/reader.ts';
import { lineText } from '../../src/view/styled-line.ts';

/** Time of the first record, in microseconds. */
export const START: number = Date.UTC(2026, 0, 2, 3, 4, 5) * 1000;

/** A record with everything that tests do not care about. */
export function record(part: Partial<TraceRecord> = {}): TraceRecord {
  return {
    time: START,
    process: 'web',
    pid: 4711,
    thread: 0,
    buffer: 'main',
    seq: 1,
    level: 'info',
    severity: 30,
    kind: 'log',
    message: 'nothing',
    ...part,
  };
}

/** `count` records, a second apart, called `record 1` and so on; every tenth is an error. */
export function numbered(count: number, from = 1): TraceRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const seq = from + index;
    const isError = seq % 10 === 0;
    return record({
      time: START + (seq - 1) * 1_000_000,
      seq,
      message: `record ${seq}`,
      level: isError ? 'error' : 'info',
      severity: isError ? 50 : 30,
      fields: { func: seq % 2 === 0 ? 'fib' : 'main', status: 200 + seq },
    });
  });
}

/** A reader without a terminal: keys go in, the text of the screen comes out. */
export class ReaderDriver {
  readonly reader: Reader;
  #come: TraceRecord[] = [];

  constructor(
    records: readonly TraceRecord[],
    options: Partial<ReaderOptions> = {},
    columns = 100,
    rows = 12,
  ) {
    this.#come = [...records];
    const source = new LiveSource('test', { records: () => this.#come.splice(0), close: () => undefined });
    const none = parseFilter('');
    this.reader = new Reader(source, { color: false, utc: true, base: none, filter: none, ...options });
    this.reader.resize(columns, rows);
    this.settle();
  }

  /** Lets records come. */
  add(...records: readonly TraceRecord[]): void {
    this.#come.push(...records);
  }

  /** Presses keys, and lets the work that they begin be done. */
  press(...keys: readonly string[]): this {
    for (const key of keys) {
      this.reader.press(key);
      this.settle();
    }
    return this;
  }

  /** Types a text. */
  type(text: string): this {
    return this.press(...Array.from(text));
  }

  settle(): void {
    while (this.reader.isBusy) this.reader.step();
  }

  /** The lines of the screen. */
  get lines(): string[] {
    return this.reader.frame().lines.map((line) => lineText(line).trimEnd());
  }

  /** The lines between header and footer. */
  get body(): string[] {
    return this.lines.slice(1, -1);
  }

  get header(): string {
    return this.lines[0] ?? '';
  }

  get footer(): string {
    return this.lines.at(-1) ?? '';
  }

  /** Numbers of the records that are seen. */
  get seen(): number[] {
    return this.body.flatMap((line) => /record (\d+)/.exec(line)?.[1] ?? []).map(Number);
  }

  /** Number of the current record. */
  get current(): number {
    const line = this.body.find((each) => each.startsWith('>')) ?? this.currentBar;
    return Number(/record (\d+)/.exec(line)?.[1]);
  }

  /** The line in the bar, also where a mark stands in front. */
  get currentBar(): string {
    const { lines } = this.reader.frame();
    return lineText(lines.slice(1, -1).find((line) => line[0]?.style === '7') ?? []).trimEnd();
  }

  /** Texts in a style. */
  styled(style: string): string[] {
    const { lines } = this.reader.frame();
    return lines.flatMap((line) => line.flatMap((segment) => (segment.style === style ? segment.text : [])));
  }
}
