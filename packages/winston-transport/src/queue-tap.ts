import { formatCopy } from './format-copy.ts';
import type { Info } from './info-line.ts';

/** What is used of a winston logger: a Transform stream whose transports are what it is piped to. */
export interface Logger {
  readonly level?: string;
  readonly levels?: Readonly<Record<string, number>>;
  readonly silent?: boolean;
  readonly format?: { transform(info: unknown, options?: unknown): unknown; options?: object };
  readonly readableFlowing: boolean | null;
  readonly readableLength: number;
  readonly writableLength: number;
  write: (...args: unknown[]) => boolean;
  push: (...args: unknown[]) => boolean;
}

/** Whether infos wait in a logger, so that one that is logged now would wait too. */
export function isHeldUp(logger: Logger): boolean {
  return logger.readableFlowing !== true || logger.readableLength > 0 || logger.writableLength > 0;
}

/**
 * Gets at infos that would wait in a logger's queue, in the tick of their log call.
 *
 * A logger delivers at the speed of its slowest transport: while a file cannot keep up, everything waits in memory,
 * for all transports, and is lost with the process. So while a logger is held up its `write` first has the info
 * formatted for us too; when the queue delivers it in the end, it is told as one that was taken already.
 */
export class QueueTap {
  readonly #logger: Logger;
  readonly #take: (info: Info) => void;
  readonly #write: Logger['write'];
  readonly #push: Logger['push'];
  readonly #tappedWrite: Logger['write'];
  readonly #tappedPush: Logger['push'];
  /** Infos that waited before the tap was there: they come as ever. */
  #untaken: number;
  /** Infos that were taken and are not formatted for the others yet. */
  #ahead = 0;
  /** Infos that were taken and are on their way. */
  readonly #taken = new WeakSet<object>();

  /** @param take Is given the formatted infos. */
  constructor(logger: Logger, take: (info: Info) => void) {
    this.#logger = logger;
    this.#take = take;
    this.#untaken = logger.writableLength;
    const write = logger.write;
    const push = logger.push;
    this.#write = write;
    this.#push = push;
    this.#tappedWrite = (...args) => {
      this.#beforeWrite(args[0]);
      return write.apply(logger, args);
    };
    this.#tappedPush = (...args) => {
      this.#beforePush(args[0]);
      return push.apply(logger, args);
    };
    logger.write = this.#tappedWrite;
    logger.push = this.#tappedPush;
  }

  /** Whether an info that was delivered has been taken before; it says so once. */
  wasTaken(info: unknown): boolean {
    return typeof info === 'object' && info !== null && this.#taken.delete(info);
  }

  /** Leaves the logger as it was, unless somebody else has put something on top. */
  remove(): void {
    const logger = this.#logger as Partial<Logger>;
    if (logger.write === this.#tappedWrite) restore(logger, 'write', this.#write);
    if (logger.push === this.#tappedPush) restore(logger, 'push', this.#push);
  }

  #beforeWrite(info: unknown): void {
    const logger = this.#logger;
    if (!isHeldUp(logger)) {
      this.#ahead = 0;
      this.#untaken = 0;
      return;
    }
    if (typeof info !== 'object' || info === null || logger.silent) return;
    let formatted: unknown;
    try {
      formatted = logger.format?.transform(formatCopy(info as Info), logger.format.options);
    } catch {
      // It will throw again in its turn, where winston sees it, and is not delivered then.
      return;
    }
    this.#ahead++;
    if (typeof formatted === 'object' && formatted !== null) this.#take(formatted as Info);
  }

  #beforePush(formatted: unknown): void {
    if (this.#untaken > 0) {
      this.#untaken--;
    } else if (this.#ahead > 0) {
      this.#ahead--;
      if (typeof formatted === 'object' && formatted !== null) this.#taken.add(formatted);
    }
  }
}

/** A method of the prototype is uncovered, one of the logger's own put back. */
function restore(logger: Partial<Logger>, method: 'write' | 'push', original: Logger['write']): void {
  delete logger[method];
  if (logger[method] !== original) logger[method] = original;
}
