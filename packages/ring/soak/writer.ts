// A whole process that appends in its main thread and in workers until it is killed.
import { openSync, writeSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { mapFile } from '../src/mapping.ts';
import { appendWithoutEnd } from './append-without-end.ts';
import { ACKNOWLEDGEMENT_BYTES, BUFFER, type Load } from './load.ts';

const path = process.argv[2] ?? '';
const load = JSON.parse(process.argv[3] ?? '') as Load;
const words = new Float64Array(mapFile(openSync(path, 'r+'), path, ACKNOWLEDGEMENT_BYTES).memory);
const append = appendWithoutEnd(BUFFER, load, process.ppid, words);

// All start at once: those that are there first must not keep the others from starting.
const start = isMainThread ? new Int32Array(new SharedArrayBuffer(4)) : (workerData as Int32Array);
if (isMainThread) {
  await Promise.all(
    Array.from({ length: load.workers }, () => {
      const worker = new Worker(import.meta.filename, { argv: process.argv.slice(2), workerData: start });
      return new Promise((resolve) => worker.once('message', resolve));
    }),
  );
  Atomics.store(start, 0, 1);
  Atomics.notify(start, 0);
  writeSync(1, 'ready\n');
} else {
  parentPort?.postMessage('ready');
  Atomics.wait(start, 0, 0);
}
append();
process.exit(1);
