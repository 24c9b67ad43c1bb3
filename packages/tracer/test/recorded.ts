import { listProcesses, TraceReader, type TraceRecord } from '@tracebuf/ring';
import { CallTracer, type CallTracerOptions } from '../src/index.ts';

/** The fields of a call and of its end, as far as they are there. */
export interface CallFields {
  readonly func: string;
  readonly module: string;
  readonly line: number;
  readonly depth: number;
  readonly call: number;
  readonly parent?: number;
  readonly dur?: number;
  readonly status?: string;
  readonly ret?: string;
  readonly exc?: string;
  readonly async?: boolean;
  readonly generator?: boolean;
  readonly args: readonly { name: string; type: string; value: string; length?: number }[];
}

let buffers = 0;

/** A tracer with a buffer of its own. */
export function newTracer(options: CallTracerOptions = {}): CallTracer {
  return new CallTracer({ name: `calls-${++buffers}`, size: 256 * 1024, ...options });
}

/** The records of a process in a buffer, oldest first. */
export function recordsOf(pid: number, buffer: string): TraceRecord[] {
  const entries = listProcesses().processes.filter((entry) => entry.pid === pid);
  using reader = new TraceReader(entries, { buffers: [buffer] });
  return [...reader.records()];
}

/** What a tracer of this process has recorded. */
export function recordsBy(tracer: CallTracer): TraceRecord[] {
  return recordsOf(process.pid, tracer.buffer.name);
}

/** The messages of what a tracer has recorded. */
export function messagesBy(tracer: CallTracer): string[] {
  return recordsBy(tracer).map(({ message }) => message);
}

/** The fields of a record of a call. */
export function fieldsOf(record: TraceRecord | undefined): CallFields {
  return record?.fields as unknown as CallFields;
}
