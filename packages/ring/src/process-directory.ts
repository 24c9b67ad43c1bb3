import { isMainThread } from 'node:worker_threads';
import { rootPath as defaultRootPath, openRoot } from './directory.ts';
import { StorageError } from './errors.ts';
import { recordExit } from './exit-watch.ts';
import { processKey } from './identity.ts';
import { tellWorkers } from './main-thread.ts';
import { assertLocal } from './network-file-system.ts';
import { writeProcessFile, writerOfProcessFile } from './process-file.ts';
import { openSecureSubdirectory, type SecureDirectory } from './secure-directory.ts';
import { scheduleSweep } from './start-sweep.ts';

/** The directories of this process, by the path of the root. */
const current = new Map<string, SecureDirectory>();

/**
 * The directory of this process, made and described where it is not yet: what a writer calls before it makes a
 * ring. It stays open for the life of the thread. Where it was removed from outside, it is made anew.
 *
 * @param rootPath The root that it is in; default: the usual one.
 * @throws InsecureDirectoryError, NetworkDirectoryError, StorageError, InvalidOptionError
 */
export function ensureProcessDirectory(rootPath: string = defaultRootPath()): SecureDirectory {
  const known = current.get(rootPath);
  if (known !== undefined && !known.isRemoved()) return known;
  known?.close();
  current.delete(rootPath);

  assertLocal(rootPath);
  const root = openRoot({ create: true, path: rootPath });
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
  current.set(rootPath, made);
  if (isMainThread) tellWorkers();
  recordExit(rootPath, made);
  if (made.isNew) scheduleSweep(rootPath);
  return made;
}
