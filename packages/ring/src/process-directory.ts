import { isMainThread } from 'node:worker_threads';
import { openRoot } from './directory.ts';
import { StorageError } from './errors.ts';
import { recordExit } from './exit-watch.ts';
import { processKey } from './identity.ts';
import { tellWorkers } from './main-thread.ts';
import { writeProcessFile, writerOfProcessFile } from './process-file.ts';
import { openSecureSubdirectory, type SecureDirectory } from './secure-directory.ts';
import { scheduleSweep } from './start-sweep.ts';

let current: SecureDirectory | undefined;

/**
 * The directory of this process, made and described where it is not yet: what a writer calls before it makes a
 * ring. It stays open for the life of the thread. Where it was removed from outside, it is made anew.
 *
 * @throws InsecureDirectoryError, StorageError
 */
export function ensureProcessDirectory(): SecureDirectory {
  if (current !== undefined && !current.isRemoved()) return current;
  current?.close();
  current = undefined;

  const root = openRoot({ create: true });
  let made: SecureDirectory | undefined;
  try {
    const key = processKey();
    made = openSecureSubdirectory(root, key, { create: true });
    if (made === undefined) {
      const cause = Object.assign(new Error('it was removed at once'), { code: 'ENOENT' });
      throw new StorageError('open the directory', `${root.path}/${key}`, cause);
    }
    // The main thread knows best: it may come after a worker whose program did not load this package before.
    const writer = made.isNew ? undefined : writerOfProcessFile(made);
    if (writer === undefined || (isMainThread && writer !== 0)) writeProcessFile(made);
  } catch (error) {
    made?.close();
    throw error;
  } finally {
    root.close();
  }
  current = made;
  if (isMainThread) tellWorkers();
  recordExit(made);
  if (made.isNew) scheduleSweep();
  return made;
}
