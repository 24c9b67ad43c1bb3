import { lstatSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import type { Root } from './directory.ts';
import { errorCode, InsecureDirectoryError, StorageError } from './errors.ts';
import { pidOfKey } from './identity.ts';
import { hasProcess } from './liveness.ts';
import type { ProcessEntry } from './process-entry.ts';
import { isMissing, PROCESS_FILE, writerName } from './process-file.ts';
import { openSecureSubdirectory, type SecureDirectory } from './secure-directory.ts';
import { listNames } from './secure-file.ts';

const MAX_FILES = 100_000;
const REMOVED = '.removed.';

/** A directory without process.json may be one that is being made. */
const DEBRIS_AGE_MS = 10 * 60_000;

/**
 * Removes the directory of a dead process. Whether it is still that directory, and still dead, is looked at again
 * right before; then the directory is renamed, which only one of several callers can do, and emptied under its new
 * name. Links are removed, never followed.
 *
 * @returns Whether this call removed it.
 * @throws InsecureDirectoryError where it holds what no process of ours makes; StorageError.
 */
export function removeProcess(root: Root, entry: ProcessEntry): boolean {
  const directory = openSecureSubdirectory(root, entry.key);
  if (directory === undefined) return false;
  try {
    if (directory.identity !== entry.identity) return false;
    const state = entry.currentState();
    if (state !== 'ended' && state !== 'died') return false;
    assertNoDirectories(directory);
  } finally {
    directory.close();
  }
  const doomed = `${REMOVED}${entry.key}.${writerName()}`;
  try {
    renameSync(root.resolve(entry.key), root.resolve(doomed));
  } catch (error) {
    if (isMissing(error)) return false;
    throw new StorageError('remove the directory', entry.directory, error);
  }
  return empty(root, doomed, entry);
}

function empty(root: Root, doomed: string, entry: ProcessEntry): boolean {
  const directory = openSecureSubdirectory(root, doomed);
  if (directory === undefined) return true;
  try {
    if (directory.identity !== entry.identity) {
      // Another one took its place in between: put it back.
      renameSync(root.resolve(doomed), root.resolve(entry.key));
      return false;
    }
    removeFiles(directory);
    removeEmpty(root, doomed);
    return true;
  } finally {
    directory.close();
  }
}

function assertNoDirectories(directory: SecureDirectory): void {
  for (const name of listNames(directory, MAX_FILES)) {
    const stats = lstatSync(directory.resolve(name), { throwIfNoEntry: false });
    if (stats?.isDirectory() === true) {
      throw new InsecureDirectoryError(
        directory.path,
        `it holds a directory (${name}), and no process makes one`,
        'remove it by hand',
      );
    }
  }
}

function removeFiles(directory: SecureDirectory): void {
  for (const name of listNames(directory, MAX_FILES)) {
    try {
      unlinkSync(directory.resolve(name));
    } catch (error) {
      if (!isMissing(error)) throw new StorageError('remove the file', `${directory.path}/${name}`, error);
    }
  }
}

function removeEmpty(root: Root, name: string): void {
  try {
    rmdirSync(root.resolve(name));
  } catch (error) {
    // Two may be at it at once.
    if (!isMissing(error)) throw new StorageError('remove the directory', `${root.path}/${name}`, error);
  }
}

/**
 * Clears away what was left half done: directories whose removal was cut short, and those of processes that were
 * killed before they had described themselves. Never throws: what cannot be removed now may be another time.
 */
export function removeDebris(root: Root): void {
  for (const name of listNames(root, MAX_FILES)) {
    try {
      if (name.startsWith(REMOVED)) removeHalfRemoved(root, name);
      else if (pidOfKey(name) !== undefined) removeHalfMade(root, name);
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
    }
  }
}

function removeHalfRemoved(root: Root, name: string): void {
  const directory = openSecureSubdirectory(root, name);
  if (directory === undefined) return;
  try {
    assertNoDirectories(directory);
    removeFiles(directory);
  } finally {
    directory.close();
  }
  removeEmpty(root, name);
}

/** One that holds at most half a process.json: what has rings but does not say whose they are, is not ours to judge. */
function removeHalfMade(root: Root, key: string): void {
  const stats = lstatSync(root.resolve(key));
  if (Date.now() - stats.mtimeMs < DEBRIS_AGE_MS || hasProcess(pidOfKey(key) ?? 0)) return;
  const directory = openSecureSubdirectory(root, key);
  if (directory === undefined) return;
  try {
    const names = listNames(directory, MAX_FILES);
    if (names.some((name) => !name.startsWith(`.${PROCESS_FILE}.`))) return;
    removeFiles(directory);
  } finally {
    directory.close();
  }
  removeEmpty(root, key);
}
