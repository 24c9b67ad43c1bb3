import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { fieldsToJson } from '@tracebuf/query';
import type { TraceRecord } from '@tracebuf/ring';
import { FunctionEntryWriter } from './calls/function-entry-writer.ts';
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

/** Column of records that share something with others; of most it is empty, and not written. */
const RARE_COLUMN = 'shared';

/** Rows of one statement: going from JavaScript to SQLite and back is what costs most. */
const ROWS = 32;

/** What {@link fieldsToJson} gives where the fields can't be written. */
const NO_FIELDS = '{}';

/** Statements for rows of some columns. */
interface Inserts {
  readonly columns: number;
  readonly one: StatementSync;
  readonly many: StatementSync;
  /** Values of the rows that are still to be inserted. */
  readonly values: (number | string | null)[];
}

function prepareInserts(database: DatabaseSync, columns: readonly string[]): Inserts {
  const insert = `INSERT INTO entries (${columns.join(', ')}) VALUES `;
  const row = `(${columns.map(() => '?').join(', ')})`;
  return {
    columns: columns.length,
    one: database.prepare(insert + row),
    many: database.prepare(insert + Array<string>(ROWS).fill(row).join(', ')),
    values: Array<null>(ROWS * columns.length).fill(null),
  };
}

/** Inserts records into the table `entries`, many with one statement. */
export class EntryWriter {
  readonly #strings: StringTable;
  readonly #functions: FunctionEntryWriter;
  readonly #plain: Inserts;
  readonly #whole: Inserts;
  /** One of the two: the whole rows from the first one on that a batch needs them for. */
  #inserts: Inserts;
  #end = 0;

  constructor(database: DatabaseSync, strings: StringTable) {
    this.#strings = strings;
    this.#functions = new FunctionEntryWriter(database);
    this.#plain = prepareInserts(database, COLUMNS);
    this.#whole = prepareInserts(database, [...COLUMNS, RARE_COLUMN]);
    this.#inserts = this.#plain;
  }

  /**
   * Takes a record; it is in the database after {@link flush} at the latest.
   *
   * @param ring Number of its ring.
   */
  add(ring: number, record: TraceRecord): void {
    const { message, fields } = record;
    const { shared } = record;
    if (shared !== undefined && this.#inserts === this.#plain) {
      this.flush();
      this.#inserts = this.#whole;
    }
    const { values, columns } = this.#inserts;
    const strings = this.#strings;
    const number = strings.numberOfRepeated(message);
    const json = fields === undefined ? null : fieldsToJson(fields);
    let at = this.#end;
    if (fields !== undefined && typeof fields.func === 'string' && json !== NO_FIELDS)
      this.#functions.add(at / columns, ring, record, fields.func);
    values[at++] = record.time;
    values[at++] = ring;
    values[at++] = record.seq;
    values[at++] = record.severity;
    values[at++] = strings.numberOf(record.level);
    values[at++] = strings.numberOf(record.kind);
    values[at++] = number === 0 ? null : number;
    values[at++] = number === 0 ? message : null;
    values[at++] = json;
    values[at++] = record.traceId ?? null;
    values[at++] = record.spanId ?? null;
    values[at++] = record.count ?? null;
    if (this.#inserts === this.#whole)
      values[at++] = shared === undefined ? null : strings.numberOfShared(shared);
    this.#end = at;
    if (at < values.length) return;
    const { lastInsertRowid } = this.#inserts.many.run(...values);
    this.#end = 0;
    this.#functions.insert(Number(lastInsertRowid) - ROWS + 1);
  }

  /** Inserts what is left. */
  flush(): void {
    const { columns, one, values } = this.#inserts;
    let first: number | undefined;
    for (let at = 0; at < this.#end; at += columns) {
      const { lastInsertRowid } = one.run(...values.slice(at, at + columns));
      first ??= Number(lastInsertRowid);
    }
    this.#end = 0;
    this.#inserts = this.#plain;
    if (first !== undefined) this.#functions.insert(first);
  }

  /** Drops what is left, as after an error. */
  drop(): void {
    this.#end = 0;
    this.#inserts = this.#plain;
    this.#functions.drop();
  }

  /** Forgets numbers of functions that may not be there any more. */
  forget(): void {
    this.#functions.forget();
  }
}
