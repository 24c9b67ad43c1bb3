import { Buffer } from 'node:buffer';
import { closeSync, fstatSync, readSync, writeSync } from 'node:fs';
import { StorageError } from '@tracebuf/ring';
import { createSharedFile, type RingStorage, type SecureDirectory, secureOpen } from '@tracebuf/ring/files';
import { type CounterSubject, parseCounterSubject } from '../configuration-schema.ts';
import { LogConfigurationError } from '../errors.ts';

/**
 * Layout of a file of counters: one for each component of each thread, written by that thread alone, but for the
 * baselines.
 *
 * ```
 *   0 ┌────────────────────────────────────┐
 *     │ header                             │  what the file is
 *  64 ├────────────────────────────────────┤
 *     │ occurred 0, notified 0, occurred 1…│  f64 each: counted by the thread
 *     ├────────────────────────────────────┤  64 + 16 × conditions
 *     │ occurred 0, notified 0, occurred 1…│  f64 each: baselines, written by who clears
 *     ├────────────────────────────────────┤  64 + 32 × conditions
 *     │ JSON                               │  process, component and names of the conditions
 *     └────────────────────────────────────┘
 * ```
 *
 * A counter is what was counted less its baseline, so that clearing needs no cooperation of the thread.
 * Numbers are in the byte order of the machine.
 */
const CounterField = {
  /** u8[8] `TBCOUNTS`. */
  MAGIC: 0,
  /** u32 {@link BYTE_ORDER_MARK}. */
  BYTE_ORDER: 8,
  /** u32, 1. */
  VERSION: 12,
  /** u32, how many conditions. */
  CONDITIONS: 16,
  /** u32, bytes of JSON. */
  JSON_SIZE: 20,
  /** f64, incidents that could not be stored on disk. */
  NVRAM_FAILED: 24,
  /** f64, how often the configuration could not be read. */
  CONFIGURATION_FAILED: 32,
  /** Where the counters begin. */
  COUNTERS: 64,
} as const;

const MAGIC = 'TBCOUNTS';
const BYTE_ORDER_MARK = 0x01020304;
const VERSION = 1;
/** Bytes of the two counters of one condition. */
const PAIR = 16;
const MAX_BYTES = 64 * 1024 * 1024;

const baselinesAt = (conditions: number): number => CounterField.COUNTERS + PAIR * conditions;
const jsonAt = (conditions: number): number => CounterField.COUNTERS + 2 * PAIR * conditions;

/** The counters of one component in one thread, for their one writer. */
export class CounterWriter {
  /** Occurred and notified of each condition, in turn. */
  readonly counters: Float64Array;
  readonly #storage: RingStorage;
  readonly #doubles: Float64Array;

  /** @throws StorageError, with `systemCode` `EEXIST` where the name is taken; InsecureDirectoryError. */
  constructor(directory: SecureDirectory, name: string, subject: CounterSubject) {
    const count = subject.conditions.length;
    const json = Buffer.from(JSON.stringify(subject));
    const content = Buffer.alloc(jsonAt(count) + json.length);
    const words = new Uint32Array(content.buffer, content.byteOffset, CounterField.COUNTERS >> 2);
    content.write(MAGIC, CounterField.MAGIC, 'latin1');
    words[CounterField.BYTE_ORDER >> 2] = BYTE_ORDER_MARK;
    words[CounterField.VERSION >> 2] = VERSION;
    words[CounterField.CONDITIONS >> 2] = count;
    words[CounterField.JSON_SIZE >> 2] = json.length;
    content.set(json, jsonAt(count));
    this.#storage = createSharedFile(directory, name, content, (content.length + 7) & -8);
    this.#doubles = new Float64Array(this.#storage.memory);
    this.counters = new Float64Array(this.#storage.memory, CounterField.COUNTERS, 2 * count);
  }

  /** Whether {@link save} must be called after each change, because the memory is not the file. */
  get mustSave(): boolean {
    return this.#storage.write !== undefined;
  }

  /** Brings the counters of a condition to the file, where the memory is not the file. */
  save(condition: number): void {
    this.#storage.write?.(CounterField.COUNTERS + PAIR * condition, PAIR);
  }

  /** Counts an incident that could not be stored on disk. */
  countNvramFailure(): void {
    this.#countFault(CounterField.NVRAM_FAILED);
  }

  /** Counts a configuration that could not be read; the last one stays in force. */
  countConfigurationFailure(): void {
    this.#countFault(CounterField.CONFIGURATION_FAILED);
  }

  #countFault(at: number): void {
    this.#doubles[at >> 3] = (this.#doubles[at >> 3] ?? 0) + 1;
    this.#storage.write?.(at, 8);
  }
}

