import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TraceBuffer } from '@tracebuf/ring';
import { CannotMeasure, type Comparison, type Effort, type Measurement } from '../comparison.ts';
import { MESSAGE } from '../message.ts';
import { median, summary } from '../statistics.ts';

const TRACE_CLI = fileURLToPath(new URL('../../../packages/cli/bin/trace-cli.cjs', import.meta.url));
const BUNDLE = fileURLToPath(new URL('../../../packages/cli/dist/main.cjs', import.meta.url));

/** Bytes, and how many records of {@link MESSAGE} fill it for sure. */
const SIZE = 20480;
const RECORDS = 1000;

const TIMEOUT = 30_000;

export const comparison: Comparison = {
  name: 'show-trace',
  what: '`trace-cli show trace` of a full 20 KB buffer, start to end, over `node -e 0`; whole processes, medians',
  unit: '',
  bar: { kind: 'at most', value: 3 },
  async measure(effort) {
    if (!existsSync(BUNDLE)) throw new CannotMeasure('trace-cli is not built: npm run build.');
    using buffer = new TraceBuffer('shown', SIZE);
    for (let i = 0; i < RECORDS; i++) buffer.log(MESSAGE);
    return await alternate(effort);
  },
};

async function alternate({ generations, rounds }: Effort): Promise<Measurement> {
  const shown: number[] = [];
  const empty: number[] = [];
  const each: number[] = [];
  for (let i = 0; i < generations; i++) {
    const from = shown.length;
    for (let round = 0; round < Math.ceil(rounds / 6); round++) {
      shown.push(await run([TRACE_CLI, 'show', 'trace', String(process.pid), 'shown'], MESSAGE));
      empty.push(await run(['-e', '0'], ''));
    }
    each.push(median(shown.slice(from)) / median(empty.slice(from)));
  }
  return {
    ...summary(each),
    detail: `${median(shown).toFixed(1)} ms over ${median(empty).toFixed(1)} ms`,
  };
}

/**
 * Runs Node to its end.
 *
 * @param expected What has to be in its output: a fast failure is no result.
 * @returns Milliseconds from start to end.
 */
async function run(args: readonly string[], expected: string): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], timeout: TIMEOUT });
  const closed = once(child, 'close');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = await closed;
  const took = performance.now() - started;
  if (code === 0 && output.includes(expected)) return took;
  throw new Error(`node ${args.join(' ')} ended with ${code}: ${output.slice(0, 200)}`);
}
