import type { Writable } from 'node:stream';

type Listener = (...args: unknown[]) => void;

/**
 * Tells winston's handlers of exceptions and rejections that the record is written, so that the exit which follows
 * does not wait for its three seconds.
 *
 * A handler sets `_ending` on each transport, waits for `finish` or `error` there, and logs. To emit `finish` would
 * also take the transport out of the logger, which goes on where `exitOnError` is false. So only the listeners that
 * the handler added are called: those that were not there when it set `_ending`.
 */
export class ExceptionExit {
  readonly #transport: Writable;
  readonly #recordMayCome: () => boolean;
  #earlier: ReadonlySet<unknown> | undefined;

  /** @param recordMayCome Whether a record that was logged may still be on its way to the transport. */
  constructor(transport: Writable, recordMayCome: () => boolean) {
    this.#transport = transport;
    this.#recordMayCome = recordMayCome;
  }

  /** Whether a handler waits. */
  get expected(): boolean {
    return this.#earlier !== undefined;
  }

  /** A handler is about to add its listeners and to log. */
  expect(): void {
    if (this.#earlier !== undefined) return;
    this.#earlier = new Set([...this.#listeners('finish'), ...this.#listeners('error')]);
    // The record may never come: filtered by its level or a format, or the transport is silent.
    process.nextTick(() => {
      if (!this.#recordMayCome()) this.#settle();
    });
  }

  /** The record is written. */
  written(): void {
    // In the next tick: other handlers of the exception, and other transports, have had their turn then.
    if (this.#earlier !== undefined) process.nextTick(() => this.#settle());
  }

  #settle(): void {
    const earlier = this.#earlier;
    if (earlier === undefined) return;
    this.#earlier = undefined;
    const added = this.#listeners('finish').filter((listener) => !earlier.has(listener));
    for (const listener of this.#listeners('error')) {
      if (!earlier.has(listener)) this.#transport.removeListener('error', listener);
    }
    for (const listener of added) {
      this.#transport.removeListener('finish', listener);
      listener.call(this.#transport);
    }
  }

  #listeners(event: 'finish' | 'error'): Listener[] {
    return this.#transport.rawListeners(event) as Listener[];
  }
}