/** What a file of counters says. */
export interface CounterFile {
  readonly subject: CounterSubject;
  /** Occurred and notified of each condition, in turn, since they were cleared. */
  readonly counts: Float64Array;
  readonly nvramFailed: number;
  readonly configurationFailed: number;
}

/**
 * Reads a file of counters.
 *
 * @throws LogConfigurationError where it is damaged; StorageError, InsecureDirectoryError.
 */
export function readCounterFile(directory: SecureDirectory, name: string): CounterFile {
  const fd = secureOpen(directory, name, 'r');
  try {
    const bytes = readAll(fd, `${directory.path}/${name}`);
    const { conditions, json } = checkHeader(bytes, `${directory.path}/${name}`);
    const subject = parseCounterSubject(JSON.parse(json));
    if (subject.conditions.length !== conditions)
      throw damaged(`${directory.path}/${name}`, 'it names other conditions than it counts');
    const doubles = new Float64Array(bytes.buffer, bytes.byteOffset, jsonAt(conditions) >> 3);
    const counted = CounterField.COUNTERS >> 3;
    const baselines = baselinesAt(conditions) >> 3;
    const counts = new Float64Array(2 * conditions);
    for (let i = 0; i < counts.length; i++) {
      counts[i] = Math.max(0, (doubles[counted + i] as number) - (doubles[baselines + i] as number)) || 0;
    }
    return {
      subject,
      counts,
      nvramFailed: doubles[CounterField.NVRAM_FAILED >> 3] as number,
      configurationFailed: doubles[CounterField.CONFIGURATION_FAILED >> 3] as number,
    };
  } finally {
    closeSync(fd);
  }
}

/**
 * Clears the counters of some conditions: what they have counted until now becomes their baseline.
 *
 * @param wanted Whether a condition is to be cleared, by its full name.
 * @throws As {@link readCounterFile}.
 */
export function clearCounterFile(
  directory: SecureDirectory,
  name: string,
  wanted: (condition: string) => boolean,
): void {
  const fd = secureOpen(directory, name, 'r+');
  try {
    const bytes = readAll(fd, `${directory.path}/${name}`);
    const { conditions, json } = checkHeader(bytes, `${directory.path}/${name}`);
    for (const [index, condition] of parseCounterSubject(JSON.parse(json)).conditions.entries()) {
      if (index >= conditions || !wanted(condition)) continue;
      const from = CounterField.COUNTERS + PAIR * index;
      writeSync(fd, bytes, from, PAIR, baselinesAt(conditions) + PAIR * index);
    }
  } finally {
    closeSync(fd);
  }
}

function readAll(fd: number, path: string): Buffer {
  const { size } = fstatSync(fd);
  if (size > MAX_BYTES) throw damaged(path, `it has ${size} bytes`);
  // A buffer of its own: the doubles in it must be aligned.
  const bytes = Buffer.from(new ArrayBuffer(size));
  try {
    for (let at = 0; at < size; ) {
      const got = readSync(fd, bytes, at, size - at, at);
      if (got === 0) break;
      at += got;
    }
  } catch (error) {
    throw new StorageError('read the file', path, error);
  }
  return bytes;
}

function checkHeader(bytes: Buffer, path: string): { readonly conditions: number; readonly json: string } {
  if (bytes.length < CounterField.COUNTERS || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw damaged(path, 'it is no file of counters');
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, CounterField.COUNTERS >> 2);
  if (words[CounterField.BYTE_ORDER >> 2] !== BYTE_ORDER_MARK)
    throw damaged(path, 'a machine of another byte order wrote it');
  const version = words[CounterField.VERSION >> 2] as number;
  if (version !== VERSION) throw damaged(path, `its version is ${version}, not ${VERSION}`);
  const conditions = words[CounterField.CONDITIONS >> 2] as number;
  const start = jsonAt(conditions);
  const end = start + (words[CounterField.JSON_SIZE >> 2] as number);
  if (end > bytes.length) throw damaged(path, 'it is cut short');
  return { conditions, json: bytes.toString('utf8', start, end) };
}

function damaged(path: string, fault: string): LogConfigurationError {
  return new LogConfigurationError(`The counters in "${path}" cannot be read: ${fault}; remove the file.`);
}
