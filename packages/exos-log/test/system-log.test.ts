import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listProcesses, registerDecoder, TraceReader } from '@tracebuf/ring';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  changeFilter,
  clearLogCounters,
  clearMessages,
  configureTarget,
  createFilter,
  incidentDecoder,
  LogConfigurationError,
  parseSeverity,
  readComponents,
  readLogConfiguration,
  readLogCounters,
  readMessages,
  setConditionDebug,
  setDebugMode,
  updateLogConfiguration,
} from '../src/index.ts';
import { foldCounters } from '../src/system-log/counters.ts';
import { inLogPart } from '../src/system-log/log-directory.ts';
import { type LogDirectories, useLogDirectories } from './support/log-directories.ts';

const FIXTURE = join(import.meta.dirname, 'fixtures/raise.ts');
const NODE = ['--conditions=@tracebuf/source', '--disable-warning=ExperimentalWarning', FIXTURE];
const PATIENCE = 120_000;

function raise(directories: LogDirectories, name: string, count: number, end = 'exit'): void {
  const child = spawnSync(process.execPath, [...NODE, name, String(count), end], {
    env: { ...process.env, ...directories },
    encoding: 'utf8',
    timeout: PATIENCE,
  });
  expect(child.stderr).toBe('');
  expect(child.signal).toBe(end === 'kill' ? 'SIGKILL' : null);
}

