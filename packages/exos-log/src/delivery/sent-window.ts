/** Bounds of a {@link SentWindow}. */
export interface SentWindowBounds {
  readonly messages: number;
  readonly bytes: number;
  readonly milliseconds: number;
}

interface Sent {
  readonly message: Buffer;
  /** On the clock of `performance.now()`. */
  readonly time: number;
}

/**
 * The messages that were sent last. When a connection breaks, nobody knows which of them have arrived: they are sent
 * again, and what arrives twice has the same number.
 */
export class SentWindow {
  readonly #bounds: SentWindowBounds;
  #sent: Sent[] = [];
  /** Index of the oldest in {@link #sent}; what is before is moved away from time to time. */
  #first = 0;
  #bytes = 0;

  constructor(bounds: SentWindowBounds) {
    this.#bounds = bounds;
  }

  /** How many messages it holds. */
  get size(): number {
    return this.#sent.length - this.#first;
  }

  /** Adds a message that is about to be sent. */
  add(message: Buffer, now: number = performance.now()): void {
    this.#sent.push({ message, time: now });
    this.#bytes += message.length;
    const { messages, bytes } = this.#bounds;
    // One always stays: the one that is being sent.
    while (this.size > 1 && (this.size > messages || this.#bytes > bytes)) this.#drop();
    this.forgetOld(now, 1);
  }

  /** Takes the last one away, which can't be sent. */
  removeLast(): void {
    if (this.size > 0) this.#bytes -= this.#sent.pop()?.message.length ?? 0;
  }

  /** Forgets what was sent too long ago to be still on the way. */
  forgetOld(now: number = performance.now(), keep = 0): void {
    while (this.size > keep && now - (this.#sent[this.#first]?.time ?? 0) > this.#bounds.milliseconds)
      this.#drop();
  }

  /** The messages, oldest first. */
  messages(): Buffer[] {
    return this.#sent.slice(this.#first).map(({ message }) => message);
  }

  #drop(): void {
    this.#bytes -= this.#sent[this.#first]?.message.length ?? 0;
    this.#first++;
    if (this.#first < this.#sent.length / 2) return;
    this.#sent = this.#sent.slice(this.#first);
    this.#first = 0;
  }
}
