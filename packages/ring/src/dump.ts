import { closeSync, writeSync } from 'node:fs';
import { createDumpFile, openRoot } from './directory.ts';
import { StorageError } from './errors.ts';
import { processIdentity, processKey } from './identity.ts';
import type { ProcessEntry } from './process-entry.ts';
import { processName } from './process-name.ts';
import { listProcesses } from './registry.ts';
import { formatRecord } from './text-layout.ts';
import { TraceReader } from './trace-reader.ts';

/** Lines are written in pieces of about this many characters. */
const PIECE = 65536;

/**
 * Writes what buffers of this process hold to a text file, merged by time, one record a line.
 *
 * @param names Names of the buffers; `undefined` for all.
 * @param fileName A bare file name; default: one that tells process, buffer and time.
 * @param rootPath Where the buffers are; default: the usual root.
 * @returns Path of the file.
 */
export function dumpBuffers(
  names: readonly string[] | undefined,
  fileName?: string,
  rootPath?: string,
): string {
  const { fd, path } = createDumpFile(fileName ?? defaultName(names));
  const own = ownProcess(rootPath);
  const reader = new TraceReader(own, names === undefined ? {} : { buffers: names });
  try {
    let text = '';
    for (const record of reader.records()) {
      text += `${formatRecord(record, { buffer: names?.length !== 1 })}\n`;
      if (text.length > PIECE) {
        writeSync(fd, text);
        text = '';
      }
    }
    writeSync(fd, text);
    return path;
  } catch (error) {
    throw error instanceof Error && 'syscall' in error
      ? new StorageError('write the dump', path, error, 'set TRACEBUF_DUMP_DIR to')
      : error;
  } finally {
    // `using` would do, but Node 22 cannot run it from source.
    reader.close();
    closeSync(fd);
  }
}

/** This process as it is listed: once, or not at all where its directory is gone. */
export function ownProcess(rootPath?: string): ProcessEntry[] {
  const root = openRoot(rootPath === undefined ? {} : { path: rootPath });
  if (root === undefined) return [];
  try {
    return listProcesses(root).processes.filter(({ key }) => key === processKey());
  } finally {
    root.close();
  }
}

/** Such as `web.4711.mybuf.20260102T030405123.txt`. */
function defaultName(names: readonly string[] | undefined): string {
  const buffer = names?.length === 1 ? (names[0] ?? '') : 'all';
  const time = new Date().toISOString().replace(/[-:.Z]/g, '');
  const safe = (text: string): string => text.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 64);
  return `${safe(processName())}.${processIdentity().pid}.${safe(buffer)}.${time}.txt`;
}
