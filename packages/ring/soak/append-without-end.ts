import { threadId } from 'node:worker_threads';
import { Level, RecordKind, TraceBuffer } from '../src/index.ts';
import { HashedTextMaker } from './hashed-text.ts';
import { acknowledgement, type Load } from './load.ts';

/** One record in so many is an error. */
const ERRORS = 8;
/** How often a writer looks whether there still is somebody to kill it, in records. */
const LOOK_AROUND = 4096;

/**
 * Makes a buffer and appends to it as fast as it can until the process is killed; each record is acknowledged when its
 * append has returned.
 *
 * @param parent Process id of who kills it; where that is gone, the writer ends.
 * @param words Memory that outlives the process.
 * @returns A function that starts: it returns only where the parent is gone.
 */
export function appendWithoutEnd(name: string, load: Load, parent: number, words: Float64Array): () => void {
  const { mode, policy, size, keepSize, min, max } = load;
  const buffer = new TraceBuffer(name, size, { mode, policy, keepSize });
  const mainTexts = new HashedTextMaker('m', min, max);
  const keepTexts = new HashedTextMaker('k', min, max);
  const mainWord = acknowledgement(threadId, 'm');
  const keepWord = acknowledgement(threadId, 'k');
  let main = 0;
  let mainStored = 0;
  let keep = 0;
  let keepStored = 0;
  return () => {
    for (let i = 1; ; i++) {
      if (i % ERRORS === 0) {
        keep++;
        if (buffer.append(RecordKind.LOG, Level.error, keepTexts.text(keep)))
          words[keepWord + 1] = ++keepStored;
        words[keepWord] = keep;
        if (i % LOOK_AROUND === 0 && process.ppid !== parent) return;
      } else {
        main++;
        if (buffer.append(RecordKind.LOG, Level.info, mainTexts.text(main)))
          words[mainWord + 1] = ++mainStored;
        words[mainWord] = main;
      }
    }
  };
}
