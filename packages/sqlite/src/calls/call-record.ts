import type { TraceRecord } from '@tracebuf/ring';

/** One argument of a call, or what it came to. */
export interface CallArgument {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

/** What a record of a function call says: of its begin (`call`), or of its end (`return`, `exception`). */
export interface CallRecord {
  readonly end: 'returned' | 'threw' | undefined;
  /** Such as `Class#method`. */
  readonly func: string;
  /** File of the function. */
  readonly module: string | undefined;
  /** Line in that file, from 1. */
  readonly line: number | undefined;
  /** How many recorded calls it is inside of. */
  readonly depth: number;
  /** Number of the call in its thread, from 1; begin and end share it. */
  readonly call: number;
  /** Number of the call that it is inside of. */
  readonly parent: number | undefined;
  /** Of an end: nanoseconds. */
  readonly dur: number | undefined;
  /** Of an asynchronous function or a generator, which may end behind the call that it is in. */
  readonly isDetached: boolean;
  /** Of an end what the call came to, called `return value` or `exception`. */
  readonly args: readonly CallArgument[];
}

const ENDS: ReadonlyMap<string, CallRecord['end']> = new Map([
  ['call', undefined],
  ['return', 'returned'],
  ['exception', 'threw'],
]);

/** Reads a record as one of a call; `undefined` where it is none. Its fields come from other programs. */
export function callRecord({ kind, fields }: TraceRecord): CallRecord | undefined {
  if (fields === undefined || !ENDS.has(kind)) return undefined;
  const { func, module, line, call, parent, depth, dur, async: isAsync, generator, args } = fields;
  if (typeof func !== 'string' || !isCount(call) || call === 0) return undefined;
  const end = ENDS.get(kind);
  return {
    end,
    func,
    module: typeof module === 'string' ? module : undefined,
    line: isCount(line) ? line : undefined,
    depth: isCount(depth) ? depth : 0,
    call,
    // Calls are numbered as they begin: nothing else can be around this one.
    parent: isCount(parent) && parent > 0 && parent < call ? parent : undefined,
    dur: end === undefined ? undefined : durationOf(dur),
    isDetached: isAsync === true || generator === true,
    args: Array.isArray(args) ? args.filter(isArgument) : [],
  };
}

/** When a call began, by the record of its end or of its begin; microseconds. */
export function callStart(record: TraceRecord, { dur }: CallRecord): number {
  return dur === undefined ? record.time : record.time - dur / 1000;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function durationOf(value: unknown): number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : 0;
}

function isArgument(value: unknown): value is CallArgument {
  if (typeof value !== 'object' || value === null) return false;
  const { name, type, value: text } = value as Readonly<Record<string, unknown>>;
  return typeof name === 'string' && typeof type === 'string' && typeof text === 'string';
}
