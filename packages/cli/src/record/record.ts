import { type ProcessEntry, visibleText } from '@tracebuf/ring';
import { Recorder, type RecorderOptions, type RecorderTotals } from '@tracebuf/sqlite';
import type { Run } from '../command.ts';
import { registerDecoders } from '../decoders.ts';
import { DEFAULT_DATABASE } from '../default-database.ts';
import { UsageError } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import { interruptible, pause, stoppedAsMeant } from '../interruption.ts';
import { jsonLine } from '../json-line.ts';
import { refuseDatabase } from '../named-source.ts';
import type { Output } from '../output.ts';
import { demandProcess, meansProcess } from '../process-word.ts';
import { plural } from '../quantity.ts';
import { reportProblems } from '../read-problems.ts';
import { allProcesses, bufferNames, isAll, matchBuffers } from '../target.ts';

/** Options of `record`. */
interface RecordOptions {
  readonly db?: string;
  readonly from?: string;
  readonly buffer?: string;
  readonly once?: boolean;
  readonly maxRecords?: number;
  readonly maxSize?: number;
  readonly maxAge?: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** How long it waits where there was nothing to store, in milliseconds. */
const IDLE_MS = 50;
const PROGRESS_MS = 1000;

/** `record`: drains trace buffers into a database until it is stopped. */
export const recordTraces: Run<RecordOptions> = async ({ operands, options, out, err }) => {
  for (const word of operands) refuseDatabase(word);
  const { db = DEFAULT_DATABASE, from, buffer, once = false, quiet = false, json = false } = options;
  if (from !== undefined) {
    const { maxRecords, maxSize, maxAge } = options;
    if ([maxRecords, maxSize, maxAge].some((limit) => limit !== undefined))
      throw new UsageError('With "--from" all of a dump is stored; leave out the limits');
    const { recordDump } = await import('./record-dump.ts');
    return await recordDump({ from, db, selectors: operands, buffer, quiet, json }, out, err);
  }
  registerDecoders();
  const recorder = new Recorder(db, recorderOptions(operands, once ? foundNow(operands, options) : options));
  const speaks = !quiet && !json;
  if (speaks && !once) await announce(operands, db, err);
  const code = await interruptible(async (signal) => {
    const progress = new Progress(recorder, speaks && err.terminal ? err : undefined);
    try {
      do {
        if (recorder.round(once) === 0 && !once) await pause(IDLE_MS, signal);
        // Also a busy recorder must hear Ctrl-C.
        else await pause(0, signal);
        await progress.show();
      } while (!signal.aborted && !once);
      recorder.close();
    } catch (error) {
      recorder.abandon();
      throw error;
    } finally {
      await progress.clear();
    }
    return ExitCode.DONE;
  });
  const { totals } = recorder;
  if (json) await out.write(jsonLine({ db, ...totals, problems: totals.problems.size }));
  else if (!quiet) await out.line(`${summary(totals)} in ${visibleText(db)}`);
  const problems = [...totals.problems].map(([path, error]) => ({ path, error }));
  const read = await reportProblems(problems, err);
  const end = stoppedAsMeant(code);
  return end === ExitCode.DONE ? read : end;
};

function recorderOptions(selectors: readonly string[], options: RecordOptions): RecorderOptions {
  const { buffer, maxRecords, maxSize, maxAge } = options;
  return {
    ...(selectors.length === 0
      ? {}
      : {
          wants: (process: ProcessEntry) =>
            selectors.some((word) => meansProcess(word, process.name, process.pid)),
        }),
    ...(buffer === undefined || isAll(buffer) ? {} : { buffers: [buffer] }),
    ...(maxRecords === undefined ? {} : { maxRecords }),
    ...(maxSize === undefined ? {} : { maxBytes: maxSize }),
    ...(maxAge === undefined ? {} : { maxAge }),
  };
}

/**
 * The options with the buffer by its own name: what is not there now is not recorded any more with `--once`.
 *
 * @throws UnknownProcessError, UnknownTraceBufferError, UsageError.
 */
function foundNow(selectors: readonly string[], options: RecordOptions): RecordOptions {
  const { processes } = allProcesses();
  for (const word of selectors) demandProcess(word, processes);
  const { buffer } = options;
  if (buffer === undefined || isAll(buffer)) return options;
  const meant = processes.filter(
    ({ name, pid }) => selectors.length === 0 || selectors.some((word) => meansProcess(word, name, pid)),
  );
  const [name] = matchBuffers(buffer, [...new Set(meant.flatMap(bufferNames))]);
  return name === undefined ? options : { ...options, buffer: name };
}

async function announce(selectors: readonly string[], db: string, err: Output): Promise<void> {
  const { processes } = allProcesses();
  for (const word of selectors) {
    if (processes.some((process) => meansProcess(word, process.name, process.pid))) continue;
    await err.line(`No process is called ${JSON.stringify(word)} now; it is recorded when it comes.`);
  }
  if (err.terminal) await err.line(`Recording into ${visibleText(db)}; Ctrl-C ends it.`);
}

function summary({ stored, lost, removed, processes }: RecorderTotals): string {
  const parts = [`${plural(stored, 'record')} of ${plural(processes, 'process', 'processes')} stored`];
  if (lost > 0) parts.push(`${lost} lost`);
  if (removed > 0) parts.push(`${removed} old ones removed`);
  return parts.join(', ');
}

/** A line on the terminal that is written over each second. */
class Progress {
  readonly #recorder: Recorder;
  readonly #err: Output | undefined;
  #shownAt = performance.now();
  #stored = 0;
  #isShown = false;

  constructor(recorder: Recorder, err: Output | undefined) {
    this.#recorder = recorder;
    this.#err = err;
  }

  async show(): Promise<void> {
    const now = performance.now();
    if (this.#err === undefined || now - this.#shownAt < PROGRESS_MS) return;
    const { totals } = this.#recorder;
    const rate = Math.round(((totals.stored - this.#stored) * 1000) / (now - this.#shownAt));
    this.#stored = totals.stored;
    this.#shownAt = now;
    this.#isShown = true;
    await this.#err.write(`\r\x1b[K${summary(totals)}, ${rate} a second`);
  }

  async clear(): Promise<void> {
    if (this.#isShown) await this.#err?.write('\r\x1b[K');
  }
}
