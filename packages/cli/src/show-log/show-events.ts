import { ALL_EVENTS, catalogOf, type Events, layOutEvents, severityBit } from '@tracebuf/exos-log';
import type { Run } from '../command.ts';
import { jsonLine } from '../json-line.ts';
import { knownComponents } from '../log-words/components.ts';
import { conditionsAmong, type FoundCondition, takeEvents } from '../log-words/events.ts';
import { type SeverityLimit, severitiesOf, takeSeverityLimit } from '../log-words/severity.ts';
import { printLines } from '../print-lines.ts';
import { reportProblems } from '../read-problems.ts';
import { WordReader } from '../word-reader.ts';

/** What `show log events` is to show. */
interface EventsRequest {
  readonly events: Events;
  readonly limit: SeverityLimit | undefined;
  readonly details: boolean;
}

/** Reads the words behind `show log events`. @throws UsageError, UnknownEventError */
export function readEventsRequest(reader: WordReader): EventsRequest {
  const events = takeEvents(reader, ['severity', 'details']) ?? ALL_EVENTS;
  // A single condition has a severity of its own.
  const limit = events.condition === undefined ? takeSeverityLimit(reader) : undefined;
  const details = reader.flag('details');
  reader.end();
  return { events, limit, details };
}

/** `show log events`: the catalog. */
export const showEvents: Run<{ readonly json?: boolean }> = async ({ operands, options, out, err }) => {
  const { events, limit, details } = readEventsRequest(new WordReader(operands, 'show log events'));
  const found = conditionsWithin(events, limit);
  if (options.json === true) {
    const ids = new Set(found.map(({ condition }) => condition.id));
    const catalog = catalogOf(knownComponents().components).filter(({ id }) => ids.has(id));
    await printLines(catalog.map(jsonLine), out);
  } else {
    const listed = found.map(({ component, condition }) => ({ component: component.name, condition }));
    await out.write(layOutEvents(listed, { details }));
  }
  return await reportProblems(knownComponents().problems, err);
};

/** The conditions that events mean, of some severities. */
export function conditionsWithin(events: Events, limit: SeverityLimit | undefined): FoundCondition[] {
  const severities = severitiesOf(limit);
  return conditionsAmong(events).filter(
    ({ condition }) => (severityBit(condition.severity) & severities) !== 0,
  );
}
