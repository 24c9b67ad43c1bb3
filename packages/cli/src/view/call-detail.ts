import { type TraceRecord, visibleText } from '@tracebuf/ring';
import {
  type CallArgument,
  callRecord,
  type PlacedRecord,
  type RecordSource,
  type Work,
} from '@tracebuf/sqlite';
import { formatDuration } from '../show-spans/duration.ts';
import { type CallHalves, callHalves } from './call-navigation.ts';
import { type SourceLine, sourceLines } from './source-lines.ts';
import { readCallers } from './trace-records.ts';

/** Callers that are shown at most. */
const MOST_CALLERS = 50;

/** What is shown of a call besides the record that one is at. */
export interface CallSurroundings extends CallHalves {
  /** From the inside to the outside. */
  readonly callers: readonly PlacedRecord[];
  readonly source: readonly SourceLine[];
}

/** Looks for what belongs to a call; `undefined` where the record is of none. */
export function* readSurroundings(
  source: RecordSource,
  current: PlacedRecord,
): Work<CallSurroundings | undefined> {
  const call = callRecord(current.record);
  if (call === undefined) return undefined;
  const halves = yield* callHalves(source, current, call.call);
  const callers = yield* readCallers(source, current, MOST_CALLERS);
  const { module, line } = call;
  const lines = module === undefined || line === undefined ? [] : sourceLines(module, line);
  return { ...halves, callers, source: lines };
}

/** Writes one thing that is told of a record, with its name in front. */
export type DetailWriter = (indent: number, key: string, value: string) => void;

const INDENT = 2;

/** Tells of a call what it was called with, what it came to, who called it, and how it is written. */
export function writeCall(
  record: TraceRecord,
  { begin, end, callers, source }: CallSurroundings,
  write: DetailWriter,
): void {
  const call = callRecord(record);
  if (call === undefined) return;
  const { func, module, line, depth, isDetached } = call;
  const begun = begin === undefined ? undefined : callRecord(begin.record);
  const ended = end === undefined ? undefined : callRecord(end.record);
  write(
    0,
    'function',
    `${func}${isDetached ? (record.fields?.async === true ? ', asynchronous' : ', a generator') : ''}`,
  );
  if (module !== undefined) write(0, 'file', placeText(module, line));
  write(0, 'call', `${call.call}, ${depth === 0 ? 'the outermost' : `${depth} deep`}`);
  if (begun === undefined) write(0, 'arguments', 'not there any more');
  else if (begun.args.length === 0) write(0, 'arguments', 'none');
  else {
    write(0, 'arguments', '');
    for (const argument of begun.args) writeArgument(argument.name, argument, write);
  }
  if (ended === undefined) write(0, 'result', 'it has not ended');
  else {
    const [result] = ended.args;
    if (result === undefined) write(0, 'result', ended.end === 'threw' ? 'an exception' : 'not recorded');
    else {
      write(0, 'result', '');
      writeArgument(result.name, result, write);
    }
    write(0, 'duration', formatDuration((ended.dur ?? 0) / 1e6));
  }
  if (callers.length > 0) write(0, 'called by', '');
  for (const { record: caller } of callers) {
    const of = callRecord(caller);
    if (of === undefined) continue;
    const what = of.end === undefined ? caller.message : of.func;
    write(INDENT, '', `${what}${of.module === undefined ? '' : `  ${placeText(of.module, of.line)}`}`);
  }
  if (source.length > 0) write(0, 'source', '');
  const width = String(source.at(-1)?.number ?? 0).length;
  for (const { number, text } of source)
    write(INDENT, '', `${number === line ? '>' : ' '} ${String(number).padStart(width)}  ${text}`);
}

function writeArgument(name: string, { type, value }: CallArgument, write: DetailWriter): void {
  write(INDENT, `${visibleText(name)}: ${visibleText(type)}`, value);
}

function placeText(module: string, line: number | undefined): string {
  return line === undefined ? module : `${module}:${line}`;
}
