import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TraceRecord } from '@tracebuf/ring';
import { callRecord } from './call-record.ts';
import { FunctionTable } from './function-table.ts';

const COLUMNS = ['id', 'func', 'time', 'ring', 'call', 'parent', 'dur', 'threw'];

/** Rows of one statement. */
const ROWS = 32;

/** Inserts into the table `function_entries` what records that name a function have more than others. */
export class FunctionEntryWriter {
  readonly #functions: FunctionTable;
  readonly #one: StatementSync;
  readonly #many: StatementSync;
  /** Values of the rows that are still to be inserted; in the place of the entry's number, its index among them. */
  readonly #values: (number | null)[] = Array<null>(ROWS * COLUMNS.length).fill(null);
  #end = 0;

  constructor(database: DatabaseSync) {
    this.#functions = new FunctionTable(database);
    const insert = `INSERT INTO function_entries (${COLUMNS.join(', ')}) VALUES `;
    const row = `(${COLUMNS.map(() => '?').join(', ')})`;
    this.#one = database.prepare(insert + row);
    this.#many = database.prepare(insert + Array<string>(ROWS).fill(row).join(', '));
  }

  /**
   * Takes a record.
   *
   * @param index Of its entry among those that are inserted together: of at most 32.
   * @param ring Number of its ring.
   * @param func The function that its fields name.
   */
  add(index: number, ring: number, record: TraceRecord, func: string): void {
    const call = callRecord(record);
    const values = this.#values;
    let at = this.#end;
    values[at++] = index;
    values[at++] = this.#functions.numberOf(func, record.fields?.module, record.fields?.line);
    values[at++] = record.time;
    values[at++] = ring;
    values[at++] = call?.call ?? null;
    values[at++] = call?.parent ?? null;
    values[at++] = call?.dur ?? null;
    values[at++] = call?.end === undefined ? null : Number(call.end === 'threw');
    this.#end = at;
  }

  /**
   * Inserts what has been taken.
   *
   * @param first Number of the entry whose index is 0; those behind it are numbered one after the other.
   */
  insert(first: number): void {
    const values = this.#values;
    const end = this.#end;
    if (end === 0) return;
    for (let at = 0; at < end; at += COLUMNS.length) values[at] = first + (values[at] ?? 0);
    this.#end = 0;
    if (end === values.length) this.#many.run(...values);
    else
      for (let at = 0; at < end; at += COLUMNS.length)
        this.#one.run(...values.slice(at, at + COLUMNS.length));
  }

  /** Drops what is left, as after an error, and forgets numbers that were given since. */
  drop(): void {
    this.#end = 0;
    this.forget();
  }

  /** Forgets numbers of functions that may not be there any more. */
  forget(): void {
    this.#functions.forget();
  }
}
