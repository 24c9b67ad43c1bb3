// A program whose calls are recorded: `outer` calls `inner` three times, in the main thread and in a worker.
import { isMainThread, Worker } from 'node:worker_threads';
import { CallTracer } from '@tracebuf/tracer';

const tracer = new CallTracer();
const inner = tracer.trace(
  (count: number) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += i;
    return sum;
  },
  { name: 'inner' },
);
const outer = tracer.trace(() => [1000, 20_000, 300_000].map((count) => inner(count)), { name: 'outer' });

outer();
if (isMainThread) new Worker(new URL(import.meta.url));
