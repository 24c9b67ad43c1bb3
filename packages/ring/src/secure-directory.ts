import {
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode, InsecureDirectoryError, StorageError } from './errors.ts';

/** Windows has no owners and modes as POSIX has: there the per-user default place protects. */
const HAS_OWNERS = process.platform !== 'win32';
const STICKY = 0o1000n;
const OTHERS_WRITE = 0o022n;
const OTHERS_ANY = 0o077n;

/**
 * A directory that was checked: it is one, is no symbolic link, belongs to the effective user, and nobody else may
 * use it. It is held open, and files are opened relative to the open directory, so that whatever takes its place on
 * the path after the check is never used.
 */
export class SecureDirectory {
  /** Where it was when it was opened; for messages, and for opening on platforms without `/proc`. */
  readonly path: string;
  /** Whether it was made by the call that opened it. */
  readonly isNew: boolean;
  readonly #dev: bigint;
  readonly #ino: bigint;
  readonly #fd: number | undefined;
  readonly #relative: boolean;
  #closed = false;

  /** Use {@link openSecureDirectory}. */
  constructor(path: string, stats: BigIntStats, fd: number | undefined, isNew: boolean) {
    this.path = path;
    this.isNew = isNew;
    this.#dev = stats.dev;
    this.#ino = stats.ino;
    this.#fd = fd;
    this.#relative = fd !== undefined && isSame(`/proc/self/fd/${fd}/.`, stats);
  }

  /** Tells one directory from another in its place, on one machine. */
  get identity(): string {
    return `${this.#dev}:${this.#ino}`;
  }

  /**
   * A path that leads to a name in this very directory: through `/proc/self/fd` on Linux, what `openat` is elsewhere.
   * Without `/proc` the directory on the path is compared with the one that was checked.
   *
   * @param name A bare name.
   * @throws InsecureDirectoryError where another directory has taken its place.
   */
  resolve(name: string): string {
    if (this.#relative && !this.#closed) return `/proc/self/fd/${this.#fd}/${name}`;
    this.assertSame();
    return join(this.path, name);
  }

  /** Refuses where the path no longer leads to this directory; of no interest where {@link resolve} needs no path. */
  assertSame(): void {
    if (this.#relative && !this.#closed) return;
    const now = lstatSync(this.path, { bigint: true, throwIfNoEntry: false });
    if (now === undefined || now.dev !== this.#dev || now.ino !== this.#ino) {
      throw new InsecureDirectoryError(
        this.path,
        'another directory took its place after it was checked',
        'find out who replaced it, then try again',
      );
    }
  }

  /** Whether the directory was removed since it was opened. */
  isRemoved(): boolean {
    const now = lstatSync(this.path, { bigint: true, throwIfNoEntry: false });
    return now === undefined || now.dev !== this.#dev || now.ino !== this.#ino;
  }

  /** Closes the directory; calling it again does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#fd !== undefined) closeSync(this.#fd);
  }
}

/** How {@link openSecureDirectory} opens. */
export interface OpenDirectoryOptions {
  /** Make the directory where it is missing. Default: false. */
  readonly create?: boolean;
  /** What to do about a refused directory, for the message. */
  readonly remedy?: string;
  /** How the user names another place, for the message where it can't be made; see StorageError. */
  readonly elsewhere?: string;
}

/**
 * Opens a directory and checks it (see {@link SecureDirectory}), its parent too: who may rename in the parent can put
 * another directory in its place.
 *
 * @returns `undefined` where it is missing and was not to be made.
 * @throws InsecureDirectoryError naming the check that failed; StorageError where the file system refuses.
 */
export function openSecureDirectory(
  path: string,
  options: OpenDirectoryOptions = {},
): SecureDirectory | undefined {
  checkParent(path, options.remedy);
  const made = options.create === true && make(path, options.elsewhere);
  return open(path, path, made, options.remedy);
}

/**
 * Opens a directory within a checked one; its parent needs no further check.
 *
 * @param name A bare name.
 * @returns `undefined` where it is missing and was not to be made.
 * @throws InsecureDirectoryError naming the check that failed; StorageError where the file system refuses.
 */
export function openSecureSubdirectory(
  parent: SecureDirectory,
  name: string,
  options: OpenDirectoryOptions = {},
): SecureDirectory | undefined {
  const path = parent.resolve(name);
  const made = options.create === true && make(path, options.elsewhere);
  return open(path, join(parent.path, name), made, options.remedy);
}

/** Makes a directory for its owner alone. Whatever is there already is left to the checks. */
function make(path: string, elsewhere?: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw new StorageError('create the directory', path, error, elsewhere);
  }
}

function open(
  path: string,
  shownPath: string,
  made: boolean,
  remedy = 'remove it, or set TRACEBUF_DIR to a directory that only you can use',
): SecureDirectory | undefined {
  const before = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (before === undefined) return undefined;
  const refuse = (check: string): InsecureDirectoryError =>
    new InsecureDirectoryError(shownPath, check, remedy);
  if (before.isSymbolicLink()) throw refuse('it is a symbolic link');
  if (!before.isDirectory()) throw refuse('it is not a directory');
  if (!HAS_OWNERS) return new SecureDirectory(shownPath, before, undefined, made);
  assertOwned(before, refuse, made);

  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP' || code === 'ENOTDIR')
      throw refuse('it became a symbolic link while it was checked');
    throw new StorageError('open the directory', shownPath, error);
  }
  try {
    // An unusual umask may have taken the owner's own permissions.
    if (made) fchmodSync(fd, 0o700);
    const now = fstatSync(fd, { bigint: true });
    if (now.dev !== before.dev || now.ino !== before.ino)
      throw refuse('it was replaced while it was checked');
    assertOwned(now, refuse, false);
    return new SecureDirectory(shownPath, now, fd, made);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function assertOwned(
  stats: BigIntStats,
  refuse: (check: string) => InsecureDirectoryError,
  made: boolean,
): void {
  const uid = effectiveUser();
  if (stats.uid !== uid) throw refuse(`it belongs to user ${stats.uid}, not to user ${uid}`);
  if (!made && (stats.mode & OTHERS_ANY) !== 0n) {
    const mode = (stats.mode & 0o7777n).toString(8).padStart(4, '0');
    throw refuse(
      (stats.mode & OTHERS_WRITE) !== 0n
        ? `its group or others can write to it (mode ${mode}, must be 0700)`
        : `its group or others can use it (mode ${mode}, must be 0700)`,
    );
  }
}

/** The owner of the parent can replace the directory, and so can everybody who may write there, unless it is sticky. */
function checkParent(path: string, given: string | undefined): void {
  if (!HAS_OWNERS) return;
  const parent = dirname(path);
  const stats = statSync(parent, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return;
  const remedy = given ?? 'set TRACEBUF_DIR to a directory within one that only you or the system can change';
  if (stats.uid !== 0n && stats.uid !== effectiveUser()) {
    throw new InsecureDirectoryError(path, `its parent belongs to user ${stats.uid}`, remedy);
  }
  if ((stats.mode & OTHERS_WRITE) !== 0n && (stats.mode & STICKY) === 0n) {
    throw new InsecureDirectoryError(
      path,
      'others can write to its parent, which has no sticky bit: they could replace it',
      remedy,
    );
  }
}

/** The user whose files are used: the effective one, as for the kernel. */
export function effectiveUser(): bigint {
  return BigInt(process.geteuid?.() ?? 0);
}

function isSame(path: string, stats: BigIntStats): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const seen = statSync(path, { bigint: true });
    return seen.dev === stats.dev && seen.ino === stats.ino;
  } catch {
    return false;
  }
}
