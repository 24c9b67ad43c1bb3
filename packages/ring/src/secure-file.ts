import {
  closeSync,
  constants,
  fstatSync,
  opendirSync,
  openSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { errorCode, InsecureDirectoryError, InvalidOptionError, StorageError } from './errors.ts';
import { effectiveUser, type SecureDirectory } from './secure-directory.ts';

// Absent on Windows, where the per-user place protects.
const O_NOFOLLOW = constants.O_NOFOLLOW ?? 0;
const O_NONBLOCK = constants.O_NONBLOCK ?? 0;

const CREATE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | O_NOFOLLOW;
// O_NONBLOCK: opening a FIFO that someone put there must not wait for its other end.
const READ = constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
const READ_WRITE = constants.O_RDWR | O_NOFOLLOW | O_NONBLOCK;

const REMEDY = 'remove it';
const MAX_NAME_BYTES = 255;

/**
 * Creates a file, readable and writable for its owner alone. What is there already, be it a symbolic link, is never opened.
 *
 * @param name A bare name.
 * @returns A descriptor, open for reading and writing.
 * @throws StorageError, with {@link StorageError.systemCode} `EEXIST` where the name is taken.
 */
export function secureCreate(directory: SecureDirectory, name: string): number {
  assertBareName(name);
  let fd: number;
  try {
    fd = openSync(directory.resolve(name), CREATE, 0o600);
  } catch (error) {
    if (error instanceof InsecureDirectoryError) throw error;
    throw new StorageError('create the file', join(directory.path, name), error);
  }
  try {
    directory.assertSame();
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return fd;
}

/**
 * Opens a file that must be a regular one of the effective user with this one name: no symbolic link, no FIFO, no
 * second hard link.
 *
 * @param name A bare name.
 * @throws InsecureDirectoryError naming the check that failed; StorageError where the file system refuses, with
 * {@link StorageError.systemCode} `ENOENT` where there is no such file.
 */
export function secureOpen(directory: SecureDirectory, name: string, mode: 'r' | 'r+'): number {
  assertBareName(name);
  const shown = join(directory.path, name);
  let fd: number;
  try {
    fd = openSync(directory.resolve(name), mode === 'r' ? READ : READ_WRITE);
  } catch (error) {
    if (error instanceof InsecureDirectoryError) throw error;
    const code = errorCode(error);
    if (code === 'ELOOP') throw new InsecureDirectoryError(shown, 'it is a symbolic link', REMEDY);
    // What a socket, or a FIFO opened for writing alone, answers.
    if (code === 'ENXIO') throw new InsecureDirectoryError(shown, 'it is not a regular file', REMEDY);
    throw new StorageError('open the file', shown, error);
  }
  try {
    directory.assertSame();
    const stats = fstatSync(fd, { bigint: true });
    const failed = fileCheck(stats.isFile(), stats.nlink, stats.uid, stats.mode);
    if (failed !== undefined) throw new InsecureDirectoryError(shown, failed, REMEDY);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function fileCheck(isFile: boolean, links: bigint, owner: bigint, mode: bigint): string | undefined {
  if (!isFile) return 'it is not a regular file';
  if (process.platform === 'win32') return undefined;
  if (owner !== effectiveUser()) return `it belongs to user ${owner}, not to user ${effectiveUser()}`;
  if (links !== 1n) return `it has ${links} hard links, so that it may be a file from elsewhere`;
  if ((mode & 0o022n) !== 0n) return 'its group or others can write to it';
  return undefined;
}

/**
 * Reads a whole small file.
 *
 * @param limit Most bytes it may have.
 * @throws As {@link secureOpen}; StorageError also where the file is larger than the limit.
 */
export function readSmallFile(directory: SecureDirectory, name: string, limit: number): string {
  const fd = secureOpen(directory, name, 'r');
  try {
    // One byte more than allowed tells a file that is too large, also one that grows meanwhile.
    const buffer = Buffer.allocUnsafe(Math.min(fstatSync(fd).size, limit) + 1);
    let length = 0;
    while (length < buffer.length) {
      const count = readSync(fd, buffer, length, buffer.length - length, length);
      if (count === 0) break;
      length += count;
    }
    if (length > limit) {
      const error = Object.assign(new Error(`it has more than ${limit} bytes`), { code: 'EFBIG' });
      throw new StorageError('read the file', join(directory.path, name), error);
    }
    return buffer.toString('utf8', 0, length);
  } finally {
    closeSync(fd);
  }
}

/**
 * Writes a whole small file in one step: readers see the old one, or none, or the new one. The last of several
 * writers wins.
 *
 * @param writer Tells apart the threads that may write at the same time, in all processes.
 */
export function replaceSmallFile(
  directory: SecureDirectory,
  name: string,
  text: string,
  writer: string,
): void {
  const temporary = `.${name}.${writer}`;
  let fd: number;
  try {
    fd = secureCreate(directory, temporary);
  } catch (error) {
    if (!(error instanceof StorageError) || error.systemCode !== 'EEXIST') throw error;
    // Left by a write of the same thread that was cut short.
    unlinkSync(directory.resolve(temporary));
    fd = secureCreate(directory, temporary);
  }
  try {
    const bytes = Buffer.from(text);
    let done = 0;
    while (done < bytes.length) done += writeSync(fd, bytes, done);
    renameSync(directory.resolve(temporary), directory.resolve(name));
  } catch (error) {
    try {
      unlinkSync(directory.resolve(temporary));
    } catch {
      // The first error tells more.
    }
    throw error instanceof InsecureDirectoryError
      ? error
      : new StorageError('write the file', join(directory.path, name), error);
  } finally {
    closeSync(fd);
  }
}

/**
 * Names in a directory, in no order.
 *
 * @param limit Most names to read; the rest is left out.
 */
export function listNames(directory: SecureDirectory, limit: number): string[] {
  const names: string[] = [];
  try {
    const handle = opendirSync(directory.resolve('.'));
    try {
      for (let entry = handle.readSync(); entry !== null && names.length < limit; entry = handle.readSync()) {
        names.push(entry.name);
      }
    } finally {
      handle.closeSync();
    }
  } catch (error) {
    if (error instanceof InsecureDirectoryError) throw error;
    throw new StorageError('list the directory', directory.path, error);
  }
  return names;
}

/** Refuses what is not one step down: a separator, `.` or `..`, nothing at all. */
function assertBareName(name: string): void {
  if (
    name === '' ||
    name === '.' ||
    name === '..' ||
    /[/\\\0]/.test(name) ||
    Buffer.byteLength(name) > MAX_NAME_BYTES
  ) {
    throw new InvalidOptionError('a file name', name, 'give a bare name without separators');
  }
}
