import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { InvalidOptionError } from '@tracebuf/ring';
import { DatabaseError } from './errors.ts';
import type { StartRecorderOptions, WorkerData, WorkerMessage } from './recorder-options.ts';
import { resolveRetention } from './retention.ts';

/** A recorder at work in a thread of this program. */
export interface RunningRecorder {
  /** Fulfilled when it has begun; rejected with a DatabaseError where the database can't be used. */
  readonly started: Promise<void>;
  /**
   * Stores what is there, and ends. Calling it again gives the same promise.
   *
   * @returns What was stored, lost and removed since it was started.
   */
  stop(): Promise<{ readonly stored: number; readonly lost: number; readonly removed: number }>;
}

const NOTHING = { stored: 0, lost: 0, removed: 0 };
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/**
 * Records the trace buffers of this program into a database, in a thread of its own: the program never waits for it, and
 * it keeps no program running. What it has not stored when the program ends is still in the buffers: `trace-cli record`
 * takes it from there.
 *
 * Trouble later on is a process warning (`ERR_TRACEBUF_DATABASE`), never an exception.
 *
 * @throws InvalidOptionError for limits that are none, or where no database is named.
 */
export function startRecorder(options: StartRecorderOptions): RunningRecorder {
  const { decoders = [], ...rest } = options;
  if (typeof options.db !== 'string' || options.db === '')
    throw new InvalidOptionError('db', options.db, 'give the path of a database');
  const { maxRecords, maxBytes, maxAge } = resolveRetention({
    ...(options.maxRecords === undefined ? {} : { maxRecords: options.maxRecords }),
    ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
    ...(options.maxAge === undefined ? {} : { maxAge: options.maxAge }),
  });
  const require = createRequire(join(process.cwd(), 'noop.js'));
  const workerData: WorkerData = {
    ...rest,
    db: resolve(options.db),
    maxRecords,
    maxBytes,
    maxAge,
    decoderUrls: decoders.map((name) => pathToFileURL(require.resolve(name)).href),
  };
  const worker = new Worker(new URL(`./recorder-worker.${EXTENSION}`, import.meta.url), {
    workerData,
    name: 'tracebuf-recorder',
  });
  const running = supervise(worker, workerData.db);
  // Last: whoever listens to a worker keeps it going.
  worker.unref();
  return running;
}

function supervise(worker: Worker, path: string): RunningRecorder {
  let totals = NOTHING;
  let hasStarted = false;
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  const started = new Promise<void>((resolveStart, reject) => {
    settle = { resolve: resolveStart, reject };
  });
  // Whoever does not wait for it must not be ended by it.
  started.catch(() => {});
  const fail = (fault: string): void => {
    const error = new DatabaseError('record into the database', path, fault);
    if (hasStarted) process.emitWarning(error.message, { type: 'TracebufWarning', code: error.code });
    else settle?.reject(error);
  };
  worker.on('message', (message: WorkerMessage) => {
    if (message.type === 'started') {
      hasStarted = true;
      settle?.resolve();
    } else if (message.type === 'stopped') totals = message;
    else fail(message.fault);
  });
  worker.on('error', (error) => fail(error.message));
  const ended = new Promise<void>((resolveEnd) => worker.once('exit', () => resolveEnd()));
  let stopping: Promise<typeof NOTHING> | undefined;
  return {
    started,
    stop() {
      stopping ??= (async () => {
        worker.ref();
        worker.postMessage('stop');
        await ended;
        const { stored, lost, removed } = totals;
        return { stored, lost, removed };
      })();
      return stopping;
    },
  };
}
