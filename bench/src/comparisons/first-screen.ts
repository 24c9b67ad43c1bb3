import { parseFilter } from '@tracebuf/query';
import { DatabaseSource, finish, openTraceDatabase, type Selection } from '@tracebuf/sqlite';
import type { Comparison, Measurement } from '../comparison.ts';
import { scratchFile } from '../scratch.ts';
import { median } from '../statistics.ts';

const RECORDS = 10_000_000;
/** Lines of a large terminal. */
const SCREEN = 60;
/** Microseconds since 1970 of the first record; they are 100 µs apart. */
const START = Date.UTC(2026, 0, 1) * 1000;
const TRACE = 'c0ffee'.padEnd(32, '0');

/** What is asked for, each with an index to use: that of times, which gives the order too, or that of traces. */
const FILTERS = [
  '',
  'level >= error',
  "msg == '%timeout%'",
  "time >= '2026-01-01T00:10:00Z' and level >= warn and process == 'api'",
  `traceId == '${TRACE}'`,
  'url =~ /^.orders.\\d+7$/ and status >= 500',
];

export const comparison: Comparison = {
  name: 'first-screen',
  what: 'opening a database of 10 million records and reading 60 that a filter lets pass; the slowest of six filters',
  unit: ' ms',
  bar: { kind: 'at most', value: 100 },
  measure: async ({ generations }) => {
    const path = scratchFile('first-screen.sqlite');
    fill(path);
    const slowest = FILTERS.map((text) => {
      const times: number[] = [];
      for (let i = 0; i < Math.max(3, generations); i++) times.push(firstScreen(path, text));
      return { text, time: median(times) };
    });
    return await Promise.resolve(worst(slowest));
  },
};

function worst(results: readonly { readonly text: string; readonly time: number }[]): Measurement {
  const value = Math.max(...results.map(({ time }) => time));
  const detail = results
    .map(({ text, time }) => `${text === '' ? 'none' : text}: ${time.toFixed(1)} ms`)
    .join('; ');
  return { value, detail };
}

/** Milliseconds from opening the file to the records, for the first one and for the last ones. */
function firstScreen(path: string, text: string): number {
  const started = performance.now();
  const source = new DatabaseSource(path);
  try {
    const selection: Selection = { filter: parseFilter(text) };
    const first = finish(source.read(selection, undefined, 'forward', SCREEN));
    const took = performance.now() - started;
    if (first.length !== SCREEN) throw new Error(`${text} gave ${first.length} records`);
    return took;
  } finally {
    source.close();
  }
}

/** A database as a recorder would have left it; made by SQLite itself, as it is not what is measured. */
function fill(path: string): void {
  const database = openTraceDatabase(path, { mode: 'write' });
  database.exec(`
    PRAGMA synchronous = OFF;
    BEGIN;
    INSERT INTO processes (id, key, name, pid, started, state, info)
      VALUES (1, 'web', 'web', 4711, ${START}, 'ended', '{}'), (2, 'api', 'api', 4712, ${START}, 'ended', '{}');
    INSERT INTO rings (id, process, key, buffer, thread, role)
      VALUES (1, 1, 'web', 'http', 0, 'ring'), (2, 2, 'api', 'http', 0, 'ring');
    INSERT INTO strings (id, hash, text) VALUES (1, 0, 'info'), (2, 0, 'warn'), (3, 0, 'error'), (4, 0, 'pino');
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
      INSERT INTO strings (id, hash, text)
      SELECT 100 + i, 0, CASE WHEN i = 7 THEN 'upstream timeout' ELSE 'request ' || i || ' completed' END FROM n;
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${RECORDS - 1})
      INSERT INTO entries (time, ring, seq, severity, level, kind, message, fields, trace, span)
      SELECT ${START} + i * 100, 1 + (i & 1), i + 1,
        CASE i % 100 WHEN 0 THEN 50 WHEN 1 THEN 40 ELSE 30 END, CASE i % 100 WHEN 0 THEN 3 WHEN 1 THEN 2 ELSE 1 END,
        4, 100 + i % 1000, '{"url":"/orders/' || i || '","status":' || (200 + i % 7 * 60) || '}',
        CASE WHEN i > ${RECORDS - 100} THEN '${TRACE}' END, CASE WHEN i > ${RECORDS - 100} THEN '00f067aa0ba902b7' END
      FROM n;
    UPDATE rings SET stored = ${RECORDS / 2}, position = ${RECORDS / 2};
    COMMIT`);
  database.close();
}
