// A whole process that appends in its main thread and in workers until it is killed.
import { openSync, writeSync } from 'node:fs';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { mapFile } from '../src/mapping.ts';
import { appendWithoutEnd } from './append-without-end.ts';
import { ACKNOWLEDGEMENT_BYTES, BUFFER, type Load } from './load.ts';

const path = process.argv[2] ?? '';
const load = JSON.parse(process.argv[3] ?? '') as Load;
const words = new Float64Array(mapFile(openSync(path, 'r+'), path, ACKNOWLEDGEMENT_BYTES).memory);
const append = appendWithoutEnd(BUFFER, load, process.ppid, words);

if (isMainThread) {
  await Promise.all(
    Array.from({ length: load.workers }, () => {
      const worker = new Worker(import.meta.filename, { argv: process.argv.slice(2) });
      return new Promise((resolve) => worker.once('message', resolve));
    }),
  );
  writeSync(1, 'ready\n');
} else {
  parentPort?.postMessage('ready');
}
append();
process.exit(1);
