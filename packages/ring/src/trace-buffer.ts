import { performance } from 'node:perf_hooks';
import { inspect } from 'node:util';
import { appendBytes, appendLine, appendText, appendTextInContext, type LineReader } from './append.ts';
import { appendPayload, type PayloadWriter } from './append-payload.ts';
import { appendTexts } from './append-texts.ts';
import type { BufferCommand } from './buffer-control.ts';
import { type BufferFiles, openBufferFiles } from './buffer-files.ts';
import {
  type ResolvedBufferOptions,
  resolveBufferOptions,
  type TraceBufferOptions,
} from './buffer-options.ts';
import type { ControlWords } from './control.ts';
import type { Definition } from './definitions.ts';
import { dumpBuffers } from './dump.ts';
import { TraceBufferAlreadyExistsError } from './errors.ts';
import { RecordKind } from './layout.ts';
import { Level, type LevelName, MAX_LEVEL, parseLevel } from './level.ts';
import { CONTROL_GENERATION_WORD, type RingWriter } from './ring-writer.ts';

// As this module's own, V8 makes them part of the code; imported ones are looked up at each use.
const { trace: TRACE, debug: DEBUG, info: INFO, warn: WARN, error: ERROR, fatal: FATAL } = Level;
const GENERATION_WORD = CONTROL_GENERATION_WORD;
const HIGHEST = MAX_LEVEL;
const LOG = RecordKind.LOG;

/** The level that anything stands for: logging never breaks the program (R9). */
function toLevel(level: unknown): number {
  return typeof level === 'number' && (level & HIGHEST) === level ? level : nearestLevel(level);
}

/** What is no kind counts as text: 0 would hide the records behind it from readers, and more than 8 bits forge flags. */
function toKind(kind: unknown): number {
  return typeof kind === 'number' && (kind & 0xff) === kind && kind !== 0 ? kind : LOG;
}

/** The usual names first: looking them up must not cost more than storing. */
function namedLevel(level: unknown): number {
  switch (level) {
    case 'trace':
      return TRACE;
    case 'debug':
      return DEBUG;
    case 'info':
      return INFO;
    case 'warn':
      return WARN;
    case 'error':
      return ERROR;
    case 'fatal':
      return FATAL;
    default:
      return nearestLevel(level);
  }
}

function nearestLevel(level: unknown): number {
  if (typeof level === 'string') return parseLevel(level) ?? INFO;
  if (typeof level !== 'number' || Number.isNaN(level)) return INFO;
  return Math.min(Math.max(Math.trunc(level), 0), HIGHEST);
}

/** Trace buffers of this thread, by name. */
const buffers = new Map<string, TraceBuffer>();

/**
 * A named circular buffer whose records survive the process, whatever ends it.
 *
 * ```ts
 * const buffer = new TraceBuffer('mybuf', 20480);
 * buffer.log('a message');
 * ```
 *
 * Each thread that makes a buffer of a name writes rings of its own; readers merge them. After construction nothing
 * here throws, blocks or rejects (R9).
 */
export class TraceBuffer {
  readonly name: string;
  /** Bytes of the main ring. */
  readonly size: number;

  readonly #files: BufferFiles;
  readonly #directory: string | undefined;
  readonly #main: RingWriter;
  readonly #keep: RingWriter;
  readonly #keepLevel: number;
  /** Kept here as well, so that a call that stores nothing need not look at the ring. */
  #words: Int32Array;
  #generation: number;
  #threshold: number;
  #policy: number;
  #changes = 0;
  #closed = false;

  /**
   * @param name 1 to 64 bytes; what `trace-cli` shows.
   * @param size Bytes, at least 4096; 20480 is a usual size.
   * @throws InvalidOptionError for a bad argument, TraceBufferAlreadyExistsError where this thread has a buffer of
   *   that name, StorageError where the space can't be had, InsecureDirectoryError.
   */
  constructor(name: string, size: number, options?: TraceBufferOptions) {
    const resolved: ResolvedBufferOptions = resolveBufferOptions(name, size, options);
    if (buffers.has(name)) throw new TraceBufferAlreadyExistsError(name);
    this.name = name;
    this.size = resolved.size;
    this.#directory = resolved.directory;
    this.#files = openBufferFiles(name, resolved);
    this.#main = this.#files.main;
    this.#keep = this.#files.keep ?? this.#files.main;
    this.#keepLevel = resolved.keepLevel;
    this.#words = this.#main.words;
    this.#generation = this.#main.generation;
    this.#threshold = this.#main.threshold;
    this.#policy = this.#main.control.policy | 0;
    buffers.set(name, this);
    markAtExit();
  }

  /** How the buffer stores: into mapped memory, or by positional writes where that can't be had. */
  get mode(): 'mapped' | 'positional' {
    return this.#files.mode;
  }

