import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { environment } from '../support/registry.ts';
import { newTraceDirectory } from '../support/trace-directory.ts';
import { addFailPoints } from './fixtures/add-fail-points.ts';
import type { ScenarioResult } from './fixtures/every-store.ts';
import { SCENARIOS } from './fixtures/scenarios.ts';
import { storesOfAppend } from './model/writer.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const PRELOADED = ['--conditions=@tracebuf/source', '--import', join(FIXTURES, 'fail-points.ts')];
const PATIENCE = 200_000;
/** States kept of each scenario, at which a process is then killed in earnest; of 1, every second scenario. */
const KILLS_EACH = Number(process.env.TRACEBUF_TEST_STORE_KILLS ?? 1);

function runScenarios(directory: string, keep: number): ScenarioResult[] {
  const child = spawnSync(
    process.execPath,
    [...PRELOADED, join(FIXTURES, 'every-store.ts'), directory, String(keep)],
    { encoding: 'utf8', env: environment({}), timeout: PATIENCE, maxBuffer: 1 << 26 },
  );
  if (child.status !== 0)
    throw new Error(`The scenarios ended with ${child.status} ${child.signal}: ${child.stderr}`);
  return JSON.parse(child.stdout) as ScenarioResult[];
}

test('behind every single store a reader finds what was appended, and nothing else; death by SIGKILL leaves the same', {
  timeout: 2 * PATIENCE,
}, async () => {
  const directory = newTraceDirectory();
  const results = runScenarios(directory, KILLS_EACH);
  expect(results.filter(({ problems }) => problems.length > 0)).toEqual([]);
  expect(results.map(({ name }) => name).slice(0, SCENARIOS.length)).toEqual(
    SCENARIOS.map(({ name }) => name),
  );
  const points = results.reduce((sum, result) => sum + result.points, 0);
  expect(points).toBeGreaterThan(1500);

  // The states above were looked at while their writer was alive. A killed one must leave the same bytes.
  const all = results.flatMap(({ kept }, index) => kept.map((store) => ({ index, store })));
  const kills = KILLS_EACH > 1 ? all : all.filter((_, index) => index % 2 === 0);
  expect(kills.length).toBeGreaterThanOrEqual(KILLS_EACH * 40);
  const differing: string[] = [];
  const kill = async ({ index, store }: (typeof kills)[number]): Promise<void> => {
    const path = join(directory, `${index}.${store}.killed`);
    const { signal, output } = await runKilled(path, index, store);
    const same =
      signal === 'SIGKILL' &&
      readFileSync(path).equals(readFileSync(join(directory, `${index}.${store}.kept`)));
    if (!same) differing.push(`${SCENARIOS[index]?.name}, store ${store}: ${signal} ${output}`);
  };
  const queue = [...kills];
  const lane = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) await kill(next);
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, lane));
  expect(differing).toEqual([]);
  console.log(`${points} stores in ${results.length} scenarios, ${kills.length} of them with SIGKILL`);
});

function runKilled(path: string, index: number, store: number): Promise<{ signal: string; output: string }> {
  const args = [...PRELOADED, join(FIXTURES, 'kill-at-store.ts'), path, String(index), String(store)];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: environment({}), timeout: PATIENCE }, (error, stdout, stderr) => {
      resolve({ signal: String(error?.signal ?? 'none'), output: stdout + stderr });
    });
  });
}

test('the stores of an append come in the order that the model explores', { timeout: PATIENCE }, () => {
  const results = runScenarios(newTraceDirectory(), 0);
  const named = (name: string): ScenarioResult => {
    const result = results.find((one) => one.name === `${name}, overwrite, mapped`);
    if (result === undefined) throw new Error(`There is no scenario ${name}.`);
    return result;
  };
  const steps = (name: string): string[] => labels(named(name).stores);
  const plain = { evicts: false, pads: false, carriesOldest: false, carriesHead: false };
  expect(steps('a record that fits')).toEqual(storesOfAppend(plain));
  expect(steps('a record that evicts many')).toEqual(storesOfAppend({ ...plain, evicts: true }));
  expect(steps('a record that wraps behind marked padding')).toEqual(
    storesOfAppend({ ...plain, evicts: true, pads: true }),
  );
  expect(steps('a head that passes 2^32 within the data')).toEqual(
    storesOfAppend({ ...plain, carriesHead: true }),
  );
  expect(steps('an oldest that passes 2^32')).toEqual(
    storesOfAppend({ ...plain, evicts: true, pads: true, carriesOldest: true }),
  );
});

test('a module whose stores the fail points do not recognise is refused', () => {
  const source = readFileSync(join(import.meta.dirname, '../../src/ring-writer.ts'), 'utf8');
  expect(addFailPoints('ring-writer.ts', source)).toContain('stored(');
  const fewer = source.replaceAll('words[word + 5] = ', 'const check = ');
  expect(() => addFailPoints('ring-writer.ts', fewer)).toThrow(/found \d+ stores of \d+ known ones/);
});

/** What the offsets of stores are in the model, where a payload, a header, a padding header is one step each. */
function labels(stores: ScenarioResult['stores']): string[] {
  const fixed: Record<number, string> = {
    512: 'headLow',
    516: 'headHigh',
    520: 'appended',
    576: 'oldestLow',
    580: 'oldestHigh',
  };
  // A record's header is five stores at 0, 4, 8, 16, 20; what comes before the first header is payload.
  const steps: string[] = [];
  const headers = stores.filter(([offset, length], i) => {
    const follows = stores.slice(i, i + 5).map(([at]) => at - offset);
    return length === 4 && offset >= 4096 && follows.join() === '0,4,8,16,20';
  });
  const inHeader = (offset: number): number => headers.findIndex(([at]) => offset >= at && offset < at + 24);
  for (const [offset] of stores) {
    const header = inHeader(offset);
    const label =
      fixed[offset] ?? (header < 0 ? 'payload' : headers.length > 1 && header === 0 ? 'padding' : 'header');
    if (steps.at(-1) !== label) steps.push(label);
  }
  return steps;
}
