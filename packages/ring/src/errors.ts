import { quoteValue } from './quote-value.ts';

/** What may be said about an error besides its message. */
export interface TracebufErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * The base of every error that Tracebuf throws: its {@link TracebufError.code} is stable, its message says what was
 * wrong, with which value, and what to do.
 */
export class TracebufError extends Error {
  static {
    TracebufError.prototype.name = 'TracebufError';
  }

  /** `ERR_TRACEBUF_…`; it stays the same when the message changes. */
  readonly code: string;

  constructor(code: string, message: string, options?: TracebufErrorOptions) {
    super(message, options !== undefined && 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
  }
}

/** There is no trace buffer of that name. */
export class UnknownTraceBufferError extends TracebufError {
  static {
    UnknownTraceBufferError.prototype.name = 'UnknownTraceBufferError';
  }

  /** The name that was asked for. */
  readonly bufferName: string;

  /** @param known Names of the buffers there are, for the message. */
  constructor(bufferName: string, known: readonly string[] = []) {
    const remedy =
      known.length === 0 ? 'there are none: create one first' : `there are: ${enumerate(known, ', ')}`;
    super('ERR_TRACEBUF_UNKNOWN_BUFFER', `No trace buffer is named ${quoteValue(bufferName)}; ${remedy}.`);
    this.bufferName = bufferName;
  }
}

/** This thread already has a trace buffer of that name. */
export class TraceBufferAlreadyExistsError extends TracebufError {
  static {
    TraceBufferAlreadyExistsError.prototype.name = 'TraceBufferAlreadyExistsError';
  }

  /** The name that is taken. */
  readonly bufferName: string;

  constructor(bufferName: string) {
    super(
      'ERR_TRACEBUF_BUFFER_EXISTS',
      `A trace buffer named ${quoteValue(bufferName)} already exists; use that one, close it first, or choose another name.`,
    );
    this.bufferName = bufferName;
  }
}

/** An argument, an option or an environment variable has a value that can't be used. */
export class InvalidOptionError extends TracebufError {
  static {
    InvalidOptionError.prototype.name = 'InvalidOptionError';
  }

  /** The argument, option or environment variable. */
  readonly option: string;
  /** The value it had. */
  readonly value: unknown;

  /** @param remedy What would do, such as `give whole bytes, at least 4096`. */
  constructor(option: string, value: unknown, remedy: string, options?: TracebufErrorOptions) {
    super(
      'ERR_TRACEBUF_INVALID_OPTION',
      `The value ${quoteValue(value)} cannot be used for ${option}: ${remedy}.`,
      options,
    );
    this.option = option;
    this.value = value;
  }
}

/** Some JSON is no record. */
export class InvalidRecordError extends TracebufError {
  static {
    InvalidRecordError.prototype.name = 'InvalidRecordError';
  }

  /** @param fault What is wrong, beginning with the key: `seq: expected a number`. */
  constructor(fault: string) {
    super('ERR_TRACEBUF_INVALID_RECORD', `This is no record as JSON: ${fault}`);
  }
}

/** A directory, or a file in it, could be read or replaced by somebody else, and is not used. */
export class InsecureDirectoryError extends TracebufError {
  static {
    InsecureDirectoryError.prototype.name = 'InsecureDirectoryError';
  }

  /** What was refused. */
  readonly path: string;
  /** The check that failed, such as `it is a symbolic link`. */
  readonly check: string;

  /** @param remedy What would do, as a clause: `remove it, or set TRACEBUF_DIR to …`. */
  constructor(path: string, check: string, remedy: string, options?: TracebufErrorOptions) {
    super('ERR_TRACEBUF_INSECURE', `${quoteValue(path)} is not safe to use: ${check}; ${remedy}.`, options);
    this.path = path;
    this.check = check;
  }
}

/** The directory for trace buffers lies on a file system that other machines may write to. */
export class NetworkDirectoryError extends TracebufError {
  static {
    NetworkDirectoryError.prototype.name = 'NetworkDirectoryError';
  }

  /** The directory. */
  readonly path: string;
  /** Name of its file system, such as `NFS`. */
  readonly fileSystem: string;

  /** @param variable The variable of the environment that allows it. */
  constructor(path: string, fileSystem: string, variable: string) {
    super(
      'ERR_TRACEBUF_NETWORK_DIRECTORY',
      `${quoteValue(path)} is on a network file system (${fileSystem}), where stores may block and other machines cannot be ` +
        `told from this one; set TRACEBUF_DIR to a directory of this machine, or ${variable} to 1 to use it nevertheless.`,
    );
    this.path = path;
    this.fileSystem = fileSystem;
  }
}

/** What to do about a system error; `…` stands for how to name another place. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space, ask for a smaller buffer, or … a directory with more room',
  EDQUOT: 'the disk quota is used up: free some space or … another directory',
  EACCES: 'grant this user access or … a directory that it owns',
  EPERM: 'grant this user access or … a directory that it owns',
  EROFS: 'the file system is read-only: … one that can be written',
  EEXIST: 'there is one already: choose another name, or remove it first',
  EFBIG: 'it is larger than such a file ever is: remove it',
  EMFILE: 'too many files are open in this process: raise its limit (ulimit -n)',
  ENFILE: 'too many files are open on this machine: raise the limit (fs.file-max)',
  ENOENT: 'the directory is missing: create it or … one that exists',
  ENOTDIR: 'a part of the path is not a directory: … one',
  ENAMETOOLONG: 'choose a shorter name or … a shorter path',
  ENOMEM: 'the machine is out of memory or of mappings: ask for a smaller buffer',
  EIO: 'the device failed: check it, or … a directory elsewhere',
};

/** The file system refused: full, read-only, no permission, too many open files. */
export class StorageError extends TracebufError {
  static {
    StorageError.prototype.name = 'StorageError';
  }

