import type { FeedItem } from '../forward-otlp/record-feed.ts';
import { LogSignal, type Signal, SpanSignal } from '../forward-otlp/signals.ts';

/** Records of one request, which is one line. */
const BATCH = 1000;

/**
 * Writes logs, spans and incidents as OpenTelemetry's file format has them: a line for each request of OTLP/JSON, logs and
 * spans apart ("OpenTelemetry Protocol File Exporter"). Spans that a process has left open are told as such.
 */
export function* otlpLines(
  items: Iterable<FeedItem>,
): Generator<{ readonly line: string; readonly count: number }, void> {
  const spans = new Batches(new SpanSignal('json'));
  const logs = new Batches(new LogSignal('json'));
  for (const item of items) {
    yield* logs.add(item);
    yield* spans.add(item);
  }
  yield* logs.flush();
  yield* spans.flush();
}

/** Records of one signal, put together to requests. */
class Batches<T> {
  readonly #signal: Signal<T>;
  #records: T[] = [];

  constructor(signal: Signal<T>) {
    this.#signal = signal;
  }

  *add(item: FeedItem): Generator<{ line: string; count: number }, void> {
    this.#records.push(...this.#signal.outgoing(item));
    if (this.#records.length >= BATCH) yield* this.flush();
  }

  *flush(): Generator<{ line: string; count: number }, void> {
    if (this.#records.length === 0) return;
    const request = this.#signal.serialize(this.#records);
    const count = this.#records.length;
    this.#records = [];
    yield { line: `${Buffer.from(request).toString('utf8')}\n`, count };
  }
}
