// Turns its event loop for as many seconds as its argument says, with some work and some log calls each turn, and prints,
// as JSON, how long turns took with tracing on and with tracing off. The two change places every few turns of the loop,
// so that both see the same machine.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { TraceBuffer } from '@tracebuf/ring';
import { LatencyHistogram } from './latency-histogram.ts';
import { MESSAGE } from './message.ts';

/** Log calls and hashes a turn: a busy service's share of logging. */
const CALLS = 20;
const WORK = 400;
const WARM_UP_MS = 1000;
/** How long tracing stays on, or off. */
const SLICE_MS = 50;

const seconds = Number(process.argv[2]);
const side = (enabled: boolean) => ({
  buffer: new TraceBuffer(enabled ? 'on' : 'off', 256 * 1024, { enabled }),
  turns: new LatencyHistogram(),
  delay: monitorEventLoopDelay({ resolution: 1 }),
});
const sides = { on: side(true), off: side(false) };
let checksum = 0;

/** Turns the loop for one slice. */
function slice({ buffer, turns, delay }: typeof sides.on, isMeasured: boolean): Promise<void> {
  return new Promise((resolve) => {
    const end = performance.now() + SLICE_MS;
    let last = 0;
    if (isMeasured) delay.enable();
    const turn = (): void => {
      const now = performance.now();
      if (isMeasured && last !== 0) turns.record((now - last) * 1e6);
      last = now;
      if (now > end) {
        delay.disable();
        resolve();
        return;
      }
      for (let i = 0; i < WORK; i++) {
        checksum = (Math.imul(checksum, 31) + MESSAGE.charCodeAt(i % MESSAGE.length)) | 0;
      }
      for (let i = 0; i < CALLS; i++) buffer.log(MESSAGE);
      setImmediate(turn);
    };
    setImmediate(turn);
  });
}

const started = performance.now();
for (let elapsed = 0; elapsed < WARM_UP_MS + seconds * 1000; elapsed = performance.now() - started) {
  for (const one of [sides.on, sides.off]) await slice(one, elapsed > WARM_UP_MS);
}
const reportOf = ({ turns, delay }: typeof sides.on) => ({
  turns: turns.summary(),
  timers: delay.percentile(99.9),
});
process.stdout.write(JSON.stringify({ on: reportOf(sides.on), off: reportOf(sides.off), checksum }));
