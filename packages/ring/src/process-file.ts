import { createRequire } from 'node:module';
import { isMainThread, threadId } from 'node:worker_threads';
import type { ZodMiniType } from 'zod/mini';
import { CorruptRingError, errorCode, StorageError, UnsupportedFormatError } from './errors.ts';
import { osThreadId, processIdentity, processStartedAt } from './identity.ts';
import { MAX_PROCESS_NAME, mainScript, processName } from './process-name.ts';
import type { SecureDirectory } from './secure-directory.ts';
import { readSmallFile, replaceSmallFile } from './secure-file.ts';

/** Name of the file that describes a process, in its directory. */
export const PROCESS_FILE = 'process.json';

/** Name of the file that tells how a process ended, in its directory. */
const EXIT_FILE = 'exit.json';

/** Version of both files. */
const PROCESS_FORMAT_VERSION = 1;

const MAX_BYTES = 64 * 1024;
const MAX_TEXT = 4096;

/** What `process.json` says. Command line and environment are left out: they hold secrets. */
export interface ProcessInfo {
  /** {@link PROCESS_FORMAT_VERSION}. */
  readonly formatVersion: number;
  /** What the process is called. */
  readonly name: string;
  /** Process id. */
  readonly pid: number;
  /** See `ProcessIdentity`. */
  readonly start: number;
  /** See `ProcessIdentity`. */
  readonly bootId?: string | undefined;
  /** See `ProcessIdentity`. */
  readonly pidNamespace?: number | undefined;
  /** Process id of the parent: how children of `fork` and workers of `cluster` find their primary. */
  readonly parentPid: number;
  /** Thread that wrote the file; 0, the main thread, also writes `exit.json`. */
  readonly thread: number;
  /** Start of the process, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Version of Node.js, such as `v26.1.0`. */
  readonly nodeVersion: string;
  /** `process.platform`. */
  readonly platform: string;
  /** `process.arch`. */
  readonly arch: string;
  /** Path of the main script. */
  readonly script?: string | undefined;
  /** Directory that the process was in when it made its first buffer. */
  readonly cwd?: string | undefined;
}

/** What `exit.json` says. */
export interface ExitInfo {
  /** {@link PROCESS_FORMAT_VERSION}. */
  readonly formatVersion: number;
  /** Exit code; absent where only a worker thread, which cannot know it, saw the end. */
  readonly exitCode?: number | undefined;
  /** When, in milliseconds since 1970. */
  readonly time: number;
  /** Thread that wrote the file. */
  readonly thread: number;
  /** The error that ended the process: `TypeError: x is not a function`. */
  readonly uncaught?: string | undefined;
}

/** Writes `process.json`, so that readers see all of it or nothing. */
export function writeProcessFile(directory: SecureDirectory): void {
  const info: ProcessInfo = {
    formatVersion: PROCESS_FORMAT_VERSION,
    name: processName(),
    ...processIdentity(),
    parentPid: process.ppid,
    thread: isMainThread ? 0 : threadId,
    startedAt: Math.round(processStartedAt()),
    nodeVersion: process.version,
    platform: process.platform,
    arch: process.arch,
    script: mainScript()?.slice(0, MAX_TEXT),
    cwd: currentDirectory()?.slice(0, MAX_TEXT),
  };
  replaceSmallFile(directory, PROCESS_FILE, `${JSON.stringify(info)}\n`, writerName());
}

/** Writes `exit.json`; the last writer wins. */
export function writeExitFile(
  directory: SecureDirectory,
  exit: Omit<ExitInfo, 'formatVersion' | 'thread'>,
): void {
  const info: ExitInfo = {
    formatVersion: PROCESS_FORMAT_VERSION,
    ...exit,
    thread: isMainThread ? 0 : threadId,
  };
  replaceSmallFile(directory, EXIT_FILE, `${JSON.stringify(info)}\n`, writerName());
}

/**
 * Reads `process.json` of a process.
 *
 * @returns `undefined` where there is none (yet).
 * @throws InsecureDirectoryError, StorageError, CorruptRingError, UnsupportedFormatError
 */
