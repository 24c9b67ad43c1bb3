import {
  ALL_EVENTS,
  type ConditionCounters,
  countOf,
  type Events,
  isIncluded,
  layOutCounters,
  readEffectiveConfiguration,
  readLogCounters,
} from '@tracebuf/exos-log';
import type { Run } from '../command.ts';
import { jsonLine } from '../json-line.ts';
import { knownComponents } from '../log-words/components.ts';
import { takeEvents } from '../log-words/events.ts';
import { type SeverityLimit, takeSeverityLimit } from '../log-words/severity.ts';
import { printLines } from '../print-lines.ts';
import { reportProblems } from '../read-problems.ts';
import { WordReader } from '../word-reader.ts';
import { conditionsWithin } from './show-events.ts';

/** Rows in which a column says something. */
const COLUMNS = ['include', 'notified', 'occurred'] as const;

/** What `show log counters` is to show. */
interface CountersRequest {
  readonly events: Events;
  /** Absent: every row. */
  readonly column: (typeof COLUMNS)[number] | undefined;
  readonly limit: SeverityLimit | undefined;
}

/** Reads the words behind `show log counters`. @throws UsageError, UnknownEventError */
export function readCountersRequest(reader: WordReader): CountersRequest {
  const events = takeEvents(reader, [...COLUMNS, 'severity']) ?? ALL_EVENTS;
  const column = reader.take(COLUMNS);
  const limit = events.condition === undefined ? takeSeverityLimit(reader) : undefined;
  reader.end();
  return { events, column, limit };
}

const SHOWS: Readonly<Record<(typeof COLUMNS)[number], (row: ConditionCounters) => boolean>> = {
  include: ({ included }) => included,
  notified: ({ notified }) => notified > 0,
  occurred: ({ occurred }) => occurred > 0,
};

/** `show log counters`. */
export const showCounters: Run<{ readonly json?: boolean }> = async ({ operands, options, out, err }) => {
  const { events, column, limit } = readCountersRequest(new WordReader(operands, 'show log counters'));
  const configuration = readEffectiveConfiguration();
  const counters = readLogCounters();
  const incomplete = counters.problems.length > 0;
  const now = Date.now();
  const all = conditionsWithin(events, limit).map(({ component, condition }): ConditionCounters => {
    const { occurred, notified } = countOf(counters, condition);
    const included = isIncluded(configuration, component, condition, now);
    return { component: component.name, condition, occurred, included, notified, incomplete };
  });
  const rows = column === undefined ? all : all.filter(SHOWS[column]);
  if (options.json === true)
    await printLines(
      rows.map((row) => jsonLine(rowToJson(row))),
      out,
    );
  else await out.write(layOutCounters(rows));
  if (counters.nvramFailed > 0) {
    await err.line(
      `trace-cli: ${counters.nvramFailed} incidents could not be stored on disk; "trace-cli show log messages nvram" lacks them.`,
    );
  }
  return await reportProblems([...knownComponents().problems, ...counters.problems], err);
};

function rowToJson(row: ConditionCounters): Record<string, unknown> {
  const { component, condition, occurred, included, notified, incomplete } = row;
  return {
    id: condition.id,
    component,
    ...(condition.subComponent === undefined ? {} : { subComponent: condition.subComponent }),
    condition: condition.name,
    severity: condition.severity,
    occurred,
    included,
    notified,
    complete: incomplete !== true,
  };
}
