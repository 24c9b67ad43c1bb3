import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { errorCode, InvalidOptionError, StorageError } from './errors.ts';
import { inheritedFromMain } from './main-thread.ts';
import { openSecureDirectory, type SecureDirectory } from './secure-directory.ts';
import { secureCreate } from './secure-file.ts';
import { isUsable } from './usable-directory.ts';

/** The directory under which every process of a user has its own. */
export type Root = SecureDirectory;

/** How {@link openRoot} opens. */
export interface RootOptions {
  /** Make it where it is missing: what writers do and readers do not. Default: false. */
  readonly create?: boolean;
  /** Another place than `TRACEBUF_DIR` or its default. */
  readonly path?: string;
}

/**
 * Opens the directory where trace buffers are kept: `TRACEBUF_DIR`, else a per-user one in shared memory.
 *
 * @returns `undefined` where it is missing and was not to be made: nobody has written yet.
 * @throws InsecureDirectoryError where others could read or replace it; StorageError where it cannot be made.
 */
export function openRoot(options: RootOptions & { readonly create: true }): Root;
export function openRoot(options?: RootOptions): Root | undefined;
export function openRoot(options: RootOptions = {}): Root | undefined {
  const path = options.path === undefined ? rootPath() : resolve(options.path);
  return openMade(path, options.create === true, 'TRACEBUF_DIR');
}

/** Where trace buffers are kept, whether it exists or not. */
export function rootPath(): string {
  return fromEnvironment('TRACEBUF_DIR') ?? inheritedFromMain()?.directory ?? defaultRootPath();
}

function defaultRootPath(): string {
  if (process.platform === 'win32') {
    return join(process.env.LOCALAPPDATA ?? tmpdir(), 'tracebuf');
  }
  // Shared memory first: a store into a dirty page of a file on disk can stall the writer for long.
  const name = `tracebuf-${userId()}`;
  if (process.platform === 'linux' && isUsable('/dev/shm')) return join('/dev/shm', name);
  return join(tmpdir(), name);
}

/** Where dumps go, whether it exists or not: `TRACEBUF_DUMP_DIR`, else a per-user one for temporary files. */
export function dumpPath(): string {
  const given = fromEnvironment('TRACEBUF_DUMP_DIR') ?? inheritedFromMain()?.dumpDirectory;
  if (given !== undefined) return given;
  return process.platform === 'win32'
    ? join(process.env.LOCALAPPDATA ?? tmpdir(), 'tracebuf-dumps')
    : join(tmpdir(), `tracebuf-dumps-${userId()}`);
}

/** A dump that was created and is still empty. */
export interface DumpFile {
  /** Descriptor, open for writing; the caller closes it. */
  readonly fd: number;
  /** Where it is. */
  readonly path: string;
}

const MAX_DUMP_NAME_BYTES = 200;

/**
 * Creates a file for a dump in the dump directory. A file that is there already is never overwritten.
 *
 * @param name A bare file name, not a path.
 * @throws InvalidOptionError for anything but a bare name; StorageError, with `systemCode` `EEXIST` where the name
 * is taken; InsecureDirectoryError where others could read or replace the directory.
 */
export function createDumpFile(name: string): DumpFile {
  const fault = dumpNameFault(name);
  if (fault !== undefined) {
    throw new InvalidOptionError(
      'the dump file name',
      name,
      `${fault}; give a bare file name, it goes to TRACEBUF_DUMP_DIR or its default`,
    );
  }
  const path = dumpPath();
  const directory = openMade(path, true, 'TRACEBUF_DUMP_DIR') as SecureDirectory;
  try {
    return { fd: secureCreate(directory, name), path: join(path, name) };
  } finally {
    directory.close();
  }
}

function dumpNameFault(name: string): string | undefined {
  if (typeof name !== 'string' || name === '') return 'it is not a text, or an empty one';
  if (/[/\\]/.test(name)) return 'it has a path separator';
  // Windows takes what is before a colon for a drive or for a file with a second stream.
  if (name.includes(':')) return 'it has a colon';
  if (name.startsWith('.')) return 'it starts with a dot';
  if (name.includes('..')) return 'it has two dots in a row';
  if (!name.isWellFormed() || /\p{Cc}/u.test(name)) return 'it has control characters or lone surrogates';
  if (Buffer.byteLength(name) > MAX_DUMP_NAME_BYTES) return `it is longer than ${MAX_DUMP_NAME_BYTES} bytes`;
  return undefined;
}

function openMade(path: string, create: boolean, variable: string): SecureDirectory | undefined {
  const elsewhere = `set ${variable} to`;
  if (create) {
    try {
      // Only what lies above: the directory itself is made by the one who checks it.
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    } catch (error) {
      // What mkdir says where a file is in the way of a directory above.
      const isFile = errorCode(error) === 'EEXIST';
      const cause = isFile ? Object.assign(new Error('a file is in the way'), { code: 'ENOTDIR' }) : error;
      throw new StorageError('create the parent directory of', path, cause, elsewhere);
    }
  }
  const directory = openSecureDirectory(path, {
    create,
    remedy: `correct or remove it, or ${elsewhere} a directory that only you can use`,
    elsewhere,
  });
  if (directory === undefined && create) {
    const cause = Object.assign(new Error('it was removed at once'), { code: 'ENOENT' });
    throw new StorageError('open the directory', path, cause, elsewhere);
  }
  return directory;
}

/** Reads the variable of a directory; an empty one counts as not set. */
function fromEnvironment(variable: string): string | undefined {
  const value = process.env[variable];
  if (value === undefined || value === '') return undefined;
  return resolve(value);
}

function userId(): number | string {
  return process.geteuid?.() ?? 'user';
}
