import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Functions whose numbers are kept at hand. */
const CACHE_SIZE = 4096;

/**
 * The functions of a database, each with a number. As with strings, numbers are given inside of a transaction that may be
 * rolled back: {@link forget} must then be called.
 */
export class FunctionTable {
  readonly #numbers = new Map<
    string,
    { readonly id: number; readonly module: unknown; readonly line: unknown }
  >();
  readonly #find: StatementSync;
  readonly #add: StatementSync;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare('SELECT id FROM functions WHERE name = ? AND module IS ? AND line IS ?');
    this.#add = database.prepare('INSERT INTO functions (name, module, line) VALUES (?, ?, ?)');
  }

  /**
   * The number of a function, which is given one where it has none.
   *
   * @param module Its file; what is no text is none.
   * @param line Its line; what is no whole number is none.
   */
  numberOf(func: string, module: unknown, line: unknown): number {
    // Few functions share a name: the last one that had it is most often meant again.
    const known = this.#numbers.get(func);
    if (known !== undefined && known.module === module && known.line === line) return known.id;
    const name = func.toWellFormed();
    const file = typeof module === 'string' ? module.toWellFormed() : null;
    const at = Number.isSafeInteger(line) ? (line as number) : null;
    const row = this.#find.get(name, file, at) as { id: number } | undefined;
    const id = row?.id ?? Number(this.#add.run(name, file, at).lastInsertRowid);
    if (this.#numbers.size >= CACHE_SIZE) this.#numbers.clear();
    this.#numbers.set(func, { id, module, line });
    return id;
  }

  /** Forgets the numbers at hand. */
  forget(): void {
    this.#numbers.clear();
  }
}
