import { openTraceBuffer, TraceBuffer, TraceBufferAlreadyExistsError } from '@tracebuf/ring';
import type { SplitOptions } from './buffer-options.ts';
import { type DefinitionBook, definitionBookOf } from './definition-book.ts';
import { PayloadEncoder } from './payload-encoder.ts';
import { reportDrop } from './report-drop.ts';
import { suppressTracing } from './suppress-tracing.ts';

/** How many processors and exporters write to a buffer that one of them has made; the last one that ends closes it. */
const users = new WeakMap<TraceBuffer, number>();

/** A trace buffer as the processors and exporters use it: shared by name, and closed by the last of them. */
export class OtelBuffer {
  readonly buffer: TraceBuffer;
  readonly book: DefinitionBook;
  readonly encoder: PayloadEncoder;
  #closed = false;
  #dropped = 0;

  /** @throws As `TraceBuffer` does. */
  constructor(options: SplitOptions) {
    // Making a buffer is file work, and a service may do it when everything is instrumented already.
    this.buffer = suppressTracing(() => joinBuffer(options));
    this.book = definitionBookOf(this.buffer);
    this.encoder = new PayloadEncoder(this.book);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** What it is, for people. */
  get label(): string {
    return `trace buffer "${this.buffer.name}"`;
  }

  /** Records that could not be encoded, because something in them threw. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Appends what the encoder holds.
   *
   * @param time Milliseconds on the scale of `performance.now()`; default: now.
   */
  append(kind: number, level: number, time?: number): boolean {
    return this.buffer.appendPayload(kind, level, this.encoder, time);
  }

  /** Counts what could not be encoded; the first one is told. */
  drop(error: unknown): void {
    if (this.#dropped++ === 0) reportDrop(this.label, error);
  }

  /** Ends the use of the buffer. What it holds stays readable. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const others = users.get(this.buffer);
    if (others === undefined) return;
    users.set(this.buffer, others - 1);
    if (others === 1) suppressTracing(() => this.buffer.close());
  }
}

function joinBuffer({ name, size, buffer: options }: SplitOptions): TraceBuffer {
  let buffer: TraceBuffer;
  try {
    buffer = new TraceBuffer(name, size, options);
    users.set(buffer, 0);
  } catch (error) {
    if (!(error instanceof TraceBufferAlreadyExistsError)) throw error;
    // The program made it, or another processor: who made it closes it.
    buffer = openTraceBuffer(name, size, options);
  }
  const others = users.get(buffer);
  if (others !== undefined) users.set(buffer, others + 1);
  return buffer;
}
