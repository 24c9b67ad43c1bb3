import { type TraceRecord, visibleText } from '@tracebuf/ring';
import { callRecord } from '@tracebuf/sqlite';
import { CallLanes, type CallSlice } from './call-lanes.ts';
import { counterOf } from './counter.ts';
import type { RecordWriter } from './export-format.ts';
import { endedSpan, startedSpan } from './slice.ts';

/** Longest name of an event; the whole message is among its arguments. */
const LONGEST_NAME = 120;

/** One event of the trace event format, as far as it is used here. */
interface TraceEvent {
  readonly name: string;
  /** `M` metadata, `i` instant, `X` slice of a thread, `B` one that is open, `b` and `e` slices that overlap, `C` counter. */
  readonly ph: 'M' | 'i' | 'X' | 'B' | 'b' | 'e' | 'C';
  readonly pid: number;
  readonly tid: number;
  /** In microseconds. */
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly s?: 't' | 'p';
  readonly id2?: { readonly local: string };
  readonly args?: Readonly<Record<string, unknown>>;
}

/**
 * Writes the trace event format in its form as a JSON object, which ui.perfetto.dev and chrome://tracing open
 * ("Trace Event Format", the Catapult project).
 *
 * Spans overlap, so they are nestable asynchronous events; all of one trace share an id, and so stand in one lane under each
 * other. Calls are slices of their thread, and those that wait asynchronous events of their own. What has not ended is open to
 * the end.
 */
export class PerfettoWriter implements RecordWriter {
  readonly #calls = new CallLanes();
  readonly #threads = new Set<string>();
  readonly #processes = new Map<string, number>();
  readonly #pids = new Set<number>();
  /** Spans that have begun and not ended yet, by trace and span. */
  readonly #open = new Map<string, TraceEvent>();
  /** Records lost so far, by process and buffer. */
  readonly #lost = new Map<string, number>();
  #isFirst = true;

  begin(): string {
    return '{"displayTimeUnit":"ns","traceEvents":[\n';
  }

  add(record: TraceRecord): string {
    const pid = this.#pidOf(record);
    return this.#write([...this.#introduce(record, pid), ...this.#eventsOf(record, pid)]);
  }

  end(): string {
    const calls = this.#calls
      .open()
      .flatMap((call) =>
        call.begin === undefined ? [] : callEvents(call, this.#pidOf(call.begin), call.begin),
      );
    return `${this.#write([...this.#open.values(), ...calls])}\n]}\n`;
  }

  #write(events: readonly TraceEvent[]): string {
    let text = '';
    for (const event of events) {
      text += `${this.#isFirst ? '' : ',\n'}${JSON.stringify(event)}`;
      this.#isFirst = false;
    }
    return text;
  }

  /** The pid, or another number where a process of the same pid was there before. */
  #pidOf({ process, pid }: TraceRecord): number {
    const key = `${pid} ${process}`;
    let shown = this.#processes.get(key);
    if (shown === undefined) {
      shown = pid;
      while (this.#pids.has(shown)) shown += 0x1_0000_0000;
      this.#pids.add(shown);
      this.#processes.set(key, shown);
    }
    return shown;
  }

  /** Names of a process and of a thread that are seen for the first time. */
  #introduce({ process, thread }: TraceRecord, pid: number): TraceEvent[] {
    const key = `${pid}.${thread}`;
    if (this.#threads.has(key)) return [];
    this.#threads.add(key);
    const name = thread === 0 ? 'main' : `worker ${thread}`;
    return [
      { name: 'process_name', ph: 'M', pid, tid: thread, args: { name: visibleText(process) } },
      { name: 'thread_name', ph: 'M', pid, tid: thread, args: { name } },
    ];
  }

  #eventsOf(record: TraceRecord, pid: number): TraceEvent[] {
    const { time: ts, thread: tid, kind, message, level, buffer, fields } = record;
    const args = { message, level, buffer, ...fields };
    const calls = this.#calls.add(record);
    if (calls !== undefined) return calls.flatMap((call) => callEvents(call, pid, record));
    const counter = counterOf(record);
    if (counter !== undefined) {
      const { name, value } = counter;
      return [{ name: nameOf(name), ph: 'C', ts, pid, tid, args: { value } }];
    }
    const { traceId = '', spanId = '' } = record;
    const id2 = { local: traceId };
    const begun = startedSpan(record);
    if (begun !== undefined) {
      const unfinished = { ...args, unfinished: true };
      this.#open.set(`${traceId} ${spanId}`, {
        name: nameOf(begun),
        ph: 'b',
        cat: 'span',
        ts,
        pid,
        tid,
        id2,
        args: unfinished,
      });
      return [];
    }
    const span = endedSpan(record);
    if (span !== undefined) {
      this.#open.delete(`${traceId} ${spanId}`);
      const name = nameOf(span.name);
      return [
        { name, ph: 'b', cat: 'span', ts: span.start, pid, tid, id2, args },
        { name, ph: 'e', cat: 'span', ts: span.end, pid, tid, id2 },
      ];
    }
    const instant: TraceEvent = { name: nameOf(message), ph: 'i', s: 't', cat: kind, ts, pid, tid, args };
    return record.count === undefined ? [instant] : [instant, this.#lostCounter(record, pid)];
  }

  #lostCounter({ time: ts, thread: tid, buffer, count = 0 }: TraceRecord, pid: number): TraceEvent {
    const key = `${pid} ${buffer}`;
    const lost = (this.#lost.get(key) ?? 0) + count;
    this.#lost.set(key, lost);
    return { name: `lost records of ${nameOf(buffer)}`, ph: 'C', ts, pid, tid, args: { lost } };
  }
}

/** A call as a slice of its thread, or, where it may overlap others, as one that stands by itself. */
function callEvents(call: CallSlice, pid: number, { thread: tid, buffer }: TraceRecord): TraceEvent[] {
  const { start, end, isOpen, isDetached, begin, result } = call;
  const { args: _args, ...fields } = result?.fields ?? begin?.fields ?? {};
  const args = {
    ...fields,
    buffer,
    ...(begin === undefined ? {} : { arguments: byName(begin) }),
    ...(result === undefined ? {} : { result: byName(result) }),
    ...(result === undefined ? { unfinished: true } : {}),
  };
  const event = { name: nameOf(call.func), cat: 'call', ts: start, pid, tid };
  if (!isDetached)
    return [isOpen ? { ...event, ph: 'B', args } : { ...event, ph: 'X', dur: end - start, args }];
  const id2 = { local: `${tid} ${buffer} ${String(fields.call)}` };
  if (isOpen) return [{ ...event, ph: 'b', id2, args }];
  return [
    { ...event, ph: 'b', id2, args },
    { ...event, ph: 'e', ts: end, id2 },
  ];
}

/** Values of arguments by their names. */
function byName(record: TraceRecord): Readonly<Record<string, string>> {
  return Object.fromEntries(callRecord(record)?.args.map(({ name, value }) => [name, value]) ?? []);
}

function nameOf(text: string): string {
  const shown = visibleText(text);
  return shown.length > LONGEST_NAME ? `${shown.slice(0, LONGEST_NAME)}…` : shown;
}
