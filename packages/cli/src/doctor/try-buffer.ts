import { findProcesses, openRoot, TraceBuffer, TraceReader } from '@tracebuf/ring';

/** What became of a trace buffer that was tried. */
export interface Trial {
  readonly mode: 'mapped' | 'positional';
  /** Whether the record that was written could be read. */
  readonly isBack: boolean;
  /** Microseconds that the first record took. */
  readonly firstRecord: number;
}

/**
 * Makes a trace buffer, with the ring as it is installed, writes a record, reads it back.
 *
 * @param message The record.
 */
export function tryBuffer(size: number, message: string): Trial {
  const buffer = new TraceBuffer('doctor', size);
  const started = performance.now();
  buffer.log(message);
  const firstRecord = (performance.now() - started) * 1000;
  const root = openRoot();
  const reader = new TraceReader(root === undefined ? [] : findProcesses('all', root));
  const [record] = reader.records();
  reader.close();
  root?.close();
  buffer.close();
  return { mode: buffer.mode, isBack: record?.message === message, firstRecord };
}
