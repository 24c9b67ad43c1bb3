import { isEndMark, StatusCode, type StoredSpan, spanOf } from '@tracebuf/otel-exporter';
import type { TraceRecord } from '@tracebuf/ring';
import { hrTimeOf } from './hr-time.ts';
import type { FedProcess } from './record-feed.ts';

/** A process that never ends its spans must not fill the memory: those that started first are given up. */
const MAX_OPEN = 100_000;

interface OpenProcess {
  readonly spans: Map<string, StoredSpan>;
  /** Time of its last record, in microseconds since 1970: when it was seen alive last. */
  lastSeen: number;
}

/** Spans that have started and not ended: what a process was doing when it ended. */
export class OpenSpans {
  readonly #processes = new Map<string, OpenProcess>();

  /** Takes notice of a record. */
  see({ key }: FedProcess, record: TraceRecord): void {
    const process = this.#processes.get(key) ?? { spans: new Map<string, StoredSpan>(), lastSeen: 0 };
    this.#processes.set(key, process);
    process.lastSeen = Math.max(process.lastSeen, record.time);
    const id = `${record.traceId} ${record.spanId}`;
    const span = spanOf(record);
    if (span?.ended === false) {
      process.spans.set(id, span);
      if (process.spans.size > MAX_OPEN) process.spans.delete(process.spans.keys().next().value ?? '');
    } else if (span !== undefined || isEndMark(record)) {
      process.spans.delete(id);
    }
  }

  /** The spans that a process that is over has left open, ended when it was seen last; it is forgotten. */
  takeUnfinished(process: FedProcess): StoredSpan[] {
    const open = this.#processes.get(process.key);
    this.#processes.delete(process.key);
    if (open === undefined) return [];
    const end = hrTimeOf(open.lastSeen);
    return [...open.spans.values()].map((span) => ({
      ...span,
      endTime: isBefore(end, span.startTime) ? span.startTime : end,
      ended: true,
      status:
        process.state === 'died'
          ? { code: StatusCode.ERROR, message: 'the process died before the span ended' }
          : span.status,
      attributes: { ...span.attributes, 'tracebuf.unfinished': true },
    }));
  }
}

function isBefore(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}
