import {
  InvalidOptionError,
  listProcesses,
  type ProcessEntry,
  type PruneResult,
  type Retention,
  type Root,
} from '@tracebuf/ring';
import { mayWrite } from '../process-state.ts';

const KEEP_PROCESSES = 16;
const KEEP_BYTES = 256 * 1024 * 1024;

/** What `prune` would do with the same limits. Nothing is removed. */
export function previewPrune(root: Root, retention: Retention): PruneResult {
  const keepProcesses = retention.keepProcesses ?? limit('TRACEBUF_KEEP_PROCESSES', KEEP_PROCESSES);
  const keepBytes = retention.keepBytes ?? limit('TRACEBUF_KEEP_BYTES', KEEP_BYTES);
  const { processes, problems } = listProcesses(root);
  const removed: ProcessEntry[] = [];
  const kept: ProcessEntry[] = [];
  let bytes = 0;
  // Newest first, as they are listed.
  processes
    .filter((process) => !mayWrite(process))
    .forEach((process, index) => {
      bytes += process.bytes;
      if (index < keepProcesses && bytes <= keepBytes) kept.push(process);
      else removed.push(process);
    });
  return { removed, kept, freedBytes: removed.reduce((sum, process) => sum + process.bytes, 0), problems };
}

function limit(variable: string, otherwise: number): number {
  const text = process.env[variable];
  if (text === undefined || text === '') return otherwise;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidOptionError(variable, text, 'give a whole number, 0 or more, or unset it');
}
