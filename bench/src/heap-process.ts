// Logs as many records as its argument says and prints, as JSON, what became of the heap. Needs --expose-gc.
import { GCProfiler } from 'node:v8';
import { TraceBuffer } from '@tracebuf/ring';
import { MESSAGE } from './message.ts';

const records = Number(process.argv[2]);
const buffer = new TraceBuffer('bench', 20480);

/** In slices, as a program would: between them the event loop turns and V8 may do what it has put off. */
async function log(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 100_000) {
    for (let i = Math.min(left, 100_000); i > 0; i--) buffer.log(MESSAGE);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** By then programs that ended have been swept, which the ring does a second after its first buffer was made. */
const SWEPT_MS = 2000;

const made = performance.now();
do await log(1_000_000);
while (performance.now() - made < SWEPT_MS);
const profiler = new GCProfiler();
globalThis.gc?.();
const before = process.memoryUsage().heapUsed;
profiler.start();
await log(records);
const collections = profiler.stop().statistics.length;
const after = process.memoryUsage().heapUsed;
process.stdout.write(JSON.stringify({ records, before, after, collections }));
