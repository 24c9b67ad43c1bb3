import { controlBuffers } from './buffer-control.ts';
import { dumpBuffers, ownProcess } from './dump.ts';
import { UnknownTraceBufferError } from './errors.ts';

/**
 * Writes what a trace buffer of this process holds to a text file, all threads included.
 *
 * @param name Default: all buffers.
 * @param fileName A bare file name in the dump directory (`TRACEBUF_DUMP_DIR`); default: one that tells process,
 *   buffer and time.
 * @returns Path of the file.
 * @throws UnknownTraceBufferError, InvalidOptionError, StorageError
 */
export function dumpTraceBuffer(name?: string, fileName?: string): string {
  if (name !== undefined) assertKnown(name);
  return dumpBuffers(name === undefined ? undefined : [name], fileName);
}

/**
 * Drops what a trace buffer of this process holds, in all threads: readers see it at once, writers book it at their
 * next append.
 *
 * @param name Default: all buffers.
 * @throws UnknownTraceBufferError
 */
export function clearTraceBuffer(name?: string): void {
  for (const process of ownProcess())
    controlBuffers(process, name === undefined ? undefined : [name], { clear: true });
  if (name !== undefined) assertKnown(name);
}

function assertKnown(name: string): void {
  const known = [
    ...new Set(ownProcess().flatMap((process) => process.ringFiles().map(({ buffer }) => buffer))),
  ];
  if (!known.includes(name)) throw new UnknownTraceBufferError(name, known);
}
