import { constants, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { openRoot } from './directory.ts';
import { CorruptRingError, StorageError } from './errors.ts';
import { parseRingFileName, type RingFileName, ringFileName } from './file-name.ts';
import { pidOfKey } from './identity.ts';
import { type Observer, type ProcessState, processState } from './liveness.ts';
import { type ExitInfo, isMissing, type ProcessInfo, readExitFile, readProcessFile } from './process-file.ts';
import { type RemovedBook, readRemovedBook } from './removed-rings.ts';
import { openSecureSubdirectory, type SecureDirectory } from './secure-directory.ts';
import { listNames, secureOpen } from './secure-file.ts';

/** Most files that are looked at in the directory of one process. */
const MAX_FILES = 100_000;

/** A file of a trace buffer, found in the directory of a process. */
export interface RingFile extends RingFileName {
  /** Bare name. */
  readonly name: string;
  /** Where it is, for messages and as a key; {@link RingFile.open} opens it. */
  readonly path: string;
  /**
   * Opens it, checked: see `secureOpen`.
   *
   * @returns A descriptor; the caller closes it.
   */
  open(mode: 'r' | 'r+'): number;
  /**
   * Opens the definitions that lie beside it.
   *
   * @returns A descriptor; the caller closes it; `undefined` where there are none.
   */
  openDefinitions(): number | undefined;
}

/** A process that has, or had, trace buffers. */
export interface ProcessEntry {
  /** What it is called. */
  readonly name: string;
  /** Its process id. */
  readonly pid: number;
  /** Name of its directory, which no other process ever has. */
  readonly key: string;
  /** Where its directory is. */
  readonly directory: string;
  /** How it was when it was listed. */
  readonly state: ProcessState;
  /** Its exit code, once it ended. */
  readonly exitCode: number | undefined;
  /** The exception that ended it. */
  readonly uncaught: string | undefined;
  /** When it started, in milliseconds since 1970. */
  readonly startedAt: number;
  /** All that it wrote down about itself. */
  readonly info: ProcessInfo;
  /** Bytes that its files take. */
  readonly bytes: number;
  /** When a file of it was last made or changed, in milliseconds since 1970; stores into mapped memory may not show. */
  readonly lastModified: number;
  /** Tells its directory from another one in the same place. */
  readonly identity: string;
  /** Its rings and keep rings as they are now; empty once retention has removed them. */
  ringFiles(): RingFile[];
  /** What rings of ended threads have held that are gone, as far as it can be read. */
  removedRings(): RemovedBook;
  /** Its state now. */
  currentState(): ProcessState;
}

/**
 * Describes the process of one directory.
 *
 * @returns `undefined` where there is no such directory, or no `process.json` in it (yet).
 * @throws Typed errors for what is insecure, damaged or unreadable.
 */
export function readProcessEntry(
  root: SecureDirectory,
  key: string,
  observer: Observer,
): ProcessEntry | undefined {
  const directory = openSecureSubdirectory(root, key);
  if (directory === undefined) return undefined;
  try {
    const info = readProcessFile(directory);
    if (info === undefined) return undefined;
    if (pidOfKey(key) !== info.pid) {
      throw new CorruptRingError(directory.path, `its process.json is of process ${info.pid}`);
    }
    // The state first: a process that ends right now has written its exit.json when it is gone.
    let exit: ExitInfo | undefined;
    let state = processState(info, exit, observer);
    if (state !== 'alive') {
      exit = readExitFileQuietly(directory);
      state = processState(info, exit, observer);
    }
    const usage = measure(directory);
    const path = join(root.path, key);
    return {
      name: info.name,
      pid: info.pid,
      key,
      directory: path,
      state,
      exitCode: exit?.exitCode,
      uncaught: exit?.uncaught,
      startedAt: info.startedAt,
      info,
      ...usage,
      identity: directory.identity,
      ringFiles: () => listRingFiles(root.path, key),
      removedRings: () =>
        within(root.path, key, readRemovedBook) ?? { buffers: new Map(), removing: new Set() },
      currentState: () => processState(info, exit, observer),
    };
  } finally {
    directory.close();
  }
}

/** A damaged exit.json is none: what it would tell is lost, the rings are not. */
function readExitFileQuietly(directory: SecureDirectory): ExitInfo | undefined {
  try {
    return readExitFile(directory);
  } catch {
    return undefined;
  }
}

function listRingFiles(rootPath: string, key: string): RingFile[] {
  const names = within(rootPath, key, (directory) => listNames(directory, MAX_FILES)) ?? [];
  const files: RingFile[] = [];
  for (const name of names) {
    const parsed = parseRingFileName(name);
    if (parsed === undefined || parsed.role === 'defs') continue;
    files.push({
      ...parsed,
      name,
      path: join(rootPath, key, name),
      open: (mode) => openFile(rootPath, key, name, mode),
      openDefinitions: () => openIfThere(rootPath, key, ringFileName(parsed.buffer, parsed.thread, 'defs')),
    });
  }
  return files;
}

function openIfThere(rootPath: string, key: string, name: string): number | undefined {
  try {
    return openFile(rootPath, key, name, 'r');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function openFile(rootPath: string, key: string, name: string, mode: 'r' | 'r+'): number {
  const fd = within(rootPath, key, (directory) => secureOpen(directory, name, mode));
  if (fd !== undefined) return fd;
  const cause = Object.assign(new Error('the process was removed'), { code: 'ENOENT' });
  throw new StorageError('open the file', join(rootPath, key, name), cause);
}

/**
 * Does something in the directory of a process; `undefined` where it is gone. Opened anew each time: entries are kept
 * for long, and should not hold descriptors.
 */
function within<T>(rootPath: string, key: string, use: (directory: SecureDirectory) => T): T | undefined {
  const root = openRoot({ path: rootPath });
  if (root === undefined) return undefined;
  try {
    const directory = openSecureSubdirectory(root, key);
    if (directory === undefined) return undefined;
    try {
      return use(directory);
    } finally {
      directory.close();
    }
  } finally {
    root.close();
  }
}

/** What the files of a directory take, and when the last of them changed. */
export function measure(directory: SecureDirectory): { bytes: number; lastModified: number } {
  let bytes = 0;
  let lastModified = 0;
  for (const name of listNames(directory, MAX_FILES)) {
    try {
      const stats = lstatSync(directory.resolve(name));
      // What is allotted, not what the size claims: a file with holes takes less.
      bytes += constants.O_NOFOLLOW === undefined ? stats.size : stats.blocks * 512;
      lastModified = Math.max(lastModified, stats.mtimeMs);
    } catch (error) {
      // A worker's ring may go while we look.
      if (!isMissing(error)) throw error;
    }
  }
  return { bytes, lastModified };
}
