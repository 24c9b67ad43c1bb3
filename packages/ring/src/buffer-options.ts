import { resolve } from 'node:path';
import { InvalidOptionError } from './errors.ts';
import { escapeName } from './file-name.ts';
import { MAX_CAPACITY } from './layout.ts';
import { type LevelName, MAX_LEVEL, parseLevel } from './level.ts';

/** Options of a trace buffer. */
export interface TraceBufferOptions {
  /** Records below this level are not stored. Default: all are. Can be changed from outside while the program runs. */
  readonly level?: LevelName | number;
  /** Whether records are stored from the start. Default `true`. */
  readonly enabled?: boolean;
  /**
   * Records at or above this level go to a ring of their own, where chatter can't evict them; `false` for no such
   * ring. Default `'error'`.
   */
  readonly keepLevel?: LevelName | number | false;
  /** Bytes of that ring, at least 1024. Default: a quarter of the buffer's size. */
  readonly keepSize?: number;
  /** What a full buffer does: evict the oldest record (`'overwrite'`, the default) or refuse the new one (`'discard'`). */
  readonly policy?: 'overwrite' | 'discard';
  /** `'positional'` stores by writes to the file instead of mapped memory: for file systems that can't be mapped. */
  readonly mode?: 'mapped' | 'positional';
  /** Names of levels that are not the standard ones, as in pino's `customLevels`: `{ notice: 35 }`. */
  readonly levels?: Readonly<Record<string, number>>;
  /**
   * Directory that the files go to, such as one on a disk that outlives the machine; default: `TRACEBUF_DIR` or its
   * default. `trace-cli` finds them where it is given the same directory as `TRACEBUF_DIR`.
   */
  readonly directory?: string;
}

/** Options with every default filled in and every value checked. */
export interface ResolvedBufferOptions {
  readonly size: number;
  readonly minLevel: number;
  readonly enabled: boolean;
  /** Whether there is a ring for errors. */
  readonly hasKeep: boolean;
  /** Above every level where there is no such ring. */
  readonly keepLevel: number;
  readonly keepSize: number;
  readonly policy: 'overwrite' | 'discard';
  readonly mode: 'mapped' | 'positional';
  readonly labels: ReadonlyMap<number, string>;
  /** `undefined`: the usual one. */
  readonly directory: string | undefined;
}

/** Smallest size of a trace buffer, in bytes. */
const MIN_BUFFER_SIZE = 4096;
/** Smallest size of the ring for errors, in bytes. */
const MIN_KEEP_SIZE = 1024;

/** In any case. */
const RESERVED_NAME = 'all';

const KNOWN_OPTIONS = ['level', 'enabled', 'keepLevel', 'keepSize', 'policy', 'mode', 'levels', 'directory'];

/**
 * Checks what a caller gave and fills in the defaults.
 *
 * @throws InvalidOptionError
 */
export function resolveBufferOptions(
  name: unknown,
  size: unknown,
  options: TraceBufferOptions = {},
): ResolvedBufferOptions {
  // Checks that it is a text, too.
  if (escapeName(name as string).toLowerCase() === RESERVED_NAME) {
    throw new InvalidOptionError(
      'the trace buffer name',
      name,
      'on the command line it means all of them; choose another one',
    );
  }
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('options', options, 'give an object or leave it out');
  }
  for (const key of Object.keys(options)) {
    if (!KNOWN_OPTIONS.includes(key)) {
      throw new InvalidOptionError(
        'options',
        key,
        `there is no such option; there are ${KNOWN_OPTIONS.join(', ')}`,
      );
    }
  }
  const { enabled = true, policy = 'overwrite', mode = 'mapped', keepLevel = 'error', directory } = options;
  const bytes = bytesOption('size', size, MIN_BUFFER_SIZE);
  oneOf('policy', policy, ['overwrite', 'discard']);
  oneOf('mode', mode, ['mapped', 'positional']);
  if (typeof enabled !== 'boolean') throw new InvalidOptionError('enabled', enabled, 'give true or false');
  if (directory !== undefined && (typeof directory !== 'string' || directory === ''))
    throw new InvalidOptionError('directory', directory, 'give the path of a directory or leave it out');
  return {
    size: bytes,
    minLevel: options.level === undefined ? 0 : levelOption('level', options.level),
    enabled,
    hasKeep: keepLevel !== false,
    keepLevel: keepLevel === false ? MAX_LEVEL + 1 : levelOption('keepLevel', keepLevel),
    keepSize: bytesOption('keepSize', options.keepSize ?? Math.max(MIN_KEEP_SIZE, bytes >> 2), MIN_KEEP_SIZE),
    policy,
    mode,
    labels: labelsOption(options.levels),
    directory: directory === undefined ? undefined : resolve(directory),
  };
}

function bytesOption(option: string, value: unknown, minimum: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < minimum || value > MAX_CAPACITY) {
    throw new InvalidOptionError(
      option,
      value,
      `give a whole number of bytes from ${minimum} to ${MAX_CAPACITY}`,
    );
  }
  // Records start at multiples of 8 bytes.
  return (value + 7) & -8;
}

function levelOption(option: string, value: unknown): number {
  const level = typeof value === 'string' || typeof value === 'number' ? parseLevel(value) : undefined;
  if (level === undefined) {
    throw new InvalidOptionError(
      option,
      value,
      `give trace, debug, info, warn, error, fatal or a number from 0 to ${MAX_LEVEL}`,
    );
  }
  return level;
}

function oneOf(option: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value !== 'string' || !allowed.includes(value)) {
    throw new InvalidOptionError(option, value, `give ${allowed.map((v) => `'${v}'`).join(' or ')}`);
  }
}

function labelsOption(levels: Readonly<Record<string, number>> | undefined): ReadonlyMap<number, string> {
  const labels = new Map<number, string>();
  for (const [name, level] of Object.entries(levels ?? {})) {
    if (parseLevel(level) === undefined || typeof level !== 'number') {
      throw new InvalidOptionError(`levels.${name}`, level, `give a whole number from 0 to ${MAX_LEVEL}`);
    }
    labels.set(level, name);
  }
  return labels;
}
