import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { fieldsToJson } from '@tracebuf/query';
import type { TraceRecord } from '@tracebuf/ring';
import type { StringTable } from './string-table.ts';

const COLUMNS = [
  'time',
  'ring',
  'seq',
  'severity',
  'level',
  'kind',
  'message',
  'text',
  'fields',
  'trace',
  'span',
  'count',
];

/** Rows of one statement: going from JavaScript to SQLite and back is what costs most. */
const ROWS = 32;

/** Inserts records into the table `entries`, many with one statement. */
export class EntryWriter {
  readonly #strings: StringTable;
  readonly #one: StatementSync;
  readonly #many: StatementSync;
  /** Values of the rows that are still to be inserted, and how many there are. */
  readonly #values: (number | string | null)[] = Array<null>(ROWS * COLUMNS.length).fill(null);
  #end = 0;

  constructor(database: DatabaseSync, strings: StringTable) {
    this.#strings = strings;
    const insert = `INSERT INTO entries (${COLUMNS.join(', ')}) VALUES `;
    const row = `(${COLUMNS.map(() => '?').join(', ')})`;
    this.#one = database.prepare(insert + row);
    this.#many = database.prepare(insert + Array<string>(ROWS).fill(row).join(', '));
  }

  /**
   * Takes a record; it is in the database after {@link flush} at the latest.
   *
   * @param ring Number of its ring.
   */
  add(ring: number, record: TraceRecord): void {
    const values = this.#values;
    const strings = this.#strings;
    const { message, fields } = record;
    const number = strings.numberOfRepeated(message);
    let at = this.#end;
    values[at++] = record.time;
    values[at++] = ring;
    values[at++] = record.seq;
    values[at++] = record.severity;
    values[at++] = strings.numberOf(record.level);
    values[at++] = strings.numberOf(record.kind);
    values[at++] = number === 0 ? null : number;
    values[at++] = number === 0 ? message : null;
    values[at++] = fields === undefined ? null : fieldsToJson(fields);
    values[at++] = record.traceId ?? null;
    values[at++] = record.spanId ?? null;
    values[at++] = record.count ?? null;
    this.#end = at;
    if (at < values.length) return;
    this.#many.run(...values);
    this.#end = 0;
  }

  /** Inserts what is left. */
  flush(): void {
    for (let at = 0; at < this.#end; at += COLUMNS.length) {
      this.#one.run(...this.#values.slice(at, at + COLUMNS.length));
    }
    this.#end = 0;
  }

  /** Drops what is left, as after an error. */
  drop(): void {
    this.#end = 0;
  }
}
