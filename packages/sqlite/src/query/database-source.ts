import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DataStatistics, Filter } from '@tracebuf/query';
import { Level, type TraceRecord } from '@tracebuf/ring';
import type { FunctionStatistics } from '../calls/function-statistics.ts';
import { DatabaseError, databaseError } from '../errors.ts';
import { closeTraceDatabase, openTraceDatabase, pragma } from '../trace-database.ts';
import { databaseStatistics } from './database-statistics.ts';
import { compileEntryCondition, type EntryCondition } from './entry-condition.ts';
import { countGroups } from './entry-groups.ts';
import { type EntryWindow, EntryWindows, type WindowedEntries } from './entry-windows.ts';
import type {
  Direction,
  GroupCounts,
  PlacedRecord,
  RecordKey,
  RecordSource,
  Selection,
  Work,
} from './record-source.ts';
import { bounds, isDirect, startOf } from './scan-range.ts';
import { shownFields } from './shown-text.ts';
import { readBooks, type StoredProcess } from './stored-books.ts';
import { storedCalls, storedFunctions } from './stored-calls.ts';
import { COLUMNS, NAMES, parseFields, placedRecord, SHARED_COLUMN } from './stored-record.ts';
import { hasTables } from './tables.ts';

/** With more texts than these, the text of each entry is looked up instead of all texts being looked through. */
const MANY_TEXTS = 20_000;
const ATTEMPT = 'read the database';
/** Version of the schema from which on there are functions and calls. */
const VERSION_OF_CALLS = 2;
/** The one from which on it says what records share, and errors have an index. */
const VERSION_OF_SHARED = 3;
/** What the index of errors is about; it is taken for no other condition. */
const OF_ERRORS = `e.severity >= ${Level.error}`;

/** A selection, compiled. */
interface Compiled extends WindowedEntries {
  /** What entries are read from: the table, and `entries AS e` where that is another. */
  readonly from: string;
  /** Alias of the table; it has `time` and `id`. */
  readonly key: 'e' | 'n';
  /** The condition, with what the index needs to be told. */
  readonly where: string;
  readonly statements: Map<string, StatementSync>;
}

/**
 * The records of a database. Whatever it is asked is answered by walking along an index from a place on, in steps: how many
 * records there are makes no difference to how soon the next page is there, only how far its last record is.
 */
export class DatabaseSource implements RecordSource {
  readonly title: string;
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #stretches: EntryWindows;
  #compiled = new WeakMap<Selection, Compiled>();
  #version = 0;
  #hasCalls = false;
  #hasErrors = false;
  #columns = COLUMNS;

