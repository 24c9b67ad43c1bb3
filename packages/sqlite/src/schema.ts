import type { DatabaseSync } from 'node:sqlite';

/** `TRCB`: what tells a database of Tracebuf from any other SQLite file. */
export const APPLICATION_ID = 0x54524342;

/** Version of the schema that this package writes, in `PRAGMA user_version`. */
export const SCHEMA_VERSION = 3;

/**
 * What the second version has more: calls of functions. Each stays the one or two records that it is among the others; what
 * leads from one to the next is in a table beside them, which other records have no part in.
 */
const CALLS = `
  -- Functions that records name, each once.
  CREATE TABLE functions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    module TEXT,                          -- its file
    line INTEGER                          -- where it begins in it, from 1
  );
  CREATE INDEX functions_by_name ON functions (name);

  -- One row for every record that has a text 'func' among its fields.
  CREATE TABLE function_entries (
    id INTEGER PRIMARY KEY REFERENCES entries(id),
    func INTEGER NOT NULL REFERENCES functions(id),
    time INTEGER NOT NULL,                -- that of the record
    ring INTEGER NOT NULL REFERENCES rings(id),
    call INTEGER,                         -- of calls, returns and exceptions: number of the call among those of its ring
    parent INTEGER,                       -- number of the call that it is inside of
    dur NUMERIC,                          -- of an end: nanoseconds
    threw INTEGER                         -- of an end: 1 where it is by an exception, else 0
  );

  INSERT INTO functions (name, module, line)
    SELECT DISTINCT fields ->> '$.func', iif(json_type(fields, '$.module') = 'text', fields ->> '$.module', NULL),
      iif(json_type(fields, '$.line') = 'integer', fields ->> '$.line', NULL)
    FROM entries WHERE iif(fields LIKE '%"func":"%' AND json_valid(fields), json_type(fields, '$.func') = 'text', 0);
  INSERT INTO function_entries (id, func, time, ring)
    SELECT id, (
        SELECT id FROM functions WHERE name = fields ->> '$.func'
          AND module IS iif(json_type(fields, '$.module') = 'text', fields ->> '$.module', NULL)
          AND line IS iif(json_type(fields, '$.line') = 'integer', fields ->> '$.line', NULL)),
      time, ring
    FROM entries WHERE iif(fields LIKE '%"func":"%' AND json_valid(fields), json_type(fields, '$.func') = 'text', 0);
  UPDATE function_entries SET call = fields ->> '$.call',
      parent = iif(fields ->> '$.parent' > 0 AND fields ->> '$.parent' < fields ->> '$.call', fields ->> '$.parent', NULL),
      dur = iif(k.text = 'call', NULL, max(0, coalesce(fields ->> '$.dur', 0))),
      threw = iif(k.text = 'call', NULL, k.text = 'exception')
    FROM entries AS e JOIN strings AS k ON k.id = e.kind
    WHERE e.id = function_entries.id AND k.text IN ('call', 'return', 'exception')
      AND json_type(fields, '$.call') = 'integer' AND fields ->> '$.call' > 0;

  CREATE INDEX function_entries_by_func ON function_entries (func, time);
  CREATE INDEX function_entries_by_call ON function_entries (ring, call) WHERE call IS NOT NULL;
  CREATE TRIGGER function_entries_end AFTER DELETE ON entries BEGIN
    DELETE FROM function_entries WHERE id = old.id;
  END;

  -- One row for each call, of its begin and its end, or of what is there of them.
  CREATE VIEW calls AS
    WITH pairs AS (
      SELECT b.id, b.ring, b.call, b.parent, b.func, b.time AS start, x.dur, b.id AS begun, x.id AS ended
      FROM function_entries AS b
        LEFT JOIN function_entries AS x ON x.ring = b.ring AND x.call = b.call AND x.dur IS NOT NULL
      WHERE b.call IS NOT NULL AND b.dur IS NULL
      UNION ALL
      SELECT x.id, x.ring, x.call, x.parent, x.func, CAST(x.time - x.dur / 1000 AS INTEGER), x.dur, NULL, x.id
      FROM function_entries AS x
      WHERE x.call IS NOT NULL AND x.dur IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM function_entries AS b WHERE b.ring = x.ring AND b.call = x.call AND b.dur IS NULL)
    )
    SELECT c.id, f.name AS func, f.module, f.line, c.start, c.dur, iif(c.dur IS NULL, 'open', x.fields ->> '$.status') AS status,
      b.fields -> '$.args' AS args, x.fields ->> '$.ret' AS ret, x.fields ->> '$.exc' AS exc,
      coalesce(b.fields, x.fields) ->> '$.depth' AS depth, c.call, c.parent,
      coalesce(coalesce(b.fields, x.fields) ->> '$.async', 0) AS async,
      p.name AS process, p.pid, r.thread, r.buffer, coalesce(b.trace, x.trace) AS traceId, coalesce(b.span, x.span) AS spanId
    FROM pairs AS c
    LEFT JOIN entries AS b ON b.id = c.begun
    LEFT JOIN entries AS x ON x.id = c.ended
    JOIN rings AS r ON r.id = c.ring
    JOIN processes AS p ON p.id = r.process
    LEFT JOIN functions AS f ON f.id = c.func;
`;

/**
 * What the third version has more: what many records share, such as the resource of spans, as text that has a number; and an
 * index of errors, which are few: the next one among millions of other records is found at once, and storing others costs nothing.
 */
const SHARED_AND_ERRORS = `
  ALTER TABLE entries ADD COLUMN shared INTEGER REFERENCES strings(id);  -- JSON
  CREATE INDEX entries_by_error ON entries (time) WHERE severity >= 50;
`;

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
  CALLS,
  SHARED_AND_ERRORS,
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
