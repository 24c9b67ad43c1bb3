import { performance } from 'node:perf_hooks';
import type { Transform } from 'node:stream';
import { workerData } from 'node:worker_threads';
import { InsecureDirectoryError, StorageError } from '@tracebuf/ring';
import build from 'pino-abstract-transport';
import { TraceBufferDestination } from './destination.ts';
import type { TraceBufferTransportOptions } from './destination-options.ts';
import { lineTime } from './line-time.ts';

/** What a build with `expectPinoConfig` adds, once pino has told. */
interface ConfiguredStream extends Transform {
  readonly levels?: unknown;
  readonly messageKey?: string;
  readonly errorKey?: string;
}

/** A microsecond, in milliseconds. */
const TICK = 0.001;

/** Milliseconds; a clock that goes back further was set. */
const CLOCK_STEP = 1000;

type Closer = (error: Error | null, callback: (error?: Error | null) => void) => void;

/** The types of pino-abstract-transport do not know that `expectPinoConfig` may be false, or an error null. */
type Build = (
  start: (stream: ConfiguredStream) => void,
  options: {
    readonly parse: 'lines';
    readonly parseLine: (line: string) => object;
    readonly metadata: false;
    readonly expectPinoConfig: boolean;
    readonly close: Closer;
  },
) => Transform | Promise<Transform>;

/** Any line will do: it is stored as it is, and parsed when it is read. */
const ANY_LINE = {};

/**
 * Writes the lines that pino sends to its worker thread to a trace buffer of that thread:
 * `pino.transport({ target: '@tracebuf/pino-transport', options })`.
 *
 * Records carry the time that pino gave the line. Trouble with the storage is a warning, never an `error` event,
 * which would end the program.
 *
 * @throws InvalidOptionError for an option that can't be used.
 */
export async function workerTransport(options?: TraceBufferTransportOptions): Promise<Transform> {
  const destination = openDestination(options);
  const start = (stream: ConfiguredStream): void => {
    if (destination === undefined) {
      stream.resume();
      return;
    }
    const { levels, messageKey, errorKey } = stream;
    if (levels !== undefined) {
      destination.emit('message', { code: 'PINO_CONFIG', config: { levels, messageKey, errorKey } });
    }
    let last = -Infinity;
    stream.on('data', (line: string) => {
      const time = lineTime(line);
      if (time === undefined) {
        destination.writeAt(line);
        return;
      }
      last = following(time - performance.timeOrigin, last);
      destination.writeAt(line, last);
    });
  };
  const close: Closer = (error, callback) => {
    destination?.end();
    callback(error);
  };
  return (build as Build)(start, {
    parse: 'lines',
    parseLine: () => ANY_LINE,
    metadata: false,
    // Asked for where nobody answers (a pipe, an old pino), it would be an error.
    expectPinoConfig: workerData?.workerData?.pinoWillSendConfig === true,
    close,
  });
}

/**
 * The time of a line that follows one of the time `last`. pino's clock has milliseconds, and lines of one millisecond may
 * go to two rings, by their levels: readers merge those by time.
 */
function following(time: number, last: number): number {
  const clockWasSet = time < last - CLOCK_STEP;
  return time > last || clockWasSet ? time : last + TICK;
}

function openDestination(
  options: TraceBufferTransportOptions | undefined,
): TraceBufferDestination | undefined {
  try {
    return new TraceBufferDestination(ownOptions(options));
  } catch (error) {
    if (!(error instanceof StorageError || error instanceof InsecureDirectoryError)) throw error;
    process.emitWarning(`Lines are not recorded: ${error.message}`, { code: error.code });
    return undefined;
  }
}

/** What pino and its worker put among the options of a transport. */
interface PinoExtras {
  readonly $context?: unknown;
  readonly pinoWillSendConfig?: unknown;
}

function ownOptions(
  options: (TraceBufferTransportOptions & PinoExtras) | undefined,
): TraceBufferTransportOptions {
  const { $context: _context, pinoWillSendConfig: _config, ...own } = options ?? {};
  return own;
}