  /**
   * @param path An SQLite database that a recorder has written, or is writing to.
   * @throws DatabaseError where it can't be read.
   */
  constructor(path: string) {
    this.title = path;
    this.#path = path;
    this.#database = openTraceDatabase(path, { mode: 'read' });
    this.#stretches = new EntryWindows(this.#database);
    this.#database.function(
      'tracebuf_shown_fields',
      { deterministic: true },
      (fields: unknown, trace: unknown, span: unknown) =>
        shownFields(parseFields(fields), text(trace), text(span)),
    );
    try {
      // Who only reads leaves an earlier version as it is.
      const version = pragma(this.#database, 'user_version');
      this.#hasCalls = version >= VERSION_OF_CALLS;
      this.#hasErrors = version >= VERSION_OF_SHARED;
      if (version >= VERSION_OF_SHARED) this.#columns = `${COLUMNS}, ${SHARED_COLUMN}`;
      if (!this.#ask(() => hasTables(this.#database, this.#hasCalls)))
        throw new DatabaseError(ATTEMPT, path, 'it lacks tables of a recorder; give another file');
      this.refresh();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  *read(
    selection: Selection,
    from: RecordKey | undefined,
    direction: Direction,
    limit: number,
  ): Work<PlacedRecord[]> {
    const compiled = this.#compile(selection);
    const { condition, key } = compiled;
    const found: PlacedRecord[] = [];
    const [order, behind, upTo] = direction === 'forward' ? ['ASC', '>', '<='] : ['DESC', '<', '>='];
    const take = (range: string, bounds: readonly number[]): void => {
      const statement = this.#prepare(
        compiled,
        `SELECT ${this.#columns} FROM ${compiled.from} ${NAMES} WHERE ${range} AND ${compiled.where}
         ORDER BY ${key}.time ${order}, ${key}.id ${order} LIMIT ?`,
      );
      const rows = this.#ask(() => statement.all(...bounds, ...condition.params, limit - found.length));
      for (const row of rows) found.push(placedRecord(row));
    };
    const start = startOf(condition, from, direction);
    if (isDirect(condition)) {
      take(`(${key}.time, ${key}.id) ${behind} (?, ?)`, [start.time, start.id]);
      return found;
    }
    for (const { first, last, part } of this.#windows(compiled, start, direction)) {
      take(`(${key}.time, ${key}.id) ${behind} (?, ?) AND (${key}.time, ${key}.id) ${upTo} (?, ?)`, [
        first.time,
        first.id,
        last.time,
        last.id,
      ]);
      if (found.length >= limit) break;
      yield { part, found: found.length };
    }
    return found;
  }

  *records(selection: Selection): Generator<TraceRecord, void> {
    for (const { record } of this.placed(selection)) yield record;
  }

  /** {@link records} with their places, and the rings that they are of. */
  *placed(selection: Selection): Generator<PlacedRecord, void> {
    const compiled = this.#compile(selection);
    const { key } = compiled;
    const { low, high } = bounds(compiled.condition);
    const statement = this.#prepare(
      compiled,
      `SELECT ${this.#columns} FROM ${compiled.from} ${NAMES}
       WHERE ${key}.time >= ? AND ${key}.time <= ? AND ${compiled.where} ORDER BY ${key}.time, ${key}.id`,
    );
    try {
      const rows = statement.iterate(low, high, ...compiled.condition.params);
      for (const row of rows) yield placedRecord(row);
    } catch (error) {
      throw this.#fault(error);
    }
  }

  *count(selection: Selection): Work<number> {
    const compiled = this.#compile(selection);
    const { condition, key } = compiled;
    const statement = this.#prepare(
      compiled,
      `SELECT count(*) AS count FROM ${compiled.from}
       WHERE (${key}.time, ${key}.id) > (?, ?) AND (${key}.time, ${key}.id) <= (?, ?) AND ${compiled.where}`,
    );
    const countIn = (first: RecordKey, last: RecordKey): number => {
      const bounds = [first.time, first.id, last.time, last.id];
      return (this.#ask(() => statement.get(...bounds, ...condition.params)) as { count: number }).count;
    };
    const start = startOf(condition, undefined, 'forward');
    if (condition.trace !== undefined) return countIn(start, startOf(condition, undefined, 'backward'));
    let found = 0;
    for (const { first, last, part } of this.#windows(compiled, start, 'forward')) {
      found += countIn(first, last);
      yield { part, found };
    }
    return found;
  }

  groups(selection: Selection, field: string): GroupCounts {
    const { condition } = this.#compile(selection);
    const records = (): Iterable<TraceRecord> => this.records(selection);
    return this.#ask(() => countGroups(this.#database, condition, field, records, this.#hasCalls));
  }

  *statistics(names: Iterable<string>, filter?: Filter): Work<DataStatistics> {
    try {
      return yield* databaseStatistics(this.#database, this, names, filter, this.#hasCalls);
    } catch (error) {
      throw this.#fault(error);
    }
  }

  /** Processes, newest first, with what became of the records of their rings. */
  books(): StoredProcess[] {
    return this.#ask(() => readBooks(this.#database));
  }

  *calls(near: PlacedRecord, first: number, last: number, limit: number): Work<PlacedRecord[]> {
    if (!this.#hasCalls) return [];
    yield { part: 0, found: 0 };
    const most = Math.min(last, Number.MAX_SAFE_INTEGER);
    return this.#ask(() => storedCalls(this.#database, near, first, most, limit));
  }

  *functions(selection: Selection): Work<FunctionStatistics[]> {
    if (!this.#hasCalls) return [];
    const options = { manyTexts: true, hasFunctions: true };
    try {
      return yield* storedFunctions(this.#database, compileEntryCondition(selection, options));
    } catch (error) {
      throw this.#fault(error);
    }
  }

  span(): { readonly first: number; readonly last: number } | undefined {
    const end = (order: string): { time: number } | undefined =>
      this.#ask(() =>
        this.#database.prepare(`SELECT time FROM entries ORDER BY time ${order} LIMIT 1`).get(),
      ) as { time: number } | undefined;
    const [first, last] = [end('ASC'), end('DESC')];
    return first === undefined || last === undefined ? undefined : { first: first.time, last: last.time };
  }

  refresh(): boolean {
    // Changes when another connection has written.
    const version = this.#ask(() => pragma(this.#database, 'data_version'));
    if (version === this.#version) return false;
    this.#version = version;
    // How texts are looked at depends on how many there are.
    this.#compiled = new WeakMap();
    return true;
  }

  close(): void {
    closeTraceDatabase(this.#database, this.#path);
  }

  #compile(selection: Selection): Compiled {
    const known = this.#compiled.get(selection);
    if (known !== undefined) return known;
    const { texts } = this.#ask(() =>
      this.#database.prepare('SELECT coalesce(max(id), 0) AS texts FROM strings').get(),
    ) as { texts: number };
    const options = { manyTexts: texts > MANY_TEXTS, hasFunctions: this.#hasCalls };
    const condition = compileEntryCondition(selection, options);
    const func = condition.trace === undefined ? this.#onlyFunction(condition) : undefined;
    const isOfErrors = condition.isOfErrors && this.#hasErrors;
    // Without statistics of the data SQLite would guess which index does it; here it is known.
    let index = isOfErrors ? 'error' : 'time';
    let only = isOfErrors ? OF_ERRORS : '';
    if (condition.trace !== undefined) [index, only] = ['trace', ''];
    if (func !== undefined) only = `n.func = ${func}`;
    const where = only === '' ? condition.sql : `${only} AND ${condition.sql}`;
    let table = `entries AS e INDEXED BY entries_by_${index}`;
    if (func !== undefined) table = 'function_entries AS n INDEXED BY function_entries_by_func';
    const from = func === undefined ? table : `${table} CROSS JOIN entries AS e ON e.id = n.id`;
    const key = func === undefined ? 'e' : 'n';
    const compiled: Compiled = { condition, table, from, key, only, where, statements: new Map() };
    this.#compiled.set(selection, compiled);
    return compiled;
  }

  /** Number of the one function that a condition lets pass; one that is none where there is no such function. */
  #onlyFunction({ functions }: EntryCondition): number | undefined {
    if (functions === undefined) return undefined;
    const { sql, params } = functions;
    const find = `SELECT "f"."id" FROM functions AS "f" WHERE ${sql} LIMIT 2`;
    const found = this.#ask(() => this.#database.prepare(find).all(...params)) as { id: number }[];
    return found.length > 1 ? undefined : (found[0]?.id ?? -1);
  }

  #prepare({ statements }: Compiled, sql: string): StatementSync {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#ask(() => this.#database.prepare(sql));
    statements.set(sql, statement);
    return statement;
  }

  /** Stretches of entries, each short enough for one step. */
  *#windows(compiled: WindowedEntries, start: RecordKey, direction: Direction): Generator<EntryWindow, void> {
    try {
      yield* this.#stretches.from(compiled, start, direction, this.span());
    } catch (error) {
      throw this.#fault(error);
    }
  }

  #ask<T>(question: () => T): T {
    try {
      return question();
    } catch (error) {
      throw this.#fault(error);
    }
  }

  #fault(error: unknown): unknown {
    const isRange = error instanceof RangeError && 'code' in error && error.code === 'ERR_OUT_OF_RANGE';
    if (!isRange) return databaseError(ATTEMPT, this.#path, error);
    const what = 'a number in it is larger than any that a recorder writes; give another file';
    return new DatabaseError(ATTEMPT, this.#path, what, { cause: error });
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
