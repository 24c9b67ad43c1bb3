import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { sendNow } from './unix-datagram-socket.ts';

const STDERR = 2;

/**
 * Standard error, written without ever waiting: not even a thread of its own may wait there, since a process can't end
 * while one of its threads is stuck in a write.
 *
 * A pipe or a terminal is opened a second time, as what is set on the first is set for all who have it. A socket, such as
 * that of the systemd journal, can't be opened again, but can be asked not to wait. Files take what they get.
 */
export class StandardError {
  readonly #fd: number;
  readonly #isSocket: boolean;

  /** @throws The system's error where it can't be written without waiting. */
  constructor() {
    const stats = fstatSync(STDERR);
    this.#isSocket = stats.isSocket();
    const waits = stats.isFIFO() || isatty(STDERR);
    this.#fd =
      waits && process.platform !== 'win32'
        ? openSync(`/dev/fd/${STDERR}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
        : STDERR;
  }

  /**
   * Writes as much as there is room for.
   *
   * @returns How many bytes that was; 0: there is no room now.
   * @throws The system's error where nobody reads any more.
   */
  write(bytes: Uint8Array): number {
    if (this.#isSocket && process.platform !== 'win32') return Math.max(0, sendNow(this.#fd, bytes));
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
      throw error;
    }
  }

  /** Gives back what was opened a second time. */
  close(): void {
    if (this.#fd !== STDERR) closeSync(this.#fd);
  }
}
