import { Buffer } from 'node:buffer';
import { closeSync, unlinkSync, writeSync } from 'node:fs';
import { openStorage } from './create-ring.ts';
import { StorageError } from './errors.ts';
import type { SecureDirectory } from './secure-directory.ts';
import { secureCreate } from './secure-file.ts';
import type { RingStorage } from './storage.ts';

/**
 * Makes a file whose bytes its one writer has as memory, as it has those of a ring: what is stored there is in the file
 * at once, whatever then happens to the process. Where memory can't be mapped, its {@link RingStorage.write} brings
 * what was stored to the file.
 *
 * @param name A bare name that nothing has yet.
 * @param content First bytes of the file; the rest is zeros.
 * @param length Bytes of the file; all are reserved now, so that no store can fail later (R5).
 * @throws StorageError, with `systemCode` `EEXIST` where the name is taken; InsecureDirectoryError.
 */
export function createSharedFile(
  directory: SecureDirectory,
  name: string,
  content: Uint8Array,
  length: number,
): RingStorage {
  const fd = secureCreate(directory, name);
  const path = `${directory.path}/${name}`;
  const bytes = Buffer.alloc(length);
  bytes.set(content);
  try {
    for (let at = 0; at < length; ) at += writeSync(fd, bytes, at, length - at, at);
  } catch (error) {
    closeSync(fd);
    unlinkSync(directory.resolve(name));
    throw new StorageError(`reserve ${length} bytes for`, path, error);
  }
  // What could not be written at its time is written as a whole, when that is possible again.
  return openStorage(fd, path, length, 'mapped', { start: 0, length });
}
