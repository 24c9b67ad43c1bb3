// Turns its event loop for as many seconds as its second argument says, with some work and some log calls each turn, and
// prints, as JSON, how long turns took. First argument: `on` or `off`, whether the buffer stores.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { TraceBuffer } from '@tracebuf/ring';
import { LatencyHistogram } from './latency-histogram.ts';
import { MESSAGE } from './message.ts';

/** Log calls and hashes a turn: a busy service's share of logging. */
const CALLS = 20;
const WORK = 400;
const WARM_UP_MS = 1000;

const buffer = new TraceBuffer('bench', 256 * 1024, { enabled: process.argv[2] === 'on' });
const seconds = Number(process.argv[3]);
const turns = new LatencyHistogram();
const delay = monitorEventLoopDelay({ resolution: 1 });
let checksum = 0;

const started = performance.now();
let last = started;
let isWarm = false;
function turn(): void {
  const now = performance.now();
  if (isWarm) turns.record((now - last) * 1e6);
  last = now;
  if (!isWarm && now - started > WARM_UP_MS) {
    isWarm = true;
    delay.enable();
  }
  if (now - started > WARM_UP_MS + seconds * 1000) {
    const percentile = (share: number): number => delay.percentile(share * 100);
    const timers = { median: percentile(0.5), p999: percentile(0.999), max: delay.max, calls: delay.count };
    process.stdout.write(JSON.stringify({ turns: turns.summary(), timers, checksum }));
    return;
  }
  for (let i = 0; i < WORK; i++)
    checksum = (Math.imul(checksum, 31) + MESSAGE.charCodeAt(i % MESSAGE.length)) | 0;
  for (let i = 0; i < CALLS; i++) buffer.log(MESSAGE);
  setImmediate(turn);
}
turn();
