import { Stream } from 'node:stream';
import type { LogResult } from './log-query.ts';
import { LogReader } from './log-reader.ts';

/** Options of `stream()`. */
export interface LogStreamOptions {
  /** How many of the oldest records to step over; -1 gives only those to come. Default 0: all that the buffer holds. */
  readonly start?: number | null;
}

/** How long a log waits until it is emitted, at most, in milliseconds. */
const POLL_MS = 50;

/**
 * Emits what a buffer holds and what is added to it: `log` with the info, `data` with its line of JSON. It keeps the
 * process running until {@link LogStream.destroy}, as winston's file transport does.
 */
export class LogStream extends Stream {
  /** Whether {@link destroy} was called. */
  destroyed = false;

  readonly #buffer: string;
  #skip: number;
  #reader: LogReader | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param buffer Name of the trace buffer. */
  constructor(buffer: string, { start }: LogStreamOptions = {}) {
    super();
    this.#buffer = buffer;
    this.#skip = start ?? 0;
    if (this.#skip === -1) this.#skipWhatIsThere();
    // Not before the caller has had a chance to listen.
    this.#timer = setTimeout(() => this.#poll(), 0);
  }

  /** Ends the stream; emits `end` and `close`. */
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    clearTimeout(this.#timer);
    this.#reader?.close();
    this.emit('end');
    this.emit('close');
  }

  #skipWhatIsThere(): void {
    this.#skip = 0;
    try {
      this.#reader = new LogReader(this.#buffer);
      for (const _ of this.#reader.logs());
    } catch {
      // The first poll will say what is wrong.
      this.#reader = undefined;
    }
  }

  #poll(): void {
    try {
      this.#reader ??= new LogReader(this.#buffer);
      for (const { log } of this.#reader.logs()) {
        if (this.#skip > 0) this.#skip--;
        else this.#emitLog(log);
        if (this.destroyed) return;
      }
    } catch (error) {
      // Without a listener, `error` would end the program.
      if (this.listenerCount('error') > 0) this.emit('error', error);
      this.destroy();
      return;
    }
    this.#timer = setTimeout(() => this.#poll(), POLL_MS);
  }

  #emitLog(log: LogResult): void {
    if (this.listenerCount('data') > 0) this.emit('data', JSON.stringify(log));
    this.emit('log', log);
  }
}
