// Makes trace buffers of the mode that its argument names, fills them, and prints, as JSON, what each takes of memory.
import { readFileSync } from 'node:fs';
import { TraceBuffer } from '@tracebuf/ring';
import { MESSAGE } from './message.ts';

/** A usual size; with it comes a quarter of that for errors. */
const SIZE = 20480;
const COUNT = 200;

const mode = process.argv[2] === 'positional' ? 'positional' : 'mapped';

/** KiB, by what /proc/self/smaps_rollup calls them, and V8's heap. */
function memory(): Record<string, number> {
  globalThis.gc?.();
  const lines = readFileSync('/proc/self/smaps_rollup', 'utf8').matchAll(/^(\w+): +(\d+) kB$/gm);
  const found = Object.fromEntries([...lines].map(([, name = '', kib]) => [name, Number(kib)]));
  return { ...found, heap: process.memoryUsage().heapUsed / 1024 };
}

const buffers: TraceBuffer[] = [];
function make(count: number): void {
  for (let i = 0; i < count; i++) {
    const buffer = new TraceBuffer(`bench-${buffers.length}`, SIZE, { mode });
    if (buffer.mode !== mode) throw new Error(`The buffer is ${buffer.mode}.`);
    for (let record = 0; record < 500; record++) buffer.log(MESSAGE, record % 10 === 0 ? 'error' : 'info');
    buffers.push(buffer);
  }
}

memory();
const start = memory();
make(1);
const first = memory();
// Code that was compiled meanwhile is no part of a buffer.
make(50);
const before = memory();
make(COUNT);
const after = memory();
process.stdout.write(JSON.stringify({ count: COUNT, start, first, before, after }));
