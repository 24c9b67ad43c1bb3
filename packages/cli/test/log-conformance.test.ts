import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RaisedIncident, Sandbox } from './sandbox.ts';
import { messages, objects, output } from './system-log.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(async () => await sandbox.dispose());

const numbered = (count: number): RaisedIncident[] =>
  Array.from({ length: count }, (_, index) => ['Numbered', index]);

describe('minimum conformance tests, through the command line', () => {
  test('4. a debug condition with debug mode off: Occurred +1, In N, nothing stored; the listing shows +', async () => {
    output(sandbox, 'create log filter mine');
    await sandbox.raiser('exit', []);
    output(sandbox, 'configure log filter mine add events STP severity debug-data');
    output(sandbox, 'configure log target memory-buffer filter mine');
    await sandbox.raiser('exit', [['InBPDU.Ign', 'a', 'b']]);
    expect(objects(sandbox, 'show log counters STP.InBPDU.Ign')).toMatchObject([
      { occurred: 1, included: false, notified: 0 },
    ]);
    expect(messages(sandbox, 'show log')).toEqual([]);
    expect(output(sandbox, 'show log configuration filter mine')).toMatch(/^I STP .* CEWNI\+\+\+$/m);
    output(sandbox, 'enable log debug-mode');
    await sandbox.raiser('exit', [['InBPDU.Ign', 'a', 'b']]);
    expect(objects(sandbox, 'show log counters STP.InBPDU.Ign')).toMatchObject([
      { occurred: 2, included: true, notified: 1 },
    ]);
    expect(messages(sandbox, 'show log')).toEqual(['<Summ:STP.InBPDU.Ign> a b']);
  });

  test('5. a buffer of 200 with 201 messages lacks the first; counters do not change, nor when the log is cleared', async () => {
    output(sandbox, 'configure log target memory-buffer number-of-messages 200');
    await sandbox.raiser('exit', numbered(201));
    const shown = messages(sandbox, 'show log chronological');
    expect(shown).toHaveLength(200);
    expect(shown[0]).toBe('<Warn:SNTP.Numbered> Number 1');
    expect(shown.at(-1)).toBe('<Warn:SNTP.Numbered> Number 200');
    const counted = [{ occurred: 201, included: true, notified: 201 }];
    expect(objects(sandbox, 'show log counters SNTP.Numbered')).toMatchObject(counted);
    expect(output(sandbox, 'clear log')).toMatch(/^memory-buffer: cleared \d+ messages\n$/);
    expect(messages(sandbox, 'show log')).toEqual([]);
    expect(objects(sandbox, 'show log counters SNTP.Numbered')).toMatchObject(counted);
  });

  test('7. what was overwritten and what is there add up to what was logged; a name is free in another process', async () => {
    output(sandbox, 'configure log target memory-buffer number-of-messages 200');
    await sandbox.raiser('exit', numbered(4000), 'one');
    await sandbox.raiser('exit', numbered(10), 'two');
    const counts = objects(sandbox, 'ps').map(({ process, buffers }) => {
      const all = buffers as Record<string, unknown>[];
      const { records, appended, evicted } = all.find(({ buffer }) => buffer === 'system-log') ?? {};
      return { process, sum: Number(records) + Number(evicted), appended, evicted: Number(evicted) > 0 };
    });
    expect(counts).toEqual(
      expect.arrayContaining([
        { process: 'one', sum: 4000, appended: 4000, evicted: true },
        { process: 'two', sum: 10, appended: 10, evicted: false },
      ]),
    );
  });

  test('8. less urgent than its threshold: counted, not stored; an explicit include lets it through', async () => {
    await sandbox.raiser('exit', [['System.Odd']]);
    expect(messages(sandbox, 'show log')).toEqual([]);
    expect(objects(sandbox, 'show log counters STP.System.Odd')).toMatchObject([
      { occurred: 1, included: false, notified: 0 },
    ]);
    output(sandbox, 'configure log filter DefaultFilter add events STP.System severity warning');
    await sandbox.raiser('exit', [['System.Odd']]);
    expect(messages(sandbox, 'show log')).toEqual(['<Warn:STP.System.Odd> System is odd']);
    expect(objects(sandbox, 'show log counters STP.System.Odd')).toMatchObject([
      { occurred: 2, included: true, notified: 1 },
    ]);
  });
});
