import { Buffer } from 'node:buffer';
import { randomInt } from 'node:crypto';
import { closeSync, writeSync } from 'node:fs';
import { InvalidOptionError, UnknownTraceBufferError } from './errors.ts';
import { Header } from './layout.ts';
import { MAX_LEVEL, parseLevel } from './level.ts';
import type { ProcessEntry, RingFile } from './process-entry.ts';
import { HeaderView } from './ring-file.ts';
import { RingReader } from './ring-reader.ts';

/** What to tell the writers of a buffer. What is absent stays as it is. */
export interface BufferCommand {
  /** Whether records are stored. */
  readonly enabled?: boolean;
  /** Records below this level are not stored, 0 to 65535. */
  readonly minLevel?: number;
  /** Generation of a policy kept elsewhere, 0 to 2^30 - 1; see `TraceBuffer.policy`. */
  readonly policy?: number;
  /** Mask of 64 keywords that are wanted, for record kinds that have them. */
  readonly keywords?: bigint;
  /** Whether to clear what the buffer holds now. */
  readonly clear?: boolean;
}

/** What a command did to one buffer of one process. */
export interface CommandedBuffer {
  readonly buffer: string;
  /** Rings that were told, one or two for each thread. */
  readonly rings: number;
  /** Records that were readable before and are not now. */
  readonly cleared: number;
}

/**
 * Tells the writers of a process's buffers something through the control words of their rings (R8). It needs no
 * cooperation of the process and works while its event loop is stuck; readers heed a clear at once.
 *
 * @param buffers Names; `undefined` for all.
 * @throws UnknownTraceBufferError where a name is none of the process's; InvalidOptionError where the level is none;
 *   StorageError, InsecureDirectoryError.
 */
export function controlBuffers(
  process: ProcessEntry,
  buffers: readonly string[] | undefined,
  command: BufferCommand,
): CommandedBuffer[] {
  const { minLevel } = command;
  if (minLevel !== undefined && (typeof minLevel !== 'number' || parseLevel(minLevel) === undefined)) {
    throw new InvalidOptionError('minLevel', minLevel, `give a whole number from 0 to ${MAX_LEVEL}`);
  }
  const files = process.ringFiles();
  const known = [...new Set(files.map(({ buffer }) => buffer))];
  for (const name of buffers ?? []) {
    if (!known.includes(name)) throw new UnknownTraceBufferError(name, known);
  }
  return known
    .filter((name) => buffers === undefined || buffers.includes(name))
    .map((buffer) => {
      const rings = files.filter((file) => file.buffer === buffer);
      // The keep ring first: its writer looks at it when the main ring tells of a change.
      rings.sort((a, b) => Number(a.role === 'ring') - Number(b.role === 'ring'));
      const cleared = rings.reduce((sum, file) => sum + controlRing(file, command), 0);
      return { buffer, rings: rings.length, cleared };
    });
}

/**
 * Tells the writer of one ring.
 *
 * @returns Records cleared.
 */
export function controlRing(file: Pick<RingFile, 'open' | 'path'>, command: BufferCommand): number {
  const fd = file.open('r+');
  try {
    const header = new HeaderView();
    header.read(fd, file.path);
    const { littleEndian } = header.descriptor(file.path);
    const words = Buffer.alloc(8);
    const view = new DataView(words.buffer, words.byteOffset, 8);
    const put = (at: number, value: number): void => {
      view.setUint32(0, value, littleEndian);
      writeSync(fd, words, 0, 4, at);
    };
    if (command.enabled !== undefined) put(Header.CONTROL_ENABLED, command.enabled ? 1 : 0);
    if (command.minLevel !== undefined) put(Header.CONTROL_MIN_LEVEL, command.minLevel);
    if (command.policy !== undefined) put(Header.CONTROL_POLICY, command.policy);
    if (command.keywords !== undefined) {
      put(Header.CONTROL_KEYWORDS, Number(BigInt.asUintN(32, command.keywords)));
      put(Header.CONTROL_KEYWORDS + 4, Number(BigInt.asUintN(32, command.keywords >> 32n)));
    }
    let cleared = 0;
    if (command.clear === true) {
      const readable = readableNow(file);
      cleared = readable.count;
      view.setUint32(0, readable.end % 0x1_0000_0000, littleEndian);
      view.setUint32(4, Math.floor(readable.end / 0x1_0000_0000), littleEndian);
      writeSync(fd, words, 0, 8, Header.CONTROL_CLEAR_MARK);
    }
    // Any value but the last one will do, and two commanders at once must not choose the same.
    put(Header.CONTROL_GENERATION, randomInt(1, 0x7fff_ffff));
    return cleared;
  } finally {
    closeSync(fd);
  }
}

/** How many records can be read, and the position behind them; in positional mode the header does not tell it. */
function readableNow(file: Pick<RingFile, 'open' | 'path'>): {
  readonly count: number;
  readonly end: number;
} {
  const reader = new RingReader(file.open('r'), file.path);
  try {
    return { count: reader.counts().readable, end: reader.end() };
  } finally {
    reader.close();
  }
}
