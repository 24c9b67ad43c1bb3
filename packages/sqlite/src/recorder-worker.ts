import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { processKey } from '@tracebuf/ring/files';
import { DatabaseError } from './errors.ts';
import { Recorder } from './recorder.ts';
import type { WorkerData, WorkerMessage } from './recorder-options.ts';

/** How long it waits where there was nothing to store, in milliseconds. */
const IDLE_MS = 50;

const { db, processes = 'own', decoderUrls, ...options } = workerData as WorkerData;
let stopped = false;
parentPort?.once('message', () => {
  stopped = true;
});
const say = (message: WorkerMessage): void => parentPort?.postMessage(message);

try {
  for (const url of decoderUrls) await import(url);
  const own = processKey();
  const wants = processes === 'own' ? { wants: ({ key }: { key: string }) => key === own } : {};
  const recorder = new Recorder(db, { ...options, ...wants });
  say({ type: 'started' });
  while (!stopped) if (recorder.round() === 0) await sleep(IDLE_MS);
  recorder.close();
  const { stored, lost, removed } = recorder.totals;
  say({ type: 'stopped', stored, lost, removed });
} catch (error) {
  const fault = error instanceof Error ? error.message : String(error);
  say({ type: 'failed', fault: error instanceof DatabaseError ? error.fault : fault });
} finally {
  parentPort?.close();
}
