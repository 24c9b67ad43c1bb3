// A program whose functions are traced: calls that return, that throw, that wait, and one that does not end.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CallTracer } from '@tracebuf/tracer';

const tracer = new CallTracer({ size: 1024 * 1024 });

function countDown(n: number): number {
  return n === 0 ? 0 : tracedCountDown(n - 1) + 1;
}
const tracedCountDown = tracer.trace(countDown);

class Orders {
  check(id: string): void {
    if (id === '') throw new TypeError('no such order');
  }
}
tracer.traceMethods(Orders);

const load = tracer.trace(
  async (id: string): Promise<number> => {
    await sleep(1);
    return tracedCountDown(id.length);
  },
  { name: 'load' },
);

for (let n = 0; n < 3; n++) tracedCountDown(n);
try {
  new Orders().check('');
} catch {
  // Meant to be seen.
}
await Promise.all([load('a'), load('bc')]);
tracer.mark('queue', 5);
tracer.trace(
  (why: string): void => {
    writeSync(1, 'ready\n');
    process.kill(process.pid, why === 'kill' ? 'SIGKILL' : 'SIGTERM');
    for (;;);
  },
  { name: 'hang' },
)('kill');
