import { type Context, trace } from '@opentelemetry/api';
import { Level, RecordKind, type TraceBuffer } from '@tracebuf/ring';
import { type OtelBufferOptions, SPAN_BUFFER, splitOptions } from './buffer-options.ts';
import { encodeEndMark, encodeSpanEnd, encodeSpanStart } from './encode-span.ts';
import { OpenSpanQueue } from './open-span-queue.ts';
import { OtelBuffer } from './otel-buffer.ts';
import { type SpanLike, StatusCode } from './types.ts';

/**
 * A span processor of OpenTelemetry that writes each span to a trace buffer twice: when it starts and when it ends, within
 * these calls. A span that is still open when the process is killed is there, as one that started and did not end.
 *
 * ```ts
 * new NodeSDK({ spanProcessors: [new TraceBufferSpanProcessor()] }).start();
 * ```
 *
 * A span that is open for long is stored anew before its start would be overwritten, with the attributes it has then. Spans that
 * end with an error have the level error, all others info. Once made, it never throws, blocks or rejects; there is
 * nothing to flush. Spans that are recorded but not sampled are written too.
 */
export class TraceBufferSpanProcessor {
  readonly #spans: OtelBuffer;
  /** Whether errors may go to a ring of their own. */
  readonly #marksEnds: boolean;
  /** SDK 1 tells of a parent in another process at the start only. */
  readonly #remoteParents = new WeakSet<SpanLike>();
  readonly #open: OpenSpanQueue<SpanLike>;

  /**
   * @throws InvalidOptionError for an option that can't be used, StorageError where the space can't be had,
   *   InsecureDirectoryError.
   */
  constructor(options?: OtelBufferOptions) {
    this.#spans = new OtelBuffer(splitOptions(options, SPAN_BUFFER));
    // A buffer that keeps the oldest overwrites none.
    this.#open = new OpenSpanQueue(options?.policy === 'discard' ? Infinity : this.#spans.buffer.size);
    this.#marksEnds = options?.keepLevel !== false;
  }

  /** The buffer that the spans go to. */
  get buffer(): TraceBuffer {
    return this.#spans.buffer;
  }

  /** Starts and ends that could not be stored, because something in the span threw. */
  get dropped(): number {
    return this.#spans.dropped;
  }

  /** Called by the SDK when a span has started. */
  onStart(span: SpanLike, parentContext: Context): void {
    const spans = this.#spans;
    if (spans.isClosed || !spans.buffer.wants(Level.info)) return;
    try {
      const remote = span.parentSpanId !== undefined && isRemote(parentContext);
      if (remote) this.#remoteParents.add(span);
      this.#store(span, remote, false);
      this.#renew();
    } catch (error) {
      spans.drop(error);
    }
  }

  /** Called by the SDK when a span has ended. */
  onEnd(span: SpanLike): void {
    const spans = this.#spans;
    if (spans.isClosed) return;
    try {
      this.#open.ended(span);
      const level = span.status.code === StatusCode.ERROR ? Level.error : Level.info;
      if (!spans.buffer.wants(level)) return;
      if (this.#marksEnds && level === Level.error) {
        // Its end goes where errors outlive chatter, and may be overwritten there by other errors before its start is.
        encodeEndMark(spans.encoder, span);
        spans.append(RecordKind.SPAN_END, Level.info);
        this.#open.wrote(spans.encoder.payloadSize);
      }
      const remote = span.parentSpanId !== undefined && this.#remoteParents.has(span);
      encodeSpanEnd(spans.encoder, spans.book, span, remote);
      spans.append(RecordKind.SPAN_END, level);
      // What goes to the ring for errors overwrites no start.
      if (!this.#marksEnds || level < Level.error) this.#open.wrote(spans.encoder.payloadSize);
      this.#renew();
    } catch (error) {
      spans.drop(error);
    }
  }

  #store(span: SpanLike, remoteParent: boolean, again: boolean): void {
    const spans = this.#spans;
    encodeSpanStart(spans.encoder, spans.book, span, remoteParent, again);
    spans.append(RecordKind.SPAN_START, Level.info);
    this.#open.wrote(spans.encoder.payloadSize);
    this.#open.stored(span);
  }

  /** One at a time: no call is to take much longer than the others. */
  #renew(): void {
    const span = this.#open.due();
    if (span !== undefined) this.#store(span, this.#remoteParents.has(span), true);
  }

  /** Does nothing: what has started or ended is stored. */
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  /** Ends it; what the buffer holds stays readable. Later calls do nothing. */
  shutdown(): Promise<void> {
    this.#spans.close();
    return Promise.resolve();
  }
}

function isRemote(parentContext: Context): boolean {
  return trace.getSpanContext(parentContext)?.isRemote === true;
}
