import { InvalidOptionError, type TraceBufferOptions } from '@tracebuf/ring';
import type TransportStream from 'winston-transport';
import { SEVERITIES } from './severity.ts';

/** A winston format, as `winston.format.json()` gives. */
export type Format = NonNullable<TransportStream.TransportStreamOptions['format']>;

/** Options of {@link TraceBufferTransport}: those of every winston transport, and those of a trace buffer. */
export interface TraceBufferTransportOptions extends Omit<TraceBufferOptions, 'level' | 'keepLevel'> {
  /** Name of the trace buffer, and of the transport: it keys the results of `logger.query()`. Default `'winston'`. */
  readonly name?: string;
  /** Bytes of the trace buffer, at least 4096. Default 1 MiB. */
  readonly size?: number;
  /**
   * winston's level: infos less severe are not written. Default: that of the logger. A name of the logger's set, not
   * a number: this is the `level` of winston, not the one of `TraceBufferOptions`.
   */
  readonly level?: string;
  /** Format of this transport alone, applied after the logger's. Default: none. */
  readonly format?: Format;
  /** Writes nothing. Default `false`. */
  readonly silent?: boolean;
  /** Writes uncaught exceptions. Default `false`. */
  readonly handleExceptions?: boolean;
  /** Writes unhandled rejections. Default `false`. */
  readonly handleRejections?: boolean;
  /** Infos that the transport's stream holds before it asks to wait; it never does. Default 16. */
  readonly highWaterMark?: number;
  /**
   * Infos at or above this level go to a ring of their own, where chatter can't evict them: one of winston's names, a
   * severity, or `false` for no such ring. Default `'error'`.
   */
  readonly keepLevel?: string | number | false;
}

/** Options, split by who is told. */
export interface SplitOptions {
  readonly name: string;
  readonly size: number;
  readonly buffer: TraceBufferOptions;
  readonly transport: TransportStream.TransportStreamOptions;
}

const DEFAULT_NAME = 'winston';
const DEFAULT_SIZE = 1024 * 1024;

const BUFFER_KEYS = ['enabled', 'keepSize', 'policy', 'mode', 'levels'] as const;
const TRANSPORT_KEYS = [
  'level',
  'format',
  'silent',
  'handleExceptions',
  'handleRejections',
  'highWaterMark',
] as const;
const KEYS: readonly string[] = ['name', 'size', ...TRANSPORT_KEYS, 'keepLevel', ...BUFFER_KEYS];

/**
 * Checks the options that concern winston and hands on the others, which the trace buffer checks.
 *
 * @throws InvalidOptionError
 */
export function splitOptions(options: TraceBufferTransportOptions = {}): SplitOptions {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('options', options, 'give an object or leave it out');
  }
  for (const key of Object.keys(options)) {
    if (!KEYS.includes(key)) {
      throw new InvalidOptionError('options', key, `there is no such option; there are ${KEYS.join(', ')}`);
    }
  }
  const { level, format } = options;
  if (level !== undefined && typeof level !== 'string') {
    throw new InvalidOptionError('level', level, "give the name of one of the logger's levels");
  }
  if (format !== undefined && typeof format?.transform !== 'function') {
    throw new InvalidOptionError('format', format, 'give a winston format such as winston.format.json()');
  }
  return {
    name: options.name ?? DEFAULT_NAME,
    size: options.size ?? DEFAULT_SIZE,
    buffer: { ...pick(options, BUFFER_KEYS), ...keepLevelOf(options) },
    transport: pick(options, TRANSPORT_KEYS),
  };
}

/** The keep level as a trace buffer understands it: winston's names are numbers there. */
function keepLevelOf({
  keepLevel,
  levels,
}: TraceBufferTransportOptions): Pick<TraceBufferOptions, 'keepLevel'> {
  if (keepLevel === undefined) return {};
  if (typeof keepLevel !== 'string') return { keepLevel };
  const own = levels !== undefined && Object.hasOwn(levels, keepLevel) ? levels[keepLevel] : undefined;
  const severity = own ?? (Object.hasOwn(SEVERITIES, keepLevel) ? SEVERITIES[keepLevel] : undefined);
  if (severity !== undefined) return { keepLevel: severity };
  throw new InvalidOptionError(
    'keepLevel',
    keepLevel,
    `give a severity, false, or one of ${Object.keys(SEVERITIES).join(', ')}; other names need an entry in levels`,
  );
}

function pick<T extends object, K extends keyof T>(
  from: T,
  keys: readonly K[],
): { [P in K]?: Exclude<T[P], undefined> } {
  const picked: { [P in K]?: Exclude<T[P], undefined> } = {};
  for (const key of keys) {
    if (from[key] !== undefined) picked[key] = from[key] as Exclude<T[K], undefined>;
  }
  return picked;
}
