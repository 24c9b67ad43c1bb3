import type { TraceRecord } from '@tracebuf/ring';

/** Options that select records. */
export interface RecordFilterOptions {
  readonly level?: number;
  readonly since?: string;
  readonly until?: string;
  readonly where?: string;
}

/** Which records to take. */
export interface RecordFilter {
  /** Whether a record is wanted. What was lost is always told. */
  accepts(record: TraceRecord): boolean;
  /** Microseconds since 1970 after which nothing is wanted. */
  readonly until: number | undefined;
}

/**
 * Puts the options that select records together. The filter language is loaded only where an option needs it.
 *
 * @throws UsageError for a time, FilterSyntaxError for a filter.
 */
export async function recordFilter(options: RecordFilterOptions): Promise<RecordFilter> {
  const { level = 0, since, until, where } = options;
  const now = Date.now();
  const from = since === undefined ? Number.NEGATIVE_INFINITY : await readTime(since, now);
  const to = until === undefined ? undefined : await readTime(until, now);
  const end = to ?? Number.POSITIVE_INFINITY;
  const matches = where === undefined ? undefined : await compile(where, now);
  return {
    until: to,
    accepts: (record) =>
      record.count !== undefined ||
      (record.severity >= level &&
        record.time >= from &&
        record.time <= end &&
        (matches === undefined || matches(record))),
  };
}

async function readTime(text: string, now: number): Promise<number> {
  const { timeValue } = await import('./time-value.ts');
  return timeValue(text, now);
}

async function compile(where: string, now: number): Promise<(record: TraceRecord) => boolean> {
  const { compilePredicate, parseFilter } = await import('@tracebuf/query');
  return compilePredicate(parseFilter(where, { now }));
}

/** Those records that a filter lets pass. */
export function* acceptedRecords(
  records: Iterable<TraceRecord>,
  filter: RecordFilter,
): Generator<TraceRecord, void> {
  for (const record of records) if (filter.accepts(record)) yield record;
}