  /**
   * Whether a record of a level would be stored now. Costs one load while nothing has changed.
   *
   * @param severity The level as a number.
   */
  wants(severity: number): boolean {
    if (this.#words[GENERATION_WORD] !== this.#generation) this.#obey();
    return toLevel(severity) >= this.#threshold;
  }

  /**
   * Generation of a policy that is kept elsewhere and set from outside (`controlBuffers`): where it differs from the
   * last one, the owner of the policy reads it again. Costs one load while nothing has changed.
   */
  policy(): number {
    if (this.#words[GENERATION_WORD] !== this.#generation) this.#obey();
    return this.#policy;
  }

  /**
   * How often what others set from outside may have changed: where it differs from the last time, {@link control} is
   * worth a look. Costs one load while nothing has changed.
   */
  controlChanges(): number {
    if (this.#words[GENERATION_WORD] !== this.#generation) this.#obey();
    return this.#changes;
  }

  /**
   * Sets what others may set from outside, as if they had: threads that join in later hear it too. Not for hot paths:
   * it opens the files.
   *
   * @returns Whether it could be done; false where the buffer is closed or its files are gone.
   */
  command(command: BufferCommand): boolean {
    if (this.#closed) return false;
    try {
      this.#files.command(command);
      this.#main.obeyNow();
      if (this.#keep !== this.#main) this.#keep.obeyNow();
      this.#adopt();
      return true;
    } catch {
      return false;
    }
  }

  /** What others have set from outside, as of the last call that looked; always the same object. */
  get control(): Readonly<ControlWords> {
    return this.#main.control;
  }

  /**
   * Appends a message. When this returns, `trace-cli` can read it, whatever then happens to the process.
   *
   * @param message What is no string is stored as `util.inspect` shows it.
   * @param level Name or number; default `info`. What is no level counts as `info`, a number as the nearest level.
   */
  log(message: string, level: LevelName | number = INFO): void {
    if (this.#words[GENERATION_WORD] !== this.#generation) this.#obey();
    const severity = typeof level === 'number' ? level : namedLevel(level);
    // What is not wanted costs the least; what is no level is told only then.
    if (severity >= 0 && severity < this.#threshold) return;
    if ((severity & HIGHEST) !== severity) {
      this.log(message, nearestLevel(severity));
      return;
    }
    const ring = severity >= this.#keepLevel ? this.#keep : this.#main;
    ring.clock[0] = performance.now();
    appendText(ring, LOG, severity, typeof message === 'string' ? message : this.#textOf(message));
  }

  /**
   * Appends a record of some kind with a text payload; for adapters, which bring the decoder for their kind.
   *
   * @param kind One of `RecordKind`, 1 to 255; anything else counts as `LOG`.
   * @param severity Level, 0 to 65535; any other number counts as the nearest one.
   * @param time Milliseconds on `performance.now()`'s scale; default, and where it is not finite: the clock is read.
   * @returns Whether the record was stored.
   */
  append(kind: number, severity: number, text: string, time: number = performance.now()): boolean {
    if (typeof time !== 'number') return this.append(kind, severity, text);
    if (this.#words[GENERATION_WORD] !== this.#generation) this.#obey();
    const level = toLevel(severity);
    if (level < this.#threshold) return false;
    const ring = level >= this.#keepLevel ? this.#keep : this.#main;
    ring.clock[0] = time;
    if (!Number.isFinite(ring.clock[0])) ring.clock[0] = performance.now();
    return appendText(ring, toKind(kind), level, typeof text === 'string' ? text : this.#textOf(text));
  }

  /**
   * {@link append} for adapters that are given whole lines with the level in them: the quickest way to store one.
   *
   * @param reader Finds level and time in the line's bytes.
   * @returns Whether the line was dealt with. If not (it is long, its level can't be told, the policy is `'discard'`),
   *   {@link append} it.
   */
  appendLine(kind: number, line: string, reader: LineReader): boolean {
    if (this.#words[GENERATION_WORD] !== this.#generation) this.#obey();
    return appendLine(this.#main, this.#keep, this.#keepLevel, toKind(kind), line, reader);
  }

  /**
   * {@link append} with the ids of the span that was active.
   *
   * @param traceId 32 hexadecimal digits.
   * @param spanId 16 hexadecimal digits.
   */
  appendInContext(
    kind: number,
    severity: number,
    text: string,
    traceId: string,
    spanId: string,
    time: number = performance.now(),
  ): boolean {
    if (typeof time !== 'number') return this.appendInContext(kind, severity, text, traceId, spanId);
    if (this.#words[GENERATION_WORD] !== this.#generation) this.#obey();
    const level = toLevel(severity);
    if (level < this.#threshold) return false;
    const ring = level >= this.#keepLevel ? this.#keep : this.#main;
    ring.clock[0] = time;
    if (!Number.isFinite(ring.clock[0])) ring.clock[0] = performance.now();
    const message = typeof text === 'string' ? text : this.#textOf(text);
    if (typeof traceId !== 'string' || typeof spanId !== 'string')
      return appendText(ring, toKind(kind), level, message);
    return appendTextInContext(ring, toKind(kind), level, message, traceId, spanId);
  }

  /**
   * {@link append} with a payload of numbers and texts: a 32-bit word, then texts of which each keeps its length. The time
   * is now.
   *
   * @param word Stored as it is: what the texts belong to, such as the number of a definition.
   */
  appendTexts(kind: number, severity: number, word: number, texts: readonly string[]): boolean {
    if (this.#words[GENERATION_WORD] !== this.#generation) this.#obey();
    const level = toLevel(severity);
    if (level < this.#threshold) return false;
    const ring = level >= this.#keepLevel ? this.#keep : this.#main;
    ring.clock[0] = performance.now();
    return appendTexts(ring, toKind(kind), level, word, texts);
  }

  /** {@link append} with a binary payload. */
  appendBytes(
    kind: number,
    severity: number,
    payload: Uint8Array,
    time: number = performance.now(),
  ): boolean {
    if (typeof time !== 'number') return this.appendBytes(kind, severity, payload);
    if (this.#words[GENERATION_WORD] !== this.#generation) this.#obey();
    const level = toLevel(severity);
    if (level < this.#threshold) return false;
    const ring = level >= this.#keepLevel ? this.#keep : this.#main;
    ring.clock[0] = time;
    if (!Number.isFinite(ring.clock[0])) ring.clock[0] = performance.now();
    if (!(payload instanceof Uint8Array)) return appendText(ring, toKind(kind), level, this.#textOf(payload));
    return appendBytes(ring, toKind(kind), level, payload);
  }

  /**
   * {@link appendBytes} for a payload that its owner writes into the ring itself.
   *
   * @param payload Must write as much as it says, and not throw.
   */
  appendPayload(kind: number, severity: number, payload: PayloadWriter, time?: number): boolean {
    if (this.#words[GENERATION_WORD] !== this.#generation) this.#obey();
    const level = toLevel(severity);
    if (level < this.#threshold) return false;
    const ring = level >= this.#keepLevel ? this.#keep : this.#main;
    // Read here: a number that is passed on costs an allocation.
    if (typeof time !== 'number' || !Number.isFinite(time)) ring.clock[0] = performance.now();
    else ring.clock[0] = time;
    return appendPayload(ring, kind, level, payload);
  }

  /** Writes something that many records share beside the ring, once. Not for hot paths: it is a system call. */
  define(definition: Definition): void {
    this.#files.define(definition);
  }

  /**
   * Writes what the buffer holds to a text file, this process's other threads included.
   *
   * @param fileName A bare file name in the dump directory (`TRACEBUF_DUMP_DIR`); default: one that tells process,
   *   buffer and time.
   * @returns Path of the file.
   * @throws InvalidOptionError, StorageError
   */
  dump(fileName?: string): string {
    return dumpBuffers([this.name], fileName, this.#directory);
  }

  /** Drops all records of this thread's rings; they count as cleared. */
  clear(): void {
    this.#main.clear();
    if (this.#keep !== this.#main) this.#keep.clear();
  }

  /** Ends the buffer. What it holds stays readable; later calls do nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    buffers.delete(this.name);
    this.#files.close();
    this.#adopt();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Marks the rings as ended while they can still be written: other exit handlers may log. */
  markEnded(): void {
    this.#main.markEnded();
    if (this.#keep !== this.#main) this.#keep.markEnded();
  }

  #obey(): void {
    this.#main.obey();
    if (this.#keep !== this.#main) this.#keep.obey();
    this.#adopt();
  }

  #adopt(): void {
    this.#words = this.#main.words;
    this.#generation = this.#main.generation;
    this.#threshold = this.#main.threshold;
    this.#policy = this.#main.control.policy | 0;
    this.#changes = (this.#changes + 1) | 0;
  }

  #textOf(message: unknown): string {
    try {
      return inspect(message);
    } catch {
      this.#main.countReplaced();
      return '[a value that cannot be shown]';
    }
  }
}

/** The trace buffer of that name in this thread, or a new one: what adapters use, so that two loggers may share one. */
export function openTraceBuffer(name: string, size: number, options?: TraceBufferOptions): TraceBuffer {
  return buffers.get(name) ?? new TraceBuffer(name, size, options);
}

let marksAtExit = false;

/** At exit the rings are marked, so that readers can tell a thread that ended from one that was killed. */
function markAtExit(): void {
  if (marksAtExit) return;
  marksAtExit = true;
  process.on('exit', () => {
    for (const buffer of buffers.values()) buffer.markEnded();
  });
}
