import { statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errorCode, InvalidOptionError, NetworkDirectoryError } from './errors.ts';
import { inheritedFromMain } from './main-thread.ts';

/** `f_type` of statfs(2), and what it stands for. virtiofs shows as FUSE, of which nobody can tell where its files are. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
  [0x00c36400, 'Ceph'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x0bd00bd0, 'Lustre'],
  [0x5346414f, 'AFS'],
]);

const ALLOW = 'TRACEBUF_ALLOW_NETWORK_DIR';

/**
 * The file system of a path, or of where it would be made, if other machines may write to it too. Told on Linux by its
 * type and on Windows by the path of a share; elsewhere it can't be told.
 *
 * @returns Its name, `undefined` where it is this machine's alone.
 * @throws The system's error where it can't be asked.
 */
export function networkFileSystem(path: string): string | undefined {
  if (process.platform === 'win32') return /^[\\/]{2}(?![?.][\\/])/.test(path) ? 'SMB' : undefined;
  if (process.platform !== 'linux') return undefined;
  for (let place = resolve(path); ; place = dirname(place)) {
    try {
      return NETWORK_FILE_SYSTEMS.get(statfsSync(place).type);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || place === dirname(place)) throw error;
    }
  }
}

/**
 * Refuses a directory for rings on a network file system: mapped memory is not shared between machines, a store may wait
 * for the network, and processes of other machines can't be seen.
 *
 * @throws NetworkDirectoryError unless `TRACEBUF_ALLOW_NETWORK_DIR` is 1; InvalidOptionError where it is anything
 *   but 0 and 1.
 */
export function assertLocal(path: string): void {
  if (allowsNetworkDirectory()) return;
  let name: string | undefined;
  try {
    name = networkFileSystem(path);
  } catch {
    // Whoever opens it will say what is wrong.
  }
  if (name !== undefined) throw new NetworkDirectoryError(path, name, ALLOW);
}

/** Whether the user has allowed rings on network file systems: `TRACEBUF_ALLOW_NETWORK_DIR`. */
export function allowsNetworkDirectory(): boolean {
  const value = process.env[ALLOW];
  if (value === undefined || value === '') return inheritedFromMain()?.allowsNetwork === true;
  if (value === '0' || value === '1') return value === '1';
  throw new InvalidOptionError(ALLOW, value, 'give 1 to allow rings on network file systems, or unset it');
}
