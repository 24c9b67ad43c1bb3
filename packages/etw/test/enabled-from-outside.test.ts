import { setTimeout as sleep } from 'node:timers/promises';
import { openRoot, TraceReader } from '@tracebuf/ring';
import { describe, expect, test } from 'vitest';
import {
  controlProvider,
  type EventSelection,
  forgetProvider,
  listProviders,
  type ProviderStatus,
  providerIdFromName,
  rememberedProviders,
  rememberProvider,
} from '../src/index.ts';
import { Fixture } from './support/fixture.ts';
import { onlyProcess, readRecords, useTraceDirectory } from './support/trace-directory.ts';

const ID = providerIdFromName('Test.Stuck');

function stuck(): ProviderStatus {
  const { providers, problems } = listProviders([onlyProcess()]);
  expect(problems).toEqual([]);
  expect(providers).toHaveLength(1);
  return providers[0] as ProviderStatus;
}

function tell(selection: EventSelection | undefined): void {
  controlProvider(stuck(), selection);
}

/** The last turn of the loop, and when it was, in milliseconds since 1970. */
function lastTurn(): { readonly turn: number; readonly time: number } {
  using reader = new TraceReader([onlyProcess()], { buffers: ['turns'] });
  const last = reader.poll().at(-1);
  return { turn: Number(last?.message ?? 0), time: (last?.time ?? 0) / 1000 };
}

async function turnThat(fits: (last: ReturnType<typeof lastTurn>) => boolean): Promise<number> {
  const deadline = Date.now() + 60_000;
  for (let last = lastTurn(); ; last = lastTurn()) {
    if (fits(last)) return last.turn;
    if (Date.now() > deadline) throw new Error('the loop does not go on');
    await sleep(5);
  }
}

/** Names of the events of one turn that began when what was told had been heard; a positional writer looks every 5 ms. */
async function eventsNow(): Promise<string[]> {
  const heard = Date.now() + 20;
  const turn = (await turnThat(({ time }) => time > heard)) + 1;
  await turnThat((last) => last.turn > turn);
  using reader = new TraceReader([onlyProcess()], { buffers: ['Test.Stuck'] });
  const events = reader.poll().filter(({ fields }) => fields?.turn === turn);
  return events.map(({ message }) => message).sort();
}

describe.each(['mapped', 'positional'])('a process in an endless loop, with a %s buffer', (mode) => {
  test('is enabled, filtered and disabled by level and keywords', async () => {
    const directory = useTraceDirectory();
    const fixture = new Fixture('stuck-provider', directory, [mode]);
    await fixture.printed(/ready/);
    expect(stuck()).toMatchObject({ name: 'Test.Stuck', id: ID, enabled: false });
    expect(stuck().status.counts.appended).toBe(0);

    tell({});
    expect(await eventsNow()).toEqual(['Always', 'Beyond', 'High', 'Info', 'Verbose']);
    expect(stuck()).toMatchObject({ enabled: true, level: 0, keyword: 2n ** 64n - 1n });
    tell({ level: 4 });
    expect(await eventsNow()).toEqual(['Always', 'High', 'Info']);
    tell({ level: 5, keyword: 0x2n });
    expect(await eventsNow()).toEqual(['Always', 'Verbose']);
    tell({ level: 255, keyword: 0x8000_0000_0000_0001n });
    expect(await eventsNow()).toEqual(['Always', 'Beyond', 'High', 'Info']);
    tell({ level: 199, keyword: 0x1n });
    expect(await eventsNow()).toEqual(['Always', 'Info']);
    expect(stuck()).toMatchObject({ enabled: true, level: 199, keyword: 1n });
    tell(undefined);
    expect(await eventsNow()).toEqual([]);
    expect(stuck()).toMatchObject({ enabled: false });

    const records = readRecords().filter(({ kind }) => kind === 'etw');
    expect(records.length).toBeGreaterThan(10);
    for (const { fields, level, message } of records) {
      expect(fields?.turn).toBeTypeOf('number');
      expect([message, level]).toEqual([message, { Verbose: 'debug', Beyond: 'trace' }[message] ?? 'info']);
    }
  });
});

test('threads that join later hear what the others were told', async () => {
  const directory = useTraceDirectory();
  const fixture = new Fixture('stuck-provider', directory, ['threads']);
  await fixture.printed(/ready/);
  tell({ level: 4, keyword: 0x1n });
  fixture.child.stdin?.write('go\n');
  const [first] = await fixture.printed(/enabled: .*\n/);
  expect(first).toBe('enabled: true false false true false\n');
  fixture.child.stdin?.end();
});

test('what is enabled is remembered for processes that start later, until it is disabled', async () => {
  const directory = useTraceDirectory();
  const root = openRoot({ create: true, path: directory });
  rememberProvider(root, { id: ID, name: 'Test.Stuck', level: 5, keyword: 0x3n });
  expect(rememberedProviders(root)).toEqual([{ id: ID, name: 'Test.Stuck', level: 5, keyword: 0x3n }]);
  const first = new Fixture('stuck-provider', directory, ['once']);
  expect(await first.printed(/enabled: .*\n/)).toEqual(['enabled: true true false true false\n']);
  expect(await first.end()).toBe(0);
  expect(stuck()).toMatchObject({ enabled: true, level: 5, keyword: 3n });
  expect(readRecords().map(({ message }) => message)).toEqual(['Info', 'Verbose', 'Always']);

  expect(forgetProvider(root, ID)).toBe(true);
  expect(forgetProvider(root, ID)).toBe(false);
  expect(rememberedProviders(root)).toEqual([]);
  root.close();
  const second = new Fixture('stuck-provider', directory, ['once']);
  expect(await second.printed(/enabled: .*\n/)).toEqual(['enabled: false false false false false\n']);
});