  /** The file or directory at fault. */
  readonly path: string;
  /** Code of the system error, such as `ENOSPC`; `UNKNOWN` where the cause has none. */
  readonly systemCode: string;

  /**
   * @param action What was being done, as in `create the ring file`.
   * @param elsewhere How the user names another place for what was to be stored, as a clause that goes on with a directory.
   */
  constructor(action: string, path: string, cause: unknown, elsewhere = 'set TRACEBUF_DIR to') {
    const systemCode = errorCode(cause) ?? 'UNKNOWN';
    const reason = cause instanceof Error ? cause.message : String(cause);
    const remedy = Object.hasOwn(REMEDIES, systemCode) ? REMEDIES[systemCode] : undefined;
    const advice = remedy ?? 'check the file system, or … a directory elsewhere';
    super(
      'ERR_TRACEBUF_STORAGE',
      // The reason of a system error repeats its path: the code tells enough.
      `Cannot ${action} ${quoteValue(path)}: ${systemCode === 'UNKNOWN' ? reason : systemCode}; ${advice.replace('…', elsewhere)}.`,
      { cause },
    );
    this.path = path;
    this.systemCode = systemCode;
  }
}

/** A file is not a ring, or is one that is damaged beyond reading. */
export class CorruptRingError extends TracebufError {
  static {
    CorruptRingError.prototype.name = 'CorruptRingError';
  }

  /** The file. */
  readonly path: string;
  /** Byte at which the fault was seen, where there is one place. */
  readonly offset: number | undefined;

  /** @param detail What is wrong, as a clause with the actual value: `its capacity is 12`. */
  constructor(path: string, detail: string, offset?: number) {
    const place = offset === undefined ? '' : ` (at byte ${offset})`;
    super(
      'ERR_TRACEBUF_CORRUPT_RING',
      `${quoteValue(path)} cannot be read as a ring: ${detail}${place}; remove it if it is not wanted.`,
    );
    this.path = path;
    this.offset = offset;
  }
}

/** A file holds nothing but zeros where a ring begins: it is still being made, or its writer died over it. */
export class UnfinishedRingError extends CorruptRingError {
  static {
    UnfinishedRingError.prototype.name = 'UnfinishedRingError';
  }

  constructor(path: string) {
    super(path, 'it is still being made, or its writer died over it');
  }
}

/** A file was written in a format that this version does not know. */
export class UnsupportedFormatError extends TracebufError {
  static {
    UnsupportedFormatError.prototype.name = 'UnsupportedFormatError';
  }

  /** The file. */
  readonly path: string;
  /** Version of the file. */
  readonly found: string;
  /** Version that this package reads. */
  readonly supported: string;

  constructor(path: string, found: string | number, supported: string | number) {
    super(
      'ERR_TRACEBUF_UNSUPPORTED_FORMAT',
      `${quoteValue(path)} has format version ${found}, and this Tracebuf reads version ${supported}; use the Tracebuf release that wrote it.`,
    );
    this.path = path;
    this.found = String(found);
    this.supported = String(supported);
  }
}

/** No process answers to that name or pid. */
export class UnknownProcessError extends TracebufError {
  static {
    UnknownProcessError.prototype.name = 'UnknownProcessError';
  }

  /** What was asked for. */
  readonly selector: string;
  /** Names that are near. */
  readonly suggestions: readonly string[];

  /**
   * @param suggestions Names that are near, nearest first.
   * @param known All names there are; shown where none is near.
   */
  constructor(selector: string, suggestions: readonly string[] = [], known: readonly string[] = []) {
    let remedy = 'no process here has trace buffers: start one, or set TRACEBUF_DIR as it does.';
    if (suggestions.length > 0) remedy = `did you mean ${enumerate(suggestions, ' or ')}?`;
    else if (known.length > 0) remedy = `there are: ${enumerate(known, ', ')}.`;
    super('ERR_TRACEBUF_UNKNOWN_PROCESS', `No process is named ${quoteValue(selector)}; ${remedy}`);
    this.selector = selector;
    this.suggestions = suggestions;
  }
}

/** Several different processes answer to that abbreviation. */
export class AmbiguousProcessError extends TracebufError {
  static {
    AmbiguousProcessError.prototype.name = 'AmbiguousProcessError';
  }

  /** What was asked for. */
  readonly selector: string;
  /** What it could mean. */
  readonly candidates: readonly string[];

  constructor(selector: string, candidates: readonly string[]) {
    super(
      'ERR_TRACEBUF_AMBIGUOUS_PROCESS',
      `${quoteValue(selector)} could be ${enumerate(candidates, ' or ')}; write more of the name, or name.pid.`,
    );
    this.selector = selector;
    this.candidates = candidates;
  }
}

/** The code of a system error (`ENOENT`, …), if it has one. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const MAX_LISTED = 8;

function enumerate(values: readonly string[], separator: string): string {
  const shown = values.slice(0, MAX_LISTED).map(quoteValue).join(separator);
  return values.length > MAX_LISTED ? `${shown} and ${values.length - MAX_LISTED} more` : shown;
}
