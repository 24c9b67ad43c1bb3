import { closeSync, existsSync, fstatSync, openSync, unlinkSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { type BufferCommand, controlRing } from './buffer-control.ts';
import type { ResolvedBufferOptions } from './buffer-options.ts';
import { type ClockOrigins, clockOrigins } from './clock-origins.ts';
import { createRing, openStorage, type RingSpec } from './create-ring.ts';
import { type Definition, LEVEL_DEFINITION, writeDefinition } from './definitions.ts';
import { StorageError, TraceBufferAlreadyExistsError } from './errors.ts';
import { parseRingFileName, type RingFileRole, ringFileName } from './file-name.ts';
import { osThreadId, processKey } from './identity.ts';
import { ALIGNMENT, HEADER_SIZE } from './layout.ts';
import { ensureProcessDirectory } from './process-directory.ts';
import { processName } from './process-name.ts';
import { HeaderView, type RingCursors, type RingDescriptor } from './ring-file.ts';
import { RingReader } from './ring-reader.ts';
import { RingWriter } from './ring-writer.ts';
import type { SecureDirectory } from './secure-directory.ts';
import { listNames, secureCreate, secureOpen } from './secure-file.ts';
import { makeRoom } from './start-sweep.ts';
import { sweepThreadRings } from './thread-sweep.ts';
import { unmapRemoved } from './unmap-removed.ts';

/** The files of one trace buffer of this thread: its rings and its definitions. */
export interface BufferFiles {
  readonly main: RingWriter;
  /** The ring for records at or above the keep level; absent where there is none. */
  readonly keep: RingWriter | undefined;
  readonly mode: 'mapped' | 'positional';
  /** Writes a definition beside the rings. Never throws: what can't be written is left out. */
  define(definition: Definition): void;
  /**
   * Tells the rings what others may tell them from outside.
   *
   * @throws StorageError, InsecureDirectoryError where their files can't be opened.
   */
  command(command: BufferCommand): void;
  close(): void;
}

/** More names than this in a directory of one process are not looked at. */
const MAX_FILES = 10_000;

/** Rings that this thread has closed, by path: their files may not say so, where writing fails. */
const closedHere = new Set<string>();

/** The thread id that a ring of this thread carries: 0 for the main thread. */
const thread = threadId;

/**
 * Makes the files of a trace buffer in the directory of this process, or takes up those of a buffer of the same name
 * and shape that this thread has closed, with the records in it.
 *
 * @throws StorageError, InsecureDirectoryError, InvalidOptionError, TraceBufferAlreadyExistsError
 */
export function openBufferFiles(name: string, options: ResolvedBufferOptions): BufferFiles {
  try {
    return makeBufferFiles(name, options);
  } catch (error) {
    // What retention would remove a little later must not keep a new buffer from being made.
    if (!isFull(error) || !makeRoom(options.directory)) throw error;
    return makeBufferFiles(name, options);
  }
}

function isFull(error: unknown): boolean {
  return error instanceof StorageError && (error.systemCode === 'ENOSPC' || error.systemCode === 'EDQUOT');
}

function makeBufferFiles(name: string, options: ResolvedBufferOptions): BufferFiles {
  const directory = ensureProcessDirectory(options.directory);
  if (thread !== 0) forgetEndedThreads(directory);
  const inherited = inheritedControl(directory, name);
  const control = inherited ?? options;
  const spec = (role: RingSpec['role'], capacity: number): RingSpec => ({
    capacity,
    policy: options.policy,
    role,
    mode: options.mode,
    buffer: name,
    process: processName(),
    thread,
    osThread: osThreadId(),
    origins: clockOrigins(() => originsOfProcess(directory)),
    enabled: control.enabled,
    minLevel: control.minLevel,
    commanded: inherited !== undefined,
    ...(inherited === undefined ? {} : { policyGeneration: inherited.policy, keywords: inherited.keywords }),
  });
  const main = openRing(directory, name, 'ring', spec('main', options.size));
  let keep: OpenedRing | undefined;
  try {
    if (options.hasKeep) {
      keep = openRing(directory, name, 'keep', spec('keep', options.keepSize));
    }
  } catch (error) {
    main.writer.close();
    if (main.isNew) removeQuietly(directory, ringFileName(name, thread, 'ring'));
    throw error;
  }
  const definitions = new DefinitionFile(directory, ringFileName(name, thread, 'defs'));
  for (const [level, label] of options.labels)
    definitions.write({ type: LEVEL_DEFINITION, id: level, value: label });
  return {
    main: main.writer,
    keep: keep?.writer,
    mode: main.mode,
    define: (definition) => definitions.write(definition),
    command: (command) => {
      // The keep ring first: its writer looks at it when the main ring tells of a change.
      for (const role of keep === undefined ? (['ring'] as const) : (['keep', 'ring'] as const)) {
        const file = ringFileName(name, thread, role);
        const path = `${directory.path}/${file}`;
        controlRing({ path, open: (mode) => secureOpen(directory, file, mode) }, command);
      }
    },
    close: () => {
      for (const ring of [main, keep]) {
        ring?.writer.close();
        if (ring !== undefined) closedHere.add(ring.path);
      }
      definitions.close();
    },
  };
}

interface OpenedRing {
  readonly writer: RingWriter;
  readonly path: string;
  /** Whether it was made now, and not taken up. */
  readonly isNew: boolean;
  readonly mode: 'mapped' | 'positional';
}

function openRing(
  directory: SecureDirectory,
  buffer: string,
  role: RingFileRole,
  spec: RingSpec,
): OpenedRing {
  const file = ringFileName(buffer, thread, role);
  const path = `${directory.path}/${file}`;
  const old = reopen(directory, file, path, spec);
  const storage = old ?? createRingFile(directory, file, path, spec);
  closedHere.delete(path);
  return {
    writer: new RingWriter(storage),
    path,
    isNew: old === undefined,
    mode: storage.write === undefined ? 'mapped' : 'positional',
  };
}

/** {@link createRing} in a file that is removed again where the ring can't be made: a full disk is not made fuller. */
function createRingFile(
  directory: SecureDirectory,
  file: string,
  path: string,
  spec: RingSpec,
): ReturnType<typeof createRing> {
  const fd = secureCreate(directory, file);
  try {
    return createRing(fd, path, spec);
  } catch (error) {
    removeQuietly(directory, file);
    throw error;
  }
}

function removeQuietly(directory: SecureDirectory, file: string): void {
  try {
    unlinkSync(directory.resolve(file));
  } catch {
    // The error that led here tells more.
  }
}

/** The ring that an earlier buffer of this name left behind, if it fits; one that does not is removed. */
function reopen(
  directory: SecureDirectory,
  file: string,
  path: string,
  spec: RingSpec,
): ReturnType<typeof openStorage> | undefined {
  let fd: number;
  try {
    fd = secureOpen(directory, file, 'r+');
  } catch (error) {
    if (error instanceof StorageError && error.systemCode === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const header = new HeaderView();
    header.read(fd, path);
    const { capacity, policy, mode } = header.descriptor(path);
    const { closed } = header.cursors(capacity);
    // Still open, and not in this module's books: another copy of this package writes it (R1).
    if (!closed && !closedHere.has(path)) throw new TraceBufferAlreadyExistsError(spec.buffer);
    const length = fstatSync(fd).size;
    // Where the end of a ring could not be written, nor could the positions to go on from.
    const isSound = closed && length === HEADER_SIZE + capacity && canContinue(header.cursors(capacity));
    // A buffer that was to be mapped and could not be is positional, and goes on as that.
    const isWanted = capacity === spec.capacity && policy === spec.policy;
    if (isSound && isWanted && (mode === spec.mode || mode === 'positional')) {
      return openStorage(fd, path, length, mode);
    }
  } catch (error) {
    if (error instanceof TraceBufferAlreadyExistsError) {
      closeSync(fd);
      throw error;
    }
    // No ring, or one of another version: make a new one in its place.
  }
  closeSync(fd);
  unlinkSync(directory.resolve(file));
  return undefined;
}

/** Whether a writer may trust the positions of a file: they become offsets in its memory. */
function canContinue({ head, oldest }: RingCursors): boolean {
  return head >= 0 && head % ALIGNMENT === 0 && oldest % ALIGNMENT === 0;
}

/** Removes the rings of threads that ended, but for the newest, and gives back the memory of those that are gone. */
function forgetEndedThreads(directory: SecureDirectory): void {
  const gone = new Set<string>();
  const removed = sweepThreadRings(directory, {
    isEnded: (file) => {
      const { descriptor, cursors } = readHeader(directory, file);
      const isGone = descriptor.osThread !== 0 && !existsSync(`/proc/self/task/${descriptor.osThread}`);
      if (isGone) gone.add(file);
      return isGone || cursors.closed;
    },
    appended: (file) => appendedTo(directory, file),
  });
  const abandoned = removed.filter((file) => gone.has(file));
  unmapRemoved(processKey(), new Set(abandoned.flatMap((file) => [file, file.replace(/ring$/, 'keep')])));
}

function readHeader(
  directory: SecureDirectory,
  file: string,
): { readonly descriptor: RingDescriptor; readonly cursors: RingCursors } {
  const fd = secureOpen(directory, file, 'r');
  try {
    const header = new HeaderView();
    header.read(fd, file);
    const descriptor = header.descriptor(file);
    return { descriptor, cursors: header.cursors(descriptor.capacity) };
  } finally {
    closeSync(fd);
  }
}

/** How many records were appended to a ring whose writer is done with it. */
function appendedTo(directory: SecureDirectory, file: string): number {
  const { descriptor, cursors } = readHeader(directory, file);
  // In positional mode the header tells what it was when it was last written, and only the records tell the rest.
  if (descriptor.mode === 'mapped') return cursors.appended;
  const reader = new RingReader(secureOpen(directory, file, 'r'), file);
  try {
    return reader.counts().appended;
  } finally {
    reader.close();
  }
}

/** The clocks as another thread of this process has told them, or this one for another copy of this package. */
function originsOfProcess(directory: SecureDirectory): ClockOrigins | undefined {
  if (thread === 0 && directory.isNew) return undefined;
  for (const name of listNames(directory, MAX_FILES)) {
    if (parseRingFileName(name) === undefined) continue;
    try {
      const { wallOrigin, monotonicOrigin } = readHeader(directory, name).descriptor;
      return { wall: wallOrigin, monotonic: monotonicOrigin };
    } catch {
      // Another one may tell.
    }
  }
  return undefined;
}

/** A thread that joins in obeys what was said to the others from outside. */
function inheritedControl(
  directory: SecureDirectory,
  buffer: string,
): Pick<RingCursors, 'enabled' | 'minLevel' | 'policy' | 'keywords'> | undefined {
  if (thread === 0 && directory.isNew) return undefined;
  for (const name of listNames(directory, MAX_FILES)) {
    const parsed = parseRingFileName(name);
    if (parsed === undefined || parsed.buffer !== buffer || parsed.role !== 'ring') continue;
    try {
      const { cursors } = readHeader(directory, name);
      if (cursors.commanded) return cursors;
    } catch {
      // A ring that is gone or still being made has nothing to say.
    }
  }
  return undefined;
}

/** The definitions of one buffer of one thread, in a file that is made when there is something to define. */
class DefinitionFile {
  readonly #directory: SecureDirectory;
  readonly #name: string;
  #fd: number | undefined;
  #failed = false;

  constructor(directory: SecureDirectory, name: string) {
    this.#directory = directory;
    this.#name = name;
  }

  write(definition: Definition): void {
    if (this.#failed) return;
    try {
      this.#fd ??= this.#open();
      writeDefinition(this.#fd, definition);
    } catch (error) {
      // A value that JSON can't hold is left out; a file that can't be written stays so.
      this.#failed = !(error instanceof TypeError);
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    this.#failed = true;
  }

  #open(): number {
    try {
      closeSync(secureCreate(this.#directory, this.#name));
    } catch (error) {
      if (!(error instanceof StorageError) || error.systemCode !== 'EEXIST') throw error;
      closeSync(secureOpen(this.#directory, this.#name, 'r+'));
    }
    return openSync(this.#directory.resolve(this.#name), 'a');
  }
}
