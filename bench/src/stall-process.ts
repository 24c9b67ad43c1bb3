// Logs for as many seconds as its second argument says into a buffer of the mode that its first one names, and prints, as
// JSON, what each call took; and what nothing at all took, which is what the machine itself adds.
import { TraceBuffer } from '@tracebuf/ring';
import { LatencyHistogram } from './latency-histogram.ts';
import { MESSAGE } from './message.ts';

const WARM_UP = 100_000;
/** Of several pages, so that many are dirty at a time. */
const SIZE = 256 * 1024;

const mode = process.argv[2] === 'positional' ? 'positional' : 'mapped';
const seconds = Number(process.argv[3]);
const buffer = new TraceBuffer('bench', SIZE, { mode, keepLevel: false });
if (buffer.mode !== mode) throw new Error(`The buffer is ${buffer.mode}.`);
for (let i = 0; i < WARM_UP; i++) buffer.log(MESSAGE);

const calls = new LatencyHistogram();
const nothing = new LatencyHistogram();
const end = performance.now() + seconds * 1000;
let now = performance.now();
while (now < end) {
  // In slices, as a program would: between them the event loop turns.
  for (let i = 0; i < 1000; i++) {
    const before = performance.now();
    const start = performance.now();
    buffer.log(MESSAGE);
    now = performance.now();
    nothing.record((start - before) * 1e6);
    calls.record((now - start) * 1e6);
  }
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write(JSON.stringify({ calls: calls.summary(), nothing: nothing.summary() }));
