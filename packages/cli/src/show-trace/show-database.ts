import { parseFilter } from '@tracebuf/query';
import { type TraceRecord, UnknownTraceBufferError } from '@tracebuf/ring';
import { DatabaseSource } from '@tracebuf/sqlite';
import { isAll } from '../target.ts';

/** Records of a database, as those of processes are shown. */
export interface ShownDatabase {
  readonly records: Iterable<TraceRecord>;
  close(): void;
}

/**
 * Opens a database in place of a process.
 *
 * @param buf `<buf>|all` of the command line.
 * @throws DatabaseError where it can't be read; UnknownTraceBufferError where no record of it is of that buffer.
 */
export function openDatabase(path: string, buf: string): ShownDatabase {
  const source = new DatabaseSource(path);
  const filter = parseFilter('');
  try {
    const buffers = [...source.groups({ filter }, 'buffer').keys()].filter(
      (name) => typeof name === 'string',
    );
    const wanted = isAll(buf) ? undefined : buffers.find((name) => name.toLowerCase() === buf.toLowerCase());
    if (!isAll(buf) && wanted === undefined) throw new UnknownTraceBufferError(buf, buffers);
    return { records: ofBuffer(source.records({ filter }), wanted), close: () => source.close() };
  } catch (error) {
    source.close();
    throw error;
  }
}

function* ofBuffer(records: Iterable<TraceRecord>, buffer: string | undefined): Generator<TraceRecord, void> {
  for (const record of records) if (buffer === undefined || record.buffer === buffer) yield record;
}
