import type { DatabaseSync } from 'node:sqlite';

const TABLES = ['processes', 'rings', 'strings', 'entries'];

/**
 * Whether a database has the tables of a recorder. A view or a virtual table in the place of one could be without end.
 *
 * @param hasCalls Whether it is of a version that has functions.
 */
export function hasTables(database: DatabaseSync, hasCalls: boolean): boolean {
  const tables = hasCalls ? [...TABLES, 'functions', 'function_entries'] : TABLES;
  const names = tables.map((name) => `'${name}'`).join(', ');
  const { found } = database
    .prepare(
      `SELECT count(*) AS found FROM sqlite_schema
       WHERE type = 'table' AND sql LIKE 'CREATE TABLE %' AND name IN (${names})`,
    )
    .get() as { found: number };
  return found === tables.length;
}
