/** Options of `query()`, as winston's file transport takes them. */
export interface LogQuery {
  /** Earliest time. Default: 24 hours before `until`. */
  readonly from?: Date | string | number;
  /** Latest time. Default: now. */
  readonly until?: Date | string | number;
  /** Most results. Default 10. */
  readonly rows?: number;
  /** The same as `rows`, which comes first. */
  readonly limit?: number;
  /** How many of the oldest records to step over. Default 0. */
  readonly start?: number;
  /** `'desc'` (the default) gives the newest `rows`, newest first; `'asc'` the oldest, oldest first. */
  readonly order?: 'asc' | 'desc';
  /** Names of the only fields to give. Default: all. */
  readonly fields?: readonly string[] | null;
  /** The only level to give. Default: all. */
  readonly level?: string;
}

/** A log as winston's file transport gives it: the info, parsed from its line of JSON. */
export type LogResult = Record<string, unknown>;

/** A log among those that are queried. */
export interface QueriedLog {
  readonly log: LogResult;
  /** Name of its level, without colours. */
  readonly level: string;
  /** When it was stored, in milliseconds since 1970. */
  readonly time: number;
}

const DEFAULT_ROWS = 10;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Picks the results of a query with the rules of winston's file transport: `start` counts stored records, oldest
 * first, before anything is filtered; the time of a log is its `timestamp` where it has one.
 *
 * @param logs All logs, oldest first.
 */
export function queryLogs(logs: Iterable<QueriedLog>, query: LogQuery | null | undefined): LogResult[] {
  const { from, until, start, rows, order, fields, level } = normalize(query ?? {});
  const results: LogResult[] = [];
  let row = 0;
  for (const { log, level: name, time } of logs) {
    if (row++ < start) continue;
    const at = timeOf(log, time);
    if (at < from || at > until) continue;
    if (level !== undefined && level !== name && level !== log.level) continue;
    if (results.length >= rows) {
      if (order === 'asc') break;
      results.shift();
    }
    results.push(fields === undefined ? log : only(log, fields));
  }
  return order === 'desc' ? results.reverse() : results;
}

interface NormalizedQuery {
  readonly from: number;
  readonly until: number;
  readonly start: number;
  readonly rows: number;
  readonly order: 'asc' | 'desc';
  readonly fields: readonly string[] | undefined;
  readonly level: string | undefined;
}

function normalize(query: LogQuery): NormalizedQuery {
  const until = query.until ? milliseconds(query.until) : Date.now();
  return {
    rows: query.rows || query.limit || DEFAULT_ROWS,
    start: query.start || 0,
    until,
    from: query.from ? milliseconds(query.from) : until - DAY_MS,
    order: (query.order || 'desc') === 'desc' ? 'desc' : 'asc',
    fields: query.fields ?? undefined,
    level: query.level || undefined,
  };
}

function milliseconds(time: Date | string | number): number {
  return new Date(time).getTime();
}

/** A `timestamp` that is no time says nothing; the record's own does. */
function timeOf(log: LogResult, stored: number): number {
  const { timestamp } = log;
  if (typeof timestamp !== 'string' && typeof timestamp !== 'number') return stored;
  const time = milliseconds(timestamp);
  return Number.isNaN(time) ? stored : time;
}

function only(log: LogResult, fields: readonly string[]): LogResult {
  const picked: LogResult = {};
  for (const field of fields) picked[field] = log[field];
  return picked;
}
