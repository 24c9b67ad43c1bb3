/** Spans that are kept in mind: those of a program that never ends them must not fill its memory. */
const MAX_OPEN = 1000;

/** Bytes of a record around its payload, about. */
const RECORD_OVERHEAD = 28;

/**
 * Tells which open spans have to be stored anew, so that their start is not overwritten while they are open: a request that
 * hangs in a busy service is the one that everybody will ask for. Each is due when half of the ring has been written since.
 */
export class OpenSpanQueue<T extends object> {
  /** Where each was stored last, in bytes written so far; the one that was stored first comes first. */
  readonly #open = new Map<T, number>();
  readonly #interval: number;
  #written = 0;
  /** No span was stored before that. */
  #oldest = 0;

  /** @param capacity Bytes of the ring. */
  constructor(capacity: number) {
    this.#interval = capacity / 2;
  }

  /** Notes that so many bytes of payload were written. */
  wrote(bytes: number): void {
    this.#written += bytes + RECORD_OVERHEAD;
  }

  /** Notes that a span was stored as open; with {@link wrote} before. */
  stored(span: T): void {
    this.#open.delete(span);
    this.#open.set(span, this.#written);
    if (this.#open.size <= MAX_OPEN) return;
    for (const first of this.#open.keys()) {
      this.#open.delete(first);
      return;
    }
  }

  /** Notes that a span has ended. */
  ended(span: T): void {
    this.#open.delete(span);
  }

  /** A span that has to be stored anew; costs one comparison while there is none. */
  due(): T | undefined {
    if (this.#written - this.#oldest < this.#interval) return undefined;
    for (const [span, position] of this.#open) {
      this.#oldest = position;
      return this.#written - position < this.#interval ? undefined : span;
    }
    this.#oldest = this.#written;
    return undefined;
  }
}
