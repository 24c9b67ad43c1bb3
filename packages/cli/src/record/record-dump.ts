import { createReadStream, existsSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import {
  InvalidRecordError,
  recordFromJson,
  StorageError,
  TracebufError,
  type TraceRecord,
  visibleText,
} from '@tracebuf/ring';
import { RecordStore } from '@tracebuf/sqlite';
import { UsageError } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import { interruptible, pause } from '../interruption.ts';
import { jsonLine } from '../json-line.ts';
import { isDatabaseFile } from '../named-source.ts';
import type { Output } from '../output.ts';
import { plural } from '../quantity.ts';
import { type NumberedLine, readLines } from './line-reader.ts';
import { WantedRecords } from './wanted-records.ts';

/** What of a dump is to be stored where. */
export interface DumpRecording {
  readonly from: string;
  readonly db: string;
  /** `<proc>` of the command line; empty: all. */
  readonly selectors: readonly string[];
  readonly buffer: string | undefined;
  readonly quiet: boolean;
  readonly json: boolean;
}

/** Characters of a line: more than any record has. */
const LONGEST_LINE = 64 * 1024 * 1024;
const PROGRESS_MS = 250;
/** Lines between two looks for Ctrl-C. */
const LINES_AT_ONCE = 2000;

/** Lines that are no records. */
interface BadLines {
  count: number;
  /** What is wrong with the first. */
  first: string;
}

/**
 * `record --from`: makes a database of a dump in JSON lines, or adds it to one. Lines that are no records are passed over and
 * counted.
 *
 * @throws TracebufError where the file is no such dump; UnknownProcessError, UnknownTraceBufferError where it has nothing of what is
 *   named; StorageError, DatabaseError.
 */
export async function recordDump(recording: DumpRecording, out: Output, err: Output): Promise<ExitCode> {
  const { from, db, quiet, json } = recording;
  if (isDatabaseFile(from))
    throw new UsageError(`${JSON.stringify(from)} is a database already; it is read as it is`);
  if (!existsSync(from)) {
    throw new TracebufError(
      'ERR_TRACEBUF_NO_DUMP',
      `There is no file ${JSON.stringify(from)}; give the path of a dump in JSON lines`,
    );
  }
  const bad: BadLines = { count: 0, first: '' };
  let counts = { stored: 0, known: 0 };
  const wanted = new WantedRecords(recording.selectors, recording.buffer);
  const code = await interruptible(async (signal) => {
    let store: RecordStore | undefined;
    const progress = quiet || json || !err.terminal ? undefined : err;
    let shownAt = performance.now();
    let isFirst = true;
    try {
      for await (const line of readLines(chunksOf(from), LONGEST_LINE)) {
        const record = recordOf(line, from, bad, isFirst);
        if (record !== undefined) {
          isFirst = false;
          const isWanted = wanted.has(record);
          // Only now: what is no dump, or has nothing of what is wanted, makes no database.
          if (isWanted || wanted.isAll) store ??= new RecordStore(db);
          if (isWanted) store?.add(record);
        }
        if (line.number % LINES_AT_ONCE !== 0) continue;
        await pause(0, signal);
        if (signal.aborted) break;
        if (progress === undefined || performance.now() - shownAt < PROGRESS_MS) continue;
        shownAt = performance.now();
        await progress.write(`\r\x1b[K${line.number} lines…`);
      }
      store?.finish();
      counts = store?.counts ?? counts;
      if (!signal.aborted) wanted.demandAll();
    } catch (error) {
      throw error instanceof TracebufError ? error : new StorageError('read the dump', from, error);
    } finally {
      store?.abandon();
      await progress?.write('\r\x1b[K');
    }
    return ExitCode.DONE;
  });
  if (json) await out.write(jsonLine({ db, ...counts, problems: bad.count }));
  else if (!quiet) await out.line(`${summary(counts)} in ${visibleText(db)}`);
  if (bad.count === 0) return code;
  const lines = bad.count === 1 ? 'A line' : `${bad.count} lines`;
  await err.line(
    `trace-cli: ${lines} of ${visibleText(from)} ${bad.count === 1 ? 'is no record' : 'are no records; the first'}: ${visibleText(bad.first)}`,
  );
  return code === ExitCode.DONE ? ExitCode.FAILED : code;
}

function summary({ stored, known }: { stored: number; known: number }): string {
  return `${plural(stored, 'record')} of the dump stored${known === 0 ? '' : `, ${known} there already`}`;
}

/** The bytes of a file, decompressed where its name says so. */
function chunksOf(path: string): AsyncIterable<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: 1024 * 1024 });
  if (!path.endsWith('.gz')) return file;
  const unpacked = createGunzip();
  file.on('error', (error) => unpacked.destroy(error));
  return file.pipe(unpacked);
}

/** The record of a line; `undefined` where it has none, which is noted. */
function recordOf(
  { number, text }: NumberedLine,
  path: string,
  bad: BadLines,
  isFirst: boolean,
): TraceRecord | undefined {
  if (text?.trim() === '') return undefined;
  // What begins with something else is told at once, and not line by line: a text dump may have millions.
  if (isFirst && text !== undefined && !text.startsWith('{')) {
    throw new TracebufError(
      'ERR_TRACEBUF_NO_DUMP',
      `${JSON.stringify(path)} is no dump in JSON lines: line ${number} begins with ${JSON.stringify(text.slice(0, 20))}. Text and CSV lack what a database needs: dump with "--format jsonl", or "--format sqlite".`,
    );
  }
  try {
    if (text === undefined) throw new InvalidRecordError(`it is longer than ${LONGEST_LINE} characters`);
    return recordFromJson(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof InvalidRecordError) && !(error instanceof SyntaxError)) throw error;
    bad.count++;
    if (bad.count === 1) bad.first = `line ${number}: ${error.message}`;
    return undefined;
  }
}
