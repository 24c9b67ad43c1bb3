import { describe, expect, test } from 'vitest';
import { DEFAULT_LINE_FORMAT, parseLineFormat } from '../src/line-format.ts';
import { LogEntries, type LogEntry, layOutEntry, logEntries } from '../src/log-entry.ts';
import type { Incident } from '../src/system-log/message-log.ts';
import { conditionOf, stpComponent } from './fixtures/stp.ts';

const stp = stpComponent();
const SECOND = 1_000_000;

function incident(name: string, seconds: number, ...values: string[]): Incident {
  const record = {
    time: seconds * SECOND,
    process: 'bridge',
    pid: 4711,
    thread: 0,
    buffer: 'system-log',
    seq: seconds + 1,
    severity: 50,
    level: 'error',
    kind: 'incident',
    message: [name, ...values].join(' '),
  };
  return { component: stp, condition: conditionOf(stp, name), values, inMemoryBuffer: true, record };
}

const texts = (entries: readonly LogEntry[]): string[] => entries.map(({ text }) => text);

describe('entries of a log', () => {
  const incidents = [
    incident('InBPDU.Drop', 0, '1', 'a'),
    incident('InBPDU.Drop', 10, '1', 'a'),
    incident('InBPDU.Drop', 30, '1', 'a'),
    incident('InBPDU.Drop', 31, '2', 'a'),
    incident('System.Fail', 32),
    incident('System.Fail', 33),
  ];

  test('are the incidents where nothing is summed up', () => {
    expect(logEntries(incidents, false).map((entry) => entry.incident)).toEqual(incidents);
  });

  test('sum repeats up when another comes and at the end, at the time of the last one', () => {
    const entries = logEntries(incidents, true);
    expect(texts(entries)).toEqual([
      'InBPDU.Drop 1 a',
      'Previous message repeated 2 additional times in the last 20 second(s)',
      'InBPDU.Drop 2 a',
      'System.Fail',
      'Previous message repeated 1 additional times in the last 0 second(s)',
    ]);
    expect(entries[1]).toMatchObject({ incident: incidents[0], time: 30 * SECOND, repeated: 2 });
    expect(entries[0]).not.toHaveProperty('repeated');
  });

  test('sum repeats up a minute after the first, also where no other comes', () => {
    const entries = new LogEntries(true);
    for (const one of incidents.slice(0, 3)) entries.next(one);
    expect(entries.tick(69 * SECOND)).toEqual([]);
    expect(texts(entries.tick(70 * SECOND))).toEqual([
      'Previous message repeated 2 additional times in the last 20 second(s)',
    ]);
    expect(entries.flush()).toEqual([]);
    expect(new LogEntries(false).tick(70 * SECOND)).toEqual([]);
  });

  test('are laid out with what is known of incident and process', () => {
    const [entry] = logEntries([incident('InBPDU.Drop', 0, '1', 'a')], true);
    if (entry === undefined) throw new Error('there is no entry');
    expect(layOutEntry(entry, DEFAULT_LINE_FORMAT, { utc: true })).toBe(
      '01/01/1970 00:00:00.00 <Erro:STP.InBPDU.Drop> InBPDU.Drop 1 a',
    );
    const format = parseLineFormat('process-name tag-id tag-name event-name subcomponent');
    expect(layOutEntry(entry, format)).toBe('bridge[4711]: <STP.InBPDU> bridge: InBPDU.Drop 1 a');
  });
});
