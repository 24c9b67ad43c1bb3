import { clearLogCounters, type Events } from '@tracebuf/exos-log';
import type { Run } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { jsonLine } from '../json-line.ts';
import { takeEvents } from '../log-words/events.ts';
import { type SeverityLimit, takeSeverityLimit } from '../log-words/severity.ts';
import { plural } from '../quantity.ts';
import { conditionsWithin } from '../show-log/show-events.ts';
import { WordReader } from '../word-reader.ts';

/** Which counters to clear. */
interface ClearCountersRequest {
  /** Absent: all, also those of conditions that are not known any more. */
  readonly events: Events | undefined;
  readonly limit: SeverityLimit | undefined;
}

/** Reads the words behind `clear log counters`. @throws UsageError, UnknownEventError */
export function readClearCountersRequest(reader: WordReader): ClearCountersRequest {
  const events = takeEvents(reader, ['severity']);
  const limit = events?.condition === undefined ? takeSeverityLimit(reader) : undefined;
  reader.end();
  return { events, limit };
}

/** `clear log counters`. */
export const clearCounters: Run<{ readonly json?: boolean }> = async ({ operands, options, out }) => {
  const { events, limit } = readClearCountersRequest(new WordReader(operands, 'clear log counters'));
  const isAll = (events === undefined || events.component === undefined) && limit === undefined;
  const conditions = conditionsWithin(events ?? {}, limit).map(({ condition }) => condition);
  const ids = conditions.map(({ id }) => id);
  // What is counted under a former name is shown under the present one.
  const names = conditions.flatMap(({ id, aliases }) => [id, ...aliases]);
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  clearLogCounters(isAll ? undefined : (condition) => wanted.has(condition.toLowerCase()));
  await out.write(
    options.json === true
      ? jsonLine({ cleared: ids })
      : `cleared the counters of ${isAll ? 'all conditions' : plural(ids.length, 'condition')}\n`,
  );
  return ExitCode.DONE;
};
