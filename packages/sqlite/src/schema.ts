import type { DatabaseSync } from 'node:sqlite';

/** `TRCB`: what tells a database of Tracebuf from any other SQLite file. */
export const APPLICATION_ID = 0x54524342;

/** Version of the schema that this package writes, in `PRAGMA user_version`. */
export const SCHEMA_VERSION = 1;

/**
 * Every step that makes the schema of version n + 1 of that of version n; the first makes an empty file a database.
 *
 * Texts that come again and again (levels, kinds, most messages) are in `strings` once; their number stands for them. A
 * message that was not seen before stands in `text` itself: many never come again.
 * `records` shows everything by its name, for `sqlite3` and for people.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) WITHOUT ROWID;

  -- One row for each process that was recorded; its key is the name of its directory, which no other process ever has.
  CREATE TABLE processes (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started INTEGER NOT NULL,             -- microseconds since 1970
    state TEXT NOT NULL,                  -- alive, ended, died, unknown: as it was seen last
    exit_code INTEGER,
    uncaught TEXT,                        -- the exception that ended it
    info TEXT NOT NULL                    -- JSON: what the process wrote down about itself
  );

  -- The books of one ring: position = stored + lost + cleared, at every commit.
  CREATE TABLE rings (
    id INTEGER PRIMARY KEY,
    process INTEGER NOT NULL REFERENCES processes(id),
    key TEXT NOT NULL UNIQUE,
    buffer TEXT NOT NULL,
    thread INTEGER NOT NULL,
    role TEXT NOT NULL,                   -- ring, or keep for the one that keeps errors
    position INTEGER NOT NULL DEFAULT 0,  -- number of the last record that was dealt with
    stored INTEGER NOT NULL DEFAULT 0,    -- records that were stored, those that retention removed since included
    lost INTEGER NOT NULL DEFAULT 0,      -- records that were overwritten or refused before they could be read
    cleared INTEGER NOT NULL DEFAULT 0    -- records that somebody cleared before they could be read
  );

  -- A number is never given again: the full-text index may still know it.
  CREATE TABLE strings (id INTEGER PRIMARY KEY AUTOINCREMENT, hash INTEGER NOT NULL, text TEXT NOT NULL);
  CREATE INDEX strings_by_hash ON strings (hash);

  CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,                -- microseconds since 1970
    ring INTEGER NOT NULL REFERENCES rings(id),
    seq INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    level INTEGER NOT NULL REFERENCES strings(id),
    kind INTEGER NOT NULL REFERENCES strings(id),
    message INTEGER REFERENCES strings(id),
    text TEXT,                            -- the message, where it has no number
    fields TEXT,                          -- JSON
    trace TEXT,                           -- 32 hexadecimal digits
    span TEXT,                            -- 16 hexadecimal digits
    count INTEGER                         -- of kind lost: how many records are missing before the next one
  );
  CREATE INDEX entries_by_time ON entries (time);
  CREATE INDEX entries_by_trace ON entries (trace) WHERE trace IS NOT NULL;

  CREATE VIEW records AS
    SELECT e.id, e.time, p.name AS process, p.pid, r.thread, r.buffer, e.seq, l.text AS level, e.severity,
      k.text AS kind, coalesce(e.text, m.text) AS message, e.fields, e.trace AS traceId, e.span AS spanId, e.count
    FROM entries AS e
    JOIN rings AS r ON r.id = e.ring
    JOIN processes AS p ON p.id = r.process
    JOIN strings AS l ON l.id = e.level
    JOIN strings AS k ON k.id = e.kind
    LEFT JOIN strings AS m ON m.id = e.message;
  `,
];

/** Brings a database to the present version, in one transaction: killed in between, it is as it was. */
export function migrate(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    // Only now: another program may have done it meanwhile.
    const { user_version: from } = database.prepare('PRAGMA user_version').get() as { user_version: number };
    for (const step of MIGRATIONS.slice(from)) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