async function start(directories: LogDirectories, name: string, count: number, end: string): Promise<number> {
  const child = spawn(process.execPath, [...NODE, name, String(count), end], {
    env: { ...process.env, ...directories },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

const counts = (): Record<string, [number, number]> =>
  Object.fromEntries(
    [...readLogCounters().conditions.values()].map(({ condition, occurred, notified }) => [
      condition,
      [occurred, notified],
    ]),
  );

const messages = (log: 'memory-buffer' | 'nvram' = 'memory-buffer'): string[] =>
  readMessages(log, 1000).incidents.map(({ record }) => record.message);

describe('incidents', () => {
  test('of all processes are merged, with their parameters, also after kill -9', () => {
    const directories = useLogDirectories();
    raise(directories, 'one', 2);
    raise(directories, 'two', 1, 'kill');
    const { incidents, unknown, problems } = readMessages('memory-buffer', 1000);
    expect({ unknown, problems }).toEqual({ unknown: 0, problems: [] });
    expect(incidents.map(({ record, condition }) => [record.process, condition.id, record.message])).toEqual([
      ['one', 'example.opened', 'Opened file-0 with r'],
      ['one', 'example.could_not_open', 'Unable to open file-0 with 0'],
      ['one', 'example.opened', 'Opened file-1 with r'],
      ['one', 'example.could_not_open', 'Unable to open file-1 with 1'],
      ['two', 'example.opened', 'Opened file-0 with r'],
      ['two', 'example.could_not_open', 'Unable to open file-0 with 0'],
    ]);
    expect(incidents[1]?.record).toMatchObject({
      kind: 'incident',
      level: 'error',
      fields: { condition: 'example.could_not_open', severity: 'error', tgt: 'file-0', opt: '0' },
    });
    expect(messages('nvram')).toEqual([
      'Unable to open file-0 with 0',
      'Unable to open file-1 with 1',
      'Unable to open file-0 with 0',
    ]);
    expect(readComponents()).toMatchObject([{ name: 'example', conditions: [{}, {}, {}] }]);
  });

  test('are shown by any reader of the trace buffer', () => {
    const directories = useLogDirectories();
    registerDecoder(incidentDecoder);
    raise(directories, 'one', 1);
    using reader = new TraceReader(listProcesses().processes);
    expect(reader.poll().map(({ buffer, message }) => [buffer, message])).toEqual([
      ['system-log', 'Opened file-0 with r'],
      ['system-log', 'Unable to open file-0 with 0'],
    ]);
  });

  test('are cleared from one log and not from the other, and new ones come', () => {
    const directories = useLogDirectories();
    raise(directories, 'one', 2);
    expect(clearMessages('memory-buffer')).toBe(4);
    expect(clearMessages('memory-buffer')).toBe(0);
    expect(messages()).toEqual([]);
    expect(messages('nvram')).toHaveLength(2);
    expect(clearMessages('nvram')).toBe(2);
    expect(messages('nvram')).toEqual([]);
    raise(directories, 'two', 1);
    expect(messages()).toHaveLength(2);
    expect(counts()['example.opened']).toEqual([3, 3]);
  });

  test('the memory buffer holds as many as it is to hold, and the counters go on', () => {
    const directories = useLogDirectories();
    updateLogConfiguration((present) => configureTarget(present, 'memory-buffer', { numberOfMessages: 200 }));
    raise(directories, 'one', 101);
    const { incidents } = readMessages('memory-buffer', 200);
    expect(incidents).toHaveLength(200);
    expect(incidents[0]?.record.message).toBe('Opened file-1 with r');
    expect(counts()['example.opened']).toEqual([101, 101]);
  });
});

describe('the configuration', () => {
  test('is obeyed at once by a process whose event loop is stuck', async () => {
    const directories = useLogDirectories();
    await start(directories, 'busy', 1, 'stuck');
    const severest = (): number =>
      Math.max(
        ...readMessages('memory-buffer', 50).incidents.map(({ condition }) =>
          ['error', 'info', 'debug-data'].indexOf(condition.severity),
        ),
      );
    await expect.poll(severest, { timeout: PATIENCE }).toBe(1);
    updateLogConfiguration((present) =>
      configureTarget(present, 'memory-buffer', { severity: parseSeverity('error') }),
    );
    await expect.poll(severest, { timeout: PATIENCE }).toBe(0);
    updateLogConfiguration((present) =>
      setConditionDebug(
        configureTarget(present, 'memory-buffer', { severity: parseSeverity('debug-data') }),
        'example.looked',
        Date.now() + 3_600_000,
      ),
    );
    await expect.poll(severest, { timeout: PATIENCE }).toBe(2);
    updateLogConfiguration((present) => setConditionDebug(present, 'example.looked', undefined));
    await expect.poll(severest, { timeout: PATIENCE }).toBe(1);
    const before = counts()['example.looked'];
    expect(before?.[1]).toBeGreaterThan(0);
    expect(before?.[1]).toBeLessThan(before?.[0] ?? 0);
  });

  test('is changed by many processes at once, and no change is lost', () => {
    useLogDirectories();
    const code = `
      import { createFilter, updateLogConfiguration } from ${JSON.stringify(join(import.meta.dirname, '../src/index.ts'))};
      for (let i = 0; i < 5; i++) updateLogConfiguration((present) => createFilter(present, 'f' + process.argv[1] + '-' + i));`;
    const many = Array.from(
      { length: 6 },
      (_, number) =>
        `${process.execPath} --conditions=@tracebuf/source --input-type=module -e '${code.replaceAll("'", `'\\''`)}' ${number}`,
    );
    const shell = spawnSync('sh', ['-c', `${many.join(' & ')} & wait`], {
      encoding: 'utf8',
      timeout: PATIENCE,
    });
    expect(shell.stderr).toBe('');
    expect(readLogConfiguration().filters).toHaveLength(31);
  });

  test('that is damaged is refused with its path, and running programs go on with the last one', () => {
    const directories = useLogDirectories();
    updateLogConfiguration((present) => setDebugMode(present, true));
    const path = join(directories.TRACEBUF_DIR, 'system-log/configuration.json');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ debugMode: true });
    writeFileSync(path, '{"version":1');
    expect(() => readLogConfiguration()).toThrow(LogConfigurationError);
    expect(() => readLogConfiguration()).toThrow(/system-log\/configuration.json" is not JSON/);
    expect(() => updateLogConfiguration((present) => present)).toThrow(LogConfigurationError);
  });

  test('a filter by parameters decides for each incident', () => {
    const directories = useLogDirectories();
    updateLogConfiguration((present) => {
      const created = createFilter(present, 'only7');
      const { configuration } = changeFilter(created, 'only7', 'add', {
        events: {},
        severity: 'debug-data',
        match: { strict: true, criteria: [{ type: 'string', value: 'file-7' }] },
      });
      return configureTarget(configuration, 'memory-buffer', { filter: 'only7' });
    });
    raise(directories, 'one', 10);
    expect(messages()).toEqual(['Opened file-7 with r', 'Unable to open file-7 with 7']);
  });
});

describe('counters', () => {
  test('add up over a hundred processes at once, those that were killed included', {
    timeout: 4 * PATIENCE,
  }, async () => {
    const directories = useLogDirectories();
    const children = Array.from({ length: 100 }, (_, number) => {
      const child = spawn(
        process.execPath,
        [...NODE, `p${number}`, '50', number % 3 === 0 ? 'kill' : 'exit'],
        {
          env: { ...process.env, ...directories },
          stdio: 'ignore',
        },
      );
      onTestFinished(() => void child.kill('SIGKILL'));
      return once(child, 'exit');
    });
    await Promise.all(children);
    expect(readLogCounters().problems).toEqual([]);
    expect(counts()).toEqual({
      'example.opened': [5000, 5000],
      'example.could_not_open': [5000, 5000],
      'example.looked': [5000, 0],
    });
  });

  test('are folded when there are many files, and nothing changes', () => {
    const directories = useLogDirectories();
    for (const name of ['a', 'b', 'c']) raise(directories, name, 2);
    const before = counts();
    inLogPart('counters', false, (directory) => foldCounters(directory, 1));
    expect(counts()).toEqual(before);
    raise(directories, 'd', 1);
    expect(counts()['example.opened']).toEqual([7, 7]);
    inLogPart('counters', false, (directory) => foldCounters(directory, 1));
    expect(counts()['example.opened']).toEqual([7, 7]);
  });

  test('are cleared for the conditions asked for, while processes count on', async () => {
    const directories = useLogDirectories();
    raise(directories, 'dead', 3);
    await start(directories, 'alive', 4, 'stay');
    expect(counts()['example.opened']).toEqual([7, 7]);
    clearLogCounters((condition) => condition === 'example.opened');
    expect(counts()).toMatchObject({ 'example.opened': [0, 0], 'example.looked': [7, 0] });
    clearLogCounters();
    expect(counts()).toMatchObject({ 'example.opened': [0, 0], 'example.looked': [0, 0] });
    raise(directories, 'new', 1);
    expect(counts()).toMatchObject({ 'example.opened': [1, 1], 'example.looked': [1, 0] });
  });

  test('a file that is damaged is named, and the others count', () => {
    const directories = useLogDirectories();
    raise(directories, 'one', 1);
    writeFileSync(
      join(directories.TRACEBUF_DIR, 'system-log/counters/1.x.counts'),
      'TBCOUNTSxxxx'.padEnd(100, '\0'),
      { mode: 0o600 },
    );
    const { problems, conditions } = readLogCounters();
    expect(problems).toHaveLength(1);
    expect(conditions.get('example.opened')?.occurred).toBe(1);
  });
});
