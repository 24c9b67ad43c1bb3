import { Buffer } from 'node:buffer';
import { setTimeout as delay } from 'node:timers/promises';
import { layOutLine } from '../line-layout.ts';
import type { LogTarget } from '../log-target.ts';
import type { DeliveryLine } from './delivery-line.ts';
import type { DeliverySink, SinkStatus } from './delivery-sink.ts';
import { StandardError } from './standard-error.ts';

/** How long to wait for room, in milliseconds: at first, and at most. */
const PAUSE = { first: 1, most: 50 } as const;

/** Shows lines on this process's standard error. */
export class ConsoleSink implements DeliverySink {
  #target: LogTarget;
  #output: StandardError | undefined;
  #status: SinkStatus = { connection: 'idle', resent: 0 };

  constructor(target: LogTarget) {
    this.#target = target;
  }

  get status(): SinkStatus {
    return this.#status;
  }

  /** Obeys another format. */
  configure(target: LogTarget): void {
    this.#target = target;
  }

  send(line: DeliveryLine, _sequenceId: number, signal: AbortSignal): Promise<void> | undefined {
    const bytes = Buffer.from(`${layOutLine(line, this.#target.format)}\n`);
    const written = this.#write(bytes);
    return written === bytes.length ? undefined : this.#writeRest(bytes.subarray(written), signal);
  }

  tend(): undefined {
    return undefined;
  }

  async flush(): Promise<void> {
    // Nothing is held back here.
  }

  async close(): Promise<void> {
    this.#output?.close();
    this.#output = undefined;
    this.#status = { ...this.#status, connection: 'idle' };
  }

  /** A line that was begun is finished, or other output would stand in it. */
  async #writeRest(bytes: Buffer, signal: AbortSignal): Promise<void> {
    let rest = bytes;
    for (let pause: number = PAUSE.first; rest.length > 0; pause = Math.min(2 * pause, PAUSE.most)) {
      await delay(pause, undefined, { signal });
      rest = rest.subarray(this.#write(rest));
    }
  }

  /** How much was written. Output that is closed takes everything, as it does from the program itself. */
  #write(bytes: Buffer): number {
    try {
      this.#output ??= new StandardError();
      this.#status = { ...this.#status, connection: 'connected' };
      return this.#output.write(bytes);
    } catch (error) {
      this.#status = { ...this.#status, lastError: (error as Error).message, lastErrorAt: Date.now() };
      return bytes.length;
    }
  }
}