export function readProcessFile(directory: SecureDirectory): ProcessInfo | undefined {
  return readChecked(directory, PROCESS_FILE, () => schemas().process);
}

/**
 * Reads `exit.json` of a process.
 *
 * @returns `undefined` where there is none: the process lives, or something killed it.
 * @throws As {@link readProcessFile}.
 */
export function readExitFile(directory: SecureDirectory): ExitInfo | undefined {
  return readChecked(directory, EXIT_FILE, () => schemas().exit);
}

/**
 * Thread that wrote `process.json` of this very process, without loading zod: it is our own file, read while the program
 * starts, and all that hangs on it is whether it is written again.
 *
 * @returns `undefined` where there is no such file, or nothing to understand in it.
 */
export function writerOfProcessFile(directory: SecureDirectory): number | undefined {
  try {
    const parsed: unknown = JSON.parse(readSmallFile(directory, PROCESS_FILE, MAX_BYTES));
    if (typeof parsed !== 'object' || parsed === null || !('thread' in parsed)) return undefined;
    return typeof parsed.thread === 'number' ? parsed.thread : undefined;
  } catch {
    return undefined;
  }
}

function readChecked<T>(
  directory: SecureDirectory,
  name: string,
  schema: () => ZodMiniType<T>,
): T | undefined {
  let text: string;
  try {
    text = readSmallFile(directory, name, MAX_BYTES);
  } catch (error) {
    if (error instanceof StorageError && error.systemCode === 'ENOENT') return undefined;
    throw error;
  }
  const path = `${directory.path}/${name}`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new CorruptRingError(path, 'it is not JSON');
  }
  const version = (parsed as { formatVersion?: unknown } | null)?.formatVersion;
  if (typeof version === 'number' && version > PROCESS_FORMAT_VERSION) {
    throw new UnsupportedFormatError(path, version, PROCESS_FORMAT_VERSION);
  }
  const checked = schema().safeParse(parsed);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new CorruptRingError(path, `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'not understood'}`);
}

let built: { process: ZodMiniType<ProcessInfo>; exit: ZodMiniType<ExitInfo> } | undefined;

/** Built when first needed: only readers do, and zod takes longer to load than all the rest of this package. */
function schemas(): NonNullable<typeof built> {
  if (built !== undefined) return built;
  const z = createRequire(import.meta.url)('zod/mini') as typeof import('zod/mini');
  const text = (limit: number) => z.string().check(z.maxLength(limit));
  const count = () => z.int().check(z.gte(0));
  const time = () => z.number().check(z.gte(0), z.lte(8.64e15));
  // Unknown keys pass: a later minor version may add some.
  built = {
    process: z.looseObject({
      formatVersion: z.literal(PROCESS_FORMAT_VERSION),
      name: text(MAX_PROCESS_NAME * 2).check(z.minLength(1)),
      pid: z.int().check(z.gte(1), z.lte(0xffff_ffff)),
      start: count(),
      bootId: z.optional(text(128)),
      pidNamespace: z.optional(count()),
      parentPid: count(),
      thread: count(),
      startedAt: time(),
      nodeVersion: text(64),
      platform: text(64),
      arch: text(64),
      script: z.optional(text(MAX_TEXT)),
      cwd: z.optional(text(MAX_TEXT)),
    }),
    exit: z.looseObject({
      formatVersion: z.literal(PROCESS_FORMAT_VERSION),
      exitCode: z.optional(z.int()),
      time: time(),
      thread: count(),
      uncaught: z.optional(text(MAX_TEXT)),
    }),
  };
  return built;
}

function currentDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    // It was removed.
    return undefined;
  }
}

/** Tells this thread from others of all processes, in the names of temporary files. */
export function writerName(): string {
  return `${process.pid}-${isMainThread ? 0 : threadId}-${osThreadId()}`;
}

/** Whether an error only says that something is not there (any more). */
export function isMissing(error: unknown): boolean {
  return error instanceof StorageError ? error.systemCode === 'ENOENT' : errorCode(error) === 'ENOENT';
}
