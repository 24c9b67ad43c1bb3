import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** One row of the table `entries`, without its id. */
export interface Entry {
  readonly time: number;
  readonly ring: number;
  readonly seq: number;
  readonly severity: number;
  readonly level: number;
  readonly kind: number;
  /** Number of the message; absent: it stands in {@link Entry.text}. */
  readonly message: number | null;
  readonly text: string | null;
  readonly fields: string | null;
  readonly trace: string | null;
  readonly span: string | null;
  readonly count: number | null;
}

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

/** Inserts entries, many with one statement. */
export class EntryWriter {
  readonly #one: StatementSync;
  readonly #many: StatementSync;
  #values: (number | string | null)[] = [];

  constructor(database: DatabaseSync) {
    const insert = `INSERT INTO entries (${COLUMNS.join(', ')}) VALUES `;
    const row = `(${COLUMNS.map(() => '?').join(', ')})`;
    this.#one = database.prepare(insert + row);
    this.#many = database.prepare(insert + Array<string>(ROWS).fill(row).join(', '));
  }

  /** Takes an entry; it is in the database after {@link flush} at the latest. */
  add(entry: Entry): void {
    this.#values.push(
      entry.time,
      entry.ring,
      entry.seq,
      entry.severity,
      entry.level,
      entry.kind,
      entry.message,
      entry.text,
      entry.fields,
      entry.trace,
      entry.span,
      entry.count,
    );
    if (this.#values.length < ROWS * COLUMNS.length) return;
    this.#many.run(...this.#values);
    this.#values = [];
  }

  /** Inserts what is left. */
  flush(): void {
    for (let at = 0; at < this.#values.length; at += COLUMNS.length) {
      this.#one.run(...this.#values.slice(at, at + COLUMNS.length));
    }
    this.#values = [];
  }

  /** Drops what is left, as after an error. */
  drop(): void {
    this.#values = [];
  }
}
